"""Showing a value in the running cell, or on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.display.code import as_code
from minimax_nb.display.render import Bundle, render
from minimax_nb.display.screen import CellScreen, choose_mode


def put(value: object) -> None:
    """Show a value of the kit."""
    _out(render(value))


def put_code(chat: Chat, prompt: Sequence[object], options: Mapping[str, Any]) -> None:
    """Show a call as code instead of making it."""
    markdown = as_code(chat, prompt, options)
    _out(({"text/plain": markdown, "text/markdown": markdown}, {}))


def _out(bundle: Bundle) -> None:
    data, metadata = bundle
    if choose_mode() == "plain":
        sys.stdout.write(data["text/plain"] + "\n")
    else:
        CellScreen().show(data, metadata)
