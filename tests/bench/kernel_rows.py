"""Rows in a real kernel: loading, showing, waiting, bytes to the front end, memory."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench import cells
from tests.bench.bodies import body, word
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row
from tests.support.iopub import Message
from tests.support.kernel import Kernel, Run

LENGTHS = (500, 2_000, 10_000)
PACED, PACED_MS = 300, 10.0
STALL_AT, STALL_S = 50, 2.0
WINDOW_S = 3.0
"""The window over which Jupyter Server counts (``rate_limit_window``, jupyter_server 2.21)."""

Figures = dict[str, list[float]]


@dataclass
class Sides:
    """What was measured on each side, a list a figure with one entry a round."""

    kit: Figures = field(default_factory=lambda: defaultdict(list))
    floor: Figures = field(default_factory=lambda: defaultdict(list))


def load_rows(around: Surroundings, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """What ``%load_ext`` costs in a running kernel, against importing httpx there."""
    sides = Sides()
    for number in range(repeat + 1):
        for figures, cell in ((sides.kit, cells.LOAD), (sides.floor, cells.IMPORT_HTTPX)):
            with Kernel(env=around.env, closed=False) as kernel:
                kernel.run(cells.METER)
                cpu = _metered(kernel, cell)
            if number:
                figures["load"].append(1e3 * cpu)
        say(f"loading, round {number} of {repeat}")
    load = "%load_ext minimax_nb in a kernel / import httpx there"
    yield Row("load", load, "ms", *_both(sides, "load"), 1.5, times_floor=True)


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Everything else that is measured in a kernel."""
    sides = Sides()
    for number in range(repeat):
        _kit_round(around, server, sides.kit)
        _floor_round(around, server, sides.floor)
        say(f"kernel, round {number + 1} of {repeat}")
    yield from _table(sides)


def _kit_round(around: Surroundings, server: LoadServer, figures: Figures) -> None:
    with Kernel(env=around.env, closed=False) as kernel:
        kernel.run(cells.METER)
        kernel.run("pass")
        bare = kernel.rss_mb()
        kernel.run(cells.LOAD)
        for deltas in sorted(LENGTHS, reverse=True):  # the longest first: its memory is held against the bare kernel
            run = _reply(kernel, cells.kit(server.url("openai", deltas=deltas)), deltas)
            if deltas == LENGTHS[-1]:
                figures["rss"].append(kernel.rss_mb() - bare)
            _count(run, deltas, figures, f"{deltas}")
        _paced(kernel, server, figures, cells.kit)
        _stalled(kernel, server, figures)


def _floor_round(around: Surroundings, server: LoadServer, figures: Figures) -> None:
    with Kernel(env=around.env, closed=False) as kernel:
        kernel.run(cells.METER)
        kernel.run("pass")
        bare = kernel.rss_mb()
        kernel.run(cells.IMPORT_HTTPX)
        kernel.run(cells.FLOOR)
        for deltas in sorted(LENGTHS, reverse=True):
            run = _reply(kernel, cells.floor(server.url("openai", deltas=deltas)), deltas)
            if deltas == LENGTHS[-1]:
                figures["rss"].append(kernel.rss_mb() - bare)
            _count(run, deltas, figures, f"{deltas}")
        _paced(kernel, server, figures, cells.floor)


def _paced(kernel: Kernel, server: LoadServer, figures: Figures, cell: Callable[[str], str]) -> None:
    url = server.url("openai", deltas=PACED, gap=PACED_MS, id="paced")
    run = _reply(kernel, cell(url), PACED)
    figures["cpu"].append(float(kernel.run(cells.METERED).text))
    _count(run, PACED, figures, "paced")
    times = server.times("paced")
    for name, index in (("first", 0), ("last", PACED - 1)):
        shown = run.first_with(word(index).strip())
        assert shown is not None
        figures[name].append(1e3 * (shown.at - times[name]))


def _stalled(kernel: Kernel, server: LoadServer, figures: Figures) -> None:
    url = server.url("openai", deltas=STALL_AT * 2, gap=PACED_MS, stall=f"{STALL_AT}:{STALL_S}", id="stall")
    run = _reply(kernel, cells.kit(url), STALL_AT * 2)
    shown = run.first_with(word(STALL_AT - 1).strip())
    assert shown is not None
    figures["stall"].append(1e3 * (shown.at - server.times("stall")["stall"]))


def _reply(kernel: Kernel, cell: str, deltas: int) -> Run:
    """Run a cell whose output must be the whole reply."""
    run = kernel.run(cell, timeout=120)
    assert run.error is None, run.text
    assert word(deltas - 1).strip() in run.text or word(deltas - 1).strip() in run.markdown, "the reply is not whole"
    return run


def _metered(kernel: Kernel, cell: str) -> float:
    run = kernel.run(cell)
    assert run.error is None, run.text
    return float(kernel.run(cells.METERED).text)


def outputs_of(run: Run) -> list[Message]:
    """Everything of a cell that goes to the front end and is not about its being run."""
    return [message for message in run.messages if message.kind not in {"status", "execute_input"}]


def travels(text: str) -> int:
    """Bytes of a text as a message carries it: JSON writes a line end as two."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def _count(run: Run, deltas: int, figures: Figures, which: str) -> None:
    sent = outputs_of(run)
    size = sum(message.size for message in sent)
    text = travels(body("openai", "plain", deltas).text)
    figures[f"bytes {which}"].append(size / 1e3)
    figures[f"share {which}"].append(size / (2 * text + 1200 * len(sent)))
    figures[f"outputs {which}"].append(len(sent))
    figures[f"rate {which}"].append(len(sent) / max(run.age, 1.0))
    figures[f"peak {which}"].append(busiest(sent, 1.0))
    figures[f"limiter {which}"].append(busiest(sent, WINDOW_S) / WINDOW_S)


def busiest(messages: list[Message], window: float) -> int:
    """The most messages in any stretch of ``window`` seconds."""
    times = [message.at for message in messages]
    first = most = 0
    for last, at in enumerate(times):
        while at - times[first] > window:
            first += 1
        most = max(most, last - first + 1)
    return most


def _both(sides: Sides, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(sides.kit[name]), tuple(sides.floor[name])


def _table(sides: Sides) -> Iterator[Row]:
    for which, name in (("first", "first text shown after it was sent"), ("last", "last text shown after it was sent")):
        yield Row("kernel", name, "ms", *_both(sides, which), 25.0, by="median")
    stall = "text before a stall shown (one beat of 50 ms and 25)"
    yield Row("kernel", stall, "ms", tuple(sides.kit["stall"]), (), 75.0, by="median")
    cpu = "kernel CPU, 100 tokens/s / read all, show once"
    yield Row("kernel", cpu, "s", *_both(sides, "cpu"), 2.0, times_floor=True)
    for which in ("paced", *map(str, LENGTHS)):
        what = f"{PACED} deltas {PACED_MS:.0f} ms apart" if which == "paced" else f"{int(which):,} deltas"
        yield Row("kernel", f"outputs a second, {what}", "1/s", *_both(sides, f"rate {which}"), 20.0, by="max")
        yield Row("kernel", f"outputs in the busiest second, {what}", "", *_both(sides, f"peak {which}"), by="max")
        yield Row("kernel", f"outputs, {what}", "", *_both(sides, f"outputs {which}"), by="max")
        yield Row("kernel", f"kB to the front end, {what}", "kB", *_both(sides, f"bytes {which}"), by="max")
        share = f"... of 2 x text + 1.2 kB an output, {what}"
        yield Row("kernel", share, "x", *_both(sides, f"share {which}"), 1.0, by="max")
    growth = f"bytes, {LENGTHS[2]:,} deltas / {LENGTHS[1]:,}"
    long, short = (tuple(sides.kit[f"bytes {length}"]) for length in (LENGTHS[2], LENGTHS[1]))
    yield Row("kernel", growth, "kB", long, short, 5.5, times_floor=True, by="median")
    limiter = tuple(max(figures) for figures in zip(*(sides.kit[f"limiter {n}"] for n in LENGTHS), strict=True))
    yield Row(
        "kernel", "messages a second over 3 s (Jupyter Server drops past 1,000)", "1/s", limiter, (), 1000.0, by="max"
    )
    memory = f"kernel memory over a bare one, {LENGTHS[-1]:,} deltas"
    yield Row("kernel", memory, "MB", *_both(sides, "rss"), 15.0, by="median")
