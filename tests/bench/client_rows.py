"""Rows of the client alone: what a delta costs, and a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row

DELTAS, PACED_DELTAS, PACED_MS = 10_000, 1_000, 2.0
VENDOR = {"openai": "openai", "anthropic": "anthropic"}


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Every row of the client; ``say`` is told what goes on."""
    for face in ("openai", "anthropic"):
        yield from _per_delta(around, server, face, repeat, say)
    yield from _refused(around, repeat, say)


def _rounds(
    who: tuple[str, ...], repeat: int, run: Callable[[str], dict[str, float]], say: Callable[[str], None]
) -> dict[str, list[dict[str, float]]]:
    """Fresh processes that take turns; a first round warms up and is not counted."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in who}
    for number in range(repeat + 1):
        for name in who:
            figures = run(name)
            if number:
                found[name].append(figures)
        say(f"round {number} of {repeat}")
    return found


def _per_delta(
    around: Surroundings, server: LoadServer, face: str, repeat: int, say: Callable[[str], None]
) -> Iterator[Row]:
    vendor = VENDOR[face]
    base = server.url(face, deltas=0)

    def run(deltas: int, gap: float) -> Callable[[str], dict[str, float]]:
        return lambda name: around.python("tests.bench.client", name, face, base, str(deltas), str(gap))

    def microseconds(found: dict[str, list[dict[str, float]]], name: str) -> tuple[float, ...]:
        return tuple(1e6 * figures["delta"] for figures in found[name])

    say(f"client, {face}, {DELTAS} deltas at full speed")
    full = _rounds(("httpx", "kit.ask", "kit.stream", vendor), repeat, run(DELTAS, 0), say)
    floor = microseconds(full, "httpx")
    for name in ("kit.ask", "kit.stream"):
        figures = microseconds(full, name)
        yield Row("client", f"{face}: {name}, CPU per delta / httpx bytes", "us", figures, floor, 2.0, times_floor=True)
    against = microseconds(full, vendor)
    bound = 0.2 if vendor == "openai" else None  # the promise names the openai SDK
    yield Row(
        "client",
        f"{face}: kit.ask / {vendor} SDK",
        "us",
        microseconds(full, "kit.ask"),
        against,
        bound,
        times_floor=True,
    )
    yield Row(
        *("client", f"{face}: a call after the first, {20} deltas", "ms"),
        tuple(1e3 * figures["short"] for figures in full["kit.ask"]),
        tuple(1e3 * figures["short"] for figures in full["httpx"]),
        5.0,
    )
    say(f"client, {face}, {PACED_DELTAS} deltas {PACED_MS} ms apart")
    paced = _rounds(("httpx", "kit.ask", "kit.stream"), repeat, run(PACED_DELTAS, PACED_MS), say)
    floor = microseconds(paced, "httpx")
    for name in ("kit.ask", "kit.stream"):
        figures = microseconds(paced, name)
        yield Row("client", f"{face}: {name}, paced / httpx bytes", "us", figures, floor, 1.5, times_floor=True)


def _refused(around: Surroundings, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    say("client, a second https call")
    found = _rounds(("httpx", "kit"), repeat, lambda name: around.python("tests.bench.client", "refused", name), say)
    yield Row(
        *("client", "a second https call (refused): no new TLS context", "ms"),
        tuple(1e3 * figures["second"] for figures in found["kit"]),
        tuple(1e3 * figures["second"] for figures in found["httpx"]),
        5.0,
    )
