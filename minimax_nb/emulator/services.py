"""The services the emulator stands in for: their paths, the models they offer and how they write a reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from minimax_nb.emulator.heard import FaceName
from minimax_nb.emulator.models import EVERYWHERE, MINIMAX, MODELSLAB, OPENROUTER, RUNAPI, Facts
from minimax_nb.emulator.write_plain import Dialect

Name = Literal["minimax", "modelslab", "runapi", "openrouter"]
Action = Literal["chat", "count", "count-responses", "models", "model"]


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Attributes:
        name: Its name.
        models: What it takes.
        listed: What its list of models shows.
        dialect: How it writes the OpenAI-compatible protocol, or None for MiniMax's own way.
        model_names: Members of a request that may name the model, in order.
    """

    name: Name
    models: Mapping[str, Facts]
    listed: Mapping[str, Facts]
    dialect: Dialect | None = None
    model_names: tuple[str, ...] = ("model",)


_MINIMAX = Service("minimax", EVERYWHERE, MINIMAX)
_MODELSLAB = Service(
    "modelslab", MODELSLAB, MODELSLAB, Dialect("chat-", chunks_named=False), model_names=("model", "model_id")
)
_RUNAPI = Service("runapi", RUNAPI, RUNAPI, Dialect("chatcmpl-"))
_OPENROUTER = Service(
    "openrouter",
    OPENROUTER,
    OPENROUTER,
    Dialect("gen-", reasoning=True, provider="Minimax", comment="OPENROUTER PROCESSING"),
)


@dataclass(frozen=True, slots=True)
class Route:
    """One path: who answers there, over which protocol, and what."""

    method: str
    path: str
    service: Service
    face: FaceName
    action: Action
    about: str


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/chat/completions", _MINIMAX, "openai", "chat", "MiniMax, OpenAI-compatible"),
    Route("GET", "/v1/models", _MINIMAX, "openai", "models", "its list of models"),
    Route("GET", "/v1/models/{id}", _MINIMAX, "openai", "model", "one of them"),
    Route(
        "POST", "/v1/responses/input_tokens", _MINIMAX, "openai", "count-responses", "token count of a Responses input"
    ),
    Route("POST", "/anthropic/v1/messages", _MINIMAX, "anthropic", "chat", "MiniMax, Anthropic-compatible"),
    Route("POST", "/anthropic/v1/messages/count_tokens", _MINIMAX, "anthropic", "count", "token count of a request"),
    Route("GET", "/anthropic/v1/models", _MINIMAX, "anthropic", "models", "its list of models"),
    Route("GET", "/anthropic/v1/models/{id}", _MINIMAX, "anthropic", "model", "one of them"),
    Route("POST", "/modelslab/api/v7/llm/chat/completions", _MODELSLAB, "openai", "chat", "ModelsLab, chat"),
    Route("POST", "/modelslab/api/v7/llm/v1/messages", _MODELSLAB, "anthropic", "chat", "ModelsLab, messages"),
    Route("POST", "/modelslab/api/v7/llm/v1/messages/count_tokens", _MODELSLAB, "anthropic", "count", "token count"),
    Route("GET", "/modelslab/api/v7/llm/v1/models", _MODELSLAB, "openai", "models", "list of models"),
    Route("GET", "/modelslab/api/v7/llm/models", _MODELSLAB, "openai", "models", "the same, where an SDK looks for it"),
    Route("POST", "/runapi/v1/chat/completions", _RUNAPI, "openai", "chat", "RunAPI, chat"),
    Route("POST", "/runapi/v1/messages", _RUNAPI, "anthropic", "chat", "RunAPI, messages"),
    Route("POST", "/runapi/v1/messages/count_tokens", _RUNAPI, "anthropic", "count", "token count"),
    Route("GET", "/runapi/v1/models", _RUNAPI, "openai", "models", "list of models"),
    Route("POST", "/openrouter/api/v1/chat/completions", _OPENROUTER, "openai", "chat", "OpenRouter, chat"),
    Route("POST", "/openrouter/api/v1/messages", _OPENROUTER, "anthropic", "chat", "OpenRouter, messages"),
    Route("GET", "/openrouter/api/v1/models", _OPENROUTER, "openai", "models", "list of models"),
)
"""Every path the emulator serves, in the order in which ``--help`` lists them."""

_PATTERNS = [(re.compile(re.escape(route.path).replace(r"\{id\}", "(.+)") + r"\Z"), route) for route in ROUTES]


def find_route(method: str, path: str) -> tuple[Route, str] | None:
    """The route of a path without its query, and the model id in it; None for a path nobody serves."""
    clean = "/" + path.strip("/")
    for pattern, route in _PATTERNS:
        if route.method == method and (match := pattern.match(clean)):
            return route, unquote(match[1]) if pattern.groups else ""
    return None
