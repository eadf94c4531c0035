"""Finding, keeping and asking for keys. A key is wrapped as it is read and shown nowhere, not even in part.

Looked for in this order: what was kept for this session (:func:`keep_key`), the provider's environment variables, the
same names in a ``.env`` file in the working directory, the system keyring (service "minimax-nb", user: the provider's
name) if the ``keyring`` package is there.
"""

from __future__ import annotations

import getpass
import importlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.loader import load_catalog
from minimax_nb.catalog.rows import Provider
from minimax_nb.errors import ConfigError
from minimax_nb.secrets import Secret

SERVICE = "minimax-nb"
_from_keyring: dict[str, Secret | None] = {}
_of_session: dict[str, Secret] = {}


def find_key(name: str, provider: Provider, env: Mapping[str, str] | Environment | None = None) -> Secret | None:
    """The key of the provider called ``name``, or None if there is none.

    Raises:
        ConfigError: A key was found that no service can have given, since it holds spaces or odd characters.
    """
    env = Environment.of(env)
    key, where = _found(name, provider, env)
    if key is not None and not is_sound(key):
        raise ConfigError(f"What is set as key for {provider.title} ({where}) cannot be a key: {_UNSOUND}", hint=_COPY)
    return key


_UNSOUND = "it holds spaces, line breaks or characters outside ASCII."
_COPY = "Copy it once more."


def is_sound(key: Secret) -> bool:
    """Whether the key can travel in an HTTP header; libraries print a header they refuse, key and all."""
    return key.reveal().isascii() and key.reveal().isprintable() and " " not in key.reveal()


def wrap_key(key: object) -> tuple[Secret | None, str]:
    """A key given as an argument, wrapped, and a complaint if it cannot be one.

    It raises nothing, so that no traceback passes through a frame that holds the bare key.
    """
    if key is not None and not isinstance(key, str | Secret):
        return None, "A key is a text; what was given as api_key is something else."
    secret = Secret.of(key)
    if secret is not None and not is_sound(secret):
        return None, f"What was given as api_key cannot be a key: {_UNSOUND} {_COPY}"
    return secret, ""


def _found(name: str, provider: Provider, env: Environment) -> tuple[Secret | None, str]:
    """The key and where it was found, in words."""
    if name in _of_session:
        return _of_session[name], "this session only"
    for variable in provider.keys:
        if key := env.secret(variable):
            return key, f"environment {variable}"
    for variable in provider.keys:
        if key := _dotenv(variable):
            return key, ".env"
    # Where a key is optional the keyring is left alone: opening one costs 50 ms and 9 MB, and some ask the user.
    if provider.keys and not provider.key_optional and (key := _kept(name)):
        return key, "keyring"
    return None, "not set" if provider.keys and not provider.key_optional else "none needed"


def _dotenv(variable: str) -> Secret | None:
    """The key of that name in the working directory's ``.env``; an unreadable file holds none."""
    path = Path.cwd() / ".env"
    if not path.is_file():
        return None
    from dotenv import dotenv_values

    try:
        return Secret.of(dotenv_values(path).get(variable))
    except (OSError, UnicodeDecodeError):
        return None


def _kept(name: str) -> Secret | None:
    """The provider's key in the keyring. It is looked up once a process: some keyrings ask the user each time."""
    if name not in _from_keyring:
        try:
            _from_keyring[name] = Secret.of(importlib.import_module("keyring").get_password(SERVICE, name))
        except Exception:  # noqa: BLE001 - no package, no backend, locked, refused: there is no key then
            _from_keyring[name] = None
    return _from_keyring[name]


def _provider(name: str) -> Provider:
    """The row, by its name.

    Raises:
        ConfigError: There is none, or it takes no key.
    """
    row = load_catalog().providers.get(name)
    if row is None or not row.keys:
        known = ", ".join(name for name, row in load_catalog().providers.items() if row.keys)
        raise ConfigError(f'There is no provider "{name}" that takes a key.', hint=f"There are {known}.")
    return row


def store_key(name: str, key: str | Secret) -> None:
    """Keep a provider's key in the system keyring, for this and later sessions.

    Raises:
        ConfigError: No such provider, no key, or no keyring that works.
    """
    key, complaint = wrap_key(key)  # type: ignore[assignment]  # from here on the name holds the wrapped key
    row = _provider(name)
    if complaint or not isinstance(key, Secret):
        raise ConfigError(complaint or f"No key for {row.title} was given; nothing was stored.")
    trouble = _in_keyring("set_password", name, key)
    if trouble:
        raise ConfigError(f"The key was not stored: {trouble}.", hint=_NO_KEYRING.format(variable=row.keys[0]))
    _from_keyring[name] = key
    _of_session.pop(name, None)  # else the older one would go on being used


def keep_key(name: str, key: str | Secret) -> None:
    """Keep a provider's key in this process's memory; it goes before every other, and ends with the session.

    Raises:
        ConfigError: No such provider, or no key.
    """
    key, complaint = wrap_key(key)  # type: ignore[assignment]  # as in store_key
    row = _provider(name)
    if complaint or not isinstance(key, Secret):
        raise ConfigError(complaint or f"No key for {row.title} was given; nothing was kept.")
    _of_session[name] = key


_NO_KEYRING = "Install minimax-nb[keyring] and a keyring, or set {variable} in the environment or a .env file."


def forget_key(name: str) -> bool:
    """Take a provider's key out of this session and the system keyring; true if there was one.

    Raises:
        ConfigError: No such provider, or it is still there because the keyring refused.
    """
    _provider(name)
    kept = _of_session.pop(name, None) is not None
    _from_keyring.pop(name, None)
    if _kept(name) is None:
        return kept
    trouble = _in_keyring("delete_password", name)
    if trouble:
        raise ConfigError(f"The key was not removed: {trouble}.", hint="Remove it with your system's keyring tool.")
    _from_keyring[name] = None
    return True


def _in_keyring(action: str, name: str, *key: Secret) -> str:
    """Do something in the keyring; what went wrong, or "". Raises nothing: its calls hold the bare key."""
    try:
        getattr(importlib.import_module("keyring"), action)(SERVICE, name, *(secret.reveal() for secret in key))
    except ImportError:
        return "the keyring package is not installed"
    except Exception as error:  # noqa: BLE001 - each backend has its own errors, and none may show the call
        return f"the system keyring refused ({type(error).__name__})"
    return ""


def key_status(env: Mapping[str, str] | Environment | None = None) -> dict[str, str]:
    """Provider name to where its key is, in words: never a character of the key itself."""
    env = Environment.of(env)
    rows = load_catalog(env=env).providers.items()
    return {name: _found(name, row, env)[1] for name, row in rows if not row.twin_of}


def ask_key(name: str) -> Secret:
    """Ask for a provider's key in a password prompt; what is typed is not shown.

    Raises:
        ConfigError: No such provider, nobody to ask, or nothing was typed.
    """
    row = _provider(name)
    key, complaint = _typed(f"Key for {row.title} (not shown): ")
    if key is None:
        hint = f"Set {row.keys[0]} in the environment or in a .env file instead."
        raise ConfigError(complaint or "No key was typed.", hint=hint)
    return key


def _typed(prompt: str) -> tuple[Secret | None, str]:
    """What was typed, wrapped, and a complaint if that cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
            answer: Any = wrap_key(getpass.getpass(prompt))
    except (EOFError, OSError, RuntimeError, getpass.GetPassWarning):
        return None, "There is nobody here to type a key."
    return answer  # type: ignore[no-any-return]
