"""Keys: where each service looks for one, and the few that mean something here. Any other key will do.

MiniMax, ModelsLab, RunAPI and OpenRouter documentation, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from minimax_nb.emulator.heard import FaceName, Refused
from minimax_nb.emulator.refusals import bad_key
from minimax_nb.emulator.services import Name, Service

Place = Literal["bearer", "x-api-key", "key", "x-goog-api-key", "body"]

PLACES: dict[Name, tuple[Place, ...]] = {
    "minimax": ("bearer",),
    "modelslab": ("bearer", "x-api-key", "key", "body"),
    "runapi": ("bearer", "x-api-key", "x-goog-api-key"),
    "openrouter": ("bearer",),
    "local": ("bearer", "x-api-key"),
}
"""Where a key may stand. MiniMax takes x-api-key too on its Anthropic-compatible protocol; Authorization goes first."""

BAD_KEY, POOR_KEY, PLAN_KEY, ONE_MODEL_KEY = "bad-key", "poor-key", "sk-cp-", "one-model-key"
OUTSIDE_PLAN = frozenset({"M2-her"})
ALLOWED = "MiniMax-M2"
_REGIONS = {"global": "cn-key", "cn": "global-key"}

DEMO_KEYS: dict[str, str] = {
    BAD_KEY: "refused everywhere: HTTP 401",
    "cn-key": "a key of China: HTTP 401 from MiniMax, but not under /cn",
    "global-key": "a key of the rest of the world: HTTP 401 under /cn",
    POOR_KEY: "no credit left: HTTP 402 for every reply (MiniMax: code 1008)",
    f"{PLAN_KEY}...": f"MiniMax: a plan's key; {', '.join(OUTSIDE_PLAN)} is outside the plan (code 2061 in HTTP 200)",
    ONE_MODEL_KEY: f"RunAPI: a key that may use {ALLOWED} only",
}


def keys_of(service: Name, face: FaceName, headers: Mapping[str, str], body: Mapping[str, Any]) -> list[str]:
    """The keys that count in a request, in the order in which the service looks for them."""
    scheme, _, rest = headers.get("authorization", "").strip().partition(" ")
    at: dict[Place, str] = {
        "bearer": rest.strip() if scheme.lower() == "bearer" else scheme,
        "x-api-key": headers.get("x-api-key", ""),
        "x-goog-api-key": headers.get("x-goog-api-key", ""),
        "key": headers.get("key", ""),
        "body": str(body.get("key") or ""),
    }
    places: tuple[Place, ...] = PLACES[service]
    if service == "minimax" and face == "anthropic":
        places = ("bearer", "x-api-key")
    found = [at[place] for place in places if at[place]]
    return found[:1] if service == "minimax" else found


def check_key(service: Service, face: FaceName, headers: Mapping[str, str], keys: list[str], *, needed: bool) -> None:
    """Refuse a request whose key is missing or no good.

    Raises:
        Refused: It is.
    """
    bad = {BAD_KEY}
    if service.name == "minimax":
        bad.add(_REGIONS[service.region])
    if bad & set(keys) or (needed and not keys):
        by_header = face == "anthropic" and "x-api-key" in headers and not headers.get("authorization")
        raise bad_key(service.name, "X-Api-Key" if by_header else "Authorization")


def check_account(service: Service, model: str, keys: list[str]) -> None:
    """Refuse a reply that the key's account does not have.

    Raises:
        Refused: There is no credit, or the model is none of the key's.
    """
    if POOR_KEY in keys:
        raise Refused("insufficient balance", status=402, code=1008)
    plan = service.name == "minimax" and any(key.startswith(PLAN_KEY) for key in keys)
    if plan and model in OUTSIDE_PLAN:
        raise Refused("your current token plan does not support this model", status=200, code=2061)
    if service.name == "runapi" and ONE_MODEL_KEY in keys and model != ALLOWED:
        raise Refused(f"This key is not allowed to use {model}", status=403, code=None)
