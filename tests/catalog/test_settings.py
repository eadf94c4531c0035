"""One order for every setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimax_nb.catalog import choose, resolve
from minimax_nb.errors import ConfigError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        """
        [defaults]
        provider = "emulator"
        model = "MiniMax-M2"
        face = "openai"
        system = "Be brief."
        temperature = 0.5
        max_tokens = 100
        retries = 5
        paint = "once"
        """
    )
    return path


def env_of(config: Path | None = None, **more: str) -> dict[str, str]:
    return {**({"MINIMAX_NB_CONFIG": str(config)} if config else {}), **more}


def test_argument_then_magic_then_environment_then_file(config: Path) -> None:
    env = env_of(config, MINIMAX_NB_MODEL="MiniMax-M2.1")
    layer = {"model": "MiniMax-M2.5"}
    assert choose({"model": "MiniMax-M3"}, layer=layer, env=env).model == "MiniMax-M3"
    assert choose(layer=layer, env=env).model == "MiniMax-M2.5"
    assert choose(env=env).model == "MiniMax-M2.1"
    assert choose(env=env_of(config)).model == "MiniMax-M2"
    assert choose(env={}).model is None


def test_each_setting_remembers_where_it_came_from(config: Path) -> None:
    choice = choose({"top_p": 0.1}, layer={"region": "cn"}, env=env_of(config, MINIMAX_NB_MODEL="M2-her"))
    assert choice.origins["top_p"] == "argument"
    assert choice.origins["region"] == "%minimax_config"
    assert choice.origins["model"] == "MINIMAX_NB_MODEL"
    assert choice.origins["system"] == str(config)


def test_request_defaults_come_from_the_file(config: Path) -> None:
    choice = choose(env=env_of(config))
    assert (choice.system, choice.temperature, choice.max_tokens) == ("Be brief.", 0.5, 100)
    assert (choice.retries, choice.paint, choice.timeout) == (5, "once", None)


def test_blank_values_say_nothing(config: Path) -> None:
    choice = choose({"model": " "}, layer={"model": "", "temperature": None}, env=env_of(config, MINIMAX_NB_MODEL=""))
    assert choice.model == "MiniMax-M2"
    assert choice.temperature == 0.5


def test_zero_is_a_value() -> None:
    assert choose({"temperature": 0}, layer={"temperature": 1.0}, env={}).temperature == 0


def test_the_environment_names_every_setting_of_the_design() -> None:
    env = {
        "MINIMAX_NB_PROVIDER": "local",
        "MINIMAX_NB_MODEL": "x",
        "MINIMAX_NB_FACE": "anthropic",
        "MINIMAX_NB_BASE_URL": "http://h:1",
        "MINIMAX_NB_REGION": "cn",
        "MINIMAX_NB_PAINT": "plain",
    }
    choice = choose(env=env)
    assert (choice.provider, choice.model, choice.face) == ("local", "x", "anthropic")
    assert (choice.base_url, choice.region, choice.paint) == ("http://h:1", "cn", "plain")


def test_what_belongs_to_another_provider_is_left_aside(config: Path) -> None:
    env = env_of(config, MINIMAX_NB_PROVIDER="minimax", MINIMAX_NB_BASE_URL="http://kept-for-minimax:1")
    choice = choose({"provider": "modelslab"}, env=env)
    assert (choice.base_url, choice.model, choice.face) == (None, None, None)
    assert choice.system == "Be brief."  # a request's own settings belong to nobody


def test_an_address_of_no_provider_in_the_environment_holds_for_the_one_named() -> None:
    env = {"MINIMAX_NB_BASE_URL": "http://127.0.0.1:1/anthropic"}
    here = resolve(provider="minimax", api_key="test-key-for-nobody", env=env)
    assert here.base_url == "http://127.0.0.1:1/anthropic"


def test_settings_of_the_file_reach_the_endpoint(config: Path) -> None:
    here = resolve(env=env_of(config))
    assert (here.provider_name, here.model_id, here.face_name) == ("emulator", "MiniMax-M2", "openai")


def test_an_unknown_way_to_paint_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"MINIMAX_NB_PAINT.*Did you mean plain"):
        choose(env={"MINIMAX_NB_PAINT": "plan"})


def test_names_that_are_no_settings_are_ignored() -> None:
    assert choose(layer={"api_key": "x", "colour": "red"}, env={}).origins == {}
