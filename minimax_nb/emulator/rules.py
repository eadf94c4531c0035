"""Rules that hold on both protocols: what the services refuse, in their own words where those are known.

MiniMax OpenAI-compatible and Anthropic-compatible reference pages, and reports of refused calls, read 2026-11-20.
Each refusal is HTTP 400 with code 2013 unless it says otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from minimax_nb.emulator.heard import FaceName, Heard, Refused
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.tokens import count_input

MOST_BODY = 64 * 1024 * 1024
_MOST_IMAGE = 10 * 1024 * 1024
_MOST_VIDEO = 50_000_000  # in base64 that just fits into a body of 64 MB, if those are counted the larger way
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_VIDEOS = frozenset({"video/mp4", "video/avi", "video/x-msvideo", "video/x-matroska", "video/mov"})
_SHORT = 20
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2064\ufeff]")
PERSONAS = frozenset({"user_system", "group", "sample_message_user", "sample_message_ai"})


def _no_constant(name: str) -> float:
    raise json.JSONDecodeError(name, name, 0)


def parse_body(body: bytes, face: FaceName) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        Refused: It is too long, no JSON, or no object.
    """
    if len(body) > MOST_BODY:
        if face == "anthropic":
            raise Refused("request body is larger than 64 MB", status=413, code=None)
        raise Refused("context window exceeds limit")
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Refused(f"Syntax error at index {error.pos}") from None
    except UnicodeDecodeError as error:
        raise Refused(f"Syntax error at index {error.start}") from None
    except (ValueError, RecursionError):
        raise Refused("Syntax error at index 0") from None
    if not isinstance(value, dict):
        raise Refused(f"Mismatch type object with value {kind_of(value)}")
    return value


def kind_of(value: object) -> str:
    """A JSON value's type as the service names it."""
    names = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def need(body: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    """A parameter that must be there.

    Raises:
        Refused: It is missing or empty.
    """
    value = body.get(name)
    if value is None or value in ("", []):
        raise Refused(f"binding: expr_path={name}, cause=missing required parameter")
    return value


def typed(body: Mapping[str, Any], name: str, kind: type[Any]) -> Any:  # noqa: ANN401
    """A parameter of that type, or None where it is absent.

    Raises:
        Refused: It is of another type. A JSON boolean is no number.
    """
    value = body.get(name)
    fits = value is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool)))
    if not fits:
        raise Refused(f"Mismatch type {name} with value {kind_of(value)}")
    return value


def in_range(body: Mapping[str, Any], name: str, least: float, most: float) -> None:
    """Refuse a number outside its range.

    Raises:
        Refused: It is outside, or no number.
    """
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"Mismatch type {name} with value {kind_of(value)}")
    if not least <= value <= most:
        raise Refused(f"{name} must be in [{least:g}, {most:g}]")


def check_limit(limit: int | None, model: str, facts: Facts) -> None:
    """Refuse a token limit the model does not have.

    Raises:
        Refused: It is below 1 or above the model's ceiling.
    """
    if limit is None:
        return
    if limit < 1:
        raise Refused("max tokens must be at least 1")
    if limit > facts.max_output:
        raise Refused(f"model[{model}] does not support max tokens > {facts.max_output}")


def check_sampling(body: Mapping[str, Any], facts: Facts) -> None:
    """Refuse a temperature or top_p outside its range; the model of role-play has narrower ones, without 0.

    Raises:
        Refused: One is outside.
    """
    in_range(body, "temperature", 0, 1 if facts.personas else 2)
    in_range(body, "top_p", 0, 1)
    for name in ("temperature", "top_p"):
        if facts.personas and body.get(name) == 0:
            raise Refused(f"{name} must be in (0, 1]")


def thinks(body: Mapping[str, Any], model: str, facts: Facts, *, unless_said: bool) -> bool:
    """Whether the model thinks in this call.

    Args:
        body: The request; its ``thinking`` is ``{"type": "adaptive" | "enabled" | "disabled"}``.
        model: The model's id.
        facts: What is known of it.
        unless_said: What holds for a model with a switch when the request says nothing.

    Raises:
        Refused: ``thinking`` has another shape, or this model cannot do without.
    """
    mode = (typed(body, "thinking", dict) or {}).get("type")
    if mode is not None and str(mode) not in {"adaptive", "enabled", "disabled"}:
        raise Refused(f"unknown thinking type '{mode}'")
    match facts.thinks:
        case "none":
            return False
        case "always":
            return True
        case "refuses-off" if mode == "disabled":
            raise Refused(f"model[{model}] requires adaptive thinking, 'disabled' is not supported")
        case "refuses-off":
            return True
        case _:
            return unless_said if mode is None else mode != "disabled"


def check_tier(body: Mapping[str, Any]) -> None:
    """Refuse a service tier that does not exist.

    Raises:
        Refused: It is neither "standard" nor "priority".
    """
    tier = typed(body, "service_tier", str)
    if tier is not None and tier not in {"standard", "priority"}:
        raise Refused(f"unknown service_tier '{tier}'")


def check_persona(role: str, message: Mapping[str, Any]) -> None:
    """Refuse a speaker of a role-play without a name (reported of M2-her; its own examples leave the name out).

    Raises:
        Refused: The role is one of role-play and nobody is named.
    """
    if role in PERSONAS and not message.get("name"):
        raise Refused(f"message of role {role} needs a name")


def check_visible(text: str) -> None:
    """Refuse a text of which more than a tenth are characters that nobody sees.

    Raises:
        Refused: It is one; code 1042.
    """
    if len(text) >= _SHORT and len(_INVISIBLE.findall(text)) * 10 > len(text):
        raise Refused("invisible character ratio limit", code=1042)


def check_context(heard: Heard, facts: Facts) -> None:
    """Refuse a conversation longer than the window.

    Raises:
        Refused: It is longer.
    """
    if count_input(heard, sees=facts.sees) > facts.context:
        raise Refused("context window exceeds limit")


def check_media_type(kind: str, media_type: str, size: int, face: FaceName) -> None:
    """Refuse a picture or video in base64 of a type that is not taken, or one that is too big.

    Args:
        kind: "image" or "video".
        media_type: Its media type.
        size: Its bytes.
        face: The protocol, which decides the status.

    Raises:
        Refused: It is; a MOV is video/mov in base64, whatever its server calls it.
    """
    if media_type not in (_IMAGES if kind == "image" else _VIDEOS):
        raise Refused(f"unsupported {kind} type '{media_type}'")
    if size > (_MOST_IMAGE if kind == "image" else _MOST_VIDEO):
        status, code = (413, None) if face == "anthropic" else (400, 2013)
        raise Refused(f"{kind} is larger than {10 if kind == 'image' else 50} MB", status=status, code=code)


def check_media_url(kind: str, url: str) -> None:
    """Refuse an address that the service cannot fetch.

    Raises:
        Refused: It is neither http nor https, nor a file id of a video.
    """
    schemes = ("http://", "https://", "mm_file://") if kind == "video" else ("http://", "https://")
    if not url.startswith(schemes):
        raise Refused(f"invalid {kind} url")


def check_media_knobs(holder: Mapping[str, Any], outside: Mapping[str, Any]) -> None:
    """Refuse a detail that does not exist, and a frame rate in the wrong place or out of range.

    Raises:
        Refused: ``fps`` stands outside its holder, or is not from 0.2 to 5; ``detail`` is another word; or
            ``max_long_side_pixel`` is no whole number from 1.
    """
    detail = typed(holder, "detail", str)
    if detail is not None and detail not in {"low", "default", "high"}:
        raise Refused(f"unknown detail '{detail}'")
    typed(holder, "max_long_side_pixel", int)
    if "fps" in outside and outside is not holder:
        raise Refused("fps must be inside the video source")
    in_range(holder, "fps", 0.2, 5)
    in_range(holder, "max_long_side_pixel", 1, 1 << 20)
