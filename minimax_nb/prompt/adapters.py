"""What a notebook's value becomes in a prompt.

The first that fits wins:

1. a function registered for its type (:func:`register`), the most specific type first;
2. text as it is, parts of messages as they are, a reply as its text;
3. its own ``_repr_llm_``, ``__llm__`` or ``_ai_repr_``;
4. pictures, figures and videos (:func:`~minimax_nb.prompt.media.as_media`), and lists, tuples and mappings that hold
   some: one after the other;
5. data frames and series: a Markdown table; arrays: shape, type and a sample;
6. exceptions: the traceback; functions and classes: their source; modules and bytes: one line;
7. pydantic models: JSON; anything with ``_repr_markdown_``: that;
8. lists, tuples, sets and mappings: laid out like JSON; anything else: its ``repr``.

What is made here from a value is capped, and what was left out is counted; what a user's own text, function or
protocol gives is not. Nothing heavy is imported to tell what a value is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any

from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.prompt.capped import SOURCE_CHARS, capped, capped_repr, is_container, layout
from minimax_nb.prompt.media.medium import Medium
from minimax_nb.prompt.sources import exception_text, line_about, source_text
from minimax_nb.prompt.tables import array_text, instance_of, table_text

Piece = Part | Medium
"""A part of a message, or a picture or video that will be one when it is prepared."""

Adapted = str | Piece | Iterable["str | Piece"]
"""What a registered function, or a value's own method, may give: also anything that is a picture or video."""

Fetch = Callable[[str], bytes]
"""Downloads what stands at an address."""

_PARTS = (Text, Thinking, ToolCall, ToolResult, Opaque, Picture, Clip)
_MEDIA = (Picture, Clip, Medium)
_PROTOCOLS = ("_repr_llm_", "__llm__", "_ai_repr_")
_LOOKED_AT = 200
"""Items of a list or mapping among which pictures are looked for."""

_DEPTH = 3
"""Levels of such containers that are looked into."""

_FRAME = re.compile(r" at (?:\d+:)?\d+:\d\d\.\d\d$")
"""How the names of a video's frames end: "clip.mp4 at 0:03.20"."""

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


def to_parts(
    value: object,
    name: str = "",
    limits: MediaLimits = MediaLimits(),  # noqa: B008 - a frozen value
    fetch: Fetch | None = None,
) -> tuple[Part, ...]:
    """The value as parts of a message, pictures and videos read and checked.

    A frame of a video (:meth:`Video.frames`) has its time as text before it: a model sees nothing of names.

    Args:
        value: Any value of a notebook.
        name: What the user called it, for error messages.
        limits: What the service takes.
        fetch: Downloads what stands at an address, for pictures and videos with ``inline=True``.

    Raises:
        RequestError: Its own code or a registered function failed, or a picture or video cannot be sent.
    """
    parts: list[Part] = []
    for piece in to_pieces(value, name):
        if isinstance(piece, Medium) and _FRAME.search(piece.name):
            parts.append(Text(f" [{piece.name}] "))
        parts.append(piece.prepare(limits, fetch) if isinstance(piece, Medium) else piece)
    return tuple(parts)


def to_pieces(value: object, name: str = "") -> tuple[Piece, ...]:
    """The same with pictures and videos still unread.

    Raises:
        RequestError: The value's own code or a registered function failed.
    """
    subject = _subject(value, name)
    pieces = _told(value, subject)
    if pieces is None:
        pieces = _seen(value, name)
    if pieces is None:
        pieces = (Text(_run(partial(_text, value), subject, "its own code")),)
    return pieces


def media_pieces(value: object, name: str = "") -> tuple[Piece, ...] | None:
    """The same for a value that is, or brings, a picture or video; None for any other, of which no text is made.

    Raises:
        RequestError: The value's own code or a registered function failed.
    """
    pieces = None if isinstance(value, str) else _told(value, _subject(value, name)) or _seen(value, name)
    if not pieces or not any(isinstance(piece, _MEDIA) for piece in pieces):
        return None
    return pieces


def _subject(value: object, name: str) -> str:
    return name or f"a value of type {type(value).__name__}"


def _told(value: object, subject: str) -> tuple[Piece, ...] | None:
    """What somebody decided the value is: a registered function, the value being a part or text, its own words."""
    for kind in type(value).__mro__:
        for function in _registered.get(kind, ())[-1:]:
            found = _run(partial(function, value), subject, f"the function registered for {kind.__name__}")
            return _as_pieces(found, subject, f"the function registered for {kind.__name__}")
    if isinstance(value, str):
        return (Text(str.__str__(value)),)
    if isinstance(value, _PARTS):
        return (value,)
    if isinstance(value, Reply):
        return (Text(value.text),)
    return _own_words(value, subject)


def _seen(value: object, name: str, depth: int = 0) -> tuple[Piece, ...] | None:
    """A picture, a video, or what a list, tuple or mapping that holds some is made of; None for any other value."""
    medium = _run(partial(_as_media, value, name), _subject(value, name), "its own code")
    if medium is not None:
        return (medium,)
    if not _run(partial(_holds_media, value, depth), _subject(value, name), "its own code"):
        return None
    pieces: list[Piece] = []
    for key, item in _keyed(value):
        subject = f"{name}[{key!r}]" if name else ""
        if isinstance(value, Mapping):
            pieces.append(Text(f"{_line_end(pieces)}{key}: "))
        told = _told(item, _subject(item, subject)) or _seen(item, subject, depth + 1)
        pieces += told or (Text(_run(partial(_text, item), _subject(item, subject), "its own code")),)
    return tuple(pieces)


def _as_media(value: object, name: str = "") -> Medium | None:
    from minimax_nb.prompt.media import as_media  # loads what reads pictures: most prompts are words alone

    return as_media(value, name)


def _line_end(pieces: list[Piece]) -> str:
    return "\n" if pieces else ""


def _keyed(value: Any) -> Iterable[tuple[object, object]]:  # noqa: ANN401
    """The items of a list, tuple or mapping, by index or key; none of any other value."""
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if type(value) in {list, tuple} else ()


def _holds_media(value: object, depth: int) -> bool:
    """Whether one of the first items is a picture or video, or holds one in its turn."""
    return depth < _DEPTH and any(
        isinstance(item, _MEDIA) or _as_media(item) is not None or _holds_media(item, depth + 1)
        for _, item in islice(_keyed(value), _LOOKED_AT)
    )


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a notebook
    """The text of a value that has no words of its own for a model."""
    if isinstance(value, BaseException):
        return exception_text(value)
    for way in (table_text, array_text, source_text, line_about):
        if (text := way(value)) is not None:
            return capped(text, SOURCE_CHARS)
    if instance_of(value, "pydantic", "BaseModel"):
        return capped(value.model_dump_json(indent=2))
    if _has(value, "_repr_markdown_"):
        markdown = value._repr_markdown_()
        markdown = markdown[0] if isinstance(markdown, tuple) else markdown
        if isinstance(markdown, str):
            return capped(markdown, SOURCE_CHARS)
    return capped(layout(value)) if is_container(value) else capped_repr(value)


def _has(value: object, name: str) -> bool:
    """Whether the value's class or the value itself really has the attribute: no ``__getattr__`` is asked."""
    return not isinstance(value, type) and inspect.getattr_static(value, name, None) is not None


def _own_words(value: object, subject: str) -> tuple[Piece, ...] | None:
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
            return _as_pieces(found, subject, protocol)
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


def _as_pieces(found: object, subject: str, whose: str) -> tuple[Piece, ...]:
    """Text, a part, a picture, a video or several of these, as pieces.

    Raises:
        RequestError: It is something else.
    """
    single = _as_piece(found, subject)
    if single is not None:
        return (single,)
    if isinstance(found, Iterable) and not isinstance(found, bytes | Mapping):
        pieces = [_as_piece(item, subject) for item in _run(partial(tuple, found), subject, whose)]
        whole = tuple(piece for piece in pieces if piece is not None)
        if len(whole) == len(pieces):
            return whole
    raise RequestError(
        f"{subject} cannot be put into the prompt: {whose} gave {type(found).__name__}, not text, parts or pictures."
    )


def _as_piece(found: object, subject: str) -> Piece | None:
    """One piece, or None if it is none: text, a part, or anything that is a picture or video, named after the value."""
    if isinstance(found, str):
        return Text(str.__str__(found))
    if isinstance(found, _PARTS):
        return found
    return _as_media(found, subject)
