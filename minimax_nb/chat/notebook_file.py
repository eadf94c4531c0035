"""Notebook files, read without running them and without trusting them: their paths, and what their outputs hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minimax_nb.errors import ConfigError
from minimax_nb.wire.loose import list_of, mapping_of, one_line, parse_json

NotebookPath = str | os.PathLike[str]

_KEY = "minimax_nb"  # of a reply's provenance in an output's metadata
_CHECKPOINTS = ".ipynb_checkpoints"
_NOT_READ = "it is no notebook."


def notebooks_in(path: NotebookPath) -> tuple[NotebookPath, ...]:
    """What a path stands for: all notebooks in a folder and below it, by name, or else the path itself.

    Jupyter's checkpoints are left out.

    Raises:
        ConfigError: The folder cannot be read, or holds no notebook.
    """
    folder = resolved(path)
    try:
        if not folder.is_dir():
            return (path,)
        found = [place.relative_to(folder) for place in sorted(folder.rglob("*.ipynb")) if place.is_file()]
    except OSError as error:
        raise ConfigError(f"{path_said(path)} cannot be read ({error.strerror or error}).") from None
    inside = tuple(Path(path) / place for place in found if _CHECKPOINTS not in place.parts)
    if not inside:
        raise ConfigError(f"The folder {path_said(path)} holds no notebook.")
    return inside


def resolved(path: NotebookPath) -> Path:
    """The file itself: ``~`` is the home folder, links are followed.

    Raises:
        ConfigError: The path can lead to no file.
    """
    try:
        return Path(path).expanduser().resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, nobody's home folder, a character no path has
        raise ConfigError(f"{path_said(path)} does not lead to a file.") from None


def path_said(path: NotebookPath) -> str:
    """The path as it was named, fit for a message."""
    return one_line(os.fspath(path), 1_000) or "."


def provenances(name: str, path: Path) -> Iterator[tuple[int, object, bool]]:
    """What each output of a notebook holds where a reply's provenance belongs, with the number of its cell.

    The third value is true of what a panel shows, which may stand in the output of a cell, too.

    Args:
        name: What the notebook is called in messages.
        path: The file.

    Raises:
        ConfigError: It is missing, cannot be read, or is no notebook of format 4.
    """
    for number, cell in enumerate(_cells(name, path), start=1):
        for output in list_of(mapping_of(cell).get("outputs")):
            metadata = mapping_of(mapping_of(output).get("metadata"))
            if _KEY not in metadata:
                continue
            held = mapping_of(metadata[_KEY])
            if "panel" in held:  # the copy of a panel tells all that was said in it
                yield from ((number, said, True) for said in list_of(held.get("replies")))
            else:
                yield number, metadata[_KEY], False


def _cells(name: str, path: Path) -> list[object]:
    return list_of(notebook_content(name, path)["cells"])


def notebook_content(name: str, path: Path) -> dict[str, Any]:
    """A notebook's whole JSON value; it has a list of cells, whatever these hold.

    Args:
        name: What the notebook is called in messages.
        path: The file.

    Raises:
        ConfigError: It is missing, cannot be read, or is no notebook of format 4.
    """
    content = _content(name, path)
    if not content.strip():
        raise ConfigError(f"{name} is empty, so {_NOT_READ}")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{name} is not UTF-8 text, so {_NOT_READ}") from None
    try:
        notebook = parse_json(content)
    except ValueError:
        raise ConfigError(f"{name} is not JSON or was cut short, so {_NOT_READ}") from None
    found = mapping_of(notebook)
    form = found.get("nbformat")
    if type(form) is int and form != 4:
        hint = "Open it in Jupyter and save it there: that brings it to format 4." if form < 4 else ""
        raise ConfigError(f"{name} is a notebook of format {form}; format 4 is read here.", hint=hint)
    if form != 4 or not isinstance(found.get("cells"), list):
        raise ConfigError(f"{name} is JSON, but {_NOT_READ}")
    return dict(found)


def _content(name: str, path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ConfigError(f"{name} is a folder, not a notebook.", hint="Name the notebooks in it.")
        if path.exists() and not path.is_file():  # a pipe or a device might never end
            raise ConfigError(f"{name} is no ordinary file, so {_NOT_READ}")
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"There is no file {name}.") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name} cannot be read ({getattr(error, 'strerror', None) or error}).") from None
