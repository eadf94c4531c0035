"""What every call of a turn shares: who is asked, what it is charged to, how long messages are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from minimax_nb.cassette import DIRECT, Asking, Carrier, Place
from minimax_nb.catalog import Endpoint
from minimax_nb.chat.account import Account
from minimax_nb.chat.recording import wanted
from minimax_nb.messages.request import Request
from minimax_nb.prompt.tokens import Tally
from minimax_nb.wire.call import Call


@dataclass(frozen=True, slots=True)
class Desk:
    """What the calls of a chat share.

    Attributes:
        endpoint: Who is asked.
        account: What it is charged to.
        tally: Remembers how long messages are.
        carrier: What carries the calls.
        place: The turn that is answered, where it has a name.
    """

    endpoint: Endpoint
    account: Account
    tally: Tally
    carrier: Carrier = DIRECT
    place: Place | None = None

    def at(self, turn: str) -> Desk:
        """The same for one run of a turn; "" is one without a name."""
        return replace(self, place=Place(f"{self.account.name}:{turn}") if turn else None)

    def ask(self, call: Call) -> Asking:
        """Settle how a call is answered. Nothing is sent."""
        return self.carrier.ask(wanted(call, self.endpoint, place=self.place))

    def tokens(self, request: Request) -> dict[str, int]:
        """About how many tokens a request has, by where they come from."""
        return self.tally.request(request, self.endpoint.offer.built_in_tokens or 0)
