"""What a file really is, told by its first bytes and never by its name.

The signatures are those of the formats' own specifications: ISO 14496-12 for the ``ftyp`` brands, RFC 8794 (EBML) for
Matroska and WebM, RIFF for AVI and WebP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

HEAD = 4096
"""Bytes from the beginning of a file that :func:`kind_of` wants to see."""

_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)[\s>]", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Attributes:
        label: Its name for people, "JPEG".
        family: Whether it is a picture, a video, or neither.
        media_type: Its MIME type.
        suffixes: Endings of names that fit it, with the dot, in small letters.
        reader: Pillow's name of the format, or FFmpeg's of the container; "" where none is used.
    """

    label: str
    family: Literal["picture", "video", "other"]
    media_type: str = ""
    suffixes: tuple[str, ...] = ()
    reader: str = ""


def _picture(label: str, media_type: str, *suffixes: str, reader: str = "") -> Kind:
    return Kind(label, "picture", media_type, suffixes, reader or label.upper())


def _video(label: str, media_type: str, reader: str, *suffixes: str) -> Kind:
    return Kind(label, "video", media_type, suffixes, reader)


JPEG = _picture("JPEG", "image/jpeg", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
PNG = _picture("PNG", "image/png", ".png", ".apng")
GIF = _picture("GIF", "image/gif", ".gif")
WEBP = _picture("WebP", "image/webp", ".webp")
BMP = _picture("BMP", "image/bmp", ".bmp", ".dib")
TIFF = _picture("TIFF", "image/tiff", ".tif", ".tiff")
ICO = _picture("ICO", "image/vnd.microsoft.icon", ".ico", ".cur")
HEIC = _picture("HEIC", "image/heic", ".heic", ".heif", ".hif", reader="HEIF")
AVIF = _picture("AVIF", "image/avif", ".avif")
JPEG2000 = _picture("JPEG 2000", "image/jp2", ".jp2", ".j2k", ".jpx", reader="JPEG2000")
SVG = Kind("SVG", "other", "image/svg+xml", (".svg",))
PDF = Kind("PDF", "other", "application/pdf", (".pdf",))
HTML = Kind("HTML", "other", "text/html", (".html", ".htm"))
MP4 = _video("MP4", "video/mp4", "mov", ".mp4", ".m4v", ".3gp", ".3g2")
MOV = _video("MOV", "video/quicktime", "mov", ".mov", ".qt")
MKV = _video("MKV", "video/x-matroska", "matroska", ".mkv")
WEBM = _video("WebM", "video/webm", "matroska", ".webm")
AVI = _video("AVI", "video/x-msvideo", "avi", ".avi")
WMV = _video("WMV", "video/x-ms-wmv", "asf", ".wmv", ".asf")
FLV = _video("FLV", "video/x-flv", "flv", ".flv")
MPEG = _video("MPEG", "video/mpeg", "mpeg", ".mpg", ".mpeg", ".vob")
TS = _video("MPEG transport stream", "video/mp2t", "mpegts", ".ts", ".mts", ".m2ts")
SOUND = Kind("sound", "other", "audio/*", (".mp3", ".wav", ".m4a", ".ogg", ".flac"))

KINDS = (
    *(JPEG, PNG, GIF, WEBP, BMP, TIFF, ICO, HEIC, AVIF, JPEG2000),
    *(MP4, MOV, MKV, WEBM, AVI, WMV, FLV, MPEG, TS, SVG, PDF, HTML, SOUND),
)

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"\0\0\1\0", ICO),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG2000),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", WMV),
    (b"FLV\1", FLV),
    (b"\0\0\1\xba", MPEG),
    (b"ID3", SOUND),
    (b"OggS", SOUND),
    (b"fLaC", SOUND),
)
_RIFF = {b"WEBP": WEBP, b"AVI ": AVI, b"AVIX": AVI, b"WAVE": SOUND}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
_OLD_MOVIE_BOXES = {b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins with ``head``, or None if it is none that is known here.

    Args:
        head: The first :data:`HEAD` bytes, or all of a shorter file.
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if _doctype(head) == b"webm" else MKV
    return _by_looks(head)


def fits(kind: Kind, name: str) -> bool:
    """Whether a file's name says nothing against its kind: a fitting ending, none, or one that means no other kind."""
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    return ending in kind.suffixes or not any(ending in other.suffixes for other in KINDS)


def article(kind: Kind) -> str:
    """A kind with its article: "a JPEG", "an MP4"."""
    return f"{'an' if kind in _WITH_AN else 'a'} {kind.label}"


_WITH_AN = {MP4, MKV, AVI, AVIF, ICO, SVG, HTML, FLV, MPEG, TS}


def by_suffix(name: str) -> Kind | None:
    """The kind that a file's name promises, or None."""
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    return next((kind for kind in KINDS if ending in kind.suffixes), None)


def _by_looks(head: bytes) -> Kind | None:
    """Kinds whose mark is short, or not at the very beginning."""
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and head[14:18] in _BMP_HEADERS:
        return BMP
    if head[4:8] in _OLD_MOVIE_BOXES:
        return MOV
    if head[:1] == b"\x47" and len(head) > 376 and head[188] == head[376] == 0x47:
        return TS
    if b"%PDF-" in head[:1024]:
        return PDF
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _SVG.match(text):
        return SVG
    return HTML if _HTML.match(text) else None


_BMP_HEADERS = {size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124)}


def _by_brand(head: bytes) -> Kind:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if b"avif" in brands or b"avis" in brands[:1]:
        return AVIF
    if brands[0] in _HEIC_BRANDS:
        return HEIC
    if brands[0] in _SOUND_BRANDS:
        return SOUND
    return MOV if brands[0] == b"qt  " else MP4


def _doctype(head: bytes) -> bytes:
    at = head.find(b"\x42\x82")
    if at < 0 or at + 3 > len(head):
        return b""
    return head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].rstrip(b"\0")
