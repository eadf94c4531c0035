"""Errors as each service writes them: the same refusal in its own body, status and headers.

MiniMax: recorded errors and both reference pages; ModelsLab: error-codes page and OpenAPI file; RunAPI: its SDKs'
tests; OpenRouter: errors page. All read 2026-11-20. Where a service's wording is not public, the words are ours.
"""

from __future__ import annotations

import re
from typing import Any

from minimax_nb.emulator.faults import LOGIN_FAIL
from minimax_nb.emulator.heard import FaceName, Refused
from minimax_nb.emulator.ids import CREATED
from minimax_nb.emulator.services import Name

_OPENAI_TYPES = {
    400: "bad_request_error",
    401: "authorized_error",
    402: "insufficient_balance_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "bad_request_error",
    422: "unprocessable_entity_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_balance_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_RESELLER_CODES = {
    400: "invalid_request",
    401: "invalid_api_key",
    402: "insufficient_credits",
    403: "forbidden",
    404: "not_found",
    408: "timeout",
    409: "request_conflict",
    413: "request_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
}
_WORDS: dict[Name, dict[int, str]] = {
    "modelslab": {
        402: "Insufficient credits. Please add funds to continue.",
        403: "This model requires a premium subscription.",
        429: "Queue is full. Maximum 5 queued requests allowed.",
        500: "Something went wrong on the server.",
        503: "The service is temporarily unavailable.",
    },
    "runapi": {
        402: "Insufficient credits",
        409: "The request conflicts with what this model takes",
        422: "Validation failed",
        429: "Rate limit exceeded",
        503: "No active channel available",
    },
    "openrouter": {
        402: "Insufficient credits",
        403: "The input was flagged by moderation",
        429: "Rate limit exceeded",
        502: "Provider returned error",
        503: "No provider is available for this model",
    },
}
"""What resellers say for a status, as far as their pages show it; what is not here is said in general words."""

_MISSING = re.compile(r"binding: expr_path=(\S+), cause=missing required parameter")


def bad_key(service: Name, header: str) -> Refused:
    """The refusal of a key.

    Args:
        service: Who refuses it.
        header: The header it came in, as the service writes it.
    """
    if service == "minimax":
        return Refused(LOGIN_FAIL.format(header=header), status=401, code=1004)
    return Refused("Invalid API key", status=401, code=None)


def unknown_model(service: Name, model: str) -> Refused:
    """The refusal of a model's id."""
    match service:
        case "minimax":
            return Refused(f"unknown model '{model}'")
        case "openrouter":
            return Refused(f"{model} is not a valid model ID", code=None)
        case _:
            return Refused(f"Model not found: {model}", status=404, code=None)


def words(service: Name, refused: Refused) -> Refused:
    """The same refusal in a reseller's own words, where it has some; MiniMax's numbers mean nothing there."""
    if service == "minimax":
        return refused
    said = _WORDS.get(service, {}).get(refused.status)
    return Refused(said or refused.detail or "Invalid API key", status=refused.status, code=None)


def message_of(refused: Refused) -> str:
    """MiniMax's sentence: its number stands at the end, parameters have a word in front."""
    plain = refused.code != 2013 or refused.detail.startswith("invalid params")
    detail = refused.detail if plain else f"invalid params, {refused.detail}"
    return detail if refused.code is None else f"{detail} ({refused.code})"


def body_of(refused: Refused, service: Name, face: FaceName, identity: str, wait: float = 1) -> dict[str, Any]:
    """The JSON of a refusal.

    Args:
        refused: What is refused.
        service: Who refuses it.
        face: The protocol.
        identity: The id of the call.
        wait: Seconds after which a call may be tried again, where the body says so.
    """
    if service == "minimax":
        return _minimax(refused, face, identity)
    detail = _MISSING.sub(r"\1 is required", refused.detail)
    if service == "modelslab":
        return _modelslab(refused.status, detail, wait)
    if face == "anthropic":
        return anthropic_form(refused.status, detail)
    if service == "runapi":
        return _runapi(refused.status, detail)
    if service == "openrouter":
        raw = f"the provider answered with HTTP {refused.status}"
        about = {"metadata": {"provider_name": "Minimax", "raw": raw}} if refused.status in {429, 502, 503} else {}
        return {"error": {"code": refused.status, "message": detail, **about}}
    kind = "NotFoundError" if refused.status == 404 else "BadRequestError"
    return {"error": {"message": detail, "type": kind, "param": None, "code": refused.status}}


def _minimax(refused: Refused, face: FaceName, identity: str) -> dict[str, Any]:
    if face == "openai":
        kind = _OPENAI_TYPES.get(refused.status, "server_error")
        error = {"type": kind, "message": message_of(refused), "http_code": str(refused.status)}
        return {"type": "error", "error": error, "request_id": identity}
    # Recorded: a refused key carries no number on this protocol.
    message = refused.detail if refused.code == 1004 else message_of(refused)
    return {**anthropic_form(refused.status, message), "request_id": identity}


def anthropic_form(status: int, message: str) -> dict[str, Any]:
    """The Anthropic protocol's own error."""
    return {"type": "error", "error": {"type": _ANTHROPIC_TYPES.get(status, "api_error"), "message": message}}


def nested_form(status: int, message: str) -> dict[str, Any]:
    """The error object of OpenAI's protocol as the resellers print it."""
    kind = _ANTHROPIC_TYPES.get(status, "api_error")
    return {"error": {"message": message, "type": kind, "code": code_of(status)}}


def code_of(status: int) -> str:
    """A reseller's machine-readable word for a status."""
    return _RESELLER_CODES.get(status, "service_unavailable")


def _modelslab(status: int, detail: str, wait: float) -> dict[str, Any]:
    """Nested for what its OpenAPI file lists (400 and 401), flat as everywhere else on the platform for the rest."""
    if status in {400, 401}:
        return nested_form(status, detail)
    return {"status": "error", "message": detail, **({"retry_after": wait} if status == 429 else {})}


def _runapi(status: int, detail: str) -> dict[str, Any]:
    if status == 422:
        return {"error": detail, "errors": {"messages": ["is invalid"]}}
    return nested_form(status, detail)


def in_form(refused: Refused, names: frozenset[str], wait: float = 1) -> dict[str, Any] | None:
    """The JSON of a refusal in the form a fault asks for, or None."""
    status, detail, code = refused.status, refused.detail, code_of(refused.status)
    told = {"retry_after": wait} if status == 429 else {}
    forms: dict[str, dict[str, Any]] = {
        "flat-error": {"status": "error", "message": detail, **told},
        "messege-error": {"status": "error", "messege": detail, **told},
        "nested-error": nested_form(status, detail),
        "text-error": {"error": detail, "code": code},
        "coded-error": {"error": {"code": code, "message": detail}},
        "map-error": {"error": "Validation failed", "errors": {"messages": [detail]}},
        "detail-error": {"detail": detail},
        "anthropic-error": anthropic_form(status, detail),
    }
    return next((form for name, form in forms.items() if name in names), None)


def inside_200(refused: Refused, model: str, face: FaceName, identity: str) -> dict[str, Any]:
    """An error that comes with HTTP 200, as the native endpoints and plan limits do it."""
    resp = {"status_code": refused.code or 1000, "status_msg": refused.detail}
    if face == "anthropic":
        return {"base_resp": resp}
    return {
        "id": identity,
        "choices": None,
        "created": CREATED,
        "model": model,
        "object": "chat.completion",
        "usage": {"total_tokens": 0, "total_characters": 0, "prompt_tokens": 0, "completion_tokens": 0},
        "input_sensitive": False,
        "output_sensitive": False,
        "input_sensitive_type": 0,
        "output_sensitive_type": 0,
        "output_sensitive_int": 0,
        "base_resp": resp,
    }
