"""Frames opened up, so that an oddity can be put into what they say, and closed again.

Only a reply with a fault of kind "shape" or "mode" comes through here; any other goes out as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from minimax_nb.emulator.frames import Frame, Place, dumps

_DATA = b"data: "


@dataclass(slots=True)
class Event:
    """One server-sent event.

    Attributes:
        value: Its JSON, or None for one that has none (a comment, ``[DONE]``).
        place: Where in the reply it stands.
        after_s: The wait before it, in seconds.
        name: Its name, or "".
        data: Its bytes, where it has no JSON.
    """

    value: dict[str, Any] | None
    place: Place
    after_s: float = 0.0
    name: str = ""
    data: bytes = b""


Change = Callable[[Iterator[Event]], Iterator[Event]]


def opened(frames: Iterable[Frame]) -> Iterator[Event]:
    """The events in these frames."""
    for frame in frames:
        head, found, data = frame.data.partition(_DATA)
        if found and data.startswith(b"{"):
            name = head.removeprefix(b"event: ").strip().decode()
            yield Event(json.loads(data), frame.place, frame.after_s, name)
        else:
            yield Event(None, frame.place, frame.after_s, "", frame.data)


def closed(events: Iterable[Event]) -> Iterator[Frame]:
    """The frames of these events."""
    for event in events:
        if event.value is None:
            yield Frame(event.data, event.place, event.after_s)
        else:
            named = b"event: " + event.name.encode() + b"\n" if event.name else b""
            yield Frame(named + _DATA + dumps(event.value) + b"\n\n", event.place, event.after_s)


def changed(frames: Iterable[Frame], changes: list[Change]) -> Iterator[Frame]:
    """The frames with these changes made to their events, one after the other."""
    events = opened(frames)
    for change in changes:
        events = change(events)
    return closed(events)
