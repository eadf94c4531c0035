"""The services the emulator stands in for: their paths, the models they offer and how they write a reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from minimax_nb.emulator.heard import FaceName
from minimax_nb.emulator.models import (
    ANY_LOCAL,
    EVERYWHERE,
    LISTED_LOCAL,
    LOCAL,
    MINIMAX,
    MODELSLAB,
    OPENROUTER,
    RUNAPI,
    Facts,
)
from minimax_nb.emulator.write_plain import Dialect

Name = Literal["minimax", "modelslab", "runapi", "openrouter", "local"]
Action = Literal["chat", "count", "count-responses", "models", "model", "balance", "files"]


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Attributes:
        name: Its name.
        models: What it takes.
        listed: What its list of models shows.
        dialect: How it writes the OpenAI-compatible protocol, or None for MiniMax's own way.
        model_names: Members of a request that may name the model, in order.
        any_model: What a model of another name is, or None where there are no others.
        region: MiniMax's region, whose keys are good.
        suffixes: Whether an id may have more behind a colon, as OpenRouter's do ("minimax/minimax-m2:free").
    """

    name: Name
    models: Mapping[str, Facts]
    listed: Mapping[str, Facts]
    dialect: Dialect | None = None
    model_names: tuple[str, ...] = ("model",)
    any_model: Facts | None = None
    region: Literal["global", "cn"] = "global"
    suffixes: bool = False

    def facts(self, model: str) -> Facts | None:
        """What is known of a model, or None for one the service does not have."""
        known = self.models.get(model)
        if known is None and self.suffixes:
            known = self.models.get(model.partition(":")[0])
        return known or self.any_model


_MINIMAX = Service("minimax", EVERYWHERE, MINIMAX, suffixes=True)
_CN = Service("minimax", EVERYWHERE, MINIMAX, region="cn", suffixes=True)
_MODELSLAB = Service(
    "modelslab", MODELSLAB, MODELSLAB, Dialect("chat-", chunks_named=False), model_names=("model", "model_id")
)
_RUNAPI = Service("runapi", RUNAPI, RUNAPI, Dialect("chatcmpl-"))
_OPENROUTER = Service(
    "openrouter",
    OPENROUTER,
    OPENROUTER,
    Dialect("gen-", reasoning="openrouter", provider="Minimax", comment="OPENROUTER PROCESSING"),
    suffixes=True,
)
_LOCAL = Service("local", LOCAL, LISTED_LOCAL, Dialect("chatcmpl-", reasoning="content"), any_model=ANY_LOCAL)


@dataclass(frozen=True, slots=True)
class Route:
    """One path: who answers there, over which protocol, and what.

    ``always`` names the faults that hold there for every call, since they are the way of that path.
    """

    method: str
    path: str
    service: Service
    face: FaceName
    action: Action
    about: str
    always: tuple[str, ...] = ()


def _minimax(service: Service, prefix: str, whose: str) -> Iterator[Route]:
    """MiniMax's paths in one region."""
    base, other = f"{prefix}/v1", f"{prefix}/anthropic/v1"
    yield Route("POST", f"{base}/chat/completions", service, "openai", "chat", f"{whose}, OpenAI-compatible")
    counted = "token count of a Responses input"
    yield Route("POST", f"{base}/responses/input_tokens", service, "openai", "count-responses", counted)
    yield Route("GET", f"{base}/models", service, "openai", "models", "its list of models")
    yield Route("GET", f"{base}/models/{{id}}", service, "openai", "model", "one of them")
    yield Route("POST", f"{other}/messages", service, "anthropic", "chat", f"{whose}, Anthropic-compatible")
    yield Route("POST", f"{other}/messages/count_tokens", service, "anthropic", "count", "token count of a request")
    yield Route("GET", f"{other}/models", service, "anthropic", "models", "its list of models: limit, after_id, ...")
    yield Route("GET", f"{other}/models/{{id}}", service, "anthropic", "model", "one of them")


def _beside() -> Iterator[Route]:
    """MiniMax's paths beside the two protocols; they put every error into HTTP 200."""
    tail = ("summary-tail", "no-done", "as-200")
    yield Route(
        "POST", "/v1/text/chatcompletion_v2", _MINIMAX, "openai", "chat", "MiniMax's native chat, a summary last", tail
    )
    for service, prefix in ((_MINIMAX, ""), (_CN, "/cn")):
        for method, path, about in (
            ("POST", "upload", "a file (multipart: purpose, file)"),
            ("GET", "list", "files that were uploaded; ?purpose=NAME"),
            ("GET", "retrieve", "?file_id=N"),
            ("POST", "delete", '{"file_id": N}'),
        ):
            yield Route(method, f"{prefix}/v1/files/{path}", service, "openai", "files", about, ("as-200",))


def _resellers() -> Iterator[Route]:
    base = "/modelslab/api/v7/llm"
    yield Route("POST", f"{base}/chat/completions", _MODELSLAB, "openai", "chat", "ModelsLab, chat")
    yield Route("POST", f"{base}/v1/messages", _MODELSLAB, "anthropic", "chat", "ModelsLab, messages")
    yield Route("POST", f"{base}/v1/messages/count_tokens", _MODELSLAB, "anthropic", "count", "token count")
    yield Route("GET", f"{base}/v1/models", _MODELSLAB, "openai", "models", "list of models")
    yield Route("GET", f"{base}/models", _MODELSLAB, "openai", "models", "the same, where an SDK looks for it")
    yield Route("POST", "/runapi/v1/chat/completions", _RUNAPI, "openai", "chat", "RunAPI, chat")
    yield Route("POST", "/runapi/v1/messages", _RUNAPI, "anthropic", "chat", "RunAPI, messages")
    yield Route("POST", "/runapi/v1/messages/count_tokens", _RUNAPI, "anthropic", "count", "token count")
    yield Route("GET", "/runapi/v1/models", _RUNAPI, "openai", "models", "models; the key's header sets the shape")
    yield Route("GET", "/runapi/api/v1/me/balance", _RUNAPI, "openai", "balance", "what is left of the credit")
    base = "/openrouter/api/v1"
    yield Route("POST", f"{base}/chat/completions", _OPENROUTER, "openai", "chat", "OpenRouter, chat")
    yield Route("POST", f"{base}/messages", _OPENROUTER, "anthropic", "chat", "OpenRouter, messages")
    yield Route("GET", f"{base}/models", _OPENROUTER, "openai", "models", "list of models, with prices")


def _local() -> Iterator[Route]:
    yield Route("POST", "/local/v1/chat/completions", _LOCAL, "openai", "chat", "vLLM, SGLang, llama.cpp, Ollama: chat")
    yield Route("POST", "/local/v1/messages", _LOCAL, "anthropic", "chat", "the same, messages (base /local)")
    yield Route("POST", "/local/v1/messages/count_tokens", _LOCAL, "anthropic", "count", "token count")
    yield Route("GET", "/local/v1/models", _LOCAL, "openai", "models", "list of models; any other name works too")
    yield Route("GET", "/local/v1/models/{id}", _LOCAL, "openai", "model", "one of them")


ROUTES: tuple[Route, ...] = (
    *_minimax(_MINIMAX, "", "MiniMax"),
    *_beside(),
    *_minimax(_CN, "/cn", "MiniMax in China"),
    *_resellers(),
    *_local(),
)
"""Every path the emulator serves, in the order in which ``--help`` lists them."""

_EXACT = {(route.method, route.path): route for route in ROUTES if "{id}" not in route.path}
_NAMED = [(route.path.removesuffix("{id}"), route) for route in ROUTES if "{id}" in route.path]


def find_route(method: str, path: str) -> tuple[Route, str] | None:
    """The route of a path without its query, and the model id in it; None for a path nobody serves."""
    clean = "/" + path.strip("/")
    if route := _EXACT.get((method, clean)):
        return route, ""
    for start, named in _NAMED:
        if method == named.method and clean.startswith(start) and clean != start:
            return named, unquote(clean[len(start) :])
    return None
