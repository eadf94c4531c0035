"""Looking at a video: its header, and where PyAV is installed what its frames show and when that changes."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from minimax_nb.emulator.films import Film, film_of
from minimax_nb.emulator.looking import Seen, see
from minimax_nb.errors import RequestError
from minimax_nb.prompt.media.film import available, pictures_at
from minimax_nb.prompt.media.kinds import HEAD, kind_of

MOST_FRAMES = 16
"""Frames that are looked at, at most, whatever the length."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of a video that shows one thing: when it begins, in seconds, and what its first frame shows."""

    starts_s: float
    seen: Seen


@dataclass(frozen=True, slots=True)
class Watched:
    """A video that was looked at.

    Attributes:
        film: What its header says.
        sha256: Of its file.
        size: Bytes.
        frames: How many of its frames were looked at.
        scenes: What they show, one after the other.
        fault: Why no frame was looked at: "broken", "no-library"; else "".
    """

    film: Film
    sha256: str
    size: int
    frames: int = 0
    scenes: tuple[Scene, ...] = ()
    fault: str = ""


def watch(data: bytes, fps: float | None = None) -> Watched:
    """Look at a video's file.

    Args:
        data: The file.
        fps: Frames a second to look at; None is the services' usual 1.
    """
    film, sha256 = film_of(data), hashlib.sha256(data).hexdigest()
    kind = kind_of(data[:HEAD])
    if kind is None or kind.family != "video" or not film.duration_s:
        return Watched(film, sha256, len(data), fault="broken")
    if not available():
        return Watched(film, sha256, len(data), fault="no-library")
    count = max(1, min(MOST_FRAMES, math.ceil(film.duration_s * (fps or 1))))
    times = [at * film.duration_s / count for at in range(count)]
    seen: list[Scene] = []
    try:
        seen.extend(Scene(at, see(image)) for at, image in pictures_at(data, kind, "the video", times))
    except (RequestError, ValueError, OSError, ArithmeticError):
        return Watched(film, sha256, len(data), fault="broken")
    scenes = [scene for at, scene in enumerate(seen) if not at or _shows(scene) != _shows(seen[at - 1])]
    return Watched(film, sha256, len(data), len(seen), tuple(scenes), "" if seen else "broken")


def _shows(scene: Scene) -> tuple[str, ...]:
    """What makes one scene differ from another: the main colour of the whole and of each half."""
    return (*(name for name, _ in scene.seen.colours[:1]), *scene.seen.sides)
