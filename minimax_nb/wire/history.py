"""A conversation made fit to be sent: the rules both protocols share, on messages and without any JSON.

MiniMax refuses a history that breaks them, with HTTP 400 and code 2013 (its API pages and issue threads of public
clients, read 2026-11-20):

1. No content is empty.
2. The results of tool calls stand right after the message that holds the calls; a call without a result, and a result
   without its call, are left out.
3. Thinking, opaque blocks and echoes go back to the provider and protocol they came from, and to no other.
4. A reply that was cut off goes back as its text alone: what came of its thinking may lack its signature, and its calls
   were never run. Without text it is left out.
5. Messages of the user that then stand side by side become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message, Opaque, Part, Text, Thinking, ToolCall, ToolResult

NO_OUTPUT = "(no output)"
"""What is sent for a tool result without text, since an empty one is refused."""


def prepare(messages: Iterable[Message], provider: str, face: str) -> list[Message]:
    """The messages as they may be sent to ``provider`` over ``face``.

    A message of role "tool" in the outcome holds results only, and follows the assistant's message with their calls.

    Raises:
        RequestError: Nothing is left to send.
    """
    known = [_as_known(message, provider, face) for message in messages]
    heard = [message for message in _paired([message for message in known if _says(message)]) if _says(message)]
    if not heard:
        raise RequestError("There is nothing to send: the prompt is empty.", hint="Write a prompt.")
    return list(_merged(heard))


def _as_known(message: Message, provider: str, face: str) -> Message:
    """The message with only those parts that its speaker can have said and its receiver may see."""
    if message.role != "assistant":
        heard = (part for part in message.parts if not isinstance(part, Thinking | ToolCall | Opaque))
        return replace(message, parts=tuple(_gathered(heard)))
    origin = message.origin
    own = not message.partial and origin is not None and (origin.provider, origin.face) == (provider, face)
    foreign: tuple[type[Part], ...] = (ToolResult,) if own else (ToolResult, Thinking, Opaque)
    if message.partial:
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
    return isinstance(part, Text) and not part.text.strip()


def _says(message: Message) -> bool:
    """Whether the message says anything. Thinking alone does not: the service would call its content empty."""
    return any(not isinstance(part, Thinking | Opaque) for part in message.parts)


def _paired(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages with every tool result right after its call, and neither without the other."""
    for at, message in enumerate(messages):
        if message.role != "assistant":
            rest = tuple(part for part in message.parts if not isinstance(part, ToolResult))
            yield Message("user", rest)
            continue
        results = _results_after(messages, at)
        kept: list[Part] = []
        answers: list[Part] = []
        for part in message.parts:
            if not isinstance(part, ToolCall):
                kept.append(part)
            elif part.name and part.id in results:
                kept.append(part)
                answers.append(results.pop(part.id))  # a second call of the same id finds no result
        yield replace(message, parts=tuple(kept))
        yield Message("tool", tuple(answers))


def _results_after(messages: Sequence[Message], at: int) -> dict[str, ToolResult]:
    """The first result for each call id between message ``at`` and the next of the assistant."""
    results: dict[str, ToolResult] = {}
    for later in range(at + 1, len(messages)):
        if messages[later].role == "assistant":
            break
        for part in messages[later].parts:
            if isinstance(part, ToolResult) and part.call_id:
                filled = part if part.content.strip() else replace(part, content=NO_OUTPUT)
                results.setdefault(part.call_id, filled)
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
