"""What every call of a turn shares: who is asked, what it is charged to, how long messages are."""

from __future__ import annotations

from dataclasses import dataclass

from minimax_nb.catalog import Endpoint
from minimax_nb.chat.account import Account
from minimax_nb.messages.request import Request
from minimax_nb.prompt.tokens import Tally


@dataclass(frozen=True, slots=True)
class Desk:
    """What the calls of a chat share.

    Attributes:
        endpoint: Who is asked.
        account: What it is charged to.
        tally: Remembers how long messages are.
    """

    endpoint: Endpoint
    account: Account
    tally: Tally

    def tokens(self, request: Request) -> dict[str, int]:
        """About how many tokens a request has, by where they come from."""
        return self.tally.request(request, self.endpoint.offer.built_in_tokens or 0)
