"""Colours by name: every colour of a picture is called after the nearest of three dozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

RGB = tuple[int, int, int]

COLOURS: dict[str, tuple[str, RGB]] = {
    "black": ("黑色", (0, 0, 0)),
    "dark grey": ("深灰色", (64, 64, 64)),
    "grey": ("灰色", (128, 128, 128)),
    "light grey": ("浅灰色", (200, 200, 200)),
    "white": ("白色", (255, 255, 255)),
    "dark red": ("深红色", (128, 0, 0)),
    "red": ("红色", (255, 0, 0)),
    "crimson": ("绯红色", (210, 30, 60)),
    "salmon": ("鲑红色", (250, 128, 114)),
    "pink": ("粉色", (255, 185, 200)),
    "hot pink": ("亮粉色", (255, 80, 170)),
    "magenta": ("品红色", (255, 0, 255)),
    "violet": ("紫罗兰色", (150, 60, 220)),
    "purple": ("紫色", (128, 0, 128)),
    "lavender": ("淡紫色", (205, 190, 250)),
    "indigo": ("靛色", (75, 0, 130)),
    "navy": ("深蓝色", (0, 0, 128)),
    "blue": ("蓝色", (0, 0, 255)),
    "royal blue": ("品蓝色", (60, 110, 220)),
    "steel blue": ("钢蓝色", (70, 130, 175)),
    "sky blue": ("天蓝色", (130, 200, 240)),
    "light blue": ("浅蓝色", (190, 220, 250)),
    "cyan": ("青色", (0, 255, 255)),
    "turquoise": ("绿松石色", (60, 215, 200)),
    "teal": ("蓝绿色", (0, 128, 128)),
    "dark green": ("深绿色", (0, 90, 0)),
    "green": ("绿色", (0, 150, 0)),
    "lime": ("鲜绿色", (0, 255, 0)),
    "light green": ("浅绿色", (150, 230, 150)),
    "olive": ("橄榄色", (128, 128, 0)),
    "yellow": ("黄色", (255, 255, 0)),
    "gold": ("金色", (250, 200, 40)),
    "orange": ("橙色", (255, 150, 0)),
    "brown": ("棕色", (140, 80, 30)),
    "tan": ("棕褐色", (205, 170, 125)),
    "beige": ("米色", (240, 230, 205)),
}
"""A colour's English name, its Chinese one, and red, green and blue from 0 to 255."""

_WEIGHTS = (2, 4, 3)  # the eye tells greens apart best and reds worst
_STEP = 10


@lru_cache(maxsize=4096)
def name_of(red: int, green: int, blue: int) -> str:
    """The name of the nearest colour of :data:`COLOURS`."""

    def far(name: str) -> int:
        pairs = zip(_WEIGHTS, COLOURS[name][1], (red, green, blue), strict=True)
        return sum(weight * (known - given) ** 2 for weight, known, given in pairs)

    return min(COLOURS, key=far)


def tens(part: int, whole: int) -> int:
    """A share in percent, in steps of ten: coarse, so that no decoder's last digit shows."""
    return (2 * 100 * part + _STEP * whole) // (2 * _STEP * whole) * _STEP if whole else 0


def shares(names: Iterable[str], most: int = 4) -> tuple[tuple[str, int], ...]:
    """The commonest names with their shares in percent, in steps of ten; what rounds to nothing is left out."""
    counted = Counter(names)
    whole = counted.total()
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return tuple((name, tens(part, whole)) for name, part in ranked if tens(part, whole))
