"""A ledger as CSV, one row a reply, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from minimax_nb.chat.entry import COUNTS, Entry

PART = 200_000
"""Characters of one part: small enough for every front end's limit on messages."""

COLUMNS = (
    *("chat", "provider", "model", "protocol", *COUNTS, "estimates", "cost_usd", "at_most", "free", "replayed"),
    *("partial", "stop_reason", "first_token_s", "total_s", "at", "request_id"),
)
"""The columns. An empty cell is unknown, never zero; the cost has all its digits; "at" is UTC."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def usage_csv(entries: Sequence[Entry]) -> Iterator[str]:
    """The whole table in parts of a bounded size; the first begins with the names of the columns."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow(map(_cell, _row(entry)))
        if page.tell() >= PART:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _row(entry: Entry) -> tuple[Any, ...]:
    at = None if entry.at is None else datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
    return (
        entry.chat,
        entry.provider,
        entry.model,
        entry.face,
        *(getattr(entry.usage, name) for name in COUNTS),
        " ".join(sorted(entry.usage.estimates)),
        None if entry.cost is None else f"{entry.cost:f}",
        entry.at_most,
        entry.free,
        entry.replayed,
        entry.partial,
        entry.stop_reason,
        entry.first_token_s,
        entry.total_s,
        at,
        entry.request_id,
    )


def _cell(value: object) -> object:
    """The value as a cell; a text that a spreadsheet would take for a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
