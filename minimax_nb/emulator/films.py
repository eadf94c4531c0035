"""What a video's own header says: length, size, frames, codec, sound. Nothing is decoded.

ISO 14496-12 (MP4, MOV), RFC 9559 (Matroska) and the AVI RIFF reference.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from minimax_nb.prompt.media.kinds import HEAD, kind_of

_MOST_PARTS = 10_000
_CODECS = {
    "H.264": {"avc1", "avc3", "h264", "x264", "davc", "v_mpeg4/iso/avc"},
    "H.265": {"hvc1", "hev1", "h265", "hevc", "v_mpegh/iso/hevc"},
    "MPEG-4 Part 2": {"mp4v", "fmp4", "xvid", "divx", "dx50", "mp4s", "v_mpeg4/iso/asp", "v_mpeg4/iso/sp"},
    "Motion JPEG": {"mjpg", "jpeg", "mjpa", "mjpb", "v_mjpeg"},
    "VP8": {"vp08", "vp80", "v_vp8"},
    "VP9": {"vp09", "vp90", "v_vp9"},
    "AV1": {"av01", "v_av1"},
    "FFV1": {"ffv1", "v_ffv1"},
}


@dataclass(frozen=True, slots=True)
class Film:
    """A video's header.

    Attributes:
        label: The container: "MP4", "MOV", "MKV", "AVI"; another format's name, or "" if nobody knows it.
        width: Pixels as seen, or 0 where that is not said.
        height: Pixels as seen.
        duration_s: Seconds, or 0 where that is not said.
        frames: How many pictures, or 0 where that is not said.
        rate: Pictures a second on average, or 0 where that is not said.
        codec: How the pictures are coded, or "".
        sound: Whether there is a track of sound.
    """

    label: str
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    frames: int = 0
    rate: float = 0.0
    codec: str = ""
    sound: bool = False


def film_of(data: bytes) -> Film:
    """The header of a video's file; a broken one says as much as can still be read."""
    kind = kind_of(data[:HEAD])
    label = kind.label if kind else ""
    try:
        match label:
            case "MP4" | "MOV":
                return _mp4(label, data)
            case "MKV" | "WebM":
                return _mkv(label, data)
            case "AVI":
                return _avi(data)
    except (struct.error, IndexError, ValueError, OverflowError, ZeroDivisionError):
        pass  # cut short, or nonsense inside
    return Film(label)


def _codec(name: str) -> str:
    clean = name.strip("\0 ")
    return next((known for known, names in _CODECS.items() if clean.lower() in names), clean)


def _text(data: bytes) -> str:
    return "".join(chr(byte) for byte in data if 32 <= byte < 127)


# -- MP4 and MOV -------------------------------------------------------------------------------------------------------

Part = tuple[bytes, int, int]
"""A part's name, and from and to which byte its content lies."""


def _boxes(data: bytes, at: int, end: int) -> Iterator[Part]:
    for _ in range(_MOST_PARTS):
        if at + 8 > end:
            return
        (size,), name, head = struct.unpack_from(">I", data, at), data[at + 4 : at + 8], 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        stop = min(at + size, end) if size else end
        if size and size < head:
            return
        yield name, at + head, stop
        at = stop


def _box(data: bytes, within: Part | None, *names: bytes) -> Part | None:
    """The first box of that path inside another."""
    for name in names:
        if within is None:
            return None
        within = next((box for box in _boxes(data, within[1], within[2]) if box[0] == name), None)
    return within


def _clock(data: bytes, box: Part | None) -> tuple[int, int]:
    """Ticks a second and ticks of ``mvhd`` or ``mdhd``, which begin alike."""
    if box is None:
        return 0, 0
    wide = data[box[1]] == 1
    ticks, length = struct.unpack_from(">IQ" if wide else ">II", data, box[1] + (20 if wide else 12))
    return ticks, 0 if length in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF} else length


def _mp4(label: str, data: bytes) -> Film:
    moov = _box(data, (b"", 0, len(data)), b"moov")
    if moov is None:
        return Film(label)
    ticks, length = _clock(data, _box(data, moov, b"mvhd"))
    film = Film(label, duration_s=length / ticks if ticks else 0.0)
    for track in [box for box in _boxes(data, moov[1], moov[2]) if box[0] == b"trak"]:
        media = _box(data, track, b"mdia")
        handler = _box(data, media, b"hdlr")
        kind = data[handler[1] + 8 : handler[1] + 12] if handler else b""
        if kind == b"soun":
            film = replace(film, sound=True)
        elif kind == b"vide" and not film.codec:
            film = _mp4_track(film, data, track, media)
    return film


def _mp4_track(film: Film, data: bytes, track: Part, media: Part | None) -> Film:
    table = _box(data, media, b"minf", b"stbl")
    coded, sizes, head = _box(data, table, b"stsd"), _box(data, table, b"stsz"), _box(data, track, b"tkhd")
    ticks, length = _clock(data, _box(data, media, b"mdhd"))
    frames = struct.unpack_from(">I", data, sizes[1] + 8)[0] if sizes else 0
    width = height = 0
    if head:
        at = head[1] + (88 if data[head[1]] == 1 else 76)
        width, height = (value >> 16 for value in struct.unpack_from(">II", data, at))
        across = struct.unpack_from(">i", data, at - 36)[0]  # the matrix turns by a quarter where this is 0
        width, height = (width, height) if across else (height, width)
    rate = frames * ticks / length if length else 0.0
    codec = _codec(_text(data[coded[1] + 12 : coded[1] + 16])) if coded else "?"
    return replace(film, width=width, height=height, frames=frames, rate=rate, codec=codec)


# -- AVI ---------------------------------------------------------------------------------------------------------------


def _chunks(data: bytes, at: int, end: int) -> Iterator[Part]:
    for _ in range(_MOST_PARTS):
        if at + 8 > end:
            return
        size = struct.unpack_from("<I", data, at + 4)[0]
        name, begins = data[at : at + 4], at + 8
        if name == b"LIST":
            name, begins = data[at + 8 : at + 12], at + 12
        yield name, begins, min(at + 8 + size, end)
        at += 8 + size + (size & 1)


def _avi(data: bytes) -> Film:
    header = next((part for part in _chunks(data, 12, len(data)) if part[0] == b"hdrl"), None)
    if header is None:
        return Film("AVI")
    film = Film("AVI")
    for name, at, end in _chunks(data, header[1], header[2]):
        if name == b"avih":
            gap, frames = struct.unpack_from("<I", data, at)[0], struct.unpack_from("<I", data, at + 16)[0]
            width, height = struct.unpack_from("<II", data, at + 32)
            rate = 1_000_000 / gap if gap else 0.0
            film = replace(film, width=width, height=height, frames=frames, rate=rate, duration_s=frames * gap / 1e6)
        elif name == b"strl":
            film = _avi_stream(film, data, at, end)
    return film


def _avi_stream(film: Film, data: bytes, at: int, end: int) -> Film:
    parts = {name: begins for name, begins, _ in _chunks(data, at, end)}
    head = parts.get(b"strh")
    if head is None:
        return film
    if data[head : head + 4] == b"auds":
        return replace(film, sound=True)
    if data[head : head + 4] != b"vids" or film.codec:
        return film
    scale, rate, _, length = struct.unpack_from("<IIII", data, head + 20)
    named = data[parts[b"strf"] + 16 : parts[b"strf"] + 20] if b"strf" in parts else data[head + 4 : head + 8]
    film = replace(film, codec=_codec(_text(named)) or "?")
    if scale and rate and length:
        film = replace(film, frames=length, rate=rate / scale, duration_s=length * scale / rate)
    return film


# -- Matroska ----------------------------------------------------------------------------------------------------------

_SEGMENT, _INFO, _TRACKS, _TRACK = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
_SCALE, _DURATION, _TYPE, _CODEC, _GAP, _VIDEO, _WIDTH, _HEIGHT = (
    *(0x2AD7B1, 0x4489, 0x83, 0x86),
    *(0x23E383, 0xE0, 0xB0, 0xBA),
)


def _number(data: bytes, at: int, *, keep: bool) -> tuple[int, int]:
    """A number of Matroska's own length, with or without the bits that tell the length, and where it ends."""
    length = 9 - data[at].bit_length()
    if length > 8:
        raise ValueError("no such number")
    raw = int.from_bytes(data[at : at + length], "big")
    bare = raw & ((1 << 7 * length) - 1)
    return (raw if keep else -1 if bare == (1 << 7 * length) - 1 else bare), at + length


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    for _ in range(_MOST_PARTS):
        if at >= end:
            return
        name, at = _number(data, at, keep=True)
        size, at = _number(data, at, keep=False)
        stop = end if size < 0 else min(at + size, end)
        yield name, at, stop
        at = stop


def _inside(data: bytes, at: int, end: int) -> dict[int, bytes]:
    return {name: data[begins:stop] for name, begins, stop in _elements(data, at, end)}


def _mkv(label: str, data: bytes) -> Film:
    film = Film(label)
    segment = next((part for part in _elements(data, 0, len(data)) if part[0] == _SEGMENT), None)
    for name, at, end in _elements(data, segment[1], segment[2]) if segment else ():
        if name == _INFO:
            said = _inside(data, at, end)
            scale = int.from_bytes(said.get(_SCALE, b"\x0f\x42\x40"), "big")
            film = replace(film, duration_s=_real(said.get(_DURATION, b"")) * scale / 1e9)
        elif name == _TRACKS:
            for _, begins, stop in [part for part in _elements(data, at, end) if part[0] == _TRACK]:
                film = _mkv_track(film, _inside(data, begins, stop))
            return film
    return film


def _real(data: bytes) -> float:
    value = struct.unpack(">f" if len(data) == 4 else ">d", data)[0] if len(data) in {4, 8} else 0.0
    return float(value) if 0 < value < 1e15 else 0.0


def _mkv_track(film: Film, said: dict[int, bytes]) -> Film:
    kind = int.from_bytes(said.get(_TYPE, b""), "big")
    if kind == 2:
        return replace(film, sound=True)
    if kind != 1 or film.codec:
        return film
    inner = said.get(_VIDEO, b"")
    shown = _inside(inner, 0, len(inner))
    gap = int.from_bytes(said.get(_GAP, b""), "big")
    width, height = (int.from_bytes(shown.get(name, b""), "big") for name in (_WIDTH, _HEIGHT))
    codec = _codec(_text(said.get(_CODEC, b""))) or "?"
    return replace(film, width=width, height=height, rate=1e9 / gap if gap else 0.0, codec=codec)
