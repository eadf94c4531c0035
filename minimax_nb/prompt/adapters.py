"""What a notebook's value becomes in a prompt.

The first that fits wins:

1. a function registered for its type (:func:`register`), the most specific type first;
2. text as it is, parts of messages as they are, a reply as its text;
3. its own ``_repr_llm_``, ``__llm__`` or ``_ai_repr_``;
4. pictures, figures and videos are refused, for now;
5. data frames and series: a Markdown table; arrays: shape, type and a sample;
6. exceptions: the traceback; functions and classes: their source; modules and bytes: one line;
7. pydantic models: JSON; anything with ``_repr_markdown_``: that;
8. lists, tuples, sets and mappings: laid out like JSON; anything else: its ``repr``. Both are capped.

Nothing heavy is imported to tell what a value is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.messages.parts import Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.prompt.capped import capped, capped_repr, is_container, layout
from minimax_nb.prompt.pictures import refuse_picture
from minimax_nb.prompt.sources import exception_text, line_about, source_text
from minimax_nb.prompt.tables import array_text, instance_of, table_text

Adapted = str | Part | Iterable["str | Part"]
"""What a registered function, or a value's own method, may give."""

_PARTS = (Text, Thinking, ToolCall, ToolResult, Opaque)
_PROTOCOLS = ("_repr_llm_", "__llm__", "_ai_repr_")
_registered: dict[type, list[Callable[[Any], Adapted]]] = {}


def register(kind: type, function: Callable[[Any], Adapted]) -> Callable[[], None]:
    """Let ``function`` decide what values of ``kind`` become: text, a part, or several of both.

    It holds for subclasses too, unless one has a function of its own. The newest registration of a type wins.

    Returns:
        A function that undoes this registration.

    Raises:
        RequestError: ``kind`` is no class, or ``function`` cannot be called.
    """
    if not isinstance(kind, type) or not callable(function):
        raise RequestError("Only a class and a function of one argument can be registered.")
    functions = _registered.setdefault(kind, [])
    functions.append(function)

    def undo() -> None:
        if function in functions:
            functions.remove(function)

    return undo


def to_parts(value: object, name: str = "") -> tuple[Part, ...]:
    """The value as parts of a message.

    Args:
        value: Any value of a notebook.
        name: What the user called it, for error messages.

    Raises:
        RequestError: The value is a picture, or its own code or a registered function failed.
    """
    subject = name or f"a value of type {type(value).__name__}"
    for kind in type(value).__mro__:
        for function in _registered.get(kind, ())[-1:]:
            found = _run(partial(function, value), subject, f"the function registered for {kind.__name__}")
            return _as_parts(found, subject, f"the function registered for {kind.__name__}")
    if isinstance(value, str):
        return (Text(str.__str__(value)),)
    if isinstance(value, _PARTS):
        return (value,)
    if isinstance(value, Reply):
        return (Text(value.text),)
    said = _own_words(value, subject)
    if said is not None:
        return said
    refuse_picture(value, name)
    return (Text(_run(partial(_text, value), subject, "its own code")),)


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a notebook
    """The text of a value that has no words of its own for a model."""
    if isinstance(value, BaseException):
        return exception_text(value)
    for way in (table_text, array_text, source_text, line_about):
        if (text := way(value)) is not None:
            return text
    if instance_of(value, "pydantic", "BaseModel"):
        return capped(value.model_dump_json(indent=2))
    if _has(value, "_repr_markdown_"):
        markdown = value._repr_markdown_()
        markdown = markdown[0] if isinstance(markdown, tuple) else markdown
        if isinstance(markdown, str):
            return markdown
    return capped(layout(value)) if is_container(value) else capped_repr(value)


def _has(value: object, name: str) -> bool:
    """Whether the value's class or the value itself really has the attribute: no ``__getattr__`` is asked."""
    return not isinstance(value, type) and inspect.getattr_static(value, name, None) is not None


def _own_words(value: object, subject: str) -> tuple[Part, ...] | None:
    """What the value's own protocol for models gives; None if it has none, or it gives nothing of use here."""
    for protocol in _PROTOCOLS:
        if not _has(value, protocol):
            continue
        found = _run(partial(_attribute, value, protocol), subject, protocol)
        if inspect.iscoroutine(found):
            found.close()  # a prompt is filled in without waiting
            continue
        if isinstance(found, Mapping):  # MIME types to contents, as some notebooks' drafts of this protocol have it
            found = found.get("text/markdown") or found.get("text/plain")
        if found is not None:
            return _as_parts(found, subject, protocol)
    return None


def _attribute(value: object, protocol: str) -> Any:  # noqa: ANN401
    found = getattr(value, protocol)
    return found() if callable(found) else found


def _run(make: Callable[[], Any], subject: str, whose: str) -> Any:  # noqa: ANN401
    """The result of code that is not ours.

    Raises:
        RequestError: It raised something else than one of the kit's own errors.
    """
    try:
        return make()
    except MiniMaxError:
        raise
    except Exception as error:
        message = capped(str(error), 400)
        raise RequestError(
            f"{subject} cannot be put into the prompt: {whose} raised {type(error).__name__}: {message}."
        ) from error


def _as_parts(found: object, subject: str, whose: str) -> tuple[Part, ...]:
    """Text, a part or several of both, as parts.

    Raises:
        RequestError: It is something else.
    """
    if isinstance(found, str):
        return (Text(found),)
    if isinstance(found, _PARTS):
        return (found,)
    if isinstance(found, Iterable) and not isinstance(found, bytes | Mapping):
        parts = tuple(Text(part) if isinstance(part, str) else part for part in found)
        if all(isinstance(part, _PARTS) for part in parts):
            return parts
    raise RequestError(
        f"{subject} cannot be put into the prompt: {whose} gave {type(found).__name__}, not text or parts."
    )
