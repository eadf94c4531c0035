"""Token counts of the emulator: plausible, and the same for the same text.

About 4 characters a token for letters and 1.6 for Chinese, Japanese and Korean. The counts are the emulator's own:
the services' tokenizers are not public. What a tool costs follows captures of mid 2026; pictures and videos are
counted by squares of 28 x 28 pixels, as the open processor of the same models does.
"""

from __future__ import annotations

import json
import re
from itertools import islice

from minimax_nb.emulator.heard import Heard, Media, Turn
from minimax_nb.messages.media import Detail
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens

# Weights in eighths of a token, so that all arithmetic is whole: 2/8 a letter, 5/8 a wide character.
_NARROW, _WIDE, _WHOLE = 2, 5, 8
_WIDE_RUN = re.compile("[\u2e80-\U0010ffff]+")

_PER_TURN = 4
_FIRST_TOOL = 130
_DETAILS: tuple[Detail, ...] = ("low", "default", "high")
_UNSEEN = {"low": 512, "default": 1369, "high": 5184}
"""What is counted for something whose size nobody knows here, such as what stands at an address."""

_CACHE_LEAST = 512  # MiniMax prompt caching page, read 2026-11-20
_CACHE_BLOCK = 64


def is_wide(character: str) -> bool:
    """Whether the character counts as a Chinese, Japanese or Korean one."""
    return character >= "\u2e80"


def count(text: str) -> int:
    """Tokens of a text."""
    wide = 0 if text.isascii() else sum(map(len, _WIDE_RUN.findall(text)))
    return -(-(_NARROW * (len(text) - wide) + _WIDE * wide) // _WHOLE)


def clip(text: str, tokens: int) -> str:
    """The longest beginning of ``text`` that counts at most ``tokens``."""
    room = tokens * _WHOLE
    if room >= len(text) * _WIDE:
        return text
    used = 0
    for at, character in enumerate(text):
        used += _WIDE if is_wide(character) else _NARROW
        if used > room:
            return text[:at]
    return text


def _media(media: Media, sees: bool) -> int:
    """Tokens of a picture or video by its size; a model without eyes drops them without a word."""
    if not sees:
        return 0
    detail = next((known for known in _DETAILS if known == media.detail), None)
    if media.kind == "image" and media.width and media.height:
        return image_tokens(media.width, media.height, detail, media.max_side)
    if media.kind == "video" and media.width and media.height and media.duration_s:
        return video_tokens(media.width, media.height, media.duration_s, media.fps, detail, media.max_side)
    return _UNSEEN.get(media.detail, _UNSEEN["default"])


def _plain(arguments: str) -> str:
    """Arguments as JSON in one spelling: they come as text over one protocol and as an object over the other."""
    try:
        return json.dumps(json.loads(arguments), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _turn(turn: Turn, sees: bool) -> int:
    calls = sum(_PER_TURN + count(call.name) + count(_plain(call.arguments)) for call in turn.calls)
    results = sum(_PER_TURN + count(result.text) for result in turn.results)
    # A result is a message on one protocol and a block of one on the other: both cost the same.
    frame = 0 if turn.results and not turn.text else _PER_TURN
    shown = (*turn.media, *(media for result in turn.results for media in result.media))
    return frame + count(turn.text) + calls + results + sum(_media(media, sees) for media in shown)


def _head(heard: Heard) -> int:
    """Tokens of what stands before the conversation: tools, then the system message."""
    tools = [[tool.name, tool.description, tool.schema] for tool in heard.tools]
    written = sum(count(json.dumps(tool, ensure_ascii=False)) for tool in tools)
    system = _PER_TURN + count(heard.system) if heard.system else 0
    return written + (_FIRST_TOOL if tools else 0) + system


def count_input(heard: Heard, *, sees: bool) -> int:
    """Tokens of a whole request."""
    return _head(heard) + sum(_turn(turn, sees) for turn in heard.turns)


def count_cached(heard: Heard, *, sees: bool) -> int:
    """The part of the input an earlier call of the same conversation has left in the cache.

    That is everything up to the newest assistant turn, in whole blocks, and nothing if it is short.
    """
    spoken = [at for at, turn in enumerate(heard.turns) if turn.role == "assistant"]
    if not spoken:
        return 0
    before = _head(heard) + sum(_turn(turn, sees) for turn in islice(heard.turns, spoken[-1]))
    return before - before % _CACHE_BLOCK if before >= _CACHE_LEAST else 0
