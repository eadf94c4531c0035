"""The format of a reply as the OpenAI face writes it, where model and server heed one.

MiniMax-M3 accepts both kinds (capture of June 2026). Where they are not taken nothing is sent: M2.x passes over the
field, and on the Anthropic face it has been refused (9router issue 817, read 2026-11-20).
"""

from __future__ import annotations

import re
from typing import Any

from minimax_nb.catalog.abilities import takes_format
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.request import JsonSchema, Request

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 64


def response_format(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The member ``response_format``, or nothing."""
    wanted = request.format
    if isinstance(wanted, JsonSchema):
        if not takes_format(endpoint, "json_schema"):
            return {}
        name = _NOT_IN_A_NAME.sub("_", wanted.name)[:_LONGEST_NAME] or "reply"
        return {
            "response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": dict(wanted.schema)}}
        }
    if wanted == "json" and takes_format(endpoint, "json"):
        return {"response_format": {"type": "json_object"}}
    return {}
