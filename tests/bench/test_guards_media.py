"""Guards of what pictures and videos cost: bytes, allocations and calls, never seconds; and their instruments."""

from __future__ import annotations

import base64
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageFile
import pytest

from minimax_nb import Chat, Image, Video
from minimax_nb.display.render import render
from minimax_nb.messages.media import MediaLimits
from minimax_nb.messages.reply import Reply
from tests.bench import media
from tests.bench.load_server import LoadServer
from tests.bench.media_rows import CAPTION_BYTES, FACES, PROMPT, Shelf
from tests.bench.table import Row

BOTH = pytest.mark.parametrize("face", FACES)
SIZE = (800, 600)


@pytest.fixture(scope="module")
def server() -> Iterator[LoadServer]:
    """Answers whatever it is sent."""
    with LoadServer() as running:
        yield running


@pytest.fixture
def traced() -> Iterator[None]:
    """Whatever is traced ends with the test."""
    yield
    tracemalloc.stop()


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A small one."""
    return media.photograph(tmp_path / "photograph.jpg", SIZE)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[int, int]]]:
    """What Pillow was made to do, by the sizes of the pictures: decoded at, resized from, encoded at."""
    found: dict[str, list[tuple[int, int]]] = {}

    def watched(holder: type, method: str, name: str) -> None:
        true = getattr(holder, method)

        def call(self: PIL.Image.Image, *args: Any, **options: Any) -> Any:
            found.setdefault(name, []).append(self.size)
            return true(self, *args, **options)

        monkeypatch.setattr(holder, method, call)

    watched(PIL.ImageFile.ImageFile, "load_prepare", "decoded")  # Pillow calls it once before it decodes
    watched(PIL.Image.Image, "resize", "resized")
    watched(PIL.Image.Image, "save", "encoded")
    return found


# -- preparing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "decoded", "sent"), [(717, SIZE, (717, 538)), (204, (400, 300), (204, 153)), (150, (200, 150), (150, 112))]
)
def test_a_photograph_is_decoded_once_no_larger_than_it_must_be(
    photograph: Path, done: dict[str, list[tuple[int, int]]], side: int, decoded: tuple[int, int], sent: tuple[int, int]
) -> None:
    picture = Image(photograph).prepare(MediaLimits(image_side=side))
    assert (picture.width, picture.height) == sent
    assert done["decoded"] == [decoded]
    assert done["resized"].count(decoded) == 1
    assert done["encoded"].count(sent) == 1 + (max(sent) <= 320), "a picture that small is its own thumbnail's size"


def test_a_photograph_that_fits_is_decoded_once_and_never_encoded(
    photograph: Path, done: dict[str, list[tuple[int, int]]]
) -> None:
    Image(photograph).prepare()
    assert done["decoded"] == [SIZE]
    assert SIZE not in done["encoded"]


# -- memory -----------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.usefixtures("traced")
def test_a_video_on_its_way_is_in_memory_as_base64_and_as_the_body(
    server: LoadServer, tmp_path: Path, face: str
) -> None:
    size = 6_000_000
    path = media.film(tmp_path / "film.mp4", size)
    peaks = media.request("kit", face, server.url(face, deltas=5), str(path), "traced")
    assert 2.6 * size <= peaks["made"] <= peaks["sent"] <= 3.2 * size


@pytest.mark.usefixtures("traced")
def test_an_upload_takes_no_more_memory_for_a_longer_file(tmp_path: Path) -> None:
    peaks, taken = [], []
    with Shelf() as shelf:
        for size in (4_000_000, 24_000_000):
            path = media.film(tmp_path / "film.mp4", size)
            before = shelf.taken
            peaks.append(media.upload("kit", shelf.url, str(path), "traced", inside=1_000_000)["peak"])
            taken.append(shelf.taken - before)
            tracemalloc.stop()
    assert taken[1] - taken[0] == 20_000_000
    assert max(peaks) <= 8_000_000


@BOTH
def test_base64_of_a_video_is_made_once_and_never_read(server: LoadServer, tmp_path: Path, face: str) -> None:
    path = media.film(tmp_path / "film.mp4", 3_000_001)
    assert media.twice(face, server.url(face, deltas=5), str(path)) == {"handed": 3_000_001, "size": 3_000_001}


@BOTH
def test_base64_of_a_picture_is_made_once_and_never_read(server: LoadServer, photograph: Path, face: str) -> None:
    with media.base64_counted() as handed:
        asked = media.chat(face, server.url(face, deltas=5))
        (picture,) = asked.ask(PROMPT, Image(photograph)).media
        asked.ask("And what else?")
    assert handed == [picture.size]


# -- what the notebook keeps ------------------------------------------------------------------------------------------


def kept(reply: Reply) -> int:
    """Bytes in a notebook file."""
    return len(json.dumps(render(reply), ensure_ascii=False).encode())


def asked(server: LoadServer, face: str) -> Chat:
    """A conversation with somebody who always says the same."""
    return media.chat(face, server.url(face, deltas=20))


@BOTH
@pytest.mark.parametrize("count", [1, 4])
def test_a_picture_costs_the_notebook_its_thumbnail_and_a_caption(
    server: LoadServer, tmp_path: Path, face: str, count: int
) -> None:
    path = media.photograph(tmp_path / "photograph.jpg", (1600, 1200))
    reply = asked(server, face).ask(PROMPT, *[Image(path) for _ in range(count)])
    extra = kept(reply) - kept(asked(server, face).ask(PROMPT))
    shown = sum(len(picture.thumbnail) for picture in reply.media)
    assert shown > 10_000 * count, "else little would be proven"
    assert shown < extra <= 1.34 * shown + count * CAPTION_BYTES


# -- the instruments --------------------------------------------------------------------------------------------------


def test_both_sides_make_the_same_picture(photograph: Path) -> None:
    found = media.jpeg(str(photograph), "300", "2")
    assert [len(found[who]) for who in ("kit", "floor")] == [2, 2]


def test_the_photograph_has_as_many_bytes_as_one(photograph: Path) -> None:
    assert 1.5 < 8 * photograph.stat().st_size / (SIZE[0] * SIZE[1]) < 5
    assert media.photograph(photograph.with_name("again.jpg"), SIZE).read_bytes() == photograph.read_bytes()


def test_the_film_is_a_film_of_exactly_its_size(tmp_path: Path) -> None:
    clip = Video(media.film(tmp_path / "film.mp4", 1_000_003)).prepare()
    assert (clip.size, clip.codec, clip.frames) == (1_000_003, "h264", 10)
    assert clip.sha256 != Video(media.film(tmp_path / "film.mp4", 1_000_003, mark=1)).prepare().sha256


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("how", ["traced", "resident"])
def test_a_peak_is_seen_after_it_has_passed(how: str) -> None:
    peak = media.Peak(how)
    block = bytearray(b"\x01") * 40_000_000
    assert len(block) == 40_000_000
    del block
    assert peak.read() >= 35_000_000


def test_every_way_to_base64_is_counted() -> None:
    with media.base64_counted() as handed:
        assert base64.b64decode(base64.b64encode(b"x" * 30)) == b"x" * 30
        base64.urlsafe_b64encode(b"x" * 6)
    assert handed == [30, 40, 6]
    base64.b64encode(b"x")
    assert len(handed) == 3


def test_pairs_are_compared_round_by_round() -> None:
    row = Row("g", "n", "ms", (10.0, 30.0, 24.0), (10.0, 20.0, 20.0), 1.3, times_floor=True, by="pairs")
    assert (row.figure, row.verdict) == (1.2, "PASS")
