"""What a file is, is told by its bytes; what cannot be sent is refused in one sentence that names it."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image as Pillow

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import MediaLimits
from minimax_nb.prompt.media import Image
from tests.prompt.media.makers import FILES, honest, image_refusal, photo, same_pixels, saved, sent, stored

AS_THEY_ARE = {
    "plain.jpg": "image/jpeg",
    "plain.png": "image/png",
    "plain.gif": "image/gif",
    "plain.webp": "image/webp",
}
CONVERTED = {
    "plain.bmp": "image/png",
    "plain.tif": "image/png",
    "deep.tif": "image/png",
    "plain.avif": "image/jpeg",
    "plain.jp2": "image/jpeg",
}


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_pictures_of_other_programs_keep_every_pixel(name: str) -> None:
    picture = Image(FILES / name).prepare()
    assert picture.media_type == AS_THEY_ARE[name]
    assert same_pixels(honest(picture), stored(name))
    assert len(sent(picture)) <= (FILES / name).stat().st_size


@pytest.mark.parametrize("name", CONVERTED)
def test_types_that_the_service_does_not_take_are_converted(name: str) -> None:
    picture = Image(FILES / name).prepare()
    assert picture.media_type == CONVERTED[name]
    assert (picture.width, picture.height) == honest(picture).size == (64, 48)
    assert "which the service does not take" in picture.notes[0]
    if picture.media_type == "image/png":
        assert same_pixels(honest(picture), stored(name))


def test_an_icon_is_converted() -> None:
    picture = Image(saved(photo(32, 32), "ICO")).prepare()
    assert honest(picture).size == (32, 32)
    assert picture.media_type == "image/png"


def test_a_service_that_takes_png_alone_gets_png() -> None:
    limits = MediaLimits(image_types=("image/png",))
    assert Image(FILES / "plain.gif").prepare(limits).media_type == "image/png"
    assert Image(FILES / "plain.gif").prepare().media_type == "image/gif"


@pytest.mark.parametrize("name", [*AS_THEY_ARE, *CONVERTED])
@pytest.mark.parametrize("lie", ["liar.png", "liar.jpg", "liar.mp4"])
def test_a_wrong_ending_is_noticed_and_said(name: str, lie: str, tmp_path: Path) -> None:
    path = tmp_path / lie
    path.write_bytes((FILES / name).read_bytes())
    picture, true = Image(path).prepare(), Image(FILES / name).prepare()
    assert (picture.media_type, picture.sha256) == (true.media_type, true.sha256)
    said = [note for note in picture.notes if "whatever its name says" in note]
    assert len(said) == (0 if Path(name).suffix == Path(lie).suffix else 1)


def test_an_ending_that_says_nothing_is_no_lie(tmp_path: Path) -> None:
    for ending in ("cat", "cat.tmp", "cat.v2", "cat.JPEG", "cat.Jpg"):
        path = tmp_path / ending
        path.write_bytes(saved(photo(), "JPEG"))
        assert Image(path).prepare().notes == ()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", [*AS_THEY_ARE, *CONVERTED, "moving.gif", "moving.webp", "moving.png", "palette.png"])
@pytest.mark.parametrize("part", [0.97, 0.7, 0.4])
def test_a_picture_that_is_cut_short_is_refused(name: str, part: float, tmp_path: Path) -> None:
    data = (FILES / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * part)])
    said = image_refusal(path)
    assert said.startswith(f"{name} is a")
    assert "cut short" in said or "cannot be" in said


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_even_the_last_byte_counts(name: str) -> None:
    data = (FILES / name).read_bytes()
    if name != "plain.webp":  # its length is even, and the last byte may be padding
        assert "cut short" in image_refusal(data[:-1])
    assert "cut short" in image_refusal(data[:-3])


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", [*AS_THEY_ARE, *CONVERTED])
def test_a_header_alone_is_refused(name: str) -> None:
    for length in (4, 12, 16, 30, 60):
        image_refusal((FILES / name).read_bytes()[:length])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes"),
        (b"\0" * 500, "is not a picture"),
        (b"just some text", "is not a picture"),
        (b"PK\3\4" + b"\0" * 100, "is not a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg >', "SVG drawing"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"<!DOCTYPE html><html>", "is HTML, not a picture"),
        (b"ID3\4" + b"\0" * 100, "is sound, not a picture"),
        (b"RIFF\0\0\0\0WAVEfmt ", "is sound"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50, "without pillow-heif"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0" * 50, "is an AVIF file that"),
    ],
)
def test_what_is_no_picture_or_not_taken_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "thing.png"
    path.write_bytes(data)
    message = image_refusal(path)
    assert message.startswith("thing.png ")
    assert said in message


@pytest.mark.parametrize("name", ["plain.webp", "plain.avif", "plain.jp2"])
def test_a_pillow_built_without_a_format_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda feature: feature == "jpg")
    assert "which this Pillow was built without" in image_refusal(FILES / name)
    assert Image(FILES / "plain.jpg").prepare().width == 64


@pytest.mark.parametrize("name", ["sound.mp4", "hevc.mov", "vp9.mkv", "mpeg4.avi", "vp8.webm", "wmv2.wmv", "flv1.flv"])
def test_a_video_is_no_picture(name: str) -> None:
    assert "Use Video(...)" in image_refusal(FILES / name)


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_bombs_are_refused_before_they_are_decoded() -> None:
    import tracemalloc

    lossless = io.BytesIO()
    Pillow.new("L", (9_000, 9_000)).save(lossless, "GIF")
    gif = bytearray(lossless.getvalue())
    gif[6:10] = struct.pack("<HH", 30_000, 30_000)
    tracemalloc.start()
    for data in (_png_header(30_000, 30_000), _png_header(10_000, 10_000), bytes(gif)):
        assert "more pixels than are safe" in (said := image_refusal(data)) or "safe to decode" in said
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_the_bound_of_pixels_is_pillows_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 1000)
    assert "has 96 x 64 pixels, more than the 0 million" in image_refusal(photo())
    assert "safe to decode" in image_refusal(saved(photo(), "PNG"))
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", None)
    assert Image(saved(photo(), "PNG")).prepare().width == 96


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_broken_bytes_never_escape_as_another_error(form: str) -> None:
    data = saved(photo(), form)
    survived = 0
    for at in range(4, len(data), max(1, len(data) // 60)):
        image = Image(data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :], name="it")
        with suppress(RequestError):
            image.prepare()
            survived += 1
    assert survived < 60, "not a single fault was noticed"
