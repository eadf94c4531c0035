"""Whom to ask when no prompt is sent: the service that is named, or each one whose key is found."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minimax_nb.catalog import Endpoint, Recorded, choose, find_key, load_catalog, resolve
from minimax_nb.catalog.rows import Model, Offer, Provider
from minimax_nb.chat.options import limits_of
from minimax_nb.errors import ConfigError
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits

IN_PROCESS = "emulator:"
NOTHING_RECORDED = Recorded()

Where = Mapping[str, str | None]
"""Whom to ask, by the names of ``resolve``'s arguments: provider, face, base_url, region."""


def where_of(said: Mapping[str, Any]) -> Where:
    """Whom the options of a command or magic name."""
    return {name: said.get(name) for name in ("provider", "face", "base_url", "region")}


def services(
    where: Where, layer: Mapping[str, Any] | None = None, recorded: Recorded = NOTHING_RECORDED
) -> list[Endpoint]:
    """Whom to ask: the one that is named, else who answers prompts now and each provider whose key is found.

    The emulator is among them only if it is named.

    Raises:
        ConfigError: As ``resolve``.
    """
    here = asked_endpoint(where, layer, recorded=recorded)
    if any(where.values()) or recorded.only:
        return [here]
    first = [] if here.base_url.startswith(IN_PROCESS) else [here]
    return first + [endpoint for endpoint in keyed_endpoints() if endpoint.provider_name != here.provider_name]


def asked(
    where: Where,
    key: Secret | None,
    complaint: str,
    timeout: float | None,
    layer: Mapping[str, Any] | None,
    *,
    recorded: Recorded = NOTHING_RECORDED,
) -> tuple[Endpoint, Limits]:
    """The endpoint that is asked and how long it may take, from a public function's arguments.

    Args:
        where: Whom to ask.
        key: The key as ``wrap_key`` gave it. The caller wraps it first thing, so that no frame holds the bare key.
        complaint: What ``wrap_key`` had to say of it, or "".
        timeout: Longest silence in seconds.
        layer: Settings between the arguments and the environment.
        recorded: Whose answers a recording holds.

    Raises:
        ConfigError: The key cannot be one, or as ``resolve``.
    """
    if complaint:
        raise ConfigError(complaint)
    return asked_endpoint(where, layer, key, recorded), limits_of(choose({"timeout": timeout}, layer=layer))


def asked_endpoint(
    where: Where,
    layer: Mapping[str, Any] | None = None,
    key: Secret | None = None,
    recorded: Recorded = NOTHING_RECORDED,
) -> Endpoint:
    """The endpoint that a list is asked of; a model in the settings that it does not offer is left aside.

    Raises:
        ConfigError: As ``resolve``.
    """
    names = ("provider", "face", "base_url", "region")
    provider, face, base_url, region = (where.get(name) for name in names)

    def resolved(model: str | None) -> Endpoint:
        return resolve(
            provider=provider,
            model=model,
            face=face,
            base_url=base_url,
            region=region,
            api_key=key,
            layer=layer,
            recorded=recorded,
        )

    try:
        return listing_face(resolved(None))
    except ConfigError:
        row = load_catalog().providers.get(provider or choose(where, layer=layer).provider or "")
        if row is None:
            raise
    return listing_face(resolved(row.default_model or next(iter(row.models), "any")))


def keyed_endpoints() -> list[Endpoint]:
    """Each provider whose key is found, at its own address: no setting sends one provider's key to another's.

    Raises:
        ConfigError: The user's file is malformed.
    """
    found = []
    for name, row in load_catalog().providers.items():
        with contextlib.suppress(ConfigError):  # a key that cannot be one: the report on keys says so
            if row.keys and (key := find_key(name, row)) is not None:
                found.append(listing_face(at_home(name, row, key)))
    return found


def at_home(name: str, row: Provider, key: Secret | None) -> Endpoint:
    """A provider at the address in its row."""
    face_name, face = next(iter(row.faces.items()))
    region = next((region for region, hosts in row.regions.items() if hosts.get(face_name) == face.base_url), "")
    model = row.default_model or next(iter(row.models), "")
    return Endpoint(name, row, face_name, face, face.base_url, model, Model(), Offer(), key, region=region)


def listing_face(endpoint: Endpoint) -> Endpoint:
    """The endpoint over a protocol that has a list of models: its own if that has one."""
    if endpoint.face.models_path is not None or endpoint.base_url != _address(endpoint, endpoint.face_name):
        return endpoint
    for face_name, face in endpoint.provider.faces.items():
        if face.models_path is not None:
            return replace(endpoint, face_name=face_name, face=face, base_url=_address(endpoint, face_name))
    return endpoint


def _address(endpoint: Endpoint, face_name: Any) -> str:  # noqa: ANN401 - the name of one of its protocols
    row = endpoint.provider
    return row.regions.get(endpoint.region, {}).get(face_name, row.faces[face_name].base_url)


def elsewhere(endpoint: Endpoint) -> list[Endpoint]:
    """The same in the provider's other regions; nothing where the address is the user's own."""
    if not endpoint.region:
        return []
    return [
        replace(endpoint, region=region, base_url=hosts[endpoint.face_name])
        for region, hosts in endpoint.provider.regions.items()
        if endpoint.face_name in hosts and hosts[endpoint.face_name] != endpoint.base_url
    ]
