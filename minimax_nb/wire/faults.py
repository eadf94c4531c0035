"""Errors of the services as typed errors, whatever status and body they come with.

Services disagree on the shape: MiniMax sends ``{"type": "error", "error": {...}, "request_id"}``, or HTTP 200 with
``base_resp``; ModelsLab ``{"status": "error", "message" or "messege"}`` or a nested ``error``; RunAPI ``error`` as text
or object, with a map of ``errors``; OpenRouter ``{"error": {"code", "message", "metadata"}}``; proxies send pages. All
end in one :class:`_Report`, and :mod:`~minimax_nb.wire.faulttable` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import ServiceError
from minimax_nb.wire.faulttable import (
    ADVICE,
    FAULTS,
    ONLY_SMALL,
    PHRASES,
    SMALL_REQUEST,
    UNSURE,
    VAGUE,
    Fault,
)
from minimax_nb.wire.faultwords import READ, asked_wait, code_of, message_of, queue_of, seconds_of, unwrapped, words_of
from minimax_nb.wire.loose import mapping_of, one_line, parse_json, text_of

TELLTALE = frozenset({"base_resp", "error", "messege", "status"})
"""Members that a chunk or reply has only when it may carry an error."""

_UNREADABLE = re.compile(r"<(script|style|head)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:a|b|code|em|font|i|mark|span|strong|tt|u|wbr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-z!][^<>]*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_CODE_AT_END = re.compile(r"\s*\((\d{4,5})\)\s*$")
_ID_HEADERS = (
    *("x-request-id", "request-id", "trace-id", "minimax-request-id", "x-mm-request-id"),
    *("x-trace-id", "alb_request_id"),
)
_TASK_HEADER = "x-runapi-task-id"


@dataclass(frozen=True, slots=True)
class _Report:
    """What an error body says, whoever wrote it."""

    message: str = ""
    code: str = ""
    type: str = ""
    status: int | None = None
    request_id: str = ""
    task_id: str = ""
    retry_after: float | None = None


def service_error(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> ServiceError:
    """The typed error for an answer with an error status, whatever its body."""
    names = {name.lower(): value for name, value in headers.items()}
    report = _read_body(body)
    request_id, task_id = ids_of(endpoint, names)
    wait = asked_wait(names)
    return _error(
        endpoint,
        replace(
            report,
            request_id=report.request_id or request_id or "",
            task_id=report.task_id or task_id or "",
            retry_after=report.retry_after if wait is None else wait,
        ),
        status=status,
        began=False,
    )


def ids_of(endpoint: Endpoint, headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The service's ids for a call and for the work it began, from the headers it is known to send (lower case)."""
    request_id = next((headers[name] for name in _ID_HEADERS if headers.get(name)), "")
    return _identity(endpoint, request_id), _identity(endpoint, headers.get(_TASK_HEADER, ""))


def sized(error: ServiceError, sent: int) -> ServiceError:
    """The error of a call with a body of ``sent`` bytes: some errors are worth another try for small requests only."""
    if error.code in ONLY_SMALL and sent <= SMALL_REQUEST:
        error.retryable = True
    return error


def error_within(
    endpoint: Endpoint, value: Mapping[str, Any], *, began: bool, certain: bool = False
) -> ServiceError | None:
    """The error that a JSON object inside an answer with HTTP 200 carries, or None if it carries none.

    Args:
        endpoint: Who answered.
        value: A whole body, or the data of one event.
        began: Whether part of a reply had come before it.
        certain: It is an error whatever it looks like, since the event was named so.
    """
    if not (certain or _is_error(value)):
        return None
    report = _read_object(value)
    return _error(endpoint, report, status=None, began=began)


def excerpt(endpoint: Endpoint, data: bytes) -> str:
    """The beginning of bytes from a server, fit for a message: one line, no markup, no key."""
    return _quoted(endpoint, data[: 2 * READ].decode("utf-8", "replace"), 120)


# -- reading -----------------------------------------------------------------------------------------------------------


def _read_body(body: bytes) -> _Report:
    try:
        value = parse_json(body)
    except ValueError:
        return _Report(message=unwrapped(body[: 2 * READ].decode("utf-8", "replace")))
    if isinstance(value, dict):
        return _read_object(value)
    return _Report(message=words_of(value))


def _is_error(value: Mapping[str, Any]) -> bool:
    if value.get("error") or value.get("messege"):
        return True
    if value.get("status") in ("error", "processing") or value.get("object") == "error" or value.get("type") == "error":
        return True
    code = mapping_of(value.get("base_resp")).get("status_code")
    return code not in (None, 0, "0", "")


def _read_object(value: Mapping[str, Any]) -> _Report:
    error = mapping_of(value.get("error"))
    base = mapping_of(value.get("base_resp"))
    message = message_of(value, error, base)
    code = code_of(error.get("code")) or code_of(value.get("code")) or code_of(base.get("status_code"))
    if (tail := _CODE_AT_END.search(message)) and tail[1] in FAULTS:
        code, message = tail[1], message[: tail.start()]
    if not code and value.get("status") == "processing":
        code = "processing"
    status = _status(error.get("http_code")) or (None if code in FAULTS else _status(error.get("code")))
    queued = code == "processing"
    return _Report(
        message=queue_of(value, message) if queued else message,
        code=code,
        type=text_of(error.get("type")) or (text_of(value.get("type")) if value.get("type") != "error" else ""),
        status=status,
        request_id="" if queued else _request_id(value, error),
        task_id=code_of(value.get("id")) if queued else "",
        retry_after=seconds_of(value.get("retry_after")) or seconds_of(error.get("retry_after")),
    )


def _status(value: object) -> int | None:
    """An HTTP status given inside a body, as text or number; MiniMax's own codes are none."""
    text = code_of(value)
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() and text[0] in "45" else None


def _request_id(value: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    meta = mapping_of(value.get("meta"))
    for found in (value.get("request_id"), error.get("request_id"), meta.get("request_id"), value.get("id")):
        if text := code_of(found):
            return text
    return ""


# -- saying ------------------------------------------------------------------------------------------------------------


def _find(report: _Report, status: int | None) -> Fault:
    """The row for a report: its code, then its type, then the HTTP status; vague ones are made exact by its words."""
    keys = (report.code, "" if report.type in VAGUE else report.type, status or report.status, report.type)
    key = next((key for key in keys if key in FAULTS), None)
    if key in UNSURE:
        for pattern, fault in PHRASES:
            if pattern.search(report.message[:2000]):
                return fault
    if key is not None:
        return FAULTS[key]
    status = status or report.status or 0
    return Fault(ServiceError, retryable=status >= 500) if not 400 <= status < 500 else FAULTS[400]


def _error(endpoint: Endpoint, report: _Report, *, status: int | None, began: bool) -> ServiceError:
    fault = _find(report, status)
    did, advice = ADVICE[fault.error]
    code = _masked(endpoint, one_line(report.code or report.type, 60))
    said = _quoted(endpoint, report.message)
    facts = ", ".join(filter(None, (f"HTTP {status}" if status else "", f"code {code}" if report.code else "")))
    words = (f"{endpoint.provider.title} {fault.did or did}", said and f": “{said}”", facts and f" ({facts})", ".")
    return fault.error(
        "".join(filter(None, words)),
        hint=_hint(endpoint, fault.hint or advice, report.retry_after),
        status=status,
        code=code or None,
        request_id=_identity(endpoint, report.request_id),
        task_id=_identity(endpoint, report.task_id),
        retryable=fault.retryable,
        billed=_billed(endpoint, fault, began=began),
        retry_after=report.retry_after,
        least_wait=fault.least_wait,
    )


def _hint(endpoint: Endpoint, advice: str, wait: float | None) -> str:
    hint = advice.format(key=_key_advice(endpoint), wait=_wait_advice(wait))
    return hint if wait is None or "{wait}" in advice else f"{hint} {_wait_advice(wait)}"


def _identity(endpoint: Endpoint, text: str) -> str | None:
    """An id fit for a message: short, on one line, and no key."""
    return _masked(endpoint, one_line(text, 100)) or None


def _quoted(endpoint: Endpoint, message: str, limit: int = 300) -> str:
    """Words from a server as one short line without markup; a page is told by its title."""
    text = _masked(endpoint, message)[:READ]
    if "<" in text:
        title = _TITLE.search(text)
        text = (title[1].strip() if title else "") or _MARKUP.sub(" ", _INLINE.sub("", _UNREADABLE.sub(" ", text)))
    # Masked once more before it is shortened: markup may have stood amid a key, and a cut must not leave half of one.
    return one_line(_masked(endpoint, text), limit).rstrip(".")


def _masked(endpoint: Endpoint, text: str) -> str:
    return endpoint.key.mask(text) if endpoint.key else text


def _billed(endpoint: Endpoint, fault: Fault, *, began: bool) -> bool | None:
    """Whether the failed call costs money: known where the provider promises, or where the model never ran."""
    if endpoint.provider.free or endpoint.provider.failed_free:
        return False
    return None if began else fault.billed


def _key_advice(endpoint: Endpoint) -> str:
    names = endpoint.provider.keys
    if not names:
        return "Check the key."
    missing = "No key was sent" if endpoint.key is None else "Check the key"
    region = " Keys of one region do not work in another." if endpoint.provider.regions else ""
    return f"{missing}: set {names[0]} to a key of {endpoint.provider.title}.{region}"


def _wait_advice(wait: float | None) -> str:
    return "Try again in a moment." if wait is None else f"Try again in {wait:g} s."
