"""Lists of models, in the two shapes in which services print them.

MiniMax models pages and ModelsLab and RunAPI documentation, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from minimax_nb.emulator.heard import Refused
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.services import Route


def _openai(name: str, facts: Facts) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": facts.since, "owned_by": "minimax"}


def _anthropic(name: str, facts: Facts) -> dict[str, Any]:
    day = datetime.fromtimestamp(facts.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": name, "type": "model", "display_name": name, "created_at": day}


def listing(route: Route, named: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The list of a service's models, or the one that was named.

    RunAPI prints the shape that fits the way the key came.

    Raises:
        Refused: There is no model of that name.
    """
    models = route.service.listed
    by_header = route.service.name == "runapi" and "x-api-key" in headers
    anthropic = route.face == "anthropic" or by_header
    write = _anthropic if anthropic else _openai
    if route.action == "model":
        if named not in models:
            status = 404 if anthropic else 400
            raise Refused(f"unknown model '{named}'", status=status, code=None if anthropic else 2013)
        return write(named, models[named])
    data = [write(name, facts) for name, facts in models.items()]
    if not anthropic:
        return {"object": "list", "data": data}
    return {"data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}
