"""What was sent is shown: thumbnails that are ones, captions that say what is known, nothing that could do harm."""

from __future__ import annotations

import struct
import zlib

import pytest

from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.render import render
from minimax_nb.display.thumbs import MOST_BYTES, data_uri
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens
from tests.display.hostile import HOSTILE
from tests.display.judges import PARSERS, complaints, jupyterlab, read
from tests.display.media import CONTENT, clip, encoded, picture, uri

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


# -- thumbnails ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"progressive": True}, {"exif": b"Exif\0\0" + b"x" * 90}])
def test_a_small_picture_of_each_kind_is_shown_whole(form, options):
    data = encoded(form, (484, 300), **options)
    assert data_uri(data, TYPES[form]) == uri(data, TYPES[form])


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("size", [(1001, 1), (1, 1001), (12_000, 16)])
def test_a_thumbnail_that_would_unfold_to_a_huge_picture_is_not_shown(form, size):
    data = encoded(form, size)
    assert len(data) <= MOST_BYTES
    assert data_uri(data, TYPES[form]) == ""


def test_a_lossless_webp_of_too_many_pixels_is_not_shown():
    assert data_uri(encoded("WEBP", (1000, 3), lossless=True), "image/webp")
    assert data_uri(encoded("WEBP", (1001, 3), lossless=True), "image/webp") == ""


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"", "image/jpeg"),
        ("not bytes", "image/jpeg"),
        (None, None),
        (encoded("JPEG"), "image/png"),
        (encoded("JPEG"), "image/svg+xml"),
        (encoded("JPEG"), "image/jpeg,<script>"),
        (encoded("GIF"), "image/gif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"),
        (b"<html>", "text/html"),
        (encoded("JPEG") + b"\0" * MOST_BYTES, "image/jpeg"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xd8\xff" * 6000, "image/jpeg"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x00" * 4000, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF....WEBPjunk", "image/webp"),
    ],
)
def test_what_is_no_thumbnail_is_not_shown(data, media_type):
    assert data_uri(data, media_type) == ""
    made = picture(thumbnail=data, thumbnail_type=media_type)
    assert "data:" not in gallery((made,))
    assert "cat.png" in gallery((made,))


def test_a_thumbnail_of_exactly_the_largest_size_is_shown():
    data = encoded("PNG")
    rest = MOST_BYTES - len(data) - 12
    chunk = b"tEXt" + b"x" * rest
    filled = data[:-12] + struct.pack(">I", rest) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[-12:]
    assert len(filled) == MOST_BYTES
    assert data_uri(filled, "image/png")
    assert data_uri(filled + b"\0", "image/png") == ""


# -- captions --------------------------------------------------------------------------------------------------------


def test_a_picture_is_named_with_type_pixels_size_tokens_and_what_was_changed():
    made = picture(notes=("scaled from 9000 x 6000 to 640 x 480",), detail="low", max_long_side=600)
    tokens = image_tokens(640, 480, "low", 600)
    assert media_lines((made,)) == [
        f"image cat.png · PNG · 640 x 480 pixels · 213 kB · about {tokens} tokens · detail low"
        " · scaled by the service to 600 pixels · scaled from 9000 x 6000 to 640 x 480"
    ]
    html = jupyterlab(gallery((made,)))
    seen = "".join(read(html, [uri(made.thumbnail)]).text)
    for words in ("cat.png", "640 x 480 pixels", "213 kB", f"about {tokens} tokens", "detail low", "scaled from 9000"):
        assert words in seen


def test_a_video_is_named_with_codec_length_and_frames():
    tokens = video_tokens(320, 180, 5.0, 2)
    assert media_lines((clip(fps=2),)) == [
        f"video ball.mp4 · MP4, h264 · 320 x 180 pixels · 5 s, 60 frames · 1.2 MB · about {tokens} tokens"
        " · looked at 2 times a second"
    ]
    assert "1:15" in media_lines((clip(duration_s=75.4),))[0]


def test_what_is_unknown_is_said_to_be_unknown():
    bare = Clip(name="a.mkv", media_type="video/x-matroska", size=812)
    assert media_lines((bare,)) == ["video a.mkv · MKV · 812 bytes · pixels, length and tokens unknown"]
    there = Picture(name="a.png", url="https://example.com/a.png?key=secret")
    assert media_lines((there,)) == ["image a.png · an address, sent as it is · pixels, size and tokens unknown"]
    assert "secret" not in gallery((there,))
    before = Clip(name="mm_file://12", url="mm_file://12")
    assert "uploaded before · pixels, length, size and tokens unknown" in media_lines((before,))[0]


def test_three_stand_in_a_row_in_the_order_they_were_sent():
    thumbnails = [encoded("JPEG", (40 + number, 30)) for number in range(7)]
    made = [picture(name=f"p{number}.jpg", thumbnail=data) for number, data in enumerate(thumbnails)]
    for name, parse in PARSERS.items():
        reader = read(parse(gallery(made)), [uri(data) for data in thumbnails])
        if name == "commonmark":  # it knows no tables
            continue
        assert reader.pictures == [uri(data) for data in thumbnails], name
        assert reader.wrong == [], name
        words = "".join(reader.text)
        assert [words.index(medium.name) for medium in made] == sorted(words.index(medium.name) for medium in made)
    assert jupyterlab(gallery(made)).count("<table>") == 3


def test_a_row_without_any_thumbnail_is_its_captions():
    made = [Picture(name="a.png", url="https://example.com/a.png"), Clip(name="b.mp4", media_type="video/mp4", size=5)]
    assert len(gallery(made).split("\n")) == 3
    assert gallery([]) == ""


# -- values that anybody wrote ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_note_or_type_gets_through(name):
    text = HOSTILE[name]
    made = [
        picture(name=text, notes=(text, text), media_type=text, detail=text),
        clip(name=text, codec=text, url=text, media_type="", sha256=text),
        Picture(name=text, url=text, thumbnail=text.encode(), thumbnail_type=text),
    ]
    shown = [uri(made[0].thumbnail), uri(made[1].thumbnail)]
    assert complaints(gallery(made), shown) == {}
    for lines in (media_lines(made), [render(medium)[0]["text/plain"] for medium in made]):
        assert all("\n" not in line for line in lines)


@pytest.mark.parametrize("odd", [-1, 0, True, 1.5, float("nan"), float("inf"), 10**400, "<b>1</b>", [1], {}, None])
def test_figures_that_are_none_are_unknown(odd):
    numbers = dict.fromkeys(("size", "width", "max_long_side", "fps", "frames", "duration_s"), odd)
    [line] = media_lines((clip(**numbers),))
    assert "tokens unknown" in line
    assert "pixels" in line
    assert "<b>" not in line
    assert "nan" not in line
    assert gallery((clip(**numbers, detail=odd, notes=(odd,), codec=odd or "", name=odd),))


def test_long_names_and_many_notes_are_cut():
    [line] = media_lines((picture(name="n" * 100_000, notes=("note " * 50_000,) * 1_000),))
    assert len(line) < 2_500


def test_the_gallery_costs_its_thumbnails_and_little_more():
    made = [picture() for _ in range(9)]
    assert len(gallery(made)) <= sum(len(uri(medium.thumbnail)) for medium in made) + 9 * 250
    assert CONTENT[:40].decode() not in gallery(made)
