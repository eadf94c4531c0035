"""Answers of a shape that was asked for: by a parameter of the request, or in words of its system message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from minimax_nb.emulator.heard import Heard

_BY_TOOL = re.compile(r"\b(?:call|calling) the tool [`'\"]?([\w-]{1,64})", re.IGNORECASE)
_WITH_SCHEMA = re.compile(r"\bJSON schema\b.*?(\{.*\})\s*\Z", re.IGNORECASE | re.DOTALL)
_ANY_JSON = re.compile(r"\banswer (?:only )?(?:with|in) JSON\b", re.IGNORECASE)
_SENT_BACK = re.compile(r"\A\s*your (?:answer|reply) could not be used\b", re.IGNORECASE)


def ordered(heard: Heard) -> str:
    """The tool by which the system message wants the answer given, or ""."""
    named = _BY_TOOL.findall(heard.system)
    offered = {tool.name for tool in heard.tools} if heard.may_call else set()
    return next((name for name in reversed(named) if name in offered), "")


def wanted_schema(heard: Heard) -> Mapping[str, Any] | None:
    """The JSON schema the reply is to follow, {} for any JSON object, or None for prose."""
    if heard.reply_schema is not None:
        return heard.reply_schema
    told = _WITH_SCHEMA.search(heard.system)
    if told is not None:
        try:
            schema = json.loads(told[1])
        except ValueError:
            return {}
        return schema if isinstance(schema, dict) else {}
    return {} if _ANY_JSON.search(heard.system) else None


def asked_in(heard: Heard) -> str:
    """The prompt that asked for the answer: the last one that does not just send an answer back."""
    return next((said for said in reversed(heard.prompts) if not _SENT_BACK.match(said)), heard.prompt)


def spoilt(text: str, shapes: frozenset[str]) -> str:
    """JSON with the faults in it that were asked for."""
    if shapes & {"wrong-arguments", "wrong-json"}:
        text = '{"unexpected": [true, null]}'
    return text[: (len(text) + 1) // 2] if shapes & {"bad-arguments", "bad-json"} else text
