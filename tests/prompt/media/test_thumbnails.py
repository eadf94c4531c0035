"""What a saved notebook keeps of a picture is at most 20 kB, whatever the picture."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageStat

from minimax_nb.prompt.media import Image
from tests.prompt.media.makers import honest, photo


@pytest.mark.parametrize("size", [(3000, 2000), (320, 320), (321, 20), (5, 3000), (1, 1)])
def test_noise_of_any_size_fits(size: tuple[int, int]) -> None:
    picture = Image(Pillow.merge("RGB", [Pillow.effect_noise(size, 120) for _ in range(3)])).prepare()
    honest(picture)
    assert Pillow.open(io.BytesIO(picture.thumbnail)).size[0] <= 320


def test_a_drawing_of_few_colours_is_a_png_and_keeps_its_transparency() -> None:
    image = Pillow.new("RGBA", (200, 100), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 100, 100))
    picture = Image(image).prepare()
    small = Pillow.open(io.BytesIO(picture.thumbnail))
    assert picture.thumbnail_type == "image/png"
    assert (small.getpixel((10, 10)), small.getpixel((190, 10))[3]) == ((255, 0, 0, 255), 0)


def test_a_photograph_is_a_jpeg_that_looks_like_it() -> None:
    picture = Image(photo(1000, 700)).prepare()
    small = Pillow.open(io.BytesIO(picture.thumbnail))
    assert (picture.thumbnail_type, small.size) == ("image/jpeg", (320, 224))
    pairs = zip(ImageStat.Stat(small).mean, ImageStat.Stat(photo(1000, 700)).mean, strict=True)
    assert max(abs(one - other) for one, other in pairs) < 4
    assert not small.getexif()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from(["L", "RGB", "RGBA", "P", "1", "LA", "CMYK"]))
def test_every_shape_and_mode(width: int, height: int, mode: str) -> None:
    honest(Image(photo(width, height).convert("L" if mode == "LA" else "RGB").convert(mode)).prepare())
