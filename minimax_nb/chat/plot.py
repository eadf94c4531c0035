"""What was used so far, drawn. matplotlib is loaded when a figure is made, and its pyplot never is."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minimax_nb.catalog.nearest import did_you_mean
from minimax_nb.chat.entry import Entry
from minimax_nb.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#808080"  # grey enough to be read on white and on black, since the ground is transparent
_COLOURS = ("#3a8fd9", "#e0782f", "#3fa35f", "#b066cc", "#d9536f", "#9a8b2e")
_STYLES = ("-", "--", ":", "-.")
_CROSS: dict[str, Any] = {"markersize": 8, "markeredgewidth": 1.8, "clip_on": False}
_Place = tuple[float | datetime, Entry]


def usage_figure(entries: Sequence[Entry], what: str = "cost", over: str = "time") -> Figure:
    """What was used so far, one rising line a provider and model.

    A reply whose price or count is unknown adds nothing and is marked with a cross: from there on the line is "at
    least". Replayed replies used nothing and are left out. Entries without a time stand at the time of the one before
    them; where none has a time, the number of the reply takes its place.

    Args:
        entries: The replies, in order.
        what: "cost" in USD or "tokens" (input and output together).
        over: "time" (this computer's) or "calls" (the number of the reply).

    Returns:
        A figure that shows itself as a PNG in a notebook cell.

    Raises:
        ConfigError: Another word for ``what`` or ``over``, or matplotlib is not installed.
    """
    _one_of(what, tuple(_VALUES))
    timed = _one_of(over, ("time", "calls")) == "time" and any(entry.at is not None for entry in entries)
    figure = _new_figure()
    axes = figure.add_subplot()
    places = _over_time(entries) if timed else list(enumerate(entries, start=1))
    groups: dict[tuple[str, str], _Curve] = {}
    for x, entry in places:
        if not entry.replayed:
            groups.setdefault((entry.provider, entry.model), _Curve()).add(x, _VALUES[what](entry))
    for number, (names, curve) in enumerate(groups.items()):
        curve.draw(axes, " · ".join(name or "?" for name in names), number, until=places[-1][0])
    _describe(axes, what, timed=timed)
    if groups:
        _legend(axes, what, unknown=any(curve.unknown for curve in groups.values()))
    else:
        _say_nothing(axes)
    return figure


_VALUES: dict[str, Callable[[Entry], Decimal | int | None]] = {
    "cost": lambda entry: entry.cost,
    "tokens": lambda entry: entry.usage.total_tokens,
}


def _one_of(word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        hint = did_you_mean(word, words, otherwise=f"It is {' or '.join(words)}.")
        raise ConfigError(f"Usage is not drawn as {word!r}.", hint=hint)
    return word


def _new_figure() -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigError("A plot needs matplotlib, which is not installed.", hint="pip install matplotlib") from None

    class UsageFigure(Figure):
        """A figure that a notebook shows without pyplot."""

        def _repr_png_(self) -> bytes:
            content = io.BytesIO()
            self.savefig(content, format="png", metadata={"Software": None})
            return content.getvalue()

    return UsageFigure(figsize=(7, 3.5), dpi=120, layout="constrained", facecolor="none")


def _over_time(entries: Sequence[Entry]) -> list[_Place]:
    """Each entry with its time, earliest first; one without a time keeps to its neighbour."""
    last = next(entry.at for entry in entries if entry.at is not None)
    places = []
    for entry in entries:
        last = last if entry.at is None else entry.at
        places.append((last, entry))
    places.sort(key=lambda place: place[0] or 0.0)
    return [(datetime.fromtimestamp(at or 0.0, UTC), entry) for at, entry in places]


@dataclass
class _Curve:
    """The rising line of one provider and model."""

    xs: list[Any] = field(default_factory=list)
    ys: list[float] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)  # places in the lists
    total: Decimal | int = 0

    def add(self, x: float | datetime, amount: Decimal | int | None) -> None:
        if amount is None:
            self.unknown.append(len(self.xs))
        else:
            self.total += amount
        self.xs.append(x)
        self.ys.append(float(self.total))

    def draw(self, axes: Axes, label: str, number: int, *, until: float | datetime) -> None:
        colour = _COLOURS[number % len(_COLOURS)]
        style = _STYLES[number // len(_COLOURS) % len(_STYLES)]
        xs, ys = [*self.xs, until], [*self.ys, self.ys[-1]]
        axes.plot(xs, ys, style, drawstyle="steps-post", linewidth=1.8, color=colour, label=label)
        axes.plot(self.xs, self.ys, "o", markersize=3.5, color=colour)
        crossed = [self.xs[at] for at in self.unknown], [self.ys[at] for at in self.unknown]
        axes.plot(*crossed, "x", **_CROSS, color=colour)


def _describe(axes: Axes, what: str, *, timed: bool) -> None:
    from matplotlib import dates
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_facecolor("none")
    axes.set_ylabel("cost so far, USD" if what == "cost" else "tokens so far", color=_INK)
    axes.set_xlabel("time" if timed else "reply", color=_INK)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{Decimal(f'{y:.6g}'):,f}"))
    if timed:
        here = datetime.now().astimezone().tzinfo
        locator = dates.AutoDateLocator(tz=here, maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=here))  # type: ignore[no-untyped-call]
        axes.xaxis.get_offset_text().set_color(_INK)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.tick_params(colors=_INK)
    axes.grid(axis="y", color=_INK, alpha=0.25, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_INK)


def _legend(axes: Axes, what: str, *, unknown: bool) -> None:
    if unknown:
        axes.plot([], [], "x", **_CROSS, color=_INK, label="price unknown" if what == "cost" else "count unknown")
    above = (0, 1.01)  # where it covers no line
    legend = axes.legend(loc="lower left", bbox_to_anchor=above, ncols=2, frameon=False, labelcolor=_INK)
    for text in legend.get_texts():
        text.set_parse_math(False)  # a model's name is no formula, whatever it holds


def _say_nothing(axes: Axes) -> None:
    axes.text(0.5, 0.5, "Nothing was used yet.", color=_INK, ha="center", transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])
