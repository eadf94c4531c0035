"""Odd replies of the OpenAI-compatible protocol: what the faults of kind "shape" do to its pieces and bodies.

Each oddity was reported of a service or of a gateway in front of one (MiniMax's own pages, issue threads and
captures, read 2026-11-20); none of them comes unless it is asked for.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from minimax_nb.emulator.events import Change, Event, changed
from minimax_nb.emulator.frames import Frame

Value = dict[str, Any]

_FIELDS = ("reasoning_content", "reasoning")
_SHOWN = {
    "reasoning-content": ("reasoning_content",),
    "reasoning-field": ("reasoning",),
    "reasoning-openrouter": ("reasoning", "reasoning_details"),
    "two-names": ("reasoning_content", "reasoning", "reasoning_details"),
}
_NOBODY = {"x_undocumented": {"deep": [1, None, "two"]}}


def odd_stream(frames: Iterable[Frame], names: frozenset[str], whole: Callable[[], Value]) -> Iterable[Frame]:
    """The frames with the oddities that were asked for.

    Args:
        frames: The reply as it would be sent.
        names: Faults of the kinds "shape" and "mode".
        whole: Writes the same reply as one body.
    """
    changes = _changes(names, whole)
    return changed(frames, changes) if changes else frames


def odd_whole(value: Value, names: frozenset[str]) -> Value:
    """A reply of one body with the oddities that were asked for."""
    if "content-filter" in names:
        _flag(value)
    for choice in value["choices"]:
        _odd_message(choice["message"], names)
        _odd_finish(choice, names)
    usage = value.get("usage")
    if usage is not None and names & {"usage-null", "usage-partial", "usage-zero", "empty-content"}:
        value["usage"] = _odd_usage(usage, names)
    if "timings" in names:
        value["timings"] = _timings(usage)
    return {**value, **_NOBODY} if "unknown" in names else value


def _odd_message(message: Value, names: frozenset[str]) -> None:
    _rename(message, names)
    for call in message.get("tool_calls") or []:
        if "equal-index" in names:
            call["index"] = 0
        if "object-arguments" in names:
            call["function"]["arguments"] = _object(call["function"]["arguments"])
    if "empty-reasoning" in names and not any(message.get(field) for field in _FIELDS):
        message["reasoning_content"] = ""
    if "nulls" in names:
        message.update({name: None for name in ("tool_calls", "refusal", "reasoning_content") if name not in message})
    if "unknown" in names:
        message.update(_NOBODY)


def _odd_finish(choice: Value, names: frozenset[str]) -> None:
    if "content-filter" in names and choice.get("finish_reason"):
        choice["finish_reason"] = "content_filter"
    if "finish-missing" in names:
        choice.pop("finish_reason", None)
        choice.pop("native_finish_reason", None)
    elif "finish-null" in names:
        choice["finish_reason"] = None


def _flag(value: Value) -> None:
    """Say that the output was found wanting, where the service has members for that."""
    if "output_sensitive" in value:
        value |= {"output_sensitive": True, "output_sensitive_type": 7}


def _object(arguments: Any) -> Any:  # noqa: ANN401
    """Arguments as an object; text that is none stays text."""
    try:
        value = json.loads(arguments)
    except (TypeError, ValueError):
        return arguments
    return value if isinstance(value, dict) else arguments


def _odd_usage(usage: Value, names: frozenset[str]) -> Value | None:
    if "usage-null" in names:
        return None
    if "usage-partial" in names:
        return {"total_tokens": usage.get("total_tokens", 0)}
    if names & {"usage-zero", "empty-content"}:
        return {name: 0 if isinstance(count, int) else count for name, count in usage.items() if count != {}}
    return usage


def _timings(usage: Value | None) -> Value:
    counts = usage or {}
    said = counts.get("completion_tokens", 0)
    return {"prompt_n": counts.get("prompt_tokens", 0), "predicted_n": said, "predicted_per_second": 83.3}


# -- streams -----------------------------------------------------------------------------------------------------------


def _changes(names: frozenset[str], whole: Callable[[], Value]) -> list[Change]:
    """What is to be done to the events, in order."""
    changes = [change for name, change in _SIMPLE.items() if name in names]
    if names & _SHOWN.keys():
        changes.insert(0, partial(_renamed, names))
    if "object-arguments" in names:
        changes.append(partial(_objects, whole))
    if names & {"finish-missing", "finish-null", "content-filter"}:
        changes.append(partial(_finishes, names))
    if names & {"usage-with-finish", "usage-every"}:
        changes.append(partial(_counted, names, whole))
    if names & {"usage-null", "usage-partial", "usage-zero", "empty-content"}:
        changes.append(partial(_usages, names))
    if "timings" in names:
        changes.append(partial(_timed, whole))
    if "summary-tail" in names:
        changes.append(partial(_summed_up, names, whole))
    return changes


def _choices(event: Event) -> list[Value]:
    return (event.value or {}).get("choices") or []


def _deltas(event: Event) -> list[Value]:
    return [choice["delta"] for choice in _choices(event)]


def _rename(said: Value, names: frozenset[str]) -> None:
    """Move thinking that stands in fields of its own to the fields that were asked for."""
    wanted = next((fields for name, fields in _SHOWN.items() if name in names), None)
    piece = next((said[field] for field in _FIELDS if said.get(field)), "")
    if wanted is None or not piece:
        return
    details = said.get("reasoning_details") or [{"type": "reasoning.text", "index": 0, "text": piece}]
    for field in (*_FIELDS, "reasoning_details"):
        said.pop(field, None)
    said.update({field: details if field == "reasoning_details" else piece for field in wanted})


def _renamed(names: frozenset[str], events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        for delta in _deltas(event):
            _rename(delta, names)
        yield event


def _cumulative(events: Iterator[Event]) -> Iterator[Event]:
    """Every piece with all before it in front: as long as that gets, since that is the fault."""
    so_far: dict[str, str] = {}

    def grown(key: str, piece: str) -> str:
        so_far[key] = so_far.get(key, "") + piece
        return so_far[key]

    for event in events:
        for delta in _deltas(event):
            for key in ("content", *_FIELDS):
                if delta.get(key):
                    delta[key] = grown(key, delta[key])
            for detail in delta.get("reasoning_details") or []:
                detail["text"] = grown("details", detail["text"])
        yield event


def _equal_index(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        for delta in _deltas(event):
            for call in delta.get("tool_calls") or []:
                call["index"] = 0
        yield event


def _objects(whole: Callable[[], Value], events: Iterator[Event]) -> Iterator[Event]:
    """The first piece of a call brings the whole object, the others bring nothing."""
    calls = iter(whole()["choices"][0]["message"].get("tool_calls") or [])
    for event in events:
        for delta in _deltas(event):
            kept = [call for call in delta.get("tool_calls") or [] if call.get("id")]
            for call in kept:
                call["function"]["arguments"] = _object(next(calls)["function"]["arguments"])
            if "tool_calls" in delta and kept:
                delta["tool_calls"] = kept
            elif "tool_calls" in delta:
                del delta["tool_calls"]
        yield event


def _finishes(names: frozenset[str], events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if "content-filter" in names and _ends(event):
            _flag(event.value or {})
        for choice in _choices(event):
            _odd_finish(choice, names)
        yield event


def _ends(event: Event) -> bool:
    return any(choice.get("finish_reason") for choice in _choices(event))


def _finish_twice(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if _ends(event):
            again = copy.deepcopy(event.value)
            for choice in (again or {})["choices"]:
                choice["delta"] = {}
            yield Event(again, "tail")


def _finish_apart(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if _ends(event) and any(_deltas(event)):
            alone = copy.deepcopy(event.value)
            for choice in (alone or {})["choices"]:
                choice["delta"] = {}
            _finishes_never(event)
            yield event
            yield Event(alone, "tail")
        else:
            yield event


def _finishes_never(event: Event) -> None:
    for choice in _choices(event):
        choice.pop("finish_reason", None)


def _finish_with_text(events: Iterator[Event]) -> Iterator[Event]:
    held: Event | None = None
    for event in events:
        if held is not None and _ends(event) and not any(_deltas(event)):
            for choice, last in zip(_choices(held), _choices(event), strict=True):
                choice.update({name: last[name] for name in last if name != "delta"})
            continue
        if held is not None:
            yield held
        held = event
    if held is not None:
        yield held


def _counted(names: frozenset[str], whole: Callable[[], Value], events: Iterator[Event]) -> Iterator[Event]:
    """Counts where they do not usually stand: on the last piece, or on all of them and growing."""
    usage = whole().get("usage") or {}
    every, said = "usage-every" in names, 0
    for event in events:
        if event.value is not None and not _choices(event) and "usage-with-finish" in names:
            continue
        if _ends(event):
            (event.value or {})["usage"] = usage
        elif every and _choices(event):
            said = min(said + 1, usage.get("completion_tokens", 0))
            total = usage.get("prompt_tokens", 0) + said
            (event.value or {})["usage"] = usage | {"completion_tokens": said, "total_tokens": total}
        yield event


def _usages(names: frozenset[str], events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if event.value is not None and not _choices(event) and "usage-null" in names:
            continue
        if event.value is not None and event.value.get("usage"):
            event.value["usage"] = _odd_usage(event.value["usage"], names)
        yield event


def _timed(whole: Callable[[], Value], events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if event.value is not None and _ends(event):
            event.value["timings"] = _timings(whole().get("usage"))
        yield event


def _summed_up(names: frozenset[str], whole: Callable[[], Value], events: Iterator[Event]) -> Iterator[Event]:
    summary: Event | None = Event(odd_whole(whole(), names - {"timings"}), "tail")
    for event in events:
        if event.place == "done" and summary is not None:
            yield summary
            summary = None
        yield event


def _empty_choices(events: Iterator[Event]) -> Iterator[Event]:
    waiting = True
    for event in events:
        if waiting and event.value is not None:
            waiting = False
            yield Event({**event.value, "choices": []}, "head")
        yield event


def _nulls(events: Iterator[Event]) -> Iterator[Event]:
    names = ("role", "content", "reasoning_content", "tool_calls", "function_call", "refusal")
    for event in events:
        for choice in _choices(event):
            choice["delta"] = {**dict.fromkeys(names), **choice["delta"]}
            choice.setdefault("finish_reason", None)
        yield event


def _empty_reasoning(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        for delta in _deltas(event):
            if not any(delta.get(field) for field in _FIELDS):
                delta["reasoning_content"] = ""
        yield event


def _unknown(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if event.value is not None:
            event.value.update(_NOBODY)
        for choice in _choices(event):
            choice["delta"].update(_NOBODY)
        yield event


_SIMPLE: dict[str, Change] = {
    "cumulative": _cumulative,
    "equal-index": _equal_index,
    "finish-apart": _finish_apart,
    "finish-with-text": _finish_with_text,
    "finish-twice": _finish_twice,
    "empty-choices": _empty_choices,
    "empty-reasoning": _empty_reasoning,
    "nulls": _nulls,
    "unknown": _unknown,
}
