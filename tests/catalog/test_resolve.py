"""Who answers: from names, addresses and keys to an endpoint."""

from __future__ import annotations

import traceback

import pytest

from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.errors import ConfigError
from minimax_nb.secrets import Secret

KEY = "test-key-for-nobody"
ENV = {"MINIMAX_API_KEY": KEY}
NO_ENV: dict[str, str] = {}


def refused(**asked: object) -> str:
    asked.setdefault("env", NO_ENV)
    with pytest.raises(ConfigError) as caught:
        resolve(**asked)  # type: ignore[arg-type]
    return str(caught.value)


def key_of(endpoint: Endpoint) -> str:
    assert endpoint.key is not None
    return endpoint.key.reveal()


def test_without_a_key_the_emulator_answers_and_says_why() -> None:
    here = resolve(env=NO_ENV)
    assert (here.provider_name, here.face_name, here.base_url) == ("emulator", "anthropic", "emulator:/anthropic")
    assert here.model_id == "MiniMax-M3"
    assert "MINIMAX_API_KEY" in here.note
    assert "emulator" in here.note


@pytest.mark.parametrize(
    ("variable", "provider", "model"),
    [
        ("MINIMAX_API_KEY", "minimax", "MiniMax-M3"),
        ("MODELSLAB_API_KEY", "modelslab", "minimax-minimax-m2"),
        ("RUNAPI_API_KEY", "runapi", "MiniMax-M3"),
        ("RUNAPI_KEY", "runapi", "MiniMax-M3"),
        ("RUNAPI_TOKEN", "runapi", "MiniMax-M3"),
        ("OPENROUTER_API_KEY", "openrouter", "minimax/minimax-m3"),
    ],
)
def test_the_provider_whose_key_is_set_answers(variable: str, provider: str, model: str) -> None:
    here = resolve(env={variable: KEY})
    assert (here.provider_name, here.model_id, here.note) == (provider, model, "")
    assert key_of(here) == KEY


def test_minimax_goes_before_the_resellers() -> None:
    assert resolve(env={"OPENROUTER_API_KEY": "other", **ENV}).provider_name == "minimax"


def test_blank_variables_hold_no_key() -> None:
    assert resolve(env={"MINIMAX_API_KEY": "  "}).provider_name == "emulator"


def test_a_model_without_a_provider_goes_to_one_with_a_key_that_offers_it() -> None:
    env = {"MINIMAX_API_KEY": "first", "OPENROUTER_API_KEY": KEY}
    here = resolve(model="minimax/minimax-m2.5", env=env)
    assert (here.provider_name, key_of(here)) == ("openrouter", KEY)


def test_a_model_that_no_keyed_provider_offers_goes_to_the_emulator() -> None:
    here = resolve(model="minimax-minimax-m1", env=ENV)
    assert (here.provider_name, here.model_id) == ("emulator", "minimax-minimax-m1")
    assert "MODELSLAB_API_KEY" in here.note
    assert "MINIMAX_API_KEY" not in here.note


def test_a_model_that_only_a_server_of_ones_own_has_is_said_to_be_such() -> None:
    here = resolve(model="MiniMaxAI/MiniMax-M2", env=NO_ENV)
    assert here.provider_name == "emulator"
    assert "-p (local, vllm, sglang)" in here.note


def test_a_key_given_without_a_provider_is_the_first_providers() -> None:
    here = resolve(api_key=KEY, env=NO_ENV)
    assert (here.provider_name, key_of(here)) == ("minimax", KEY)


def test_a_key_given_goes_before_the_environments() -> None:
    here = resolve(provider="minimax", api_key=Secret("given-key-for-nobody"), env=ENV)
    assert key_of(here) == "given-key-for-nobody"


def test_a_missing_key_is_named_with_every_way_to_give_it() -> None:
    said = refused(provider="runapi")
    for way in ("RUNAPI_API_KEY", "RUNAPI_KEY", "RUNAPI_TOKEN", ".env", "keyring", "getpass", "-p emulator"):
        assert way in said


def test_local_and_emulator_need_no_key() -> None:
    assert resolve(provider="local", model="x", env=NO_ENV).provider_name == "local"
    assert resolve(provider="emulator", env=NO_ENV).note == ""


# -- addresses ---------------------------------------------------------------------------------------------------------


def test_a_base_url_without_a_provider_is_a_local_server_for_any_model() -> None:
    here = resolve(base_url="http://127.0.0.1:9/v1", model="whatever/it-serves", env=ENV)
    assert (here.provider_name, here.face_name, here.model_id) == ("local", "openai", "whatever/it-serves")
    assert here.url(here.face.chat_path) == "http://127.0.0.1:9/v1/chat/completions"
    assert key_of(here) != KEY
    assert here.model.context is None


def test_a_local_server_without_a_model_gets_an_id_and_the_reader_a_note() -> None:
    here = resolve(base_url="http://127.0.0.1:9/v1", env=NO_ENV)
    assert here.model_id == "local"
    assert "-m" in here.note


@pytest.mark.parametrize(
    ("provider", "face", "given", "chat_url"),
    [
        ("minimax", None, "http://h:1/anthropic", "http://h:1/anthropic/v1/messages"),
        ("minimax", None, "http://h:1/anthropic/", "http://h:1/anthropic/v1/messages"),
        ("minimax", None, "http://h:1/anthropic/v1/messages", "http://h:1/anthropic/v1/messages"),
        ("minimax", None, "http://h:1/anthropic/v1", "http://h:1/anthropic/v1/messages"),
        ("minimax", None, "http://h:1", "http://h:1/anthropic/v1/messages"),
        ("minimax", "openai", "http://h:1", "http://h:1/v1/chat/completions"),
        ("minimax", None, "http://h:1/v1", "http://h:1/v1/chat/completions"),
        ("minimax", None, "http://h:1/v1/chat/completions/", "http://h:1/v1/chat/completions"),
        ("modelslab", "anthropic", "http://h:1/api/v7/llm/v1/messages", "http://h:1/api/v7/llm/v1/messages"),
        ("modelslab", None, "http://h:1/modelslab", "http://h:1/modelslab/chat/completions"),
        ("runapi", "anthropic", "http://h:1", "http://h:1/v1/messages"),
        ("emulator", None, "http://127.0.0.1:1", "http://127.0.0.1:1/anthropic/v1/messages"),
        ("emulator", "openai", "http://127.0.0.1:1", "http://127.0.0.1:1/v1/chat/completions"),
        (None, None, "http://h:1", "http://h:1/v1/chat/completions"),
        (None, "anthropic", "http://h:1", "http://h:1/v1/messages"),
        (None, "anthropic", "http://h:1/v1", "http://h:1/v1/messages"),
        (None, None, "https://h/v1/messages", "https://h/v1/messages"),
        (None, None, "http://h:1/openai/v1", "http://h:1/openai/v1/chat/completions"),
        (None, None, "emulator:/anthropic", "emulator:/anthropic/v1/messages"),
        ("emulator", None, "emulator:/v1", "emulator:/v1/chat/completions"),
    ],
)
def test_an_address_of_ones_own_is_understood(provider: str, face: str, given: str, chat_url: str) -> None:
    here = resolve(provider=provider, face=face, base_url=given, api_key=KEY, model=None, env=NO_ENV)
    assert here.url(here.face.chat_path) == chat_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("localhost:8000/v1", "http://localhost:8000/v1"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("ftp://h/v1", "http:// or https://"),
        ("http://", "a host"),
        ("http://h:port/v1", "a number as port"),
        ("http://h/v1?x=1", "without ? or #"),
        ("emulator", "http://"),
    ],
)
def test_an_unusable_address_is_answered_with_the_right_form(given: str, expected: str) -> None:
    assert expected in refused(base_url=given)


@pytest.mark.parametrize("given", ["http://user:hush-hush@h/v1", "http://h/v1?key=hush-hush"])
def test_what_may_be_secret_in_an_address_is_not_repeated(given: str) -> None:
    assert "hush-hush" not in refused(base_url=given)


def test_an_address_of_the_other_protocol_is_refused() -> None:
    assert "anthropic" in refused(base_url="http://h/v1/messages", face="openai")


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ({"provider": "minimx"}, "minimax"),
        ({"provider": "MiniMax"}, "minimax"),
        ({"provider": "emulater"}, "emulator"),
        ({"model": "minimax-m3"}, "MiniMax-M3"),
        ({"model": "MiniMax-M3.1-Flsh"}, "MiniMax-M3.1-Flash"),
        ({"provider": "emulator", "model": "m2.7-highspeed"}, "MiniMax-M2.7-highspeed"),
        ({"provider": "emulator", "face": "opnai"}, "openai"),
        ({"provider": "minimax", "api_key": KEY, "region": "nc"}, "cn"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_right_one(asked: dict[str, object], near: str) -> None:
    assert f"Did you mean {near}?" in refused(**asked)


def test_an_unknown_model_is_answered_with_those_the_provider_offers_and_who_has_it() -> None:
    said = refused(provider="modelslab", api_key=KEY, model="MiniMax-M2.1")
    assert "minimax-minimax-m2" in said
    assert "minimax-minimax-m1" in said
    assert "minimax and runapi" in said


def test_a_model_that_is_new_at_a_provider_can_be_allowed() -> None:
    said = refused(provider="openrouter", api_key=KEY, model="minimax/minimax-m9-turbo")
    assert '[providers.openrouter.models."minimax/minimax-m9-turbo"]' in said


def test_the_emulator_knows_every_id_and_no_other() -> None:
    for model_id in ("MiniMax-M2.7", "minimax-minimax-m2", "minimax/minimax-m1", "MiniMaxAI/MiniMax-M3", "M2-her"):
        assert resolve(provider="emulator", model=model_id, env=NO_ENV).model_id == model_id
    assert "gpt-4" in refused(provider="emulator", model="gpt-4")


def test_what_was_set_elsewhere_says_so_in_the_error() -> None:
    assert "(from MINIMAX_NB_MODEL)" in refused(env={**ENV, "MINIMAX_NB_MODEL": "MiniMax-M9"})
    assert "(from %minimax_config)" in refused(layer={"provider": "nobody"})


# -- regions -----------------------------------------------------------------------------------------------------------


def test_regions_have_hosts_of_their_own() -> None:
    here = resolve(region="cn", env=ENV)
    assert (here.base_url, here.region) == ("https://api.minimax.cn/anthropic", "cn")
    assert resolve(region="cn", face="openai", env=ENV).base_url == "https://api.minimax.cn/v1"
    assert resolve(region="cn-minimaxi", env=ENV).base_url == "https://api.minimaxi.com/anthropic"
    assert resolve(env=ENV).region == "global"


def test_an_address_in_a_region_is_in_that_region() -> None:
    assert resolve(provider="minimax", base_url="https://api.minimax.cn/anthropic", env=ENV).region == "cn"
    assert resolve(provider="minimax", base_url="http://127.0.0.1:1", env=ENV).region == ""


def test_a_region_kept_in_the_environment_does_not_disturb_other_providers() -> None:
    env = {"MINIMAX_NB_REGION": "cn", "MODELSLAB_API_KEY": KEY}
    assert resolve(provider="modelslab", env=env).base_url == "https://modelslab.com/api/v7/llm"
    assert "no regions" in refused(provider="modelslab", region="cn", env=env)


# -- models ------------------------------------------------------------------------------------------------------------


def test_the_model_is_what_the_provider_serves() -> None:
    here = resolve(provider="minimax", model="MiniMax-M2.7", env=ENV)
    assert here.model.status == "retired"
    routed = resolve(provider="openrouter", model="minimax/minimax-m2.7", api_key=KEY, env=NO_ENV)
    assert routed.model.status == "legacy"
    assert routed.model.thinking == "always"


# -- secrecy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["hush hush", "hush\nhush", "hush-ключ", b"hush-hush"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(key: object) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(provider="minimax", api_key=key, env=NO_ENV)  # type: ignore[arg-type]
    below = caught.value.__traceback__
    assert below is not None
    below = below.tb_next  # the first frame is this test's own, which holds the key
    said = "".join(traceback.TracebackException(ConfigError, caught.value, below, capture_locals=True).format())
    assert "in resolve" in said
    assert "hush" not in said


def test_no_traceback_with_variables_shows_a_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "hush-hush-hush")
    try:
        resolve(provider="minimax", model="MiniMax-M9")
    except ConfigError as error:
        said = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "_unknown_model" in said
    assert "hush" not in said


def test_an_endpoint_does_not_show_its_key() -> None:
    here = resolve(env={"MINIMAX_API_KEY": "hush-hush-hush"})
    assert "hush" not in repr(here) + str(here)
