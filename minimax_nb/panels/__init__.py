"""Panels: the kit without typing code, in the cell, over the same chats as the magics.

``chat_panel`` talks, ``playground`` tries models and parameters, ``compare`` asks several side by side, ``usage_panel``
shows what was used, ``connect`` keeps keys. Each leaves a copy in the notebook that can be read without a kernel.

They need the extra ``panels`` (anywidget, and what makes Markdown safe HTML); importing this loads none of it.
"""

from __future__ import annotations

from minimax_nb.panels.chat_panel import ChatPanel, chat_panel
from minimax_nb.panels.compare import compare
from minimax_nb.panels.compare_board import Board
from minimax_nb.panels.connect import ConnectPanel, connect
from minimax_nb.panels.playground import Playground, playground
from minimax_nb.panels.usage_panel import UsagePanel, usage_panel

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
