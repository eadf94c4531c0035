"""Errors as each service writes them: the same refusal in its own body, status and headers.

MiniMax: recorded errors and both reference pages; ModelsLab: error-codes page and OpenAPI file; RunAPI: its SDKs'
tests; OpenRouter: errors page. All read 2026-11-20. Where a service's wording is not public, the words are ours.
"""

from __future__ import annotations

from typing import Any

from minimax_nb.emulator.faults import LOGIN_FAIL
from minimax_nb.emulator.heard import FaceName, Refused
from minimax_nb.emulator.ids import CREATED
from minimax_nb.emulator.seam import Answer, Chunk
from minimax_nb.emulator.services import Name

Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("Content-Type", "application/json; charset=utf-8"),)
PLAIN: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)

_OPENAI_TYPES = {
    400: "bad_request_error",
    401: "authorized_error",
    402: "insufficient_balance_error",
    404: "not_found_error",
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
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_RESELLER_CODES = {
    400: "invalid_request",
    401: "invalid_api_key",
    402: "insufficient_credits",
    404: "not_found",
    422: "invalid_request",
    429: "rate_limited",
}


def whole(status: int, headers: Headers, body: bytes) -> Answer:
    """An answer in one piece, at once."""
    return Answer(status, headers, (Chunk(body),) if body else ())


def not_found() -> Answer:
    """The answer to a path that nobody serves."""
    return whole(404, PLAIN, b"404 page not found")


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


def message_of(refused: Refused) -> str:
    """MiniMax's sentence: its number stands at the end, parameters have a word in front."""
    plain = refused.code != 2013 or refused.detail.startswith("invalid params")
    detail = refused.detail if plain else f"invalid params, {refused.detail}"
    return detail if refused.code is None else f"{detail} ({refused.code})"


def body_of(refused: Refused, service: Name, face: FaceName, identity: str) -> dict[str, Any]:
    """The JSON of a refusal."""
    match service:
        case "minimax":
            return _minimax(refused, face, identity)
        case "modelslab":
            return _modelslab(refused)
        case "runapi":
            return _runapi(refused, face)
        case "openrouter":
            return {"error": {"code": refused.status, "message": refused.detail}}


def _minimax(refused: Refused, face: FaceName, identity: str) -> dict[str, Any]:
    if face == "openai":
        kind = _OPENAI_TYPES.get(refused.status, "server_error")
        error = {"type": kind, "message": message_of(refused), "http_code": str(refused.status)}
        return {"type": "error", "error": error, "request_id": identity}
    # Recorded: a refused key carries no number on this protocol.
    message = refused.detail if refused.code == 1004 else message_of(refused)
    kind = _ANTHROPIC_TYPES.get(refused.status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": identity}


def _modelslab(refused: Refused) -> dict[str, Any]:
    """Nested for what its OpenAPI file lists (400 and 401), flat as everywhere else on the platform for the rest."""
    if refused.status in {400, 401}:
        code = _RESELLER_CODES[refused.status]
        kind = "authentication_error" if refused.status == 401 else "invalid_request_error"
        return {"error": {"message": refused.detail, "type": kind, "code": code}}
    wait = {"retry_after": 1} if refused.status == 429 else {}
    return {"status": "error", "message": refused.detail, **wait}


def _runapi(refused: Refused, face: FaceName) -> dict[str, Any]:
    kind = _ANTHROPIC_TYPES.get(refused.status, "api_error")
    if face == "anthropic":
        return {"type": "error", "error": {"type": kind, "message": refused.detail}}
    code = _RESELLER_CODES.get(refused.status, "service_unavailable")
    return {"error": {"message": refused.detail, "type": kind, "code": code}}


def headers_of(service: Name, identity: str, asked: str | None = None, *, status: int = 200) -> Headers:
    """The headers a service names a call with.

    Args:
        service: Who answers.
        identity: The id of the call.
        asked: The caller's own id for it, which RunAPI sends back.
        status: HTTP status; a call that RunAPI refused has no task.
    """
    match service:
        case "minimax":
            return (("Trace-Id", identity),)
        case "runapi":
            fit = asked and len(asked) <= 512 and asked.isascii() and asked.isprintable()
            echoed = (("X-Client-Request-Id", str(asked)),) if fit else ()
            task = (("X-RunAPI-Task-Id", _uuid(identity)),) if status < 400 else ()
            wait = (("Retry-After", "1"),) if status == 429 else ()
            return (("X-Request-Id", _uuid(identity)), *task, *wait, *echoed)
        case _:
            return ()


def _uuid(identity: str) -> str:
    return "-".join((identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:32]))


def inside_200(refused: Refused, model: str, face: FaceName, identity: str) -> dict[str, Any]:
    """An error that comes with HTTP 200, as the native endpoints and plan limits do it."""
    resp = {"status_code": refused.code, "status_msg": refused.detail}
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
