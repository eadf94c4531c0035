"""The official ``anthropic`` SDK as a client, its own types judging each event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, ANTHROPIC_TOOL, HELLO, KEY, Misfit, fits, needed


@pytest.fixture
def messages(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_a_stream(messages: anthropic.Anthropic, model: str) -> None:
    found: set[Misfit] = set()
    names: list[str] = []
    for event in messages.messages.create(model=model, messages=HELLO, max_tokens=1000, thinking=ADAPTIVE, stream=True):
        found |= needed("event", event)
        names.append(event.type)
    assert {one.place for one in found} == {("content_block", "ThinkingBlock", "signature")}
    assert (names[0], names[-1]) == ("message_start", "message_stop")


def test_the_sdks_own_fold_of_a_stream_is_the_whole_message(messages: anthropic.Anthropic) -> None:
    with messages.messages.stream(model="MiniMax-M3", messages=HELLO, max_tokens=1000, thinking=ADAPTIVE) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    whole = messages.messages.create(model="MiniMax-M3", messages=HELLO, max_tokens=1000, thinking=ADAPTIVE)
    thinking, answer = final.content
    assert thinking.type == "thinking"
    assert len(thinking.signature) == 64
    assert answer.type == "text"
    assert answer.text == text
    assert [block.to_dict() for block in whole.content][1] == {"type": "text", "text": text}
    assert final.stop_reason == whole.stop_reason == "end_turn"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (
        whole.usage.input_tokens,
        whole.usage.output_tokens,
    )


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M3.1-Flash-Preview"])
def test_a_whole_message(messages: anthropic.Anthropic, model: str) -> None:
    reply = messages.messages.create(model=model, messages=HELLO, max_tokens=1000, thinking=ADAPTIVE)
    assert fits("message", reply)
    assert [block.type for block in reply.content] == ["thinking", "text"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_tool_turn_with_its_thinking_sent_back(messages: anthropic.Anthropic, heard: Heard, stream: bool) -> None:
    asked: list[Any] = [{"role": "user", "content": "get weather for Paris"}]
    call: Any = {"model": "MiniMax-M3", "max_tokens": 1000, "tools": [ANTHROPIC_TOOL], "thinking": ADAPTIVE}
    if stream:
        with messages.messages.stream(messages=asked, **call) as events:
            reply = events.get_final_message()
    else:
        reply = messages.messages.create(messages=asked, **call)
        assert fits("message", reply)
    use = reply.content[-1]
    assert reply.stop_reason == "tool_use"
    assert use.type == "tool_use"
    assert (use.name, use.input) == ("get_weather", {"city": "Paris"})
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}
    asked += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": [result]}]
    answer = messages.messages.create(messages=asked, **call)
    assert answer.stop_reason == "end_turn"
    assert answer.content[-1].type == "text"
    assert "21 degrees" in answer.content[-1].text
    thinking = heard.last["messages"][1]["content"][0]
    assert (thinking["type"], len(thinking["signature"])) == ("thinking", 64)
    assert thinking["thinking"] == reply.content[0].thinking  # type: ignore[union-attr]


def test_a_count_is_what_the_reply_counts(messages: anthropic.Anthropic) -> None:
    counted = messages.messages.count_tokens(model="MiniMax-M3", messages=HELLO, system="Be brief.")
    reply = messages.messages.create(model="MiniMax-M3", messages=HELLO, system="Be brief.", max_tokens=1000)
    assert counted.input_tokens == reply.usage.input_tokens


def test_the_list_of_models(messages: anthropic.Anthropic) -> None:
    listed = list(messages.models.list(limit=50))
    assert "MiniMax-M3" in [model.id for model in listed]
    assert messages.models.retrieve("MiniMax-M3").display_name == "MiniMax-M3"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        ("1004", anthropic.AuthenticationError, 1),
        ("2049", anthropic.AuthenticationError, 1),
        ("1008", anthropic.APIStatusError, 1),
        ("2013", anthropic.BadRequestError, 1),
        ("404", anthropic.NotFoundError, 1),
        ("413", anthropic.RequestTooLargeError, 1),
        ("1026", anthropic.InternalServerError, 3),  # in vain: the same words are refused again
        ("1002", anthropic.RateLimitError, 3),
        ("2056", anthropic.RateLimitError, 3),
        ("529", anthropic.OverloadedError, 3),
        ("2064", anthropic.OverloadedError, 3),
        ("plain-503", anthropic.ServiceUnavailableError, 3),
        ("html-502", anthropic.InternalServerError, 3),
    ],
)
def test_an_error_status_and_how_often_the_sdk_tries(
    server: Server,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    kind: type[anthropic.APIStatusError],
    tries: int,
    stream: bool,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY) as client, pytest.raises(kind) as caught:
        client.messages.create(
            model="MiniMax-M3",
            messages=HELLO,
            max_tokens=1000,
            stream=stream,
            extra_headers={"x-emulator": f"fault={fault}"},
        )
    assert caught.value.status_code >= 400
    assert KEY not in str(caught.value)
    assert (len(heard), len(waits)) == (tries, tries - 1)


@pytest.mark.parametrize(("said", "waited"), [("3", [3.0, 3.0]), ("7200", [7200.0, 7200.0])])
def test_a_wait_that_is_asked_for_is_kept_however_long_it_is(
    server: Server, monkeypatch: pytest.MonkeyPatch, said: str, waited: list[float]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    said_so = {"x-emulator": f"fault=1002, retry-after={said}"}
    client = anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY)
    with client, pytest.raises(anthropic.RateLimitError):
        client.messages.create(model="MiniMax-M3", messages=HELLO, max_tokens=1000, extra_headers=said_so)
    assert waits == waited


def test_a_refused_key(server: Server) -> None:
    client = anthropic.Anthropic(base_url=server.anthropic_url, api_key="bad-key", max_retries=0)
    with client, pytest.raises(anthropic.AuthenticationError):
        client.models.list()


def test_an_error_inside_a_stream_is_raised(messages: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.APIStatusError, match="unknown error"):
        for _ in messages.messages.create(
            model="MiniMax-M3",
            messages=HELLO,
            max_tokens=1000,
            stream=True,
            extra_headers={"x-emulator": "fault=error-mid"},
        ):
            pass


def test_an_error_inside_http_200_is_no_error_to_the_sdk(messages: anthropic.Anthropic) -> None:
    reply = messages.messages.create(
        model="MiniMax-M3", messages=HELLO, max_tokens=1000, extra_headers={"x-emulator": "fault=2061-200"}
    )
    assert reply.content is None


def test_a_stream_that_ends_early_looks_whole_to_the_sdk(messages: anthropic.Anthropic) -> None:
    with messages.messages.stream(
        model="MiniMax-M3", messages=HELLO, max_tokens=1000, extra_headers={"x-emulator": "fault=end-early"}
    ) as stream:
        final = stream.get_final_message()
    assert final.stop_reason is None, "no error is raised: the missing stop reason alone tells"


@pytest.mark.parametrize(
    ("base", "model", "key", "counts"),
    [
        ("/cn/anthropic", "MiniMax-M3", "api_key", True),
        ("/modelslab/api/v7/llm", "minimax-minimax-m2", "api_key", True),
        ("/modelslab/api/v7/llm", "minimax-minimax-m2", "auth_token", True),
        ("/runapi", "MiniMax-M2", "api_key", True),
        ("/openrouter/api", "minimax/minimax-m2", "auth_token", False),
        ("/local", "MiniMax-M2", "api_key", True),
    ],
)
def test_other_services_at_their_own_paths(server: Server, base: str, model: str, key: str, counts: bool) -> None:
    said: dict[str, Any] = {key: KEY, "max_retries": 0}
    with anthropic.Anthropic(base_url=server.url + base, **said) as client:
        reply = client.messages.create(model=model, messages=HELLO, max_tokens=1000)
        assert fits("message", reply)
        with client.messages.stream(model=model, messages=HELLO, max_tokens=1000) as stream:
            assert stream.get_final_text().startswith("Hello")
        if counts:
            counted = client.messages.count_tokens(model=model, messages=HELLO).input_tokens
            assert counted == reply.usage.input_tokens
        else:
            with pytest.raises(anthropic.NotFoundError):
                client.messages.count_tokens(model=model, messages=HELLO)
