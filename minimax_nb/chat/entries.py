"""Entries that are read together: in groups, as a DataFrame, as a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.chat.entry import Entry, UsageLine, usage_line
from minimax_nb.chat.frame import entries_frame
from minimax_nb.chat.plot import usage_figure
from minimax_nb.errors import ConfigError
from minimax_nb.messages.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame  # type: ignore[import-untyped]


class Entries(Shown):
    """Entries that can be read together. A class below it says where they are."""

    __slots__ = ()

    GROUPS: ClassVar[tuple[str, ...]] = (
        "chat", "provider", "model", "face", "stop_reason", "free", "replayed", "partial"
    )  # fmt: skip
    """What :meth:`by` takes."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """One entry a reply, in order; here there are none."""
        return ()

    @property
    def lines(self) -> tuple[UsageLine, ...]:
        """One line a provider and model, in the order they were first used."""
        return self.by("provider", "model")

    @property
    def total(self) -> UsageLine:
        """Everything in one line: the money, and where all is of one provider and model, the tokens."""
        return usage_line((), self.entries)

    def by(self, *names: str) -> tuple[UsageLine, ...]:
        """One line for each group of replies that have these in common, in the order they first came.

        A line whose replies are of several providers or models has no token counts: name "provider" and "model", too,
        to get them.

        Raises:
            ConfigError: Replies are not grouped by that.
        """
        for name in names:
            if name not in self.GROUPS:
                known = f"By {listed(self.GROUPS)}."
                raise ConfigError(
                    f"Usage is not grouped by {name!r}.", hint=did_you_mean(name, self.GROUPS, otherwise=known)
                )
        groups: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(tuple(getattr(entry, name) for name in names), []).append(entry)
        return tuple(usage_line(tuple(zip(names, key, strict=True)), found) for key, found in groups.items())

    def to_pandas(self) -> DataFrame:
        """A DataFrame, one row a reply, as :func:`~minimax_nb.chat.frame.entries_frame` says.

        Raises:
            ConfigError: pandas is not installed.
        """
        return entries_frame(self.entries)

    def plot(self, what: str = "cost", over: str = "time") -> Figure:
        """A matplotlib figure of what was used so far, as :func:`~minimax_nb.chat.plot.usage_figure` says.

        Args:
            what: "cost" in USD or "tokens".
            over: "time", or "calls": the number of the reply.

        Raises:
            ConfigError: Another word for ``what`` or ``over``, or matplotlib is not installed.
        """
        return usage_figure(self.entries, what, over)
