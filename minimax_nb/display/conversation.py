"""A chat as it reads: its turns, numbered, with what belongs to each; and a preset."""

from __future__ import annotations

import re

from minimax_nb.chat import Chat
from minimax_nb.chat.preset import Preset
from minimax_nb.display.gallery import media_lines
from minimax_nb.display.render import Bundle, markdown_answer, register, safe_line, table
from minimax_nb.display.tool_runs import call_line, run_folded, run_line
from minimax_nb.display.usage import usage_bundle
from minimax_nb.messages.parts import Message, Thinking, ToolCall, ToolResult
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.turns import Turn

_TURNS = 100
"""Turns of a conversation that are shown, the last ones."""

_EXCERPT = 2_000
_RESULT = 300
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def conversation(value: Chat) -> Bundle:
    """A chat turn by turn, then what it used."""
    turns = value.turns
    title = f"{value.provider} · {value.model} · {value.face} · {_number(len(turns), 'turn')}"
    plain, markdown = [title], [f"**{safe_line(title)}**"]
    if value.system:
        system = _cut(value.system)
        plain.append(f"[system] {system}")
        markdown.append(f"**system** {safe_line(system)}")
    for remark in _before(value):
        plain.append(f"[{remark}]")
        markdown.append(f"*{safe_line(remark)}*")
    hidden = max(0, len(turns) - _TURNS)
    for number, turn in enumerate(turns[hidden:], hidden + 1):
        for message in turn.messages:
            one, other = _shown(message, number, turn)
            plain.append(one)
            markdown.append(other)
    if stale := sum(turn.stale for turn in turns):
        remark = f"{stale} stale: a turn before was answered anew since. Run those cells again to renew them."
        plain.append(remark)
        markdown.append(f"*{remark}*")
    usage = usage_bundle(value.usage)[0]
    plain.append(usage["text/plain"])
    markdown.append(usage["text/markdown"])
    return _bundle(plain, markdown)


def _bundle(plain: list[str], markdown: list[str]) -> Bundle:
    """Paragraphs of both kinds. Control characters would move a terminal's cursor or rename its window."""
    return {"text/plain": _CONTROL.sub("\ufffd", "\n\n".join(plain)), "text/markdown": "\n\n".join(markdown)}, {}


def _before(value: Chat) -> list[str]:
    """What stands before the turns that are shown, a remark each."""
    remarks = []
    if (scene := value.scene) is not None:
        who = " and ".join(name for name in (scene.character, scene.player) if name)
        samples = _number(len(scene.samples), "sample") if scene.samples else ""
        said = ", ".join(_short(part) for part in (who, scene.title, samples) if part)
        remarks.append(f"role-play: {said}" if said else "role-play")
    if value.examples:
        remarks.append(f"{_number(len(value.examples), 'example')} before the conversation")
    if (hidden := len(value.turns) - _TURNS) > 0:
        remarks.append(f"{_number(hidden, 'earlier turn')} not shown; chat.turns has every one")
    return remarks


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _cut(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}\n… {len(text) - _EXCERPT:,} more characters"


def _shown(message: Message, number: int | None, turn: Turn) -> tuple[str, str]:
    """One message as plain text and as Markdown, its number before it."""
    said = _said(message)
    marks = [message.role if number is None else f"{number} · {message.role}"]
    marks += ["cut short"] * message.partial + ["stale"] * turn.stale
    mark, sent = ", ".join(marks), media_lines(message.media)
    plain = "\n".join([f"[{mark}] {said}", *(f"({line})" for line in sent)])
    pieces = [markdown_answer(said), *(f"*{safe_line(line)}*" for line in sent)]
    quoted = "\n".join("> " + line for line in "\n\n".join(filter(None, pieces)).splitlines())
    return plain, f"**{mark}**\n\n{quoted}"


def _said(message: Message) -> str:
    """A message's text, shortened, and a remark on what else it holds."""
    extras = []
    thinking = sum(len(part.text) for part in message.parts if isinstance(part, Thinking))
    if thinking:
        extras.append(f"thinking, {thinking:,} characters")
    extras += [f"call of {_short(call_line(part))}" for part in message.parts if isinstance(part, ToolCall)]
    extras += [f"tool result: {_short(part.content)}" for part in message.parts if isinstance(part, ToolResult)]
    return "\n\n".join(filter(None, [_cut(message.text), f"({'; '.join(extras)})" if extras else ""]))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _RESULT else flat[: _RESULT - 1] + "…"


def _turn(value: Turn) -> Bundle:
    """One turn by itself, which has no number."""
    pairs = [_shown(message, None, value) for message in value.messages]
    return _bundle([plain for plain, _ in pairs], [markdown for _, markdown in pairs])


def _run(value: ToolRun) -> Bundle:
    """A tool's run by itself."""
    return _bundle([run_line(value)], [run_folded(value)])


def _preset(value: Preset) -> Bundle:
    """What a preset says, a row each; nothing of what it leaves open."""
    said: dict[str, object] = {**value.settings(), **_pairs("example", value.examples)}
    if value.scene is not None:
        scene = value.scene.to_dict()
        said |= {name: scene[name] for name in ("character", "player", "about_player", "title") if scene[name]}
        said |= _pairs("sample", value.scene.samples)
    rows = [(name, _short(str(words))) for name, words in said.items()]
    plain, markdown = table(("setting", "value"), rows or [("", "nothing is said")])
    return {"text/plain": plain, "text/markdown": markdown}, {}


def _pairs(what: str, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {f"{what} {number}": f"{one} → {other}" for number, (one, other) in enumerate(pairs, 1)}


register(Chat, conversation)
register(Preset, _preset)
register(Turn, _turn)
register(ToolRun, _run)
