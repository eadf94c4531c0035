"""The pictures that README.md shows are there, sharp, and light enough to be loaded with it."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.support.pictures import FOLDER, PICTURES, WIDEST


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_sharp_and_light(name: str) -> None:
    path = FOLDER / f"{name}.png"
    with Image.open(path) as picture:
        assert 1_000 <= picture.width <= WIDEST
        assert path.stat().st_size < (400_000 if picture.n_frames > 1 else 150_000)


def test_the_streaming_cell_moves_and_its_still_is_the_whole_reply() -> None:
    with Image.open(FOLDER / "streaming.png") as picture:
        assert 12 <= picture.n_frames <= 40
        still = picture.convert("RGB")
        picture.seek(picture.n_frames - 1)
        assert picture.convert("RGB").tobytes() == still.tobytes()


def test_no_other_pictures_lie_there() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PICTURES)
