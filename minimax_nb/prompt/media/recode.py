"""Videos cut, scaled or converted: encoded again as MP4 with PyAV, upright and without sound."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

from minimax_nb.prompt.media.files import refused
from minimax_nb.prompt.media.film import Origin, opened, timed_frames, video_stream
from minimax_nb.prompt.media.kinds import Kind
from minimax_nb.prompt.media.thumbs import fitted

ENCODERS = ("libx264", "libopenh264", "mpeg4")
"""In order of preference; which of them there is depends on how FFmpeg was built."""

_TICKS = 10_000
"""Parts of a second in which frames are timed: all three encoders take it."""

_FALLBACK_RATE = 25
_TURNS = {90: ("transpose", "cclock"), -90: ("transpose", "clock"), 180: ("rotate", "PI"), -180: ("rotate", "PI")}


def recode(
    origin: Origin,
    kind: Kind,
    name: str,
    *,
    start: float = 0.0,
    end: float | None = None,
    max_long_side: int | None = None,
) -> bytes:
    """A video, or a piece of it, as an MP4 file in memory.

    It is written to a temporary file, since an MP4's index needs going back, and that file is removed whatever happens.

    Args:
        origin: The video.
        kind: What it is.
        name: What to call it.
        start: Seconds from its beginning at which the piece begins.
        end: Seconds at which it ends; None is its end.
        max_long_side: Pixels to scale the longer side down to.

    Raises:
        RequestError: It is broken, holds no frame between the two times, or cannot be encoded here.
    """
    with tempfile.TemporaryDirectory(prefix="minimax-nb-") as folder, opened(origin, kind, name) as source:
        path = Path(folder, "piece.mp4")
        if not _write(source, path, name, start=start, end=end, side=max_long_side):
            raise refused(name, f"holds no frame from {start:g} s on", "Trim it at times inside its length.")
        return path.read_bytes()


def encoder(name: str) -> str:
    """The video encoder to use.

    Raises:
        RequestError: There is none.
    """
    import av

    for candidate in ENCODERS:
        try:
            av.Codec(candidate, "w")
        except ValueError:
            continue
        return candidate
    raise refused(name, "cannot be encoded: this PyAV has no encoder for MP4", "Install PyAV from PyPI.")


def _write(
    source: Any,  # noqa: ANN401
    path: Path,
    name: str,
    *,
    start: float,
    end: float | None,
    side: int | None,
) -> int:
    """Encode the frames from start to end into a file; how many there were."""
    import av

    stream = video_stream(source, name, decoded=True)
    if start > 0:
        source.seek(int(start / stream.time_base) + (stream.start_time or 0), stream=stream)
    rate = stream.average_rate or stream.guessed_rate or Fraction(_FALLBACK_RATE)
    written, out, turned = 0, None, _Turned()
    with av.open(str(path), "w", format="mp4") as sink:
        for at, frame, stays in timed_frames(source, stream):
            if at + stays <= start + 1e-6:
                continue
            if end is not None and at >= end - 1e-6:
                break
            if out is None:
                turned.prepare(stream, frame.rotation)
                out = _output(sink, encoder(name), rate, turned.size(frame), side)
            ready = turned.turn(frame).reformat(width=out.width, height=out.height, format="yuv420p")
            ready.pts, ready.time_base = round(max(0.0, at - start) * _TICKS), Fraction(1, _TICKS)
            ready.pict_type = av.video.frame.PictureType.NONE
            sink.mux(out.encode(ready))
            written += 1
        if out is not None:
            sink.mux(out.encode(None))
    return written


def _output(sink: Any, codec: str, rate: Fraction, size: tuple[int, int], side: int | None) -> Any:  # noqa: ANN401
    width, height = fitted(size, side or max(size))
    options = {"crf": "21", "preset": "veryfast"} if codec == "libx264" else {}
    out = sink.add_stream(codec, rate=rate, options=options)
    out.width, out.height = max(2, width // 2 * 2), max(2, height // 2 * 2)
    out.pix_fmt = "yuv420p"
    out.codec_context.time_base = Fraction(1, _TICKS)
    if codec != "libx264":
        out.codec_context.bit_rate = max(400_000, out.width * out.height * 4)
    return out


class _Turned:
    """Turns frames upright."""

    def __init__(self) -> None:
        self._sideways, self._graph = False, None

    def prepare(self, stream: Any, rotation: int) -> None:  # noqa: ANN401
        """Expect frames of a stream that lie ``rotation`` degrees off."""
        self._sideways = abs(rotation) == 90
        self._graph = self._chain(stream, rotation) if rotation in _TURNS else None

    def size(self, frame: Any) -> tuple[int, int]:  # noqa: ANN401
        """The size of a frame after turning."""
        return (frame.height, frame.width) if self._sideways else (frame.width, frame.height)

    def turn(self, frame: Any) -> Any:  # noqa: ANN401
        """The frame, upright."""
        if self._graph is None:
            return frame
        self._graph.push(frame)
        return self._graph.pull()

    @staticmethod
    def _chain(stream: Any, rotation: int) -> Any:  # noqa: ANN401
        from av.filter import Graph

        graph = Graph()
        graph.link_nodes(graph.add_buffer(template=stream), graph.add(*_TURNS[rotation]), graph.add("buffersink"))
        graph.configure()
        return graph
