"""Panels: the kit without typing code, in the cell, over the same chats as the magics.

``chat_panel`` talks, ``playground`` tries models and parameters, ``compare`` asks several side by side, ``usage_panel``
shows what was used, ``connect`` keeps keys. Each leaves a copy in the notebook that can be read without a kernel.

They need the extra ``panels`` (anywidget, and what makes Markdown safe HTML); importing this loads none of it.
"""

from __future__ import annotations

from minimax_nb.panels.chat.panel import ChatPanel, chat_panel
from minimax_nb.panels.comparison.board import Board
from minimax_nb.panels.comparison.compare import compare
from minimax_nb.panels.connection.connect import ConnectPanel, connect
from minimax_nb.panels.play.playground import Playground, playground
from minimax_nb.panels.usage.panel import UsagePanel, usage_panel

__all__ = [
    "Board",
    "ChatPanel",
    "ConnectPanel",
    "Playground",
    "UsagePanel",
    "chat_panel",
    "compare",
    "connect",
    "playground",
    "usage_panel",
]
