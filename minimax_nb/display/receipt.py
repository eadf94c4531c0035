"""The line under a reply: who answered, the tokens, the price, the time. Unknown is said, never made up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from minimax_nb.errors import BudgetError, ServiceError
from minimax_nb.messages.reply import Reply

_ENDED = {
    "max_tokens": "stopped at max_tokens",
    "content_filter": "stopped by the content filter",
    "stop_sequence": "stopped at a stop sequence",
    "interrupted": "stopped by you",
}


_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_UP)


def receipt(reply: Reply) -> str:
    """The receipt of a reply, as one line of plain text."""
    calls = f"{len(reply.earlier) + 1} calls" if reply.earlier else ""
    parts = [reply.provider, _model(reply), reply.face, calls, _tokens(reply), _price(reply)]
    timing = reply.timing
    if timing.first_token_s is not None:
        parts.append(f"first token {seconds(timing.first_token_s)}")
    if timing.tokens_per_s is not None:
        about = "~" if "output_tokens" in reply.usage.estimates else ""
        parts.append(f"{about}{timing.tokens_per_s:,.0f} tokens/s")
    parts.append(_end(reply))
    parts.append("replayed" if reply.replayed else "")
    return " · ".join(part for part in parts if part)


def _end(reply: Reply) -> str:
    """How it ended, where that is not the ordinary way."""
    if isinstance(reply.error, BudgetError):
        return "stopped by the budget"
    if reply.stop_reason == "error":
        return "failed" if isinstance(reply.error, ServiceError) else "cut off"
    return _ENDED.get(reply.stop_reason or "", "")


def _model(reply: Reply) -> str:
    return reply.model if reply.model == reply.asked_model else f"{reply.model} (asked {reply.asked_model})"


def _tokens(reply: Reply) -> str:
    """What went in and came out, estimates marked, with the parts of each that are known."""
    usage = reply.usage

    def count(name: str) -> str:
        value = getattr(usage, name)
        if value is None:
            return "unknown"
        return f"{'~' if name in usage.estimates else ''}{value:,}"

    cached = f" ({count('cached_tokens')} cached)" if usage.cached_tokens else ""
    untold = bool(reply.thinking) and usage.thinking_tokens is None and usage.output_tokens is not None
    thought = f" ({count('thinking_tokens')} thinking)" if usage.thinking_tokens else ""
    thought = " (thinking unknown)" if untold else thought
    return f"{count('input_tokens')} in{cached} · {count('output_tokens')} out{thought}"


def _price(reply: Reply) -> str:
    if reply.free:
        return "free"
    if reply.replayed:
        return "nothing charged"
    bill = reply.bill
    if bill.total is None:
        return "price unknown"
    if not bill.total and bill.note:
        return "nothing charged"
    limit = "at most " if bill.at_most else ""
    return f"{limit}{'~' if bill.estimated else ''}{money(bill.total)}"


def money(amount: Decimal) -> str:
    """An amount of USD with two significant digits at least, without an exponent."""
    if amount == 0:
        return "$0"
    places = max(2, 1 - _TWO_DIGITS.plus(amount).adjusted())
    return f"${amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"


def seconds(value: float) -> str:
    """A time with as many digits as it deserves."""
    if value < 0.01:
        return f"{value:.3f} s"
    return f"{value:.2f} s" if value < 10 else f"{value:,.0f} s"
