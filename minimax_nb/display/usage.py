"""Tables of what was used. There is no time and no date in them, so a saved notebook is the same on every run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from minimax_nb.catalog.nearest import listed
from minimax_nb.chat import UsageLine
from minimax_nb.chat.entries import Entries
from minimax_nb.chat.notebook_usage import NotebookUsage
from minimax_nb.display.receipt import money
from minimax_nb.display.render import Bundle, register, safe_line
from minimax_nb.messages.shown import Shown
from minimax_nb.wire.loose import one_line

_WHO = ("provider", "model")
_TITLES = {"stop_reason": "ended"}
_COLUMNS = {
    "input_tokens": "in",
    "cached_tokens": "cached",
    "cache_write_tokens": "cache write",
    "output_tokens": "out",
    "thinking_tokens": "thinking",
}
_MIXED = "-"
_LONGEST = 120  # characters of a name


@dataclass(frozen=True, slots=True)
class UsageListing(Shown):
    """A table of usage with closing remarks.

    Attributes:
        title: What is listed.
        headers: One for each column.
        rows: The cells as text.
        names: How many columns hold names; those behind them hold numbers and are aligned right.
        remarks: Sentences below the table.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int
    remarks: tuple[str, ...] = ()


def usage_listing(used: Entries, by: Sequence[str] = (), title: str = "Usage") -> UsageListing:
    """A line for each group of replies that have these in common, and one for all of them.

    Args:
        used: A chat's ledger, the session's, or what notebook files used.
        by: What to group by, as :meth:`~minimax_nb.chat.entries.Entries.by` takes it. Default: provider and model,
            with several notebooks the file before them.
        title: What stands above the table.

    Raises:
        ConfigError: Replies are not grouped by that.
    """
    several = isinstance(used, NotebookUsage) and len(used.files) > 1
    names = tuple(by) or (("file", *_WHO) if several else _WHO)
    lines = used.by(*names)
    return _listing(title, names, lines, used.total, _about(used))


def _listing(
    title: str, names: tuple[str, ...], lines: Sequence[UsageLine], total: UsageLine, about: Sequence[str] = ()
) -> UsageListing:
    counts = [
        name for name in _COLUMNS if name != "cache_write_tokens" or any(line.cache_write_tokens for line in lines)
    ]
    headers = (*(_TITLES.get(name, name) for name in names), "replies", *(_COLUMNS[name] for name in counts), "price")
    rows = [(*(_name(*each) for each in line.group), *_numbers(line, counts)) for line in lines]
    if len(lines) > 1:
        blank = [""] * (len(names) - 1)
        rows.append(("all", *blank, *("" if cell == _MIXED else cell for cell in _numbers(total, counts))))
    cells = {cell for row in rows for cell in row[len(names) :]}
    return UsageListing(title, headers, tuple(rows), len(names), (*_signs(cells), *_special(total), *about))


def _numbers(line: UsageLine, counts: Sequence[str]) -> tuple[str, ...]:
    return (f"{line.replies:,}", *(_tokens(line, name) for name in counts), _price(line))


def _tokens(line: UsageLine, name: str) -> str:
    if line.mixed:
        return _MIXED
    count: int | None = getattr(line, name)
    if count is None or (count == 0 and line.unknown[name]):
        return "?"  # "at least nothing" tells nothing
    return f"{'~' if line.estimates[name] else ''}{count:,}{'+' if line.unknown[name] else ''}"


def _price(line: UsageLine) -> str:
    if line.cost is None:
        return "unknown"
    more = f" + {line.unknown_cost:,} unknown" if line.unknown_cost else ""
    if not line.cost and not more:
        return "free" if line.free else "nothing charged"
    limit = "at most " if line.at_most else ""
    return f"{limit}{'~' if line.estimates['cost'] else ''}{money(line.cost)}{more}"


def _name(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "(no name)" if name == "chat" else "?"
    return one_line(str(value), _LONGEST)


def _signs(cells: Collection[str]) -> list[str]:
    """What the signs in the cells mean, those that are there."""
    remarks = []
    if "?" in cells:
        remarks.append("? is unknown.")
    if any(cell.endswith("+") for cell in cells):
        remarks.append("+ is at least: some of the replies did not tell that count.")
    if any("~" in cell for cell in cells):
        remarks.append("~ holds an estimate of the kit.")
    if _MIXED in cells:
        remarks.append("- is no sum: tokens of different models are not added.")
    return remarks


def _special(total: UsageLine) -> list[str]:
    """What the table does not tell of some replies."""
    remarks = []
    if total.partial:
        remarks.append(f"Cut short, stopped or failed, and counted as far as known: {_replies(total.partial)}.")
    if total.replayed:
        remarks.append(f"Replayed from a recording, so nothing was used: {_replies(total.replayed)}.")
    return remarks


def _about(used: Entries) -> list[str]:
    """Where the replies of notebooks are, and what was odd about them."""
    if not isinstance(used, NotebookUsage):
        return [] if used.entries else ["Nothing was asked yet."]
    remarks = []
    if not used.entries:
        remarks.append("No output holds a reply of this kit.")
    else:
        where = _number(len(used.files), "notebook") if len(used.files) > 1 else "the notebook"
        written = f"; the earliest was written by version {used.version} of the kit" if used.version else ""
        remarks.append(f"{_number(used.cells, 'cell')} of {where} hold{'s' * (used.cells == 1)} replies{written}.")
    if used.entries and used.empty:
        remarks.append(f"Without a reply that counts: {listed(used.empty, last='and')}.")
    if used.repeated:
        remarks.append(f"Shown or copied again, and not counted again: {_replies(used.repeated)}.")
    if used.unreadable:
        remarks.append(f"Taken as unknown, since not of their kind: {_number(used.unreadable, 'value')}.")
    return remarks


def _replies(number: int) -> str:
    return "1 reply" if number == 1 else f"{number:,} replies"


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


# -- bundles ---------------------------------------------------------------------------------------------------------


def usage_bundle(used: Entries) -> Bundle:
    """The table of everything in it, by provider and model."""
    return _bundle(usage_listing(used))


def _bundle(value: UsageListing) -> Bundle:
    plain, markdown = _plain(value), _markdown(value)
    remarks = "\n".join(value.remarks)
    quiet = "\n".join(f"- {safe_line(remark)}" for remark in value.remarks)
    return {
        "text/plain": f"{value.title}\n\n{plain}\n\n{remarks}".rstrip(),
        "text/markdown": f"**{safe_line(value.title)}**\n\n{markdown}\n\n{quiet}".rstrip(),
    }, {}


def _plain(value: UsageListing) -> str:
    widths = [max(map(len, column)) for column in zip(value.headers, *value.rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        names = [cell.ljust(width) for cell, width in zip(cells[: value.names], widths, strict=False)]
        numbers = [cell.rjust(width) for cell, width in zip(cells[value.names :], widths[value.names :], strict=True)]
        return "  ".join([*names, *numbers]).rstrip()

    return "\n".join([line(value.headers), line(["-" * width for width in widths]), *map(line, value.rows)])


def _markdown(value: UsageListing) -> str:
    head, *rows = (f"| {' | '.join(map(safe_line, row))} |" for row in (value.headers, *value.rows))
    sides = "---|" * value.names + "---:|" * (len(value.headers) - value.names)
    return "\n".join([head, f"|{sides}", *rows])


def _line(value: UsageLine) -> Bundle:
    names = tuple(name for name, _ in value.group)
    return _bundle(_listing("Usage", names, (value,), value))


register(UsageListing, _bundle)
register(Entries, usage_bundle)
register(UsageLine, _line)
