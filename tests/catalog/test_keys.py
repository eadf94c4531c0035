"""Keys: where they are found and kept, and that nothing shows them."""

from __future__ import annotations

import getpass
import secrets
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from minimax_nb.catalog import ask_key, find_key, forget_key, keep_key, key_status, load_catalog, resolve, store_key
from minimax_nb.catalog.rows import Face, Provider
from minimax_nb.errors import ConfigError
from minimax_nb.secrets import Secret

MINIMAX = load_catalog().providers["minimax"]
RUNAPI = load_catalog().providers["runapi"]


class Drawer(KeyringBackend):
    """A keyring in memory that counts how often it is asked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []
        self.locked = self.refuses_to_delete = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(username)
        if self.locked:
            raise KeyringError("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringError(f"cannot keep {password}")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.locked or self.refuses_to_delete:
            raise KeyringError("locked")
        del self.kept[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    """Our keyring in place of the system's; afterwards no key is left in it, nor remembered."""
    before = keyring.get_keyring()
    mine = Drawer()
    keyring.set_keyring(mine)
    yield mine
    mine.locked = False
    for name in ("minimax", "runapi"):
        forget_key(name)
    keyring.set_keyring(before)


def provider(*variables: str) -> Provider:
    return Provider(
        title="Somebody",
        keys=variables,
        faces={"openai": Face(base_url="http://h/v1", chat_path="/chat/completions")},
    )


def reveal(key: Secret | None) -> str | None:
    return None if key is None else key.reveal()


def test_the_environment_goes_before_the_env_file(drawer: Drawer) -> None:
    Path(".env").write_text("MINIMAX_API_KEY=from-the-file\n")
    assert reveal(find_key("minimax", MINIMAX, {"MINIMAX_API_KEY": "from-outside"})) == "from-outside"
    assert reveal(find_key("minimax", MINIMAX, {})) == "from-the-file"


def test_the_env_file_goes_before_the_keyring(drawer: Drawer) -> None:
    store_key("minimax", "from-the-keyring")
    assert reveal(find_key("minimax", MINIMAX, {})) == "from-the-keyring"
    Path(".env").write_text("export MINIMAX_API_KEY='from-the-file'\n")
    assert reveal(find_key("minimax", MINIMAX, {})) == "from-the-file"


def test_variables_are_tried_in_their_order() -> None:
    env = {"RUNAPI_TOKEN": "third", "RUNAPI_KEY": "second"}
    assert reveal(find_key("runapi", RUNAPI, env)) == "second"


def test_an_env_file_that_cannot_be_read_holds_no_key() -> None:
    Path(".env").write_bytes(b"MINIMAX_API_KEY=\xff\xfe\n")
    assert find_key("nobody-1", provider("MINIMAX_API_KEY"), {}) is None


def test_a_key_is_stored_for_good_and_forgotten(drawer: Drawer) -> None:
    store_key("minimax", Secret("kept-for-nobody"))
    assert drawer.kept == {("minimax-nb", "minimax"): "kept-for-nobody"}
    assert key_status({})["minimax"] == "keyring"
    assert resolve(env={}).provider_name == "minimax"
    assert forget_key("minimax") is True
    assert forget_key("minimax") is False
    assert drawer.kept == {}
    assert resolve(env={}).provider_name == "emulator"


def test_the_keyring_is_asked_once_a_process_and_provider(drawer: Drawer) -> None:
    for _ in range(3):
        assert find_key("nobody-2", provider("NOBODY_KEY"), {}) is None
    assert drawer.asked.count("nobody-2") == 1


def test_a_keyring_that_fails_holds_no_key(drawer: Drawer) -> None:
    drawer.locked = True
    assert find_key("nobody-3", provider("NOBODY_KEY"), {}) is None


def test_a_keyring_that_refuses_is_an_error_without_the_key(drawer: Drawer) -> None:
    drawer.locked = True
    with pytest.raises(ConfigError, match="KeyringError") as caught:
        store_key("minimax", Secret("hush-hush-hush"))
    assert "MINIMAX_API_KEY" in str(caught.value)
    said = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    # The test's own line quotes the key.
    assert "hush" not in said.replace('Secret("hush-hush-hush")', "")


def test_a_key_that_the_keyring_does_not_give_up_is_still_there(drawer: Drawer) -> None:
    store_key("minimax", "kept-for-nobody")
    find_key("minimax", MINIMAX, {})
    drawer.refuses_to_delete = True
    with pytest.raises(ConfigError, match="was not removed"):
        forget_key("minimax")
    drawer.refuses_to_delete = False
    assert reveal(find_key("minimax", MINIMAX, {})) == "kept-for-nobody"


def test_without_the_package_a_key_cannot_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="not installed"):
        store_key("minimax", "test-key-for-nobody")
    assert find_key("nobody-4", provider("NOBODY_KEY"), {}) is None


@pytest.mark.parametrize("name", ["nobody", "emulator"])
def test_only_a_provider_with_keys_has_one_to_store(name: str) -> None:
    with pytest.raises(ConfigError, match="minimax"):
        store_key(name, "test-key-for-nobody")


def test_an_empty_key_is_not_stored(drawer: Drawer) -> None:
    with pytest.raises(ConfigError, match="nothing was stored"):
        store_key("minimax", "  ")
    assert drawer.kept == {}


def test_a_key_that_no_header_can_carry_is_named_by_its_place() -> None:
    Path(".env").write_text('MINIMAX_API_KEY="hush\\nhush"\n')
    with pytest.raises(ConfigError, match=r"\.env") as caught:
        find_key("minimax", MINIMAX, {})
    said = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "_found" not in said  # the frame that read it is gone
    assert "hush" not in said.replace("hush\\\\nhush", "")


def test_the_status_tells_where_and_never_what(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("MODELSLAB_API_KEY=hush-file\n")
    status = key_status({"RUNAPI_KEY": "hush-outside"})
    assert status == {
        "minimax": "not set",
        "modelslab": ".env",
        "runapi": "environment RUNAPI_KEY",
        "openrouter": "not set",
        "local": "none needed",
        "vllm": "none needed",
        "sglang": "none needed",
        "llamacpp": "none needed",
        "ollama": "none needed",
        "emulator": "none needed",
    }


def test_a_key_is_typed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        return " typed-for-nobody "

    monkeypatch.setattr(getpass, "getpass", typed)
    key = ask_key("minimax")
    assert reveal(key) == "typed-for-nobody"
    assert "MiniMax" in prompts[0]
    assert "typed" not in repr(key)


@pytest.mark.parametrize("failure", [EOFError(), RuntimeError("no stdin here"), OSError()])
def test_where_nobody_can_type_the_variable_is_named(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def nobody(prompt: str) -> str:
        raise failure

    monkeypatch.setattr(getpass, "getpass", nobody)
    with pytest.raises(ConfigError, match="MINIMAX_API_KEY"):
        ask_key("minimax")


def test_a_prompt_that_would_show_the_key_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def showing(prompt: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
        return "hush-hush"

    monkeypatch.setattr(getpass, "getpass", showing)
    with pytest.raises(ConfigError, match="nobody here"):
        ask_key("minimax")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    """A key in the environment that no source line spells out, and whether a text shows it."""
    key = secrets.token_hex(16)
    monkeypatch.setenv("OPENROUTER_API_KEY", key)
    return lambda text: key in text or key[:6] in text or key[-6:] in text


def test_ipythons_verbose_traceback_shows_no_key(shown: Callable[[str], bool]) -> None:
    from IPython.core.ultratb import VerboseTB

    try:
        resolve(provider="openrouter", model="minimax/m9", face="openai")
    except ConfigError:
        said = VerboseTB().text(*sys.exc_info())
    assert "_unknown_model" in said
    assert not shown(said)
    assert not shown(repr(resolve()))
    assert not shown(str(key_status()))


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    yield
    for name in ("minimax", "local"):
        forget_key(name)


@pytest.mark.usefixtures("nothing_kept")
def test_a_key_kept_for_the_session_goes_before_all_others_and_is_forgotten(drawer: Drawer) -> None:
    store_key("minimax", "from-the-keyring")
    keep_key("minimax", "of-this-session")
    outside = {"MINIMAX_API_KEY": "from-outside"}
    assert reveal(find_key("minimax", MINIMAX, outside)) == "of-this-session"
    assert key_status(outside)["minimax"] == "this session only"
    assert drawer.kept == {("minimax-nb", "minimax"): "from-the-keyring"}
    assert forget_key("minimax") is True
    assert drawer.kept == {}
    assert reveal(find_key("minimax", MINIMAX, outside)) == "from-outside"


@pytest.mark.usefixtures("nothing_kept")
def test_a_key_kept_for_the_session_needs_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    keep_key("minimax", Secret("kept-for-nobody"))
    assert resolve(env={}).provider_name == "minimax"
    assert forget_key("minimax") is True
    assert forget_key("minimax") is False
    assert resolve(env={}).provider_name == "emulator"


@pytest.mark.usefixtures("nothing_kept")
def test_a_key_stored_for_good_takes_the_place_of_the_sessions(drawer: Drawer) -> None:
    keep_key("minimax", "older-for-nobody")
    store_key("minimax", "newer-for-nobody")
    assert reveal(find_key("minimax", MINIMAX, {})) == "newer-for-nobody"


@pytest.mark.usefixtures("nothing_kept")
def test_a_server_that_needs_no_key_can_have_one_for_the_session() -> None:
    keep_key("local", "test-key-for-nobody")
    assert reveal(find_key("local", load_catalog().providers["local"], {})) == "test-key-for-nobody"


@pytest.mark.parametrize(("name", "key"), [("emulator", "test-key"), ("minimax", "  "), ("minimax", "two words")])
def test_what_cannot_be_a_key_is_not_kept(name: str, key: str) -> None:
    with pytest.raises(ConfigError):
        keep_key(name, key)
    assert key_status({})["minimax"] == "not set"
