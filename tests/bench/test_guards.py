"""Guards of cost that count bytes, outputs and calls and never seconds; and the benchmark's own instruments."""

from __future__ import annotations

import gc
import json
import ssl
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import httpx
import pytest

from minimax_nb import Chat
from tests.bench import cells
from tests.bench.bodies import END, body, word
from tests.bench.kernel_rows import WINDOW_S, busiest, outputs_of, travels
from tests.bench.load_server import LoadServer, Order
from tests.bench.table import Row, table
from tests.support.environment import ROOT
from tests.support.iopub import Message
from tests.support.kernel import Kernel, Run
from tests.support.outputs import text_of

OUTPUTS_A_SECOND = 20


@pytest.fixture(scope="module")
def server() -> Iterator[LoadServer]:
    """A load server."""
    with LoadServer() as running:
        yield running


@pytest.fixture(scope="module")
def shown(server: LoadServer) -> Iterator[dict[int, Run]]:
    """Replies of three lengths, shown by the magic in one real kernel, sent at full speed."""
    with Kernel() as kernel:
        assert kernel.run(cells.LOAD).error is None
        yield {deltas: kernel.run(cells.kit(server.url("openai", deltas=deltas))) for deltas in (500, 2_000, 10_000)}


def sent(run: Run) -> int:
    """Bytes to the front end."""
    return sum(message.size for message in outputs_of(run))


@pytest.mark.kernel
@pytest.mark.parametrize("deltas", [500, 2_000, 10_000])
def test_a_reply_costs_the_front_end_little_more_than_its_text(shown: dict[int, Run], deltas: int) -> None:
    run = shown[deltas]
    assert run.error is None, run.text
    text = body("openai", "plain", deltas).text
    assert word(deltas - 1).strip() in run.text
    outputs = max(
        2, len(outputs_of(run))
    )  # one alone, on a machine too busy to paint before the end, has the receipt too
    assert sent(run) <= 2 * travels(text) + 1200 * outputs
    assert len(outputs_of(run)) <= OUTPUTS_A_SECOND * max(run.age, 1) + 5
    assert busiest(outputs_of(run), WINDOW_S) <= 1000 * WINDOW_S
    assert [output["output_type"] for output in run.outputs] == ["display_data"]


@pytest.mark.kernel
def test_bytes_grow_with_the_reply_and_not_faster(shown: dict[int, Run]) -> None:
    assert sent(shown[10_000]) <= 5.5 * sent(shown[2_000])


@pytest.mark.kernel
def test_a_slow_reply_is_shown_as_it_comes_within_its_allowance(server: LoadServer) -> None:
    with Kernel() as kernel:
        kernel.run(cells.LOAD)
        run = kernel.run(cells.kit(server.url("openai", deltas=200, gap=10)))
    assert run.error is None, run.text
    shows = outputs_of(run)
    assert 10 <= len(shows) <= OUTPUTS_A_SECOND * run.age + 5
    assert sent(run) <= 2 * travels(body("openai", "plain", 200).text) + 1200 * len(shows)
    first = run.first_with(word(0).strip())
    assert first is not None
    assert word(150).strip() not in str(first.content), "the first text is shown before the last has come"


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_a_reply_keeps_its_text_and_not_its_chunks(server: LoadServer, face: str) -> None:
    deltas, url = 5_000, server.url(face, deltas=5_000)
    Chat("load-model", base_url=url, face=face).ask("Go.")  # fills what is kept once, such as a parser's own cache
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        reply = Chat("load-model", base_url=url, face=face).ask("Go.")
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    text = body(face, "plain", deltas).text
    assert reply.text == text
    assert kept <= 4 * len(text) + 100_000, "232 bytes of JSON a delta must not stay"


def test_one_tls_context_is_made_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, *args: object, **kwargs: object) -> None:
        made.append(id(self))
        original(self, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    for _ in range(3):
        with pytest.raises(Exception, match=r"127\.0\.0\.1"):
            Chat("load-model", base_url="https://127.0.0.1:1/v1", face="openai", retries=0).ask("Go.")
    assert len(set(made)) <= 1


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_the_load_server_sends_one_chunk_a_delta_of_the_services_size(server: LoadServer, face: str) -> None:
    path = "/chat/completions" if face == "openai" else "/v1/messages"
    with httpx.Client(trust_env=False) as client, client.stream("POST", server.url(face, deltas=50) + path) as answer:
        chunks = list(answer.iter_raw())
    deltas = [chunk for chunk in chunks if b'"w0' in chunk]
    assert len(deltas) == 50
    assert {chunk.count(b"data: ") for chunk in deltas} == {1}
    payload = deltas[0].partition(b"data: ")[2].strip()
    assert len(payload) == {"openai": 232, "anthropic": 88}[face]
    json.loads(payload)


def test_an_order_is_read_from_a_path() -> None:
    order = Order.read("/deltas=300,gap=10,text=rich,stall=150:2.5,id=a/v1/messages")
    assert order == Order("anthropic", 300, 0.01, "rich", (150, 2.5), "a")
    assert Order.read("/deltas=5/v1/chat/completions") == Order("openai", 5)


def test_a_rich_reply_is_what_the_page_is_measured_on() -> None:
    text = body("openai", "rich", 1_000).text
    assert 19_000 < len(text) < 21_000
    assert text.endswith(END)
    assert min(text.count("```python"), text.count("$$"), text.count("|---")) >= 50


@pytest.mark.parametrize(
    ("row", "figure", "verdict"),
    [
        (Row("g", "n", "us", (20.0, 30.0), (10.0, 12.0), 2.0, times_floor=True), 2.0, "PASS"),
        (Row("g", "n", "us", (21.0, 30.0), (10.0, 12.0), 2.0, times_floor=True), 2.1, "OVER"),
        (Row("g", "n", "ms", (10.0, 40.0, 26.0), (), 25.0, by="median"), 26.0, "OVER"),
        (Row("g", "n", "1/s", (10.0, 40.0), (), 25.0, by="max"), 40.0, "OVER"),
        (Row("g", "n", "s", (10.0, 40.0)), 10.0, ""),
    ],
)
def test_a_row_is_judged_by_its_bound(row: Row, figure: float, verdict: str) -> None:
    assert (row.figure, row.verdict) == (figure, verdict)
    assert verdict in table([row])


def test_the_busiest_stretch_is_counted() -> None:
    def at(*times: float) -> list[Message]:
        return [Message(time, 0, "", {}, "", {}) for time in times]

    assert busiest(at(0, 0.5, 1.0, 1.1, 1.2, 5), 1.0) == 4
    assert busiest([], 1.0) == 0


def test_the_benchmark_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--json FILE" in done.stdout
    assert "OVER" in done.stdout


@pytest.mark.kernel
def test_the_floor_shows_the_same_reply_once(server: LoadServer) -> None:
    with Kernel() as kernel:
        kernel.run(f"{cells.IMPORT_HTTPX}\n{cells.FLOOR}")
        run = kernel.run(cells.floor(server.url("openai", deltas=500)))
    assert text_of(run.outputs, "text/markdown") == body("openai", "plain", 500).text
    assert len(outputs_of(run)) == 1
