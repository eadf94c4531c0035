"""Python functions as tools: ``@tool``, and what the kit makes of any function it is given.

A tool is described from its signature, its type hints and its docstring when that is first needed, so that a hint may
name what is defined later in the notebook.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Generic, ParamSpec, TypeVar, overload

from minimax_nb.errors import ToolError
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.tools.arguments import check
from minimax_nb.tools.docstrings import read_docstring
from minimax_nb.tools.schema import Parameters, describe
from minimax_nb.tools.signature import documentation, read_signature, source_of

P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT_S = 60.0
"""Seconds a tool may run, unless it says otherwise."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GENERATORS = (inspect.isgeneratorfunction, inspect.isasyncgenfunction)


class Tool(Generic[P, R]):
    """A function that a model may call. Calling it calls the function, as before.

    Args:
        function: The function: plain or async, a method, a ``functools.partial``, an object that can be called.
        name: What the model calls it by; None takes the function's own.
        description: What it does, for the model; None takes the docstring.
        approve: Whether a person is asked before each call.
        timeout: Seconds it may run; None for as long as it likes.

    Raises:
        ToolError: It is no such function, or has no name or time-out that can be used.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        approve: bool = False,
        timeout: float | None = TIMEOUT_S,
    ) -> None:
        self.function = function
        self.name = _checked_name(function, name)
        self.approve = approve
        self.timeout = _checked_timeout(timeout, self.name)
        self._description = description
        if any(is_one(source_of(function)) for is_one in _GENERATORS):
            raise ToolError(f"The tool {self.name} is a generator.", hint="Return a list instead.")
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function gives."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Tool[..., Any]:
        """The tool of an object's method, where the decorator stands in a class."""
        bind = getattr(type(self.function), "__get__", None)
        bound = bind(self.function, instance, owner) if bind else self.function
        if bound is self.function:
            return self
        made = Tool(bound, name=self.name, approve=self.approve, timeout=self.timeout)
        made._description = self._description
        return made

    def __repr__(self) -> str:
        return f"<tool {self.name}, asks before each call>" if self.approve else f"<tool {self.name}>"

    @functools.cached_property
    def spec(self) -> ToolSpec:
        """What a model is told of it.

        Raises:
            ToolError: A parameter cannot be described.
        """
        own = read_docstring(documentation(self.function)).description
        return ToolSpec(self.name, own if self._description is None else self._description, self.parameters.schema)

    @functools.cached_property
    def parameters(self) -> Parameters:
        """What it takes (:class:`~minimax_nb.tools.schema.Parameters`).

        Raises:
            ToolError: A parameter cannot be described.
        """
        signature, parameters = read_signature(self.function, self.name)
        documented = read_docstring(documentation(self.function)).parameters
        return describe(signature, parameters, documented, self.name)

    def bound(self, arguments: dict[str, Any]) -> inspect.BoundArguments:
        """A call's arguments, checked and ready for the function.

        Raises:
            BadArgumentsError: They do not fit; the message is meant for the model.
        """
        return check(self.parameters, arguments, self.name)


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, approve: bool = False, timeout: float | None = TIMEOUT_S
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


@overload
def tool(
    function: Callable[P, R],
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    approve: bool = False,
    timeout: float | None = TIMEOUT_S,
) -> Tool[P, R]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    approve: bool = False,
    timeout: float | None = TIMEOUT_S,
) -> Any:
    """Make a function a tool: ``@tool``, or ``@tool(approve=True)`` to be asked before each call.

    Args:
        function: The function; left out where options are given to the decorator.
        name: What the model calls it by; None takes the function's own. Letters, digits, "_" and "-", at most 64.
        description: What it does, for the model; None takes the docstring.
        approve: Whether a person is asked before each call.
        timeout: Seconds it may run, 60 unless said otherwise; None for as long as it likes.

    Raises:
        ToolError: It is no function that can be a tool.
    """

    def decorate(given: Callable[..., Any]) -> Tool[..., Any]:
        return Tool(given, name=name, description=description, approve=approve, timeout=timeout)

    return decorate if function is None else decorate(function)


def as_tool(function: Callable[..., Any] | Tool[..., Any]) -> Tool[..., Any]:
    """The function as a tool, described; a tool as it is.

    Raises:
        ToolError: It cannot be a tool, or one of its parameters cannot be described.
    """
    made = function if isinstance(function, Tool) else Tool(function)
    _ = made.spec  # what is wrong with it is told now, not in the middle of a reply
    return made


def as_tools(functions: Iterable[Callable[..., Any] | Tool[..., Any]]) -> dict[str, Tool[..., Any]]:
    """Functions as tools, by the name the model calls them by.

    Raises:
        ToolError: One of them cannot be a tool, or two have one name.
    """
    tools: dict[str, Tool[..., Any]] = {}
    for function in functions:
        made = as_tool(function)
        if made.name in tools:
            raise ToolError(
                f"Two tools are called {made.name}.", hint='Give one another name: tool(function, name="...").'
            )
        tools[made.name] = made
    return tools


def _checked_name(function: Callable[..., Any], name: str | None) -> str:
    """The name to call it by.

    Raises:
        ToolError: It is no function, or its name breaks the rule of the services.
    """
    if not callable(function) and not isinstance(function, classmethod):
        raise ToolError(f"{type(function).__name__} is no function.", hint="A tool is a function.")
    if inspect.isclass(function):
        raise ToolError(
            f"{function.__name__} is a class, not a function.", hint="Write a function that makes one and returns it."
        )
    if name is None:
        name = _own_name(function)
        if name == "<lambda>":
            raise ToolError("A lambda has no name.", hint='Give it one: tool(function, name="...").')
    if not _NAME.fullmatch(name):
        raise ToolError(
            f"A tool cannot be called {name!r}.",
            hint=f'A name has 1 to 64 of the letters a to z, digits, "_" and "-". Try name="{_allowed(name)}".',
        )
    return name


def _own_name(function: Callable[..., Any]) -> str:
    """The function's name; that of the class for an object that can be called."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


def _allowed(name: str) -> str:
    """The nearest name that the services take."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_")[:64] or "my_tool"


def _checked_timeout(timeout: float | None, tool: str) -> float | None:
    """The time-out, if it is one.

    Raises:
        ToolError: It is no number of seconds above zero.
    """
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (number and timeout > 0 and not math.isnan(timeout)):
        raise ToolError(
            f"The tool {tool} cannot have the time-out {timeout!r}.",
            hint="Give seconds above zero, or None for no limit.",
        )
    return timeout
