"""Two thousand calls in a row, every tenth failing in another way: nothing is left behind.

What is counted before and after: this process's sockets, files, threads and tasks of asyncio; and the memory Python
holds between a fourth of the calls and the last one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import psutil
import pytest

from minimax_nb import Chat, MiniMaxError
from minimax_nb.chat.account import SESSION
from minimax_nb.emulator.faults import FAULTS
from minimax_nb.transport import lines
from tests.load.services import EMULATOR_PATHS, asked_text, chat_at, emulator_service, frames_of
from tests.transport.misbehaviours import BROKEN
from tests.transport.servers import Wire, serving

CALLS, CALLS_OF_COROUTINES = 2000, 500
WARM = 4  # after a fourth of the calls all that is loaded once is loaded
FAILING = 10  # every tenth call fails
MOST_GROWTH = 150_000  # bytes Python may hold more after the last call than after the warm ones: 100 bytes a call
FACES = ("anthropic", "openai")
PROMPT = "/emulate delay-ms=0,text=fine\nhello"

SURE = ("refusal", "soft", "page")
BROKEN_STREAMS = ("cut", "cut-early", "end-early", "garbage", "error-mid", "base-resp-mid", "stall")
FAULT_NAMES = (*BROKEN_STREAMS, *(name for name, fault in FAULTS.items() if fault.kind in SURE))


@dataclass(frozen=True)
class Held:
    """What a process holds open."""

    sockets: int
    files: int
    threads: int

    @classmethod
    def now(cls) -> Held:
        gc.collect()
        process = psutil.Process()
        return cls(len(process.net_connections("all")), len(process.open_files()), threading.active_count())


def at_rest(seconds: float = 10) -> Held:
    """What is held once it no longer changes: servers' threads take a moment to see their clients leave."""
    ends, held = time.monotonic() + seconds, Held.now()
    while True:
        time.sleep(0.5)
        before, held = held, Held.now()
        if held == before or time.monotonic() > ends:
            return held


def left_behind(before: Held, seconds: float = 10) -> dict[str, int]:
    """What is held more than before, by name, after the servers' threads had their moment, too."""
    ends = time.monotonic() + seconds
    while True:
        held, then = asdict(Held.now()), asdict(before)
        more = {name: count - then[name] for name, count in held.items() if count > then[name]}
        if not more or time.monotonic() > ends:
            return more
        time.sleep(0.05)


@contextlib.contextmanager
def raw_service() -> Iterator[dict[str, str]]:
    """A server that answers well, and misbehaves with the first words "misbehave N"."""

    def script(wire: Wire) -> None:
        while request := wire.request():
            text = asked_text(request)
            if text.startswith("misbehave"):
                BROKEN[int(text.split()[1])].script(Again(wire, request))
                return
            wire.head()
            for frame in frames_of("openai" if b"/chat/completions" in request[:200] else "anthropic", "fine"):
                wire.chunk(frame)
            wire.end()

    with serving(script) as server:
        yield {"anthropic": server.url, "openai": f"{server.url}/v1"}


class Again:
    """A connection whose request was read already."""

    def __init__(self, wire: Wire, request: bytes) -> None:
        self._wire, self._request = wire, request

    def request(self) -> bytes:
        return self._request

    def __getattr__(self, name: str) -> object:
        return getattr(self._wire, name)


def failing(emulator: dict[str, str], raw: dict[str, str]) -> Iterator[tuple[Chat, str]]:
    """A chat and a prompt that fails, each time in another way: every fault of the emulator and of the raw server."""
    plain = [number for number, case in enumerate(BROKEN) if not case.https]
    for turn in itertools.count():
        face = FACES[turn % 2]
        for number in plain:
            yield chat_at(raw, face), f"misbehave {number}"
        for name in FAULT_NAMES:
            limit = 0.05 if name == "stall" else 30
            yield chat_at(emulator, face, timeout=limit), f"/emulate delay-ms=0,fault={name}\nhello"
        yield Chat("m", provider="local", base_url="http://127.0.0.1:9", face=face, retries=0), "nobody listens there"


def sound(emulator: dict[str, str], raw: dict[str, str]) -> Iterator[tuple[Chat, str]]:
    """Chats and prompts that succeed, over both protocols, both servers and inside the process."""
    inside = {face: "emulator:" + path for face, path in EMULATOR_PATHS.items()}
    for urls, face in itertools.cycle(itertools.product((emulator, raw, inside), FACES)):
        yield chat_at(urls, face), PROMPT


def soak(
    calls: int, services: tuple[dict[str, str], dict[str, str]], ask: Callable[[Chat, str], str]
) -> tuple[int, int, set[str]]:
    """Make the calls; tell how many succeeded, how many bytes Python holds more at the end, and which failures came."""
    bad, good = failing(*services), sound(*services)
    well, warm, kinds = 0, 0, set()
    tracemalloc.start(1)
    try:
        for number in range(1, calls + 1):
            if number % FAILING:
                chat, prompt = next(good)
                assert ask(chat, prompt) == "fine"
                well += 1
            else:
                chat, prompt = next(bad)
                kinds.add(type(failure(ask, chat, prompt)).__name__)
            if number == calls // WARM:
                warm = held_bytes()
        growth = held_bytes() - warm
        print(f"{well} succeeded, {growth:+,} bytes from call {calls // WARM} to {calls}, failures: {sorted(kinds)}")
        return well, growth, kinds
    finally:
        tracemalloc.stop()


def held_bytes() -> int:
    """Bytes Python holds beside the session's ledger, which keeps a row a call on purpose (some 600 bytes)."""
    SESSION.usage.clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def failure(ask: Callable[[Chat, str], str], chat: Chat, prompt: str) -> MiniMaxError:
    with pytest.raises(MiniMaxError) as caught:
        ask(chat, prompt)
    return caught.value


def check(calls: int, soaked: tuple[int, int, set[str]]) -> None:
    well, growth, kinds = soaked
    assert well == calls - calls // FAILING
    assert growth < MOST_GROWTH
    assert kinds >= {"TransportError", "WireError", "ServiceError", "RateLimitError", "AuthError"}


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
def test_two_thousand_calls_leave_nothing_behind():
    with emulator_service() as emulator, raw_service() as raw:
        lines.close_idle()
        before = at_rest()
        check(CALLS, soak(CALLS, (emulator, raw), lambda chat, prompt: chat.ask(prompt).text))
        lines.close_idle()
        assert left_behind(before) == {}


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
def test_five_hundred_calls_of_coroutines_leave_nothing_behind():
    with emulator_service() as emulator, raw_service() as raw, asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))
        lines.close_idle()
        before = at_rest()

        async def ask(chat: Chat, prompt: str) -> str:
            try:
                return (await chat.ask_async(prompt)).text
            finally:
                for _ in range(10):  # the loop closes the library's half-read generators in tasks of a step each
                    await asyncio.sleep(0)
                assert asyncio.all_tasks() == {asyncio.current_task()}

        soaked = soak(CALLS_OF_COROUTINES, (emulator, raw), lambda chat, prompt: runner.run(ask(chat, prompt)))
        check(CALLS_OF_COROUTINES, soaked)
        assert left_behind(before) == {}
