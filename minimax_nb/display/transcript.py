"""A conversation as a document: each prompt, then the reply as its own output would show it. Pure.

It is what a panel leaves in the saved notebook, and what it exports as Markdown. The same conversation gives the same
text on every run; everything foreign is made safe.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from minimax_nb.chat import Chat
from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.render import Bundle, closing, render
from minimax_nb.display.safe import safe_line, safe_quote
from minimax_nb.messages.events import Finished, PartKind, PartStarted, TextDelta, ThinkingDelta
from minimax_nb.messages.parts import Message, Origin, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.turns import Turn

"""What the last line of a panel's copy says; a page that shows the panel itself knows the copy by it."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STALE = "Stale: a turn before this one was answered anew since."
_SYSTEM = 2_000


def transcript(chat: Chat) -> Bundle:
    """The whole conversation of a chat.

    ``text/markdown`` has each prompt as a quotation with thumbnails of what was sent, then the reply: its thinking
    folded, the answer, the receipt. ``text/plain`` has the same as text. The metadata hold the provenance of every
    reply that was said in this process, oldest first.
    """
    return transcripts([chat])


def transcripts(chats: Sequence[Chat]) -> Bundle:
    """Several conversations one after the other. What one shares with an earlier one is not said twice.

    Args:
        chats: The conversations; those of which nothing was said are left out, if one of them has something.
    """
    shown = [chat for chat in chats if chat.turns] or list(chats[:1])
    plain: list[str] = []
    markdown: list[str] = []
    for number, chat in enumerate(shown, 1):
        title = _title(chat, number if len(shown) > 1 else 0)
        plain.append(title)
        markdown.append(f"**{safe_line(title)}**")
        if chat.system:
            system = _cut(chat.system)
            plain.append(f"[system] {system}")
            markdown.append(f"*System message:* {safe_line(system)}")
        earlier, common = _shared(chat, shown[: number - 1])
        if common:
            remark = f"{_counted(common)} as in conversation {earlier}."
            plain.append(f"[{remark}]")
            markdown.append(f"*{remark}*")
        for turn in chat.turns[common:]:
            one, other = _turn(turn)
            plain += one
            markdown += other
    if not any(chat.turns for chat in shown):
        plain.append("Nothing was said yet.")
        markdown.append("*Nothing was said yet.*")
    data = {"text/plain": _CONTROL.sub("\ufffd", "\n\n".join(plain)), "text/markdown": "\n\n".join(markdown)}
    return data, {"minimax_nb": _provenance(shown)}


def reply_of(turn: Turn) -> Reply:
    """The reply that ended a turn, for showing it: the turn's own, or one put together from what was said.

    One that was put together knows no tokens, price or times; its receipt is not to be shown.
    """
    if turn.reply is not None:
        return turn.reply
    made: list[Reply] = []
    results = {
        part.call_id: part for message in turn.messages for part in message.parts if isinstance(part, ToolResult)
    }
    for message in turn.messages[1:]:
        if message.role == "assistant":
            made.append(_rebuilt(message, results, tuple(made)))
    return made[-1] if made else _ended(Reply(provider="", face="", asked_model=""))


# -- one turn --------------------------------------------------------------------------------------------------------


def _turn(turn: Turn) -> tuple[list[str], list[str]]:
    """A turn's paragraphs in plain text and in Markdown."""
    prompt, reply = turn.prompt, copy.copy(reply_of(turn))
    reply.media = ()  # they stand with the prompt here
    data = render(reply)[0]
    sent = "\n".join(f"[{line}]" for line in media_lines(prompt.media))
    plain = [f"You: {prompt.text}".rstrip(), sent]
    markdown = ["**You**", safe_quote(prompt.text.strip("\n")) if prompt.text.strip() else "", gallery(prompt.media)]
    if turn.stale:
        plain.append(f"({_STALE})")
        markdown.append(f"*{_STALE}*")
    who = reply.model or "Reply"
    said, shown = data["text/plain"], data["text/markdown"]
    if turn.reply is None:
        said, shown = _without_receipt(turn, reply, said, shown)
    plain.append(f"{_flat(who)}: {said}")
    markdown += [f"**{safe_line(who)}**", shown]
    return list(filter(None, plain)), list(filter(None, markdown))


def _without_receipt(turn: Turn, reply: Reply, plain: str, markdown: str) -> tuple[str, str]:
    """What is shown of a reply of which nobody knows what it cost."""
    cut = any(message.partial for message in turn.messages)
    markdown = markdown.removesuffix(closing(reply)).rstrip("\n")
    plain = plain[: plain.rindex("\n[")].rstrip("\n") if "\n[" in plain else plain
    return (f"{plain}\n\n[cut short]", f"{markdown}\n\n*Cut short.*") if cut else (plain, markdown)


def _rebuilt(message: Message, results: dict[str, ToolResult], earlier: tuple[Reply, ...]) -> Reply:
    """A reply that says what this message says."""
    origin = message.origin or Origin("", "", "")
    reply = Reply(provider=origin.provider, face=origin.face, asked_model=origin.model)
    reply.earlier = earlier
    runs = []
    for index, part in enumerate(message.parts):
        if isinstance(part, Text):
            _say(reply, index, "text", TextDelta(index, part.text))
        elif isinstance(part, Thinking):
            _say(reply, index, "thinking", ThinkingDelta(index, part.text))
        elif isinstance(part, ToolCall) and (result := results.get(part.id)):
            runs.append(ToolRun(part, result, "failed" if result.is_error else "done"))
    reply.runs = tuple(runs)
    return _ended(reply)


def _say(reply: Reply, index: int, kind: PartKind, delta: TextDelta | ThinkingDelta) -> None:
    reply.apply(PartStarted(index, kind))
    reply.apply(delta)


def _ended(reply: Reply) -> Reply:
    reply.apply(Finished("end_turn"))
    reply.notes = ()
    return reply


# -- what stands around ----------------------------------------------------------------------------------------------


def _title(chat: Chat, number: int) -> str:
    which = f"Conversation {number} · " if number else ""
    return f"{which}{chat.provider} · {chat.model} · {chat.face} · {_counted(len(chat.turns))}"


def _counted(turns: int) -> str:
    return f"{turns:,} turn{'' if turns == 1 else 's'}"


def _shared(chat: Chat, before: Sequence[Chat]) -> tuple[int, int]:
    """The conversation before this one with which it shares most turns from the first on, and how many."""
    most = (0, 0)
    for number, other in enumerate(before, 1):
        common = 0
        for one, another in zip(chat.turns, other.turns, strict=False):
            if one.messages is not another.messages or one.stale != another.stale:
                break
            common += 1
        most = max(most, (number, common), key=lambda pair: pair[1])
    return most


def _provenance(chats: Sequence[Chat]) -> dict[str, object]:
    """Where every reply came from."""
    seen: list[Reply] = []
    for chat in chats:
        for turn in chat.turns:
            if turn.reply is not None and not any(turn.reply is one for one in seen):
                seen.append(turn.reply)
    said = [render(reply)[1]["minimax_nb"] for reply in seen]
    return {"panel": "chat", "replies": said}


def _cut(text: str) -> str:
    return text if len(text) <= _SYSTEM else f"{text[:_SYSTEM]} … {len(text) - _SYSTEM:,} more characters"


def _flat(text: str) -> str:
    return " ".join(text.split())[:200]
