"""The notebook representation of a bill: its items as a table, what they come to, and where the rates are from."""

from __future__ import annotations

from decimal import Decimal

from minimax_nb.display.render import Bundle, register, safe_line, table
from minimax_nb.messages.bill import Bill
from minimax_nb.wire.loose import one_line

_LONGEST = 400
_HEADERS = ("what", "tokens", "USD per million", "USD")


def bill_table(value: Bill) -> Bundle:
    """A bill as plain text and Markdown: what it comes to, its items, and what a reader needs to check the sum."""
    title, remarks = _total(value), _remarks(value)
    plain, markdown = [title], [f"**{safe_line(title)}**"]
    if value.charges:
        times = "" if value.factor == 1 else f" × {_exact(value.factor)}"
        rows = [
            (item.what, f"{item.tokens:,}", f"{_exact(item.rate)}{times}", _exact(item.amount))
            for item in value.charges
        ]
        items = table(_HEADERS, rows)
        plain.append(items[0])
        markdown.append(items[1])
    if remarks:
        plain.append("\n".join(remarks))
        markdown.append("\n".join(f"- {safe_line(remark)}" for remark in remarks))
    return {"text/plain": "\n\n".join(plain), "text/markdown": "\n\n".join(markdown)}, {}


def _total(value: Bill) -> str:
    """What it comes to, in one line: exact, at most, an estimate, or unknown."""
    if value.total is None:
        return "Price unknown"
    about = "at most " if value.at_most else ""
    guess = " (estimate)" if value.estimated else ""
    return f"Price {about}${_exact(value.total)}{guess}"


def _remarks(value: Bill) -> list[str]:
    """Why it is what it is, each a line; words of a user's own row may be among them."""
    dated = f" as of {value.dated}" if value.dated else ""
    return [
        one_line(line, _LONGEST)
        for line, holds in (
            (value.unknown, value.unknown),
            (value.note, value.note),
            ("Some of the counts are estimates.", value.estimated),
            ("How much came from the cache is unknown; all input has the full rate.", value.at_most),
            (f"The service tier makes it {_exact(value.factor)} times the rates.", value.factor != 1),
            (f"All of it has the rates for more than {value.above_input:,} input tokens.", value.above_input),
            (f"Rates{dated}, {value.source or 'without a source'}.", value.charges),
        )
        if holds
    ]


def _exact(amount: Decimal | None) -> str:
    """An amount with all its digits and none that say nothing, without an exponent."""
    if amount is None:
        return "unknown"
    digits = f"{amount:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


register(Bill, bill_table)
