"""Pictures are made fit for the service where they must be, and every change is said."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image as Pillow
from PIL import ImageChops, ImageCms, ImageStat

from minimax_nb.messages.media import MediaLimits
from minimax_nb.prompt.media import Image
from tests.prompt.media.makers import (
    FILES,
    honest,
    image_refusal,
    photo,
    refusal,
    same_pixels,
    saved,
    sent,
    stored,
    with_place,
)

CORNERS = {(0, 0): (255, 0, 0), (1, 0): (0, 255, 0), (0, 1): (0, 0, 255), (1, 1): (255, 255, 0)}
SMALL = MediaLimits(image_side=50)
WAY = Pillow.Transpose
LAID = {2: WAY.FLIP_LEFT_RIGHT, 3: WAY.ROTATE_180, 4: WAY.FLIP_TOP_BOTTOM, 5: WAY.TRANSPOSE}
LAID |= {6: WAY.ROTATE_90, 7: WAY.TRANSVERSE, 8: WAY.ROTATE_270}
"""How a camera lays down what it says is to be turned so."""


def corners() -> Pillow.Image:
    image = Pillow.new("RGB", (2, 2))
    for place, colour in CORNERS.items():
        image.putpixel(place, colour)
    return image.resize((80, 48), Pillow.Resampling.NEAREST)


def noise(width: int, height: int) -> Pillow.Image:
    return Pillow.effect_noise((width, height), 90).convert("RGB")


@pytest.mark.parametrize("direction", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_is_turned_upright_as_its_exif_says(direction: int, form: str) -> None:
    lying = corners().transpose(LAID[direction]) if direction > 1 else corners()
    options = {"lossless": True} if form == "WEBP" else {"quality": 95, "subsampling": 0} if form == "JPEG" else {}
    picture = Image(saved(lying, form, exif=with_place(direction), **options)).prepare()
    image = honest(picture).convert("RGB")
    assert image.size == (80, 48)
    for (x, y), colour in CORNERS.items():
        seen = image.getpixel((10 + 60 * x, 10 + 28 * y))
        assert max(abs(one - other) for one, other in zip(seen, colour, strict=True)) < 12
    assert ("turned upright, as its EXIF says" in picture.notes) == (direction > 1)
    assert b"2031:07:14" not in sent(picture)


def test_a_thumbnail_is_upright_too() -> None:
    picture = Image(saved(photo(200, 100), "JPEG", exif=with_place(6))).prepare()
    assert (picture.width, picture.height) == (100, 200)
    assert Pillow.open(io.BytesIO(picture.thumbnail)).size == (100, 200)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_too_many_pixels_are_scaled_down_and_that_is_said(form: str) -> None:
    image = photo(96, 64).quantize(64) if form == "GIF" else photo(96, 64)
    picture = Image(saved(image, form)).prepare(SMALL)
    assert honest(picture).size == (50, 33)
    assert "scaled from 96 x 64 to 50 x 33" in picture.notes
    small, large = ImageStat.Stat(honest(picture).convert("RGB")).mean, ImageStat.Stat(image.convert("RGB")).mean
    assert max(abs(one - other) for one, other in zip(small, large, strict=True)) < 6


def test_a_lying_picture_is_scaled_by_its_upright_sides() -> None:
    picture = Image(saved(photo(96, 64), "JPEG", exif=with_place(8))).prepare(SMALL)
    assert honest(picture).size == (33, 50)
    assert "scaled from 64 x 96 to 33 x 50" in picture.notes


def test_a_very_large_jpeg_is_scaled_to_the_documented_side() -> None:
    picture = Image(saved(photo(8000, 500), "JPEG")).prepare()
    assert honest(picture).size == (3584, 224)
    assert picture.notes == ("scaled from 8000 x 500 to 3584 x 224",)


def test_a_sliver_keeps_at_least_one_pixel() -> None:
    assert honest(Image(photo(4000, 1)).prepare()).size == (3584, 1)
    assert honest(Image(photo(1, 1)).prepare()).size == (1, 1)


@pytest.mark.parametrize("source", ["file", "pillow"])
def test_without_shrink_a_large_picture_is_refused_with_its_size(source: str) -> None:
    image = photo(96, 64)
    given = saved(image, "PNG") if source == "file" else image
    said = refusal(lambda: Image(given, name="big", shrink=False).prepare(SMALL))
    assert said.startswith("big has 96 x 64 pixels, and the longer side may have 50.")
    assert Image(given, shrink=False).prepare().notes == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_too_many_bytes_are_made_fewer(form: str) -> None:
    options = {"lossless": True} if form == "WEBP" else {"quality": 98} if form == "JPEG" else {}
    data = saved(noise(300, 200), form, **options)
    limits = MediaLimits(image_bytes=20_000)
    assert len(data) > limits.image_bytes
    picture = Image(data).prepare(limits)
    honest(picture)
    assert picture.size is not None
    assert picture.size <= limits.image_bytes
    said = refusal(lambda: Image(data, name="big", shrink=False).prepare(limits))
    assert "and the service takes 20 kB a picture" in said
    assert "are more than the service takes" in picture.notes[0]


def test_without_shrink_nothing_is_encoded_anew_to_save_bytes() -> None:
    data = saved(photo(300, 200), "JPEG", quality=100, subsampling=0)
    limits = MediaLimits(image_bytes=len(data) - 1)
    said = refusal(lambda: Image(data, name="big", shrink=False).prepare(limits))
    assert said.startswith("big has ")
    assert honest(Image(data).prepare(limits)).size == (300, 200)


def test_few_bytes_are_reached_by_fewer_pixels_if_need_be() -> None:
    picture = Image(noise(300, 200)).prepare(MediaLimits(image_bytes=3_000))
    assert picture.size is not None
    assert picture.size <= 3_000
    assert any(note.startswith("scaled from 300 x 200 to ") for note in picture.notes)
    assert honest(picture).width < 300


@pytest.mark.parametrize(("name", "frames"), [("moving.gif", 3), ("moving.webp", 3), ("moving.png", 3)])
def test_of_a_moving_picture_the_first_frame_is_sent(name: str, frames: int) -> None:
    picture = Image(FILES / name).prepare()
    assert f"it moves: of its {frames} frames only the first is sent" in picture.notes
    image = honest(picture)
    assert not getattr(image, "is_animated", False)
    first = stored(name).convert("RGB")
    difference = ImageStat.Stat(ImageChops.difference(image.convert("RGB"), first)).mean
    assert max(difference) < (12 if name == "moving.webp" else 1e-9), "but for the JPEG, it is that frame"


def test_cmyk_becomes_rgb() -> None:
    image = photo().convert("CMYK")
    for form in ("JPEG", "TIFF"):
        picture = Image(saved(image, form, **({"quality": 95} if form == "JPEG" else {}))).prepare()
        assert "converted from CMYK to RGB" in picture.notes
        out = honest(picture)
        assert out.mode == "RGB"
        means = zip(ImageStat.Stat(out).mean, ImageStat.Stat(image.convert("RGB")).mean, strict=True)
        assert max(abs(one - other) for one, other in means) < 4


@pytest.mark.parametrize("name", ["deep.png", "deep-grey.png", "deep.tif"])
def test_sixteen_bits_become_eight(name: str) -> None:
    picture = Image(FILES / name).prepare()
    assert "reduced from 16 bits a channel to 8" in picture.notes
    assert sent(picture)[24] == 8
    plain = honest(Image(FILES / "plain.png").prepare()).convert("L")
    assert abs(ImageStat.Stat(honest(picture).convert("L")).mean[0] - ImageStat.Stat(plain).mean[0]) < 3


def test_numbers_of_any_size_in_a_pil_image() -> None:
    ramp = Pillow.linear_gradient("L")
    for mode, scale, note in (("F", 0.001, "spread over 0..255"), ("I", 1000, "spread"), ("I", 1, "16 bits")):
        image = ramp.convert(mode).point(lambda value, scale=scale: value * scale + 0)
        picture = Image(image).prepare()
        assert note in picture.notes[0]
        assert honest(picture).getextrema() == (0, 255)
    broken = Pillow.new("F", (2, 2), float("nan"))
    assert "no numbers" in image_refusal(broken)


def in_mode(mode: str) -> Pillow.Image:
    if mode in {"LAB", "PA"}:
        return Pillow.new(mode, (96, 64))
    if mode in {"La", "RGBa"}:
        return photo().convert(mode.upper()).convert(mode)
    return photo().convert(mode)


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "La", "RGBa", "RGBX", "PA"]


@pytest.mark.parametrize("mode", MODES)
def test_pil_images_in_every_mode(mode: str) -> None:
    assert honest(Image(in_mode(mode)).prepare()).size == (96, 64)


@pytest.mark.parametrize("name", ["palette.png", "plain.gif"])
def test_palettes_stay(name: str) -> None:
    assert honest(Image(FILES / name).prepare()).mode == "P"


def test_transparency_stays_in_a_png_and_is_laid_on_white_in_a_jpeg() -> None:
    image = photo().convert("RGBA")
    image.putalpha(Pillow.linear_gradient("L").resize(image.size))
    assert same_pixels(honest(Image(image).prepare()), image)
    assert same_pixels(honest(Image(saved(image, "PNG")).prepare()), image)
    scaled = honest(Image(saved(image, "WEBP", lossless=True)).prepare(SMALL))
    assert (scaled.format, scaled.mode) == ("PNG", "RGBA")
    clear = Pillow.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture = Image(clear).prepare(MediaLimits(image_types=("image/jpeg",)))
    assert honest(picture).getpixel((5, 5)) == (255, 255, 255)
    assert "laid on white, since JPEG has no transparency" in picture.notes


def test_a_palette_with_a_clear_colour_stays_clear_when_it_is_scaled() -> None:
    image = Pillow.new("P", (96, 64), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 48, 64))
    for form in ("PNG", "GIF"):
        out = honest(Image(saved(image, form, transparency=0)).prepare(SMALL)).convert("RGBA")
        assert out.getpixel((2, 2))[3] == 0
        assert out.getpixel((47, 2)) == (0, 0, 255, 255)


def _profile(name: str) -> bytes:
    """A profile whose red and green are exchanged: conversion shows at once."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = data.index(b"rXYZ", 128), data.index(b"gXYZ", 128)
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data).replace("sRGB".encode("utf-16-be"), name.encode("utf-16-be"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_of_another_profile_are_converted(form: str) -> None:
    red = Pillow.new("RGB", (40, 40), (250, 10, 10))
    picture = Image(saved(red, form, icc_profile=_profile("XRGB"))).prepare()
    out = honest(picture)
    assert "its colours were converted to sRGB" in picture.notes
    assert "icc_profile" not in out.info
    pixel = out.convert("RGB").getpixel((20, 20))
    assert pixel[1] > 200 > pixel[0]


def test_a_profile_that_is_broken_is_dropped() -> None:
    picture = Image(saved(photo(), "PNG", icc_profile=b"\0" * 200)).prepare()
    assert "icc_profile" not in honest(picture).info
    assert same_pixels(honest(picture), photo())


def test_options_go_with_the_picture() -> None:
    picture = Image(photo(), "high", 280, name="x").prepare()
    assert (picture.detail, picture.max_long_side, picture.name) == ("high", 280, "x")


def test_each_service_gets_its_own() -> None:
    image = Image(photo())
    large, small = image.prepare(), image.prepare(SMALL)
    assert (large.width, small.width) == (96, 50)
    assert image.prepare(replace(SMALL)) is small
    assert image.prepare() is large
