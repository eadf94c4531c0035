"""Filling ``{{name}}`` into a prompt, and nothing else.

A marker is two opening braces, a path, two closing braces. A path is the name of a variable, followed by any number
of ``.attribute``, ``[0]``, ``[-1]``, ``["key"]`` or ``['key']``; spaces may stand inside the braces. Everything that is
not such a marker stays as typed: other text in braces, three or more opening braces in a row, ``{{ 1+1 }}``,
``{{ f(x) }}``, keywords such as ``{{else}}``. The text is read once; values are never read again.

There is no evaluation here: a path is walked step by step with ``getattr`` and ``[]``.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from minimax_nb.catalog import did_you_mean
from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.messages.parts import Text
from minimax_nb.prompt.adapters import Piece, to_pieces
from minimax_nb.prompt.capped import capped

_NAME = r"[^\W\d]\w*"
_STEP = rf"""\.{_NAME}|\[[ \t]*(?:-?\d+|"[^"\n]*"|'[^'\n]*')[ \t]*\]"""
_MARKER = re.compile(rf"(?<!\{{)\{{\{{[ \t]*(?P<name>{_NAME})(?P<steps>(?:{_STEP})*)[ \t]*\}}\}}")
_STEPS = re.compile(_STEP)
_PATH = re.compile(rf"(?P<name>{_NAME})(?P<steps>(?:{_STEP})*)")
_RAW = "To send braces as they are, use --raw."


def fill(text: str, namespace: Mapping[str, object]) -> tuple[Piece, ...]:
    """The prompt in pieces, with every marker replaced by what its value becomes (see ``adapters.py``).

    Pictures and videos stand where their markers stood, unread. Neighbouring texts are one piece. A value of several
    lines that is no text of the user's own is set apart by blank lines, unless it stands on a line of its own already.

    Args:
        text: The prompt as typed.
        namespace: The notebook's variables.

    Raises:
        RequestError: A marker's variable, attribute, index or key is missing or raised, its attribute's name starts
            with an underscore, or its value cannot be sent.
    """
    parts: list[Piece] = []
    end = 0
    apart = ""
    for marker in _MARKER.finditer(text):
        if keyword.iskeyword(marker["name"]):
            continue
        path = marker["name"] + marker["steps"]
        value = _value(marker["name"], marker["steps"], namespace)
        filled = to_pieces(value, path)
        block = not isinstance(value, str) and any(isinstance(part, Text) and "\n" in part.text for part in filled)
        _add(parts, _spaced(apart, text[end : marker.start()], more=True), block=block)
        parts.extend(filled)
        end = marker.end()
        apart = "\n\n" if block else ""
    parts.append(Text(_spaced(apart, text[end:], more=False)))
    return _joined(parts)


def _spaced(apart: str, text: str, *, more: bool) -> str:
    """Typed text after a block, on lines of its own; ``more`` says that another value follows it."""
    rest = text.lstrip(" \t")
    if not apart or rest.startswith("\n") or not (rest or more):
        return text
    return apart + rest


def _add(parts: list[Piece], text: str, *, block: bool) -> None:
    """Add typed text; before a block, end its line."""
    before = text.rstrip(" \t")
    alone = (not before and not parts) or before.endswith("\n")
    parts.append(Text(f"{before}\n\n" if block and not alone else text))


def _joined(parts: list[Piece]) -> tuple[Piece, ...]:
    """The parts with neighbouring texts made one and empty ones left out."""
    joined: list[Piece] = []
    run: list[str] = []
    for part in [*parts, None]:
        if isinstance(part, Text):
            run.append(part.text)
            continue
        if whole := "".join(run):
            joined.append(Text(whole))
        run.clear()
        if part is not None:
            joined.append(part)
    return tuple(joined)


# -- walking a path ----------------------------------------------------------------------------------------------------


def look_up(path: str, namespace: Mapping[str, object]) -> tuple[object, ...]:
    """The value that a path such as ``fig``, ``Out[3]`` or ``run.plots["loss"]`` leads to, in a tuple.

    An empty tuple says that the text is no path, or begins with no variable.

    Raises:
        RequestError: An attribute, index or key is missing or raised.
    """
    found = _PATH.fullmatch(path)
    if found is None or found["name"] not in namespace:
        return ()
    return (_value(found["name"], found["steps"], namespace),)


def _value(name: str, steps: str, namespace: Mapping[str, object]) -> object:
    if name not in namespace:
        near = did_you_mean(name, (known for known in namespace if not known.startswith("_")))
        raise RequestError(
            f"There is no variable {name}, which {{{{{name}{steps}}}}} asks for.", hint=f"{near} {_RAW}".strip()
        )
    value, path = namespace[name], name
    for step in _STEPS.findall(steps):
        try:
            value = _stepped(value, step, path)
        except MiniMaxError:
            raise
        except Exception as error:
            raise _missing(value, step, path, error) from error
        path += step
    return value


def _stepped(value: Any, step: str, path: str) -> object:  # noqa: ANN401 - any value of a notebook
    if step.startswith("."):
        if step.startswith("._"):
            raise RequestError(
                f"{{{{{path}{step}}}}}: attributes that start with an underscore are not filled in.",
                hint=f"Put the value into a variable of its own. {_RAW}",
            )
        return getattr(value, step[1:])
    return value[_index(step)]


def _index(step: str) -> int | str:
    inner = step[1:-1].strip(" \t")
    return inner[1:-1] if inner[0] in "\"'" else int(inner)


def _missing(value: Any, step: str, path: str, error: Exception) -> RequestError:  # noqa: ANN401
    """The error for a step that cannot be taken: what is missing, or what was raised."""
    marker, kind = f"{{{{{path}{step}}}}}", type(value).__name__
    if isinstance(error, AttributeError) and step.startswith(".") and not hasattr(type(value), step[1:]):
        hint = did_you_mean(step[1:], _names(value))
        return RequestError(f"{marker}: {path} ({kind}) has no attribute {step[1:]}.", hint=hint)
    if isinstance(error, IndexError):
        return RequestError(f"{marker}: {path} ({kind}) has no item {_index(step)}.")
    if isinstance(error, KeyError):
        hint = did_you_mean(str(_index(step)), _keys(value))
        return RequestError(f"{marker}: {path} ({kind}) has no key {_index(step)!r}.", hint=hint)
    return RequestError(f"{marker} cannot be filled in: it raised {type(error).__name__}: {capped(str(error), 400)}.")


def _names(value: object) -> list[str]:
    """The public attributes of a value; none if it does not tell."""
    with suppress(Exception):
        return [name for name in dir(value) if not name.startswith("_")]
    return []


def _keys(value: object) -> list[str]:
    """The text keys of a mapping, or the column names of a table; none if there are none to tell."""
    with suppress(Exception):
        keys = value if isinstance(value, Mapping) else value.columns  # type: ignore[attr-defined]
        return [key for key in keys if isinstance(key, str)]
    return []
