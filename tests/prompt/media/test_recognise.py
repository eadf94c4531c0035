"""Values of a notebook that are pictures or videos are seen to be, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import IPython.display as ipd
import numpy as np
import pandas
import pytest
from matplotlib.figure import Figure

from minimax_nb.prompt.media import Image, Video, as_media
from tests.prompt.media.makers import FILES, photo, saved

PNG = saved(photo(), "PNG")
FIGURE = Figure()
PICTURES = [
    *(photo(), FIGURE, FIGURE.subplots(), np.asarray(photo()), np.zeros((5, 5, 1), np.uint8), ipd.Image(PNG)),
    *(PNG, bytearray(PNG), memoryview(PNG), FILES / "plain.jpg", Path("missing.webp"), Image("x.png")),
]
VIDEOS = [
    FILES / "vp9.mkv",
    (FILES / "sound.mp4").read_bytes(),
    ipd.Video(url="a.mp4"),
    Path("missing.mov"),
    Video("a.mp4"),
]
NEITHER = [
    *(
        "cat.png",
        "https://example.org/cat.png",
        "data:image/png;base64,AAAA",
        b"",
        b"text",
        b"<svg></svg>",
        b"%PDF-1.4",
    ),
    *(Path("notes.txt"), Path("drawing.svg"), Path("paper.pdf"), Path("song.mp3"), Path(), FILES, None, 3, [PNG], {}),
    *(np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3)), np.zeros((5, 5, 2), np.uint8), np.zeros((0, 5, 3), np.uint8)),
    *(pandas.DataFrame({"a": [1]}), ipd.SVG("<svg></svg>"), ipd.HTML("x"), object(), Image, memoryview(b"")),
]


@pytest.mark.parametrize("value", PICTURES, ids=lambda value: type(value).__name__)
def test_pictures(value: object) -> None:
    assert isinstance(as_media(value, "it"), Image)


@pytest.mark.parametrize("value", VIDEOS, ids=lambda value: type(value).__name__)
def test_videos(value: object) -> None:
    assert isinstance(as_media(value, "it"), Video)


@pytest.mark.parametrize("value", NEITHER, ids=lambda value: type(value).__name__)
def test_neither(value: object) -> None:
    assert as_media(value, "it") is None


def test_what_it_is_called() -> None:
    image = Image("x.png")
    assert as_media(image, "it") is image
    for value in (photo(), FIGURE, PNG, np.asarray(photo()), ipd.Image(PNG)):
        assert as_media(value, "it").name == "it"  # type: ignore[union-attr]
    assert as_media(FILES / "plain.jpg", "it").name == "plain.jpg"  # type: ignore[union-attr]


def test_a_path_is_judged_by_its_content_first(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(PNG)
    assert isinstance(as_media(path), Image)
    film = tmp_path / "film.png"
    film.write_bytes((FILES / "vp9.mkv").read_bytes())
    assert isinstance(as_media(film), Video)


def test_a_path_to_a_pipe_does_not_hang(tmp_path: Path) -> None:
    make = getattr(os, "mkfifo", Path)  # where there are no named pipes, there is nothing at that path
    make(tmp_path / "pipe")
    make(tmp_path / "pipe.png")
    assert as_media(tmp_path / "pipe") is None
    assert isinstance(as_media(tmp_path / "pipe.png"), Image)
