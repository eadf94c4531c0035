"""From names to an endpoint: who answers, over which protocol, at which address, with which key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from minimax_nb.catalog.address import IN_PROCESS, address_complaint, path_of, with_path, with_scheme
from minimax_nb.catalog.endpoint import Endpoint, Recorded
from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.keys import find_key, wrap_key
from minimax_nb.catalog.loader import Catalog, load_catalog
from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.rows import Face, FaceName, Offer, Provider
from minimax_nb.catalog.settings import Choice, choose
from minimax_nb.errors import ConfigError
from minimax_nb.secrets import Secret

EMULATOR = "emulator"
LOCAL = "local"
_NOTHING_RECORDED = Recorded()


def resolve(
    *,
    provider: str | None = None,
    model: str | None = None,
    face: str | None = None,
    base_url: str | None = None,
    region: str | None = None,
    api_key: str | Secret | None = None,
    layer: Mapping[str, object] | None = None,
    env: Mapping[str, str] | Environment | None = None,
    recorded: Recorded = _NOTHING_RECORDED,
) -> Endpoint:
    """Settle who answers a call.

    A base URL without a provider is a local server. An address of the emulator with a provider means the emulator's
    double of that provider ("emulator:modelslab"), so that nobody takes its replies for the provider's. Without a
    provider at all, the first one answers whose key is found and which offers the model; if there is none, the emulator
    does. A bare host as base URL gets the path the provider's own address has; a whole endpoint
    (".../chat/completions") is cut back to its base.

    Whom a recording holds answers of needs no key, and answers where nobody is named (the emulator only if no key is).

    Args:
        provider: Name of a provider's row.
        model: Id as the provider spells it.
        face: "anthropic" or "openai".
        base_url: Another address for the same protocol.
        region: One of the provider's regions.
        api_key: The key; by default it is looked for (see ``keys.py``).
        layer: Settings of the magic's configuration, below arguments and above the environment.
        env: The environment; by default the process's own.
        recorded: Whose answers a recording holds.

    Raises:
        ConfigError: Something named does not exist or does not fit, or the provider's key is missing.
    """
    env = Environment.of(env)
    api_key, complaint = wrap_key(api_key)
    if complaint:
        raise ConfigError(complaint)
    catalog = load_catalog(env=env)
    arguments = {"provider": provider, "model": model, "face": face, "base_url": base_url, "region": region}
    choice = choose(arguments, layer=layer, env=env, catalog=catalog)
    name, key, note = _who(catalog, choice, api_key, env, recorded)
    row = catalog.providers[name]
    model_id, offer, more = _what(catalog, name, choice)
    face_name, url = _where(row, choice, offer)
    return Endpoint(
        provider_name=name,
        provider=row,
        face_name=face_name,
        face=row.faces[face_name],
        base_url=url,
        model_id=model_id,
        model=catalog.model(model_id, offer),
        offer=offer,
        key=key or Secret.of(row.placeholder_key),
        note=" ".join(filter(None, (note, more))),
        region=_region_at(row, face_name, url),
    )


# -- who ---------------------------------------------------------------------------------------------------------------


def _who(
    catalog: Catalog, choice: Choice, key: Secret | None, env: Environment, recorded: Recorded
) -> tuple[str, Secret | None, str]:
    """Name of the provider, the key, and a note if the reader should know why."""
    if choice.provider is not None:
        row, name = _named_row(catalog, choice), choice.provider
        if not row.free and (choice.base_url or "").startswith(IN_PROCESS):
            name = f"{EMULATOR}:{name}"
            row = catalog.providers[name]
        return name, key or _its_key(name, row, env, recorded), ""
    if choice.base_url is not None:
        name = EMULATOR if choice.base_url.startswith(IN_PROCESS) else LOCAL
        return name, key or find_key(name, catalog.providers[name], env), ""
    if (heard := _heard(catalog, choice, key, recorded)) is not None:
        return heard, key or _its_key(heard, catalog.providers[heard], env, recorded), ""
    candidates = [name for name, row in catalog.providers.items() if row.keys and not row.key_optional]
    if choice.model is not None:
        offering = catalog.offering(choice.model)
        if not offering:
            raise _unknown_model(catalog, choice, candidates)
        candidates = [name for name in candidates if name in offering]
    for name in candidates:
        if found := key or find_key(name, catalog.providers[name], env):
            return name, found, ""
    return EMULATOR, key, _no_key_note(catalog, choice, candidates)


def _no_key_note(catalog: Catalog, choice: Choice, candidates: list[str]) -> str:
    """Why the emulator answers, and what to set so that a model does."""
    if choice.model is not None and not candidates:
        local = ", ".join(name for name in catalog.offering(choice.model) if name != EMULATOR)
        ask = f"name its provider with -p ({local})" if local else "name a provider that serves it with -p"
        return f"{choice.model} is not sold by a service, so the built-in emulator answers; to ask a model, {ask}."
    variables = [catalog.providers[name].keys[0] for name in candidates]
    others = f" (or {listed(variables[1:])})" if variables[1:] else ""
    what = f" for {choice.model}" if choice.model else ""
    return (
        f"No key was found{what}, so the built-in emulator answers, which is no model. "
        f"To ask a model, set {variables[0]}{others}."
    )


def _named_row(catalog: Catalog, choice: Choice) -> Provider:
    """The row of the provider that was named."""
    name = cast("str", choice.provider)
    if name not in catalog.providers:
        known = [known for known, row in catalog.providers.items() if not row.twin_of]
        hint = did_you_mean(name, catalog.providers, otherwise=f"There are {listed(known, last='and')}.")
        raise ConfigError(f"There is no provider called {choice.said('provider')}.", hint=hint)
    return catalog.providers[name]


def _heard(catalog: Catalog, choice: Choice, key: Secret | None, recorded: Recorded) -> str | None:
    """Who answers from a recording where nobody is named; None if that settles nothing."""
    if key is not None and not recorded.only:
        return None  # it was given for somebody, and must not go to another one
    for name in recorded.providers:
        row = catalog.providers.get(name)
        if row is None or (row.free and not recorded.only):
            continue
        if choice.model is None or row.any_model or row.offer(choice.model) is not None:
            return name
    return None


def _its_key(name: str, row: Provider, env: Environment, recorded: Recorded) -> Secret | None:
    """The provider's key; None only where none is needed."""
    if recorded.only:
        return None
    key = find_key(name, row, env)
    if key is None and row.keys and not row.key_optional and not recorded.covers(name):
        raise ConfigError(
            f"No key was found for {row.title}.",
            hint=f"Set {listed(row.keys)} in the environment or in a .env file here, keep one in the system keyring, "
            "or pass Chat(api_key=getpass()). Without a key, -p emulator works.",
        )
    return key


# -- where -------------------------------------------------------------------------------------------------------------


def _where(row: Provider, choice: Choice, offer: Offer) -> tuple[FaceName, str]:
    """The protocol and its base URL."""
    named = _named_face(row, choice)
    if choice.base_url is not None:
        return _placed(row, choice, named)
    usual = next(face for face in (*offer.faces, *row.faces) if face in row.faces)
    face_name = usual if named is None else named
    region = _region(row, choice)
    own = row.faces[face_name].base_url
    return face_name, row.regions[region].get(face_name, own) if region else own


def _named_face(row: Provider, choice: Choice) -> FaceName | None:
    if choice.face is None:
        return None
    if choice.face not in row.faces:
        hint = did_you_mean(choice.face, row.faces, otherwise=f"It speaks {listed(row.faces, last='and')}.")
        raise ConfigError(f"{row.title} has no protocol called {choice.said('face')}.", hint=hint)
    return choice.face


def _region(row: Provider, choice: Choice) -> str:
    """The region's name, or "" for the provider's own default.

    A region that was not typed for this call is left aside at a provider that has no regions.
    """
    wanted = choice.region
    if wanted is None or wanted in row.regions:
        return wanted or ""
    if not row.regions and choice.origins["region"] != "argument":
        return ""
    hint = did_you_mean(wanted, row.regions, otherwise=f"There are {listed(row.regions, last='and')}.")
    raise ConfigError(
        f"{row.title} has no region called {choice.said('region')}.",
        hint=hint if row.regions else "It has no regions at all; leave the option out.",
    )


def _region_at(row: Provider, face_name: FaceName, url: str) -> str:
    """The region that an address is in, or ""."""
    return next((name for name, hosts in row.regions.items() if hosts.get(face_name) == url), "")


def _placed(row: Provider, choice: Choice, named: FaceName | None) -> tuple[FaceName, str]:
    """The protocol and base URL that a user's own address means."""
    url = cast("str", choice.base_url)
    if complaint := address_complaint(url):
        shown = "" if "@" in url or "?" in url else f" {choice.said('base_url')}"
        likely = "" if "://" in url or not shown else f" Did you mean {with_scheme(url)}?"
        raise ConfigError(f"The base URL{shown} cannot be used: {complaint}.", hint=likely.strip())
    path = path_of(url)
    for face_name, face in row.faces.items():
        if path.endswith(face.chat_path):
            if named not in {None, face_name}:
                raise ConfigError(
                    f"The base URL {choice.said('base_url')} is one of the {face_name} protocol, not of {named}.",
                    hint=f"Leave --face out, or cut {face.chat_path} from the address.",
                )
            named, path = face_name, path.removesuffix(face.chat_path)
            break
    face_name = named or _face_by_path(row, path)
    return face_name, with_path(url, _base_path(path, row.faces[face_name]))


def _face_by_path(row: Provider, path: str) -> FaceName:
    """The protocol whose own address ends as this one does, or the provider's first."""
    for face_name, face in row.faces.items():
        own = path_of(face.base_url)
        if own and path.endswith((own, own + _version(face))):
            return face_name
    return next(iter(row.faces))


def _base_path(path: str, face: Face) -> str:
    """The path of the base URL: without a version that the chat path repeats, and not bare where the row's is not."""
    return path.removesuffix(_version(face)) or path_of(face.base_url)


def _version(face: Face) -> str:
    """The version that the chat path begins with ("/v1"), or ""."""
    version = re.match(r"/v\d+(?=/)", face.chat_path)
    return version[0] if version else ""


# -- what --------------------------------------------------------------------------------------------------------------


def _what(catalog: Catalog, name: str, choice: Choice) -> tuple[str, Offer, str]:
    """The model's id, the provider's row for it, and a note if none was named where that matters."""
    row = catalog.providers[name]
    if choice.model is None:
        # A server of one's own answers to the name it serves, so the first of a list would be a guess.
        model_id = row.default_model or ("" if row.any_model else next(iter(row.models), ""))
        if not model_id:
            raise ConfigError(f"{row.title} has no default model.", hint="Name one with -m.")
        note = _UNNAMED.format(model=model_id) if row.any_model and model_id not in row.models else ""
        return model_id, row.models.get(model_id, Offer()), note
    offer = row.offer(choice.model)
    if offer is not None or row.any_model:
        return choice.model, offer or Offer(), ""
    raise _unknown_model(catalog, choice, [name])


_UNNAMED = 'No model was named, so "{model}" is asked for; if the server wants the name it serves, give it with -m.'


def _unknown_model(catalog: Catalog, choice: Choice, names: list[str]) -> ConfigError:
    """The error for a model that these providers do not offer: the nearest right id, theirs, and who has it."""
    model = cast("str", choice.model)
    one = names[0] if len(names) == 1 else None
    offered = list(dict.fromkeys(model_id for name in names for model_id in catalog.providers[name].models))
    near = did_you_mean(model, offered)
    elsewhere = [name for name in catalog.offering(model) if name not in names and name != EMULATOR]
    there = f"{model} is offered by {listed(elsewhere, last='and')} (option -p)." if elsewhere else ""
    if one is None:
        every = did_you_mean(model, (model_id for row in catalog.providers.values() for model_id in row.models))
        return ConfigError(
            f"No provider offers a model called {choice.said('model')}.",
            hint=near or every or f"There are {listed(offered, most=24, last='and')}.",
        )
    title, of = catalog.providers[one].title, catalog.providers[one].twin_of or one
    offers = f"It offers {listed(offered, most=24, last='and')}." if offered else ""
    new = f'If it is new there, add [providers.{of}.models."{model}"] to your configuration file.'
    misspelt = model.casefold() in {model_id.casefold() for model_id in offered}
    hint = " ".join(filter(None, (near, there, offers, "" if there or misspelt else new)))
    return ConfigError(f"{title} offers no model called {choice.said('model')}.", hint=hint)
