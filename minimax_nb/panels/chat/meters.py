"""How full the model's window is and what a chat has cost so far, as a page shows it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.chat.cost import Amount, Cost, least_cost
from minimax_nb.chat.gauge import Gauge
from minimax_nb.display.receipt import money
from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.latest import Latest
from minimax_nb.prompt.tokens import weigh

Op = dict[str, Any]


def gauge_op(gauge: Gauge) -> Op:
    """The gauge as a page shows it; a window that is unknown is said to be."""
    if gauge.window is None or gauge.share is None:
        share, text = None, f"about {gauge.tokens:,} tokens, window unknown"
    else:
        share, text = min(1.0, gauge.share), f"{_percent(gauge.share)} of {gauge.window:,} tokens"
    price = "" if gauge.price is None or not gauge.price else f", {money(gauge.price)} for the input"
    title = f"About {gauge.tokens:,} tokens would go in with the next prompt{price}."
    return {"op": "gauge", "share": share, "text": text, "title": title, "warnings": list(gauge.warnings)}


def _percent(share: float) -> str:
    percent = 100 * share
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 1 else f"{percent:.0f} %"


def spent_said(chat: Chat, running: Decimal | None = None, *, unknown: bool = False) -> str:
    """What a chat has cost, and what the reply under way has cost so far by the kit's estimate.

    Args:
        chat: The chat.
        running: USD of the reply under way, an estimate; None if there is none.
        unknown: Whether a reply is under way whose price nobody knows.
    """
    said = _amount(chat.account.spent, free=chat.endpoint.provider.free)
    if running is not None and running:
        return f"{said} + ~{money(running)}"
    return f"{said} + unknown" if unknown else said


def _amount(spent: Amount, *, free: bool) -> str:
    if spent.usd is None:
        return "price unknown"
    if free and not spent.usd:
        return "free"
    said = f"{'~' if spent.estimated and spent.usd else ''}{money(spent.usd)} spent"
    return f"{said}, {spent.unpriced} of unknown price" if spent.unpriced else said


class RunningPrice:
    """About what the reply under way has cost so far.

    Args:
        chat: Who is asked.
        tokens: About how many tokens went in, or None where that was not counted.
    """

    def __init__(self, chat: Chat, tokens: int | None) -> None:
        endpoint = chat.endpoint
        self._cost = Cost(0, None, None) if tokens is None else least_cost(endpoint, tokens)
        self._fed: dict[int, int] = {}
        self._written = 0.0

    def so_far(self, reply: Reply) -> Decimal | None:
        """USD, or None where the price is unknown."""
        for place, each in enumerate((*reply.earlier, reply)):
            for kind, text in enumerate((each.text, each.thinking)):
                key = 2 * place + kind
                self._written += weigh(text[self._fed.get(key, 0) :]) if len(text) > self._fed.get(key, 0) else 0.0
                self._fed[key] = len(text)
        return self._cost.usd(self._cost.tokens, round(self._written))


class Weigher:
    """Counts what the next prompt would send, on a thread of its own; of several wishes only the last one counts.

    Args:
        tell: Called with the chat and its gauge, on that thread.
    """

    def __init__(self, tell: Callable[[Chat, Gauge], object]) -> None:
        self._tell = tell
        self._latest = Latest(self._work, "minimax_nb panel gauge")

    def weigh(self, chat: Chat, *draft: object) -> None:
        """Count the conversation, and the draft of a prompt with it if there is one. Returns at once."""
        said = tuple(value for value in draft if not isinstance(value, str) or value.strip())
        self._latest.ask((chat, said))

    def _work(self, wish: tuple[Chat, tuple[object, ...]]) -> None:
        chat, draft = wish
        try:
            gauge = chat.gauge(*draft)
        except MiniMaxError:  # what is wrong with a draft is told when it is sent
            return
        self._tell(chat, gauge)
