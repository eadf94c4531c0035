"""Videos read with PyAV: what they hold, and their frames. Without PyAV, nothing of this works and nothing else fails.

A container is opened by the one reader for its kind, from an open file. None of these readers opens what a container
points at; the kinds that are lists of other files (HLS, DASH, concat) are never guessed and have no reader here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.prompt.media.files import open_file, refused, short
from minimax_nb.prompt.media.kinds import Kind, article
from minimax_nb.prompt.media.thumbs import contact_sheet, reduced

Origin = Path | bytes
"""Where a video's bytes are: in a file, or in memory."""

SHEET_FRAMES = 6
_SEEK_BEYOND = 3.0
"""Seconds ahead from which it is quicker to seek than to decode what lies between."""

AGAIN = "Download or copy it again, or save it anew as MP4."
INSTALL = 'Install PyAV: pip install "minimax-nb[video]".'


@dataclass(frozen=True, slots=True)
class Film:
    """What a video holds.

    Attributes:
        width: Pixels, after rotation; None where they could not be read.
        height: Pixels, after rotation.
        duration_s: Length in seconds, or None.
        frames: Number of frames, or None.
        frame_rate: Frames a second on average, or None.
        codec: Name of the video codec.
        audio: Whether there is sound.
        sheet: A contact sheet of real frames, a JPEG; empty if none could be decoded here.
        sheet_type: Its MIME type.
        notes: What could not be found out.
    """

    width: int | None
    height: int | None
    duration_s: float | None
    frames: int | None
    frame_rate: float | None
    codec: str
    audio: bool
    sheet: bytes = field(default=b"", repr=False)
    sheet_type: str = ""
    notes: tuple[str, ...] = ()


def available() -> bool:
    """Whether PyAV is installed."""
    try:
        import av  # noqa: F401
    except ImportError:
        return False
    return True


def look(origin: Origin, kind: Kind, name: str) -> Film:
    """What a video holds, with a contact sheet of up to six frames from all its length.

    Raises:
        RequestError: It has no video, no frames, or is broken.
    """
    with opened(origin, kind, name) as container:
        stream = video_stream(container, name)
        duration, frames = _length(container, stream)
        rate = stream.average_rate or stream.guessed_rate
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        audio = bool(container.streams.audio)
    if frames == 0:
        raise refused(name, "is a video without a single frame")
    count = min(SHEET_FRAMES, frames or SHEET_FRAMES)
    times = [(at + 0.5) * (duration or 0.0) / count for at in range(count)]
    shots, size = [], (getattr(stream, "width", None), getattr(stream, "height", None))
    for _, image in pictures_at(origin, kind, name, times if duration else [0.0]) if codec else ():
        size = image.size
        shots.append(reduced(image))
    if codec and not shots:
        raise refused(name, "is a video without a single frame that can be decoded")
    unseen = () if codec else ("its codec is not known here, so it is sent unseen",)
    sheet = contact_sheet(shots) if shots else (b"", "")
    return Film(*size, duration, frames, float(rate) if rate else None, codec, audio, *sheet, unseen)


def length(origin: Origin, kind: Kind, name: str) -> float:
    """Seconds that a video lasts; 0 where that cannot be told.

    Raises:
        RequestError: It has no video, or is broken.
    """
    with opened(origin, kind, name) as container:
        return _length(container, video_stream(container, name))[0] or 0.0


def pictures_at(origin: Origin, kind: Kind, name: str, times: Sequence[float]) -> Iterator[tuple[float, Any]]:
    """The frames that are on the screen at some times, with their own times; no frame twice.

    Args:
        origin: The video.
        kind: What it is.
        name: What to call it.
        times: Seconds from its beginning, rising.

    Yields:
        Seconds from the beginning, and an upright Pillow image, one at a time.
    """
    with opened(origin, kind, name) as container:
        stream = video_stream(container, name, decoded=True)
        given, wanted, held = -1.0, list(times), None
        frames = timed_frames(container, stream)
        for target in wanted:
            if held is None or target - held[0] > _SEEK_BEYOND:
                frames, held = _sought(container, stream, target, held, frames)
            while held is not None and held[0] + held[2] <= target:
                following = next(frames, None)
                if following is None:
                    break
                held = following
            if held is None:
                return
            if held[0] > given:
                given = held[0]
                yield given, picture_of(held[1])


Timed = tuple[float, Any, float]
"""Seconds from the beginning, a frame, and the seconds it stays."""


def timed_frames(container: Any, stream: Any) -> Iterator[Timed]:  # noqa: ANN401 - PyAV is imported late
    """The frames from where a container stands, each with its time from the beginning and how long it stays.

    Of a frame that does not say how long it stays, the average is taken.
    """
    start = float((stream.start_time or 0) * stream.time_base)
    rate = stream.average_rate or stream.guessed_rate
    usual = 1 / float(rate) if rate else 0.04
    for frame in container.decode(stream):
        if frame.pts is not None:
            stays = float(frame.duration * stream.time_base) if frame.duration else usual
            yield max(0.0, float(frame.pts * stream.time_base) - start), frame, stays


def picture_of(frame: Any) -> Any:  # noqa: ANN401
    """A frame as an upright Pillow image."""
    image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _sought(container: Any, stream: Any, target: float, held: Timed | None, frames: Iterator[Timed]) -> Any:  # noqa: ANN401
    """Frames from the last key frame before a time, and the first of them."""
    import av

    if target > _SEEK_BEYOND:
        try:
            container.seek(int(target / stream.time_base) + (stream.start_time or 0), stream=stream)
            frames = timed_frames(container, stream)
        except (av.error.FFmpegError, OSError):
            return frames, held if held is not None else next(frames, None)
        return frames, next(frames, None) or held
    return frames, held if held is not None else next(frames, None)


def video_stream(container: Any, name: str, *, decoded: bool = False) -> Any:  # noqa: ANN401
    """The video of a container, decoded by several threads.

    Args:
        container: It, open.
        name: What to call it.
        decoded: Whether its frames are wanted.

    Raises:
        RequestError: It has none, or its frames are wanted and cannot be decoded.
    """
    moving = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not moving:
        found = "only sound" if container.streams.audio else "no video"
        raise refused(name, f"holds {found}", "Give a file with moving pictures.")
    if moving[0].codec_context:
        moving[0].thread_type = "AUTO"
    elif decoded:
        raise refused(name, "has a codec that is not known here, so it cannot be looked into", "Save it anew as MP4.")
    return moving[0]


@contextmanager
def opened(origin: Origin, kind: Kind, name: str) -> Iterator[Any]:
    """A container open for reading.

    Raises:
        RequestError: PyAV is missing, or the file is broken.
    """
    try:
        import av
    except ImportError:
        raise refused(name, "cannot be looked into without PyAV", INSTALL) from None
    with open_file(origin) if isinstance(origin, Path) else io.BytesIO(origin) as file:
        try:
            with av.open(file, format=kind.reader, metadata_errors="replace", buffer_size=1 << 18) as container:
                yield container
        except RequestError:
            raise
        except av.error.FFmpegError as fault:
            if isinstance(fault, av.error.EOFError):
                raise refused(name, f"is {article(kind)} video without frames, or is cut short", AGAIN) from None
            reason = short(fault.strerror or "the data is invalid").rstrip(".")
            what = f"is {article(kind)} video that cannot be read: {reason[:1].lower()}{reason[1:]}"
            raise refused(name, what, AGAIN) from None


def _is_cover(stream: Any) -> bool:  # noqa: ANN401
    """Whether a video stream is the still cover of a song."""
    return bool(stream.disposition.value & 0x0400) if hasattr(stream.disposition, "value") else False


def _length(container: Any, stream: Any) -> tuple[float | None, int | None]:  # noqa: ANN401
    """Seconds and frames: from the header, or counted over the packets where it does not say."""
    seconds = stream.duration * stream.time_base if stream.duration else None
    if seconds is None and container.duration:
        seconds = container.duration / 1_000_000
    if seconds and stream.frames:
        return float(seconds), int(stream.frames)
    count, end, start = 0, 0.0, float((stream.start_time or 0) * stream.time_base)
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None:
            count += 1
            end = max(end, float((packet.pts + (packet.duration or 0)) * stream.time_base) - start)
    return (float(seconds) if seconds else end or None), count
