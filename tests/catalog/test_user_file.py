"""The user's own TOML: rows without Python, mistakes named with their place, and no key in it."""

from __future__ import annotations

import os
import sys
import traceback
from decimal import Decimal
from pathlib import Path

import pytest

from minimax_nb.catalog import config_path, default_config_path, load_catalog, resolve
from minimax_nb.errors import ConfigError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def complaint(config: Path, text: str) -> str:
    config.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalog(config)
    assert str(config) in str(caught.value)
    return str(caught.value)


# -- rows --------------------------------------------------------------------------------------------------------------


def test_one_line_adds_a_provider(config: Path) -> None:
    config.write_text('[providers.mine]\nfaces.openai.base_url = "http://127.0.0.1:9/v1"\n')
    here = resolve(provider="mine", model="anything", env={"MINIMAX_NB_CONFIG": str(config)})
    assert here.url(here.face.chat_path) == "http://127.0.0.1:9/v1/chat/completions"
    assert here.provider.title == "mine"
    assert here.model_id == "anything"
    assert here.key is None


def test_a_provider_for_any_model_without_a_default_asks_for_one(config: Path) -> None:
    config.write_text('[providers.mine]\nfaces.openai.base_url = "http://127.0.0.1:9/v1"\n')
    with pytest.raises(ConfigError, match="-m"):
        resolve(provider="mine", env={"MINIMAX_NB_CONFIG": str(config)})


def test_both_protocols_have_their_usual_paths(config: Path) -> None:
    config.write_text('[providers.mine.faces]\nanthropic.base_url = "http://h/a"\nopenai.base_url = "http://h/v1"\n')
    mine = load_catalog(config).providers["mine"]
    assert list(mine.faces) == ["anthropic", "openai"]
    assert mine.faces["anthropic"].chat_path == "/v1/messages"
    assert mine.faces["anthropic"].headers == {"anthropic-version": "2023-06-01"}
    assert mine.faces["anthropic"].max_tokens_default


def test_a_provider_of_ones_own_has_keys_models_and_prices(config: Path) -> None:
    config.write_text(
        """
        [providers.mine]
        keys = ["MINE_API_KEY"]
        faces.openai.base_url = "https://mine.example/v1"
        [providers.mine.models."big-m3"]
        of = "MiniMax-M3"
        context = 250000
        prices = [{ input = 0.1, output = 0.2 }]
        """
    )
    env = {"MINIMAX_NB_CONFIG": str(config), "MINE_API_KEY": "test-key-for-nobody"}
    here = resolve(env=env)  # its key is the only one, so it answers; its only model is asked
    assert (here.provider_name, here.model_id) == ("mine", "big-m3")
    assert (here.model.context, here.model.max_output) == (250_000, 524_288)
    assert here.offer.prices[0].input == Decimal("0.1")
    assert resolve(model="big-m3", provider="emulator", env=env).model_id == "big-m3"
    with pytest.raises(ConfigError, match="big-m3"):
        resolve(provider="mine", model="other", env=env)


def test_a_single_field_of_a_built_in_row_is_replaced(config: Path) -> None:
    config.write_text('[providers.minimax.faces.anthropic]\nbase_url = "https://proxy.example/anthropic"\n')
    own, built_in = load_catalog(config).providers["minimax"], load_catalog().providers["minimax"]
    assert own.faces["anthropic"].base_url == "https://proxy.example/anthropic"
    assert own.faces["anthropic"].thinking_field == "thinking"
    assert own.faces["openai"] == built_in.faces["openai"]
    assert list(own.faces) == ["anthropic", "openai"]
    assert own.models == built_in.models


def test_an_empty_string_takes_a_flag_away(config: Path) -> None:
    config.write_text('[providers.minimax.faces.openai]\nthinking_field = ""\n')
    assert load_catalog(config).providers["minimax"].faces["openai"].thinking_field is None


def test_model_rows_are_added_and_changed(config: Path) -> None:
    config.write_text('[models."MiniMax-M3"]\nmax_output = 1000\n[models."MiniMax-M4"]\ncontext = 2000000\n')
    models = load_catalog(config).models
    assert (models["MiniMax-M3"].max_output, models["MiniMax-M3"].context) == (1000, 1_000_000)
    assert models["MiniMax-M4"].max_output is None
    assert "MiniMax-M4" in load_catalog(config).providers["emulator"].models


def test_the_file_is_read_again_when_it_changes_and_not_otherwise(config: Path) -> None:
    config.write_text('[defaults]\nmodel = "one"\n')
    first = load_catalog(config)
    assert load_catalog(config) is first
    config.write_text('[defaults]\nmodel = "three"\n')
    assert load_catalog(config).defaults["model"] == "three"
    before = config.stat()
    config.write_text('[defaults]\nmodel = "seven"\n')  # as long as before
    os.utime(config, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))
    assert load_catalog(config).defaults["model"] == "seven"


def test_the_built_in_rows_are_parsed_once() -> None:
    assert load_catalog() is load_catalog()


def test_the_file_is_found_in_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MINIMAX_NB_CONFIG")
    for name in ("XDG_CONFIG_HOME", "HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    assert config_path() is None
    usual = default_config_path()
    assert usual.parts[-2:] == ("minimax-nb", "config.toml") or sys.platform == "win32"
    usual.parent.mkdir(parents=True)
    usual.write_text('[defaults]\nmodel = "MiniMax-M2"\n')
    assert config_path() == usual
    assert load_catalog().defaults["model"] == "MiniMax-M2"


def test_a_file_that_is_not_there_sets_nothing_but_one_asked_for_must_exist(config: Path) -> None:
    assert load_catalog(env={"MINIMAX_NB_CONFIG": str(config)}) is load_catalog()
    with pytest.raises(ConfigError, match="There is no configuration file"):
        load_catalog(config)


# -- mistakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("[providers.mine\n", "line 1", "valid TOML"),
        ("[defaults]\nmodel = \n", "line 2", "valid TOML"),
        ("[provider.mine]\n", ": provider:", "Did you mean providers?"),
        ('colour = "red"\n', ": colour:", "[providers.NAME]"),
        ("providers = 3\n", ": providers:", "[providers.NAME]"),
        ("[providers]\nmine = 3\n", ": providers.mine:", "expected a table"),
        ('[providers.mine]\ntitle = "x"\n', "providers.mine.faces:", "missing"),
        ("[providers.mine]\nfaces = {}\n", "providers.mine.faces:", "at least one"),
        ("[providers.mine.faces.openai]\n", "providers.mine.faces.openai.base_url:", "https://api.example.com/v1"),
        ('[providers.mine.faces.openai]\nbase_url = "h:1"\n', "providers.mine.faces.openai.base_url:", "http://"),
        ("[providers.mine.faces.openai]\nbase_url = 8000\n", "providers.mine.faces.openai.base_url:", "string"),
        ('[providers.mine.faces.opnai]\nbase_url = "http://h"\n', "providers.mine.faces.opnai:", "openai"),
        ('[providers.minimax.faces.openai]\nbaseurl = "http://h"\n', "faces.openai.baseurl:", "Did you mean base_url?"),
        ('[providers.minimax.faces.openai]\nauth = "basic"\n', "faces.openai.auth:", "'key' or 'body'"),
        ('[providers.minimax.faces.openai]\nmodel_field = "id"\n', "faces.openai.model_field:", "'model_id'"),
        ('[providers.minimax.models."M2-her"]\nfaces = ["opnai"]\n', "models.M2-her.faces[0]:", "'openai'"),
        ("[providers.openrouter]\nsuffixes = 7\n", "providers.openrouter.suffixes:", "boolean"),
        ('[providers.emulator.acts_as.runapi]\nopenai = "h:1"\n', "acts_as.runapi.openai:", "http://"),
        ('[models."M2-her"]\nabove_least = "x"\n', 'models."M2-her".above_least:', "boolean"),
        ('[providers.minimax]\nkeys = "X"\n', "providers.minimax.keys:", '["MY_API_KEY"]'),
        ('[providers.minimax]\ndefault = "X"\n', "providers.minimax.default:", "default_model"),
        (
            '[providers.minimax.models."MiniMax-M2.5"]\nprices = [{ inpt = 1 }]\n',
            'providers.minimax.models."MiniMax-M2.5".prices[0].inpt:',
            "Did you mean input?",
        ),
        ('[models."MiniMax-M3"]\ncontext = "big"\n', 'models."MiniMax-M3".context:', "integer"),
        ('[models."MiniMax-M3"]\nthinking = "maybe"\n', 'models."MiniMax-M3".thinking:', "'switch'"),
        ('[defaults]\nmodle = "x"\n', "defaults.modle:", "Did you mean model?"),
        ('[defaults]\npaint = "slow"\n', "defaults.paint:", "'live', 'once' or 'plain'"),
        ('[defaults]\ntemperature = "warm"\n', "defaults.temperature:", "number"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_expected(
    config: Path, text: str, place: str, expected: str
) -> None:
    said = complaint(config, text)
    assert place in said
    assert expected in said


MINE = """
[providers.mine]
faces.openai.base_url = "http://h/v1"
[providers.mine.models."m.1"]
"""


@pytest.mark.parametrize(
    ("prices", "line", "place", "expected"),
    [
        ("prices = [{ input = -1 }]", 5, "prices[0].input", "a number from 0 to 1,000,000"),
        ("prices = [{ input = 1e7 }]", 5, "prices[0].input", "a number from 0 to 1,000,000"),
        ("prices = [\n{ input = 1 },\n# ]\n{ output = nan, above_input = 1 }]", 8, "prices[1].output", "such as 0.30"),
        ("prices = [{ input = inf }]", 5, "prices[0].input", "such as 0.30"),
        ("prices = [{ input = 1e999999999999999999999 }]", 5, "prices[0].input", "such as 0.30"),
        ("prices = [{ input = 0.0000000001 }]", 5, "prices[0].input", "at most 9 decimals"),
        ('prices = [{ input = "0.3 USD" }]', 5, "prices[0].input", "such as 0.30, without quotes"),
        ('prices = [{ input = "0.3" }]', 5, "prices[0].input", "without quotes"),
        ("prices = [{ cache_read = true }]", 5, "prices[0].cache_read", "a number of USD per million tokens"),
        ("prices = [{ cache_write = [1] }]", 5, "prices[0].cache_write", "a number of USD per million tokens"),
        ("prices = [{ inptu = 1 }]", 5, "prices[0].inptu", "Did you mean input?"),
        ("prices = [{ cached_read = 1 }]", 5, "prices[0].cached_read", "Did you mean cache_read?"),
        ("price = [{ input = 1 }]", 5, '"m.1".price', "Did you mean prices?"),
        ("prices = { input = 1 }", 5, '"m.1".prices', "a list of tables, such as [{ input = 0.30, output = 1.20 }]"),
        ("prices = [0.3, 1.2]", 5, '"m.1".prices', "a list of tables"),
        ("prices = [{ input = 1, above_input = 9 }, { input = 2 }]", 5, '"m.1".prices', "by rising above_input"),
        ("prices = [{ input = 1 }, { input = 2 }]", 5, '"m.1".prices', "two have the same"),
        ("prices = [{ above_input = 1.5 }]", 5, "prices[0].above_input", "a whole number of input tokens"),
        ("prices = [{ above_input = -1 }]", 5, "prices[0].above_input", "a whole number of input tokens"),
        ('prices = [{ above_input = "512k" }]', 5, "prices[0].above_input", "such as 512_000, without quotes"),
        ("prices = [{ above_input = false }]", 5, "prices[0].above_input", "a whole number of input tokens"),
        ('prices = [{ dated = "yesterday" }]', 5, "prices[0].dated", "a date such as 2026-11-20, without quotes"),
        ("prices = [{ dated = 20261120 }]", 5, "prices[0].dated", "a date such as 2026-11-20"),
        ("prices = [{ dated = 2026-11-20T10:00:00 }]", 5, "prices[0].dated", "a date such as 2026-11-20"),
        ("prices = [{ source = 7 }]", 5, "prices[0].source", "string"),
        ("priority_factor = 0", 5, '"m.1".priority_factor', "above 0 and up to 100"),
        ('priority_factor = "1.5x"', 5, '"m.1".priority_factor', "such as 1.5, without quotes"),
        ("[[providers.mine.models.m2.prices]]\ninput = 1\noutput = '2'", 7, "m2.prices[0].output", "without quotes"),
        ("[providers.minimax]\nplan_keys = ['']", 6, "minimax.plan_keys", "3 to 12 characters each"),
        ("[providers.minimax]\nplan_keys = 'sk-cp-'", 6, "minimax.plan_keys", '["sk-cp-"]'),
    ],
)
def test_a_wrong_price_is_named_with_its_line_and_what_is_expected(
    config: Path, prices: str, line: int, place: str, expected: str
) -> None:
    said = complaint(config, f"{MINE}{prices}\n")
    assert f"{config}, line {line}: " in said
    assert f"{place}: " in said
    assert expected in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n[provider.mine]\n", 2),
        ("[defaults]\n\n# x\nmodle = 'x'\n", 4),
        ("[providers]\n\nmine = 3\n", 3),
        ('[providers]\n"emulator:mine" = { title = "x" }\n', 2),
        ("[providers.mine]\ntitle = 'x'\n[providers.mine.faces.openai]\n", 3),  # its base_url is missing
        ("[providers.mine]\nfaces.openai = { base_url =\n  'h' }\n".replace("\n  ", " "), 2),
        ('[models."MiniMax-M3"]\ncontext = """\nbig"""\n', 2),
        ("[defaults]\nretries = " + "9" * 5_000 + "\n", 2),
        ("[providers.minimax]\nkeys = [\n'MINIMAX_API_KEY',\n'sk-hush-hush-hush']\n", 4),
        ("[providers.minimax.models.'MiniMax-M3']\nprices = [\n{ source = 'sk-hush-hush-hush' }]\n", 3),
    ],
)
def test_every_mistake_has_its_line(config: Path, text: str, line: int) -> None:
    said = complaint(config, text)
    assert f"{config}, line {line}: " in said
    assert "hush" not in said


def test_a_date_that_is_none_is_a_mistake_of_its_line(config: Path) -> None:
    assert "line 2" in complaint(config, "[providers.minimax.models.'MiniMax-M3']\nprices = [{ dated = 2026-13-41 }]\n")


def test_lists_too_deep_for_the_reader_are_a_mistake_and_no_crash(config: Path) -> None:
    assert "nested too deeply" in complaint(config, "[defaults]\nmodel = " + "[" * 100_000 + "]" * 100_000)


def test_a_file_that_is_no_text_is_said_to_be_none(config: Path) -> None:
    config.write_bytes(b'[defaults]\nmodel = "\xff"\n')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_catalog(config)


# -- keys in it --------------------------------------------------------------------------------------------------------

HUSH = "hush-hush-hush-hush"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'[providers.minimax]\napi_key = "{HUSH}"\n', "providers.minimax.api_key"),
        (f'[providers.minimax]\nkey = "{HUSH}"\n', "providers.minimax.key"),
        (f'[defaults]\napi-key = "{HUSH}"\n', "defaults.api-key"),
        (f'[providers.minimax.faces.openai]\ntoken = "{HUSH}"\n', "providers.minimax.faces.openai.token"),
        (f'[providers.minimax.faces.openai.headers]\nAuthorization = "Bearer {HUSH}"\n', "headers.Authorization"),
        (f'[providers.minimax.faces.openai.headers]\nx-api-key = "{HUSH}"\n', "headers.x-api-key"),
        (f'[providers.minimax]\nkeys = ["sk-{HUSH}"]\n', "providers.minimax.keys[0]"),
        (f'[providers.minimax]\nkeys = ["MINIMAX_API_KEY", "{HUSH}1234"]\n', "providers.minimax.keys[1]"),
        (f'[providers.minimax]\nnote = "sk-{HUSH}"\n', "providers.minimax.note"),
        (f'[providers.minimax]\ndocs = "{HUSH * 3}"\n', "providers.minimax.docs"),
    ],
)
def test_a_key_in_the_file_is_refused_with_its_place_and_never_shown(config: Path, text: str, place: str) -> None:
    config.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalog(config)
    said = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert f"{place}: a key must not stand in this file" in str(caught.value)
    assert "environment variable" in str(caught.value)
    # This test's own variables hold the text, and its frame is the first of the traceback.
    kit = said[said.index("load_catalog(config)\n", said.index("in test_")) :].partition("minimax_nb")[2]
    assert "read_user_file" in kit
    assert "hush" not in kit


@pytest.mark.parametrize("text", ['[defaults]\nsystem = "hush-hush" oops\n', '[models."M"]\ncontext = "hush-hush"\n'])
def test_no_error_repeats_a_value(config: Path, text: str) -> None:
    assert "hush" not in complaint(config, text)


def test_ordinary_values_are_not_taken_for_keys(config: Path) -> None:
    config.write_text(
        """
        [providers.mine]
        keys = ["MY_COMPANY_GATEWAY_API_KEY_2026", "mine_key"]
        docs = "https://docs.example.com/a/very/long/path/to/the/documentation/of/this/service"
        faces.openai.base_url = "https://mine.example/v1"
        faces.openai.headers = { x-team = "research" }
        [providers.mine.models."accounts/fireworks/models/minimax-m2p7-instruct-awq"]
        [defaults]
        system = "You are a tutor. Answer in one sentence."
        """
    )
    assert load_catalog(config).providers["mine"].keys == ("MY_COMPANY_GATEWAY_API_KEY_2026", "mine_key")
