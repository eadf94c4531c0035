"""Rules of one service only, beside those of the protocols.

ModelsLab advanced-parameters page and OpenAPI file, RunAPI skills, OpenRouter threads, MiniMax reference pages; all
read 2026-11-20. The words are ours where none were seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minimax_nb.emulator.heard import FaceName, Heard, Refused
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.services import Name

_MODELSLAB_TOKENS = 1000
_MODELSLAB_RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "repetition_penalty": (0.1, 2),
    "top_k": (1, 1_000_000),
    "n": (1, 10),
}
_RUNAPI_CONFLICTS = frozenset(
    {
        *("tools", "tool_choice", "response_format", "reasoning", "reasoning_effort", "reasoning_split"),
        *("thinking", "output_config"),
    }
)
_OPENAI_FIELDS = frozenset(
    {
        *("model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature"),
        *("top_p", "n", "stop", "seed", "user", "logprobs", "top_logprobs", "logit_bias", "presence_penalty"),
        *("frequency_penalty", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort"),
        *("top_k", "min_p", "repetition_penalty", "chat_template_kwargs", "include_reasoning", "metadata", "store"),
    }
)
_ANTHROPIC_FIELDS = frozenset(
    {
        *("model", "messages", "system", "stream", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences"),
        *("tools", "tool_choice", "thinking", "metadata"),
    }
)


def check_house(service: Name, face: FaceName, body: Mapping[str, Any], facts: Facts, names: frozenset[str]) -> None:
    """Refuse what this service does not take.

    Raises:
        Refused: One of its own rules is broken.
    """
    match service:
        case "modelslab":
            _modelslab(face, body)
        case "runapi" if "strict-fields" in names:
            _runapi(body)
        case "openrouter":
            _openrouter(body, facts)
        case "local" if "lenient-fields" not in names:
            _local(face, body)


def house_ways(service: Name, face: FaceName, body: Mapping[str, Any], heard: Heard) -> Heard:
    """The request as this service reads it: ModelsLab has a limit of its own and a second name for ``stream``."""
    if service != "modelslab" or face != "openai":
        return heard
    limit = _MODELSLAB_TOKENS if heard.max_tokens is None else heard.max_tokens
    return replace(heard, max_tokens=limit, stream=heard.stream or body.get("streaming") is True)


def _modelslab(face: FaceName, body: Mapping[str, Any]) -> None:
    if face == "anthropic" and body.get("max_tokens") is None:
        raise Refused("max_tokens is required", code=None)
    for name, (least, most) in _MODELSLAB_RANGES.items():
        highest = 1 if face == "anthropic" and name == "temperature" else most
        value = body.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and least <= value <= highest):
            raise Refused(f"{name} must be between {least:g} and {highest:g}", code=None)
    stop = body.get("stop")
    if isinstance(stop, list) and len(stop) > 4:
        raise Refused("stop may hold at most 4 sequences", code=None)


def _runapi(body: Mapping[str, Any]) -> None:
    found = sorted(name for name in _RUNAPI_CONFLICTS if body.get(name))
    if body.get("max_tokens") and body.get("max_completion_tokens"):
        found.append("max_tokens with max_completion_tokens")
    if found:
        raise Refused(f"This model does not take {', '.join(found)}", status=409, code=None)


def _openrouter(body: Mapping[str, Any], facts: Facts) -> None:
    reasoning = body.get("reasoning")
    off = isinstance(reasoning, dict) and (reasoning.get("enabled") is False or reasoning.get("effort") == "none")
    if off and facts.thinks in {"always", "refuses-off"}:
        raise Refused("Reasoning is mandatory for this endpoint and cannot be disabled.", code=None)


def _local(face: FaceName, body: Mapping[str, Any]) -> None:
    known = _OPENAI_FIELDS if face == "openai" else _ANTHROPIC_FIELDS
    if unknown := sorted(str(name) for name in body if name not in known):
        raise Refused(f"Extra inputs are not permitted: {', '.join(unknown)}", status=422, code=None)
