"""Structured replies: what a reply must be, how a model is asked for it, and how it is read.

Pure functions; the loop that sends, reads and sends again is the chat's::

    shape = shape_of(Person)
    for _ in range(1 + RETRIES):
        reply = ...                             # of prepare(request, endpoint, shape)
        result = read(reply, shape)             # Parsed or Problem
        if isinstance(result, Parsed):
            break
        request = again(request, reply, retry_message(result))
"""

from __future__ import annotations

from minimax_nb.structured.means import ANSWER_TOOL, RETRIES, Means, again, instruction, means, prepare, say_back
from minimax_nb.structured.partial import Partial
from minimax_nb.structured.reading import Problem, read, read_text, retry_message
from minimax_nb.structured.shape import ANY_JSON, Misfit, Parsed, Shape, shape_of

__all__ = [
    "ANSWER_TOOL",
    "ANY_JSON",
    "RETRIES",
    "Means",
    "Misfit",
    "Parsed",
    "Partial",
    "Problem",
    "Shape",
    "again",
    "instruction",
    "means",
    "prepare",
    "read",
    "read_text",
    "retry_message",
    "say_back",
    "shape_of",
]
