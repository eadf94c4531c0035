"""How two pictures differ, in sentences."""

from __future__ import annotations

from minimax_nb.emulator.colours import COLOURS
from minimax_nb.emulator.looking import Difference, Looked, difference
from minimax_nb.emulator.topic import Topic

_EVERYWHERE = 60
"""Percent of the area that the differences must span to be "all over"."""


def differences(topic: Topic, first: Looked, second: Looked) -> list[str]:
    """What differs between two pictures that are not the same file, the plainest first."""
    lines = []
    if first.sized.label != second.sized.label:
        formats = f"{first.sized.label or '?'}, {second.sized.label or '?'}"
        lines.append(topic.say(f"different formats ({formats})", f"格式不同（{formats}）"))
    if (first.width, first.height) != (second.width, second.height):
        sizes = f"{first.width} × {first.height}, {second.width} × {second.height}"
        lines.append(topic.say(f"different sizes ({sizes} pixels)", f"大小不同（{sizes} 像素）"))
    found = difference(first, second)
    if found:
        lines.append(_pixels(topic, found, first, second))
    if first.seen and second.seen and (found is None or found.pixels):
        lines += _looks(topic, first, second)
    return lines or [topic.say("different files", "文件不同")]


def _pixels(topic: Topic, found: Difference, first: Looked, second: Looked) -> str:
    exact = first.exact and second.exact
    if found.box is None:
        same = ("the same pixels in another file", "文件不同，像素相同")
        return topic.say(*(same if exact else ("no clear difference between the pixels", "像素没有明显差别")))
    where = topic.say(*_where(found.box, first.width, first.height))
    if exact:
        left, top, right, bottom = found.box
        size = f"{right - left} × {bottom - top}"
        return topic.say(
            f"{found.pixels:,} pixels differ, {where}, within {size} pixels from x = {left}, y = {top}",
            f"有 {found.pixels:,} 个像素不同，{where}，范围 {size}，从 x = {left}、y = {top} 开始",
        )
    share = topic.say(f"about {found.share} %" if found.share else "a few", f"约 {found.share} %")
    return topic.say(f"{share} of the pixels differ clearly, {where}", f"{share} 的像素明显不同，{where}")


def _where(box: tuple[int, int, int, int], width: int, height: int) -> tuple[str, str]:
    """A place in words, by the middle of a box."""
    left, top, right, bottom = box
    if 100 * (right - left) * (bottom - top) >= _EVERYWHERE * width * height:
        return "all over", "遍布全图"
    column = min(2, 3 * (left + right) // (2 * width))
    row = min(2, 3 * (top + bottom) // (2 * height))
    if (row, column) == (1, 1):
        return "in the middle", "在中间"
    across, down = ("left", "", "right")[column], ("top", "", "bottom")[row]
    over = ("左", "", "右")[column] + ("上", "", "下")[row]
    return f"at the {' '.join(filter(None, (down, across)))}", f"在{over}{'方' if not across else '侧'}"


def _looks(topic: Topic, first: Looked, second: Looked) -> list[str]:
    """Brightness and colours that only one of them has."""
    if first.seen is None or second.seen is None:
        return []
    lines = []
    gap = second.seen.brightness - first.seen.brightness
    if gap:
        change = topic.say("brighter" if gap > 0 else "darker", "更亮" if gap > 0 else "更暗")
        shares = f"{first.seen.brightness} %, {second.seen.brightness} %"
        lines.append(topic.say(f"the second is {change} (about {shares})", f"第二张{change}（约 {shares}）"))
    had, has = ({name for name, _ in looked.seen.colours} for looked in (first, second) if looked.seen)
    for names, english, chinese in ((had - has, "first", "第一张"), (has - had, "second", "第二张")):
        if names:
            said = ", ".join(topic.say(name, COLOURS[name][0]) for name in sorted(names))
            lines.append(topic.say(f"only the {english} has {said} as a main colour", f"只有{chinese}有 {said}"))
    return lines
