"""The small answers: token counts and lists of models. Both protocols' shapes are read alike."""

from __future__ import annotations

from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import WireError
from minimax_nb.wire.asking import get
from minimax_nb.wire.call import Call
from minimax_nb.wire.loose import one_line, parse_json, text_of, whole_of


def encode_models(endpoint: Endpoint) -> Call | None:
    """The call for the list of models, or None where there is no such list."""
    path = endpoint.face.models_path
    return None if path is None else get(endpoint, path)


def decode_models(body: bytes) -> tuple[str, ...]:
    """The ids in a list of models, in the service's order.

    Raises:
        WireError: It is no list of models.
    """
    data = _object(body, "a list of models").get("data")
    if not isinstance(data, list):
        raise WireError(f"The service answered without a list of models: {_shown(body)}.")
    ids = (text_of(item.get("id")) for item in data if isinstance(item, dict))
    return tuple(dict.fromkeys(filter(None, ids)))


def decode_count(body: bytes) -> int:
    """The number of input tokens in the answer to a token count.

    Raises:
        WireError: It is no token count.
    """
    count = whole_of(_object(body, "a token count").get("input_tokens"))
    if count is None:
        raise WireError(f"The service answered without a token count: {_shown(body)}.")
    return count


def _object(body: bytes, wanted: str) -> dict[str, Any]:
    try:
        value = parse_json(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise WireError(f"The service did not answer with {wanted}: {_shown(body)}.", hint="Check the base URL.")
    return value


def _shown(body: bytes) -> str:
    return f"“{one_line(body[:2000].decode('utf-8', 'replace'), 120)}”"
