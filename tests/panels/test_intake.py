"""Files from a page arrive whole and in order, are checked by what they are, and leave nothing behind."""

from __future__ import annotations

import gc
import io
import json
import queue
import tempfile
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from minimax_nb import Chat, Image, RequestError, Video
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.resolve import resolve
from minimax_nb.catalog.rows import MediaRow
from minimax_nb.panels.intake.answers import Ack, Attached
from minimax_nb.panels.intake.desk import IntakeDesk
from minimax_nb.panels.intake.files import SMALL, clean_name
from minimax_nb.panels.intake.intake import Intake
from minimax_nb.panels.intake.rules import MOST_BYTES, MOST_FILES, MOST_PICTURE, SLICE
from minimax_nb.prompt.media import film
from tests.prompt.media.makers import FILES, photo, saved

PNG = saved(photo(), "PNG")
JPEG = saved(photo(640, 480), "JPEG", quality=95)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"
HTML = b"<!doctype html><html><body><script>alert(3)</script></body></html>"
MKV = (FILES / "six-seconds.mkv").read_bytes()
MP4 = (FILES / "red-blue.mp4").read_bytes()


def sees(**changes: Any) -> Endpoint:
    """A model that takes pictures and videos."""
    endpoint = resolve(provider="emulator", model="MiniMax-M3")
    return replace(endpoint, provider=replace(endpoint.provider, **changes))


def reads() -> Endpoint:
    """A model that takes text only."""
    return resolve(provider="emulator", model="MiniMax-M2.7")


def padded(data: bytes, size: int) -> bytes:
    """An MP4 made longer by a box of free space."""
    more = size - len(data)
    return data + more.to_bytes(4, "big") + b"free" + b"\x01" * (more - 8)


def sent(intake: Intake, data: bytes, name: str = "a.png", kind: str = "image/png", mark: str = "a") -> Any:
    """What becomes of a file that a page sends as it should."""
    ack = intake.begin(mark, name, kind, len(data))
    while not ack.why and not ack.whole:
        ack = intake.take(mark, ack.next, data[ack.next : ack.next + SLICE])
    return ack if ack.why else intake.look(mark)


def shown(found: Any) -> Attached:
    assert isinstance(found, Attached), found
    return found


def why(found: Any) -> str:
    """The sentence of a refusal."""
    assert isinstance(found, Ack), found
    assert found.why.endswith(".")
    assert "\n" not in found.why
    assert found.op() == {"op": "refused", "id": found.id, "why": found.why}
    return found.why


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where private folders are made in this test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# -- what is taken ---------------------------------------------------------------------------------------------------


def test_a_page_is_told_what_it_may_attach_in_plain_values():
    takes = Intake(sees).takes()
    assert json.loads(json.dumps(takes)) == takes
    assert takes["kinds"] == ["image", "video"]
    assert takes["instead"] == {}
    assert (takes["count"], takes["slice"]) == (MOST_FILES, SLICE)
    assert takes["image_bytes"] == MOST_PICTURE
    assert takes["video_bytes"] == 512_000_000
    assert {".png", ".heic"} <= set(takes["suffixes"]["image"])
    assert {".mp4", ".mkv"} <= set(takes["suffixes"]["video"])


def test_a_slice_with_all_around_it_is_far_below_the_servers_limit():
    assert SLICE + 100_000 < 10 * 1024 * 1024


def test_a_model_that_reads_only_says_so_and_names_models_that_see():
    takes = Intake(reads).takes()
    assert takes["kinds"] == []
    assert takes["instead"]["image"].startswith("This is a picture, and MiniMax-M2.7 takes text only.")
    assert "MiniMax-M3" in takes["instead"]["image"]
    assert "video" in takes["instead"]["video"]


def test_without_uploads_a_video_must_fit_into_a_request():
    assert Intake(lambda: sees(files_path=None)).takes()["video_bytes"] == 47_250_000


def test_the_model_is_asked_for_anew_each_time():
    now = [sees()]
    intake = Intake(lambda: now[0])
    assert not intake.begin("a", "a.png", "image/png", 10).why
    now[0] = reads()
    assert "MiniMax-M2.7 takes text only" in why(intake.begin("b", "b.png", "image/png", 10))


@pytest.mark.parametrize(
    ("name", "kind", "size", "says"),
    [
        ("a.png", "image/png", 0, "a.png is empty: it has 0 bytes."),
        ("a.png", "image/png", None, "a.png has no size that is known."),
        ("a.png", "image/png", True, "a.png has no size that is known."),
        ("a.png", "image/png", -1, "a.png has no size that is known."),
        ("a.png", "image/png", 12.5, "a.png has no size that is known."),
        ("a.png", "image/png", float("nan"), "a.png has no size that is known."),
        ("a.png", "image/png", "12", "a.png has no size that is known."),
        ("a.png", "image/png", [12], "a.png has no size that is known."),
        ("a.png", "image/png", MOST_PICTURE + 1, "a.png has 30.0 MB, and a picture may have 30.0 MB here."),
        ("a.mp4", "video/mp4", 512_000_001, "a.mp4 has 512.0 MB, and a video may have 512.0 MB here."),
        ("a.mp4", "video/mp4", 10**30, "and a video may have 512.0 MB here."),
        ("a.txt", "text/plain", 10, "a.txt is neither a picture nor a video."),
        ("a.pdf", "application/pdf", 10, "a.pdf is neither a picture nor a video."),
        ("a.mp3", "audio/mpeg", 10, "a.mp3 is neither a picture nor a video."),
        ("folder", "", 4096, "folder is neither a picture nor a video."),
        ("", "", 10, "file is neither a picture nor a video."),
        (None, None, 10, "file is neither a picture nor a video."),
        ({"a": 1}, ["image/png"], 10, "file is neither a picture nor a video."),
    ],
)
def test_what_cannot_be_taken_is_refused_before_a_byte_is_sent(name, kind, size, says):
    intake = Intake(sees)
    assert says in why(intake.begin("a", name, kind, size))
    assert intake.state() == []
    assert intake.ready


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.mkv", "", "video"),
        ("A.HEIC", "", "image"),
        ("a.mkv", "application/octet-stream", "video"),
        ("a", "IMAGE/PNG", "image"),
        ("a.png", "video/mp4", "video"),
    ],
)
def test_a_file_is_taken_for_what_its_type_says_or_else_its_name(name, kind, expected):
    intake = Intake(sees)
    assert not intake.begin("a", name, kind, 10).why
    assert intake.state()[0]["kind"] == expected


@pytest.mark.parametrize("mark", ["", "a b", "a/../b", "<a>", "a" * 65, "é", None, 1, ["a"], "a\n"])
def test_a_mark_that_is_none_is_an_error(mark):
    intake = Intake(sees)
    for act in (
        lambda: intake.begin(mark, "a.png", "image/png", 1),
        lambda: intake.take(mark, 0, b""),
        lambda: intake.look(mark),
        lambda: intake.drop(mark),
    ):
        with pytest.raises(RequestError, match="without a proper mark"):
            act()


def test_no_more_than_so_many_files_wait():
    intake = Intake(sees)
    for at in range(MOST_FILES):
        assert not intake.begin(f"f{at}", "a.png", "image/png", 10).why
    assert f"the {MOST_FILES} files that can wait" in why(intake.begin("more", "a.png", "image/png", 10))
    intake.drop("f3")
    assert not intake.begin("more", "a.png", "image/png", 10).why


def test_no_more_than_so_many_bytes_wait(temporary):
    intake = Intake(sees)
    for mark in "ab":
        assert not intake.begin(mark, "a.mp4", "video/mp4", 512_000_000).why
    assert MOST_BYTES == 1_024_000_000
    assert "all files together may have 1,024.0 MB" in why(intake.begin("c", "a.mp4", "video/mp4", 1))


def test_a_full_disk_is_told_before_a_byte_is_sent(monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 300_000_000})())
    intake = Intake(sees)
    assert not intake.begin("a", "a.mp4", "video/mp4", 90_000_000).why
    assert "does not fit on the disk" in why(intake.begin("b", "b.mp4", "video/mp4", 110_000_000))
    intake.close()


def test_a_disk_that_fails_while_a_file_comes_ends_that_file(temporary, monkeypatch):
    intake = Intake(sees)
    intake.begin("a", "a.mp4", "video/mp4", SMALL + 1)
    for folder in temporary.iterdir():
        folder.rmdir()
    assert "a.mp4 cannot be kept here: no such file or directory." in why(intake.take("a", 0, b"1"))
    assert intake.state() == []


def test_more_pictures_than_a_call_may_have_are_refused_as_they_are_attached():
    intake = Intake(lambda: sees(media=MediaRow(images=2)))
    for mark in "ab":
        shown(sent(intake, PNG, mark=mark))
    assert "holds 3 pictures" in why(intake.begin("c", "c.png", "image/png", 10))
    assert not intake.begin("v", "c.mp4", "video/mp4", 10).why


# -- slices ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.sets(st.integers(1, len(PNG) - 1), max_size=12), st.integers(0, len(PNG)), st.integers(0, 500))
def test_any_cut_of_a_file_into_slices_gives_the_same_bytes(cuts, place, length):
    """Between the slices others come again, too early, or empty; only those at the right place count."""
    intake = Intake(sees)
    ack = intake.begin("a", "a.png", "image/png", len(PNG))
    ends = [*sorted(cuts), len(PNG)]
    for start, end in zip([0, *ends], ends, strict=False):
        assert ack == Ack("a", start)
        stray = place if place != start else place + 1
        assert intake.take("a", stray, PNG[stray : stray + length]) == ack
        assert intake.take("a", start, b"") == ack
        ack = intake.take("a", start, memoryview(PNG[start:end]))
    assert ack == Ack("a", len(PNG), whole=True)
    shown(intake.look("a"))
    (image,) = intake.objects()
    assert b64decode(image.prepare().base64) == PNG


def test_a_slice_that_comes_again_does_no_harm_and_a_gap_asks_for_the_right_place():
    intake = Intake(sees)
    intake.begin("a", "a.png", "image/png", len(PNG))
    assert intake.take("a", 0, PNG[:100]) == Ack("a", 100)
    assert intake.take("a", 0, PNG[:100]) == Ack("a", 100)
    assert intake.take("a", 50, PNG[50:150]) == Ack("a", 100)
    assert intake.take("a", 300, PNG[300:]) == Ack("a", 100)
    for place in (-1, None, "100", 1e9, True, [100]):
        assert intake.take("a", place, PNG[100:]) == Ack("a", 100)
    assert intake.take("a", 100, PNG[100:]).whole
    assert intake.take("a", 100, PNG[100:]) == Ack("a", len(PNG), whole=True)
    shown(intake.look("a"))


def test_a_file_announced_again_is_told_where_it_goes_on():
    intake = Intake(sees)
    intake.begin("a", "a.png", "image/png", len(PNG))
    intake.take("a", 0, PNG[:100])
    assert intake.begin("a", "a.png", "image/png", len(PNG)) == Ack("a", 100)
    assert "the mark of another file" in why(intake.begin("a", "other.png", "image/png", len(PNG)))
    assert intake.state()[0]["next"] == 100


def test_more_bytes_than_announced_and_slices_that_are_too_large_end_a_file():
    intake = Intake(sees)
    intake.begin("a", "a.png", "image/png", 100)
    assert "a.png has more bytes than were announced." in why(intake.take("a", 0, b"x" * 101))
    assert "does not know this file" in why(intake.take("a", 0, b"x"))
    intake.begin("b", "b.png", "image/png", 2 * SLICE)
    assert "more than 4.0 MB" in why(intake.take("b", 0, bytes(SLICE + 1)))
    assert intake.state() == []


def test_a_file_that_is_not_whole_is_not_looked_at():
    intake = Intake(sees)
    intake.begin("a", "a.png", "image/png", len(PNG))
    intake.take("a", 0, PNG[:-1])
    assert intake.look("a") is None
    assert intake.look("unknown") is None
    assert not intake.ready
    assert intake.objects() == ()


def test_files_that_come_at_the_same_time_do_not_mix():
    intake = Intake(sees)
    for mark, data in (("a", PNG), ("b", JPEG)):
        intake.begin(mark, f"{mark}.png", "image/png", len(data))
    for at in range(0, max(len(PNG), len(JPEG)), 500):
        for mark, data in (("b", JPEG), ("a", PNG)):
            intake.take(mark, at, data[at : at + 500])
    assert shown(intake.look("b")).name == "b.png"
    assert shown(intake.look("a")).name == "a.png"
    first, second = intake.objects()
    assert (first.name, second.name) == ("a.png", "b.png")
    assert b64decode(first.prepare().base64) == PNG


# -- what they are ---------------------------------------------------------------------------------------------------


def test_a_picture_is_shown_small_with_all_that_is_known_of_it():
    found = shown(sent(Intake(sees), JPEG, "cat.jpg", "image/jpeg"))
    assert (found.id, found.name, found.kind) == ("a", "cat.jpg", "image")
    head, _, body = found.preview.partition(",")
    assert head == "data:image/jpeg;base64"
    small = Pillow.open(io.BytesIO(b64decode(body)))
    assert max(small.size) == 320
    assert found.caption.startswith("JPEG · 640 x 480 pixels · ")
    assert "about 416 tokens" in found.caption
    assert found.op()["op"] == "attached"
    assert json.loads(json.dumps(found.op())) == found.op()


def test_a_picture_that_is_larger_than_the_service_takes_is_scaled_and_says_so():
    wide = saved(Pillow.new("RGB", (4000, 100), "teal"), "PNG")
    found = shown(sent(Intake(sees), wide))
    assert "3584 x 90 pixels" in found.caption
    assert "scaled from 4000 x 100 to 3584 x 90" in found.caption


def test_a_video_is_shown_as_a_strip_of_its_frames():
    found = shown(sent(Intake(sees), MKV, "clip.mkv", "video/x-matroska"))
    assert found.kind == "video"
    assert found.preview.startswith("data:image/jpeg;base64,")
    assert found.caption.startswith("MKV, ")
    assert "6 s" in found.caption
    assert "uploaded" not in found.caption


def test_a_video_without_pyav_is_attached_without_a_preview(monkeypatch):
    monkeypatch.setattr(film, "available", lambda: False)
    found = shown(sent(Intake(sees), MP4, "clip.mp4", "video/mp4"))
    assert (found.kind, found.preview) == ("video", "")
    assert found.caption.startswith("MP4 · ")
    assert "pixels, length and tokens unknown" in found.caption


@pytest.mark.parametrize(
    ("data", "name", "kind", "says"),
    [
        (SVG, "logo.png", "image/png", "logo.png is an SVG drawing, which the service does not take."),
        (SVG, "logo.svg", "image/svg+xml", "logo.svg is an SVG drawing"),
        (HTML, "page.jpg", "image/jpeg", "page.jpg is HTML, not a picture."),
        (HTML, "page.mp4", "video/mp4", "page.mp4 is HTML, not a video."),
        (JPEG[:-300], "cut.jpg", "image/jpeg", "cut.jpg is a JPEG file that is cut short"),
        (MP4[:-300], "cut.mp4", "video/mp4", "cut.mp4 is an MP4 video that is cut short"),
        (b"GIF89a", "a.gif", "image/gif", "a.gif is a GIF file that"),
        (b"\0", "a.png", "image/png", "a.png is not a picture."),
        (b"\0" * 5000, "a.mp4", "video/mp4", "a.mp4 is not a video."),
        (b"%PDF-1.7 and more", "scan.png", "image/png", "scan.png is a PDF document"),
        ((FILES / "only-sound.mp4").read_bytes(), "a.mp4", "video/mp4", "a.mp4 holds only sound"),
    ],
)
def test_what_a_file_is_is_told_by_its_bytes(data, name, kind, says):
    intake = Intake(sees)
    assert says in why(sent(intake, data, name, kind))
    assert intake.state() == []
    assert intake.objects() == ()


def test_a_picture_announced_as_a_video_and_a_video_announced_as_a_picture_are_what_they_are():
    intake = Intake(sees)
    assert shown(sent(intake, PNG, "a.mp4", "video/mp4", "a")).kind == "image"
    assert shown(sent(intake, MP4, "b.png", "image/png", "b")).kind == "video"
    assert [type(medium) for medium in intake.objects()] == [Image, Video]


def test_a_video_disguised_as_a_picture_is_refused_where_only_pictures_are_taken():
    endpoint = sees()
    only = replace(endpoint, model=replace(endpoint.model, inputs=("text", "image")))
    intake = Intake(lambda: only)
    assert intake.takes()["kinds"] == ["image"]
    assert "b.png is a video, and MiniMax-M3 takes text and pictures only." in why(sent(intake, MP4, "b.png"))


def test_a_picture_disguised_as_a_video_may_not_be_larger_than_a_picture(temporary):
    intake = Intake(sees)
    huge = saved(Pillow.new("RGB", (8, 8)), "BMP") + bytes(MOST_PICTURE)
    assert "is a picture of 30.0 MB, which is too large" in why(sent(intake, huge, "a.mp4", "video/mp4"))
    assert files_in(temporary) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat.png", "cat.png"),
        ("../../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("..", "picture"),
        (".", "picture"),
        ("", "picture"),
        ("   ", "picture"),
        ("/", "picture"),
        (None, "picture"),
        (7, "picture"),
        ("a\nb\tc\x00\x1b[31m.png", "a b c[31m.png"),
        ("gpj.\u202egpj.exe", "gpj.gpj.exe"),
        ("\ud800a.png", "a.png"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("猫と家族👨\u200d👩\u200d👧.png", "猫と家族👨\u200d👩\u200d👧.png"),
        ("قطة.png", "قطة.png"),
        ("a" * 5000 + ".png", "a" * 75 + "….png"),
        ("a" * 5000, "a" * 79 + "…"),
        ("." + "a" * 5000, "." + "a" * 78 + "…"),
        ("a." + "b" * 5000, "a." + "b" * 77 + "…"),
    ],
)
def test_a_name_is_one_short_line_and_never_a_path(name, expected):
    assert clean_name(name, "picture") == expected
    intake = Intake(sees)
    found = shown(sent(intake, PNG, name))
    assert found.name == expected
    json.dumps(found.op()).encode("ascii")
    found.name.encode("utf-8")


def test_names_choose_no_place_on_the_disk(temporary):
    intake = Intake(sees)
    data = padded(MP4, SMALL + 1)
    for at, name in enumerate(["../../out.mp4", "/etc/x.mp4", "..\\x.mp4", "a" * 5000 + ".mp4", "con.mp4"]):
        shown(sent(intake, data, name, "video/mp4", f"v{at}"))
    (folder,) = temporary.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2", "3", "4", "5"]
    assert folder.stat().st_mode & 0o077 == 0
    intake.close()
    assert list(temporary.iterdir()) == []


# -- what is left behind ---------------------------------------------------------------------------------------------


def test_small_files_never_touch_the_disk(temporary):
    intake = Intake(sees)
    shown(sent(intake, PNG))
    shown(sent(intake, MP4, "b.mp4", "video/mp4", "b"))
    assert list(temporary.iterdir()) == []


def test_a_large_picture_is_on_the_disk_only_until_it_was_read(temporary):
    intake = Intake(sees)
    large = saved(Pillow.new("RGB", (1700, 1700), "teal"), "BMP")
    assert len(large) > SMALL
    intake.begin("a", "a.bmp", "image/bmp", len(large))
    intake.take("a", 0, large[:SLICE])
    assert len(files_in(temporary)) == 1
    shown(sent(intake, large, "a.bmp", "image/bmp"))
    assert files_in(temporary) == []
    assert "converted from BMP" in intake.state()[0]["caption"]


def test_dropped_and_cleared_files_are_removed_wherever_they_stand(temporary):
    intake = Intake(sees)
    data = padded(MP4, SMALL + 1)
    for mark in "abc":
        shown(sent(intake, data, "a.mp4", "video/mp4", mark))
    intake.begin("d", "d.mp4", "video/mp4", SMALL + 1)
    intake.take("d", 0, data[:SLICE])
    assert len(files_in(temporary)) == 4
    intake.drop("a")
    intake.drop("a")
    assert len(files_in(temporary)) == 3
    intake.clear()
    assert files_in(temporary) == []
    assert intake.state() == []
    assert "does not know" in why(intake.take("d", SLICE, data[SLICE:]))


def test_nothing_is_left_when_nobody_holds_the_intake_any_more(temporary):
    intake = Intake(sees)
    data = padded(MP4, SMALL + 1)
    shown(sent(intake, data, "a.mp4", "video/mp4"))
    intake.begin("b", "b.mp4", "video/mp4", SMALL + 1)
    intake.take("b", 0, data[:SLICE])
    assert len(files_in(temporary)) == 2
    del intake
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_a_video_on_its_way_into_a_prompt_outlives_the_panel(temporary):
    """The prompt is read on a thread, after the panel has forgotten its attachments."""
    intake = Intake(sees)
    data = padded(MP4, SMALL + 1)
    shown(sent(intake, data, "a.mp4", "video/mp4"))
    (video,) = intake.objects()
    intake.close()
    assert len(video.prepare().base64) > SMALL
    assert len(files_in(temporary)) == 1
    del video
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_a_video_to_be_uploaded_stays_as_long_as_the_process(temporary):
    """A later turn of the conversation may have to upload it again."""
    little = MediaRow(video_bytes=1_000_000, upload_bytes=512_000_000)
    intake = Intake(lambda: sees(media=little))
    found = shown(sent(intake, padded(MP4, SMALL + 1), "a.mp4", "video/mp4"))
    assert found.caption.endswith(" · uploaded before the call")
    (video,) = intake.objects()
    path = Path(video.prepare(little.limits()).path)
    del video
    intake.close()
    gc.collect()
    assert path.exists()
    assert files_in(temporary) == [path]


def test_a_video_that_is_removed_before_it_was_sent_is_not_kept(temporary):
    little = MediaRow(video_bytes=1_000_000, upload_bytes=512_000_000)
    intake = Intake(lambda: sees(media=little))
    shown(sent(intake, padded(MP4, SMALL + 1), "a.mp4", "video/mp4"))
    intake.drop("a")
    gc.collect()
    assert files_in(temporary) == []


def test_an_intake_that_was_closed_can_be_used_again(temporary):
    intake = Intake(sees)
    data = padded(MP4, SMALL + 1)
    for _ in range(2):
        shown(sent(intake, data, "a.mp4", "video/mp4"))
        intake.close()
        intake.close()
        assert list(temporary.iterdir()) == []


def test_a_file_dropped_while_it_is_looked_at_is_forgotten(temporary, monkeypatch):
    intake = Intake(sees)
    prepare, data = Video.prepare, padded(MP4, SMALL + 1)

    def interrupted(self: Video, *args: Any) -> Any:
        intake.drop("a")
        return prepare(self, *args)

    monkeypatch.setattr(Video, "prepare", interrupted)
    assert sent(intake, data, "a.mp4", "video/mp4") is None
    assert intake.objects() == ()
    gc.collect()
    assert files_in(temporary) == []


def test_a_file_that_is_being_looked_at_is_not_looked_at_by_another(monkeypatch):
    intake, found = Intake(sees), []
    prepare = Image.prepare

    def interrupted(self: Image, *args: Any) -> Any:
        found.append(intake.look("a"))
        return prepare(self, *args)

    monkeypatch.setattr(Image, "prepare", interrupted)
    shown(sent(intake, PNG))
    assert found == [None]


def test_an_intake_closed_while_it_looks_at_a_file_leaves_nothing(temporary, monkeypatch):
    intake = Intake(sees)
    prepare, data = Video.prepare, padded(MP4, SMALL + 1)

    def interrupted(self: Video, *args: Any) -> Any:
        intake.close()
        return prepare(self, *args)

    monkeypatch.setattr(Video, "prepare", interrupted)
    assert sent(intake, data, "a.mp4", "video/mp4") is None
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_whatever_fails_while_a_file_is_looked_at_the_page_gets_an_answer(monkeypatch):
    def broken(*_args: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(Image, "prepare", broken)
    assert why(sent(Intake(sees), PNG)) == "a.png could not be checked: MemoryError."


# -- a page that begins anew, and the prompt -------------------------------------------------------------------------


def test_the_state_is_enough_to_draw_everything_anew():
    intake = Intake(sees)
    first = shown(sent(intake, PNG, "a.png"))
    intake.begin("b", "b.mp4", "video/mp4", 500)
    intake.take("b", 0, bytes(200))
    state = intake.state()
    assert json.loads(json.dumps(state)) == state
    known = {"id": "a", "name": "a.png", "kind": "image", "size": len(PNG), "next": len(PNG), "done": True}
    assert state[0] == {**known, "preview": first.preview, "caption": first.caption}
    assert state[1] == {"id": "b", "name": "b.mp4", "kind": "video", "size": 500, "next": 200, "done": False}
    assert not intake.ready


def test_a_file_that_was_looked_at_is_not_looked_at_again(monkeypatch):
    intake = Intake(sees)
    found = sent(intake, PNG)
    monkeypatch.setattr(Image, "prepare", lambda *_args: pytest.fail("read again"))
    assert intake.look("a") is found


def test_a_draft_can_be_weighed_with_its_files_before_it_is_sent(temporary):
    intake, chat = Intake(sees), Chat("MiniMax-M3", provider="emulator")
    shown(sent(intake, padded(MP4, SMALL + 1), "clip.mp4", "video/mp4", "v"))
    shown(sent(intake, JPEG, "cat.jpg", "image/jpeg", "p"))
    intake.begin("late", "late.png", "image/png", 10)
    clip, picture = intake.sent()
    assert (clip.name, picture.name) == ("clip.mp4", "cat.jpg")
    assert chat.gauge("What?", clip, picture).tokens > chat.gauge("What?", clip).tokens > chat.gauge("What?").tokens
    intake.clear()
    gc.collect()
    assert files_in(temporary) == []


def test_attached_files_go_with_a_prompt_in_their_order():
    intake, chat = Intake(sees), Chat("MiniMax-M3", provider="emulator")
    shown(sent(intake, MP4, "clip.mp4", "video/mp4", "v"))
    shown(sent(intake, PNG, "cat.png", "image/png", "p"))
    with chat.stream("What do you see?", *intake.objects()) as stream:
        for _ in stream:
            pass
    assert [medium.name for medium in chat.history[0].media] == ["clip.mp4", "cat.png"]


# -- messages --------------------------------------------------------------------------------------------------------


class Page:
    """A page that records what is posted to it."""

    def __init__(self, endpoint: Callable[[], Endpoint] = sees) -> None:
        self.posts: queue.Queue[dict[str, Any]] = queue.Queue()
        self.desk = IntakeDesk(self.posts.put, endpoint)

    def next(self) -> dict[str, Any]:
        return self.posts.get(timeout=60)

    def upload(self, data: bytes, length: int, name: str = "a.png", kind: str = "image/png", mark: str = "a") -> None:
        self.desk.on_file({"op": "file", "id": mark, "name": name, "type": kind, "size": len(data)}, [])
        for at in range(0, len(data), length):
            assert self.next() == {"op": "ack", "id": mark, "next": at}
            self.desk.on_slice({"op": "slice", "id": mark, "at": at}, [memoryview(data[at : at + length])])
        assert self.next() == {"op": "ack", "id": mark, "next": len(data)}


def test_a_page_gets_an_answer_to_each_slice_and_the_preview_at_the_end():
    page = Page()
    page.upload(PNG, 1000)
    found = page.next()
    assert (found["op"], found["id"], found["name"], found["kind"]) == ("attached", "a", "a.png", "image")
    assert page.desk.intake.ready
    page.desk.on_unattach({"op": "unattach", "id": "a"}, [])
    assert page.next() == {"op": "unattached", "id": "a"}
    assert page.desk.intake.state() == []


def test_a_page_is_told_why_a_file_is_refused():
    page = Page()
    page.upload(SVG, 50, "logo.png")
    assert page.next()["why"].startswith("logo.png is an SVG drawing")
    page.desk.on_file({"op": "file", "id": "b", "name": "b.txt", "type": "text/plain", "size": 1}, [])
    assert page.next()["op"] == "refused"
    page.desk.on_slice({"op": "slice", "id": "c", "at": 0}, [memoryview(b"x")])
    assert page.next()["op"] == "refused"


def test_a_slice_without_its_bytes_is_asked_for_again():
    page = Page()
    page.desk.on_file({"id": "a", "name": "a.png", "type": "image/png", "size": 10}, [])
    page.next()
    page.desk.on_slice({"id": "a", "at": 0}, [])
    assert page.next() == {"op": "ack", "id": "a", "next": 0}


def test_a_page_that_lost_the_last_answers_gets_them_again():
    page = Page()
    page.upload(PNG, len(PNG))
    first = page.next()
    page.desk.on_slice({"id": "a", "at": 0}, [memoryview(PNG)])
    assert page.next() == {"op": "ack", "id": "a", "next": len(PNG)}
    assert page.next() == first
    page.desk.on_file({"id": "a", "name": "a.png", "type": "image/png", "size": len(PNG)}, [])
    assert page.next() == {"op": "ack", "id": "a", "next": len(PNG)}
    assert page.next() == first


def test_a_message_without_anything_in_it_is_an_error_and_no_more():
    page = Page()
    for handler in (page.desk.on_file, page.desk.on_slice, page.desk.on_unattach):
        with pytest.raises(RequestError):
            handler({}, [])
    assert page.posts.empty()


def test_the_handler_returns_before_the_file_is_looked_at(monkeypatch):
    go, prepare = threading.Event(), Image.prepare

    def slow(self: Image, *args: Any) -> Any:
        assert go.wait(60)
        return prepare(self, *args)

    monkeypatch.setattr(Image, "prepare", slow)
    page = Page()
    page.upload(PNG, len(PNG))
    assert not page.desk.intake.ready
    assert page.posts.empty()
    go.set()
    assert page.next()["op"] == "attached"


def test_a_page_is_told_when_the_model_has_changed():
    now = [sees()]
    page = Page(lambda: now[0])
    now[0] = reads()
    page.desk.post_takes()
    told = page.next()
    assert told["op"] == "takes"
    assert told["takes"] == page.desk.intake.takes()
    assert told["takes"]["kinds"] == []
    page.desk.close()
