"""One order for every setting: argument, magic configuration, environment, the user's file, default.

A model, protocol, address or region belongs to a provider. Where a lower layer names another provider than the one
chosen above it, what it says of these four is left aside: an address kept for one service must never get another's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from os import PathLike
from types import MappingProxyType
from typing import Any, cast

from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.loader import Catalog, load_catalog
from minimax_nb.catalog.nearest import did_you_mean
from minimax_nb.errors import ConfigError

VARIABLES = MappingProxyType(
    {
        "provider": "MINIMAX_NB_PROVIDER",
        "model": "MINIMAX_NB_MODEL",
        "face": "MINIMAX_NB_FACE",
        "base_url": "MINIMAX_NB_BASE_URL",
        "region": "MINIMAX_NB_REGION",
        "paint": "MINIMAX_NB_PAINT",
        "cassette": "MINIMAX_NB_CASSETTE",
        "cassette_mode": "MINIMAX_NB_CASSETTE_MODE",
        "cassette_speed": "MINIMAX_NB_CASSETTE_SPEED",
    }
)
"""Setting to environment variable. ``MINIMAX_NB_CONFIG`` names the user's file itself."""

PAINTS = ("live", "once", "plain")
_OF_A_PROVIDER = frozenset({"model", "face", "base_url", "region"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for, each setting from the highest layer that says something. None is "nobody said".

    Attributes:
        timeout: Seconds without a byte before a call is given up.
        retries: How often a call that failed is sent again.
        retry_wait: Seconds before the first of them.
        cassette: File of a recording.
        cassette_mode: What is done with it: "off", "auto", "record" or "replay".
        cassette_speed: How fast it is replayed: "full", "recorded", or a factor.
        origins: Setting to where it came from, in words ("argument", "MINIMAX_NB_MODEL", the file's path).
    """

    provider: str | None = None
    model: str | None = None
    face: str | None = None
    base_url: str | None = None
    region: str | None = None
    system: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    thinking: str | None = None
    effort: str | None = None
    service_tier: str | None = None
    timeout: float | None = None
    retries: int | None = None
    retry_wait: float | None = None
    paint: str | None = None
    cassette: str | PathLike[str] | None = None
    cassette_mode: str | None = None
    cassette_speed: str | float | None = None
    origins: Mapping[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """The setting's value and, if it was no argument, where it came from: for error messages."""
        origin = self.origins.get(name, "argument")
        return f'"{getattr(self, name)}"' + ("" if origin == "argument" else f" (from {origin})")


SETTINGS = tuple(f.name for f in fields(Choice) if f.name != "origins")
"""Names of all settings, in the order of :class:`Choice`."""


def choose(
    arguments: Mapping[str, object] | None = None,
    *,
    layer: Mapping[str, object] | None = None,
    env: Mapping[str, str] | Environment | None = None,
    catalog: Catalog | None = None,
) -> Choice:
    """Settle every setting.

    Args:
        arguments: Settings by name, as a call gave them. None and blank strings say nothing, other names are ignored.
        layer: The same from the magic's configuration.
        env: The environment; by default the process's own.
        catalog: Whose ``[defaults]`` count; by default the one that is loaded.

    Raises:
        ConfigError: The user's file is malformed, or ``paint`` is none of its three words.
    """
    env = Environment.of(env)
    catalog = catalog or load_catalog(env=env)
    chosen: dict[str, object] = {}
    origins: dict[str, str] = {}
    for values, origin in _layers(arguments, layer, env, catalog):
        above = chosen.get("provider")
        foreign = above is not None and values.get("provider") not in {None, "", above}
        for name in SETTINGS:
            value = values.get(name)
            if name in chosen or _blank(value) or (foreign and name in _OF_A_PROVIDER):
                continue
            chosen[name] = value.strip() if isinstance(value, str) and name != "system" else value
            origins[name] = VARIABLES[name] if origin == "environment" else origin
    choice = Choice(**cast("dict[str, Any]", chosen), origins=MappingProxyType(origins))
    if choice.paint is not None and choice.paint not in PAINTS:
        raise ConfigError(
            f"There is no way to paint called {choice.said('paint')}.",
            hint=did_you_mean(str(choice.paint), PAINTS, otherwise=f"There are {', '.join(PAINTS)}."),
        )
    return choice


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _layers(
    arguments: Mapping[str, object] | None, layer: Mapping[str, object] | None, env: Environment, catalog: Catalog
) -> Iterator[tuple[Mapping[str, object], str]]:
    """The layers from the highest down, each with its name."""
    yield arguments or {}, "argument"
    yield layer or {}, "%minimax_config"
    yield {name: env.get(variable) for name, variable in VARIABLES.items()}, "environment"
    yield catalog.defaults, str(catalog.path)
