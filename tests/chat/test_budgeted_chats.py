"""Budgets of real chats: nothing is sent that does not fit, and what was sent is accounted for, many at once too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from minimax_nb import BudgetError, Chat, MiniMaxError, ServiceError, WireError
from minimax_nb.chat.account import SESSION
from minimax_nb.emulator import serve
from minimax_nb.prompt.tokens import estimate
from tests.support.listings import KEY, always, answering, point

NOW = "/emulate delay-ms=0\n"


@pytest.fixture(autouse=True)
def _no_budget_is_left_behind() -> Iterator[None]:
    yield
    SESSION.budget = None
    assert SESSION.calls == 0
    assert SESSION.held.tokens == 0


@pytest.fixture
def priced(monkeypatch, tmp_path: Path) -> Iterator[None]:
    """MiniMax at its prices, played by the emulator."""
    with serve(delay_ms=0) as server:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{server.url}/anthropic", "openai": f"{server.url}/v1"})
        yield


def minimax(face: str = "anthropic", **options: object) -> Chat:
    return Chat("MiniMax-M3", provider="minimax", face=face, api_key=KEY, retries=0, **options)


def test_what_does_not_fit_is_not_sent(monkeypatch, tmp_path):
    with answering(always({})) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{service.url}/anthropic"})
        chat = minimax(budget="0.000001")
        with pytest.raises(BudgetError, match="not sent"):
            chat.ask("word " * 100)
        with pytest.raises(BudgetError):
            asyncio.run(chat.ask_async("word " * 100))
        assert service.asked == []
    assert len(chat.usage) == 0, "a call that was never sent is none"
    assert chat.history == ()


def test_a_prompt_that_was_refused_can_be_sent_again():
    chat = Chat(provider="emulator", budget="0 tokens")
    with pytest.raises(BudgetError):
        chat.ask(NOW + "hello")
    chat.budget = None
    assert chat.retry().prompt == NOW + "hello"


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_a_reply_is_booked_at_its_price_in_the_chat_and_in_the_session(priced, face):
    before = SESSION.spent
    chat = minimax(face, budget=1)
    replies = [chat.ask(NOW + "hello"), chat.ask(NOW + "hello again")]
    assert chat.account.spent.usd == sum(reply.cost for reply in replies) > 0
    assert chat.account.spent.tokens == sum(reply.usage.total_tokens for reply in replies)
    assert SESSION.spent.usd - before.usd == chat.account.spent.usd
    assert chat.account.left.usd == 1 - chat.account.spent.usd
    assert not chat.account.spent.estimated


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_a_reply_that_crosses_it_is_stopped_kept_and_marked(priced, face):
    chat = minimax(face, budget="0.0004")
    with pytest.raises(BudgetError, match="stopped") as caught:
        chat.ask(NOW + "something long")
    reply = caught.value.reply
    assert reply.partial
    assert reply.text
    assert reply.usage.estimated
    assert chat.history[-1].text == reply.text
    assert chat.account.spent.usd == reply.cost
    assert Decimal("0.0003") < reply.cost < Decimal("0.0006"), "it ends within one step of the limit"
    assert chat.account.spent.estimated
    chat.budget = 1
    assert not chat.ask(NOW + "And now?").partial


def test_it_holds_in_streams_and_for_coroutines():
    chat = Chat(provider="emulator", budget="300 tokens")
    with pytest.raises(BudgetError), chat.stream(NOW + "something long") as stream:
        for _ in stream.text_stream:
            pass
    assert stream.reply.partial
    chat = Chat(provider="emulator", budget="300 tokens")
    with pytest.raises(BudgetError):
        asyncio.run(chat.ask_async(NOW + "something long"))
    assert chat.account.calls == 0


def test_a_reply_that_comes_in_one_piece_is_not_thrown_away():
    chat = Chat(provider="emulator", budget="300 tokens")
    reply = chat.ask(NOW + "something long", stream=False)
    assert not reply.partial
    assert (chat.account.spent.tokens or 0) > 300
    with pytest.raises(BudgetError):
        chat.ask(NOW + "more")


def test_a_stream_that_is_left_early_lets_go_of_what_it_held():
    chat = Chat(provider="emulator", budget="5000 tokens")
    with chat.stream(NOW + "something long") as stream:
        next(stream.text_stream)
        assert chat.account.calls == 1
        assert (chat.account.held.tokens or 0) > 0
    assert chat.account.held.tokens == chat.account.calls == 0
    assert 0 < (chat.account.spent.tokens or 0) < 5000
    chat.stream(NOW + "never started")
    assert chat.account.calls == 0


@pytest.mark.parametrize("fault", ["500", "401", "cut", "cut-early", "error-mid", "garbage", "usage-missing,cut"])
def test_whatever_goes_wrong_nothing_stays_reserved(fault):
    chat = Chat(provider="emulator", budget="5000 tokens", retries=0)
    with pytest.raises(MiniMaxError):
        chat.ask(f"/emulate delay-ms=0,{','.join(f'fault={name}' for name in fault.split(','))}\nhello")
    assert chat.account.held.tokens == chat.account.calls == 0


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_a_reply_whose_service_counts_nothing_is_booked_as_an_estimate(face):
    chat = Chat(provider="emulator", face=face, budget="5000 tokens")
    prompt = "/emulate delay-ms=0,fault=usage-missing\nhello"
    sent = chat.gauge(prompt).tokens
    reply = chat.ask(prompt)
    assert reply.usage.total_tokens is None
    assert chat.account.spent.estimated
    assert chat.account.spent.tokens == sent + estimate(reply.text) + estimate(reply.thinking)


def test_a_refused_key_costs_nothing(monkeypatch, tmp_path):
    refusal = {"type": "error", "error": {"type": "authentication_error", "message": "invalid api key"}}
    with answering(always(refusal, 401)) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{service.url}/anthropic"})
        chat = minimax(budget=1)
        with pytest.raises(ServiceError):
            chat.ask("hello")
    assert (chat.account.spent.usd, chat.account.spent.tokens) == (0, 0)


def test_a_budget_in_usd_refuses_what_has_no_price_and_one_in_tokens_does_not(monkeypatch, tmp_path):
    with answering(always({})) as service:
        chat = Chat("my/model", base_url=f"{service.url}/v1", retries=0, budget=1)
        with pytest.raises(BudgetError, match="No price is known for my/model"):
            chat.ask("hello")
        assert service.asked == []
        chat.budget = "1000 tokens"
        with pytest.raises(WireError):
            chat.ask("hello")
        assert len(service.asked) == 1


def test_fifty_chats_at_once_stay_within_the_sessions_budget_together():
    before = SESSION.spent.tokens or 0
    SESSION.budget = f"{before + 2_000} tokens"

    def ask(number: int) -> str:
        try:
            Chat(provider="emulator", name=str(number)).ask(NOW + "hello")
        except BudgetError as error:
            return "stopped" if "stopped" in error.what else "refused"
        return "answered"

    with ThreadPoolExecutor(50) as pool:
        ended = list(pool.map(ask, range(50)))
    assert ended.count("answered") < 50
    assert ended.count("answered") + ended.count("stopped") > 0
    step = 100  # tokens at most of the piece of a reply that crossed
    assert (SESSION.spent.tokens or 0) - before <= 2_000 + ended.count("stopped") * step


def test_a_chats_budget_reads_as_it_was_set():
    chat = Chat(provider="emulator", budget=0.10)
    assert str(chat.budget) == "$0.10"
    chat.budget = "20k tokens"
    assert str(chat.budget) == "20,000 tokens"
    chat.budget = "off"
    assert chat.budget is None
