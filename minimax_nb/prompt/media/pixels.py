"""Decoded pictures made fit for a service: upright, eight bits, sRGB, no larger than it takes; and encoded again."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from minimax_nb.messages.media import MediaLimits
from minimax_nb.prompt.media.files import refused, said_bytes
from minimax_nb.prompt.media.thumbs import direct, fitted, flat

QUALITY = 90
"""JPEG quality of a picture that has to be encoded again."""

TURNED = "turned upright, as its EXIF says"

_LOWER_QUALITIES = (80, 70)
_ORIENTATION = 0x0112
_TRIES = 8
_QUICK_AREA = 2_000_000
"""Pixels above which a PNG is packed at a level that takes a third of the time and gives a tenth more bytes."""

_PLAIN = {"L", "LA", "RGB", "RGBA"}
_DEEP = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}
_PROFILED = {"RGB", "RGBA", "CMYK", "P"}
_SCALED_RESULT = 0.95


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as a file: its bytes, MIME type and size, and what was done to get it below the service's limit."""

    data: bytes
    media_type: str
    image: Any
    notes: tuple[str, ...] = ()


def check_area(size: tuple[int, int], name: str) -> None:
    """Let a size through that is safe to decode: up to Pillow's own bound, 89 million pixels unless it was changed.

    Raises:
        RequestError: It has more pixels.
    """
    from PIL import Image

    most = Image.MAX_IMAGE_PIXELS
    if most and size[0] * size[1] > most:
        safe = f"more than the {most / 1e6:,.0f} million that are safe to decode"
        reason = f"has {size[0]:,} x {size[1]:,} pixels, {safe}"
        raise refused(name, reason, "Send a smaller one, or raise PIL.Image.MAX_IMAGE_PIXELS if you trust it.")


def orientation(image: Any) -> int:  # noqa: ANN401 - Pillow is imported late
    """How EXIF says a picture is to be turned, 1 to 8; 1, upright, where it says nothing that can be read."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF raises anything, and is dropped anyway
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def needs_conversion(image: Any) -> bool:  # noqa: ANN401
    """Whether a picture's colours are of a kind that must be converted: CMYK, 16-bit, floats, Lab."""
    return image.mode not in _PLAIN | {"1", "P"}


def foreign_profile(image: Any) -> bytes:  # noqa: ANN401
    """The colour profile of a picture if its colours are not those of sRGB; else empty. Greys are left as they are."""
    profile = image.info.get("icc_profile") or b""
    if not profile or image.mode not in _PROFILED:
        return b""
    try:
        from PIL import ImageCms

        described = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except Exception:  # noqa: BLE001 - a profile that nobody can read is dropped, as all profiles are in the end
        return b""
    return b"" if "srgb" in described.lower().replace(" ", "") else bytes(profile)


def to_srgb(image: Any, profile: bytes) -> Any | None:  # noqa: ANN401
    """The picture with its colours converted from a profile to sRGB; None where the profile does not fit it."""
    from PIL import ImageCms

    outcome = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=outcome)
    except Exception:  # noqa: BLE001 - the colour library has errors of its own for each of the many ways to be wrong
        return None


def eight_bit(image: Any, name: str) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    """The picture with 8 bits a channel and without a palette, still CMYK if it was, and notes.

    Raises:
        RequestError: It holds numbers that cannot be shown, or its mode is one that Pillow cannot convert.
    """
    if image.mode in _DEEP:
        return _shallow(image, name)
    if image.mode in {"P", "PA"} or (image.mode == "RGB" and "transparency" in image.info):
        return (direct(image) if image.mode != "RGB" else image.convert("RGBA")), ()
    targets = {"1": "L", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "HSV": "RGB"}
    if image.mode in targets:
        return image.convert(targets[image.mode]), ()
    if image.mode in _PLAIN | {"CMYK"}:
        return image, ()
    if image.mode == "LAB":
        return _from_lab(image), ("converted from Lab colours to RGB",)
    raise refused(name, f"is in a colour mode ({image.mode}) that cannot be converted", "Save it as an RGB picture.")


def _shallow(image: Any, name: str) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    low, high = image.getextrema()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise refused(name, "holds values that are no numbers", "Give an array, in which they are allowed.")
    if image.mode == "F" or low < 0 or high > 65535:
        span = (high - low) or 1
        spread = image.convert("F").point(lambda value: value * (255 / span) + (-low * 255 / span))
        return spread.convert("L"), (f"values from {low:.6g} to {high:.6g} were spread over 0..255",)
    scale = 1.0 if image.mode == "I" and high <= 255 else 1 / 257
    shallow = image.convert("I").point(lambda value: value * scale + 0.5).convert("L")
    return shallow, ("reduced from 16 bits a channel to 8",)


def _from_lab(image: Any) -> Any:  # noqa: ANN401
    from PIL import ImageCms

    spaces = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, *spaces, outputMode="RGB")


def upright(image: Any, turn: int) -> Any:  # noqa: ANN401
    """The picture turned as EXIF's orientation ``turn`` says."""
    from PIL import Image

    ways = Image.Transpose
    turns = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM, 5: ways.TRANSPOSE}
    turns |= {6: ways.ROTATE_270, 7: ways.TRANSVERSE, 8: ways.ROTATE_90}
    return image.transpose(turns[turn]) if turn in turns else image


def scaled(image: Any, side: int) -> Any:  # noqa: ANN401
    """The picture with its longer side at most ``side`` pixels."""
    from PIL import Image

    size = fitted(image.size, side)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def encode(image: Any, name: str, limits: MediaLimits, *, lossless: bool, shrink: bool) -> Encoded:  # noqa: ANN401
    """The picture as PNG or JPEG, below the service's limit of bytes.

    A picture that was kept without loss, or has transparency, becomes a PNG; if that is too large, and for any other,
    a JPEG with what is transparent laid on white. If even that is too large its quality and then its size go down.

    Args:
        image: In mode L, LA, RGB or RGBA.
        name: What to call it.
        limits: The service's.
        lossless: Whether it came from a format without loss.
        shrink: Whether quality and size may go down.

    Raises:
        RequestError: It is too large and ``shrink`` is false.
    """
    if image.mode in {"LA", "RGBA"} and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert(image.mode[:-1])
    clear = image.mode in {"LA", "RGBA"}
    notes: tuple[str, ...] = ()
    most = limits.image_bytes
    if (lossless or clear) and "image/png" in limits.image_types:
        quick = image.width * image.height > _QUICK_AREA
        data = _saved(image, "PNG", compress_level=4 if quick else 6)
        if len(data) <= most:
            return Encoded(data, "image/png", image)
        if not shrink:
            raise too_large(name, len(data), limits)
    if clear:
        image, notes = flat(image), ("laid on white, since JPEG has no transparency",)
    for attempt, quality in _steps(image, most):
        data = _saved(attempt, "JPEG", quality=quality)
        if len(data) <= most:
            return Encoded(data, "image/jpeg", attempt, notes)
        if not shrink:
            break
    raise too_large(name, len(data), limits)


def too_large(name: str, size: int, limits: MediaLimits) -> Exception:
    """The error for a picture of too many bytes that may not be made smaller."""
    reason = f"has {said_bytes(size)}, and the service takes {said_bytes(limits.image_bytes)} a picture"
    return refused(name, reason, "Leave out shrink=False to have it scaled down, or send a smaller one.")


def _steps(image: Any, most: int) -> Iterator[tuple[Any, int]]:  # noqa: ANN401
    """The picture at lower and lower quality, then smaller and smaller."""
    for quality in (QUALITY, *_LOWER_QUALITIES):
        yield image, quality
    for _ in range(_TRIES):
        size = len(_saved(image, "JPEG", quality=_LOWER_QUALITIES[-1]))
        side = int(max(image.size) * min(math.sqrt(most / size) * _SCALED_RESULT, _SCALED_RESULT))
        image = scaled(image, max(1, side))
        yield image, _LOWER_QUALITIES[-1]


def _saved(image: Any, form: str, **options: Any) -> bytes:  # noqa: ANN401
    """As a file without metadata: Pillow would write notes it found in the source into the new one."""
    kept, image.info = image.info, {}
    out = io.BytesIO()
    try:
        image.save(out, form, **options)
    finally:
        image.info = kept
    return out.getvalue()
