"""litellm as a client, in a process of its own, by both protocols and by its own row for MiniMax."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, HELLO, KEY, OPENAI_TOOL
from tests.support.environment import clean_environment

OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True"}
"""Without these it fetches its tables of prices and headers as it is loaded."""

THINKING: dict[str, Any] = {"thinking": ADAPTIVE, "allowed_openai_params": ["thinking"], "max_tokens": 1000}
SPLIT: dict[str, Any] = {"extra_body": {"reasoning_split": True}}
WAYS = {
    "openai": ("openai/MiniMax-M2.7", "openai_url", SPLIT),
    "minimax": ("minimax/MiniMax-M2.7", "openai_url", SPLIT),
    "anthropic": ("anthropic/MiniMax-M3", "anthropic_url", THINKING),
}


class Litellm:
    """The child, one call at a time."""

    def __init__(self, folder: Path) -> None:
        self.refused = folder / "refused"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.clients.litellm_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env=clean_environment(folder, log=self.refused) | OFFLINE,
        )

    def __call__(self, how: str, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"how": how, **asked}), file=self._process.stdin, flush=True)
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> int:
        """End it; its exit status."""
        self._process.communicate(timeout=30)
        return self._process.returncode


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litellm]:
    child = Litellm(tmp_path_factory.mktemp("litellm"))
    yield child
    assert child.close() == 0
    assert not child.refused.exists(), child.refused.read_text()


def way(server: Server, name: str) -> dict[str, Any]:
    """How to reach the server, with thinking."""
    model, base, more = WAYS[name]
    return {"model": model, "api_base": getattr(server, base), "api_key": KEY, **more}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", WAYS)
def test_a_tool_turn_with_its_thinking_sent_back(
    litellm: Litellm, server: Server, heard: Heard, name: str, stream: bool
) -> None:
    call: dict[str, Any] = {**way(server, name), "tools": [OPENAI_TOOL], "stream": stream}
    asked: list[Any] = [{"role": "user", "content": "get weather for Paris"}]
    told = litellm("completion", messages=asked, **call)
    (choice,) = told["reply"]["choices"]
    message = choice["message"]
    (use,) = message["tool_calls"]
    assert json.loads(use["function"]["arguments"]) == {"city": "Paris"}
    assert message["reasoning_content"].startswith("The conversation holds 1 message")
    result = {"role": "tool", "tool_call_id": use["id"], "content": "21 degrees"}
    answer = litellm("completion", messages=[*asked, message, result], **call)
    assert "21 degrees" in answer["reply"]["choices"][0]["message"]["content"]
    sent = heard.last["messages"]
    thought = sent[1]["content"][0]["thinking"] if name == "anthropic" else sent[1]["reasoning_content"]
    assert thought == message["reasoning_content"]
    if name == "anthropic":
        assert len(sent[1]["content"][0]["signature"]) == 64


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", WAYS)
def test_calls_side_by_side_for_two_rounds(litellm: Litellm, server: Server, name: str, stream: bool) -> None:
    prompt = "in Paris and in Rome\n/emulate tool=get_weather,tool=get_weather,rounds=2"
    messages: list[Any] = [{"role": "user", "content": prompt}]
    call: dict[str, Any] = {**way(server, name), "tools": [OPENAI_TOOL], "stream": stream}
    for _ in range(2):
        message = litellm("completion", messages=messages, **call)["reply"]["choices"][0]["message"]
        uses = message["tool_calls"]
        cities = [json.loads(use["function"]["arguments"])["city"] for use in uses]
        assert cities == ["Paris", "Rome"]
        results = [
            {"role": "tool", "tool_call_id": use["id"], "content": f"21 degrees in {city}"}
            for use, city in zip(uses, cities, strict=True)
        ]
        messages += [message, *results]
    answer = litellm("completion", messages=messages, **call)["reply"]["choices"][0]
    assert answer["finish_reason"] == "stop"
    for city in ("Paris", "Rome"):
        assert f"21 degrees in {city}" in answer["message"]["content"]


@pytest.mark.parametrize("name", WAYS)
def test_a_stream_says_what_a_whole_reply_says(litellm: Litellm, server: Server, name: str) -> None:
    whole = litellm("completion", messages=HELLO, **way(server, name))["reply"]
    streamed = litellm("completion", messages=HELLO, stream=True, **way(server, name))
    assert streamed["pieces"] > 5
    assert streamed["streamed"] == streamed["reply"]["choices"][0]["message"]["content"]
    assert streamed["streamed"] == whole["choices"][0]["message"]["content"]
    assert whole["choices"][0]["finish_reason"] == streamed["reply"]["choices"][0]["finish_reason"] == "stop"


def test_the_counts_of_a_stream_are_the_services_only_when_asked_for(litellm: Litellm, server: Server) -> None:
    whole = litellm("completion", messages=HELLO, **way(server, "openai"))["reply"]["usage"]
    asked = litellm(
        "completion", messages=HELLO, stream=True, stream_options={"include_usage": True}, **way(server, "openai")
    )["reply"]["usage"]
    guessed = litellm("completion", messages=HELLO, stream=True, **way(server, "openai"))["reply"]["usage"]
    assert asked["prompt_tokens"] == whole["prompt_tokens"]
    assert guessed["prompt_tokens"] != whole["prompt_tokens"], "it counts by itself, with another's tokenizer"


@pytest.mark.parametrize(
    ("name", "fault", "kind", "status", "tries"),
    [
        ("openai", "1004", "AuthenticationError", 401, 1),
        ("openai", "2013", "BadRequestError", 400, 1),
        ("openai", "1026", "BadRequestError", 422, 1),
        ("openai", "1002", "RateLimitError", 429, 3),
        ("openai", "529", "APIError", 529, 3),
        ("anthropic", "1004", "AuthenticationError", 401, 1),
        ("anthropic", "2013", "BadRequestError", 400, 1),
        ("anthropic", "1002", "RateLimitError", 429, 1),
        ("anthropic", "529", "InternalServerError", 500, 1),
        # Its own row for MiniMax knows no statuses: every error is one of the connection.
        ("minimax", "1004", "APIConnectionError", 500, 1),
        ("minimax", "2013", "APIConnectionError", 500, 1),
        ("minimax", "1002", "APIConnectionError", 500, 1),
        ("minimax", "529", "APIConnectionError", 500, 1),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_status_and_how_often_it_tries(
    litellm: Litellm,
    server: Server,
    heard: Heard,
    name: str,
    fault: str,
    kind: str,
    status: int,
    tries: int,
    stream: bool,
) -> None:
    told = litellm(
        "completion",
        messages=HELLO,
        stream=stream,
        extra_headers={"x-emulator": f"fault={fault}"},
        **way(server, name),
    )
    assert (told["error"][0], told["status"]) == (kind, status)
    assert KEY not in told["text"]
    assert len(heard) == tries


@pytest.mark.parametrize("name", WAYS)
def test_an_error_inside_http_200_names_no_cause(litellm: Litellm, server: Server, name: str) -> None:
    told = litellm("completion", messages=HELLO, extra_headers={"x-emulator": "fault=2061-200"}, **way(server, name))
    assert told["error"][0] in ("InternalServerError", "APIConnectionError")
    assert told["status"] == 500


@pytest.mark.parametrize("name", WAYS)
def test_a_stream_that_ends_early_looks_whole_to_it(litellm: Litellm, server: Server, name: str) -> None:
    told = litellm(
        "completion",
        messages=HELLO,
        stream=True,
        extra_headers={"x-emulator": "fault=end-early"},
        **way(server, name),
    )
    assert told["reply"]["choices"][0]["finish_reason"] == "stop", "it makes up the reason that never came"


@pytest.mark.parametrize(
    ("name", "fault"),
    [("openai", "html-200"), ("minimax", "html-200"), ("minimax", "error-mid"), ("anthropic", "2061-200")],
)
def test_streams_that_failed_and_look_whole_to_it(litellm: Litellm, server: Server, name: str, fault: str) -> None:
    """Pages are passed over line by line, and so are the errors that its row for MiniMax does not know."""
    whole = litellm("completion", messages=HELLO, **way(server, name))["reply"]["choices"][0]["message"]["content"]
    told = litellm(
        "completion",
        messages=HELLO,
        stream=True,
        extra_headers={"x-emulator": f"fault={fault}"},
        **way(server, name),
    )
    assert "error" not in told
    assert whole.startswith(told["streamed"])
    assert told["streamed"] != whole


@pytest.mark.parametrize("provider", ["anthropic", "minimax"])
def test_messages_passed_through(litellm: Litellm, server: Server, provider: str) -> None:
    """Whole ones only: streamed, it needs what only its proxy installs."""
    told = litellm(
        "messages",
        model=f"{provider}/MiniMax-M3",
        messages=HELLO,
        max_tokens=500,
        api_base=server.anthropic_url,
        api_key=KEY,
    )
    assert told["reply"]["content"][0]["text"].startswith("Hello")


def test_the_list_of_models(litellm: Litellm, server: Server) -> None:
    told = litellm(
        "models",
        check_provider_endpoint=True,
        custom_llm_provider="openai",
        api_key=KEY,
        api_base=server.url,
    )
    assert "MiniMax-M3" in told["models"]


@pytest.mark.parametrize(
    ("model", "base"),
    [
        ("openai/minimax-minimax-m2", "/modelslab/api/v7/llm"),
        ("openai/MiniMax-M2.7", "/runapi/v1"),
        ("openrouter/minimax/minimax-m2", "/openrouter/api/v1"),
        ("anthropic/minimax-minimax-m2", "/modelslab/api/v7/llm"),
        ("anthropic/MiniMax-M2", "/runapi"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_resellers_at_their_own_paths(litellm: Litellm, server: Server, model: str, base: str, stream: bool) -> None:
    told = litellm("completion", model=model, api_base=server.url + base, api_key=KEY, messages=HELLO, stream=stream)
    assert "Hello" in told["reply"]["choices"][0]["message"]["content"], told
