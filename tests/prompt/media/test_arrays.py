"""Arrays are sent as the pictures they hold, and what was assumed about their numbers is said."""

from __future__ import annotations

import numpy as np
import pytest

from minimax_nb.prompt.media import Image
from tests.prompt.media.makers import honest, image_refusal, photo, same_pixels

PIXELS = np.asarray(photo())
GREY = np.asarray(photo().convert("L"))


@pytest.mark.parametrize(
    ("array", "mode"),
    [
        (PIXELS, "RGB"),
        (PIXELS[::-1, ::2], "RGB"),
        (np.asfortranarray(PIXELS), "RGB"),
        (np.dstack([PIXELS, GREY]), "RGBA"),
        (GREY, "L"),
        (GREY[:, :, None], "L"),
    ],
)
def test_bytes_are_taken_as_they_are(array: np.ndarray, mode: str) -> None:
    picture = Image(array).prepare()
    image = honest(picture)
    assert (picture.name, picture.notes, image.mode) == ("array", (), mode)
    assert np.array_equal(np.asarray(image), array.squeeze())


@pytest.mark.parametrize(
    ("array", "note"),
    [
        (GREY > 100, "true was taken for white"),
        (GREY.astype(np.uint16) * 257, "were taken for 0..65535 and made 8-bit"),
        (GREY.astype(np.int64), "were taken for 0..255"),
        (GREY.astype(np.int32) * 257, "were taken for 0..65535"),
        (GREY / 255, "were taken for 0..1"),
        ((GREY / 255).astype(np.float16), "were taken for 0..1"),
        (GREY.astype(float), "were taken for 0..255"),
        (np.full((4, 4), 1.0000001), "were taken for 0..1"),
    ],
)
def test_other_numbers_are_scaled_and_that_is_said(array: np.ndarray, note: str) -> None:
    picture = Image(array).prepare()
    assert note in picture.notes[0]
    image = np.asarray(honest(picture))
    expected = (array.astype(float) - 0) / float(np.max(array)) * image.max()
    assert np.abs(image - expected).max() <= 1
    assert image.max() in {255, GREY.max()}


def test_values_that_are_no_numbers_are_counted() -> None:
    array = np.full((5, 6), 0.5)
    array[0, 0], array[0, 1], array[0, 2] = np.nan, np.inf, -np.inf
    picture = Image(array).prepare()
    assert "3 values that are no numbers" in picture.notes[1]
    assert np.asarray(honest(picture))[0, :4].tolist() == [0, 128, 0, 128]


def test_masked_values_are_black() -> None:
    array = np.ma.masked_less(GREY, 128)
    assert np.asarray(honest(Image(array).prepare())).min() == 0


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(5), "is an array of 5, which is not the shape of a picture"),
        (np.zeros(()), "no dimensions"),
        (np.zeros((3, 64, 96), np.uint8), "array.transpose(1, 2, 0)"),
        (np.zeros((4, 4, 2)), "4 x 4 x 2"),
        (np.zeros((2, 4, 4, 3)), "2 x 4 x 4 x 3"),
        (np.zeros((0, 4)), "is an empty array of 0 x 4"),
        (np.zeros((4, 4), complex), "complex128, not of numbers"),
        (np.array([["a", "b"]]), "not of numbers"),
        (np.array([[object()]]), "object, not of numbers"),
        (np.full((4, 4), np.nan), "without a single finite number"),
        (np.linspace(-3, 812, 16).reshape(4, 4), "values from -3 to 812"),
        (np.full((4, 4), -1), "values from -1 to -1"),
        (np.full((4, 4), 70000), "neither 0..1 nor 0..255"),
    ],
)
def test_what_is_no_picture_is_refused(array: np.ndarray, said: str) -> None:
    assert said in image_refusal(array, name="a")


def test_a_whole_picture_survives() -> None:
    assert same_pixels(honest(Image(PIXELS / 255).prepare()), photo())


def test_an_enormous_array_is_refused_before_it_is_copied() -> None:
    array = np.broadcast_to(np.uint8(7), (30_000, 30_000, 3))
    assert "more than the 89 million that are safe" in image_refusal(array, name="a")
