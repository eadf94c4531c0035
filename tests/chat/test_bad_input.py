"""Whatever a server does, a user gets one of the kit's own errors in words for people, and the next call works."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable

import pytest

from minimax_nb import Chat
from minimax_nb.emulator import Answer, Chunk
from minimax_nb.errors import MiniMaxError, TransportError
from minimax_nb.transport import local
from tests.transport.misbehaviours import BROKEN, ENDLESS, Misbehaviour, misbehaving

LIBRARY_WORDS = re.compile(
    r"httpx|httpcore|h11|Traceback|Errno|0x[0-9a-f]|<[a-z]+\.|\bNone\b|[A-Z][a-z]+Error\b|peer closed|\{|\["
)

Ask = Callable[[Chat], object]


def ask(chat: Chat) -> object:
    return chat.ask("hello").text


def ask_async(chat: Chat) -> object:
    return asyncio.run(chat.ask_async("hello")).text


def ask_whole(chat: Chat) -> object:
    return chat.ask("hello", stream=False).text


def named(cases: tuple[Misbehaviour, ...]):
    return [pytest.param(case, id=case.name) for case in cases]


def fails_and_goes_on(case: Misbehaviour, ask: Ask, timeout: float) -> None:
    with misbehaving(case.script) as server:
        url = server.url.replace("http://", "https://") if case.https else server.url
        chat = Chat("m", provider="local", base_url=url, face="anthropic", retries=0, timeout=timeout)
        with pytest.raises(MiniMaxError) as caught:
            ask(chat)
        message = str(caught.value)
        assert isinstance(caught.value, case.error), message
        assert case.said in message
        assert not LIBRARY_WORDS.search(message), message
        assert message.rstrip(")").endswith((".", "…")) or "(request" in message
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        assert caught.value.hint
        assert caught.value.reply.partial
        chat.use(provider="local", model="m", base_url=server.url, face="anthropic")
        assert ask(chat) == "All well."


@pytest.mark.parametrize("ask", [ask, ask_async])
@pytest.mark.parametrize("case", named(BROKEN))
def test_a_broken_answer_is_an_error_of_ours_and_the_next_call_works(case, ask):
    fails_and_goes_on(case, ask, timeout=10)


@pytest.mark.parametrize("ask", [ask, ask_async])
@pytest.mark.parametrize("case", named(ENDLESS))
def test_an_answer_without_end_ends_at_the_users_time_limit_and_the_next_call_works(case, ask):
    fails_and_goes_on(case, ask, timeout=0.25)


@pytest.mark.parametrize("case", named((*BROKEN[:2], *ENDLESS[-4:])))
def test_so_it_is_for_a_reply_in_one_piece(case):
    fails_and_goes_on(case, lambda chat: ask_whole(chat) and "All well.", timeout=0.25)


@pytest.mark.parametrize("ask", [ask, ask_async])
@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        pytest.param(itertools.repeat(Chunk(b": x\n\n", 0.05)), "kept the line open for 0.25 s", id="comments"),
        pytest.param([Chunk(b"data: ", 9.0)], "was silent for 0.25 s", id="silence"),
    ],
)
def test_the_emulator_inside_the_process_ends_at_the_limit_too(pieces, said, ask, monkeypatch):
    answer = Answer(200, (("Content-Type", "text/event-stream"),), pieces)
    monkeypatch.setattr(local, "handle", lambda asked: answer)
    with pytest.raises(TransportError) as caught:
        ask(Chat(provider="emulator", timeout=0.25, retries=0))
    assert said in str(caught.value)
