"""At which times a video's frames are taken."""

from __future__ import annotations

import math

from minimax_nb.errors import RequestError
from minimax_nb.prompt.media.files import refused
from minimax_nb.prompt.media.medium import whole_number
from minimax_nb.prompt.media.tokens import DEFAULT_FPS, MOST_FRAMES


def sample_times(
    name: str, duration_s: float, every: float | None, count: int | None, fps: float | None
) -> list[float]:
    """Times at which frames are taken, in seconds from the beginning, rising.

    Args:
        name: What to call the video.
        duration_s: Its length.
        every: Seconds between them, the first at 0.
        count: How many, each in the middle of its share of the length.
        fps: Frames a second, where neither of the two is given; None is 1.

    Raises:
        RequestError: Both were given, one is not above 0, or there would be more frames than any service looks at.
    """
    if every is not None and count is not None:
        raise RequestError("frames() takes every= or count=, not both.")
    if count is not None:
        count = _bounded(name, whole_number("count", count, 1))
        return [(at + 0.5) * duration_s / count for at in range(count)]
    step = every if every is not None else 1 / (fps or DEFAULT_FPS)
    if isinstance(step, bool) or not isinstance(step, int | float) or not (math.isfinite(step) and step > 0):
        raise RequestError(f"every is {every!r}, and it is a number of seconds above 0.")
    total = max(1, math.ceil(duration_s / step - 1e-9))
    return [at * step for at in range(_bounded(name, total))]


def _bounded(name: str, count: int) -> int:
    if count > MOST_FRAMES:
        hint = f"Take at most {MOST_FRAMES}: a larger every=, or count=."
        raise refused(name, f"would give {count:,} frames, more than a model looks at", hint)
    return count
