"""Servers of one's own by name, ids with a suffix, and hosts that a user adds in TOML alone."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog import Endpoint, check, load_catalog, price, resolve
from minimax_nb.emulator import Answer, Asked, handle
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request
from minimax_nb.messages.usage import Usage
from minimax_nb.wire import FACES, Call

SERVERS = ("vllm", "sglang", "llamacpp", "ollama")
KEY = "test-key-for-nobody"


def encoded(here: Endpoint, **said: Any) -> Call:
    return FACES[here.face_name].encode(Request(here.model_id, (user("hi"),), **said), here)


# -- servers by name ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_answers_only_when_it_is_named(name: str) -> None:
    row = load_catalog().providers[name]
    env = dict.fromkeys(row.keys, KEY)
    assert env
    assert resolve(env=env).provider_name == "emulator"
    here = resolve(provider=name, model="whatever/it-serves", env=env)
    assert (here.provider_name, here.model_id) == (name, "whatever/it-serves")
    assert here.key is not None
    assert here.key.reveal() == KEY


@pytest.mark.parametrize("name", SERVERS)
def test_no_server_shares_a_variable_with_another(name: str) -> None:
    rows = load_catalog().providers
    assert not set(rows[name].keys) & {key for other in rows if other != name for key in rows[other].keys}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("vllm", "reasoning"),
        ("sglang", "reasoning_content"),
        ("llamacpp", "reasoning_content"),
        ("ollama", "reasoning"),
    ],
)
def test_thinking_goes_back_in_the_servers_own_field(name: str, field: str) -> None:
    assert load_catalog().providers[name].faces["openai"].echo_field == field


def test_ollama_wants_some_key_and_the_others_none() -> None:
    keys = {name: resolve(provider=name, model="m", env={}).key for name in SERVERS}
    assert [name for name, key in keys.items() if key is not None] == ["ollama"]


@pytest.mark.parametrize("name", ["vllm", "sglang", "ollama"])
def test_a_server_that_wants_the_name_it_serves_is_given_one(name: str) -> None:
    with pytest.raises(ConfigError, match="Name one with -m"):
        resolve(provider=name, env={})


def test_llama_cpp_answers_to_any_name() -> None:
    assert resolve(provider="llamacpp", env={}).model_id == "local"


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_may_stand_elsewhere(name: str) -> None:
    for face, url in (("openai", "http://h:9/v1/chat/completions"), ("anthropic", "http://h:9/v1/messages")):
        here = resolve(provider=name, model="m", face=face, base_url="http://h:9", env={})
        assert encoded(here).url == url


@pytest.mark.parametrize(("name", "model"), [("vllm", "MiniMaxAI/MiniMax-M2"), ("ollama", "minimax-m2.5:cloud")])
def test_what_is_known_of_the_weights_holds_wherever_they_are_served(name: str, model: str) -> None:
    here = resolve(provider=name, model=model, env={})
    assert (here.model.thinking, here.model.context, here.model.status) == ("always", 204_800, "current")
    with pytest.raises(RequestError, match="always thinks"):
        check(Request(model, (user("hi"),), thinking="off"), here)


def test_a_server_without_a_reasoning_parser_is_told_so_in_the_users_file(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[providers.vllm.faces.openai]\nstarts_in_thinking = true\necho_field = ""\n')
    here = resolve(provider="vllm", model="m", env={"MINIMAX_NB_CONFIG": str(config)})
    assert (here.face.starts_in_thinking, here.face.echo_field) == (True, None)
    assert not any(face.starts_in_thinking for row in load_catalog().providers.values() for face in row.faces.values())


# -- ids with a suffix -------------------------------------------------------------------------------------------------


def test_a_free_id_is_known_as_its_model_and_costs_nothing() -> None:
    here = resolve(provider="openrouter", model="minimax/minimax-m2:free", api_key=KEY, env={})
    assert here.model_id == json.loads(encoded(here).body)["model"] == "minimax/minimax-m2:free"
    assert (here.model.thinking, here.model.context) == ("always", 204_800)
    assert price(here, Usage(input_tokens=10**6, cached_tokens=5, output_tokens=10**6)) == Decimal(0)


def test_another_suffix_has_no_known_price() -> None:
    here = resolve(provider="openrouter", model="minimax/minimax-m2:nitro", api_key=KEY, env={})
    assert here.model.thinking == "always"
    assert price(here, Usage(input_tokens=1, output_tokens=1)) is None


def test_a_free_id_finds_its_provider_by_itself() -> None:
    here = resolve(model="minimax/minimax-m2:free", env={"OPENROUTER_API_KEY": KEY})
    assert here.provider_name == "openrouter"
    here = resolve(model="minimax/minimax-m2:free", env={})
    assert (here.provider_name, here.model_id) == ("emulator", "minimax/minimax-m2:free")
    assert "OPENROUTER_API_KEY" in here.note


@pytest.mark.parametrize(
    ("provider", "model"),
    [("minimax", "MiniMax-M3:free"), ("openrouter", "minimax/minimax-m2:"), ("openrouter", "minimax/nothing:free")],
)
def test_a_suffix_makes_no_model(provider: str, model: str) -> None:
    with pytest.raises(ConfigError, match="offers no model"):
        resolve(provider=provider, model=model, api_key=KEY, env={})


# -- hosts of table C, by TOML alone -----------------------------------------------------------------------------------

NOVITA = """
# Novita: its documentation pages on the Anthropic compatibility and on interleaved thinking; prices of 2026-07-02.
[providers.novita]
title = "Novita"
keys = ["NOVITA_API_KEY"]
default_model = "minimax/minimax-m2.1"

[providers.novita.faces.openai]
base_url = "https://api.novita.ai/openai"
chat_path = "/v1/chat/completions"      # the base they print has no /v1
models_path = "/v1/models"
echo_field = "reasoning_content"

[providers.novita.faces.anthropic]      # Bearer, which is the default
base_url = "https://api.novita.ai/anthropic"

[providers.novita.models."minimax/minimax-m2.1"]
of = "MiniMax-M2.1"
prices = [{ input = 0.30, output = 1.20, cache_read = 0.03, dated = 2026-07-02, source = "https://novita.ai" }]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("face", "url", "plain"),
    [
        ("openai", "https://api.novita.ai/openai/v1/chat/completions", {"stream_options": {"include_usage": True}}),
        ("anthropic", "https://api.novita.ai/anthropic/v1/messages", {"max_tokens": 8192}),
    ],
)
def test_a_further_host_is_a_few_lines_of_toml(config: Path, face: str, url: str, plain: dict[str, Any]) -> None:
    config.write_text(NOVITA)
    here = resolve(face=face, env={"MINIMAX_NB_CONFIG": str(config), "NOVITA_API_KEY": KEY})
    call = encoded(here)
    assert (here.provider_name, call.url) == ("novita", url)
    assert call.sent_headers()["authorization"] == f"Bearer {KEY}"
    assert call.sent_headers().get("anthropic-version") == ("2023-06-01" if face == "anthropic" else None)
    body = json.loads(call.body)
    assert {name: body[name] for name in body if name != "messages"} == {
        "model": "minimax/minimax-m2.1",
        "stream": True,
        **plain,
    }
    assert here.model.thinking == "always"
    assert price(here, Usage(input_tokens=10**6, output_tokens=10**6)) == Decimal("1.50")


def test_a_server_that_refuses_fields_it_does_not_know_gets_none(config: Path) -> None:
    config.write_text('[providers.strict.faces.openai]\nbase_url = "http://h/v1"\ninclude_usage = false\n')
    here = resolve(provider="strict", model="m", env={"MINIMAX_NB_CONFIG": str(config)})
    assert set(json.loads(encoded(here).body)) == {"model", "messages", "stream"}


# -- ModelsLab's other styles, through the user's file -----------------------------------------------------------------

STYLES = {
    "bearer": "",
    "x-api-key": 'auth = "x-api-key"',
    "a header": 'auth = "key"',
    "the body, as its model pages have it": 'auth = "body"\nmodel_field = "model_id"',
}


def answered(call: Call) -> Answer:
    path = call.url.removeprefix("emulator:")
    return handle(Asked(call.method, path, call.sent_headers(), call.sent_body()), delay_ms=0, need_key=True)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_modelslab_is_the_users_to_choose(config: Path, style: str) -> None:
    config.write_text(f"[providers.modelslab.faces.openai]\n{STYLES[style]}\n")
    env = {"MINIMAX_NB_CONFIG": str(config), "MODELSLAB_API_KEY": KEY}
    real = encoded(resolve(env=env))
    assert real.url == "https://modelslab.com/api/v7/llm/chat/completions"
    carried = [name for name, value in real.sent_headers().items() if KEY in value]
    in_body = json.loads(real.sent_body()).get("key") == KEY
    assert (carried, in_body) == {
        "bearer": (["authorization"], False),
        "x-api-key": (["x-api-key"], False),
        "a header": (["key"], False),
    }.get(style, ([], True))
    for key, status in ((KEY, 200), ("bad-key", 401)):
        double = resolve(provider="emulator:modelslab", api_key=key, env=env)
        assert double.face.auth == resolve(env=env).face.auth
        assert answered(encoded(double, stream=False)).status == status
        listing = FACES["openai"].encode_models(double)
        assert listing is not None
        assert answered(listing).status == status
