"""Without PyAV videos are sent all the same; only what needs looking inside is missing, and says how to get it."""

from __future__ import annotations

import sys

import pytest

from minimax_nb.prompt.media import Image, Video, as_media
from tests.prompt.media.makers import FILES, honest, photo, refusal, sent, video_refusal


@pytest.fixture(autouse=True)
def _no_pyav(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "av" or name.startswith("av.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)


@pytest.mark.parametrize("name", ["sound.mp4", "hevc.mov", "vp9.mkv", "mpeg4.avi"])
def test_a_video_is_sent_by_its_name(name: str) -> None:
    clip = Video(FILES / name).prepare()
    assert (clip.name, clip.size) == (name, (FILES / name).stat().st_size)
    assert len(sent(clip)) == clip.size
    assert (clip.width, clip.duration_s, clip.frames, clip.codec, clip.audio) == (None, None, None, "", None)
    assert (clip.thumbnail, clip.thumbnail_type) == (b"", "")


def test_a_place_is_removed_all_the_same() -> None:
    assert b"loci" not in sent(Video(FILES / "phone.mp4").prepare())


@pytest.mark.parametrize("name", ["sound.mp4", "hevc.mov", "vp9.mkv", "mpeg4.avi"])
def test_a_video_that_is_cut_short_is_refused_all_the_same(name: str) -> None:
    data = (FILES / name).read_bytes()
    assert "cut short" in video_refusal(data[: len(data) * 3 // 4])


@pytest.mark.parametrize("act", ["frames", "trim", "scale"])
def test_what_needs_looking_inside_names_the_extra(act: str) -> None:
    video = Video(FILES / "sound.mp4")
    acts = {"frames": lambda: video.frames(count=2), "trim": lambda: video.trim(0, 1), "scale": lambda: video.scale(32)}
    said = refusal(acts[act])
    assert said.startswith("sound.mp4 cannot be looked into without PyAV.")
    assert 'pip install "minimax-nb[video]"' in said


def test_a_type_that_is_not_taken_is_refused() -> None:
    said = video_refusal(FILES / "vp8.webm")
    assert said.startswith("vp8.webm is a WebM video, which the service does not take.")
    assert "minimax-nb[video]" in said


def test_pictures_are_as_ever() -> None:
    honest(Image(photo()).prepare())
    assert isinstance(as_media(FILES / "vp9.mkv"), Video)
