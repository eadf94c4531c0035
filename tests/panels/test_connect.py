"""The connect panel without a browser: keys go in and nowhere else, providers are put to the test, regions hold."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import secrets
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from minimax_nb import Chat
from minimax_nb.catalog import forget_key, key_status, resolve, store_key
from minimax_nb.emulator import serve
from minimax_nb.errors import ConfigError
from minimax_nb.panels.connection.connect import ConnectPanel, connect
from tests.catalog.test_keys import Drawer
from tests.panels.playing import Front, played

module = importlib.import_module("minimax_nb.panels.connection.connect")


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    """Our keyring in place of the system's; afterwards nothing is in it, nor kept for the session."""
    before, mine = keyring.get_keyring(), Drawer()
    keyring.set_keyring(mine)
    yield mine
    mine.locked = mine.refuses_to_delete = False
    for name in ("minimax", "runapi", "modelslab", "local"):
        forget_key(name)
    keyring.set_keyring(before)


@pytest.fixture
def front() -> Iterator[Front]:
    with played() as playing:
        yield playing


@pytest.fixture
def panel(drawer: Drawer, front: Front) -> ConnectPanel:
    made = connect()
    assert made.widget.model_id
    assert front.state["rows"]
    return made


def row(front: Front, name: str = "minimax") -> dict[str, Any]:
    """A provider as the page was told of it last."""
    state = front.named("rows", "state")[-1]
    return next(one for one in state.get("state", state)["rows"] if one["name"] == name)


def does(front: Front, op: str, name: str = "minimax", key: str | None = None, **more: Any) -> dict[str, Any]:
    """Press a button, and wait for what comes of it."""
    before = len(front.ops)
    front.send({"op": op, "name": name, **more}, [key.encode()] if key is not None else [])

    def ended() -> bool:
        told = [one for op_ in front.ops[before:] if op_["op"] == "rows" for one in op_["rows"] if one["name"] == name]
        return any(one["told"] and not one["busy"] for one in told)

    front.wait(ended, f"the end of {op}")
    return row(front, name)


@pytest.fixture
def planted() -> Callable[[], str]:
    """A key that no source line spells out."""
    key = secrets.token_hex(16)
    return lambda: key


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_each_provider_tells_where_its_key_comes_from_in_words(
    drawer: Drawer, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNAPI_KEY", "test-key-for-nobody")
    Path(".env").write_text("MODELSLAB_API_KEY=test-key-for-nobody\n")
    panel = connect()
    assert panel.widget.model_id
    rows = {one["name"]: one for one in front.state["rows"]}
    assert "environment RUNAPI_KEY" in rows["runapi"]["where"]
    assert ".env" in rows["modelslab"]["where"]
    assert (rows["minimax"]["set"], rows["minimax"]["where"]) == (False, "No key was found.")
    assert rows["emulator"]["where"] == "It needs no key."
    assert rows["minimax"]["protocols"] == ["anthropic", "openai"]
    assert rows["minimax"]["docs"].startswith("https://")
    assert "nobody" not in json.dumps(front.messages)


def test_a_key_that_cannot_be_one_is_named_by_its_place(
    drawer: Drawer, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "two words")
    panel = connect()
    assert panel.widget.model_id
    found = next(one for one in front.state["rows"] if one["name"] == "minimax")
    assert found["set"] is False
    assert "environment MINIMAX_API_KEY" in found["where"]
    assert "two words" not in json.dumps(front.messages)


def test_it_says_who_answers_by_default_and_why(panel: ConnectPanel, front: Front) -> None:
    assert "emulator answers" in front.state["answers"][1]
    assert "MINIMAX_API_KEY" in front.state["answers"][1]
    does(front, "store", "runapi", "test-key-for-nobody")
    assert front.state["answers"] == [
        "Without a provider's name, RunAPI answers: MiniMax-M3 over openai.",
        "It is the first of these whose key is found.",
    ]


def test_a_provider_that_the_settings_name_answers_and_the_setting_is_named(
    drawer: Drawer, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_NB_PROVIDER", "emulator")
    panel = connect()
    assert panel.widget.model_id
    assert "MINIMAX_NB_PROVIDER" in front.state["answers"][1]


def test_what_was_set_meanwhile_is_found_when_one_looks_again(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    front.send({"op": "look"})
    assert row(front)["set"] is True
    assert "nobody" not in json.dumps(front.messages)


def test_the_saved_copy_says_set_or_not_set_and_no_more(panel: ConnectPanel, front: Front) -> None:
    does(front, "store", "minimax", "test-key-for-nobody")
    data, _ = panel.saved()
    lines = [line for line in data["text/markdown"].splitlines() if line.startswith(("| minimax", "| runapi"))]
    assert [line.split("|")[3].strip() for line in lines] == ["set", "not set"]
    assert "keyring" not in data["text/markdown"]
    assert "nobody" not in data["text/plain"] + data["text/markdown"]


def test_a_malformed_configuration_file_is_an_error_of_the_call(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config.toml").write_text("[providers")
    monkeypatch.setenv("MINIMAX_NB_CONFIG", "config.toml")
    with pytest.raises(ConfigError):
        connect()


# -- storing a key -----------------------------------------------------------------------------------------------------


def test_a_stored_key_is_in_the_keyring_and_used_at_once(panel: ConnectPanel, front: Front, drawer: Drawer) -> None:
    shown = does(front, "store", "minimax", " test-key-for-nobody\n")
    assert drawer.kept == {("minimax-nb", "minimax"): "test-key-for-nobody"}
    assert (shown["set"], shown["told"]["fine"]) == (True, True)
    assert "keyring" in shown["told"]["text"]
    assert Chat().provider == "minimax"
    assert 'Chat(provider="minimax")' in shown["code"]


def test_no_message_trait_output_or_log_holds_the_key(
    panel: ConnectPanel,
    front: Front,
    planted: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for op in ("store", "keep", "test", "forget"):
        does(front, op, "runapi" if op == "test" else "minimax", planted())
    printed = capfd.readouterr()
    everything = [
        json.dumps(front.newest.messages),
        json.dumps(front.newest.updates, default=str),
        json.dumps(panel.widget.get_state(), default=str),
        repr(panel.widget) + repr(panel) + repr(vars(panel)),
        repr(panel.saved()),
        caplog.text + printed.out + printed.err,
    ]
    key = planted()
    assert [place for place, text in enumerate(everything) if key in text or key[:8] in text or key[-8:] in text] == []


def test_the_list_that_brought_the_key_is_emptied(panel: ConnectPanel, front: Front) -> None:
    for op in ("store", "keep"):
        message = {
            "content": {"data": {"method": "custom", "content": {"op": op, "name": "minimax"}}},
            "buffers": [memoryview(b"test-key-for-nobody")],
        }
        panel.widget.comm.handle_msg(message)
        assert message["buffers"] == []


@pytest.mark.parametrize("key", ["hush-hush-hush", "hush-\x80-hush", "hush hush hush"])
def test_a_fault_while_a_key_is_stored_shows_no_key_in_its_frames(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    failures: list[BaseException] = []
    monkeypatch.setattr(panel, "complain", failures.append)
    monkeypatch.setattr(module, "load_catalog", lambda: 1 // 0)
    for op in ("store", "keep"):
        front.send({"op": op, "name": "minimax"}, [key.encode("latin-1", "replace")])
    assert [type(failure) for failure in failures] == [ZeroDivisionError, ZeroDivisionError]
    said = "".join(
        "".join(traceback.TracebackException.from_exception(failure, capture_locals=True).format())
        for failure in failures
    )
    assert "_on_store" in said
    assert "hush" not in said


def test_a_keyring_that_raises_does_not_tell_the_key(
    panel: ConnectPanel, front: Front, drawer: Drawer, planted: Callable[[], str]
) -> None:
    drawer.locked = True
    shown = does(front, "store", "minimax", planted())
    assert shown["told"]["fine"] is False
    assert "refused" in shown["told"]["text"]
    assert planted() not in json.dumps(front.newest.messages)


def test_without_a_keyring_the_key_that_was_typed_can_be_used_in_this_session(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    shown = does(front, "store", "minimax", "test-key-for-nobody")
    assert (shown["set"], shown["held"]) == (False, True)
    assert "keyring package is not installed" in shown["told"]["text"]
    assert "this session only" in shown["told"]["text"]
    shown = does(front, "keep", "minimax", "")
    assert (shown["set"], shown["held"], shown["place"]) == (True, False, "this session only")
    key = resolve(provider="minimax").key
    assert key is not None
    assert key.reveal() == "test-key-for-nobody"


def test_a_key_that_no_keyring_took_can_be_let_go(
    panel: ConnectPanel, front: Front, drawer: Drawer, planted: Callable[[], str]
) -> None:
    drawer.locked = True
    does(front, "store", "minimax", planted())
    assert does(front, "forget")["held"] is False
    shown = does(front, "keep", "minimax", "")
    assert (shown["set"], shown["told"]["text"]) == (False, "There is no key in the field yet.")


def test_a_key_for_the_session_is_in_no_keyring(panel: ConnectPanel, front: Front, drawer: Drawer) -> None:
    shown = does(front, "keep", "minimax", "test-key-for-nobody")
    assert shown["told"]["fine"] is True
    assert drawer.kept == {}
    assert key_status()["minimax"] == "this session only"


def test_a_stored_key_behind_a_variable_is_said_to_be_behind_it(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-of-the-environment")
    shown = does(front, "store", "minimax", "test-key-for-nobody")
    assert shown["told"]["fine"] is False
    assert "environment MINIMAX_API_KEY" in shown["told"]["text"]


@pytest.mark.parametrize(
    ("key", "told"),
    [("", "no key in the field"), ("two words", "spaces"), ("é" * 20, "ASCII"), ("k" * 5000, "4,096 bytes")],
)
def test_what_cannot_be_a_key_is_refused_in_words(
    panel: ConnectPanel, front: Front, drawer: Drawer, key: str, told: str
) -> None:
    for op in ("store", "keep"):
        shown = does(front, op, "minimax", key)
        assert told in shown["told"]["text"]
        assert shown["told"]["fine"] is False
    assert drawer.kept == {}
    assert key_status()["minimax"] == "not set"


def test_bytes_that_are_no_text_are_no_key(panel: ConnectPanel, front: Front, drawer: Drawer) -> None:
    front.send({"op": "store", "name": "minimax"}, [b"\xff\xfe\xfd\xfc\xfb"])
    front.wait(lambda: row(front)["told"], "the refusal")
    assert "ASCII" in row(front)["told"]["text"]
    assert drawer.kept == {}


def test_a_key_is_forgotten(panel: ConnectPanel, front: Front, drawer: Drawer) -> None:
    store_key("minimax", "test-key-for-nobody")
    shown = does(front, "forget")
    assert (shown["set"], drawer.kept) == (False, {})
    assert does(front, "forget")["told"]["fine"] is False


def test_a_provider_that_does_not_exist_is_named(panel: ConnectPanel, front: Front) -> None:
    for op in ("store", "keep", "forget", "test", "region"):
        front.send({"op": op, "name": "nobody"}, [b"test-key-for-nobody"])
    assert front.errors == ["There is no provider called 'nobody'."] * 5


# -- the test call -----------------------------------------------------------------------------------------------------


def test_the_emulator_is_tested_without_a_key(panel: ConnectPanel, front: Front) -> None:
    shown = does(front, "test", "emulator")
    assert shown["told"]["fine"] is True
    assert "without a key of yours" in shown["told"]["text"]
    assert "models are listed" in shown["told"]["text"]
    assert " s:" in shown["told"]["text"]


def test_a_test_without_a_key_says_what_to_set(panel: ConnectPanel, front: Front) -> None:
    shown = does(front, "test")
    assert shown["told"]["fine"] is False
    assert "MINIMAX_API_KEY" in shown["told"]["text"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write the user's configuration file."""

    def write(text: str) -> None:
        Path("config.toml").write_text(text)
        monkeypatch.setenv("MINIMAX_NB_CONFIG", str(Path("config.toml").absolute()))

    return write


@pytest.mark.parametrize(
    ("key", "fine", "told"),
    [("test-key-for-nobody", True, "The key was accepted"), ("bad-key", False, "MiniMax refused the key")],
)
def test_a_key_is_accepted_or_refused_over_the_wire(
    panel: ConnectPanel, front: Front, settings: Callable[[str], None], key: str, fine: bool, told: str
) -> None:
    with serve() as server:
        settings(f'[providers.minimax.faces.anthropic]\nbase_url = "{server.url}/anthropic"\n')
        does(front, "keep", "minimax", key)
        shown = does(front, "test")
    assert shown["told"]["fine"] is fine, shown["told"]["text"]
    assert told in shown["told"]["text"]
    assert key not in json.dumps(front.newest.messages)


def test_a_key_of_another_region_is_told_which_region_it_is_of(
    panel: ConnectPanel, front: Front, settings: Callable[[str], None]
) -> None:
    with serve(faults=["401"]) as here, serve() as there:
        settings(
            f'[providers.minimax.faces.anthropic]\nbase_url = "{here.url}/anthropic"\n[providers.minimax.regions]\n'
            f'global = {{ anthropic = "{here.url}/anthropic" }}\ncn = {{ anthropic = "{there.url}/anthropic" }}\n'
            f'cn-minimaxi = {{ anthropic = "{here.url}/anthropic" }}\n'
        )
        does(front, "keep", "minimax", "test-key-for-nobody")
        shown = does(front, "test")
        assert shown["told"]["fine"] is False
        assert "refused in region global, but works in region cn" in shown["told"]["text"]
        does(front, "region", region="cn")
        assert "accepted in region cn" in does(front, "test")["told"]["text"]


def test_a_list_that_is_open_to_all_says_nothing_of_the_key(
    panel: ConnectPanel, front: Front, settings: Callable[[str], None]
) -> None:
    with serve(need_key=False) as server:
        settings(f'[providers.minimax.faces.anthropic]\nbase_url = "{server.url}/anthropic"\n')
        does(front, "keep", "minimax", "test-key-for-nobody")
        assert "the key was not put to the test" in does(front, "test")["told"]["text"]


def test_nobody_at_the_address_is_said_in_words(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = does(front, "test", "ollama")
    assert shown["told"]["fine"] is False
    assert "Traceback" not in shown["told"]["text"]
    assert shown["busy"] == ""


def test_while_something_is_done_for_a_provider_a_second_press_is_left_aside(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), []

    def slow(name: str) -> tuple[bool, str]:
        asked.append(name)
        go_on.wait(20)
        return True, "done"

    monkeypatch.setattr(module, "tried", slow)
    front.send({"op": "test", "name": "minimax"})
    assert row(front)["busy"]
    front.send({"op": "test", "name": "minimax"})
    go_on.set()
    front.wait(lambda: row(front)["told"], "the end")
    assert asked == ["minimax"]


def test_a_fault_of_a_step_is_told_and_the_next_one_works(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(module, "tried", lambda _name: 1 // 0)
        assert "ZeroDivisionError" in does(front, "test", "emulator")["told"]["text"]
    assert does(front, "test", "emulator")["told"]["fine"] is True


# -- regions -----------------------------------------------------------------------------------------------------------


def test_a_region_holds_for_the_session(
    panel: ConnectPanel, front: Front, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_key("minimax", "test-key-for-nobody")
    assert row(front)["region"] == "global"
    assert list(row(front)["regions"]) == ["global", "cn", "cn-minimaxi"]
    shown = does(front, "region", region="cn")
    assert shown["region"] == "cn"
    assert shown["told"]["code"] == "%env MINIMAX_NB_REGION=cn"
    assert os.environ["MINIMAX_NB_REGION"] == "cn"
    assert resolve(provider="minimax").region == "cn"
    does(front, "region", region="global")
    assert resolve(provider="minimax").region == "global"


def test_a_region_that_the_settings_would_leave_aside_is_shown_with_the_line_that_names_it(
    panel: ConnectPanel, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_NB_PROVIDER", "runapi")
    shown = does(front, "region", region="cn")
    assert shown["told"]["fine"] is False
    assert shown["told"]["code"] == 'chat = Chat(provider="minimax", region="cn")'


def test_a_region_that_there_is_not_is_named(panel: ConnectPanel, front: Front) -> None:
    front.send({"op": "region", "name": "minimax", "region": "moon"})
    assert "no region called 'moon'" in front.errors[0]
    assert "MINIMAX_NB_REGION" not in os.environ


# -- two views, closing ------------------------------------------------------------------------------------------------


def test_a_page_that_begins_anew_sees_the_last_result(panel: ConnectPanel, front: Front) -> None:
    does(front, "test", "emulator")
    again = next(one for one in front.state["rows"] if one["name"] == "emulator")
    assert again["told"]["fine"] is True


def test_a_closed_panel_ends_what_was_under_way_quietly(panel: ConnectPanel, front: Front) -> None:
    front.send({"op": "test", "name": "emulator"})
    panel.close()
    gc.collect()
    assert "Providers and keys" in repr(panel)
