"""About how many tokens a request has, by where they come from; and the same again for only what is new in it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from minimax_nb.messages.parts import Message
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.prompt.tokens.messages import A_TURN, Length, as_json, length
from minimax_nb.prompt.tokens.text import estimate

_FRAME = 6
"""What opens a call and the turn of the reply, in the published chat template of MiniMax-M2. It counts with the system
message: what services say they add where there is none has it in it."""

_ANY_TOOL, _A_TOOL = 125, 5
"""What announces tools at all, and each. A small first tool cost about 200 tokens, each next about 75 (capture of
MiniMax-M2.7, April 2026)."""


def estimate_request(request: Request, built_in: int = 0) -> dict[str, int]:
    """About how many tokens a request has, by where they come from.

    Thinking of finished turns is sent back but not counted: replaying it did not raise the input count (capture of
    MiniMax-M2.7, April 2026). Thinking since the last prompt, between tool calls, is counted.

    Args:
        request: The request.
        built_in: Tokens the service adds where there is no system message: ``Offer.built_in_tokens`` of the catalog.

    Returns:
        "system" (with it what frames a call, a role-play's scene and the schema a reply is to follow), "tools" where
        there are any, "history" (every message but the prompt), "attachments" where a message or tool result has
        pictures or videos, which are counted nowhere else, "prompt" (the last user message, unless an answer ends the
        request: then all is history), "built-in" where it counts, and "total", the sum.
    """
    return _counts(request, built_in, list(map(length, request.messages)), _system(request), _tools(request.tools))


class Tally:
    """Estimates requests as :func:`estimate_request` does, but each message only once.

    A message is known again by identity: messages are frozen. What was not in the last request is forgotten, except
    what :meth:`message` was asked about since. Threads may count at once; at worst they count something twice.
    """

    def __init__(self) -> None:
        self._lengths: dict[int, tuple[Message, Length]] = {}  # by id, which is nobody else's while the message is kept
        self._of_system: tuple[object, int] = (None, 0)
        self._of_tools: tuple[tuple[ToolSpec, ...], int] = ((), 0)

    def request(self, request: Request, built_in: int = 0) -> dict[str, int]:
        """What :func:`estimate_request` says, at the price of what is new since the last request."""
        lengths = {id(message): (message, self._length(message)) for message in request.messages}
        self._lengths = lengths
        each = [lengths[id(message)][1] for message in request.messages]
        return _counts(request, built_in, each, self._system(request), self._tools(request.tools))

    def message(self, message: Message, *, thinking: bool = True) -> int:
        """What :func:`estimate_message` says, at no price for a message that is known."""
        found = self._length(message)
        self._lengths[id(message)] = (message, found)
        return sum(found) if thinking else found.said + found.shown

    def _length(self, message: Message) -> Length:
        known = self._lengths.get(id(message))
        return known[1] if known else length(message)

    def _system(self, request: Request) -> int:
        asked = (request.system, request.format, request.scene)
        known, tokens = self._of_system
        if known != asked:
            tokens = _system(request)
            self._of_system = (asked, tokens)
        return tokens

    def _tools(self, tools: tuple[ToolSpec, ...]) -> int:
        known, tokens = self._of_tools
        if known != tools:
            tokens = _tools(tools)
            self._of_tools = (tools, tokens)
        return tokens


def _counts(request: Request, built_in: int, each: Sequence[Length], system: int, tools: int) -> dict[str, int]:
    asked = _prompt_at(request.messages)
    attached = sum(one.shown for one in each)
    talk = sum(one.said for one in each) + sum(one.thought for one in each[asked + 1 :])
    prompt = each[asked].said if 0 <= asked < len(each) else 0
    counts = {"system": system}
    if request.tools:
        counts["tools"] = tools
    counts["history"] = talk - prompt
    if attached:
        counts["attachments"] = attached
    counts["prompt"] = prompt
    if built_in > 0 and not request.system:
        counts["built-in"] = built_in
    return {**counts, "total": sum(counts.values())}


def _prompt_at(messages: Sequence[Message]) -> int:
    """The place of the last user message; beyond the end if its turn is finished, -1 if there is none."""
    if messages and messages[-1].role == "assistant":
        return len(messages)
    return max((at for at, message in enumerate(messages) if message.role == "user"), default=-1)


def _system(request: Request) -> int:
    tokens = _FRAME + A_TURN + estimate(request.system) if request.system else 0
    if isinstance(request.format, JsonSchema):
        tokens += estimate(request.format.name) + estimate(as_json(request.format.schema))
    return tokens + (_scene(request.scene) if request.scene else 0)


def _scene(scene: Scene) -> int:
    said = (scene.character, scene.player, scene.about_player, scene.title, *chain.from_iterable(scene.samples))
    return sum(A_TURN + estimate(text) for text in said if text)


def _tools(tools: Sequence[ToolSpec]) -> int:
    told = [
        as_json({"name": tool.name, "description": tool.description, "parameters": tool.parameters}) for tool in tools
    ]
    return _ANY_TOOL + sum(_A_TOOL + estimate(text) for text in told) if told else 0
