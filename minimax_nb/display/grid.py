"""Tables, as aligned plain text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from minimax_nb.display.safe import safe_line

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    """A table as aligned plain text and as Markdown; a cell is one line in both."""
    headers, *rows = [[_CONTROL.sub("\ufffd", " ".join(cell.split())) for cell in row] for row in (headers, *rows)]
    widths = [max(len(row[place]) for row in (headers, *rows)) for place in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    plain = "\n".join([line(headers), line(["-" * width for width in widths]), *map(line, rows)])
    marked = [f"| {' | '.join(map(safe_line, row))} |" for row in (headers, *rows)]
    marked.insert(1, "|" + "---|" * len(headers))
    return plain, "\n".join(marked)
