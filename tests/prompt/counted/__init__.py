"""Texts whose tokens were counted, and by whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """A text, its kind, how many tokens it has, who counted them, and the day (None if unknown)."""

    kind: str
    count: int
    by: str
    day: str | None
    text: str

    @property
    def id(self) -> str:
        """For test ids: the kind and how the text begins."""
        return f"{self.kind}-{self.by}-{self.text[:16]!a}"


CASES = [Case(**json.loads(line)) for line in Path(__file__).with_name("cases.jsonl").read_text("utf-8").splitlines()]
