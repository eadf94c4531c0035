"""Entries as a pandas DataFrame. pandas is loaded when one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minimax_nb.chat.entry import COUNTS, Entry
from minimax_nb.errors import ConfigError

if TYPE_CHECKING:
    from pandas import DataFrame  # type: ignore[import-untyped]

_TEXTS = ("chat", "provider", "model", "face")
_FLAGS = ("at_most", "free", "replayed", "partial")


def entries_frame(entries: Sequence[Entry]) -> DataFrame:
    """One row an entry.

    Counts are ``Int64``, NA where unknown. ``cost`` holds Decimal objects so that no digit is lost, None where unknown.
    What is true or false is ``bool``, seconds are ``Float64``, ``at`` is a time in UTC. A replayed reply has its
    recording's tokens in its row, though they were not used again.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ConfigError("A DataFrame needs pandas, which is not installed.", hint="pip install pandas") from None
    columns = {name: pd.Series([getattr(entry, name) for entry in entries], dtype="string") for name in _TEXTS}
    for name in COUNTS:
        columns[name] = pd.Series([getattr(entry.usage, name) for entry in entries], dtype="Int64")
    columns["estimated"] = pd.Series([entry.usage.estimated for entry in entries], dtype="bool")
    columns["cost"] = pd.Series([entry.cost for entry in entries], dtype="object")
    for name in _FLAGS:
        columns[name] = pd.Series([getattr(entry, name) for entry in entries], dtype="bool")
    columns["stop_reason"] = pd.Series([entry.stop_reason for entry in entries], dtype="string")
    for name in ("first_token_s", "total_s"):
        columns[name] = pd.Series([getattr(entry, name) for entry in entries], dtype="Float64")
    columns["request_id"] = pd.Series([entry.request_id for entry in entries], dtype="string")
    times = pd.Series([entry.at for entry in entries], dtype="float64")
    columns["at"] = pd.to_datetime(times, unit="s", utc=True).astype("datetime64[us, UTC]")
    return pd.DataFrame(columns)
