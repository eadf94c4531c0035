"""The user's own TOML: finding it, reading it, and refusing a key in it.

A key in this file would end up in backups and repositories, so it is refused with the place it stands in. Nothing
here lets the file's text reach a traceback: what was read is dropped before anything is raised.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.nearest import did_you_mean
from minimax_nb.catalog.places import Place, dotted, line_of
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
        text = path.read_text("utf-8")
    except OSError as error:
        return {}, f"{path} cannot be read ({error.strerror}).", "Check the file's permissions."
    except UnicodeDecodeError:
        return {}, f"{path} is not UTF-8 text.", "Save it as UTF-8."
    tables, complaint, hint = _parsed(text, path)
    if complaint:
        return {}, complaint, hint
    for name in tables:
        if name not in TABLES or not isinstance(tables[name], dict):
            expected = 'expected the tables [providers.NAME], [models."ID"] and [defaults]'
            where = at_line(path, line_of(text, (name,)))
            return {}, f"{where}: {dotted((name,))}: {expected}.", did_you_mean(name, TABLES)
    place = next(_keys_in(tables), None)
    if place is not None:
        where = at_line(path, line_of(text, place))
        return tables, f"{where}: {dotted(place)}: a key must not stand in this file.", _INSTEAD
    return tables, "", ""


def _parsed(text: str, path: Path) -> tuple[dict[str, Any], str, str]:
    """The tables of a text, and a complaint with its hint where it is no TOML."""
    try:
        return tomllib.loads(text, parse_float=_exact), "", ""
    except tomllib.TOMLDecodeError as error:
        why = re.sub(r"^(.*) \(at (.*)\)$", r"\2: \1", str(error).partition("\n")[0])
        return {}, f"{path} is not valid TOML, {why}.", "Mend that line; the format is described at https://toml.io."
    except (ValueError, RecursionError):  # Python's own bounds, which the reader does not turn into errors of TOML
        long = _TOO_LONG.search(text)
        where = at_line(path, text.count("\n", 0, long.start()) + 1 if long else None)
        return {}, f"{where}: a number is too long, or lists are nested too deeply.", "Make it shorter."


_TOO_LONG = re.compile(r"[0-9A-Fa-f_]{4000,}")


def _exact(number: str) -> Decimal:
    """A decimal number as it stands; one beyond what Decimal holds is none, which the field it is for refuses."""
    try:
        return Decimal(number)
    except InvalidOperation:
        return Decimal("nan")


def line_in(path: Path, place: Sequence[str | int]) -> int | None:
    """The line of the user's file that a place, or the nearest thing around it, stands on; None if it has neither."""
    try:
        return line_of(path.read_text("utf-8"), place)
    except (OSError, UnicodeDecodeError):
        return None


def at_line(path: Path, line: int | None) -> str:
    """How a complaint begins: the file, and the line where that is known."""
    return f"{path}, line {line}" if line else str(path)


_INSTEAD = (
    "Remove it, and if the file was shared, make a new key. Keys go into an environment variable, a .env file or the "
    "system keyring; `keys` here lists the names of such variables."
)


def _keys_in(value: Mapping[str, Any], place: Place = ()) -> Iterator[Place]:
    """The places that hold a key or look as if they did."""
    for name, inner in value.items():
        at = (*place, name)
        plain = re.sub(r"[-_]", "", name.casefold())
        if plain in _KEY_FIELDS or (place[-1:] == ("headers",) and plain in _KEY_HEADERS):
            yield at
        elif name == "keys" and not isinstance(inner, dict):
            yield from _odd_variables(inner, at)
        else:
            yield from _keys_below(inner, at)


def _keys_below(value: object, place: Place) -> Iterator[Place]:
    """The places in a value that look like a key: itself, or what it holds."""
    if isinstance(value, dict):
        yield from _keys_in(value, place)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _keys_below(entry, (*place, index))
    elif looks_like_key(value):
        yield place


def _odd_variables(value: object, place: Place) -> Iterator[Place]:
    """Entries of a ``keys`` list that are a key and not the name of a variable."""
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(entry, str) and (not _VARIABLE.fullmatch(entry) or _looks_random(entry)):
            yield (*place, index)


def looks_like_key(value: object) -> bool:
    """Whether a value has the look of a key: a known beginning, or forty characters without a break."""
    return isinstance(value, str) and _KEY_LIKE.fullmatch(value.strip()) is not None


def _looks_random(word: str) -> bool:
    """Whether a word that could name a variable is a key after all: long, mixed, and not in capitals."""
    return looks_like_key(word) or (len(word) >= 20 and not word.isupper() and any(char.isdigit() for char in word))
