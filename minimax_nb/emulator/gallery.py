"""Answers about pictures and videos: what was measured of each, in its place, and how they differ."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from minimax_nb.emulator.colours import COLOURS
from minimax_nb.emulator.comparing import differences
from minimax_nb.emulator.heard import Media, Turn
from minimax_nb.emulator.looking import Looked, Seen, look
from minimax_nb.emulator.scenes import Watched, watch
from minimax_nb.emulator.topic import Topic, code, plural, quote, receipt

_MOST_COMPARED = 8
_WORDS = re.compile(
    r"\b(?:pictures?|images?|photos?|figures?|plots?|screenshots?|videos?|clips?|films?|frames?)\b"
    r"|图片|图像|照片|视频|截图|片段",
    re.IGNORECASE,
)
_REAL_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP"}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One picture or video of a message, looked at.

    Attributes:
        media: As it came.
        name: "Picture 1 of 2".
        sha256: Of its content; "" where there is none.
        looked: What was seen of a picture.
        watched: What was seen of a video.
    """

    media: Media
    name: str
    sha256: str = ""
    looked: Looked | None = None
    watched: Watched | None = None


def _shown(topic: Topic) -> Turn | None:
    """The message whose pictures and videos the prompt is about: the last, or if it speaks of them the newest."""
    if topic.heard.last.media:
        return topic.heard.last
    if not _WORDS.search(topic.prompt[:4000]):
        return None
    return next((turn for turn in reversed(topic.heard.turns) if turn.media), None)


def asks_media(topic: Topic) -> bool:
    """Whether the prompt is about pictures or videos that were sent."""
    return _shown(topic) is not None


def describe_media(topic: Topic) -> str:
    """Say what was measured of each, and how they differ."""
    turn = _shown(topic) or topic.heard.last
    exhibits = _exhibits(topic, turn.media)
    intro = topic.say(
        "I am a script: I measure what you send and do not understand what it shows. ",
        "我只是脚本：我测量你发来的内容，并不理解画面。",
    )
    if turn is not topic.heard.last:
        intro += topic.say("These came earlier in the conversation:", "这些是之前发来的：")
    else:
        intro += topic.say(f"{plural(len(exhibits), 'attachment')} arrived:", f"这次收到 {len(exhibits)} 个附件：")
    blocks = [_described(topic, exhibit, at) for at, exhibit in enumerate(exhibits)]
    return "\n\n".join([intro, *blocks, *_compared(topic, exhibits), receipt(topic)])


def _exhibits(topic: Topic, shown: Sequence[Media]) -> list[Exhibit]:
    totals = {kind: sum(media.kind == kind for media in shown) for kind in ("image", "video")}
    counted = {"image": 0, "video": 0}
    exhibits = []
    for media in shown:
        counted[media.kind] += 1
        at, all_of_them = counted[media.kind], totals[media.kind]
        word = topic.say("Picture", "图片") if media.kind == "image" else topic.say("Video", "视频")
        exhibits.append(_exhibit(media, topic.say(f"{word} {at} of {all_of_them}", f"{word} {at}/{all_of_them}")))
    return exhibits


def _exhibit(media: Media, name: str) -> Exhibit:
    if media.watched:
        return Exhibit(media, name, media.watched.sha256, watched=media.watched)
    if not media.content:
        return Exhibit(media, name)
    if media.kind == "video":
        watched = watch(media.content, media.fps)
        return Exhibit(media, name, watched.sha256, watched=watched)
    return Exhibit(media, name, hashlib.sha256(media.content).hexdigest(), looked=look(media.content))


def _described(topic: Topic, exhibit: Exhibit, at: int) -> str:
    media = exhibit.media
    if media.after:
        place = topic.say(f"after {quote(media.after, 60)}", f"在 {quote(media.after, 60)} 之后")
    elif at:
        place = topic.say("right after the one before", "紧跟上一个")
    else:
        place = topic.say("before all words", "在文字之前")
    if exhibit.looked:
        lines = _of_picture(topic, exhibit.looked, media)
    elif exhibit.watched:
        lines = _of_video(topic, exhibit.watched)
    else:
        unseen = "nothing is known of it: the emulator opens no addresses"
        lines = [topic.say(f"It was not looked at, and {unseen}", "没有查看：模拟器不会打开网址")]
    bullets = "\n".join(f"- {line}{topic.say('.', '。')}" for line in lines)
    sent = f"{media.kind}: {code(media.about) if media.url else media.about}"
    return f"**{exhibit.name}** ({place}; {sent})\n\n{bullets}"


# -- a picture ---------------------------------------------------------------------------------------------------------

_FAULTS = {
    "broken": ("It cannot be decoded: its content is broken or is no picture", "无法解码：内容损坏，或者不是图片"),
    "large": ("It has too many pixels to be looked at here", "像素太多，没有查看"),
    "no-library": ("It was not looked at: Pillow is not installed here", "没有查看：这里没有安装 Pillow"),
}


def _of_picture(topic: Topic, looked: Looked, media: Media) -> list[str]:
    label = looked.sized.label or topic.say("no format known here", "未知格式")
    size = topic.say(f"{looked.width} × {looked.height} pixels", f"{looked.width} × {looked.height} 像素")
    lines = [f"{label}, {size}" if looked.width else label]
    if (said := _REAL_TYPES.get(media.media_type)) and looked.sized.label not in {"", said}:
        lines.append(
            topic.say(f"It came as {media.media_type}, which it is not", f"声明为 {media.media_type}，但并不是")
        )
    if looked.frames > 1:
        lines.append(
            topic.say(f"It moves: {looked.frames} frames; the first is described", f"动图，共 {looked.frames} 帧")
        )
    if looked.seen is None:
        return [*lines, topic.say(*_FAULTS[looked.fault])]
    lines += _of_seen(topic, looked.seen)
    if looked.distinct is not None:
        many = plural(looked.distinct, "different colour") if looked.distinct else "More than 256 different colours"
        table = f", from a table of {looked.sized.palette}" if looked.sized.palette else ""
        lines.append(topic.say(many + table, f"不同颜色：{looked.distinct or '256 种以上'}"))
    return lines


def colour(topic: Topic, name: str) -> str:
    """A colour's name in the prompt's language."""
    return topic.say(name, COLOURS[name][0])


def _named(topic: Topic, colours: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{colour(topic, name)} {share} %" for name, share in colours)


def _of_seen(topic: Topic, seen: Seen) -> list[str]:
    lines = []
    if seen.colours:
        main = _named(topic, seen.colours)
        lines.append(topic.say(f"Main colours, about: {main}", f"主要颜色（约）：{main}"))
        lines += _halves(topic, seen)
        how = topic.say(*_BRIGHT[0 if seen.brightness <= 30 else 1 if seen.brightness < 70 else 2])
        bright = f"{seen.brightness} %"
        lines.append(topic.say(f"Mean brightness about {bright}: {how}", f"平均亮度约 {bright}：{how}"))
    if seen.clear >= 0:
        part = topic.say(f"about {seen.clear} %" if seen.clear else "a little", f"约 {seen.clear} %")
        lines.append(topic.say(f"Transparent: {part} of its area", f"透明面积：{part}"))
    else:
        lines.append(topic.say("Nothing in it is transparent", "没有透明部分"))
    return lines


_BRIGHT = (("dark", "偏暗"), ("neither dark nor bright", "适中"), ("bright", "偏亮"))


def _halves(topic: Topic, seen: Seen) -> list[str]:
    left, right, upper, lower = (colour(topic, name) if name else "" for name in seen.sides)
    lines = []
    if left and right and left != right:
        lines.append(topic.say(f"Left half mostly {left}, right half mostly {right}", f"左半 {left}，右半 {right}"))
    if upper and lower and upper != lower:
        lines.append(topic.say(f"Upper half mostly {upper}, lower half mostly {lower}", f"上半 {upper}，下半 {lower}"))
    return lines


# -- a video -----------------------------------------------------------------------------------------------------------

_UNWATCHED = {
    "broken": (
        "Its frames cannot be looked at: the file is broken, or is coded in a way not known here",
        "无法查看画面",
    ),
    "no-library": (
        "Its frames were not looked at: PyAV is not installed here (the extra `video`)",
        "没有查看画面：这里没有安装 PyAV（extra `video`）",
    ),
}


def clock(seconds: float) -> str:
    """A time in a video, to a tenth of a second: "0:02.5"."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def _of_video(topic: Topic, watched: Watched) -> list[str]:
    film = watched.film
    facts = [
        film.label or topic.say("no format known here", "未知格式"),
        topic.say(f"{film.duration_s:.1f} s long", f"时长 {film.duration_s:.1f} 秒") if film.duration_s else "",
        topic.say(f"{film.width} × {film.height} pixels", f"{film.width} × {film.height} 像素") if film.width else "",
        topic.say(plural(film.frames, "frame"), f"{film.frames} 帧") if film.frames else "",
        topic.say(f"{film.rate:.3g} frames a second", f"每秒 {film.rate:.3g} 帧") if film.rate else "",
        topic.say(f"codec {film.codec}", f"编码 {film.codec}") if film.codec else "",
        topic.say("with sound" if film.sound else "without sound", "有声音" if film.sound else "无声音")
        if film.codec or film.sound
        else "",
    ]
    lines = [", ".join(filter(None, facts))]
    if watched.fault:
        return [*lines, topic.say(*_UNWATCHED[watched.fault])]
    changes = len(watched.scenes) - 1
    times = topic.say(f"{plural(changes, 'change')} seen", f"看到 {changes} 次变化")
    lines.append(
        topic.say(f"{plural(watched.frames, 'frame')} looked at, {times}", f"查看了 {watched.frames} 帧，{times}")
    )
    for at, scene in enumerate(watched.scenes):
        when = clock(scene.starts_s)
        shows = "; ".join(_of_seen(topic, scene.seen)[:-1])
        lines.append(topic.say(f"{'At' if not at else 'From about'} {when}: {shows}", f"{when} 起：{shows}"))
    return lines


# -- all of them -------------------------------------------------------------------------------------------------------


def _compared(topic: Topic, exhibits: Sequence[Exhibit]) -> list[str]:
    """How each differs from the one before, in a list under its own heading; nothing for a single one."""
    lines = []
    for one, other in list(pairwise(exhibits))[: _MOST_COMPARED - 1]:
        if not one.sha256 or not other.sha256:
            continue
        named = topic.say(f"{one.name} and {other.name[:1].lower()}{other.name[1:]}", f"{one.name} 和 {other.name}")
        if one.sha256 == other.sha256:
            lines.append(topic.say(f"{named} are the same file", f"{named} 是同一个文件"))
        elif one.looked and other.looked:
            lines += [f"{named}: {said}" for said in differences(topic, one.looked, other.looked)]
        elif one.watched and other.watched:
            first, second = one.watched.film.duration_s, other.watched.film.duration_s
            lines.append(
                topic.say(
                    f"{named} are different files, {first:.1f} s and {second:.1f} s long",
                    f"{named} 不同，时长 {first:.1f} 秒和 {second:.1f} 秒",
                )
            )
    if not lines:
        return []
    return [topic.say("Compared:", "比较：") + "\n\n" + "\n".join(f"- {line}{topic.say('.', '。')}" for line in lines)]
