"""A request's body read back into what was said, turn by turn: the way from values to bytes, backwards.

It follows the services' pages and shares nothing with the encoders. What came back from tools in a message of its own
is put back to the result it belongs to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Part = tuple[Any, ...]
Turn = tuple[str, list[Part]]

_FOLLOWS = re.compile(r"\(((?:Picture|Video) \d+) follows after the results\.\)\Z")
_NOTHING = frozenset({"(no output)", "(no text)"})


def text(said: str) -> Part:
    """A text."""
    return ("text", said)


def medium(kind: str, address: str, knobs: Mapping[str, Any]) -> Part:
    """A picture or video by its address (a data URL where it is sent along) and how it is to be looked at."""
    said = {name: knobs.get(name) for name in ("detail", "fps", "max_long_side_pixel")}
    return (kind, address, *said.values())


def call(call_id: str, name: str, arguments: Any) -> Part:
    """A call; its arguments as a value."""
    return ("call", call_id, name, json.dumps(arguments, sort_keys=True))


def result(call_id: str, said: str, shown: list[Part], *, failed: bool) -> Part:
    """What a tool gave back; that it failed is said on the messages face alone."""
    return ("result", call_id, said, tuple(shown), failed)


def openai_turns(body: Mapping[str, Any]) -> list[Turn]:
    """The turns of a chat completions request."""
    turns: list[Turn] = []
    for message in body["messages"]:
        role, content = message["role"], message.get("content")
        if role == "system":
            turns.append((role, [text(content)]))
        elif role == "user":
            parts = [text(content)] if isinstance(content, str) else [_openai_part(part) for part in content]
            turns.append((role, parts))
        elif role == "assistant":
            turns.append((role, list(_openai_reply(message))))
        else:
            if turns[-1][0] != "tool":
                turns.append(("tool", []))
            turns[-1][1].append(result(message["tool_call_id"], content, [], failed=False))
    return list(_settled(turns))


def _openai_reply(message: Mapping[str, Any]) -> Iterator[Part]:
    if details := message.get("reasoning_details"):
        yield ("thinking", "".join(detail["text"] for detail in details), None)
    if "content" in message:
        yield text(message["content"])
    for asked in message.get("tool_calls", []):
        yield call(asked["id"], asked["function"]["name"], json.loads(asked["function"]["arguments"]))


def _openai_part(part: Mapping[str, Any]) -> Part:
    kind = part["type"]
    return text(part["text"]) if kind == "text" else medium(kind.partition("_")[0], part[kind]["url"], part[kind])


def anthropic_turns(body: Mapping[str, Any]) -> list[Turn]:
    """The turns of a messages request."""
    turns: list[Turn] = [("system", [text(body["system"])])] if "system" in body else []
    for message in body["messages"]:
        parts = [_anthropic_part(block) for block in message["content"]]
        turns.append(("tool" if parts[0][0] == "result" else message["role"], parts))
    return list(_settled(turns))


def _anthropic_part(block: Mapping[str, Any]) -> Part:
    match block["type"]:
        case "text":
            return text(block["text"])
        case "thinking":
            return ("thinking", block["thinking"], block.get("signature"))
        case "tool_use":
            return call(block["id"], block["name"], block["input"])
        case "tool_result":
            content = block["content"]
            blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
            said, *shown = map(_anthropic_part, blocks)
            return result(block["tool_use_id"], said[1], shown, failed=block.get("is_error", False))
        case kind:
            source = block["source"]
            data = f"data:{source['media_type']};base64,{source['data']}" if source["type"] == "base64" else ""
            return medium(kind, data or source["url"], source)


def _settled(turns: list[Turn]) -> Iterator[Turn]:
    """The turns with what follows a round put back into its results, in the order in which the results name it."""
    rest = iter([*turns, ("end", [])])
    for role, parts in rest:
        if role != "tool":
            if role != "end":
                yield role, parts
            continue
        wanted = [_named(part[2]) for part in parts]
        number = sum(len(labels) for _, labels in wanted)
        after_role, after = next(rest)
        shown = _labelled(after[: 2 * number])
        yield (
            "tool",
            [
                result(part[1], said, [*part[3], *(shown[label] for label in labels)], failed=part[4])
                for part, (said, labels) in zip(parts, wanted, strict=True)
            ],
        )
        if after[2 * number :]:
            first, *others = after[2 * number :]
            begun = number and first[0] == "text"  # the user's words go on behind a blank line
            yield after_role, [text(first[1].removeprefix("\n\n")) if begun else first, *others]
    assert next(rest, None) is None


def _labelled(parts: list[Part]) -> dict[str, Part]:
    """Pictures and videos by what the text before each calls it."""
    found = zip(parts[::2], parts[1::2], strict=True)
    return {words[1].strip().partition(", from the result of ")[0]: shown for words, shown in found}


def _named(said: str) -> tuple[str, list[str]]:
    """A result's own words, and what it says that follows."""
    lines, labels = said.split("\n"), list[str]()
    while lines and (named := _FOLLOWS.match(lines[-1])):
        labels.insert(0, named[1])
        lines.pop()
    own = "\n".join(lines)
    return "" if own in _NOTHING else own, labels


TURNS = {"openai": openai_turns, "anthropic": anthropic_turns}
