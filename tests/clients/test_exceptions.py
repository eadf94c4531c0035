"""What the real service sends against the SDKs' types: the list is exact."""

from __future__ import annotations

from typing import Any

import anthropic
import openai
import pytest

from minimax_nb.emulator import Server
from tests.clients.judging import ADAPTIVE, ANTHROPIC_TOOL, KEY, MISFITS, OPENAI_TOOL, Misfit, needed


def chunks(server: Server, model: str, prompt: str, *, stream: bool, base: str = "/v1", **more: Any) -> set[Misfit]:
    """What an OpenAI reply needs to fit."""
    asked: Any = {"model": model, "messages": [{"role": "user", "content": prompt}], **more}
    with openai.OpenAI(base_url=server.url + base, api_key=KEY, max_retries=0) as client:
        if not stream:
            return needed("chat.completion", client.chat.completions.create(**asked))
        return set().union(
            *(needed("chat.completion.chunk", one) for one in client.chat.completions.create(**asked, stream=True))
        )


def events(
    server: Server, model: str, prompt: str, *, stream: bool, base: str = "/anthropic", **more: Any
) -> set[Misfit]:
    """What an Anthropic reply needs to fit."""
    asked: Any = {"model": model, "messages": [{"role": "user", "content": prompt}], "max_tokens": 1000, **more}
    # Bearer is what every service takes; OpenRouter takes nothing else.
    with anthropic.Anthropic(base_url=server.url + base, auth_token=KEY, max_retries=0) as client:
        if not stream:
            return needed("message", client.messages.create(**asked))
        return set().union(*(needed("event", one) for one in client.messages.create(**asked, stream=True)))


@pytest.mark.parametrize("misfit", MISFITS, ids=lambda one: ".".join(map(str, (one.kind, *one.place))))
def test_an_exception_that_is_listed_is_needed(server: Server, misfit: Misfit) -> None:
    """One that the service no longer needs fails here, and is to be taken off the list."""
    assert misfit.why
    if misfit.path.endswith("/messages"):
        base = misfit.path.removesuffix("/v1/messages")
        found = events(server, misfit.model, misfit.prompt, stream=misfit.stream, base=base, thinking=ADAPTIVE)
    else:
        base = misfit.path.removesuffix("/chat/completions")
        found = chunks(server, misfit.model, misfit.prompt, stream=misfit.stream, base=base, tools=[OPENAI_TOOL])
    assert misfit in found


MODELS = ("MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.5", "MiniMax-M2")
OPENAI_PLACES = [
    *(("/v1", model) for model in MODELS),
    ("/modelslab/api/v7/llm", "minimax-minimax-m2"),
    ("/runapi/v1", "MiniMax-M2.7"),
    ("/openrouter/api/v1", "minimax/minimax-m2"),
    ("/local/v1", "MiniMax-M2"),
]
ANTHROPIC_PLACES = [
    *(("/anthropic", model) for model in (*MODELS, "MiniMax-M3.1-Flash-Preview")),
    ("/modelslab/api/v7/llm", "minimax-minimax-m2"),
    ("/runapi", "MiniMax-M2.7"),
    ("/openrouter/api", "minimax/minimax-m2"),
    ("/local", "MiniMax-M2"),
]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("base", "model"), OPENAI_PLACES)
def test_every_place_fits_the_openai_types_but_for_the_listed_exceptions(
    server: Server, base: str, model: str, stream: bool
) -> None:
    found: set[Misfit] = set()
    for prompt in ("hello", "get weather for Paris\n/emulate chunk-chars=6"):
        split = {"extra_body": {"reasoning_split": True}} if base == "/v1" else {}
        tools = [OPENAI_TOOL] if "weather" in prompt else openai.NOT_GIVEN
        found |= chunks(server, model, prompt, stream=stream, base=base, tools=tools, **split)
        found |= chunks(server, model, prompt, stream=stream, base=base, tools=tools)
    assert found <= {one for one in MISFITS if one.kind.startswith("chat")}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("base", "model"), ANTHROPIC_PLACES)
def test_every_place_fits_the_anthropic_types_but_for_the_listed_exceptions(
    server: Server, base: str, model: str, stream: bool
) -> None:
    for prompt in ("hello", "get weather for Paris\n/emulate chunk-chars=6"):
        tools = [ANTHROPIC_TOOL] if "weather" in prompt else anthropic.NOT_GIVEN
        found = events(server, model, prompt, stream=stream, base=base, tools=tools)
        assert found <= {one for one in MISFITS if one.kind in ("message", "event")}
