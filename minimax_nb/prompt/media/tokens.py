"""About how many tokens a picture or a video costs. Always an estimate: no service documents the rule.

The rule is that of the open processor of the same models: one token for each square of 28 x 28 pixels after scaling,
with one token before and one after. The service's own rough figures (OpenAI-compatible API page, read 2026-11-20: up
to about 600 tokens for ``low``, 5,000 for ``default``, 15,000 and more for ``high``) fit longest sides of 672, 2016 and
3584 pixels; for the frames of a video a published server plug-in takes 504, 1008 and 2016. MiniMax's own checks of
providers (github.com/MiniMax-AI/MiniMax-Provider-Verifier, read 2026-11-21) agree where they overlap: about 600 tokens
for 672 x 672, a longest side of 2016 by default, at most 3584 x 3584 pixels. They also say that a shorter side below
112 pixels is scaled up to that, not how the longer one follows; such strips cost more than is estimated here.
"""

from __future__ import annotations

import math

from minimax_nb.messages.media import Detail

SQUARE = 28
IMAGE_SIDES: dict[Detail, int] = {"low": 672, "default": 2016, "high": 3584}
FRAME_SIDES: dict[Detail, int] = {"low": 504, "default": 1008, "high": 2016}
MOST_FRAMES = 768
MOST_VOLUME = 301_056_000
"""Pixels of all frames of a video together; the open processor scales larger ones down."""

DEFAULT_FPS = 1.0


def image_tokens(width: int, height: int, detail: Detail | None = None, max_long_side: int | None = None) -> int:
    """About how many input tokens a picture costs.

    Args:
        width: Pixels as sent.
        height: Pixels as sent.
        detail: As asked of the service; None is its ``default``.
        max_long_side: As asked of the service, in pixels.
    """
    return _squares(width, height, min(IMAGE_SIDES[detail or "default"], max_long_side or width + height)) + 2


def video_tokens(  # noqa: PLR0917 - a pure function of the clip's own fields, in their order
    width: int,
    height: int,
    duration_s: float,
    fps: float | None = None,
    detail: Detail | None = None,
    max_long_side: int | None = None,
) -> int:
    """About how many input tokens a video costs: two frames share one set of squares; sound is not counted.

    Args:
        width: Pixels of a frame.
        height: Pixels of a frame.
        duration_s: Seconds.
        fps: Frames a second the service is to look at; None is its default of 1.
        detail: As asked of the service; None is its ``default``.
        max_long_side: As asked of the service, in pixels.
    """
    frames = min(max(1, math.ceil(duration_s * (fps or DEFAULT_FPS))), MOST_FRAMES)
    side = min(FRAME_SIDES[detail or "default"], max_long_side or width + height, max(width, height))
    scale = side / max(width, height, 1)
    volume = frames * width * height * scale * scale
    if volume > MOST_VOLUME:
        side = max(1, int(side * math.sqrt(MOST_VOLUME / volume)))
    return math.ceil(frames / 2) * (_squares(width, height, side) + 2)


def _squares(width: int, height: int, long_side: int) -> int:
    """Squares that cover a picture after its longer side was scaled down to ``long_side``."""
    scale = min(1.0, long_side / max(width, height, 1))
    across, down = (max(1, math.ceil(round(length * scale) / SQUARE)) for length in (width, height))
    return across * down
