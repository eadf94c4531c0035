"""The rule of 28 x 28 pixels against the figures that MiniMax publishes."""

from __future__ import annotations

import pytest

from minimax_nb.prompt.media import image_tokens


@pytest.mark.parametrize(
    ("size", "detail", "published"),
    [
        ((672, 672), "low", 600),  # "up to about": OpenAI-compatible API page, read 2026-11-20
        ((2016, 2016), "default", 5_000),
        ((3584, 3584), "high", 15_000),
        ((672, 672), None, 600),  # the provider checks, read 2026-11-21
    ],
)
def test_published_figures_are_met_within_a_tenth(size: tuple[int, int], detail: str | None, published: int) -> None:
    assert image_tokens(*size, detail) == pytest.approx(published, rel=0.1)


def test_a_smaller_side_asked_for_costs_less() -> None:
    costs = [image_tokens(5_000, 3_000, None, side) for side in (252, 504, 1008)]
    assert costs == sorted(set(costs))
