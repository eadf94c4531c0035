"""Videos: what they hold is read from them, bad ones are refused in one sentence, and pieces can be made of them."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import IPython.display as ipd
import pytest
from PIL import Image as Pillow
from PIL import ImageStat

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, MediaLimits
from minimax_nb.prompt.media import Image, Video
from tests.prompt.media.makers import FILES, honest, opened, refusal, sent, video_refusal

TAKEN = {
    "sound.mp4": ("video/mp4", "h264"),
    "index-first.mp4": ("video/mp4", "h264"),
    "mpeg4.mp4": ("video/mp4", "mpeg4"),
    "hevc.mov": ("video/quicktime", "hevc"),
    "vp9.mkv": ("video/x-matroska", "vp9"),
    "av1.mkv": ("video/x-matroska", "av1"),
    "mpeg4.avi": ("video/x-msvideo", "mpeg4"),
    "mjpeg.avi": ("video/x-msvideo", "mjpeg"),
}
CONVERTED = ["vp8.webm", "wmv2.wmv", "flv1.flv", "transport.ts"]


def colour(picture: Pillow.Image) -> tuple[int, ...]:
    return tuple(round(mean) for mean in ImageStat.Stat(picture.convert("RGB")).mean)


@pytest.mark.parametrize("name", TAKEN)
def test_a_video_tells_what_it_holds(name: str) -> None:
    clip = Video(FILES / name, fps=2, detail="low", max_long_side=480).prepare()
    assert (clip.name, clip.media_type, clip.codec) == (name, *TAKEN[name])
    assert (clip.width, clip.height, clip.frames, clip.frame_rate) == (64, 48, 10, 10)
    assert clip.duration_s == pytest.approx(1, abs=0.06)
    assert clip.audio is (name == "sound.mp4")
    assert (clip.fps, clip.detail, clip.max_long_side) == (2, "low", 480)
    data = sent(clip)
    assert (clip.size, clip.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert len(data) == (FILES / name).stat().st_size
    assert clip.path == ""


def test_the_contact_sheet_is_made_of_real_frames() -> None:
    clip = Video(FILES / "red-blue.mp4").prepare()
    assert clip.thumbnail_type == "image/jpeg"
    assert 0 < len(clip.thumbnail) <= 20_000
    sheet = Pillow.open(io.BytesIO(clip.thumbnail)).convert("RGB")
    across, down = sheet.width // 3, sheet.height // 2
    tiles = [sheet.getpixel((column * across + 20, row * down + 20)) for row in (0, 1) for column in (0, 1, 2)]
    assert [red > blue for red, _, blue in tiles] == [True, True, True, False, False, False]


@pytest.mark.parametrize("name", CONVERTED)
def test_types_that_the_service_does_not_take_become_mp4(name: str) -> None:
    clip = Video(FILES / name).prepare()
    assert clip.media_type == "video/mp4"
    assert sent(clip)[4:8] == b"ftyp"
    assert (clip.width, clip.height) == (64, 48)
    assert clip.frames in {9, 10}
    assert "which the service does not take, to MP4" in clip.notes[0]


def test_a_moving_gif_can_be_a_video() -> None:
    clip = Video(FILES / "moving.gif").prepare()
    assert (clip.media_type, clip.frames) == ("video/mp4", 3)


@pytest.mark.parametrize("name", ["phone.mp4", "phone.mov"])
def test_a_telephones_video_is_upright_and_says_no_place(name: str) -> None:
    assert b"loci" in (FILES / name).read_bytes() or b"+48.8577" in (FILES / name).read_bytes()
    clip = Video(FILES / name).prepare()
    assert (clip.width, clip.height) == (48, 64)
    assert clip.notes == ("metadata removed",)
    data = sent(clip)
    for trace in (b"loci", b"+48.8577", b"earth", b"udta"):
        assert trace not in data
    assert len(data) == (FILES / name).stat().st_size
    assert Video(data).prepare().notes == ()


def test_turned_frames_lie_as_the_upright_ones_turned() -> None:
    upright = opened(Video(FILES / "index-first.mp4").frames(count=1)[0].prepare()).convert("RGB")
    # as FFmpeg's own player shows these files; degrees against the clock
    for name, turn in (("phone.mp4", 90), ("phone.mov", 270), ("turned.mp4", 180)):
        expected = upright.rotate(turn, expand=True)
        for video in (Video(FILES / name), Video(FILES / name).scale(64)):
            seen = opened(video.frames(count=1)[0].prepare()).convert("RGB")
            assert seen.size == expected.size
            for x, y in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)):
                box = tuple(
                    round(v) for v in (x * seen.width - 4, y * seen.height - 4, x * seen.width + 4, y * seen.height + 4)
                )
                pairs = zip(colour(seen.crop(box)), colour(expected.crop(box)), strict=True)
                assert max(abs(one - other) for one, other in pairs) < 40


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-frames.mkv", "without frames"),
        ("no-frames.mp4", "holds no video"),
        ("only-sound.mp4", "holds only sound"),
        ("sound.m4a", "is sound, not a video"),
        ("sound.wav", "is sound, not a video"),
        ("plain.png", "Use Image(...)"),
        ("plain.avif", "Use Image(...)"),
    ],
)
def test_what_has_no_moving_pictures_is_refused(name: str, said: str) -> None:
    message = video_refusal(FILES / name)
    assert message.startswith(f"{name} ")
    assert said in message


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "0 bytes"), (b"hello", "is not a video"), (b"<html>", "is HTML"), (b"%PDF-1.4", "is PDF")],
)
def test_what_is_no_video_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    assert said in video_refusal(path)


@pytest.mark.parametrize("name", [*TAKEN, "vp8.webm"])
@pytest.mark.parametrize("part", [0.99, 0.6, 0.05])
def test_a_video_that_is_cut_short_is_refused(name: str, part: float) -> None:
    data = (FILES / name).read_bytes()
    said = video_refusal(data[: int(len(data) * part)], name=name)
    assert said.startswith(f"{name} ")
    assert any(words in said for words in ("cut short", "cannot be read", "no index"))


@pytest.mark.parametrize("name", ["sound.mp4", "index-first.mp4", "hevc.mov", "vp9.mkv", "mpeg4.avi"])
def test_even_the_last_bytes_count(name: str) -> None:
    assert "cut short" in video_refusal((FILES / name).read_bytes()[:-2])


def test_behind_the_last_box_only_padding_may_stand() -> None:
    data = (FILES / "index-first.mp4").read_bytes()
    for padding in (b"\0\0\0", b"\0" * 64):
        assert Video(data + padding).prepare().frames == 10
    assert "cut short" in video_refusal(data + b"\0\0\1\0mo")


def test_a_wrong_ending_is_noticed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes((FILES / "vp9.mkv").read_bytes())
    clip = Video(path).prepare()
    assert (clip.media_type, clip.notes) == ("video/x-matroska", ("it is an MKV whatever its name says",))


def test_broken_bytes_never_escape_as_another_error() -> None:
    for name in ("index-first.mp4", "vp9.mkv", "mpeg4.avi"):
        data = (FILES / name).read_bytes()
        for at in range(4, len(data), len(data) // 25):
            with suppress(RequestError):
                Video(data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :]).prepare()


def test_a_video_is_given_in_every_form() -> None:
    path = FILES / "mpeg4.avi"
    data = path.read_bytes()
    url = "data:video/avi;base64," + base64.b64encode(data).decode()
    with path.open("rb") as file:
        sources = [path, str(path), data, bytearray(data), memoryview(data), file, io.BytesIO(data), url]
        sources += [ipd.Video(str(path)), ipd.Video(data, embed=True), Video(path)]
        sources.append(ipd.Video(base64.b64encode(data).decode(), embed=True))
        for source in sources:
            assert sent(Video(source).prepare()) == data


@pytest.mark.parametrize("url", ["https://example.org/clip.mp4?key=1", "mm_file://176844028768320"])
def test_an_address_is_passed_on_and_not_read(url: str) -> None:
    clip = Video(url, 2, "high", 700).prepare()
    assert clip == Clip(name=clip.name, url=url, fps=2, detail="high", max_long_side=700)
    assert clip.name in {"clip.mp4", "176844028768320"}


def test_an_address_is_downloaded_where_that_is_asked() -> None:
    data = (FILES / "mpeg4.avi").read_bytes()
    video = Video("https://example.org/clip.avi", inline=True)
    assert sent(video.prepare(fetch=lambda url: data)) == data
    uploaded = Video("mm_file://12", inline=True)
    assert "at the service" in refusal(lambda: uploaded.prepare(fetch=lambda url: data))


@pytest.mark.parametrize("fps", [0.1, 5.1, "2", True, float("nan"), -1, 0])
def test_a_wrong_fps_is_refused_at_once(fps: object) -> None:
    assert "from 0.2 to 5" in refusal(lambda: Video("nothing-is-read.mp4", fps))


def test_frames_are_pictures_named_after_their_times() -> None:
    frames = Video(FILES / "six-seconds.mkv", detail="low").frames(every=1.5)
    times = ["0:00.00", "0:01.50", "0:03.00", "0:04.50"]
    assert [frame.name for frame in frames] == [f"six-seconds.mkv at {time}" for time in times]
    for frame in frames:
        picture = frame.prepare()
        assert honest(picture).size == (64, 48)
        assert (picture.media_type, picture.detail, picture.notes) == ("image/jpeg", "low", ())


def test_frames_show_what_is_on_the_screen_at_their_time() -> None:
    frames = Video(FILES / "red-blue.mp4").frames(every=0.25)
    assert len(frames) == 8
    seen = [colour(opened(frame.prepare())) for frame in frames]
    assert [red > 200 for red, _, _ in seen] == [True] * 4 + [False] * 4
    assert [blue > 200 for _, _, blue in seen] == [False] * 4 + [True] * 4


def test_a_leap_ahead_lands_on_the_same_frame_as_walking_there() -> None:
    video = Video(FILES / "six-seconds.mkv")
    walked = {frame.name: opened(frame.prepare()).tobytes() for frame in video.frames(every=0.1)}
    assert len(walked) == 60
    leaps = [*video.frames(every=3.5), *video.frames(every=5.7), *video.frames(count=1)]
    assert [frame.name[-4:] for frame in leaps] == ["0.00", "3.50", "0.00", "5.70", "3.00"]
    for frame in leaps:
        assert opened(frame.prepare()).tobytes() == walked[frame.name]


@pytest.mark.parametrize(("count", "got"), [(1, 1), (4, 4), (60, 60), (200, 60)])
def test_a_number_of_frames(count: int, got: int) -> None:
    names = [frame.name for frame in Video(FILES / "six-seconds.mkv").frames(count=count)]
    assert len(names) == len(set(names)) == got
    assert names == sorted(names)


def test_frames_as_often_as_the_service_would_look() -> None:
    assert len(Video(FILES / "six-seconds.mkv").frames()) == 6
    assert len(Video(FILES / "six-seconds.mkv", fps=2).frames()) == 12
    assert len(Video(FILES / "six-seconds.mkv").frames(every=100)) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every": 1, "count": 2}, "not both"),
        ({"every": 0}, "every is 0"),
        ({"every": float("inf")}, "every is inf"),
        ({"every": "1"}, "every is '1'"),
        ({"count": 0}, "count is 0"),
        ({"count": 1.5}, "count is 1.5"),
        ({"every": 0.001}, "would give 6,000 frames"),
    ],
)
def test_wrong_samples_are_refused(options: dict, said: str) -> None:
    assert said in refusal(lambda: Video(FILES / "six-seconds.mkv").frames(**options))


def test_a_piece_is_cut_exactly() -> None:
    piece = Video(FILES / "six-seconds.mkv", fps=1, detail="high").trim(1.0, 3.5)
    clip = piece.prepare()
    assert (clip.frames, clip.codec, clip.name, clip.fps, clip.detail) == (25, "h264", "six-seconds.mp4", 1, "high")
    assert clip.duration_s == pytest.approx(2.5, abs=0.11)
    assert clip.notes[0] == "cut from 0:01.00 to 0:03.50"
    change = Video(FILES / "red-blue.mp4").trim(0.8, 1.2).frames(every=0.1)
    assert [colour(opened(frame.prepare()))[0] > 200 for frame in change] == [True, True, False, False]


def test_a_piece_without_an_end_goes_to_the_end_and_loses_its_sound() -> None:
    clip = Video(FILES / "sound.mp4").trim(0.5).prepare()
    assert (clip.frames, clip.audio) == (5, False)
    assert "cut from 0:00.50 to its end; its sound was left out" in clip.notes


@pytest.mark.parametrize(("start", "end"), [(-1, None), (2, 1), (1, 1)])
def test_a_piece_the_wrong_way_round_is_refused(start: float, end: float | None) -> None:
    assert "cannot be trimmed from" in refusal(lambda: Video(FILES / "sound.mp4").trim(start, end))


def test_a_piece_behind_the_end_is_refused() -> None:
    assert "holds no frame from 9 s on" in refusal(lambda: Video(FILES / "sound.mp4").trim(9))


@pytest.mark.parametrize(("side", "size"), [(32, (32, 24)), (33, (32, 24)), (500, (64, 48)), (2, (2, 2))])
def test_a_video_is_scaled(side: int, size: tuple[int, int]) -> None:
    clip = Video(FILES / "mpeg4.avi").scale(side).prepare()
    assert (clip.width, clip.height) == size
    assert clip.frames == 10
    assert clip.media_type == "video/mp4"


@pytest.mark.parametrize("side", [0, 1, -5, 2.5, True, "64"])
def test_a_wrong_side_is_refused(side: object) -> None:
    assert "max_long_side is" in refusal(lambda: Video(FILES / "mpeg4.avi").scale(side))


def test_pieces_of_pieces_keep_what_was_said() -> None:
    notes = Video(FILES / "sound.mp4").trim(0, 0.5).scale(32).prepare().notes
    assert notes[:2] == ("cut from 0:00.00 to 0:00.50; its sound was left out", "scaled to at most 32 pixels")


@pytest.mark.parametrize("encoder", ["libx264", "mpeg4"])
def test_where_the_better_encoder_is_missing_the_other_is_used(encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import av

    true = av.Codec

    def only(name: str, mode: str) -> object:
        if name != encoder:
            raise av.codec.codec.UnknownCodecError(name)
        return true(name, mode)

    monkeypatch.setattr(av, "Codec", only)
    clip = Video(FILES / "hevc.mov").scale(48).prepare()
    assert (clip.codec, clip.frames, clip.width) == ("mpeg4" if encoder == "mpeg4" else "h264", 10, 48)


def test_without_any_encoder_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import av

    def none(name: str, mode: str) -> object:
        raise av.codec.codec.UnknownCodecError(name)

    monkeypatch.setattr(av, "Codec", none)
    assert "has no encoder for MP4" in refusal(lambda: Video(FILES / "hevc.mov").scale(48))


def test_temporary_files_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    video = Video(FILES / "sound.mp4").trim(0, 0.5)
    refusal(lambda: Video(FILES / "sound.mp4").trim(9))
    assert list(tmp_path.iterdir()) == []
    assert sent(video.prepare())[4:8] == b"ftyp"
    assert list(tmp_path.iterdir()) == []


def test_bytes_to_be_uploaded_are_on_disk_as_long_as_the_process(tmp_path: Path, clean_env: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from minimax_nb.messages.media import MediaLimits\n"
        "from minimax_nb.prompt.media import Video\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "paths = {Video(data).prepare(MediaLimits(video_bytes=100)).path for _ in range(3)}\n"
        "assert [Path(path).read_bytes() == data for path in paths] == [True]\n"
        "print(*paths)"
    )
    command = [sys.executable, "-c", code, str(FILES / "mpeg4.avi")]
    env = clean_env | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_large_video_is_left_in_its_file_to_be_uploaded() -> None:
    path = FILES / "phone.mp4"
    clip = Video(path).prepare(MediaLimits(video_bytes=1000))
    assert (clip.base64, clip.path, clip.size) == (b"", str(path), path.stat().st_size)
    assert clip.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert clip.frames == 10
    assert "uploaded as it is" in clip.notes[0]


def test_any_video_is_uploaded_where_that_is_asked_for() -> None:
    path = FILES / "phone.mp4"
    video = Video(path, upload=True)
    for asked in (video, Video(video)):
        clip = asked.prepare()
        assert (clip.base64, clip.path, clip.size) == (b"", str(path), path.stat().st_size)
    assert video.trim(0.0, 0.3).prepare().path, "so are its pieces"
    assert repr(video) == "Video('phone.mp4', upload=True)"


def test_a_video_larger_than_any_upload_is_refused() -> None:
    video = Video(FILES / "sound.mp4")
    said = refusal(lambda: video.prepare(MediaLimits(video_bytes=1000, upload_bytes=2000)))
    assert said.startswith("sound.mp4 has 5.94 kB, and the service takes 2 kB a video.")


def test_preparing_again_gives_the_same_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    path.write_bytes((FILES / "mpeg4.avi").read_bytes())
    video = Video(path)
    first = video.prepare()
    assert video.prepare() is first
    path.write_bytes((FILES / "mjpeg.avi").read_bytes())
    assert video.prepare().codec == "mjpeg"


def test_a_video_without_its_length_in_the_header_is_counted() -> None:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="matroska", options={"live": "1"}) as sink:
        stream = sink.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for at in range(7):
            frame = av.VideoFrame.from_image(Pillow.new("RGB", (64, 48), (at * 30, 0, 0)))
            frame.pts = at
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    clip = Video(out.getvalue()).prepare()
    assert clip.frames == 7
    assert clip.duration_s == pytest.approx(0.7, abs=0.11)
    frames = Video(out.getvalue()).frames(count=7)
    reds = [colour(opened(frame.prepare()))[0] for frame in frames]
    assert all(before < after for before, after in pairwise(reds))


def test_a_video_of_an_unknown_codec_is_sent_unseen() -> None:
    data = (FILES / "index-first.mp4").read_bytes().replace(b"avc1\0", b"zzzz\0")
    clip = Video(data).prepare()
    assert len(sent(clip)) == len(data)
    assert (clip.codec, clip.frames, clip.thumbnail, clip.width) == ("", 10, b"", None)
    assert "its codec is not known here, so it is sent unseen" in clip.notes
    for act in (lambda: Video(data).frames(), lambda: Video(data).trim(0, 1)):
        assert "has a codec that is not known here" in refusal(act)


def test_a_picture_of_a_video_is_no_video() -> None:
    assert isinstance(Video(FILES / "mpeg4.avi").frames(count=1)[0], Image)
