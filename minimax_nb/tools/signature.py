"""A function's parameters as a caller by name meets them, their type hints resolved where the function was written.

Hints are strings in modules with ``from __future__ import annotations``, and wherever people quote them. They are
looked up in the globals of the function itself, which are a notebook's names for a function written in a cell, and
among the names it encloses.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, get_type_hints

from minimax_nb.errors import ToolError

REQUIRED: Any = inspect.Parameter.empty
"""The default of a parameter that has none."""


@dataclass(frozen=True, slots=True)
class Hinted:
    """One parameter.

    Attributes:
        name: Its name.
        hint: Its type, or Any where the function gives none.
        default: What it is if it is not said, or :data:`REQUIRED`.
        rest: Whether it stands for every other name: ``**options``.
    """

    name: str
    hint: Any
    default: Any
    rest: bool = False


def read_signature(function: Callable[..., Any], tool: str) -> tuple[inspect.Signature, tuple[Hinted, ...]]:
    """The function's signature, and those of its parameters that a model may give.

    What a ``functools.partial`` has already fixed is not the model's to give.

    Raises:
        ToolError: It has no signature, takes ``*args``, is a method without its object, or a hint cannot be resolved.
    """
    try:
        signature = inspect.signature(function)
    except NameError as error:  # from Python 3.14 on, hints are worked out when they are asked for
        raise _unresolved(tool, "", error) from error
    except (TypeError, ValueError):
        raise ToolError(
            f"The tool {tool} has no signature to tell a model of.",
            hint="Write a function that calls it, with type hints.",
        ) from None
    fixed = function.keywords if isinstance(function, functools.partial) else {}
    given = [parameter for parameter in signature.parameters.values() if parameter.name not in fixed]
    _check_kinds(given, function, tool)
    source = source_of(function)
    return signature, tuple(_hinted(parameter, source, tool) for parameter in given)


def source_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that was written, below partials, bound methods, callable objects and decorators."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif callable(inner := inspect.getattr_static(function, "__wrapped__", None)):
            function = inner
        elif inspect.isroutine(function) or not inspect.isfunction(call := _call_of(function)):
            return function
        else:
            function = call


def documentation(function: Callable[..., Any]) -> str:
    """The docstring of the function that was written, or of the class of an object that can be called."""
    source = source_of(function)
    if source is _call_of(function):
        return inspect.cleandoc(source.__doc__ or inspect.getdoc(type(function)) or "")
    return inspect.getdoc(source) or ""


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives something to be awaited, as far as that can be told beforehand."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(_call_of(function))


def _call_of(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - whatever a class has there
    return inspect.getattr_static(type(function), "__call__", None)


def _check_kinds(parameters: list[inspect.Parameter], function: Callable[..., Any], tool: str) -> None:
    """Refuse what no call by name can reach."""
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            raise ToolError(
                f"The tool {tool} takes *{parameter.name}, which a model cannot name.",
                hint=f"Give it a list instead: {parameter.name}: list[str].",
            )
    first = parameters[0] if parameters else None
    if first and first.name in {"self", "cls"} and not inspect.ismethod(function):
        raise ToolError(
            f"The tool {tool} is a method without its object (parameter {first.name}).",
            hint="Give the method of an object: thing.method instead of Thing.method.",
        )


def _hinted(parameter: inspect.Parameter, source: Callable[..., Any], tool: str) -> Hinted:
    hint = Any if parameter.annotation is REQUIRED else _resolved(parameter, source, tool)
    return Hinted(parameter.name, hint, parameter.default, parameter.kind is inspect.Parameter.VAR_KEYWORD)


def _resolved(parameter: inspect.Parameter, source: Callable[..., Any], tool: str) -> Any:  # noqa: ANN401 - a type hint
    """The hint as a type.

    Raises:
        ToolError: It names what is not there, or is no type at all.
    """

    def probe() -> None:
        """Carries one hint, so that an error is about this parameter."""

    probe.__annotations__ = {parameter.name: parameter.annotation}
    module = sys.modules.get(getattr(source, "__module__", None) or "")
    names = getattr(source, "__globals__", None) or vars(module or inspect)
    try:
        return get_type_hints(probe, names, _enclosed(source), include_extras=True)[parameter.name]
    except NameError as error:
        raise _unresolved(tool, parameter.name, error) from error
    except Exception as error:
        raise ToolError(
            f"The tool {tool}: the type hint of {parameter.name} is no type ({type(error).__name__}: {error}).",
            hint="Write a type such as str, or take the hint away.",
        ) from error


def _enclosed(source: Callable[..., Any]) -> dict[str, Any]:
    """The names of enclosing functions that the function uses."""
    if not isinstance(source, FunctionType):
        return {}
    cells = zip(source.__code__.co_freevars, source.__closure__ or (), strict=False)
    return {name: cell.cell_contents for name, cell in cells if _filled(cell)}


def _filled(cell: Any) -> bool:  # noqa: ANN401 - Python's own cell
    try:
        cell.cell_contents  # noqa: B018 - an empty one raises
    except ValueError:
        return False
    return True


def _unresolved(tool: str, parameter: str, error: NameError) -> ToolError:
    where = f"of {parameter} " if parameter else ""
    return ToolError(
        f"The tool {tool}: the type hint {where}names {error.name or 'something'}, which is not there.",
        hint="Define or import it first, at the top of the module or in a cell before this one.",
    )
