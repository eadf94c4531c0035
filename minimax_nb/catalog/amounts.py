"""What rates, factors, steps and dates of a user's file must get past: one sentence that says what is expected.

TOML has numbers and dates of its own, so text that only looks like one is refused: "0.30" is a slip as likely as
"0.30 USD", and a price that was read wrongly is worse than none. No sentence repeats the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from minimax_nb.catalog.checked import Checked

_MOST = 1_000_000
_DECIMALS = 9


def rate(value: object) -> object:
    """A rate: a number from 0 to a million, not too fine to add up exactly; None is unknown.

    Raises:
        ValueError: It is none.
    """
    if value is None:
        return None
    number = _number(value, "a number of USD per million tokens, such as 0.30, without quotes")
    if not 0 <= number <= _MOST:
        raise ValueError("expected a number from 0 to 1,000,000 (USD per million tokens); leave out what is unknown")
    if -int(number.as_tuple().exponent) > _DECIMALS:
        raise ValueError(f"expected at most {_DECIMALS} decimals (USD per million tokens)")
    return number


def factor(value: object) -> object:
    """What a tier multiplies a price by: more than 0, at most 100; None is unknown.

    Raises:
        ValueError: It is none.
    """
    if value is None:
        return None
    number = _number(value, "a number such as 1.5, without quotes")
    if not 0 < number <= 100 or -int(number.as_tuple().exponent) > _DECIMALS:
        raise ValueError("expected a number above 0 and up to 100, such as 1.5")
    return number


def step(value: object) -> object:
    """A step: a whole number of input tokens.

    Raises:
        ValueError: It is none.
    """
    if type(value) is not int or value < 0:
        raise ValueError("expected a whole number of input tokens, such as 512_000, without quotes")
    return value


def day(value: object) -> object:
    """A day as TOML writes it; None is unknown.

    Raises:
        ValueError: It is none.
    """
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise ValueError("expected a date such as 2026-11-20, without quotes")


def some_rows(value: object) -> object:
    """A list of tables.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, list | tuple) and all(isinstance(row, dict) for row in value):
        return value
    raise ValueError("expected a list of tables, such as [{ input = 0.30, output = 1.20 }]")


def steps(rows: Sequence[Any]) -> Sequence[Any]:
    """Price rows, whose steps must rise: which of two rows holds is never a guess.

    Raises:
        ValueError: They do not.
    """
    edges = [row.above_input for row in rows]
    if len(set(edges)) < len(edges):
        raise ValueError("expected every price to have an above_input of its own; two have the same")
    if edges != sorted(edges):
        raise ValueError("expected prices by rising above_input")
    return rows


def beginnings(words: Sequence[str]) -> Sequence[str]:
    """How keys begin: enough to tell them by, too little to be one.

    Raises:
        ValueError: One is too short or too long for that.
    """
    if not all(3 <= len(word.strip()) <= 12 for word in words):
        raise ValueError("expected 3 to 12 characters each: how such keys begin, never a key")
    return words


def _number(value: object, expected: str) -> Decimal:
    if type(value) is not int and not isinstance(value, Decimal):
        raise ValueError(f"expected {expected}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"expected {expected}")
    return number


Rate = Annotated[Decimal | None, Checked(rate, before=True)]
Factor = Annotated[Decimal | None, Checked(factor, before=True)]
Step = Annotated[int, Checked(step, before=True)]
Day = Annotated[date | None, Checked(day, before=True)]
Beginnings = Annotated[tuple[str, ...], Checked(beginnings)]
