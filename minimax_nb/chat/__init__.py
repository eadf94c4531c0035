"""The client people use: a conversation, its streams, its token counts, its file."""

from __future__ import annotations

from minimax_nb.chat.chat import Chat
from minimax_nb.chat.count import TokenCount
from minimax_nb.chat.ledger import Ledger, UsageLine
from minimax_nb.chat.preview import Preview
from minimax_nb.chat.stream import AsyncStream, Stream

__all__ = ["AsyncStream", "Chat", "Ledger", "Preview", "Stream", "TokenCount", "UsageLine"]
