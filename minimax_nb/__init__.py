"""The notebook kit for MiniMax models.

``%load_ext minimax_nb`` brings the ``%%minimax`` magics; ``from minimax_nb import Chat`` the client behind them.
Importing the package loads nothing else: each public name loads what it needs on first use.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from minimax_nb.messages.shown import Bundle, use_renderer

if TYPE_CHECKING:
    from minimax_nb.catalog.quote import quote
    from minimax_nb.chat import AsyncStream, Chat, Stream, TokenCount
    from minimax_nb.chat.budget import Budget
    from minimax_nb.chat.preset import Preset
    from minimax_nb.display import show
    from minimax_nb.errors import (
        AuthError,
        BalanceError,
        BudgetError,
        CassetteError,
        ConfigError,
        ContentFilterError,
        ContextLengthError,
        InvalidRequestError,
        MiniMaxError,
        OverloadedError,
        PlanLimitError,
        RateLimitError,
        RequestError,
        SchemaError,
        ServiceError,
        ToolError,
        TransportError,
        UnknownModelError,
        WireError,
    )
    from minimax_nb.messages.growing import Timing
    from minimax_nb.messages.parts import ToolCall
    from minimax_nb.messages.reply import Reply
    from minimax_nb.messages.scene import Scene
    from minimax_nb.messages.usage import Usage
    from minimax_nb.prompt import register
    from minimax_nb.prompt.media import Image, Video
    from minimax_nb.tools import tool

_HOME = {
    "minimax_nb.catalog.quote": ("quote",),
    "minimax_nb.chat": ("AsyncStream", "Chat", "Stream", "TokenCount"),
    "minimax_nb.display": ("show",),
    "minimax_nb.errors": (
        "AuthError", "BalanceError", "BudgetError", "CassetteError", "ConfigError", "ContentFilterError",
        "ContextLengthError", "InvalidRequestError", "MiniMaxError", "OverloadedError", "PlanLimitError",
        "RateLimitError", "RequestError", "SchemaError", "ServiceError", "ToolError", "TransportError",
        "UnknownModelError", "WireError",
    ),
    "minimax_nb.chat.budget": ("Budget",),
    "minimax_nb.chat.preset": ("Preset",),
    "minimax_nb.messages.parts": ("ToolCall",),
    "minimax_nb.messages.scene": ("Scene",),
    "minimax_nb.tools": ("tool",),
    "minimax_nb.messages.growing": ("Timing",),
    "minimax_nb.messages.reply": ("Reply",),
    "minimax_nb.messages.usage": ("Usage",),
    "minimax_nb.prompt": ("register",),
    "minimax_nb.prompt.media": ("Image", "Video"),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "AsyncStream",
    "AuthError",
    "BalanceError",
    "Budget",
    "BudgetError",
    "CassetteError",
    "Chat",
    "ConfigError",
    "ContentFilterError",
    "ContextLengthError",
    "Image",
    "InvalidRequestError",
    "MiniMaxError",
    "OverloadedError",
    "PlanLimitError",
    "Preset",
    "RateLimitError",
    "Reply",
    "RequestError",
    "Scene",
    "SchemaError",
    "ServiceError",
    "Stream",
    "Timing",
    "TokenCount",
    "ToolCall",
    "ToolError",
    "TransportError",
    "UnknownModelError",
    "Usage",
    "Video",
    "WireError",
    "quote",
    "register",
    "show",
    "tool",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - each public name has a type of its own
    if name == "__version__":
        from importlib.metadata import version

        return version("minimax-nb")
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'minimax_nb' has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def _render(value: object) -> Bundle:
    from minimax_nb.display import render

    return render(value)


use_renderer(_render)

_PANELS = {
    "chat": "chat_panel",
    "playground": "playground",
    "compare": "compare",
    "usage": "usage_panel",
    "connect": "connect",
}
"""What ``%minimax_panel KIND`` opens: a function of :mod:`minimax_nb.panels`."""


def _open(name: str, *arguments: object, **options: object) -> object:
    from minimax_nb import panels

    return getattr(panels, name)(*arguments, **options)


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's shells are untyped here
    """What ``%load_ext minimax_nb`` calls."""
    from minimax_nb.magics import load

    load(shell, {kind: partial(_open, name) for kind, name in _PANELS.items()})


def unload_ipython_extension(shell: Any) -> None:  # noqa: ANN401
    """What ``%unload_ext minimax_nb`` calls."""
    from minimax_nb.magics import unload

    unload(shell)
