"""What the connect panel shows of each provider: where its key comes from, in words, and never a character of it."""

from __future__ import annotations

from typing import Any

from minimax_nb.catalog import Provider, choose, find_key, key_status, load_catalog, resolve
from minimax_nb.display.tables import Listing
from minimax_nb.errors import ConfigError, MiniMaxError

REGION = "MINIMAX_NB_REGION"
"""The variable that holds the session's region."""


def provider_rows() -> list[dict[str, Any]]:
    """One row a provider, in the order in which keys are looked for: plain values for the page.

    Raises:
        ConfigError: The user's file is malformed.
    """
    rows = load_catalog().providers
    return [_row(name, rows[name], where) for name, where in key_status().items()]


def _row(name: str, row: Provider, where: str) -> dict[str, Any]:
    key_set, said = _said(name, row, where)
    return {
        "name": name,
        "title": row.title,
        "keyed": bool(row.keys) and not row.key_optional,
        "optional": row.key_optional,
        "set": key_set,
        "where": said,
        "place": where,
        "free": row.free,
        "protocols": list(row.faces),
        "regions": {region: next(iter(hosts.values()), "") for region, hosts in row.regions.items()},
        "region": region_of(name, row),
        "docs": row.docs,
        "note": row.note,
        "variables": list(row.keys),
        "code": f'from minimax_nb import Chat\n\nchat = Chat(provider="{name}")',
    }


def _said(name: str, row: Provider, where: str) -> tuple[bool, str]:
    """Whether there is a key that can be used, and where it comes from as a sentence."""
    if where == "none needed":
        return False, "It needs no key."
    if where == "not set":
        return False, "No key was found."
    try:
        find_key(name, row)
    except ConfigError as error:  # what is set there cannot be a key
        return False, str(error)
    return True, _PLACES.get(where, f"The key comes from the {where}.")


_PLACES = {
    ".env": "The key comes from the file .env in the working directory.",
    "keyring": "The key comes from the system keyring.",
    "this session only": "The key was typed here. It is kept for this session only.",
}


def region_of(name: str, row: Provider) -> str:
    """The region a call to this provider would go to now, "" where it has none."""
    wanted = choose({"provider": name}).region
    if wanted in row.regions:
        return wanted
    face_name, face = next(iter(row.faces.items()))
    return next((region for region, hosts in row.regions.items() if hosts.get(face_name) == face.base_url), "")


def answers_now() -> tuple[str, str]:
    """Who answers when no provider is named, and why: a sentence, and what is to be said of it."""
    try:
        here = resolve()
        named = choose().origins.get("provider", "")
    except MiniMaxError as error:
        return "Without a provider's name, nobody answers.", str(error)
    who = f"Without a provider's name, {here.provider.title} answers: {here.model_id} over {here.face_name}."
    if here.note:
        return who, here.note
    if named:
        return who, f"It is named by {named}."
    return who, "It is the first of these whose key is found."


def key_listing(rows: list[dict[str, Any]]) -> Listing:
    """What the notebook keeps: which providers have a key."""
    lines = tuple((row["name"], row["title"], _word(row), ", ".join(row["protocols"])) for row in rows)
    return Listing("Providers and keys", ("provider", "title", "key", "protocols"), lines)


def _word(row: dict[str, Any]) -> str:
    if row["set"]:
        return "set"
    return "not set" if row["keyed"] else "none needed"
