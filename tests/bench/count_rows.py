"""Rows of the local token estimate: a history of a million tokens, and a recount after one more message."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.counting import KINDS
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row

RECOUNT = 0.1
"""What a recount may cost of the first count: it goes over the list of messages, not over their text."""


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Every row of counting; ``say`` is told what goes on."""
    for kind in KINDS:
        say(f"count, a million tokens, {kind}")
        found = around.python("tests.bench.counting", kind, str(repeat))
        first, dumps, again = (tuple(1e3 * seconds for seconds in found[name]) for name in ("first", "dumps", "again"))
        name = f"a million tokens, {kind}: count, CPU / json.dumps"
        yield Row("count", name, "ms", first, dumps, 4.0, times_floor=True, by="pairs")
        name = f"a million tokens, {kind}: recount after one more / count"
        yield Row("count", name, "ms", again, first, RECOUNT, times_floor=True, by="pairs")
