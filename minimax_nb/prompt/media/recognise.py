"""Which values of a notebook are pictures or videos, so that ``{{fig}}`` and ``--image fig`` need no wrapper."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.prompt.media.arrays import picture_shaped
from minimax_nb.prompt.media.files import read, stamp
from minimax_nb.prompt.media.image import Image
from minimax_nb.prompt.media.kinds import HEAD, Kind, by_suffix, kind_of
from minimax_nb.prompt.media.values import display_kind, drawn_form
from minimax_nb.prompt.media.video import Video


def as_media(value: Any, name: str = "") -> Image | Video | None:  # noqa: ANN401 - one line for each kind of value
    """The picture or video that a value is, or None if it is neither.

    A value is one if it is an ``Image`` or ``Video``, a PIL image, a figure or axes, an array of bytes in the shape of
    a picture, a picture or video of IPython's display module, bytes that begin as a picture or video do, or a path
    whose file does (where there is no file: whose ending says so). A text is never one, whatever it says.

    Args:
        value: Any value.
        name: What to call it, the variable's name; a path keeps its own.
    """
    if isinstance(value, Image | Video):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return _of_kind(_kind_of_bytes(value), value, name)
    if isinstance(value, PurePath):
        return _of_kind(_kind_at(Path(value)), value, "")
    displayed = display_kind(value)
    if displayed:
        return Image(value, name=name) if displayed == "picture" else Video(value, name=name)
    form = drawn_form(value)
    if form is None or (form == "array" and not picture_shaped(value)):
        return None
    return Image(value, name=name)


def _of_kind(kind: Kind | None, value: Any, name: str) -> Image | Video | None:  # noqa: ANN401
    if kind is None or kind.family == "other":
        return None
    return Image(value, name=name) if kind.family == "picture" else Video(value, name=name)


def _kind_of_bytes(value: bytes | bytearray | memoryview) -> Kind | None:
    return kind_of(bytes(memoryview(value).cast("B")[:HEAD]))


def _kind_at(path: Path) -> Kind | None:
    """The kind of the file at a path; where none can be read, the kind its name promises."""
    path = path.expanduser()
    try:
        stamp(path, path.name)
        return kind_of(read(path, HEAD)) or by_suffix(path.name)
    except RequestError:
        return by_suffix(path.name)
