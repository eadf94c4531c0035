"""What the forms of a call have in common: its address, where its key comes from, and its JSON as source text."""

from __future__ import annotations

import json

from minimax_nb.chat import Preview

LOCAL = "http://127.0.0.1:8765"
"""Where the emulator listens when it is started as :func:`beforehand` says."""

WIDTH = 96
"""Longest line of a body, where it can be broken."""

NO_KEY = "none-needed"
"""Sent where no key is needed: SDKs insist on one."""


def address(preview: Preview, url: str) -> str:
    """The address; the emulator inside the process has none, its loopback server does."""
    return url.replace("emulator:", LOCAL, 1) if preview.base_url.startswith("emulator:") else url


def beforehand(preview: Preview, comment: str) -> list[str]:
    """What to do before the code can run, as comment lines: start the emulator, where that is who answers.

    Args:
        preview: The call.
        comment: How a comment begins in this language.
    """
    if not preview.base_url.startswith("emulator:"):
        return []
    return [f"{comment} first, in a terminal: python -m minimax_nb.emulator --port {LOCAL.rpartition(':')[2]}"]


def key_prefix(preview: Preview) -> str:
    """What stands before the key in its header."""
    return "Bearer " if preview.key_header == "authorization" else ""


def key_name(preview: Preview) -> str | None:
    """The environment variable that the code reads the key from; None where no key is needed."""
    return preview.key_names[0] if preview.key_names else None


def json_source(value: object, width: int | None = None) -> str:
    """JSON that hides nothing from its reader.

    Characters without a picture of their own (line separators, marks that turn the direction of writing) are written
    as escapes. They can only stand within strings.

    Args:
        value: Plain JSON values.
        width: What is longer than this many characters is written on several lines, where it has several parts; None
            writes all on one line.
    """
    return _written(value, width, "")


def _written(value: object, width: int | None, margin: str) -> str:
    line = "".join(
        char if char.isprintable() else json.dumps(char)[1:-1] for char in json.dumps(value, ensure_ascii=False)
    )
    if width is None or len(margin + line) <= width or not value or not isinstance(value, dict | list):
        return line
    deeper = margin + "  "
    if isinstance(value, dict):
        parts = [f"{_written(name, None, '')}: {_written(part, width, deeper)}" for name, part in value.items()]
    else:
        parts = [_written(part, width, deeper) for part in value]
    inside = f",\n{deeper}".join(parts)
    return f"{line[0]}\n{deeper}{inside}\n{margin}{line[-1]}"
