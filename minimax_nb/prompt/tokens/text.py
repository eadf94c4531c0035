"""About how many tokens a text has, from counts of its characters, without a vocabulary.

Vocabularies of the size these models have keep common words whole, split rare ones, take digits by threes, and give
most signs a token of their own. What that comes to is close to a weighted sum: so much for a character of a kind, so
much less where it stands beside another of its kind. Each term is one count at the speed of C, so that the cost is
linear for any text, words or not.

Where the weights come from (2026-11-21):

- ASCII is fitted to o200k_base (tiktoken 0.14.0) on 1,100 passages of prose, code, data and logs. On the English, code
  and JSON of recorded replies that vocabulary counts what MiniMax-M2 to M3.1 counted, within two tokens in a hundred.
- Chinese and Japanese are fitted to the recorded replies themselves, nine in all: MiniMax writes them with a fifth to a
  third fewer tokens than o200k_base. They are prose of today; classical Chinese may take half as many again.
- Other scripts follow o200k_base. How well that fits MiniMax is not known.

:data:`ERRORS` says how far off the estimate was, kind by kind.
"""

from __future__ import annotations

import string
from codecs import utf_16_le_decode
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Error(NamedTuple):
    """How far the estimate of a kind of text was from the count, as a share of the count: 0.05 is five per cent.

    Attributes:
        median: Half of the counted cases were at most this far off.
        worst: All of them were.
    """

    median: float
    worst: float


ERRORS: Mapping[str, Error] = MappingProxyType(
    {
        "english": Error(0.03, 0.14),
        "chinese": Error(0.03, 0.1),
        "japanese": Error(0.14, 0.2),
        "code": Error(0.05, 0.15),
        "json": Error(0.03, 0.2),
        "data": Error(0.03, 0.21),
        "maths": Error(0.13, 0.24),
        "european": Error(0.05, 0.25),
        "other scripts": Error(0.09, 0.28),
        "signs": Error(0.14, 0.44),
        "random": Error(0.17, 0.2),
    }
)
"""The measured error by kind of text, on cases of 8 to 300 tokens (``tests/prompt/counted``).

"data" is tables, logs and numbers; "maths" is LaTeX and formulas; "signs" is emoji and symbols; "random" is base64 and
hexadecimal. English is held against counts of MiniMax for the most part, Chinese and Japanese against nothing else,
all others but a few formulas against o200k_base.
"""

_KINDS = (
    (string.ascii_lowercase, "a"),
    (string.ascii_uppercase, "A"),
    (string.digits, "0"),
    (" ", " "),
    (string.punctuation + "\t", "."),
)
_SCRIPTS = (
    (0xCE, 0xCF, "c"),  # Greek
    (0xD0, 0xD3, "r"),  # Cyrillic
    (0xD4, 0xD7, "c"),  # Armenian, Hebrew
    (0xD8, 0xE1, "u"),  # Arabic, the scripts of India and Thailand, the marked letters of Vietnamese
    (0xE3, 0xE3, "k"),  # Japanese syllables; Chinese and Japanese punctuation
    (0xE4, 0xE9, "c"),  # Chinese characters
    (0xEA, 0xED, "h"),  # Korean
    (0xEF, 0xEF, "c"),  # full-width signs
    (0xF0, 0xF4, "e"),  # emoji and rare characters
)
"""Kinds of characters beyond ASCII by the first byte of their UTF-8: first, last, kind. The rest is of no kind."""

_ALL_PAIRS = 1000
"""In texts of more characters every second pair of neighbours stands for two."""

_CHARACTERS_A_TOKEN = 16
"""More than these no token is taken to stand for: what repeats one letter a million times is not for nothing."""


def _classes() -> bytes:
    """A table for ``bytes.translate``: the kind of each byte that begins a character."""
    table = bytearray(b"-" * 256)
    for characters, kind in _KINDS:
        for character in characters:
            table[ord(character)] = ord(kind)
    for first, last, kind in _SCRIPTS:
        table[first : last + 1] = kind.encode() * (last + 1 - first)
    return bytes(table)


def _by_twos(kinds: bytes) -> str:
    """Two neighbours as one character of UTF-16: single characters are counted several times as fast as pairs."""
    return utf_16_le_decode(kinds)[0]


_CLASSES = _classes()
_CONTINUING = bytes(range(0x80, 0xC0))
_IN_A_WORD, _IN_A_NUMBER, _SIGN_APART, _MIXED = map(_by_twos, (b"aa", b"00", b" .", b"0A"))


def estimate(text: str) -> int:
    """About how many tokens a text has: 0 for an empty one, else at least 1 and at most its bytes.

    Linear in its length. For sums over many short pieces :func:`weigh` is the better one.
    """
    return max(1, round(weigh(text))) if text else 0


def weigh(text: str) -> float:
    """The estimate before it is rounded.

    For sums over the pieces of a stream. A cut inside a word or number counts about one token more; services cut
    where a token ends, and the pieces of recorded streams come to within a tenth of the whole.
    """
    if ascii_only := text.isascii():
        encoded = text.encode()
        kinds = encoded.translate(_CLASSES)
    else:
        encoded = text.encode("utf-8", "surrogatepass")
        kinds = encoded.translate(_CLASSES, _CONTINUING)
    pairs, times = _by_twos(kinds), 2  # the neighbours at places 0 and 1, 2 and 3, and so on
    if len(kinds) < _ALL_PAIRS:
        pairs, times = pairs + _by_twos(kinds[1:]), 1
    one, two = kinds.count, pairs.count
    tokens = 0.95 * len(kinds) - 0.71 * one(b"A") + 0.35 * one(b"0") - 0.92 * one(b" ") - 0.54 * one(b".")
    tokens += times * (-0.93 * two(_IN_A_WORD) - 0.98 * two(_IN_A_NUMBER) + 0.65 * two(_SIGN_APART) + 2.1 * two(_MIXED))
    if not ascii_only:
        tokens -= 0.43 * one(b"c") + 0.37 * one(b"k") + 0.21 * one(b"h") + 0.66 * one(b"r") + 0.58 * one(b"u")
        tokens += 0.85 * one(b"e")
    return min(max(tokens, len(text) / _CHARACTERS_A_TOKEN), len(encoded))
