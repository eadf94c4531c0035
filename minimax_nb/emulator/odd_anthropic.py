"""Odd replies of the Anthropic-compatible protocol: what the faults of kind "shape" do to its events and messages.

Captures, issue threads and MiniMax's Anthropic-compatible API page, read 2026-11-20; none of them comes unless it is
asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from minimax_nb.emulator.events import Change, Event, changed
from minimax_nb.emulator.frames import Frame

Value = dict[str, Any]

_NOBODY = {"x_undocumented": {"deep": [1, None, "two"]}}
_AT_A_SEQUENCE = {"stop_reason": "stop_sequence", "stop_sequence": "END"}
_COUNTS = frozenset({"usage-null", "usage-partial", "usage-zero", "empty-content"})


def odd_stream(frames: Iterable[Frame], names: frozenset[str], whole: Value | None = None) -> Iterable[Frame]:
    """The frames with the oddities that were asked for.

    Args:
        frames: The reply as it would be sent.
        names: Faults of the kinds "shape" and "mode".
        whole: The same reply as one message, where "object-arguments" needs it.
    """
    changes: list[Change] = [change for name, change in _SIMPLE.items() if name in names]
    if "object-arguments" in names and whole is not None:
        inputs = [block["input"] for block in whole["content"] if block["type"] == "tool_use"]
        changes.insert(0, partial(_whole_inputs, inputs))
    if names & {"finish-missing", "finish-null", "stop-sequence", *_COUNTS}:
        changes.append(partial(_endings, names))
    return changed(frames, changes) if changes else frames


def odd_whole(value: Value, names: frozenset[str]) -> Value:
    """A message with the oddities that were asked for."""
    if "stop-sequence" in names:
        value |= _AT_A_SEQUENCE
    if "base-resp" in names:
        value["base_resp"] = {"status_code": 0, "status_msg": "success"}
    if "finish-missing" in names:
        value.pop("stop_reason", None)
    elif "finish-null" in names:
        value["stop_reason"] = None
    if "usage" in value and names & _COUNTS:
        value["usage"] = _odd_usage(value["usage"], names)
    for block in value["content"]:
        if "no-signature" in names:
            block.pop("signature", None)
        if "no-input" in names and block.get("input") == {}:
            del block["input"]
    if "unknown" in names:
        value["content"].insert(0, {"type": "undocumented_block", **_NOBODY})
        value.update(_NOBODY)
    return value


def _odd_usage(usage: Value, names: frozenset[str]) -> Value | None:
    if "usage-null" in names:
        return None
    if "usage-partial" in names:
        return {"output_tokens": usage["output_tokens"]}
    return {name: 0 if isinstance(count, int) else count for name, count in usage.items()}


def _kind(event: Event) -> str:
    return str((event.value or {}).get("type"))


def _block(event: Event) -> Value:
    return (event.value or {}).get("content_block") or {}


def _delta(event: Event) -> Value:
    return (event.value or {}).get("delta") or {}


def _endings(names: frozenset[str], events: Iterator[Event]) -> Iterator[Event]:
    """Reasons and counts that are missing, null or wrong at the end of the message."""
    for event in events:
        value = event.value or {}
        if _kind(event) == "message_delta":
            if "finish-missing" in names:
                value["delta"].pop("stop_reason", None)
            elif "finish-null" in names:
                value["delta"]["stop_reason"] = None
            elif "stop-sequence" in names:
                value["delta"].update(_AT_A_SEQUENCE)
            if "usage" in value and names & _COUNTS:
                value["usage"] = _odd_usage(value["usage"], names)
        if _kind(event) == "message_start" and names & {"usage-null", "usage-zero", "empty-content"}:
            value["message"]["usage"] = _odd_usage(value["message"].get("usage") or {}, names)
        yield event


def _provisional(events: Iterator[Event]) -> Iterator[Event]:
    """All input counted as cached at first, as MiniMax's own example has it."""
    held = list(events)
    final = next(((event.value or {})["usage"] for event in held if "usage" in (event.value or {})), None)
    for event in held:
        if event.value is not None and final is not None and _kind(event) == "message_start":
            named = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
            total = sum(final.get(name, 0) for name in named)
            event.value["message"]["usage"] = {
                "input_tokens": 0,
                "output_tokens": 0,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": total,
            }
        yield event


def _finish_twice(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if _kind(event) == "message_delta":
            yield Event(copy.deepcopy(event.value), "tail", 0.0, event.name)


def _start_twice(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if _kind(event) == "message_start":
            yield Event(copy.deepcopy(event.value), "head", 0.0, event.name)


def _no_input(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        _block(event).pop("input", None)
        yield event


def _whole_inputs(inputs: list[Any], events: Iterator[Event]) -> Iterator[Event]:
    """Each call whole in the event that starts it, and no pieces."""
    left = iter(inputs)
    for event in events:
        if _block(event).get("type") == "tool_use":
            _block(event)["input"] = next(left)
        if _delta(event).get("type") != "input_json_delta":
            yield event


def _no_signature(events: Iterator[Event]) -> Iterator[Event]:
    return (event for event in events if _delta(event).get("type") != "signature_delta")


def _open_block(events: Iterator[Event]) -> Iterator[Event]:
    held = list(events)
    last = max((at for at, event in enumerate(held) if _kind(event) == "content_block_stop"), default=-1)
    return (event for at, event in enumerate(held) if at != last)


def _interleaved(events: Iterator[Event]) -> Iterator[Event]:
    """All blocks open first, their pieces take turns, and all close at the end."""
    kinds = ("content_block_start", "content_block_delta", "content_block_stop")
    held = list(events)
    starts, deltas, stops = ([event for event in held if _kind(event) == kind] for kind in kinds)
    before = [event for event in held if _kind(event) in {"message_start", "ping"}]
    after = [event for event in held if _kind(event) not in {"message_start", "ping", *kinds}]
    rows: dict[int, list[Event]] = {}
    for event in deltas:
        rows.setdefault((event.value or {})["index"], []).append(event)
    turns = (event for turn in zip_longest(*rows.values()) for event in turn if event is not None)
    return chain(before, starts, turns, stops, after)


def _no_event_names(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        event.name = ""
        yield event


def _done_too(events: Iterator[Event]) -> Iterator[Event]:
    yield from events
    yield Event(None, "done", data=b"data: [DONE]\n\n")


def _unknown(events: Iterator[Event]) -> Iterator[Event]:
    """An event, a block, a kind of piece and members that nobody knows, between what everybody does."""
    highest = 0
    for event in events:
        if event.value is None:
            yield event
            continue
        highest = max(highest, event.value.get("index", 0) + 1)
        if _kind(event) == "message_delta":
            block = {"type": "undocumented_block", **_NOBODY}
            piece = {"type": "undocumented_delta", "text": "not an answer"}
            for kind, more in (("start", {"content_block": block}), ("delta", {"delta": piece}), ("stop", {})):
                name = f"content_block_{kind}"
                yield Event({"type": name, "index": highest, **more}, "tail", 0.0, name)
        event.value.update(_NOBODY)
        yield event
        if _kind(event) == "message_start":
            yield Event({"type": "undocumented_event", **_NOBODY}, "head", 0.0, "undocumented_event")


_SIMPLE: dict[str, Change] = {
    "usage-provisional": _provisional,
    "finish-twice": _finish_twice,
    "start-twice": _start_twice,
    "no-input": _no_input,
    "no-signature": _no_signature,
    "interleaved": _interleaved,
    "open-block": _open_block,
    "unknown": _unknown,
    "no-event-names": _no_event_names,
    "done-too": _done_too,
}
