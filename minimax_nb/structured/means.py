"""How a model is asked for a reply of a shape: the best means it has, and a word with it.

The word always goes along. MiniMax-M3 takes ``response_format`` and still writes code fences and prose around its JSON
(capture of June 2026); M2.x passes over it (https://github.com/MiniMax-AI/MiniMax-M2.5/issues/4); and MiniMax forces no
tool: its Anthropic page has the choices "auto" and "none" (read 2026-11-20).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal

from minimax_nb.catalog import Endpoint, takes_format, takes_tools
from minimax_nb.catalog.abilities import takes_choice
from minimax_nb.messages.parts import Message, Text, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.structured.shape import WRAPPER, Shape

Means = Literal["json_schema", "tool", "json", "words"]
"""``response_format`` with the schema; a tool whose arguments are the answer; ``response_format`` for any JSON object;
or words alone."""

ANSWER_TOOL = "give_answer"
"""The tool whose arguments are the answer. It is never run."""

RETRIES = 2
"""How often a reply that does not fit is sent back with what is wrong."""


def means(endpoint: Endpoint, shape: Shape, *, tools_in_use: bool) -> Means:
    """The best means this endpoint has for a shape.

    Beside the user's own tools only words are used: no page says what a service makes of a format and tools at once,
    and a tool for the answer would have to be told from those that are run.
    """
    if tools_in_use:
        return "words"
    if not shape.any_json:
        if takes_format(endpoint, "json_schema"):
            return "json_schema"
        if takes_tools(endpoint):
            return "tool"
    return "json" if takes_format(endpoint, "json") else "words"


def prepare(request: Request, endpoint: Endpoint, shape: Shape) -> Request:
    """The request as it is sent to get a reply of this shape.

    The instruction stands at the end of the system message, so that the conversation keeps the prompt as it was typed.
    Prepare the request itself each time, never a request that was prepared.
    """
    chosen = means(endpoint, shape, tools_in_use=bool(request.tools))
    told = replace(request, system="\n\n".join(filter(None, [request.system, instruction(shape, chosen)])))
    if chosen == "json_schema":
        return replace(told, format=JsonSchema(shape.name, shape.schema))
    if chosen == "json":
        return replace(told, format="json")
    if chosen == "tool":
        tool = ToolSpec(ANSWER_TOOL, f"Gives your whole answer: {shape.name}.", shape.schema)
        choice = ANSWER_TOOL if takes_choice(endpoint, ANSWER_TOOL) else None
        return replace(told, tools=(tool,), tool_choice=choice)
    return told


def instruction(shape: Shape, chosen: Means) -> str:
    """What the model is told, in English."""
    if shape.any_json:
        return f"Answer with JSON. {_ALONE}"
    if chosen == "tool":
        return (
            f"Give your answer by calling the tool {ANSWER_TOOL}, once, with arguments that follow its schema. "
            "Write no other text."
        )
    schema = json.dumps(shape.schema, ensure_ascii=False, separators=(",", ":"))
    inside = f' The answer itself is its member "{WRAPPER}".' if shape.wrapped else ""
    return f"Answer with one JSON object that follows the JSON schema below.{inside} {_ALONE}\n\n{schema}"


_ALONE = "Write the JSON alone: no code fence, no text before or after it."


def say_back(reply: Reply, text: str, *, is_error: bool = False) -> Message:
    """The message that answers a reply: the result of each of its tool calls, else a user's message.

    Services refuse a conversation in which a tool call has no result. So a reply that came as a call to the tool for
    the answer needs one in the history also when all is well.
    """
    calls = reply.own_calls
    if calls:
        return Message("tool", tuple(ToolResult(call.id, text, is_error) for call in calls))
    return Message("user", (Text(text),))


def again(request: Request, reply: Reply, text: str) -> Request:
    """The request to send after a reply that does not fit: the conversation with the reply and ``text`` at its end.

    Args:
        request: The request as it was before :func:`prepare`; what comes back is to be prepared as well.
        reply: The reply that does not fit.
        text: What is wrong with it, from :func:`~minimax_nb.structured.reading.retry_message`.
    """
    said = (reply.message,) if reply.message.parts else ()
    return replace(request, messages=(*request.messages, *said, say_back(reply, text, is_error=True)))
