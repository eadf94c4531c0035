"""Thumbnails: what the saved notebook keeps of a picture or video, small whatever it is of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

MOST_BYTES = 20_000
LONGEST_SIDE = 320
FEW_COLOURS = 256
TILE_SIDE = 160
COLUMNS = 3

_QUALITIES = (82, 70, 55, 40, 25)
_SHRINK = 0.7


def thumbnail(image: Any) -> tuple[bytes, str]:  # noqa: ANN401 - Pillow is imported late
    """A small PNG (few colours) or JPEG of at most 20 kB, longest side 320 pixels, and its MIME type.

    JPEG and PNG, because every viewer of notebooks and every way to print them knows both.

    Args:
        image: A decoded Pillow image in mode 1, L, LA, P, RGB, RGBA or CMYK. It is left as it is.
    """
    small = _small(image, LONGEST_SIDE)
    if small.getcolors(FEW_COLOURS):
        data = _encoded(small, "PNG", optimize=True)
        if len(data) <= MOST_BYTES:
            return data, "image/png"
    return _jpeg(flat(small)), "image/jpeg"


def reduced(image: Any) -> Any:  # noqa: ANN401
    """A copy of an image, no larger than a thumbnail: what is kept of a film's frames until all have been seen."""
    return _small(image, LONGEST_SIDE)


def contact_sheet(frames: Sequence[Any]) -> tuple[bytes, str]:
    """Frames of a video side by side, three in a row, as a JPEG of at most 20 kB, and its MIME type.

    Args:
        frames: One Pillow image or more, all of one size.
    """
    from PIL import Image

    tiles = [flat(_small(frame, TILE_SIDE if len(frames) > 1 else LONGEST_SIDE)) for frame in frames]
    width, height = tiles[0].size
    columns = min(COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (width + 2) - 2, rows * (height + 2) - 2), "white")
    for at, tile in enumerate(tiles):
        sheet.paste(tile, (at % columns * (width + 2), at // columns * (height + 2)))
    return _jpeg(sheet), "image/jpeg"


def flat(image: Any) -> Any:  # noqa: ANN401
    """An image as RGB or grey, whatever is transparent laid on white."""
    from PIL import Image

    if image.mode not in {"LA", "RGBA"}:
        return image if image.mode in {"L", "RGB"} else image.convert("RGB")
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(ground, whole).convert("RGB")


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size in pixels with the same proportions whose longer side is at most ``side``; never below one pixel."""
    width, height = size
    longer = max(size)
    if longer <= side:
        return width, height
    return max(1, round(width * side / longer)), max(1, round(height * side / longer))


def direct(image: Any) -> Any:  # noqa: ANN401
    """A palette image as RGB or RGBA; any other as it is."""
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    return image


def _small(image: Any, side: int) -> Any:  # noqa: ANN401
    from PIL import Image

    source = direct(image)
    source = source.convert("L") if source.mode == "1" else source
    size = fitted(source.size, side)
    if size == source.size:
        return _bare(source)
    return _bare(source.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0))


def _bare(image: Any) -> Any:  # noqa: ANN401
    """A copy without the notes that Pillow would write into the file."""
    copy = image.copy() if image.mode != "CMYK" else image.convert("RGB")
    copy.info = {}
    return copy


def _jpeg(image: Any) -> bytes:  # noqa: ANN401
    """As JPEG, of the best quality that fits; smaller if even the worst does not."""
    while True:
        for quality in _QUALITIES:
            data = _encoded(image, "JPEG", quality=quality, optimize=True)
            if len(data) <= MOST_BYTES:
                return data
        image = image.resize(tuple(max(1, int(length * _SHRINK)) for length in image.size))


def _encoded(image: Any, form: str, **options: Any) -> bytes:  # noqa: ANN401
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()
