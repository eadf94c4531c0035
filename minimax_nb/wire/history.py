"""A conversation made fit to be sent: the rules both protocols share, on messages and without any JSON.

MiniMax refuses a history that breaks them, with HTTP 400 and code 2013 (its API pages and issue threads of public
clients, read 2026-11-20). They hold for any messages, also for those made by hand or come from another service:

1. No content is empty.
2. The user speaks first. The pages describe user and assistant as alternating and none says that an assistant may
   begin, so what stands before the user's first words is left out; without any words of the user nothing is sent.
3. The results of tool calls stand right after the message that holds the calls; a call without a result and a result
   without its call are left out. A call without a name goes by a name that says so, since its result tells the model
   what was wrong. The markup of one that leaked into a text is text again where it has no result.
4. Every call has an id that no other call of the conversation has. Servers that number the calls of each reply anew, or
   give no ids at all, are told apart by order: the first call of an id is answered by the first result of that id.
5. Thinking, opaque blocks and echoes go back to the provider and protocol they came from, and to no other; to a model
   that does not think they do not go either. To one that has no tools neither calls nor results go.
6. A reply that was cut off goes back as its text alone: what came of its thinking may lack its signature, and its calls
   were never run. Without text it is left out.
7. Pictures and videos are the user's: they stay in their place among the user's texts, and blanks alone between them
   are left out as empty. The assistant's are not sent back, since no service takes them there.
8. Messages of the user that then stand side by side become one. Tool results are a message of their own, so what the
   user says after them is a second message in a row on the protocol that has no role "tool": that is wanted there.
9. Pictures and videos that a tool gave back stay in its result where the protocol has a place for them there. Else they
   follow in a message of the user's, right after the last result of the round, each behind a few words that say whose
   it is; what the user says then is part of that message (rule 8). The result says that they follow, and where one
   cannot be sent at all why not. No call is refused for what a tool gave back.

That a request without tools is taken although its history holds calls no page denies, so such calls go back as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.wire.loose import list_of, text_of

NO_OUTPUT = "(no output)"
"""What is sent for a tool result that holds nothing, since an empty one is refused."""

_NO_TEXT = "(no text)"
"""The same for one that holds pictures alone."""

_NO_NAME = "no_name"


def _all_goes(_part: Media) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """To whom a conversation is sent.

    Attributes:
        provider: Name of the provider's row.
        face: "anthropic" or "openai".
        thinks: False for a model that is known not to think: it gets no thinking back.
        calls: False for a model that is known to have no tools: it gets no calls and no results.
        within: Kinds of media that stay inside a tool's result there.
        kept_out: Says why a picture or video of a tool's cannot be sent there, or "".
    """

    provider: str
    face: str
    thinks: bool = True
    calls: bool = True
    within: tuple[type[Media], ...] = ()
    kept_out: Callable[[Media], str] = _all_goes


def prepare(messages: Iterable[Message], to: Receiver) -> list[Message]:
    """The messages as they may be sent to that receiver.

    A message of role "tool" in the outcome holds results only, and follows the assistant's message with their calls;
    their media are of the kinds that stay there.

    Args:
        messages: The conversation, oldest first.
        to: Who gets it.

    Raises:
        RequestError: Nothing is left to send.
    """
    known = [_as_known(message, to) for message in messages]
    heard = [message for message in _paired([message for message in known if _says(message)], to) if _says(message)]
    begun = list(dropwhile(lambda message: message.role != "user", heard))
    if not begun:
        raise RequestError("There is nothing to send: the prompt is empty.", hint="Write a prompt.")
    return list(_merged(begun))


def _as_known(message: Message, to: Receiver) -> Message:
    """The message with only those parts that its speaker can have said and its receiver may see."""
    if message.role != "assistant":
        heard = (part for part in message.parts if not isinstance(part, Thinking | ToolCall | Opaque))
        return replace(message, parts=tuple(_gathered(heard)))
    origin = message.origin
    here = origin is not None and (origin.provider, origin.face) == (to.provider, to.face)
    own = here and to.thinks and not message.partial
    foreign: tuple[type[Part], ...] = (ToolResult, Picture, Clip)
    if not own:
        foreign += (Thinking, Opaque)
    if message.partial or not to.calls:
        foreign += (ToolCall,)
    kept = tuple(part for part in message.parts if not (isinstance(part, foreign) or _is_blank(part)))
    return replace(message, parts=kept) if own else replace(message, parts=kept, origin=None, echo=None)


def _gathered(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts with neighbouring texts joined: a template cuts a prompt into many."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, Text):
            texts.append(part.text)
            continue
        if "".join(texts).strip():
            yield Text("".join(texts))
        texts.clear()
        yield part
    if "".join(texts).strip():
        yield Text("".join(texts))


def _is_blank(part: Part) -> bool:
    if isinstance(part, Thinking):
        return not part.text.strip() and not part.signature
    return isinstance(part, Text) and not part.text.strip()


def _says(message: Message) -> bool:
    """Whether the message says anything. Thinking alone does not: the service would call its content empty."""
    return any(not isinstance(part, Thinking | Opaque) for part in message.parts)


class _Ids:
    """Gives every call of a conversation an id of its own, the same one each time the conversation is sent."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def own(self, given: str) -> str:
        """The id as it was given if no earlier call has it, else with a number behind it."""
        # Half a surrogate pair is sent as "?", after which two ids could be the same.
        base = given.strip().encode("utf-8", "replace").decode() or "call"
        found = base
        while found in self._next:
            self._next[base] += 1
            found = f"{base}_{self._next[base]}"
        self._next[found] = 1
        return found


def _paired(messages: Sequence[Message], to: Receiver) -> Iterator[Message]:
    """The messages with every tool result right after its call, and neither without the other."""
    ids = _Ids()
    for at, message in enumerate(messages):
        if message.role != "assistant":
            rest = tuple(part for part in message.parts if not isinstance(part, ToolResult))
            yield Message("user", rest)
            continue
        results = _results_after(messages, at)
        kept: list[Part] = []
        answers = _Answers(to)
        for part in message.parts:
            if not isinstance(part, ToolCall):
                kept.append(part)
            elif waiting := results.get(part.id):
                call_id, name = ids.own(part.id), part.name if part.name.strip() else _NO_NAME
                kept.append(part if (part.id, part.name) == (call_id, name) else replace(part, id=call_id, name=name))
                answers.add(replace(waiting.pop(), call_id=call_id), name)
            elif _leaked(part, message):
                kept.append(Text(part.raw))
        yield replace(message, parts=tuple(kept))
        yield Message("tool", tuple(answers.results))
        yield Message("user", tuple(answers.following))


def _leaked(call: ToolCall, message: Message) -> bool:
    """Whether a call is markup that stood in the text of its message, as the message's echo shows."""
    content = (message.echo or {}).get("content")
    blocks = (block for block in list_of(content) if isinstance(block, Mapping))
    whole = text_of(content) + "".join(text_of(block.get("text")) for block in blocks)
    return call.malformed and bool(call.raw.strip()) and call.raw in whole


class _Answers:
    """The results of one round of calls, and what of them follows in a message of its own."""

    def __init__(self, to: Receiver) -> None:
        self.results: list[Part] = []
        self.following: list[Part] = []
        self._to = to
        self._numbers = {"picture": 0, "video": 0}

    def add(self, result: ToolResult, name: str) -> None:
        """Take in the result of a call of the tool ``name``."""
        words = [result.content] if result.content.strip() else []
        within: list[Picture | Clip] = []
        for part in result.media:
            if reason := self._to.kept_out(part):
                words.append(f"(Not sent: {reason})")
            elif isinstance(part, self._to.within):
                within.append(part)
            else:
                words.append(f"({self._follow(part, name)} follows after the results.)")
        text = "\n".join(words) or (_NO_TEXT if within else NO_OUTPUT)
        self.results.append(replace(result, content=text, media=tuple(within)))

    def _follow(self, part: Picture | Clip, name: str) -> str:
        """Put the part behind a few words into the message that follows; what it is called there."""
        kind = "video" if isinstance(part, Clip) else "picture"
        self._numbers[kind] += 1
        called = f"{kind.capitalize()} {self._numbers[kind]}"
        blank = "\n\n" if self.following else ""
        self.following += (Text(f"{blank}{called}, from the result of {name}:"), part)
        return called


def _results_after(messages: Sequence[Message], at: int) -> dict[str, list[ToolResult]]:
    """The results for each call id between message ``at`` and the next of the assistant, the first one last."""
    results: dict[str, list[ToolResult]] = {}
    for later in range(at + 1, len(messages)):
        if messages[later].role == "assistant":
            break
        for part in messages[later].parts:
            if isinstance(part, ToolResult):
                results.setdefault(part.call_id, []).append(part)
    for found in results.values():
        found.reverse()
    return results


def _merged(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages with neighbouring ones of the user made one, a blank line between."""
    waiting: list[Part] = []
    for message in messages:
        if message.role == "user":
            waiting += (Text("\n\n"), *message.parts) if waiting else message.parts
            continue
        if waiting:
            yield Message("user", tuple(_gathered(waiting)))
            waiting = []
        yield message
    if waiting:
        yield Message("user", tuple(_gathered(waiting)))
