"""The small answers: token counts and lists of models. Both protocols' shapes are read alike.

Lists come as ``{"data": [...]}`` (both protocols), as ``{"models": [...]}`` or as a bare array. What an entry may say
is gathered from all of them: OpenAI's ``created`` and ``owned_by``; ``display_name``, ``created_at``,
``max_input_tokens`` and ``max_tokens`` of MiniMax's Anthropic-compatible list (models page, read 2026-11-20);
OpenRouter's ``name``, ``context_length`` and ``top_provider``; vLLM's ``max_model_len``. An id is kept exactly as it is
spelled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import WireError
from minimax_nb.messages.served import ServedModel
from minimax_nb.wire.asking import get
from minimax_nb.wire.call import Call
from minimax_nb.wire.faults import error_within, excerpt
from minimax_nb.wire.loose import mapping_of, one_line, parse_json, text_of, whole_of

PAGE_SIZE = 100
"""How many models a further page is asked for."""

_LAST_SECOND = 4_102_444_800  # the year 2100: what is later is no time in seconds
_LONGEST_ID, _LONGEST_NAME = 400, 120


class ModelPage(NamedTuple):
    """One page of a list of models.

    Attributes:
        models: Its entries, each id once, in the service's order.
        after: The id after which the next page begins, or None on the last one.
    """

    models: tuple[ServedModel, ...]
    after: str | None


def encode_models(endpoint: Endpoint, after: str | None = None) -> Call | None:
    """The call for the list of models, or None where there is no such list.

    Args:
        endpoint: Whom to ask.
        after: The id the page before ended with; only lists that come in pages take it.
    """
    path = endpoint.face.models_path
    if path is None:
        return None
    page = "" if after is None else f"?limit={PAGE_SIZE}&after_id={quote(after, safe='')}"
    return get(endpoint, path + page)


def decode_models(body: bytes, endpoint: Endpoint) -> tuple[ServedModel, ...]:
    """The models of one page of a list, in the service's order.

    Raises:
        ServiceError: The body reports an error, with HTTP 200.
        WireError: It is no list of models.
    """
    return decode_model_page(body, endpoint).models


def decode_model_page(body: bytes, endpoint: Endpoint) -> ModelPage:
    """One page of a list of models.

    Raises:
        ServiceError: The body reports an error, with HTTP 200.
        WireError: It is no list of models.
    """
    value = _value(body, endpoint, "a list of models")
    entries = value if isinstance(value, list) else _entries(value)
    if entries is None:
        raise WireError(f"{endpoint.provider.title} answered without a list of models: {_shown(endpoint, body)}.")
    mask = endpoint.key.mask if endpoint.key else str
    models = {model.id: model for entry in entries if (model := _model(mapping_of(entry), mask)) is not None}
    more = isinstance(value, dict) and value.get("has_more") is True
    after = (text_of(mapping_of(value).get("last_id")) or next(reversed(models), "")) if more else ""
    return ModelPage(tuple(models.values()), after or None)


def decode_count(body: bytes, endpoint: Endpoint) -> int:
    """The number of input tokens in the answer to a token count.

    Raises:
        ServiceError: The body reports an error, with HTTP 200.
        WireError: It is no token count.
    """
    count = whole_of(mapping_of(_value(body, endpoint, "a token count")).get("input_tokens"))
    if count is None:
        raise WireError(f"{endpoint.provider.title} answered without a token count: {_shown(endpoint, body)}.")
    return count


def _value(body: bytes, endpoint: Endpoint, wanted: str) -> dict[str, Any] | list[Any]:
    """The JSON object or array in a body that reports no error."""
    try:
        value = parse_json(body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        error = error_within(endpoint, value, began=False)
        if error is not None:
            raise error
        return value
    if isinstance(value, list):
        return value
    what = f"{endpoint.provider.title} did not answer with {wanted}: {_shown(endpoint, body)}."
    raise WireError(what, hint="Check the base URL.")


def _shown(endpoint: Endpoint, body: bytes) -> str:
    return f"“{excerpt(endpoint, body)}”"


def _entries(value: Mapping[str, Any]) -> list[Any] | None:
    """The array of models; llama.cpp sends ``models`` beside ``data``, and ``data`` is the richer one."""
    return next((held for name in ("data", "models") if isinstance(held := value.get(name), list)), None)


def _model(entry: Mapping[str, Any], mask: Callable[[str], str]) -> ServedModel | None:
    """One entry, or None if it names no model. A key among its words is masked."""
    name = next(filter(None, (text_of(entry.get(place)) for place in ("id", "model", "name"))), "")
    # An id that does not print, or is longer than any, is no id; shortening it would make another id of it.
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_ID:
        return None
    top = mapping_of(entry.get("top_provider"))
    title = text_of(entry.get("display_name")) or text_of(entry.get("name"))
    return ServedModel(
        id=mask(name),
        title=one_line(mask(title), _LONGEST_NAME),
        owner=one_line(mask(text_of(entry.get("owned_by"))), _LONGEST_NAME),
        released=_day(entry.get("created_at")) or _day(entry.get("created")),
        context=_tokens(*(entry.get(place) for place in ("max_input_tokens", "context_length", "max_model_len"))),
        max_output=_tokens(entry.get("max_tokens"), top.get("max_completion_tokens")),
    )


def _tokens(*values: object) -> int | None:
    """The first that is a count of tokens; 0 is a placeholder."""
    return next(filter(None, map(whole_of, values)), None)


def _day(value: object) -> date | None:
    """A day given as ISO text or as Unix seconds; None for anything else, and for the placeholder 0."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value[:40]).date()
        except ValueError:
            return None
    seconds = whole_of(value, most=_LAST_SECOND)
    return datetime.fromtimestamp(seconds, UTC).date() if seconds else None
