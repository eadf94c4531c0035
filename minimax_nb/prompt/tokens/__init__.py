"""Token counts by rule, without a vocabulary: fast, local, and always an estimate.

Text is estimated from counts of its characters, pictures and videos from their pixels and seconds
(:mod:`minimax_nb.prompt.media.tokens`), the markup around them from the published chat template of MiniMax-M2.
:data:`ERRORS` says how far the estimates of text were from counted cases.
"""

from __future__ import annotations

from minimax_nb.prompt.tokens.messages import estimate_message
from minimax_nb.prompt.tokens.requests import Tally, estimate_request
from minimax_nb.prompt.tokens.text import ERRORS, Error, estimate, weigh

__all__ = ["ERRORS", "Error", "Tally", "estimate", "estimate_message", "estimate_request", "weigh"]
