"""The user's own TOML: finding it, reading it, and refusing a key in it.

A key in this file would end up in backups and repositories, so it is refused with the place it stands in. Nothing
here lets the file's text reach a traceback: what was read is dropped before anything is raised.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.nearest import did_you_mean
from minimax_nb.errors import ConfigError

TABLES = ("providers", "models", "defaults")
_KEY_FIELDS = frozenset({"key", "apikey", "accesskey", "secret", "secretkey", "token", "password"})
_KEY_HEADERS = frozenset({"authorization", "proxyauthorization", "xapikey", "apikey", "xgoogapikey"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_KEY_LIKE = re.compile(r"(?:Bearer\s+)?(?:(?:sk|pk|rk)[-_]\S{6,}|runapi_\S{6,}|eyJ[\w-]{6,}\.\S*)|[A-Za-z0-9_+=-]{40,}")


def default_config_path(env: Mapping[str, str] | Environment | None = None) -> Path:
    """Where the user's file is looked for: ``MINIMAX_NB_CONFIG``, else the platform's configuration folder."""
    env = Environment.of(env)
    if named := env.get("MINIMAX_NB_CONFIG"):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_config_path("minimax-nb") / "config.toml"


def config_path(env: Mapping[str, str] | Environment | None = None) -> Path | None:
    """The user's file, or None if it is not there; it need not be."""
    env = Environment.of(env)
    path = default_config_path(env)
    return path if path.is_file() else None


def read_user_file(path: Path) -> dict[str, Any]:
    """The user's tables, checked for their names and for keys, not yet for their fields.

    Raises:
        ConfigError: The file cannot be read, is no TOML, has an unknown table, or holds a key.
    """
    tables, complaint, hint = _read(path)
    if complaint:
        tables.clear()  # a key may be among them, and tracebacks show local variables
        raise ConfigError(complaint, hint=hint)
    return tables


def _read(path: Path) -> tuple[dict[str, Any], str, str]:
    """The tables, and a complaint with its hint where there is one. Raises nothing: its variables hold the text."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except OSError as error:
        return {}, f"{path} cannot be read ({error.strerror}).", "Check the file's permissions."
    except UnicodeDecodeError:
        return {}, f"{path} is not UTF-8 text.", "Save it as UTF-8."
    except tomllib.TOMLDecodeError as error:
        why = re.sub(r"^(.*) \(at (.*)\)$", r"\2: \1", str(error).partition("\n")[0])
        return {}, f"{path} is not valid TOML, {why}.", "Mend that line; the format is described at https://toml.io."
    for name in tables:
        if name not in TABLES or not isinstance(tables[name], dict):
            expected = 'expected the tables [providers.NAME], [models."ID"] and [defaults]'
            return {}, f"{path}: {name}: {expected}.", did_you_mean(name, TABLES)
    place = next(_keys_in(tables), None)
    if place is not None:
        return tables, f"{path}: {place}: a key must not stand in this file.", _INSTEAD
    return tables, "", ""


_INSTEAD = (
    "Remove it, and if the file was shared, make a new key. Keys go into an environment variable, a .env file or the "
    "system keyring; `keys` here lists the names of such variables."
)


def _keys_in(value: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """The places that hold a key or look as if they did."""
    for name, inner in value.items():
        at = f"{place}.{name}" if place else name
        plain = re.sub(r"[-_]", "", name.casefold())
        if plain in _KEY_FIELDS or (place.endswith("headers") and plain in _KEY_HEADERS):
            yield at
        elif isinstance(inner, dict):
            yield from _keys_in(inner, at)
        elif name == "keys":
            yield from _odd_variables(inner, at)
        elif looks_like_key(inner):
            yield at


def _odd_variables(value: object, place: str) -> Iterator[str]:
    """Entries of a ``keys`` list that are a key and not the name of a variable."""
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(entry, str) and (not _VARIABLE.fullmatch(entry) or _looks_random(entry)):
            yield f"{place}[{index}]"


def looks_like_key(value: object) -> bool:
    """Whether a value has the look of a key: a known beginning, or forty characters without a break."""
    return isinstance(value, str) and _KEY_LIKE.fullmatch(value.strip()) is not None


def _looks_random(word: str) -> bool:
    """Whether a word that could name a variable is a key after all: long, mixed, and not in capitals."""
    return looks_like_key(word) or (len(word) >= 20 and not word.isupper() and any(char.isdigit() for char in word))
