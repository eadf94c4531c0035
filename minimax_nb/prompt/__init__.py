"""From what a user types and has in the notebook to the parts of a message, and how long they are."""

from __future__ import annotations

from minimax_nb.prompt.adapters import Piece, media_pieces, register, to_parts, to_pieces
from minimax_nb.prompt.template import fill, look_up
from minimax_nb.prompt.tokens import estimate, estimate_message, estimate_request

__all__ = [
    "Piece",
    "estimate",
    "estimate_message",
    "estimate_request",
    "fill",
    "look_up",
    "media_pieces",
    "register",
    "to_parts",
    "to_pieces",
]
