"""Token counts by rule of thumb, without a tokenizer: fast, local, and always an estimate.

The rule: one token for a word of up to eight Latin letters or each further eight, for up to three digits, for up to
three letters of another alphabet, for up to two punctuation signs, for a line break with its indentation; seven
tokens for ten Chinese, Japanese or Korean characters; two for an emoji or another rare sign. A single space counts with
the word after it. On prose and code it is within a fifth or so of what large multilingual vocabularies give; nothing
about it is exact, and a tool has a price of its own that is not in it. Pictures and videos are counted by their pixels
and seconds (:mod:`minimax_nb.prompt.media.tokens`).
"""

from __future__ import annotations

import json
import re

from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens

_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿가-힯豈-﫿]+")
_RARE = re.compile(r"[\U00010000-\U0010ffff←-⯿]")
_PIECE = re.compile(
    r"[A-Za-zÀ-ɏ]{1,8}"  # Latin letters
    r"|[0-9]{1,3}"
    r"|[^\W\d_]{1,3}"  # letters of other alphabets
    r"|\n\s{0,15}"
    r"|[ \t]{2,16}"
    r"|[^\w\s]{1,2}|_{1,4}"
    r"|[^\s]"
)
_PER_MESSAGE = 4
_CJK_RATE = 0.7
_UNSEEN = (1280, 960)
"""Pixels of a picture or frame that could not be looked into, such as one behind an address: a guess."""
_UNSEEN_SECONDS = 10.0
_BYTES_A_SECOND = 500_000  # of video, as cameras of telephones and of screens write it; again a guess


def estimate(text: str) -> int:
    """About how many tokens a text has; 0 for an empty one. Linear in its length."""
    rest, rare = (text, 0) if text.isascii() else _RARE.subn("", text)
    east = 0
    if not rest.isascii():
        east = sum(map(len, _CJK.findall(rest)))
        rest = _CJK.sub(" ", rest) if east else rest
    return len(_PIECE.findall(rest)) + 2 * rare + round(east * _CJK_RATE)


def estimate_message(message: Message, *, thinking: bool = True) -> int:
    """About how many tokens a message has, its role's markup included.

    Args:
        message: The message.
        thinking: Whether its thinking counts.
    """
    return _PER_MESSAGE + sum(_part(part) for part in message.parts if thinking or not isinstance(part, Thinking))


def estimate_request(request: Request) -> dict[str, int]:
    """About how many tokens a request has, by where they come from.

    Thinking of finished turns is sent back but not counted: replaying it did not raise the input count (capture of
    MiniMax-M2.7, April 2026). Thinking since the last prompt, between tool calls, is counted.

    Returns:
        "system", "history" (everything else), "prompt" (the last user message), where there are pictures or videos in
        any of them "attachments", and the "total". Attachments are counted nowhere else.
    """
    last = max((at for at, message in enumerate(request.messages) if message.role == "user"), default=-1)
    each = [estimate_message(message, thinking=at > last) for at, message in enumerate(request.messages)]
    seen = [sum(map(_part, message.media)) for message in request.messages]
    said = [whole - media for whole, media in zip(each, seen, strict=True)]
    system = estimate(request.system) + _PER_MESSAGE if request.system else 0
    prompt = said[last] if last >= 0 else 0
    counts = {"system": system, "history": sum(said) - prompt, "prompt": prompt}
    if any(message.media for message in request.messages):
        counts["attachments"] = sum(seen)
    return {**counts, "total": sum(counts.values())}


def _part(part: Part) -> int:
    match part:
        case Text() | Thinking():
            return estimate(part.text)
        case ToolCall():
            return (
                estimate(part.name) + estimate(part.raw or json.dumps(dict(part.arguments), default=str)) + _PER_MESSAGE
            )
        case ToolResult():
            return estimate(part.content) + _PER_MESSAGE
        case Opaque():
            return estimate(json.dumps(dict(part.raw), default=str))
        case Picture():
            return image_tokens(*_pixels(part), part.detail, part.max_long_side)
        case Clip():
            return video_tokens(*_pixels(part), _seconds(part), part.fps, part.detail, part.max_long_side)


def _pixels(part: Media) -> tuple[int, int]:
    return (part.width, part.height) if part.width and part.height else _UNSEEN


def _seconds(clip: Clip) -> float:
    if clip.duration_s is not None:
        return clip.duration_s
    return _UNSEEN_SECONDS if clip.size is None else max(1.0, clip.size / _BYTES_A_SECOND)
