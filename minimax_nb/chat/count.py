"""How many tokens a call would send, asked of the service where it answers that, else estimated here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from minimax_nb.catalog import Endpoint, price
from minimax_nb.chat.desk import Desk
from minimax_nb.chat.served import fetched
from minimax_nb.chat.uploads import wanting
from minimax_nb.errors import InvalidRequestError, ServiceError, UnknownModelError, WireError
from minimax_nb.messages.request import Request
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.usage import Usage
from minimax_nb.transport import Limits, Stop
from minimax_nb.wire import FACES

_NOT_SERVED = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class TokenCount(Shown):
    """Tokens of a call that was not sent.

    Attributes:
        tokens: How many go in.
        exact: True if the service counted them, False if it is the kit's estimate.
        price: USD for the input alone, or None when it is unknown.
        parts: The estimate by part: system, history, prompt.
        note: Why the service's own count is missing where one was asked for, or "".
    """

    tokens: int
    exact: bool
    price: Decimal | None
    parts: Mapping[str, int]
    note: str = ""


def estimated(request: Request, desk: Desk) -> TokenCount:
    """The kit's own estimate; nothing is sent."""
    endpoint = desk.endpoint
    parts = desk.tokens(request)
    tokens = parts.pop("total")
    return TokenCount(tokens, False, _input_price(endpoint, tokens, request.service_tier), parts)


def counted(request: Request, desk: Desk, limits: Limits) -> TokenCount:
    """The service's count where its protocol has one, else the estimate.

    A server that turns out not to count (it has no such path, does not take the request there, answers with something
    else, or with a zero in place of a count) leaves the estimate, and the note says so. No page tells for which models
    the services count.

    Raises:
        ServiceError: The service refused for another reason: the key, the balance, too many calls.
        TransportError: It could not be reached.
    """
    endpoint = desk.endpoint
    guess = estimated(request, desk)
    if wanting(request, endpoint):
        return replace(guess, note="A video that has to be uploaded first is estimated: counting uploads nothing.")
    codec = FACES[endpoint.face_name]
    call = codec.encode_count(request, endpoint)
    if call is None:
        return guess
    try:
        tokens = fetched(
            call, endpoint, limits, Stop(), lambda body: codec.decode_count(body, endpoint), carrier=desk.carrier
        )
    except (ServiceError, WireError) as error:
        why = _uncounted(error, endpoint)
        if not why:
            raise
        return replace(guess, note=why)
    if tokens == 0:
        return replace(guess, note=f"{endpoint.provider.title} answered 0, which is no count.")
    return TokenCount(tokens, True, _input_price(endpoint, tokens, request.service_tier), guess.parts)


def _uncounted(error: ServiceError | WireError, endpoint: Endpoint) -> str:
    """Why a service has not counted, where it will not; "" where it may have another reason."""
    title = endpoint.provider.title
    if isinstance(error, WireError):
        return error.what
    if isinstance(error, InvalidRequestError | UnknownModelError):
        return f"{title} did not count this: {error.what}"
    return f"{title} does not count tokens here (HTTP {error.status})." if error.status in _NOT_SERVED else ""


def _input_price(endpoint: Endpoint, tokens: int, tier: str | None) -> Decimal | None:
    return price(endpoint, Usage(input_tokens=tokens, cached_tokens=0, output_tokens=0), tier)
