"""Metadata goes, pixels stay: any metadata, in any place, in every type that is sent as it is."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms, PngImagePlugin

from minimax_nb.prompt.media import Image
from tests.prompt.media.makers import honest, image_refusal, photo, same_pixels, saved, sent, with_place

SECRET = b"48.8577N-2.295E"
SECRETS = st.binary(max_size=40).map(lambda rest: SECRET + rest + SECRET)
PROGRESSIVE = saved(photo(), "JPEG", quality=80, progressive=True)
RESTARTS = saved(photo(), "JPEG", quality=80, restart_marker_blocks=2)
JPEGS = {"baseline": saved(photo(), "JPEG", quality=80), "progressive": PROGRESSIVE, "restarts": RESTARTS}
PNGS = {
    "rgb": saved(photo(), "PNG"),
    "palette": saved(photo().quantize(16), "PNG", transparency=3),
    "alpha": saved(photo().convert("RGBA"), "PNG"),
    "grey": saved(photo().convert("L"), "PNG", transparency=40),
}
WEBPS = {
    "lossy": saved(photo(), "WEBP"),
    "lossless": saved(photo(), "WEBP", lossless=True),
    "alpha": saved(Pillow.merge("RGBA", (*photo().split(), photo().convert("L"))), "WEBP"),
    "extended": saved(photo(), "WEBP", exif=with_place()),
}
PNG_METADATA = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prVt", b"dSIG"]
GIFS = {"plain": saved(photo().quantize(32), "GIF"), "clear": saved(photo().quantize(16), "GIF", transparency=2)}


def _stripped(data: bytes, before: bytes) -> bytes:
    picture = Image(data).prepare()
    assert same_pixels(honest(picture), Pillow.open(io.BytesIO(before)))
    out = sent(picture)
    assert SECRET not in out
    assert b"Exif" not in out
    assert b"Maker" not in out
    return out


def _without(data: bytes, form: str) -> bytes:
    """What stripping leaves of a picture that nothing was added to."""
    picture = Image(data).prepare()
    assert Pillow.MIME[form] == picture.media_type
    return sent(picture)


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(sorted(JPEGS)),
    segments=st.lists(
        st.tuples(st.sampled_from([*range(0xE1, 0xEE), 0xEF, 0xFE]), SECRETS, st.booleans()), min_size=1, max_size=5
    ),
    tail=st.binary(max_size=30),
)
def test_jpeg(kind: str, segments: list[tuple[int, bytes, bool]], tail: bytes) -> None:
    data = JPEGS[kind]
    at_scan = data.index(b"\xff\xda")
    early, late = b"", b""
    for marker, body, behind in segments:
        segment = b"\xff" * (1 + len(body) % 3) + bytes((marker,)) + struct.pack(">H", len(body) + 2) + body
        early, late = (early, late + segment) if behind else (early + segment, late)
    dirty = data[:2] + early + data[2:at_scan] + late + data[at_scan:] + tail + SECRET
    assert _stripped(dirty, data) == _without(data, "JPEG")


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(sorted(PNGS)),
    chunks=st.lists(
        st.tuples(
            st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prVt", b"dSIG"]), SECRETS, st.booleans()
        ),
        max_size=5,
    ),
    tail=st.binary(max_size=30),
)
def test_png(kind: str, chunks: list[tuple[bytes, bytes, bool]], tail: bytes) -> None:
    data = PNGS[kind]
    early, late = b"", b""
    for name, secret, behind in chunks:
        forms = {b"zTXt": b"k\0\0" + zlib.compress(secret), b"tEXt": b"k\0" + secret, b"iTXt": b"k\0\0\0\0\0" + SECRET}
        body = forms.get(name, secret)
        chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        early, late = (early, late + chunk) if behind else (early + chunk, late)
    dirty = data[:33] + early + data[33:-12] + late + data[-12:] + tail + SECRET
    assert _stripped(dirty, data) == _without(data, "PNG")


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(["alpha", "extended"]),
    chunks=st.lists(st.tuples(st.sampled_from([b"EXIF", b"XMP ", b"none"]), SECRETS), max_size=4),
    tail=st.binary(max_size=30),
)
def test_webp(kind: str, chunks: list[tuple[bytes, bytes]], tail: bytes) -> None:
    data = WEBPS[kind]
    body = data[12:]
    for name, content in chunks:
        body += name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)
    flags = body[8] | 0x08 | 0x04 if chunks else body[8]
    body = body[:8] + bytes((flags,)) + body[9:]
    dirty = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + tail + SECRET
    out = _stripped(dirty, data)
    assert out == _without(data, "WEBP")
    assert out[20] & 0x2C == 0
    assert int.from_bytes(out[4:8], "little") == len(out) - 8


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(sorted(GIFS)),
    comments=st.lists(st.tuples(st.binary(min_size=1, max_size=200), st.booleans()), max_size=4),
    tail=st.binary(max_size=30),
)
def test_gif(kind: str, comments: list[tuple[bytes, bool]], tail: bytes) -> None:
    data = GIFS[kind]
    tables = 13 + (3 << ((data[10] & 7) + 1))
    early, late = b"", b"\x21\xff\x0bXMP DataXMP" + bytes((len(SECRET),)) + SECRET + b"\0"
    for body, behind in comments:
        text = (SECRET + body)[:255]
        block = b"\x21\xfe" + bytes((len(text),)) + text + b"\0"
        early, late = (early, late + block) if behind else (early + block, late)
    dirty = data[:tables] + early + data[tables:-1] + late + data[-1:] + tail + SECRET
    assert _stripped(dirty, data) == _without(data, "GIF")


@pytest.mark.parametrize(
    ("data", "gone"),
    [
        (saved(photo(), "JPEG", exif=with_place(), comment=SECRET), {"EXIF", "a comment"}),
        (saved(photo(), "JPEG", xmp=b"<x:xmpmeta>" + SECRET), {"XMP"}),
        (saved(photo(), "PNG", exif=with_place()), {"EXIF"}),
        (saved(photo(), "WEBP", exif=with_place(), xmp=b"<x:xmpmeta>" + SECRET), {"EXIF", "XMP"}),
        (saved(photo().quantize(16), "GIF", comment=SECRET), {"a comment"}),
    ],
)
def test_what_was_removed_is_said(data: bytes, gone: set[str]) -> None:
    picture = Image(data).prepare()
    assert SECRET in data or b"2031:07:14" in data
    assert SECRET not in sent(picture)
    assert b"2031:07:14" not in sent(picture)
    assert len(picture.notes) == 1
    assert set(picture.notes[0].removesuffix(" removed").split(", ")) == gone
    image = honest(picture)
    assert not image.getexif()
    assert not {"exif", "xmp", "comment"} & set(image.info)
    assert same_pixels(image, Pillow.open(io.BytesIO(data)))


def test_texts_in_a_png_go() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Nobody")
    texts.add_itxt("Place", "Paris", zip=True)
    picture = Image(saved(photo(), "PNG", pnginfo=texts)).prepare()
    assert picture.notes == ("texts removed",)
    assert honest(picture).text == {}  # type: ignore[attr-defined]


def test_pictures_and_films_hidden_behind_the_end_go() -> None:
    data = JPEGS["baseline"]
    for hidden in (data, b"\0\0\0\x18ftypmp42" + b"film" * 99):
        assert sent(Image(data + hidden).prepare()) == _without(data, "JPEG")
    both = io.BytesIO()
    photo().save(both, "MPO", save_all=True, append_images=[photo().rotate(180)])
    picture = Image(both.getvalue()).prepare()
    assert same_pixels(honest(picture), Pillow.open(both))
    assert picture.size is not None
    assert picture.size < len(both.getvalue()) * 0.6


def test_a_preview_inside_jfif_goes() -> None:
    data = JPEGS["baseline"]
    preview = b"\xff\xe0" + struct.pack(">H", 16 + 12) + data[6:18] + b"\2\2" + b"P" * 12
    out = sent(Image(data[:2] + preview + data[20:]).prepare())
    assert out == _without(data, "JPEG")
    assert b"PPPP" not in out


def test_what_an_adobe_jpeg_says_of_its_colours_stays() -> None:
    data = saved(photo(), "JPEG", keep_rgb=True, subsampling=0)
    assert b"\xff\xee" in data
    assert same_pixels(honest(Image(data).prepare()), Pillow.open(io.BytesIO(data)))


def test_a_profile_of_srgb_goes_without_a_change_of_pixels() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for form in ("JPEG", "PNG", "WEBP"):
        data = saved(photo(), form, icc_profile=profile)
        picture = Image(data).prepare()
        assert "icc_profile" not in honest(picture).info
        assert same_pixels(honest(picture), Pillow.open(io.BytesIO(data)))
        assert picture.notes == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_broken_order_of_parts_is_refused(form: str) -> None:
    from minimax_nb.errors import RequestError

    data = saved(photo().quantize(16) if form == "GIF" else photo(), form)
    for at in range(12, len(data), max(1, len(data) // 80)):
        try:
            Image(data[:at] + b"\x17" * 5 + data[at:]).prepare()
        except RequestError:
            continue
    assert "cut short" in image_refusal(data[: len(data) // 2]) or form == "WEBP"
