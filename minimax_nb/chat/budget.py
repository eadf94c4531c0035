"""How much may be used: an amount of USD, a number of tokens, or both; and how people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog import did_you_mean
from minimax_nb.errors import ConfigError
from minimax_nb.messages.shown import Shown

_NUMBER = r"((?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,12})?|\.\d{1,12})"
_USD = re.compile(rf"\$?\s*{_NUMBER}(?:\s*(?:usd|dollars?))?", re.ASCII)
_TOKENS = re.compile(rf"{_NUMBER}\s*(k|m)?\s*tok(?:en)?s?", re.ASCII)
_UNITS = {None: 1, "k": 1_000, "m": 1_000_000}
_OFF = ("off", "none", "no")
_HOW = "Write an amount of USD (0.50), tokens (20000 tokens, 20k tokens), or off."


@dataclass(frozen=True, slots=True)
class Budget(Shown):
    """What may be used at most. None sets no limit of that kind; 0 USD leaves only what is free.

    Attributes:
        usd: USD, all calls together.
        tokens: Input and output tokens, all calls together.

    Raises:
        ConfigError: A limit that is negative or no number, or no limit at all.
    """

    usd: Decimal | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        if self.usd is None and self.tokens is None:
            raise ConfigError("A budget needs a limit: usd, tokens or both.", hint="None in its place is no budget.")
        if self.usd is not None and not (isinstance(self.usd, Decimal) and self.usd.is_finite() and self.usd >= 0):
            raise _wrong(self.usd)
        whole = isinstance(self.tokens, int) and not isinstance(self.tokens, bool)
        if self.tokens is not None and not (whole and self.tokens >= 0):
            raise _wrong(self.tokens)

    def __str__(self) -> str:
        usd = "" if self.usd is None else usd_said(self.usd, digits=30)
        tokens = "" if self.tokens is None else f"{self.tokens:,} tokens"
        return " and ".join(filter(None, (usd, tokens)))


def as_budget(value: object) -> Budget | None:
    """The budget that a value means; a number alone is USD, None and "off" are no budget.

    Args:
        value: A :class:`Budget`, a number, or a text such as ``"0.50"``, ``"$0.50"``, ``"20000 tokens"``,
            ``"20k tokens"`` or ``"$0.50 and 20k tokens"``.

    Raises:
        ConfigError: It means none.
    """
    match value:
        case None | Budget():
            return value
        case bool():
            raise _wrong(value)
        case Decimal():
            return Budget(usd=value)
        case int():
            return Budget(usd=Decimal(value))
        case float():
            return Budget(usd=Decimal(str(value)))
        case str():
            return _from_text(value)
        case _:
            raise _wrong(value)


def usd_said(amount: Decimal, *, digits: int = 4) -> str:
    """An amount of USD with all its cents, and as many decimals more as its first ``digits`` digits need."""
    places = max(2, digits - 1 - amount.adjusted())
    whole, _, decimals = f"{amount:,.{places}f}".partition(".")
    return f"${whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _from_text(text: str) -> Budget | None:
    said = " ".join(text.casefold().split())
    if said in _OFF:
        return None
    limits: dict[str, Decimal | int] = {}
    for limit in said.split(" and "):
        if found := _TOKENS.fullmatch(limit):
            name, amount = "tokens", _decimal(found[1]) * _UNITS[found[2]]
        elif found := _USD.fullmatch(limit):
            name, amount = "usd", _decimal(found[1])
        else:
            raise _wrong(text)
        if name in limits or (name == "tokens" and amount != int(amount)):
            raise _wrong(text)
        limits[name] = amount if name == "usd" else int(amount)
    return Budget(**limits)  # type: ignore[arg-type]


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _wrong(value: object) -> ConfigError:
    said = value if isinstance(value, str) else str(value)
    near = did_you_mean(said, ("off", "tokens")) if said.isalpha() else ""
    shown = repr(said if len(said) <= 40 else f"{said[:39]}…")
    return ConfigError(f"{shown} is no budget.", hint=" ".join(filter(None, (near, _HOW))))
