"""A picture checked and made ready to be sent: unchanged but for its metadata where possible, else encoded anew."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import MediaLimits
from minimax_nb.prompt.media import kinds, pixels
from minimax_nb.prompt.media.files import refused, said_bytes, short
from minimax_nb.prompt.media.kinds import Kind, article
from minimax_nb.prompt.media.strip import CutShortError, Stripped, strip
from minimax_nb.prompt.media.thumbs import fitted, thumbnail

_LOSSLESS = {kinds.PNG, kinds.GIF, kinds.BMP, kinds.TIFF, kinds.ICO}
_LOSSY_FORMATS = {"JPEG", "MPO", "WEBP", "AVIF", "HEIF", "JPEG2000"}
_MOVING = {kinds.GIF, kinds.WEBP, kinds.PNG}
_FEATURES = {kinds.WEBP: "webp", kinds.AVIF: "avif", kinds.JPEG2000: "jpg_2000"}
_BITS_PER_SAMPLE = 258
_USUAL = "Save it as PNG or JPEG."


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture ready to be sent, before it becomes a part of a message."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    thumbnail: bytes = field(repr=False)
    thumbnail_type: str
    notes: tuple[str, ...]


def ready_file(data: bytes, name: str, limits: MediaLimits, *, shrink: bool) -> Ready:
    """A picture's file, checked by decoding it whole, fit for a service.

    It stays as it is, but for its metadata, unless its pixels have to change: because it is to be turned, is too large
    in pixels or bytes, moves, or is of a type or in colours that the service or most readers do not take. Of a
    moving picture the first frame is sent, as a still: no service says what it does with the others, and so what the
    cell shows is what the model sees.

    Args:
        data: The file's content.
        name: What to call it.
        limits: The service's.
        shrink: Whether it may be scaled down, or encoded at lower quality, to get below the limits.

    Raises:
        RequestError: It is no picture, is cut short, is of a kind that cannot be read, or is too large.
    """
    kind = _picture_kind(data, name)
    notes: tuple[str, ...] = () if kinds.fits(kind, name) else (f"it is {article(kind)} whatever its name says",)
    with _decoding(kind, name):
        bare = strip(kind, data)
        image = _opened(data, kind, name)
        turn = pixels.orientation(image)
        profile = pixels.foreign_profile(image)
        why = _must_change(image, data, kind, limits)
        if not why and turn == 1 and not profile:
            image.load()
            shown = thumbnail(image)
            width, height = image.size
            return Ready(bare.data, kind.media_type, width, height, *shown, notes + _removed(bare))
        _check_side(image, name, limits, shrink=shrink)
        if not shrink and len(data) > limits.image_bytes and kind.media_type in limits.image_types:
            raise pixels.too_large(name, len(data), limits)
        size = image.size
        if kind == kinds.JPEG:
            image.draft(None, fitted(image.size, limits.image_side))
        notes += (*_described(image, data, kind, limits), *_removed(bare))
        image.load()
        left = pixels.orientation(image)
        notes += () if left == turn else (pixels.TURNED,)  # Pillow turns a TIFF by itself
    frame = _Frame(image, size, left, profile, kind in _LOSSLESS)
    return _changed(frame, name, limits, notes, shrink=shrink)


def ready_pixels(
    image: Any,  # noqa: ANN401
    name: str,
    limits: MediaLimits,
    notes: tuple[str, ...] = (),
    *,
    shrink: bool,
) -> Ready:
    """A decoded Pillow image, fit for a service: as PNG, or as JPEG where it came from a format with loss.

    Raises:
        RequestError: It cannot be decoded to its end, or is too large.
    """
    pixels.check_area(image.size, name)
    if not image.width or not image.height:
        raise refused(name, f"is a picture of {image.width} x {image.height} pixels")
    _check_side(image, name, limits, shrink=shrink)
    with _decoding(None, name):
        image.load()
    lossless = getattr(image, "format", None) not in _LOSSY_FORMATS
    frame = _Frame(image, image.size, pixels.orientation(image), pixels.foreign_profile(image), lossless)
    return _changed(frame, name, limits, notes, shrink=shrink)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A decoded picture and what is still to be done with it."""

    image: Any
    size: tuple[int, int]
    turn: int
    profile: bytes
    lossless: bool


def _changed(frame: _Frame, name: str, limits: MediaLimits, notes: tuple[str, ...], *, shrink: bool) -> Ready:
    """A picture whose pixels change: converted, scaled, turned, encoded."""
    with _decoding(None, name):
        image, said = pixels.eight_bit(frame.image, name)
        notes += said
        image = pixels.scaled(image, limits.image_side)
        converted = pixels.to_srgb(image, frame.profile) if frame.profile else None
        if converted is not None:
            image, notes = converted, (*notes, "its colours were converted to sRGB")
        if image.mode == "CMYK":
            image, notes = image.convert("RGB"), (*notes, "converted from CMYK to RGB")
        if frame.turn != 1:
            image, notes = pixels.upright(image, frame.turn), (*notes, pixels.TURNED)
        done = pixels.encode(image, name, limits, lossless=frame.lossless, shrink=shrink)
        shown = thumbnail(done.image)
    before = frame.size if frame.turn < 5 else frame.size[::-1]
    width, height = done.image.size
    if (width, height) != before:
        notes += (f"scaled from {before[0]} x {before[1]} to {width} x {height}",)
    return Ready(done.data, done.media_type, width, height, *shown, notes + done.notes)


def _picture_kind(data: bytes, name: str) -> Kind:
    if not data:
        raise refused(name, "is empty: it has 0 bytes")
    kind = kinds.kind_of(data[: kinds.HEAD])
    if kind is None:
        raise refused(name, "is not a picture", "Pictures are PNG, JPEG, GIF or WebP.")
    if kind.family == "video":
        raise refused(name, f"is a video ({kind.label}), not a picture", "Use Video(...) or --video.")
    if kind == kinds.SVG:
        raise refused(name, "is an SVG drawing, which the service does not take", _USUAL)
    if kind == kinds.PDF:
        raise refused(name, "is a PDF document, which the service does not take", "Send its pages as PNG or JPEG.")
    if kind.family == "other":
        raise refused(name, f"is {kind.label}, not a picture", "Pictures are PNG, JPEG, GIF or WebP.")
    return kind


@contextmanager
def _decoding(kind: Kind | None, name: str) -> Iterator[None]:
    """Turn whatever a decoder raises on broken bytes into one sentence."""
    from PIL import Image, UnidentifiedImageError

    what = f"{article(kind)} file that" if kind else "a picture that"
    try:
        yield
    except (RequestError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise refused(name, f"has more pixels than are safe to decode ({fault})", "Send a smaller one.") from None
    except CutShortError:
        raise refused(name, f"is {what} is cut short or damaged", "Download or copy it again.") from None
    except UnidentifiedImageError:
        raise refused(name, f"is {what} cannot be read: its header is broken or cut short", _USUAL) from None
    except Exception as fault:  # noqa: BLE001 - so many decoders, so many errors
        reason = (
            "is cut short" if _sounds_cut(fault) else f"cannot be decoded: {short(str(fault)) or 'no reason given'}"
        )
        raise refused(name, f"is {what} {reason}", "Download or copy it again, or save it anew.") from None


def _sounds_cut(fault: Exception) -> bool:
    text = str(fault).lower()
    return isinstance(fault, EOFError) or any(
        word in text for word in ("truncat", "not enough", "end of", "incomplete")
    )


def _opened(data: bytes, kind: Kind, name: str) -> Any:  # noqa: ANN401
    """A picture whose header alone was read, by the one decoder for its kind; too many pixels end here."""
    from PIL import Image, features

    if kind == kinds.HEIC:
        _register_heic(name)
    if not features.check(_FEATURES.get(kind, "jpg")):
        raise refused(name, f"is {article(kind)} file, which this Pillow was built without", _USUAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=[kind.reader])
    pixels.check_area(image.size, name)
    return image


def _register_heic(name: str) -> None:
    try:
        import pillow_heif  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        hint = "Install pillow-heif, or save it as JPEG."
        raise refused(name, "is a HEIC picture, which cannot be read without pillow-heif", hint) from None
    pillow_heif.register_heif_opener()


def _must_change(image: Any, data: bytes, kind: Kind, limits: MediaLimits) -> bool:  # noqa: ANN401
    """Whether a picture cannot be sent as its file is, its direction and colour profile aside."""
    return (
        kind.media_type not in limits.image_types
        or max(image.size) > limits.image_side
        or len(data) > limits.image_bytes
        or _moves(image, kind)
        or _deep_png(data, kind)
        or pixels.needs_conversion(image)
    )


def _described(image: Any, data: bytes, kind: Kind, limits: MediaLimits) -> Iterator[str]:  # noqa: ANN401
    """Notes on what the kind of a file makes necessary."""
    if kind.media_type not in limits.image_types:
        yield f"converted from {kind.label}, which the service does not take"
    elif len(data) > limits.image_bytes:
        yield f"encoded anew, since {said_bytes(len(data))} are more than the service takes"
    if _moves(image, kind):
        yield f"it moves: of its {image.n_frames} frames only the first is sent"
    if kind == kinds.TIFF and getattr(image, "n_frames", 1) > 1:
        yield f"of its {image.n_frames} pages only the first is sent"
    if _deep(image, data, kind) and image.mode in {"RGB", "RGBA", "LA"}:
        yield "reduced from 16 bits a channel to 8"


def _moves(image: Any, kind: Kind) -> bool:  # noqa: ANN401
    return kind in _MOVING and bool(getattr(image, "is_animated", False))


def _deep_png(data: bytes, kind: Kind) -> bool:
    return kind == kinds.PNG and data[24:25] == b"\x10"


def _deep(image: Any, data: bytes, kind: Kind) -> bool:  # noqa: ANN401
    """Whether a channel has more than 8 bits, which Pillow has cut off where there are several channels."""
    return _deep_png(data, kind) or (kind == kinds.TIFF and max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,))) > 8)


def _check_side(image: Any, name: str, limits: MediaLimits, *, shrink: bool) -> None:  # noqa: ANN401
    if shrink or max(image.size) <= limits.image_side:
        return
    reason = f"has {image.width} x {image.height} pixels, and the longer side may have {limits.image_side}"
    raise refused(name, reason, "Leave out shrink=False to have it scaled down, or send a smaller one.")


def _removed(bare: Stripped) -> tuple[str, ...]:
    return (f"{', '.join(bare.removed)} removed",) if bare.removed else ()
