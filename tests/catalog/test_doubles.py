"""The emulator in the guise of a provider: its protocols and quirks, and no mistaking it for the provider."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from minimax_nb.catalog import find_key, key_status, load_catalog, model_table, price, resolve
from minimax_nb.emulator import Asked, handle
from minimax_nb.errors import ConfigError
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request
from minimax_nb.messages.usage import Usage
from minimax_nb.wire import FACES

PLACES = {
    ("minimax", "anthropic"): "emulator:/anthropic",
    ("minimax", "openai"): "emulator:/v1",
    ("modelslab", "openai"): "emulator:/modelslab/api/v7/llm",
    ("modelslab", "anthropic"): "emulator:/modelslab/api/v7/llm",
    ("runapi", "openai"): "emulator:/runapi/v1",
    ("runapi", "anthropic"): "emulator:/runapi",
    ("openrouter", "openai"): "emulator:/openrouter/api/v1",
    ("openrouter", "anthropic"): "emulator:/openrouter/api",
    **{(name, "openai"): "emulator:/local/v1" for name in ("local", "vllm", "sglang", "llamacpp", "ollama")},
    **{(name, "anthropic"): "emulator:/local" for name in ("local", "vllm", "sglang", "llamacpp", "ollama")},
}


@pytest.mark.parametrize(("name", "face"), PLACES)
def test_a_double_speaks_as_its_provider_and_says_that_it_is_none(name: str, face: str) -> None:
    model = None if load_catalog().providers[name].default_model else "MiniMaxAI/MiniMax-M2"
    here = resolve(provider=f"emulator:{name}", face=face, model=model, env={})
    real = load_catalog().providers[name]
    assert (here.provider_name, here.base_url) == (f"emulator:{name}", PLACES[name, face])
    assert here.provider.title == f"Emulator (as {real.title})"
    assert here.provider.note == load_catalog().providers["emulator"].note
    assert here.provider.models == {id_: replace(offer, built_in_tokens=None) for id_, offer in real.models.items()}
    assert list(here.provider.faces) == list(real.faces)
    flags = {flag: getattr(here.face, flag) for flag in here.face.__slots__ if flag != "base_url"}
    assert flags == {flag: getattr(real.faces[here.face_name], flag) for flag in flags}
    assert price(here, Usage(input_tokens=10**6, output_tokens=10**6)) == Decimal(0)
    assert here.key is not None
    assert here.key.reveal() == "no-key-needed"


@pytest.mark.parametrize("name", ["minimax", "modelslab", "runapi", "openrouter", "local"])
def test_an_address_of_the_emulator_is_never_taken_for_the_provider(name: str) -> None:
    row = load_catalog().providers[name]
    env = dict.fromkeys(row.keys, "test-key-for-nobody")
    here = resolve(provider=name, base_url="emulator:/v1", face="openai", env=env)
    assert here.provider_name == f"emulator:{name}"
    assert here.provider.free
    assert here.region == ""
    assert find_key(here.provider_name, here.provider, env) is None, "a provider's key stays out of it"
    assert resolve(provider=here.provider_name, base_url=here.base_url, face="openai", env=env) == here
    assert resolve(provider="emulator", base_url="emulator:/v1", env=env).provider_name == "emulator"


@pytest.mark.parametrize(("name", "face"), PLACES)
def test_what_a_double_is_sent_is_what_it_takes(name: str, face: str) -> None:
    """Every provider's own model, plain and with its options; the local paths refuse any field they do not know."""
    row = load_catalog().providers[name]
    for model in (*row.models, *(["served-name"] if row.any_model else [])):
        here = resolve(provider=f"emulator:{name}", face=face, model=model, env={})
        if here.model.status == "retired" and name == "openrouter":
            continue  # dropped there, and its double refuses it too
        asked = Request(model, (user("hi"),), system="Be brief.", stream=False, temperature=0.5, max_tokens=100)
        call = FACES[here.face_name].encode(asked, here)
        path = call.url.removeprefix("emulator:")
        answer = handle(Asked(call.method, path, call.sent_headers(), call.sent_body()), delay_ms=0, need_key=True)
        assert answer.status == 200, (model, b"".join(chunk.data for chunk in answer.chunks))


def test_doubles_are_neither_listed_nor_looked_for_nor_asked_for_keys() -> None:
    assert not [line for line in model_table(load_catalog()) if "emulator" in line.provider]
    assert not [name for name in key_status({}) if ":" in name]
    assert not [name for name in load_catalog().offering("MiniMax-M3") if ":" in name]
    with pytest.raises(ConfigError) as caught:
        resolve(provider="nobody-at-all", env={})
    assert "emulator:" not in str(caught.value)


def test_a_wrong_name_of_a_double_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean emulator:modelslab"):
        resolve(provider="emulator:modelab", env={})
    with pytest.raises(ConfigError, match=r"\[providers.modelslab.models.\"minimax-minimax-m9\"\]"):
        resolve(provider="emulator:modelslab", model="minimax-minimax-m9", env={})


def test_a_provider_of_ones_own_has_a_double_too(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[providers.mine.faces.openai]\nbase_url = "https://mine.example/v1"\n[providers.runapi]\ntitle = "Run"\n'
    )
    env = {"MINIMAX_NB_CONFIG": str(config)}
    here = resolve(provider="emulator:mine", model="MiniMax-M2", env=env)
    assert (here.base_url, here.provider.title) == ("emulator:/v1", "Emulator (as mine)")
    assert resolve(provider="emulator:runapi", env=env).provider.title == "Emulator (as Run)"


def test_a_double_follows_its_provider_and_has_no_table_of_its_own(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[providers."emulator:runapi"]\nfree = false\n')
    with pytest.raises(ConfigError, match=r"Change \[providers.runapi\]"):
        load_catalog(config)
