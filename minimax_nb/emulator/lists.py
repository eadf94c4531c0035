"""Lists of models, in the shapes in which services print them, and RunAPI's balance.

MiniMax models pages, and ModelsLab, RunAPI and OpenRouter documentation, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from minimax_nb.emulator.auth import ALLOWED, ONE_MODEL_KEY
from minimax_nb.emulator.heard import Refused
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.services import Route

_USUAL, _MOST = 20, 1000
_PRICES = {  # OpenRouter, USD a token: models.dev catalogue of 2026-07-02
    "minimax/minimax-m3": ("0.0000003", "0.0000012"),
    "minimax/minimax-m2.7": ("0.00000018", "0.00000072"),
    "minimax/minimax-m2.5": ("0.00000012", "0.00000048"),
    "minimax/minimax-m2.1": ("0.00000029", "0.00000095"),
    "minimax/minimax-m2": ("0.000000255", "0.000001"),
    "minimax/minimax-m1": ("0.0000004", "0.0000022"),
}
BALANCE = {
    "balance_cents": 1250,
    "paid_balance_cents": 1000,
    "bonus_balance_cents": 250,
    "spent_cents_today": 0,
    "spent_cents_total": 0,
}


def _openai(name: str, facts: Facts) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": facts.since, "owned_by": "minimax"}


def _anthropic(name: str, facts: Facts) -> dict[str, Any]:
    day = datetime.fromtimestamp(facts.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": name, "type": "model", "display_name": name, "created_at": day}


def _local(name: str, facts: Facts) -> dict[str, Any]:
    served = {"root": name, "parent": None, "max_model_len": facts.context}
    return {"id": name, "object": "model", "created": facts.since, "owned_by": "vllm", **served}


def _openrouter(name: str, facts: Facts) -> dict[str, Any]:
    prompt, completion = _PRICES.get(name, ("-1", "-1"))
    return {
        "id": name,
        "name": f"MiniMax: {name.removeprefix('minimax/')}",
        "created": facts.since,
        "context_length": facts.context,
        "architecture": {"input_modalities": ["text", "image"] if facts.sees else ["text"]},
        "pricing": {"prompt": prompt, "completion": completion},
        "top_provider": {"context_length": facts.context, "max_completion_tokens": facts.max_output},
    }


def listing(route: Route, named: str, headers: Mapping[str, str], query: str, keys: list[str]) -> dict[str, Any]:
    """The list of a service's models, or the one that was named.

    RunAPI prints the shape that fits the way the key came, and only what the key may use.

    Raises:
        Refused: There is no model of that name, or the page asked for makes no sense.
    """
    service = route.service
    models = dict(service.listed)
    if service.name == "runapi" and ONE_MODEL_KEY in keys:
        models = {ALLOWED: models[ALLOWED]}
    by_header = service.name == "runapi" and "x-api-key" in headers
    anthropic = route.face == "anthropic" or by_header
    others: dict[str, Callable[[str, Facts], dict[str, Any]]] = {"local": _local, "openrouter": _openrouter}
    write = _anthropic if anthropic else others.get(service.name, _openai)
    if route.action == "model":
        if named not in models:
            status = 404 if anthropic or service.name == "local" else 400
            raise Refused(f"unknown model '{named}'", status=status, code=None if anthropic else 2013)
        return write(named, models[named])
    data = [write(name, facts) for name, facts in models.items()]
    if anthropic:
        return _page(data, query)
    return {"data": data} if service.name == "openrouter" else {"object": "list", "data": data}


def _page(data: list[dict[str, Any]], query: str) -> dict[str, Any]:
    """One page of a list: at most ``limit`` entries after ``after_id`` or before ``before_id``."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    limit = asked.get("limit", str(_USUAL))
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
        raise Refused(f"limit must be in [1, {_MOST}]")
    names = [entry["id"] for entry in data]
    for name in ("after_id", "before_id"):
        if name in asked and asked[name] not in names:
            raise Refused(f"{name} names no model: '{asked[name]}'")
    if "before_id" in asked:
        left = data[: names.index(asked["before_id"])]
        shown, more = left[-int(limit) :], len(left) > int(limit)
    else:
        left = data[names.index(asked["after_id"]) + 1 :] if "after_id" in asked else data
        shown, more = left[: int(limit)], len(left) > int(limit)
    ends = (shown[0]["id"], shown[-1]["id"]) if shown else (None, None)
    return {"data": shown, "first_id": ends[0], "last_id": ends[1], "has_more": more}
