"""Arrays of numbers as pictures, with a note of what was taken for what."""

from __future__ import annotations

from typing import Any

from minimax_nb.prompt.media.files import refused
from minimax_nb.prompt.media.pixels import check_area

_SHAPES = "A picture is height x width, or height x width x 1, 3 or 4."
_OVERSHOOT = 1e-3
"""How far above 1 a value may be and still be meant as 1: arithmetic leaves such rests."""


def picture_shaped(array: Any) -> bool:  # noqa: ANN401 - numpy is not imported here
    """Whether an array is certainly meant as a picture: bytes, height x width x 1, 3 or 4."""
    return bool(array.dtype.name == "uint8" and array.ndim == 3 and array.shape[2] in {1, 3, 4} and array.size)


def check_shape(array: Any, name: str) -> None:  # noqa: ANN401
    """Let an array through whose shape is that of a picture.

    Raises:
        RequestError: The shape or the type of its elements is another one.
    """
    shape = " x ".join(map(str, array.shape)) or "no dimensions"
    if array.ndim not in {2, 3} or (array.ndim == 3 and array.shape[2] not in {1, 3, 4}):
        turned = array.ndim == 3 and array.shape[0] in {1, 3, 4}
        hint = f"{_SHAPES} Move the first axis last: array.transpose(1, 2, 0)." if turned else _SHAPES
        raise refused(name, f"is an array of {shape}, which is not the shape of a picture", hint)
    if not array.size:
        raise refused(name, f"is an empty array of {shape}")
    if array.dtype.kind not in "buif":
        raise refused(name, f"is an array of {array.dtype}, not of numbers", "Give uint8, or floats from 0 to 1.")


def image_of(array: Any, name: str) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    """A Pillow image of an array, and notes on what was assumed.

    Booleans are black and white; 8-bit numbers are taken as they are; 16-bit ones are divided by 257; other integers
    are taken for 0..255 or 0..65535 by their largest value; floats for 0..1 or 0..255. NaN becomes black.

    Args:
        array: A numpy array, height x width or height x width x 1, 3 or 4.
        name: What to call it.

    Raises:
        RequestError: The shape, the type or the range of the values is not that of a picture.
    """
    import numpy as np
    from PIL import Image

    check_shape(array, name)
    check_area((array.shape[1], array.shape[0]), name)
    plain = np.ma.filled(array, 0)
    if plain.ndim == 3 and plain.shape[2] == 1:
        plain = plain[:, :, 0]
    if plain.dtype.kind == "f":
        pixels, notes = _floats(plain, name)
    elif plain.dtype.kind == "b":
        pixels, notes = plain.astype(np.uint8) * 255, ("true was taken for white, false for black",)
    else:
        pixels, notes = _integers(plain, name)
    return Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8)), notes


def _integers(array: Any, name: str) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    if array.dtype.name == "uint8":
        return array, ()
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 65535:
        raise _out_of_range(name, f"{low}", f"{high}")
    if high > 255 or array.dtype.name == "uint16":
        return array // 257, (f"values from {low} to {high} were taken for 0..65535 and made 8-bit",)
    return array, (f"values from {low} to {high} were taken for 0..255",)


def _floats(array: Any, name: str) -> tuple[Any, tuple[str, ...]]:  # noqa: ANN401
    import numpy as np

    finite = np.isfinite(array)
    whole = bool(finite.all())
    if not finite.any():
        raise refused(name, "is an array without a single finite number")
    low, high = (float(edge(array[finite])) for edge in (np.min, np.max))
    if low < -_OVERSHOOT or high > 255 + _OVERSHOOT:
        raise _out_of_range(name, f"{low:.4g}", f"{high:.4g}")
    unit = high <= 1 + _OVERSHOOT
    filled = array if whole else np.nan_to_num(array, nan=0.0, posinf=high, neginf=0.0)
    pixels = np.rint(np.clip(filled.astype(np.float64) * (255 if unit else 1), 0, 255))
    taken = f"values from {low:.4g} to {high:.4g} were taken for {'0..1' if unit else '0..255'}"
    missing = () if whole else (f"{int((~finite).sum())} values that are no numbers were made black or white",)
    return pixels, (taken, *missing)


def _out_of_range(name: str, low: str, high: str) -> Exception:
    reason = f"is an array with values from {low} to {high}, which are neither 0..1 nor 0..255"
    return refused(name, reason, "Scale it: (a - a.min()) / (a.max() - a.min()).")
