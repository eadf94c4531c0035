"""Rows of figures, their bounds, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One promise and what was measured.

    Attributes:
        group: Which part of the benchmark it belongs to.
        name: What was measured.
        unit: Of ``kit`` and ``floor``.
        kit: One figure a repetition.
        floor: The same of the floor, in the same rounds; empty where the bound is absolute.
        bound: What the figure may be at most; None for a row that only informs.
        times_floor: Whether the figure is kit over floor, or the kit's own value.
        by: "min" or "median" or "max" of the repetitions; or "pairs", where the rounds of both sides took turns: the
            median of kit over floor, round by round.
    """

    group: str
    name: str
    unit: str
    kit: tuple[float, ...]
    floor: tuple[float, ...] = ()
    bound: float | None = None
    times_floor: bool = False
    by: str = "min"

    @property
    def figure(self) -> float:
        """What is held against the bound."""
        if self.by == "pairs":
            return median(kit / floor for kit, floor in zip(self.kit, self.floor, strict=True))
        pick: Callable[[Sequence[float]], float] = {"min": min, "median": median, "max": max}[self.by]
        if not self.times_floor:
            return pick(self.kit)
        floor = pick(self.floor)
        return pick(self.kit) / floor if floor else float("inf")

    @property
    def verdict(self) -> str:
        """ "PASS", "OVER", or "" for a row that only informs."""
        if self.bound is None:
            return ""
        return "PASS" if self.figure <= self.bound else "OVER"

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {**asdict(self), "figure": self.figure, "verdict": self.verdict}


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _spread(values: Sequence[float]) -> str:
    return f"{_number(min(values))} / {_number(median(values))}" if values else ""


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table; kit and floor are given as minimum / median."""
    lines = [
        ("what", "unit", "kit min / med", "floor min / med", "figure", "bound", ""),
        ("---", "---", "---:", "---:", "---:", "---:", "---"),
    ]
    for row in rows:
        times = " x" if row.times_floor else ""
        bound = "" if row.bound is None else f"{_number(row.bound)}{times}"
        figure = f"{_number(row.figure)}{times}"
        lines.append((row.name, row.unit, _spread(row.kit), _spread(row.floor), figure, bound, row.verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
