"""How a turn may go on after a call: the tools it may use, the shape its reply must have, and how far it may go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from minimax_nb.errors import ConfigError, ToolError
from minimax_nb.structured import ANY_JSON, RETRIES, Shape, shape_of
from minimax_nb.tools import Tool, as_tools
from minimax_nb.tools.approve import Approvals

ROUNDS = 10
"""Calls a turn may take by default while the model asks for tools."""

Callables = Iterable[Callable[..., Any] | Tool[..., Any]] | Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a turn may go on.

    Attributes:
        tools: What the model may call, by name.
        approvals: Who is asked before a tool that needs it is run.
        shape: What the reply must be, or None.
        rounds: Most calls of the turn while the model asks for tools.
        tries: How often a reply that does not fit its shape is sent back.
    """

    tools: Mapping[str, Tool[..., Any]] = field(default_factory=lambda: MappingProxyType({}))
    approvals: Approvals = field(default_factory=Approvals)
    shape: Shape | None = None
    rounds: int = ROUNDS
    tries: int = RETRIES


def checked_rounds(value: object) -> int:
    """The number of calls, if it is one.

    Raises:
        ConfigError: It is no whole number of at least 1.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"max_rounds is a whole number of at least 1, not {value!r}.")
    return value


def named(tools: Callables) -> dict[str, Tool[..., Any]]:
    """The tools by name.

    Raises:
        ToolError: One cannot be a tool, or two have one name.
    """
    several = (tools,) if callable(tools) else tools
    if isinstance(several, str) or not isinstance(several, Iterable):
        raise ToolError(f"tools is a list of functions, not {type(tools).__name__}.", hint="Such as tools=[f, g].")
    return dict(as_tools(several))


def wanted(schema: object) -> Shape | None:
    """The shape that was asked for: a type, a JSON schema, "json" for any JSON; None for none.

    Raises:
        RequestError: It describes no shape.
    """
    if schema is None:
        return None
    return ANY_JSON if schema == "json" else shape_of(schema)
