"""What came of one prompt in all columns: a table, and the copy of it that is saved with the notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.render import Bundle, error_line, register, render, safe_line
from minimax_nb.display.safe import safe_quote
from minimax_nb.display.usage import UsageListing
from minimax_nb.errors import ConfigError, MiniMaxError
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Shown
from minimax_nb.panels.comparison.figures import BEST, figures
from minimax_nb.panels.html import to_html

if TYPE_CHECKING:
    from pandas import DataFrame  # type: ignore[import-untyped]

_HEADERS = ("model", "ended", "first token", "tokens/s", "in", "out", "price")
_FIGURES = ("first", "speed", "read", "written", "price")
_PROMPT = 2_000
"""Characters of a prompt that are shown; the models had all of it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a prompt in one column.

    Attributes:
        title: The column's title.
        reply: Its reply, or None.
        error: What went wrong, or None.
        ended: How it ended, in words.
        best: Which of its figures are the best.
        winner: Whether it was picked.
    """

    title: str
    reply: Reply | None
    error: BaseException | None
    ended: str
    best: tuple[str, ...] = ()
    winner: bool = False

    def cells(self) -> tuple[str, ...]:
        """Its row of the table."""
        marked = f"{self.title} (winner)" if self.winner else self.title
        if self.reply is None or not self.reply.done:
            return (marked, self.ended, *("" for _ in _FIGURES))
        said = figures(self.reply)
        best = {name: f" ({BEST[name]})" for name in self.best}
        return (marked, self.ended, *(said[name] + best.get(name, "") for name in _FIGURES))


@dataclass(frozen=True)
class Round(Shown):
    """What came of one prompt in all columns. Show it for a table; :meth:`to_frame` has the same for pandas.

    Attributes:
        prompt: The prompt's text.
        results: One a column.
    """

    prompt: str
    results: tuple[Result, ...]

    @property
    def winner(self) -> Result | None:
        """The column that was picked."""
        return next((result for result in self.results if result.winner), None)

    @property
    def listing(self) -> UsageListing:
        """The figures as a table; those of columns that are under way are blank."""
        rows = tuple(result.cells() for result in self.results)
        cells = {cell for row in rows for cell in row[2:]}
        remarks = ["? is unknown."] * ("?" in cells)
        remarks += ["~ holds an estimate of the kit."] * any("~" in cell for cell in cells)
        return UsageListing("Compare", _HEADERS, rows, 2, tuple(remarks))

    def to_frame(self) -> DataFrame:
        """A DataFrame, one row a column: unknown counts and times are NA, ``cost`` holds Decimal objects or None.

        Raises:
            ConfigError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise ConfigError("A DataFrame needs pandas, which is not installed.", hint="pip install pandas") from None
        rows = [_values(result) for result in self.results]
        return pd.DataFrame(
            {name: pd.Series([row[name] for row in rows], dtype=_DTYPES.get(name, "object")) for name in rows[0]}
        )

    def page(self) -> dict[str, Any]:
        """The same for a page: the prompt, the table's cells, and the replies as HTML that has been made safe."""
        return {
            "prompt": _cut(self.prompt),
            "winner": self.winner.title if self.winner else "",
            "headers": list(_HEADERS),
            "rows": [list(result.cells()) for result in self.results],
            "replies": self._replies,
        }

    @cached_property
    def saved(self) -> tuple[str, str]:
        """It as plain text and as Markdown, below a title that is left to others. Made once: it does not change."""
        prompt, table = _cut(self.prompt), render(self.listing)[0]
        media = next((result.reply.media for result in self.results if result.reply is not None), ())
        marked = [gallery(media), safe_quote(prompt) if prompt.strip() else ""]
        marked += [table["text/markdown"].partition("\n\n")[2], *map(_folded, self.results)]
        plain = [*(f"[{line}]" for line in media_lines(media)), prompt, table["text/plain"].partition("\n\n")[2]]
        plain += map(_plain, self.results)
        return "\n\n".join(filter(str.strip, plain)), "\n\n".join(filter(None, marked))

    @cached_property
    def _replies(self) -> list[dict[str, str]]:
        return [{"title": result.title, "html": to_html(result.reply.text)} for result in self.results if result.reply]


_DTYPES = {
    **dict.fromkeys(("column", "provider", "model", "ended"), "string"),
    **dict.fromkeys(("input_tokens", "output_tokens"), "Int64"),
    **dict.fromkeys(("first_token_s", "tokens_per_s"), "Float64"),
    "estimated": "boolean",
    "winner": "bool",
}


def _values(result: Result) -> dict[str, Any]:
    reply = result.reply if result.reply is not None and result.reply.done else None
    return {
        "column": result.title,
        "provider": reply.provider if reply else None,
        "model": reply.model if reply else None,
        "first_token_s": reply.timing.first_token_s if reply else None,
        "tokens_per_s": reply.timing.tokens_per_s if reply else None,
        "input_tokens": reply.usage.input_tokens if reply else None,
        "output_tokens": reply.usage.output_tokens if reply else None,
        "estimated": reply.usage.estimated if reply else None,
        "cost": reply.cost if reply else None,
        "ended": result.ended,
        "winner": result.winner,
    }


# -- the saved copy ----------------------------------------------------------------------------------------------------


def saved_rounds(rounds: Sequence[Round], titles: Sequence[str]) -> Bundle:
    """Every round as Markdown and as plain text: the prompt, the figures as a table, the replies folded below it."""
    if not rounds:
        said = f"Compare {', '.join(titles)}. Nothing was asked yet."
        return {"text/plain": said, "text/markdown": safe_line(said)}, {}
    several = len(rounds) > 1
    replies = [result.reply for one in rounds for result in one.results if result.reply is not None]
    told = [render(reply)[1]["minimax_nb"] for reply in replies if reply.done]
    shown = [
        (f"Compare · round {number}" if several else "Compare", *one.saved) for number, one in enumerate(rounds, 1)
    ]
    return {
        "text/plain": "\n\n\n".join(f"{title}\n\n{plain}" for title, plain, _ in shown),
        "text/markdown": "\n\n".join(f"**{title}**\n\n{marked}" for title, _, marked in shown),
    }, {"minimax_nb": {"panel": "compare", "replies": told}}


def _folded(result: Result) -> str:
    """A column's reply behind its title, every word of it made safe."""
    inside = f"*{safe_line(result.ended)}*"
    if result.reply is not None and result.reply.done:
        inside = render(result.reply)[0]["text/markdown"].removeprefix(gallery(result.reply.media)).lstrip("\n")
    if result.error is not None and not _tells(result.reply):
        inside = f"*{safe_line(error_line(result.error))}*"
    mark = " · winner" if result.winner else ""
    return f"<details>\n<summary>{safe_line(result.title)}{mark}</summary>\n\n{inside}\n\n</details>"


def _plain(result: Result) -> str:
    inside = f"[{result.ended}]"
    if result.reply is not None and result.reply.done:
        inside = render(result.reply)[0]["text/plain"]
    if result.error is not None and not _tells(result.reply):
        inside = f"[{error_line(result.error)}]"
    return f"== {result.title}{' (winner)' if result.winner else ''} ==\n{inside}"


def _tells(reply: Reply | None) -> bool:
    """Whether the reply itself tells what went wrong."""
    return reply is not None and isinstance(reply.error, MiniMaxError) and bool(reply.parts)


def _cut(text: str) -> str:
    return text if len(text) <= _PROMPT else f"{text[:_PROMPT]}\n… {len(text) - _PROMPT:,} more characters"


register(Round, lambda value: render(value.listing))
