"""Notebook files looked through for what should not be in them: keys, and outputs that make them heavy.

Nothing is run. A key is told by where it stands and never shown. On request what is found is mended: keys are masked,
heavy outputs replaced by a line that says what was there. The file is written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from minimax_nb.cassette.scan import MASK, Scan, scan_for
from minimax_nb.chat.notebook_file import NotebookPath, notebook_content, notebooks_in, path_said, resolved
from minimax_nb.chat.saved import replace_file
from minimax_nb.doctor.report import Finding, Report
from minimax_nb.errors import ConfigError

BIG_BYTES = 1_000_000
"""Bytes of one output, as it lies in the file, from which on it is told: GitHub shows no notebook of some MB."""

_PARTS = ("source", "outputs", "attachments", "metadata")


def scan(*paths: NotebookPath, fix: bool = False, big: int = BIG_BYTES) -> Report:
    """Look for keys and for heavy outputs in notebook files.

    Args:
        paths: Notebooks, or folders: all notebooks in and below them.
        fix: Mask the keys and take the heavy outputs out, in the files themselves.
        big: Bytes of one output that are too many.

    Raises:
        ConfigError: A file is missing, cannot be read or written, or is no notebook.
    """
    looked = scan_for()
    files = [file for path in paths for file in notebooks_in(path)]
    return Report(tuple(finding for file in files for finding in _scanned(file, looked, fix=fix, big=big)))


def _scanned(path: NotebookPath, looked: Scan, *, fix: bool, big: int) -> Iterator[Finding]:
    name, file = path_said(path), resolved(path)
    notebook = notebook_content(name, file)
    found = list(_found(notebook, looked, big))
    if not found:
        yield Finding(name, f"no key found, and no output above {_size(big)}")
        return
    if fix:
        _write(name, file, _mended(notebook, looked, big))
    for place, what, done in found:
        yield Finding(f"{name}, {place}" if place else name, f"{what}; {done}" if fix else what, fine=fix)
    if not fix:
        yield Finding(name, "--fix masks keys and takes such outputs out", fine=False)


def _found(notebook: dict[str, Any], looked: Scan, big: int) -> Iterator[tuple[str, str, str]]:
    """Each place where something is: where, what, and what mending does about it."""
    for number, cell in enumerate(_cells(notebook), start=1):
        for part in _PARTS:
            outputs = cell.get(part) if part == "outputs" else None
            if isinstance(outputs, list):
                yield from _in_outputs(number, outputs, looked, big)
            elif _holds_key(cell.get(part), looked):
                yield f"cell {number}, its {part}", "holds a key", "masked"
    if _holds_key(notebook.get("metadata"), looked):
        yield "its metadata", "holds a key", "masked"


def _in_outputs(number: int, outputs: Sequence[Any], looked: Scan, big: int) -> Iterator[tuple[str, str, str]]:
    for place, output in enumerate(outputs, start=1):
        where = f"cell {number}, output {place}"
        if _holds_key(output, looked):
            yield where, "holds a key", "masked"
        if (size := _weight(output)) > big:
            yield where, f"has {_size(size)}{_kinds(output)}", "taken out"


def _holds_key(value: object, looked: Scan) -> bool:
    return any(looked.finds(text) for text in _texts(value))


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value; a list of lines, as notebooks keep texts, is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield str(name)
            yield from _texts(item)


def _mended(notebook: dict[str, Any], looked: Scan, big: int) -> dict[str, Any]:
    """The same notebook without keys and heavy outputs."""
    cells = [
        {**cell, "outputs": [_lighter(output, big) for output in cell["outputs"]]}
        if isinstance(cell, dict) and isinstance(cell.get("outputs"), list)
        else cell
        for cell in notebook["cells"]
    ]
    mended = _masked({**notebook, "cells": cells}, looked)
    assert isinstance(mended, dict)
    return mended


def _masked(value: Any, looked: Scan) -> Any:  # noqa: ANN401 - any JSON value
    """The value with its keys masked; of a text whose key is written in some other way nothing is left."""
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        lines = looked.mask_pieces(value)
        return [MASK] if looked.finds("".join(lines)) else [line for line in lines if line]
    if isinstance(value, str):
        text = looked.mask(value)
        return MASK if looked.finds(text) else text
    if isinstance(value, list):
        return [_masked(item, looked) for item in value]
    if isinstance(value, dict):
        return {looked.mask(name): _masked(item, looked) for name, item in value.items()}
    return value


def _lighter(output: Any, big: int) -> Any:  # noqa: ANN401 - any JSON value
    """An output, or a line in its place that says what was there."""
    if _weight(output) <= big:
        return output
    text = f"(An output of {_size(_weight(output))}{_kinds(output)} was taken out. Run the cell again to see it.)\n"
    return {"name": "stdout", "output_type": "stream", "text": [text]}


def _weight(output: object) -> int:
    return len(json.dumps(output, ensure_ascii=False).encode("utf-8", "replace"))


def _kinds(output: object) -> str:
    """What kinds of content an output has."""
    data = output.get("data") if isinstance(output, dict) else None
    return f" ({', '.join(sorted(map(str, data)))})" if isinstance(data, dict) and data else ""


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (cell for cell in notebook["cells"] if isinstance(cell, dict))


def _write(name: str, file: Path, notebook: dict[str, Any]) -> None:
    try:
        replace_file(file, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise ConfigError(f"{name} cannot be written ({error.strerror or error}); it is as it was.") from None
