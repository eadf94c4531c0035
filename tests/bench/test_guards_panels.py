"""Guards of a panel's cost: messages and bytes on their way to the page, counted and never timed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minimax_nb import Chat
from tests.bench.bodies import body, word
from tests.bench.kernel_rows import travels
from tests.bench.load_server import LoadServer
from tests.bench.one_reply import OneReply
from tests.bench.panel_rows import ask_cell, sent_to_page
from tests.panels.playing import PlayedPage, played
from tests.support.kernel import Kernel

HEAD = 150
"""Bytes of a message's own beside text: what a comm's message of 0.8 kB has without its envelope of 0.65 kB."""

MESSAGES_A_SECOND = 20


@pytest.fixture(scope="module")
def server() -> Iterator[LoadServer]:
    """A load server."""
    with LoadServer() as running:
        yield running


@pytest.fixture(scope="module")
def pages(server: LoadServer) -> dict[int, PlayedPage]:
    """What the page of one reply was sent, for replies of two lengths at full speed."""
    return {deltas: page_of(server, deltas) for deltas in (2_000, 10_000)}


def page_of(server: LoadServer, deltas: int, gap: float = 0.0) -> PlayedPage:
    with played() as front:
        panel = OneReply(Chat("load-model", base_url=server.url("openai", deltas=deltas, gap=gap), face="openai"))
        page = front.page(panel)
        assert page.state["reply"]["sections"] == []
        panel.begin()
        assert panel.wait(60).text == body("openai", "plain", deltas).text
        return page


@pytest.mark.parametrize("deltas", [2_000, 10_000])
def test_a_reply_costs_its_text_twice_and_a_head_a_message(pages: dict[int, PlayedPage], deltas: int) -> None:
    page, text = pages[deltas], body("openai", "plain", deltas).text
    assert page.bytes <= 2.5 * travels(text) + HEAD * len(page.messages)
    told = "".join(op.get("add", "") + op.get("html", "") for op in page.ops)
    assert word(deltas - 1).strip() in told
    assert page.named("end")


def test_bytes_grow_with_the_reply_and_not_faster(pages: dict[int, PlayedPage]) -> None:
    assert pages[10_000].bytes <= 5.5 * pages[2_000].bytes


@pytest.mark.parametrize("deltas", [2_000, 10_000])
def test_there_are_at_most_twenty_messages_a_second(pages: dict[int, PlayedPage], deltas: int) -> None:
    times = pages[deltas].times
    assert len(times) <= MESSAGES_A_SECOND * (times[-1] - times[0]) + 3  # the state, the first news and the end


def test_a_slow_reply_is_sent_as_it_comes_within_its_allowance(server: LoadServer) -> None:
    page = page_of(server, 200, gap=10)
    spread = page.times[-1] - page.times[0]
    assert 10 <= len(page.messages) <= MESSAGES_A_SECOND * spread + 3
    assert page.bytes <= 2.5 * travels(body("openai", "plain", 200).text) + HEAD * len(page.messages)
    first = next(at for at, message in enumerate(page.messages) if word(0).strip() in str(message))
    assert word(150).strip() not in str(page.messages[: first + 1]), "the first text is sent before the last has come"


def test_every_text_is_sent_in_the_order_it_came_and_once(pages: dict[int, PlayedPage]) -> None:
    """What the page has in the end, put together from the operations, is what a page that begins anew is given."""
    page = pages[2_000]
    blocks, tail = [], ""
    for op in page.ops:
        if op["op"] == "block":
            blocks.append(op["html"])
            tail = op["tail"]
        elif op["op"] == "text":
            tail += op["add"]
    assert tail == ""
    whole = "".join(blocks)
    places = [whole.find(word(index).strip()) for index in range(2_000)]
    assert -1 not in places
    assert places == sorted(places)
    assert all(whole.count(word(index).strip()) == 1 for index in (0, 1, 998, 1_998))


@pytest.mark.kernel
def test_in_a_real_kernel_the_page_is_sent_little_more_than_the_text(server: LoadServer) -> None:
    with Kernel() as kernel:
        sizes = {}
        for deltas in (2_000, 10_000):
            run = kernel.run(ask_cell(server.url("openai", deltas=deltas)))
            assert run.error is None, run.text
            sent = sent_to_page(kernel, run)
            assert word(deltas - 1).strip() in str([message.content for message in sent[-2:]])
            sizes[deltas] = sum(message.size for message in sent)
            assert sizes[deltas] <= 2.5 * travels(body("openai", "plain", deltas).text) + 800 * len(sent)
            assert len(sent) <= MESSAGES_A_SECOND * max(run.age, 1) + 3
    assert sizes[10_000] <= 5.5 * sizes[2_000]
