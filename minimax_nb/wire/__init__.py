"""The wire: bytes to events and requests to calls, without a socket, a clock or a thread.

Two protocols ("faces") are spoken; :data:`FACES` holds one codec for each. What differs from provider to provider is
data: flags in the face's row of the catalog. Imports inside point down this list::

    call        one HTTP request; what a decoder is
    loose       JSON, strings and counts from servers that are not to be trusted
    sse         bytes -> frames
    codespans, markup, thinking, once    text -> text, thinking and calls that leaked
    cumulative  deltas that repeat everything so far, told from those that do not
    counts      token counts
    parts       numbers and events of parts
    faulttable, faultwords, faults    errors, typed
    answer      the decoder both protocols share
    history     the rules of a conversation that can be sent
    media       what both protocols share of pictures and videos: where in a body a content goes
    body        a body as bytes, contents joined in without being written as JSON
    asking, listing              what the encoders share; counts and lists of models
    files       uploads: the calls that upload, list, look up and delete, and what is answered
    openai, anthropic            one package a protocol: encode, count, decode
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import FaceName
from minimax_nb.messages.request import Request
from minimax_nb.messages.served import ServedModel
from minimax_nb.wire import anthropic, openai
from minimax_nb.wire.call import Call, Decoder
from minimax_nb.wire.faults import service_error
from minimax_nb.wire.listing import ModelPage

__all__ = ["FACES", "Call", "Codec", "Decoder", "ModelPage", "service_error"]


class Codec(Protocol):
    """One protocol, both directions. The packages ``openai`` and ``anthropic`` are codecs."""

    def encode(self, request: Request, endpoint: Endpoint) -> Call:
        """The call that asks for a reply.

        Raises:
            RequestError: There is nothing to send.
        """
        ...

    def decoder(self, request: Request, endpoint: Endpoint) -> Decoder:
        """A decoder for the answer to ``request``, streamed or whole. One object a call."""
        ...

    def encode_count(self, request: Request, endpoint: Endpoint) -> Call | None:
        """The call that counts the tokens of a request, or None where that is not on offer."""
        ...

    def decode_count(self, body: bytes, endpoint: Endpoint) -> int:
        """The number of input tokens in the answer to a token count.

        Raises:
            ServiceError: The body reports an error, with HTTP 200.
            WireError: It is no token count.
        """
        ...

    def encode_models(self, endpoint: Endpoint, after: str | None = None) -> Call | None:
        """The call for the list of models or, behind the id ``after``, its next page; None where there is no list."""
        ...

    def decode_models(self, body: bytes, endpoint: Endpoint) -> tuple[ServedModel, ...]:
        """The models of one page of a list, in the service's order.

        Raises:
            ServiceError: The body reports an error, with HTTP 200.
            WireError: It is no list of models.
        """
        ...

    def decode_model_page(self, body: bytes, endpoint: Endpoint) -> ModelPage:
        """The same with where the next page begins.

        Raises:
            ServiceError: As ``decode_models``.
            WireError: As ``decode_models``.
        """
        ...


FACES: Mapping[FaceName, Codec] = MappingProxyType({"anthropic": anthropic, "openai": openai})
