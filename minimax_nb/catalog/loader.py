"""The catalog: the built-in rows with the user's own laid over them, read on first use and kept.

The user's file is looked at again whenever rows are asked for, and read again when its time or size has changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from minimax_nb.catalog.built_in import row_of
from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.places import Place, dotted
from minimax_nb.catalog.rows import Model, Offer, Provider, Row
from minimax_nb.catalog.user_file import at_line, config_path, line_in, read_user_file
from minimax_nb.errors import ConfigError

_R = TypeVar("_R", bound=Row)

_FACE_DEFAULTS: dict[str, dict[str, Any]] = {
    "openai": {"chat_path": "/chat/completions", "models_path": "/models"},
    "anthropic": {
        "chat_path": "/v1/messages",
        "models_path": "/v1/models",
        "headers": {"anthropic-version": "2023-06-01"},
        "max_tokens_default": 8192,  # the protocol requires a limit
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Row):
    """The user's ``[defaults]``: what is asked for when nobody says otherwise. None is "not said".

    Attributes:
        timeout: Seconds without a byte before a call is given up.
        retries: How often a call that failed is sent again.
        retry_wait: Seconds before the first of them.
        paint: "live", "once" or "plain".
    """

    provider: str | None = None
    model: str | None = None
    face: Literal["anthropic", "openai"] | None = None
    base_url: str | None = None
    region: str | None = None
    system: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    thinking: Literal["adaptive", "off"] | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    service_tier: Literal["standard", "priority"] | None = None
    cassette: str | None = None
    cassette_mode: Literal["off", "auto", "record", "replay"] | None = None
    cassette_speed: str | float | None = None
    timeout: float | None = None
    retries: int | None = None
    retry_wait: float | None = None
    paint: Literal["live", "once", "plain"] | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """All rows by name, in their order, and the user's defaults.

    Attributes:
        providers: Provider rows by name.
        models: Model rows by the id their maker gives them.
        defaults: What the user's file sets in ``[defaults]``, by name, without what it leaves out.
        own: Names of the providers that only the user's file has.
        path: The user's file, or None where there is none.
    """

    providers: Mapping[str, Provider]
    models: Mapping[str, Model]
    defaults: Mapping[str, Any]
    own: frozenset[str] = frozenset()
    path: Path | None = None

    def model(self, model_id: str, offer: Offer) -> Model:
        """What is known of a model as an offer has it; an unknown one is all unknown."""
        row = self.models.get(offer.of or model_id) or Model()
        changed = {name: value for name in _OVERRIDES if (value := getattr(offer, name)) not in {None, ""}}
        if "status" in changed:
            changed.setdefault("status_date", None)
            changed.setdefault("note", "")
        return replace(row, **changed) if changed else row

    def offering(self, model_id: str) -> list[str]:
        """Names of the providers that list this id, the emulator and its like last, its doubles not at all."""
        rows = self.providers.items()
        names = [name for name, row in rows if not row.twin_of and row.offer(model_id) is not None]
        return sorted(names, key=lambda name: self.providers[name].every_model)


_OVERRIDES = ("context", "max_output", "status", "status_date", "note")
_kept: dict[Path, tuple[tuple[int, int], Catalog]] = {}


def load_catalog(path: Path | None = None, env: Mapping[str, str] | Environment | None = None) -> Catalog:
    """The catalog, kept between calls until the user's file changes.

    Args:
        path: The user's file, which must be there; by default ``MINIMAX_NB_CONFIG``, else ``minimax-nb/config.toml``
            in the platform's configuration folder, either of which need not be.
        env: Where ``MINIMAX_NB_CONFIG`` is looked up; by default the process's environment.

    Raises:
        ConfigError: ``path`` is not there, or the user's file is malformed; the message has the line or the place.
    """
    env = Environment.of(env)
    if path is not None and not path.is_file():
        raise ConfigError(f"There is no configuration file {path}.", hint="Check the path.")
    user = path or config_path(env)
    if user is None:
        return _built_in()
    seen = user.stat()
    stamp = (seen.st_mtime_ns, seen.st_size)
    kept = _kept.get(user)
    if kept is None or kept[0] != stamp:
        kept = _kept[user] = (stamp, _with_user(user))
    return kept[1]


@cache
def _tables() -> tuple[dict[str, Any], dict[str, Any]]:
    """The built-in tables of providers and models, as plain values."""
    here = resources.files(__package__)
    providers, models = (
        tomllib.loads((here / name).read_text("utf-8"), parse_float=Decimal)
        for name in ("providers.toml", "models.toml")
    )
    return providers["providers"], models


@cache
def _built_in() -> Catalog:
    providers, models = _tables()
    return _catalog(
        {name: row_of(Provider, table) for name, table in providers.items()},
        {name: row_of(Model, table) for name, table in models.items()},
    )


def _with_user(path: Path) -> Catalog:
    """The built-in rows with the file's laid over them; rows the file does not touch are taken as they are."""
    user = read_user_file(path)
    built_in = _built_in()
    provider_tables, model_tables = _tables()
    providers = {name: row for name, row in built_in.providers.items() if not row.twin_of}
    own = frozenset(user.get("providers", {})) - frozenset(providers)
    for name, table in _named_tables(user, "providers", path).items():
        merged = _merged(provider_tables.get(name, {}), table)
        _fill_in(name, merged, new=name in own)
        providers[name] = _row(Provider, merged, path, ("providers", name))
    models = dict(built_in.models)
    for name, table in _named_tables(user, "models", path).items():
        models[name] = _row(Model, _merged(model_tables.get(name, {}), table), path, ("models", name))
    defaults = _row(Defaults, user.get("defaults", {}), path, ("defaults",))
    said = {f.name: value for f in fields(defaults) if (value := getattr(defaults, f.name)) is not None}
    return _catalog(providers, models, said, own, path)


def _catalog(
    providers: dict[str, Provider],
    models: dict[str, Model],
    defaults: Mapping[str, Any] | None = None,
    own: frozenset[str] = frozenset(),
    path: Path | None = None,
) -> Catalog:
    """Freeze the rows.

    A row that offers every model gets the others' offers, and every known model's own id; one that plays the others
    brings a double of each.
    """
    every: dict[str, Offer] = {}
    for row in providers.values():
        for model_id, offer in row.models.items():
            every.setdefault(model_id, replace(offer, built_in_tokens=None))  # nobody adds anything in its name
    for model_id in models:
        every.setdefault(model_id, Offer())
    for name, row in providers.items():
        if row.every_model:
            providers[name] = replace(row, models={**every, **row.models})
    actors = [(name, row) for name, row in providers.items() if row.acts_as]
    for actor_name, actor in actors:
        doubles = {f"{actor_name}:{name}": row.double(actor, name) for name, row in providers.items() if row != actor}
        providers |= doubles
    return Catalog(MappingProxyType(providers), MappingProxyType(models), MappingProxyType(defaults or {}), own, path)


def _named_tables(user: Mapping[str, Any], kind: str, path: Path) -> dict[str, dict[str, Any]]:
    """The tables under ``[providers]`` or ``[models]``, each of which must be a table itself."""
    tables: dict[str, dict[str, Any]] = user.get(kind, {})
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _complaint(path, (kind, name), "expected a table", f'Write it as [{kind}."{name}"].')
        if kind == "providers" and ":" in name:
            played = name.rpartition(":")[2]
            said = "names with a colon are those of the emulator's doubles"
            raise _complaint(path, (kind, name), said, f"Change [providers.{played}]; its double follows.")
    return tables


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` laid on ``under``: tables are merged field by field, everything else replaces."""
    merged = deepcopy(dict(under))
    for name, value in over.items():
        below = merged.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[name] = _merged(below, value)
        else:
            merged[name] = value
    return merged


def _fill_in(name: str, table: dict[str, Any], *, new: bool) -> None:
    """Give a user's table what it may leave out: a title, whether any model goes, each protocol's usual paths."""
    if new:
        table.setdefault("title", name)
        table.setdefault("any_model", not table.get("models"))
    faces = table.get("faces")
    if not isinstance(faces, dict):
        return  # validation says so
    for face, usual in _FACE_DEFAULTS.items():
        if isinstance(faces.get(face), dict) and "chat_path" not in faces[face]:
            faces[face] = {**deepcopy(usual), **faces[face]}


def _row(kind: type[_R], table: Mapping[str, Any], path: Path, place: Place) -> _R:
    """The validated row.

    Raises:
        ConfigError: With the line, the place and what is expected there.
    """
    from minimax_nb.catalog.complaints import Complaint, validated  # loads pydantic, which only a user's file needs

    found = validated(kind, table)
    if not isinstance(found, Complaint):
        return found
    raise _complaint(path, (*place, *found.place), found.said, found.hint)


def _complaint(path: Path, place: Place, said: str, hint: str) -> ConfigError:
    """What is wrong with the user's file, with file, line and place."""
    # the ids of [models."ID"] are quoted as people write them, also the few that need no quotes
    shown = (
        ".".join(filter(None, (f'models."{place[1]}"', dotted(place[2:])))) if place[0] == "models" else dotted(place)
    )
    return ConfigError(f"{at_line(path, line_in(path, place))}: {shown}: {said}.", hint=hint)
