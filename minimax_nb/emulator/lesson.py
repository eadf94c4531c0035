"""Long texts of any length: a walk through the whole numbers, with prose, lists, code, tables and formulas.

What it says is true and differs from section to section, so a reader, a renderer and a test all have something to
hold on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from math import isqrt

LONG_CHARS = 12_000

_OPENING = (
    "# A walk through the whole numbers\n\n"
    "This long text comes from the **emulator of minimax_nb**, which is a script and not a model. It is here so that "
    "you can watch a long reply arrive: prose, lists, code, tables and formulas take turns.\n\n"
)
_THINKING = (
    "The request asks for thinking of a certain length, so these sentences fill it. ",
    "This is the emulator of minimax_nb: it follows a script and reasons about nothing. ",
    "A real model would weigh the question here, line by line, before it answers. ",
    "These words count as output tokens all the same, just as they do with the service. ",
)


def _divisors(number: int) -> list[int]:
    low = [candidate for candidate in range(1, isqrt(number) + 1) if number % candidate == 0]
    return sorted({*low, *(number // candidate for candidate in low)})


def _prose(number: int) -> str:
    divisors = _divisors(number)
    kind = (
        "a prime: nothing divides it but 1 and itself" if len(divisors) == 2 else f"divided by {len(divisors)} numbers"
    )
    return (
        f"The number **{number}** is {kind}. Its square is {number**2:,} and its cube is {number**3:,}. Written "
        f"in base two it is `{number:b}`, which takes {number.bit_length()} digits, {number.bit_count()} of them ones. "
        f"Add the whole numbers from 1 to {number} and you have {number * (number + 1) // 2:,}.\n\n"
    )


def _bullets(number: int) -> str:
    lines = [f"- `{divisor}` goes into {number} *{number // divisor}* times" for divisor in _divisors(number)[:6]]
    return f"What divides {number}:\n\n" + "\n".join(lines) + "\n\n"


def _code(number: int) -> str:
    return (
        f"The same in Python:\n\n```python\ndef divisors(n: int) -> list[int]:\n"
        f'    """All whole numbers that divide n."""\n'
        f"    return [d for d in range(1, n + 1) if n % d == 0]\n\n\n"
        f"print(divisors({number}))  # {_divisors(number)}\n```\n\n"
    )


def _table(number: int) -> str:
    rows = "\n".join(f"| {n} | {n * n:,} | {n**3:,} | `{n:x}` |" for n in range(number, number + 4))
    return f"| n | square | cube | hex |\n| ---: | ---: | ---: | --- |\n{rows}\n\n"


def _formula(number: int) -> str:
    total = number * (number + 1) // 2
    return (
        f"For $n = {number}$ the sum of the first whole numbers is\n\n"
        f"$$\\sum_{{k=1}}^{{{number}}} k = \\frac{{{number} \\cdot {number + 1}}}{{2}} = {total}$$\n\n"
        f"and $(n+1)^2 - n^2 = 2n + 1 = {2 * number + 1}$.\n\n"
    )


_KINDS = (_bullets, _code, _table, _formula)


def _sections() -> Iterator[str]:
    yield _OPENING
    for number in count(2):
        yield f"## {number}\n\n" + _prose(number) + _KINDS[number % len(_KINDS)](number)


def lesson(chars: int) -> str:
    """A text of exactly ``chars`` characters; the last section may be cut anywhere."""
    return _fill(_sections(), chars)


def long_text() -> str:
    """About 12 kB that end with a whole section."""
    sections: list[str] = []
    length = 0
    for section in _sections():
        sections.append(section)
        length += len(section)
        if length >= LONG_CHARS:
            break
    return "".join(sections).rstrip()


def thoughts_of(chars: int) -> str:
    """Thinking of exactly ``chars`` characters."""
    return _fill((_THINKING[at % len(_THINKING)] for at in count()), chars)


def _fill(pieces: Iterator[str], chars: int) -> str:
    kept: list[str] = []
    left = chars
    while left > 0:
        kept.append(next(pieces)[:left])
        left -= len(kept[-1])
    return "".join(kept)
