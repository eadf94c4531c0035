"""The estimate of what a picture or video costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.prompt.media import image_tokens, video_tokens

SIDES = st.integers(1, 20_000)
DETAILS = st.sampled_from([None, "low", "default", "high"])


@pytest.mark.parametrize(
    ("size", "options", "tokens"),
    [
        ((672, 672), {"detail": "low"}, 576 + 2),
        ((2016, 2016), {}, 5184 + 2),
        ((2016, 2016), {"detail": "default"}, 5184 + 2),
        ((3584, 3584), {"detail": "high"}, 16384 + 2),
        ((9000, 9000), {"detail": "high"}, 16384 + 2),
        ((28, 28), {}, 1 + 2),
        ((29, 28), {}, 2 + 2),
        ((1, 1), {"detail": "high"}, 1 + 2),
        ((4000, 3000), {"max_long_side": 280}, 10 * 8 + 2),
        ((100, 100), {"max_long_side": 4000}, 16 + 2),
    ],
)
def test_a_picture(size: tuple[int, int], options: dict, tokens: int) -> None:
    assert image_tokens(*size, **options) == tokens


@pytest.mark.parametrize(
    ("size", "seconds", "options", "tokens"),
    [
        ((504, 504), 2, {"detail": "low"}, 18 * 18 + 2),
        ((1008, 1008), 10, {}, 5 * (36 * 36 + 2)),
        ((2016, 2016), 2, {"detail": "high"}, 72 * 72 + 2),
        ((1008, 1008), 10, {"fps": 2}, 10 * (36 * 36 + 2)),
        ((1008, 1008), 0, {}, 36 * 36 + 2),
        ((28, 28), 100_000, {}, 384 * 3),
        ((1008, 504), 2, {"max_long_side": 280}, 10 * 5 + 2),
    ],
)
def test_a_video(size: tuple[int, int], seconds: float, options: dict, tokens: int) -> None:
    assert video_tokens(*size, seconds, **options) == tokens


@given(SIDES, SIDES, DETAILS, st.none() | SIDES)
def test_it_is_never_nothing_and_never_beyond_its_detail(width: int, height: int, detail: str, side: int) -> None:
    tokens = image_tokens(width, height, detail, side)
    assert 3 <= tokens <= {"low": 576, "high": 16384}.get(detail, 5184) + 2
    assert tokens == image_tokens(height, width, detail, side)


@given(SIDES, SIDES, st.floats(0, 1e6), st.none() | st.floats(0.2, 5), DETAILS)
def test_a_video_never_exceeds_the_volume_that_is_looked_at(
    width: int, height: int, seconds: float, fps: float, detail: str
) -> None:
    tokens = video_tokens(width, height, seconds, fps, detail)
    assert 3 <= tokens < 301_056_000 / 28 / 28 / 2 * 1.3 + 384 * 80
