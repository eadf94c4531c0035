"""Errors of the services as typed errors, whatever status and body they come with.

Services disagree on the shape: MiniMax sends ``{"type": "error", "error": {...}, "request_id"}``, or HTTP 200 with
``base_resp``; ModelsLab ``{"status": "error", "message" or "messege"}`` or a nested ``error``; RunAPI ``error`` as text
or object, with a map of ``errors``; OpenRouter ``{"error": {"code", "message", "metadata"}}``; proxies send pages. All
end in one :class:`_Report`, and :mod:`~minimax_nb.wire.faulttable` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import (
    ContentFilterError,
    OverloadedError,
    ServiceError,
)
from minimax_nb.wire.faulttable import ADVICE, FAULTS, PHRASES, UNSURE, VAGUE, Fault
from minimax_nb.wire.loose import list_of, mapping_of, one_line, parse_json, text_of, whole_of

TELLTALE = frozenset({"base_resp", "error", "messege", "status"})
"""Members that a chunk or reply has only when it may carry an error."""

_LONGEST_WAIT = 10**7  # seconds; more is no advice
_READ = 64 * 1024  # characters of a message or page that are looked at
_UNREADABLE = re.compile(r"<(script|style|head)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:a|b|code|em|font|i|mark|span|strong|tt|u|wbr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-z!][^<>]*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_CODE_AT_END = re.compile(r"\s*\((\d{4,5})\)\s*$")
_ID_HEADERS = (
    *("x-request-id", "request-id", "minimax-request-id", "x-mm-request-id"),
    *("trace-id", "x-trace-id", "x-runapi-task-id"),
)


@dataclass(frozen=True, slots=True)
class _Report:
    """What an error body says, whoever wrote it."""

    message: str = ""
    code: str = ""
    type: str = ""
    status: int | None = None
    request_id: str = ""
    retry_after: float | None = None


def service_error(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> ServiceError:
    """The typed error for an answer with an error status, whatever its body."""
    names = {name.lower(): value for name, value in headers.items()}
    report = _read_body(body)
    request_id = report.request_id or next((names[name] for name in _ID_HEADERS if names.get(name)), "")
    wait = _retry_after(names)
    return _error(
        endpoint,
        report,
        status=status,
        request_id=request_id,
        wait=report.retry_after if wait is None else wait,
        began=False,
    )


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
    return _error(endpoint, report, status=None, request_id=report.request_id, wait=report.retry_after, began=began)


def excerpt(endpoint: Endpoint, data: bytes) -> str:
    """The beginning of bytes from a server, fit for a message: one line, no markup, no key."""
    return _quoted(endpoint, data[: 2 * _READ].decode("utf-8", "replace"), 120)


# -- reading -----------------------------------------------------------------------------------------------------------


def _read_body(body: bytes) -> _Report:
    try:
        value = parse_json(body)
    except ValueError:
        return _Report(message=body[: 2 * _READ].decode("utf-8", "replace"))
    if isinstance(value, dict):
        return _read_object(value)
    return _Report(message=_words(value))


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
    message = _message(value, error, base)
    code = _code(error.get("code")) or _code(value.get("code")) or _code(base.get("status_code"))
    if (tail := _CODE_AT_END.search(message)) and tail[1] in FAULTS:
        code, message = tail[1], message[: tail.start()]
    if not code and value.get("status") == "processing":
        code = "processing"
    status = _status(error.get("http_code")) or (None if code in FAULTS else _status(error.get("code")))
    return _Report(
        message=message,
        code=code,
        type=text_of(error.get("type")) or (text_of(value.get("type")) if value.get("type") != "error" else ""),
        status=status,
        request_id=_request_id(value, error),
        retry_after=_seconds(value.get("retry_after")) or _seconds(error.get("retry_after")),
    )


def _message(value: Mapping[str, Any], error: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """The service's words, from wherever this service keeps them."""
    places = (
        *(error.get(name) for name in ("message", "detail")),
        text_of(value.get("error")),
        *(value.get(name) for name in ("message", "messege", "detail", "errorMessage", "msg")),
        base.get("status_msg"),
        error,
    )
    words = next(filter(None, map(_words, places)), "")
    extra = (_words(mapping_of(error.get("metadata")).get("raw")), _words(value.get("errors")))
    return ": ".join(filter(None, (words, *extra)))


def _words(value: object) -> str:
    """The strings in a value, however it is wrapped: text, list of texts, ``{"field": ["is required"]}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        said = text_of(value.get("message")) or text_of(value.get("msg"))
        return said or ", ".join(f"{name} {words}" for name, held in value.items() if (words := _leaf(held)))
    return ", ".join(words for held in list_of(value)[:10] if (words := _leaf(held)))


def _leaf(value: object) -> str:
    if isinstance(value, dict):
        return text_of(value.get("message")) or text_of(value.get("msg"))
    if isinstance(value, list):
        return ", ".join(item for item in value[:10] if isinstance(item, str))
    return text_of(value)


def _code(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    number = whole_of(value)
    return str(number) if number else ""


def _status(value: object) -> int | None:
    """An HTTP status given inside a body, as text or number; MiniMax's own codes are none."""
    text = _code(value)
    return int(text) if len(text) == 3 and text.isascii() and text.isdigit() and text[0] in "45" else None


def _request_id(value: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    meta = mapping_of(value.get("meta"))
    for found in (value.get("request_id"), error.get("request_id"), meta.get("request_id"), value.get("id")):
        if text := _code(found):
            return text
    return ""


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_WAIT:
        return None
    return float(value)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from the Retry-After header: a number, or a date that is held against the answer's own Date."""
    said = headers.get("retry-after", "").strip()
    if not said or (seconds := _seconds(said)) is not None:
        return seconds if said else None
    until = _date(said)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


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


def _error(
    endpoint: Endpoint,
    report: _Report,
    *,
    status: int | None,
    request_id: str,
    wait: float | None,
    began: bool,
) -> ServiceError:
    fault = _find(report, status)
    did, advice = ADVICE[fault.error]
    code = _masked(endpoint, one_line(report.code or report.type, 60))
    said = _quoted(endpoint, report.message)
    facts = ", ".join(filter(None, (f"HTTP {status}" if status else "", f"code {code}" if report.code else "")))
    words = (f"{endpoint.provider.title} {fault.did or did}", said and f": “{said}”", facts and f" ({facts})", ".")
    return fault.error(
        "".join(filter(None, words)),
        hint=(fault.hint or advice).format(key=_key_advice(endpoint), wait=_wait_advice(wait)),
        status=status,
        code=code or None,
        request_id=_masked(endpoint, one_line(request_id, 100)) or None,
        retryable=fault.retryable,
        billed=_billed(endpoint, fault, began=began),
        retry_after=wait,
    )


def _quoted(endpoint: Endpoint, message: str, limit: int = 300) -> str:
    """Words from a server as one short line without markup; a page is told by its title."""
    text = _masked(endpoint, message)[:_READ]
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
    if began or fault.error in (ServiceError, OverloadedError, ContentFilterError):
        return None
    return False


def _key_advice(endpoint: Endpoint) -> str:
    names = endpoint.provider.keys
    if not names:
        return "Check the key."
    missing = "No key was sent" if endpoint.key is None else "Check the key"
    region = " Keys of one region do not work in another." if endpoint.provider.regions else ""
    return f"{missing}: set {names[0]} to a key of {endpoint.provider.title}.{region}"


def _wait_advice(wait: float | None) -> str:
    return "Try again in a moment." if wait is None else f"Try again in {wait:g} s."
