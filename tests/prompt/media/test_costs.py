"""What preparing costs: memory, counted; and what importing loads."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from minimax_nb.messages.media import MediaLimits
from minimax_nb.prompt.media import Image, Video
from tests.prompt.media.makers import FILES, photo, refusal, saved


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A real video of 40 MB: a box of free space behind its index is part of an MP4."""
    path = tmp_path / "large.mp4"
    free = 40_000_000
    with path.open("wb") as file:
        file.write((FILES / "index-first.mp4").read_bytes())
        file.write(free.to_bytes(4, "big") + b"free")
        file.write(bytes(range(256)) * ((free - 8) // 256) + b"\0" * ((free - 8) % 256))
    return path


def test_base64_of_a_file_costs_little_more_memory_than_itself(large: Path) -> None:
    Video(FILES / "sound.mp4").prepare()  # whatever is loaded once is loaded now
    tracemalloc.start()
    clip = Video(large).prepare()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = large.stat().st_size
    assert clip.size == size
    assert peak < 1.45 * size
    data = base64.b64decode(clip.base64, validate=True)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (size, clip.sha256)


def test_a_file_to_be_uploaded_is_never_held(large: Path) -> None:
    Video(FILES / "sound.mp4").prepare()
    tracemalloc.start()
    clip = Video(large).prepare(MediaLimits(video_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert clip.path == str(large)
    assert peak < 8_000_000


@pytest.mark.parametrize("extra", [0, 1, 2, 3, 786_431, 786_432, 786_433])
def test_base64_in_pieces_is_base64(extra: int, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    free = (8 + extra).to_bytes(4, "big") + b"free" + b"\xa5" * extra
    path.write_bytes((FILES / "red-blue.mp4").read_bytes() + free)
    one, other = Video(path).prepare(), Video(path.read_bytes()).prepare()
    assert one.base64 == other.base64
    data = base64.b64decode(one.base64, validate=True)
    assert base64.b64encode(data) == one.base64
    assert data.endswith(free)


def test_metadata_at_the_seam_of_two_pieces_is_blanked(tmp_path: Path) -> None:
    index = (FILES / "phone.mp4").read_bytes()
    at, moov = index.index(b"loci"), index.index(b"moov") - 4
    for shift in range(-12, 13, 3):
        length = 786_432 - at + shift
        free = length.to_bytes(4, "big") + b"free" + b"\0" * (length - 8)
        clip = Video(index[:moov] + free + index[moov:]).prepare()
        data = base64.b64decode(clip.base64)
        box = data.index(b"free", len(free) + moov)
        length = int.from_bytes(data[box - 4 : box], "big")
        assert data[box + 4 : box - 4 + length] == b"\0" * (length - 8)
        assert data[: box - 4] == (index[:moov] + free + index[moov:])[: box - 4]
        assert b"loci" not in data
        assert b"earth" not in data
        assert len(data) == len(free) + len(index)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clip.avi"
    path.write_bytes((FILES / "mpeg4.avi").read_bytes())
    from minimax_nb.prompt.media import film

    def look_and_grow(*args: object) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(film, "look", look_and_grow)
    assert "clip.avi was changed while it was read." in refusal(lambda: Video(path).prepare())


def test_base64_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import binascii

    calls, true = [], binascii.b2a_base64

    def counted(data: bytes, *, newline: bool = True) -> bytes:
        calls.append(len(data))
        return true(data, newline=newline)

    monkeypatch.setattr(binascii, "b2a_base64", counted)
    data = saved(photo(), "PNG")
    image = Image(data)
    assert image.prepare() is image.prepare()
    assert calls == [len(data)]


def test_importing_loads_no_reader_of_anything(clean_env: dict[str, str]) -> None:
    code = (
        "import sys, minimax_nb.prompt.media as media\n"
        "image = media.Image('https://example.org/a.png').prepare(); media.Image(b'x'); media.Video('a.mp4')\n"
        "assert media.as_media('x') is None and media.as_media(3) is None\n"
        "print([name for name in ('PIL', 'numpy', 'av', 'httpx', 'matplotlib', 'IPython') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=clean_env, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
