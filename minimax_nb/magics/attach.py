"""What ``--image X`` and ``--video X`` stand for: a variable of the notebook, an address, or a file.

A variable goes first, if it is a picture or video, or a text or path that leads to one; else X is a file or address.
``./X`` is always the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from minimax_nb.catalog import did_you_mean
from minimax_nb.errors import RequestError
from minimax_nb.magics.options import Wanted
from minimax_nb.prompt import Piece, look_up, media_pieces
from minimax_nb.prompt.media import Image, Video, as_media

_MAKERS: Mapping[str, type[Image] | type[Video]] = {"--image": Image, "--video": Video}
_WHAT = {"--image": "picture", "--video": "video"}
_OTHER = {"--image": "--video", "--video": "--image"}
_ADDRESSES = ("http://", "https://", "mm_file://", "data:")
_LOOKED_AT = 5000
"""Most names of a folder that are looked at."""


def attached(wanted: Iterable[Wanted], namespace: Mapping[str, Any]) -> tuple[Piece, ...]:
    """The pictures and videos, in the order in which they were asked for, unread.

    Raises:
        RequestError: X is nothing that can be sent with its option.
    """
    return tuple(piece for one in wanted for piece in _pieces(one, namespace))


@contextmanager
def saying_which(wanted: Iterable[Wanted], namespace: Mapping[str, Any]) -> Iterator[None]:
    """Where X is a variable and a file as well, let an error about it say which was taken."""
    try:
        yield
    except RequestError as error:
        for one in wanted:
            named = error.what.startswith((f"{one.said} ", f"{one.said}["))
            if named and one.said.isidentifier() and one.said in namespace and _is_file(one.said):
                error.hint = (
                    f"{error.hint} {one.said} is the variable here; {one.flag} ./{one.said} is the file.".strip()
                )
        raise


def _pieces(one: Wanted, namespace: Mapping[str, Any]) -> tuple[Piece, ...]:
    make, value = _MAKERS[one.flag], _variable(one.said, namespace)
    if value and (pieces := _of_variable(one, value[0])):
        return pieces
    if one.said.lower().startswith(_ADDRESSES) or _is_file(one.said):
        return (make(one.said),)
    if value:
        kind = type(value[0]).__name__
        raise RequestError(
            f"{one.said} is a variable of type {kind}, which is no {_WHAT[one.flag]}, and there is no such file.",
            hint=f"{one.flag} takes a path, a URL or a variable.",
        )
    if Path(one.said).name == one.said:
        names = [*media_names(one.flag, namespace), *_in_folder()]
        raise RequestError(
            f"There is neither a variable nor a file {one.said}, which {one.flag} asks for.",
            hint=did_you_mean(one.said, names, otherwise=f"Files are looked for in {Path.cwd()}."),
        )
    return (make(one.said),)  # a path in another folder: what is wrong with it is said when it is read


def _variable(said: str, namespace: Mapping[str, Any]) -> tuple[object, ...]:
    """The value of the variable that X names, in a tuple; one that cannot be had is none, as ``cat.png`` may be."""
    with suppress(RequestError):
        return look_up(said, namespace)
    return ()


def _of_variable(one: Wanted, value: Any) -> tuple[Piece, ...]:  # noqa: ANN401 - any value of a notebook
    """The pictures or videos that a variable holds or names; none if there are none."""
    make = _MAKERS[one.flag]
    if isinstance(value, str):
        leads = value.lower().startswith(_ADDRESSES) or _is_file(value)
        return (make(value),) if leads else ()
    pieces = media_pieces(value, one.said)
    if pieces is None:
        with suppress(RequestError):
            return (make(value, name="" if isinstance(value, Path) else one.said),)
        return ()
    for piece in pieces:
        if isinstance(piece, Image | Video) and not isinstance(piece, make):
            found = _WHAT[_OTHER[one.flag]]
            raise RequestError(
                f"{one.said} is a {found}, not a {_WHAT[one.flag]}.", hint=f"Use {_OTHER[one.flag]} {one.said}."
            )
    return pieces


def _is_file(text: str) -> bool:
    """Whether there is such a file; a text that can be no path is none."""
    with suppress(OSError, ValueError, RuntimeError):
        return Path(text).expanduser().is_file()
    return False


# -- what there is to choose from --------------------------------------------------------------------------------------


def media_names(flag: str, namespace: Mapping[str, Any]) -> list[str]:
    """The names of variables that the option takes: pictures or videos, and lists of them.

    Variables that hold text are left out, and so are names with an underscore before them. Of a path's file no more
    than the first bytes are read.
    """
    make = _MAKERS[flag]
    return [name for name, value in list(namespace.items()) if not name.startswith("_") and _is_kind(value, make)]


def _is_kind(value: Any, make: type[Image] | type[Video]) -> bool:  # noqa: ANN401
    if type(value) in {list, tuple}:
        return bool(value) and type(value[0]) not in {list, tuple} and _is_kind(value[0], make)
    with suppress(Exception):  # a value's own code may raise anything, and Tab must not fail
        return isinstance(as_media(value), make)
    return False


def file_names(flag: str, begun: str) -> list[str]:
    """The files that the option takes and the folders, by what their names promise, as far as a path is typed.

    Args:
        flag: "--image" or "--video".
        begun: The path as far as it is typed; nothing of it is changed in what is offered.
    """
    from minimax_nb.prompt.media.kinds import by_suffix

    at = max(begun.rfind("/"), begun.rfind(os.sep)) + 1
    names: list[str] = []
    with suppress(OSError, RuntimeError, ValueError), os.scandir(Path(begun[:at] or ".").expanduser()) as entries:
        for entry in islice(entries, _LOOKED_AT):
            if entry.name.startswith(".") and not begun[at:].startswith("."):
                continue
            kind = by_suffix(entry.name)
            if entry.is_dir():
                names.append(f"{begun[:at]}{entry.name}/")
            elif kind is not None and kind.family == _WHAT[flag]:
                names.append(begun[:at] + entry.name)
    return sorted(names)


def _in_folder() -> list[str]:
    with suppress(OSError), os.scandir() as entries:
        return [entry.name for entry in islice(entries, _LOOKED_AT) if entry.is_file()]
    return []
