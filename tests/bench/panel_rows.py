"""Rows of a panel in a real kernel, against reading the whole reply and showing it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench import cells
from tests.bench.bodies import body, word
from tests.bench.kernel_rows import PACED, PACED_MS, Figures, Sides, busiest, travels
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row
from tests.support.environment import ROOT
from tests.support.iopub import Message
from tests.support.kernel import Kernel, Run

LENGTHS = (500, 2_000, 10_000)
HEAD = 800
"""Bytes a widget's message may have beside text: its envelope and the names of its operations."""


def ask_cell(url: str) -> str:
    """A cell that streams the reply to the page of a panel, and waits for its end."""
    return (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}] * ({str(ROOT)!r} not in sys.path)\n"
        "from minimax_nb import Chat\n"
        "from tests.bench.one_reply import OneReply\n"
        f"panel = OneReply(Chat('load-model', base_url={url!r}, face='openai'))\n"
        "panel.begin()\n"
        "assert panel.wait(100).done"
    )


def sent_to_page(kernel: Kernel, run: Run) -> list[Message]:
    """What the panel of a cell sent to its page, but for the opening of the widget."""
    return [
        message
        for message in list(kernel.iopub.messages)
        if message.at >= run.sent and message.kind == "comm_msg" and message.content["data"].get("method") == "custom"
    ]


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Every row of the panel."""
    sides = Sides()
    for number in range(repeat):
        _kit_round(around, server, sides.kit)
        _floor_round(around, server, sides.floor)
        say(f"panel, round {number + 1} of {repeat}")
    yield from _table(sides)


def _kit_round(around: Surroundings, server: LoadServer, figures: Figures) -> None:
    with Kernel(env=around.env, closed=False) as kernel:
        kernel.run(cells.METER)
        for deltas in LENGTHS:
            run = _asked(kernel, server.url("openai", deltas=deltas))
            _count(sent_to_page(kernel, run), run, deltas, figures, f"{deltas}")
        run = _asked(kernel, server.url("openai", deltas=PACED, gap=PACED_MS, id="panel"))
        figures["cpu"].append(float(kernel.run(cells.METERED).text))
        sent, times = sent_to_page(kernel, run), server.times("panel")
        _count(sent, run, PACED, figures, "paced")
        for name, index in (("first", 0), ("last", PACED - 1)):
            shown = next(message for message in sent if word(index).strip() in str(message.content))
            figures[name].append(1e3 * (shown.at - times[name]))


def _floor_round(around: Surroundings, server: LoadServer, figures: Figures) -> None:
    with Kernel(env=around.env, closed=False) as kernel:
        kernel.run(cells.METER)
        kernel.run(cells.IMPORT_HTTPX)
        kernel.run(cells.FLOOR)
        kernel.run(cells.floor(server.url("openai", deltas=LENGTHS[0])))
        run = kernel.run(cells.floor(server.url("openai", deltas=PACED, gap=PACED_MS, id="floor")), timeout=120)
        assert run.error is None, run.text
        figures["cpu"].append(float(kernel.run(cells.METERED).text))


def _asked(kernel: Kernel, url: str) -> Run:
    run = kernel.run(ask_cell(url), timeout=120)
    assert run.error is None, run.text
    return run


def _count(sent: list[Message], run: Run, deltas: int, figures: Figures, which: str) -> None:
    size = sum(message.size for message in sent)
    text = travels(body("openai", "plain", deltas).text)
    figures[f"bytes {which}"].append(size / 1e3)
    figures[f"share {which}"].append(size / (2.5 * text + HEAD * len(sent)))
    figures[f"rate {which}"].append(len(sent) / max(run.age, 1.0))
    figures[f"peak {which}"].append(busiest(sent, 1.0))


def _table(sides: Sides) -> Iterator[Row]:
    kit, floor = sides.kit, sides.floor
    for which, name in (("first", "first text sent to the page after it came"), ("last", "last text ...")):
        yield Row("panel", name, "ms", tuple(kit[which]), (), 10.0, by="median")
    cpu = "panel: kernel CPU, 100 tokens/s / read all, show once"
    yield Row("panel", cpu, "s", tuple(kit["cpu"]), tuple(floor["cpu"]), 2.0, times_floor=True)
    for which in ("paced", *map(str, LENGTHS)):
        what = f"{PACED} deltas {PACED_MS:.0f} ms apart" if which == "paced" else f"{int(which):,} deltas"
        yield Row("panel", f"panel: messages a second, {what}", "1/s", tuple(kit[f"rate {which}"]), (), 20.0, by="max")
        yield Row("panel", f"panel: messages in the busiest second, {what}", "", tuple(kit[f"peak {which}"]), by="max")
        yield Row("panel", f"panel: kB to the page, {what}", "kB", tuple(kit[f"bytes {which}"]), by="max")
        share = f"panel: ... of 2.5 x text + 0.8 kB a message, {what}"
        yield Row("panel", share, "", tuple(kit[f"share {which}"]), (), 1.0, by="max")
    growth = f"panel: bytes, {LENGTHS[2]:,} deltas / {LENGTHS[1]:,}"
    long, short = (tuple(kit[f"bytes {length}"]) for length in (LENGTHS[2], LENGTHS[1]))
    yield Row("panel", growth, "kB", long, short, 5.5, times_floor=True, by="median")
