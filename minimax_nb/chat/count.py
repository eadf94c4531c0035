"""How many tokens a call would send, asked of the service where it answers that, else estimated here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog import Endpoint, price
from minimax_nb.messages.request import Request
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.usage import Usage
from minimax_nb.prompt import estimate_request
from minimax_nb.transport import Limits, Stop, open_exchange
from minimax_nb.wire import FACES, service_error


@dataclass(frozen=True, slots=True)
class TokenCount(Shown):
    """Tokens of a call that was not sent.

    Attributes:
        tokens: How many go in.
        exact: True if the service counted them, False if it is the kit's estimate.
        price: USD for the input alone, or None when it is unknown.
        parts: The estimate by part: system, history, prompt.
    """

    tokens: int
    exact: bool
    price: Decimal | None
    parts: Mapping[str, int]


def estimated(request: Request, endpoint: Endpoint) -> TokenCount:
    """The kit's own estimate; nothing is sent."""
    parts = dict(estimate_request(request))
    tokens = parts.pop("total")
    return TokenCount(tokens, False, _input_price(endpoint, tokens, request.service_tier), parts)


def counted(request: Request, endpoint: Endpoint, limits: Limits) -> TokenCount:
    """The service's count where its protocol has one, else the estimate.

    Raises:
        ServiceError: The service refused to count.
        TransportError: It could not be reached.
    """
    codec = FACES[endpoint.face_name]
    call = codec.encode_count(request, endpoint)
    guess = estimated(request, endpoint)
    if call is None:
        return guess
    exchange = open_exchange(call, limits, Stop())
    try:
        body = b"".join(exchange.chunks())
    finally:
        exchange.close()
    if exchange.status >= 400:
        raise service_error(endpoint, exchange.status, exchange.headers, body)
    tokens = codec.decode_count(body)
    return TokenCount(tokens, True, _input_price(endpoint, tokens, request.service_tier), guess.parts)


def _input_price(endpoint: Endpoint, tokens: int, tier: str | None) -> Decimal | None:
    return price(endpoint, Usage(input_tokens=tokens, cached_tokens=0, output_tokens=0), tier)
