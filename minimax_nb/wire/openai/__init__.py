"""The OpenAI-compatible face: chat completions."""

from __future__ import annotations

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.request import Request
from minimax_nb.wire.answer import Answer
from minimax_nb.wire.call import Decoder
from minimax_nb.wire.listing import decode_count, decode_model_page, decode_models, encode_models
from minimax_nb.wire.openai.count import encode_count
from minimax_nb.wire.openai.decode import ChatReader
from minimax_nb.wire.openai.encode import encode

__all__ = ["decode_count", "decode_model_page", "decode_models", "decoder", "encode", "encode_count", "encode_models"]


def decoder(request: Request, endpoint: Endpoint) -> Decoder:  # noqa: ARG001  # the answer itself tells its form
    """A decoder for the answer to ``request``, streamed or whole."""
    return Answer(ChatReader(endpoint), endpoint)
