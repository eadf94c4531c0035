"""A conversation taken out of the panel: as Markdown, as the JSON that a chat saves, as cells of the notebook."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.display.gallery import kind_of, media_lines
from minimax_nb.display.safe import safe_line, safe_markdown
from minimax_nb.display.transcript import transcript
from minimax_nb.errors import ConfigError

Cell = dict[str, Any]
"""A cell as a notebook file has it: ``cell_type``, ``source``."""

FORMS = {".md": "markdown", ".json": "json"}
_PLAIN = re.compile(r"[\w./:+-]+")


def as_markdown(chat: Chat) -> str:
    """The conversation as Markdown."""
    return str(transcript(chat)[0]["text/markdown"]) + "\n"


def as_json(chat: Chat) -> str:
    """The conversation as :meth:`Chat.save <minimax_nb.chat.Chat.save>` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.json"
        chat.save(path)
        return path.read_text(encoding="utf-8")


def form_of(path: Path) -> str:
    """The form that a file's name asks for by its ending: "markdown" or "json".

    Raises:
        ConfigError: It is another one.
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise ConfigError(f"A conversation is exported as .md or .json, and {path.name} is neither.")
    return form


def as_cells(chat: Chat) -> list[Cell]:
    """The conversation as cells: each prompt as a ``%%minimax`` cell, each answer as Markdown below it.

    Run again from the top, the cells hold the conversation anew. A picture or video without a path or an address of
    its own cannot be named in a cell; the Markdown says that it was there.
    """
    cells: list[Cell] = []
    for number, turn in enumerate(chat.turns, 1):
        lost = [medium for medium in turn.prompt.media if not medium.url]
        named = [f"--{kind_of(medium)} {_quoted(medium.url)}" for medium in turn.prompt.media if medium.url]
        who = [f"-p {chat.provider} -m {_quoted(chat.model)} --face {chat.face}", "--new" if number == 1 else ""]
        line = " ".join(filter(None, ["%%minimax", *who, "--raw", *named]))
        cells.append({"cell_type": "code", "source": f"{line}\n{turn.prompt.text}"})
        said = "\n\n".join(message.text for message in turn.messages if message.role == "assistant" and message.text)
        remarks = [f"*Sent with the prompt above: {safe_line(said)}*" for said in media_lines(lost)]
        cells.append({"cell_type": "markdown", "source": "\n\n".join([*remarks, safe_markdown(said).strip("\n")])})
    return cells


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
