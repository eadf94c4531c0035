"""What was sent with a prompt, for people: small pictures with captions, and a line each where there is only text.

Only thumbnails are shown, never the content. The values may come from a file that anybody wrote (a saved chat), so
names and notes are escaped, figures are taken only where they are figures, and thumbnails are looked at first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from minimax_nb.display.safe import safe_line
from minimax_nb.display.thumbs import data_uri
from minimax_nb.messages.media import Clip, Detail, Media
from minimax_nb.prompt.media.files import clock, said_bytes
from minimax_nb.prompt.media.kinds import KINDS
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens

IN_A_ROW = 3
_LONGEST_NAME, _LONGEST_NOTE = 80, 250
_MOST_NOTES = 6
_MOST_PIXELS = 1_000_000
_MOST_BYTES = 10**12
_LONGEST_FILM_S = 10_000_000.0
_DETAILS: tuple[Detail, ...] = ("low", "default", "high")
_LABELS = {kind.media_type: kind.label for kind in KINDS if kind.media_type}
_NOT_IN_ALT = re.compile(r"[^\w .-]|_")


def gallery(media: Sequence[Media]) -> str:
    """Markdown with the thumbnail of each picture and video, three in a row, and its caption; "" for none."""
    rows = [media[at : at + IN_A_ROW] for at in range(0, len(media), IN_A_ROW)]
    return "\n\n".join(map(_table, rows))


def _table(media: Sequence[Media]) -> str:
    """Names, thumbnails and captions under each other: a form that every viewer of notebooks sets."""
    pictures = [_picture(medium) for medium in media]
    lines = [[f"**{safe_line(_name(medium))}**" for medium in media], [":---"] * len(media)]
    lines += [pictures] if any(pictures) else []
    lines += [[_caption(medium) for medium in media]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _picture(medium: Media) -> str:
    uri = data_uri(medium.thumbnail, medium.thumbnail_type)
    alt = _NOT_IN_ALT.sub(" ", _name(medium)).replace("www.", "www ")
    return f"![{kind_of(medium)} {alt}]({uri})" if uri else ""


def _caption(medium: Media) -> str:
    notes = "".join(f"<br>*{safe_line(note)}*" for note in _notes(medium))
    return f"{safe_line(' · '.join(_facts(medium)))}{notes}"


def media_lines(media: Sequence[Media]) -> list[str]:
    """One line of plain text for each: what it is, its name, what is known of it."""
    return [f"{kind_of(medium)} {' · '.join([_name(medium), *_facts(medium), *_notes(medium)])}" for medium in media]


def kind_of(medium: Media) -> str:
    """What people call it: "image" or "video"."""
    return "video" if isinstance(medium, Clip) else "image"


# -- the facts -------------------------------------------------------------------------------------------------------


def _facts(medium: Media) -> list[str]:
    """Type, pixels, length, size, tokens and what was asked of the service, as far as they are known."""
    size = _whole(medium.size, _MOST_BYTES)
    known = {"pixels": _pixels(medium), "size": "" if size is None else said_bytes(size)}
    if isinstance(medium, Clip):
        known = {"pixels": known["pixels"], "length": _length(medium), "size": known["size"]}
    tokens = tokens_of(medium)
    known["tokens"] = "" if tokens is None else f"about {tokens:,} tokens"
    unknown = [what for what, said in known.items() if not said]
    return [
        said
        for said in (_type(medium), *known.values(), *_asked(medium), f"{_and(unknown)} unknown" if unknown else "")
        if said
    ]


def tokens_of(medium: Media) -> int | None:
    """About how many tokens it costs; None where its size in pixels, or a video's length, is unknown."""
    width, height = _whole(medium.width, _MOST_PIXELS), _whole(medium.height, _MOST_PIXELS)
    if width is None or height is None:
        return None
    detail = medium.detail if medium.detail in _DETAILS else None
    side = _whole(medium.max_long_side, _MOST_PIXELS)
    if not isinstance(medium, Clip):
        return image_tokens(width, height, detail, side)
    seconds = _real(medium.duration_s, _LONGEST_FILM_S)
    if seconds is None:
        return None
    return video_tokens(width, height, seconds, _real(medium.fps, 1000.0), detail, side)


def _type(medium: Media) -> str:
    if medium.url and not medium.media_type:
        return "uploaded before" if _flat(medium.url).lower().startswith("mm_file://") else "an address, sent as it is"
    label = _LABELS.get(_flat(medium.media_type)) or _flat(medium.media_type)
    return f"{label}, {_flat(medium.codec)}" if isinstance(medium, Clip) and medium.codec else label


def _pixels(medium: Media) -> str:
    width, height = _whole(medium.width, _MOST_PIXELS), _whole(medium.height, _MOST_PIXELS)
    return "" if width is None or height is None else f"{width} x {height} pixels"


def _length(clip: Clip) -> str:
    """How long, and how many frames."""
    seconds, frames = _real(clip.duration_s, _LONGEST_FILM_S), _whole(clip.frames, _MOST_BYTES)
    if seconds is None:
        return ""
    length = f"{seconds:.3g} s" if seconds < 60 else clock(seconds).partition(".")[0]
    return length if frames is None else f"{length}, {frames:,} frames"


def _asked(medium: Media) -> list[str]:
    """What the service was asked to do with it."""
    fps = _real(medium.fps, 1000.0) if isinstance(medium, Clip) else None
    side = _whole(medium.max_long_side, _MOST_PIXELS)
    return [
        f"detail {medium.detail}" if medium.detail in _DETAILS else "",
        f"looked at {fps:g} times a second" if fps is not None else "",
        f"scaled by the service to {side} pixels" if side is not None else "",
    ]


# -- values that may be anything -------------------------------------------------------------------------------------


def _name(medium: Media) -> str:
    return _flat(medium.name) or kind_of(medium)


def _notes(medium: Media) -> list[str]:
    return [said for note in medium.notes[:_MOST_NOTES] if (said := _flat(note, _LONGEST_NOTE))]


def _flat(text: object, most: int = _LONGEST_NAME) -> str:
    """One line, cut if it is very long; "" for what is no text."""
    flat = " ".join(text[: 10 * most].split()) if isinstance(text, str) else ""
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def _whole(value: object, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most else None


def _real(value: object, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= most else None  # neither NaN nor infinity passes


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
