"""What an error body says: its words, wherever a service keeps them, and the wait it asks for.

MiniMax's ``base_resp``; ModelsLab's ``message`` and ``messege``; RunAPI's lookup order ``error``, ``message``,
``detail``, ``errorMessage``, ``msg`` and its map of ``errors``; OpenRouter's ``metadata``; FastAPI's list of ``detail``
(local servers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from minimax_nb.wire.loose import list_of, mapping_of, parse_json, text_of, whole_of

READ = 64 * 1024
"""Characters of a message or page that are looked at."""

_LONGEST_WAIT = 10**7  # seconds; more is no advice
_SOON_S = 30  # ModelsLab's own command line waits for X-RateLimit-Reset when it is no further away
_BROKEN_JSON = re.compile(r'\s*[\[{]\s*(["\[{]|\Z)')


def message_of(value: Mapping[str, Any], error: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """The service's words, from wherever this service keeps them."""
    places = (
        *(error.get(name) for name in ("message", "detail")),
        text_of(value.get("error")),
        *(value.get(name) for name in ("message", "messege", "detail", "errorMessage", "msg")),
        base.get("status_msg"),
        error,
    )
    words = next(filter(None, map(words_of, places)), "")
    extra = (words_of(mapping_of(error.get("metadata")).get("raw")), words_of(value.get("errors")))
    return ": ".join(filter(None, (words, *extra)))


def queue_of(value: Mapping[str, Any], message: str) -> str:
    """What is known of a call that was queued: its number, how long it may take, where its result would be."""
    facts = (
        ("id", code_of(value.get("id"))),
        ("ready in about", f"{eta:g} s" if (eta := seconds_of(value.get("eta"))) is not None else ""),
        ("result at", text_of(value.get("fetch_result"))),
    )
    known = ", ".join(f"{name} {held}" for name, held in facts if held)
    return ": ".join(filter(None, (message, known)))


def words_of(value: object) -> str:
    """The strings in a value, however it is wrapped: text, list of texts, ``{"field": ["is required"]}``.

    A text that is JSON itself, as gateways pass on what stood behind them, is read as what it holds.
    """
    if isinstance(value, str):
        return unwrapped(value)
    if isinstance(value, dict):
        said = text_of(value.get("message")) or text_of(value.get("msg"))
        return said or ", ".join(f"{name} {words}" for name, held in value.items() if (words := _leaf(held)))
    return ", ".join(words for held in list_of(value)[:10] if (words := _leaf(held)))


def unwrapped(text: str) -> str:
    """A text without JSON around its words; JSON without words is not shown to people."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value = parse_json(text[:READ].encode("utf-8", "replace"))
    except ValueError:
        return "" if _BROKEN_JSON.match(text) else text
    held = mapping_of(value)
    inner = held.get("error") or held.get("message") or held.get("detail") or held.get("msg")
    if isinstance(inner, str):
        return "" if inner.lstrip()[:1] in ("{", "[") else inner
    return _leaf(inner) if isinstance(inner, dict) else ""


def _leaf(value: object) -> str:
    if isinstance(value, dict):
        said = text_of(value.get("message")) or text_of(value.get("msg"))
        place = ".".join(str(step) for step in list_of(value.get("loc"))[1:6] if isinstance(step, str | int))
        return f"{place}: {said}" if place and said else said
    if isinstance(value, list):
        return ", ".join(item for item in value[:10] if isinstance(item, str))
    return text_of(value)


def code_of(value: object) -> str:
    """A code or id as text, whether it came as text or as a number, else ""."""
    if isinstance(value, str):
        return value.strip()
    number = whole_of(value)
    return str(number) if number else ""


def seconds_of(value: object, most: float = _LONGEST_WAIT) -> float | None:
    """A number of seconds, as a number or as text, or None if it is none that makes sense."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return float(value)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds from the Retry-After header: a number, or a date that is held against the answer's own Date.

    Without it X-RateLimit-Reset, the second since 1970 when calls are taken again, if that is near.
    """
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    said = headers.get("retry-after", "").strip()
    if not said:
        reset = seconds_of(headers.get("x-ratelimit-reset", "").strip(), most=10**11)
        left = -1.0 if reset is None else reset - now.timestamp()
        return left if 0 <= left <= _SOON_S else None
    if (seconds := seconds_of(said)) is not None:
        return seconds
    until = _date(said)
    return None if until is None else max(0.0, (until - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
