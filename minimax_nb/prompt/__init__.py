"""From what a user types and has in the notebook to the parts of a message, and how long they are."""

from __future__ import annotations

from minimax_nb.prompt.adapters import register, to_parts
from minimax_nb.prompt.template import fill
from minimax_nb.prompt.tokens import estimate, estimate_message, estimate_request

__all__ = ["estimate", "estimate_message", "estimate_request", "fill", "register", "to_parts"]
