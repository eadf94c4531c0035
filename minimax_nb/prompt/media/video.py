"""``Video``: a video for a prompt, its frames as pictures, and pieces of it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import FPS_RANGE, Clip, Detail, MediaLimits
from minimax_nb.prompt.media import film, kinds
from minimax_nb.prompt.media.containers import fault_of, private_boxes
from minimax_nb.prompt.media.files import clock, digest, open_file, read, refused, said_bytes, stamp
from minimax_nb.prompt.media.film import Film, Origin
from minimax_nb.prompt.media.image import Image
from minimax_nb.prompt.media.kinds import Kind, article
from minimax_nb.prompt.media.medium import Fetch, Medium, whole_number
from minimax_nb.prompt.media.recode import recode
from minimax_nb.prompt.media.sampling import sample_times
from minimax_nb.prompt.media.values import What, content_of

_MOVING_GIF = Kind("GIF", "video", "image/gif", kinds.GIF.suffixes, "gif")
_FRAME_QUALITY = 92


@dataclass(frozen=True, slots=True)
class _Opened:
    """A video found and recognised: its bytes, how many, what it is, what was noticed, and where metadata lie in it."""

    origin: Origin
    size: int
    kind: Kind
    notes: tuple[str, ...] = ()
    private: tuple[tuple[int, int], ...] = ()


class Video(Medium):
    """A video for a prompt.

    Making one reads nothing. To look into it (:meth:`frames`, :meth:`trim`, :meth:`scale`, and length and contact sheet
    in :meth:`prepare`) PyAV is needed, the extra ``video``; without it a video is still sent, and shown by its name.

    Args:
        source: A path, an http(s) address, ``mm_file://ID`` of a file uploaded before, bytes, an open binary file, a
            data URL, an IPython.display.Video, or another ``Video``. An address is passed on as it is.
        fps: Frames a second the service is to look at, 0.2 to 5; None leaves it to the service.
        detail: How closely the service is to look: "low", "default" or "high"; None leaves it to the service.
        max_long_side: Pixels the service is to scale the longer side down to, 1 or more; None leaves it to the service.
        name: What to call it; found from the source if empty.
        inline: Download what stands at an address, and send the video instead of the address.
        upload: Upload it before the call even if it would fit into the request; it is then sent once, not each turn.

    Raises:
        RequestError: The source is no video's, or an option has a wrong value.
    """

    _what: ClassVar[What] = "video"

    def __init__(
        self,
        source: Any,  # noqa: ANN401 - any value of a notebook
        fps: float | None = None,
        detail: Detail | None = None,
        max_long_side: int | None = None,
        *,
        name: str = "",
        inline: bool = False,
        upload: bool = False,
    ) -> None:
        super().__init__(source, detail, max_long_side, name=name, inline=inline)
        self.upload: bool = bool(upload) or (isinstance(source, Video) and source.upload)
        inherited: float | None = source.fps if isinstance(source, Video) else None
        self.fps: float | None = _checked_fps(inherited if fps is None else fps)
        self._notes: tuple[str, ...] = source._notes if isinstance(source, Video) else ()

    def prepare(self, limits: MediaLimits = MediaLimits(), fetch: Fetch | None = None) -> Clip:  # noqa: B008
        """Read and check the video; the result is kept until its file changes, so base64 is made once.

        A file of more than ``limits.video_bytes`` is not read into memory: it is hashed as it streams by, and the clip
        names its path, to be uploaded. What an MP4 or MOV file says about where and with what it was taken is
        blanked in what goes into the request, and stays in a file that is uploaded.

        Args:
            limits: What the service takes.
            fetch: Downloads what stands at an address; needed for ``inline=True`` alone.

        Raises:
            RequestError: It cannot be found or read, is no video, is cut short, has no frames, or is too large.
        """
        if address := self._address():
            options = {"fps": self.fps, "detail": self.detail, "max_long_side": self.max_long_side}
            return Clip(name=self.name, url=address, notes=self._notes, **options)  # type: ignore[arg-type]
        stamp_now = self._stamp()
        kept = self._ready.get(limits)
        if kept and kept[0] == stamp_now and isinstance(kept[1], Clip):
            return kept[1]
        clip = self._clip(self._opened(fetch), limits)
        self._ready[limits] = (stamp_now, clip)
        return clip

    def frames(self, every: float | None = None, count: int | None = None, fetch: Fetch | None = None) -> list[Image]:
        """Frames of the video as pictures, each named after its time: "clip.mp4 at 0:03.20".

        Args:
            every: Seconds between them, from the beginning on. Without this and ``count``: as ``fps`` says, else 1.
            count: How many, evenly over the whole length; fewer if the video has fewer.
            fetch: Downloads what stands at an address, where the video is one.

        Raises:
            RequestError: Both or wrong values were given, PyAV is missing, or the video cannot be read.
        """
        source = self._opened(fetch)
        seconds = film.length(source.origin, source.kind, self.name)
        times = sample_times(self.name, seconds, every, count, self.fps)
        shots = film.pictures_at(source.origin, source.kind, self.name, times)
        return [self._frame(at, image) for at, image in shots]

    def trim(self, start: float = 0.0, end: float | None = None, fetch: Fetch | None = None) -> Video:
        """The piece between two times, cut exactly: encoded again as MP4, without its sound.

        Args:
            start: Seconds from the beginning.
            end: Seconds from the beginning; None is the end.
            fetch: Downloads what stands at an address, where the video is one.

        Raises:
            RequestError: The times are wrong, PyAV is missing, or the video cannot be read.
        """
        if start < 0 or (end is not None and end <= start):
            said = f"from {start:g} s to {'the end' if end is None else f'{end:g} s'}"
            raise refused(self.name, f"cannot be trimmed {said}", "Give start >= 0 and an end behind it.")
        until = "its end" if end is None else clock(end)
        note = f"cut from {clock(start)} to {until}"
        return self._again(fetch, note, lambda source: self._recoded(source, start=start, end=end))

    def scale(self, max_long_side: int, fetch: Fetch | None = None) -> Video:
        """The video with its longer side scaled down: encoded again as MP4, without its sound.

        Args:
            max_long_side: Pixels, 2 or more; a smaller video keeps its size.
            fetch: Downloads what stands at an address, where the video is one.

        Raises:
            RequestError: The size is wrong, PyAV is missing, or the video cannot be read.
        """
        side = whole_number("max_long_side", max_long_side, 2)
        note = f"scaled to at most {side} pixels"
        return self._again(fetch, note, lambda source: self._recoded(source, max_long_side=side))

    def _options(self) -> dict[str, object]:
        return {"fps": self.fps, "upload": self.upload or None}

    def _opened(self, fetch: Fetch | None) -> _Opened:
        """The video found, recognised, and its container checked."""
        if self._source.form == "path":
            path: Path = self._source.value
            size, head = stamp(path, self.name).size, read(path, kinds.HEAD)
            origin: Origin = path
        else:
            origin = self._downloaded(fetch) if self._source.form == "address" else content_of(self._source, self.name)
            size, head = len(origin), origin[: kinds.HEAD]
        kind = _video_kind(head, self.name)
        with open_file(origin) if isinstance(origin, Path) else io.BytesIO(origin) as file:
            fault = fault_of(kind, file)
            private = private_boxes(kind, file)
        if fault:
            raise refused(self.name, f"is {article(kind)} video that {fault}", "Download or copy it again.")
        right = kinds.fits(kind, self.name)
        note = () if right else (f"it is {article(kind)} whatever its name says",)
        return _Opened(origin, size, kind, self._notes + note, private)

    def _clip(self, source: _Opened, limits: MediaLimits) -> Clip:
        if source.kind.media_type not in limits.video_types:
            source = self._converted(source)
        if source.size > limits.upload_bytes:
            most = said_bytes(limits.upload_bytes)
            hint = "Cut or scale it: Video(...).trim(0, 60) or .scale(1280)."
            raise refused(self.name, f"has {said_bytes(source.size)}, and the service takes {most} a video", hint)
        seen = film.look(source.origin, source.kind, self.name) if film.available() else None
        inside = source.size <= limits.video_bytes and not self.upload
        private = source.private if inside else ()
        content = digest(source.origin, source.size, encode=inside, blank=private)
        path = "" if inside else str(_on_disk(source.origin, content.sha256).absolute())
        return Clip(
            name=self.name,
            media_type=source.kind.media_type,
            base64=content.base64,
            path=path,
            sha256=content.sha256,
            size=content.size,
            detail=self.detail,
            max_long_side=self.max_long_side,
            fps=self.fps,
            notes=(*source.notes, *(seen.notes if seen else ()), *_said_private(source, removed=inside)),
            **_seen(seen),
        )

    def _frame(self, seconds: float, image: Any) -> Image:  # noqa: ANN401
        out = io.BytesIO()
        image.save(out, "JPEG", quality=_FRAME_QUALITY)
        name = f"{self.name} at {clock(seconds)}"
        return Image(out.getvalue(), self.detail, self.max_long_side, name=name)

    def _converted(self, source: _Opened) -> _Opened:
        label = source.kind.label
        if not film.available():
            hint = f"Save it as MP4. To have that done here: {film.INSTALL}"
            raise refused(self.name, f"is {article(source.kind)} video, which the service does not take", hint)
        data, sound = self._recoded(source)
        note = f"converted from {label}, which the service does not take, to MP4{sound}"
        return _Opened(data, len(data), kinds.MP4, (*source.notes, note))

    def _again(self, fetch: Fetch | None, note: str, made: Callable[[_Opened], tuple[bytes, str]]) -> Video:
        source = self._opened(fetch)
        data, sound = made(source)
        name = f"{_stem(self.name)}.mp4"
        again = Video(data, self.fps, self.detail, self.max_long_side, name=name, upload=self.upload)
        again._notes = (*source.notes, note + sound)
        return again

    def _recoded(
        self, source: _Opened, *, start: float = 0.0, end: float | None = None, max_long_side: int | None = None
    ) -> tuple[bytes, str]:
        """The MP4, and what is to be said about its sound."""
        with film.opened(source.origin, source.kind, self.name) as container:
            sound = "; its sound was left out" if container.streams.audio else ""
        pieces = {"start": start, "end": end, "max_long_side": max_long_side}
        return recode(source.origin, source.kind, self.name, **pieces), sound  # type: ignore[arg-type]


def _checked_fps(fps: float | None) -> float | None:
    low, high = FPS_RANGE
    if fps is None:
        return None
    if isinstance(fps, bool) or not isinstance(fps, Real) or not low <= fps <= high:
        raise RequestError(f"fps is {fps!r}, and it is a number from {low} to {high:g}.")
    return int(fps) if isinstance(fps, Integral) else float(fps)


def _video_kind(head: bytes, name: str) -> Kind:
    kind = kinds.kind_of(head)
    hint = "Videos are MP4, MOV, MKV or AVI."
    if not head:
        raise refused(name, "is empty: it has 0 bytes")
    if kind is None:
        raise refused(name, "is not a video", hint)
    if kind == kinds.GIF:
        return _MOVING_GIF
    if kind.family == "picture":
        raise refused(name, f"is a picture ({kind.label}), not a video", "Use Image(...) or --image.")
    if kind.family == "other":
        raise refused(name, f"is {kind.label}, not a video", hint)
    return kind


def _on_disk(origin: Origin, sha256: str) -> Path:
    """A file with the video, to be uploaded: its own, or one that lasts as long as this process.

    A clip may be uploaded long after the ``Video`` it came from is gone. The same content is written once.
    """
    if isinstance(origin, Path):
        return origin
    path = Path(_folder().name, f"{sha256}.video")
    if not path.exists():
        path.write_bytes(origin)
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that is removed, with all that is in it, when the process ends."""
    return tempfile.TemporaryDirectory(prefix="minimax-nb-")


def _said_private(source: _Opened, *, removed: bool) -> tuple[str, ...]:
    """What is said of metadata in the file: the place where it was taken, the device, the day."""
    if not source.private:
        return ()
    return ("metadata removed",) if removed else ("its metadata stay in it, since its file is uploaded as it is",)


def _seen(film_: Film | None) -> dict[str, Any]:
    if film_ is None:
        return {}
    return {
        "width": film_.width,
        "height": film_.height,
        "duration_s": film_.duration_s,
        "frames": film_.frames,
        "frame_rate": film_.frame_rate,
        "codec": film_.codec,
        "audio": film_.audio,
        "thumbnail": film_.sheet,
        "thumbnail_type": film_.sheet_type,
    }


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name
