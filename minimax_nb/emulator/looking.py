"""Looking at a picture: what can be measured in it, told so coarsely that every decoder gives the same words.

Colours are named after a scale-down by averaging, shares and brightness come in steps of ten percent. Only PNG and GIF,
whose pixels are exact, are ever counted pixel by pixel.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.emulator.colours import name_of, shares, tens
from minimax_nb.emulator.sizes import Sized, measure

SIDE = 48
"""Pixels of the longer side to which a picture is scaled down before its colours are named."""

_MOST_PIXELS = 60_000_000
_MOST_COLOURS = 256
_OPAQUE, _SOLID = 255, 128
_ORIENTATION = 0x0112
_EXACT = {"PNG", "GIF"}
_CLEARLY = 48
"""How far a channel must be off before two pixels of a lossy picture count as different."""

_DEEP = {"I;16", "I;16B", "I;16L", "I;16N", "I", "F"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a picture, or of a frame of a video.

    Attributes:
        colours: Names of the main colours with their shares in percent, the largest first.
        brightness: Mean brightness in percent.
        clear: How much of the area is transparent, in percent; -1 is none of it, 0 a little.
        sides: The main colour of the left, right, upper and lower half.
    """

    colours: tuple[tuple[str, int], ...]
    brightness: int
    clear: int
    sides: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture that was looked at.

    Attributes:
        sized: What its first bytes say.
        width: Pixels as seen: after the turn that its EXIF asks for.
        height: Pixels as seen.
        seen: What it shows, or None if it was not looked at.
        distinct: How many different colours it has, or None if that was not counted; 0 stands for more than 256.
        frames: How many pictures it holds, one after the other.
        fault: Why it was not looked at: "broken", "large", "no-library"; else "".
        image: The decoded picture, for comparing.
    """

    sized: Sized
    width: int
    height: int
    seen: Seen | None = None
    distinct: int | None = None
    frames: int = 1
    fault: str = ""
    image: Any = field(default=None, repr=False, compare=False)

    @property
    def exact(self) -> bool:
        """Whether every decoder gives the same pixels."""
        return self.sized.label in _EXACT


def look(data: bytes) -> Looked:
    """Look at a picture's file."""
    sized = measure(data)
    bare = Looked(sized, sized.width, sized.height, fault="broken")
    if not sized.width or not sized.height:
        return bare
    if sized.width * sized.height > _MOST_PIXELS:
        return Looked(sized, sized.width, sized.height, fault="large")
    try:
        from PIL import Image
    except ImportError:
        return Looked(sized, sized.width, sized.height, fault="no-library")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as opened:
            frames = int(getattr(opened, "n_frames", 1)) if sized.label in {"GIF", "WebP"} else 1
            image = _upright(opened)
    except Exception:  # noqa: BLE001 - broken pictures raise anything
        return bare
    distinct = len(image.getcolors(_MOST_COLOURS) or ()) if sized.label in _EXACT else None
    return Looked(sized, image.width, image.height, see(image), distinct, frames, image=image)


def _upright(opened: Any) -> Any:  # noqa: ANN401 - Pillow is imported late
    """The first picture of a file with red, green, blue and alpha, turned as its EXIF says."""
    from PIL import Image

    opened.load()
    image = opened
    if image.mode in _DEEP:  # Pillow's own way from 16 bits to 8 cuts off what is above 255
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    image = image.convert("RGBA")
    ways = Image.Transpose
    turns = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM, 5: ways.TRANSPOSE}
    turns |= {6: ways.ROTATE_270, 7: ways.TRANSVERSE, 8: ways.ROTATE_90}
    try:
        turn = opened.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF raises anything, and says nothing
        return image
    return image.transpose(turns[turn]) if turn in turns else image


def see(image: Any) -> Seen:  # noqa: ANN401
    """What a decoded picture shows."""
    from PIL import Image

    scale = min(1.0, SIDE / max(image.size))
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = image if scale == 1 else image.convert("RGBA").resize((width, height), Image.Resampling.BOX)
    raw = small.convert("RGBA").tobytes()
    pixels = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    named = [name_of(*pixel[:3]) if pixel[3] >= _SOLID else "" for pixel in pixels]
    bright = [299 * red + 587 * green + 114 * blue for red, green, blue, alpha in pixels if alpha >= _SOLID]
    clear = sum(pixel[3] < _OPAQUE for pixel in pixels)
    across = [at % width for at in range(len(named))]
    down = [at // width for at in range(len(named))]
    halves = (
        _main(name for name, x in zip(named, across, strict=True) if 2 * x + 1 < width),
        _main(name for name, x in zip(named, across, strict=True) if 2 * x + 1 > width),
        _main(name for name, y in zip(named, down, strict=True) if 2 * y + 1 < height),
        _main(name for name, y in zip(named, down, strict=True) if 2 * y + 1 > height),
    )
    brightness = tens(sum(bright), 255_000 * len(bright))
    return Seen(shares(filter(None, named)), brightness, tens(clear, len(pixels)) if clear else -1, halves)


def _main(names: Any) -> str:  # noqa: ANN401
    found = shares(filter(None, names), 1)
    return found[0][0] if found else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two pictures of one size differ.

    Attributes:
        pixels: How many pixels differ; of lossy pictures, how many differ clearly.
        share: The same in percent, in steps of ten.
        box: Left, top, right and lower border of all of them, or None if there are none.
    """

    pixels: int
    share: int
    box: tuple[int, int, int, int] | None


def difference(first: Looked, second: Looked) -> Difference | None:
    """How two pictures differ, or None if they cannot be laid on each other."""
    if first.image is None or second.image is None or first.image.size != second.image.size:
        return None
    from PIL import ImageChops

    bands = ImageChops.difference(first.image, second.image).split()
    off = bands[0]
    for band in bands[1:]:
        off = ImageChops.lighter(off, band)
    least = 0 if first.exact and second.exact else _CLEARLY
    mask = off.point([255 if value > least else 0 for value in range(256)])
    pixels = mask.histogram()[255]
    return Difference(pixels, tens(pixels, math.prod(mask.size)), mask.getbbox())
