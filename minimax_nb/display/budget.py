"""How full a window is and what a budget has left: one bar, and the figures beside it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from minimax_nb.chat.account import Account
from minimax_nb.chat.budget import Budget, usd_said
from minimax_nb.chat.cost import Amount, amount_said
from minimax_nb.chat.gauge import Gauge, TurnSize
from minimax_nb.display.render import Bundle, register, render, safe_line, table
from minimax_nb.display.tables import Listing
from minimax_nb.wire.loose import one_line

_WIDTH = 40
_SIGNS = {"system": "█", "tools": "▚", "history": "▓", "attachments": "▒", "prompt": "░", "built-in": "▞"}
_OTHER, _REPLY, _FREE = "▤", "╌", "·"
_NAMES = {"built-in": "added by the service"}
_SHOWN_TURNS = 3
_NAME = 120  # characters of a model's id
_EXCERPT = 40  # characters of a prompt


# -- the gauge ---------------------------------------------------------------------------------------------------------


def _gauge(value: Gauge) -> Bundle:
    spans = _spans(value)
    bar = _bar([(sign, tokens) for sign, _, tokens in spans])
    plain_rows = "  ".join(f"{sign} {name} {tokens:,}" for sign, name, tokens in spans)
    rows = [(sign, name, f"{tokens:,}", _of(tokens, value.window)) for sign, name, tokens in spans]
    remarks = [*_largest(value.turns), *value.warnings]
    marked = "".join(f"\n\n{safe_line(remark)}" for remark in remarks)
    return {
        "text/plain": "\n".join([_title(value), f"▕{bar}▏", plain_rows, *remarks]),
        "text/markdown": f"**{safe_line(_title(value))}**\n\n`▕{bar}▏`\n\n"
        + table(("", "part", "tokens", "of the window"), rows)[1]
        + marked,
    }, {}


def _title(value: Gauge) -> str:
    window = "the window is unknown" if value.share is None else f"{_percent(value.share)} of {value.window:,}"
    kind = "counted by the service" if value.exact else "the kit's estimate"
    price = "price unknown" if value.price is None else f"{usd_said(value.price)} for the input"
    who = f"{one_line(value.provider, _NAME)} · {one_line(value.model, _NAME)}"
    return f"{who} · {value.tokens:,} tokens ({kind}), {window} · {price}"


def _spans(value: Gauge) -> list[tuple[str, str, int]]:
    """Sign, name and tokens of every part of the bar: what goes in, the reply's share, and what is free."""
    named = [(_SIGNS.get(name, _OTHER), _NAMES.get(name, name), tokens) for name, tokens in value.parts.items()]
    parts = _scaled(named, value.tokens)
    if value.room is None:
        return parts
    reply = max(0, min(value.reserved or 0, value.room))
    free = max(0, value.room - reply)
    rest = ((_REPLY, "max_tokens of the reply", reply), (_FREE, "free", free))
    return [*parts, *(span for span in rest if span[2])]


def _scaled(parts: list[tuple[str, str, int]], tokens: int) -> list[tuple[str, str, int]]:
    """The parts, so that they add up to the tokens: beside the service's own count they are only shares of it."""
    whole = sum(count for *_, count in parts)
    if whole in {0, tokens}:
        return parts
    ends, so_far = [0], 0
    for *_, count in parts:
        so_far += count
        ends.append(round(Decimal(so_far) * tokens / whole))
    return [(sign, name, ends[at + 1] - ends[at]) for at, (sign, name, _) in enumerate(parts)]


def _bar(spans: Iterable[tuple[str, int]]) -> str:
    """The spans as one bar; each ends where its share of the whole ends, to the nearest cell."""
    spans = list(spans)
    whole, so_far, bar = sum(tokens for _, tokens in spans), 0, ""
    for sign, tokens in spans:
        so_far += tokens
        bar += sign * (round(so_far / whole * _WIDTH) - len(bar) if whole else 0)
    return bar


def _largest(turns: tuple[TurnSize, ...]) -> list[str]:
    if not turns:
        return []
    return [f"Largest turns: {'; '.join(map(_turn, turns[:_SHOWN_TURNS]))}."]


def _turn(turn: TurnSize) -> str:
    begins = f" ({one_line(turn.prompt, _EXCERPT)})" if turn.prompt else ""
    return f"{turn.number} with about {turn.tokens:,} tokens{begins}"


def _of(tokens: int, window: int | None) -> str:
    return _percent(tokens / window) if window else "?"


def _percent(share: float) -> str:
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.1%}" if 0 < share < 0.0995 else f"{share:.0%}"


# -- budgets -----------------------------------------------------------------------------------------------------------


def budget_listing(accounts: Iterable[Account]) -> Listing:
    """A line for every limit: what it is, what was spent, what calls under way hold, what is left."""
    accounts = tuple(accounts)
    rows = tuple(row for account in accounts for row in _rows(account))
    remarks = []
    if any(account.spent.estimated or account.calls for account in accounts):
        remarks.append("~ has the kit's own estimates in it.")
    if unpriced := max((account.spent.unpriced for account in accounts), default=0):
        replies = "reply has an unknown price and is" if unpriced == 1 else "replies have an unknown price and are"
        remarks.append(f"{unpriced:,} {replies} not in what was spent.")
    if not any(account.budget for account in accounts):
        remarks.append("No budget is set: %minimax_budget 0.50, %minimax_budget 20000 tokens, chat.budget = 0.10.")
    headers = ("whose", "budget", "spent", "held", "left", "used")
    told = [at for at, name in enumerate(headers) if name != "held" or any(row[at] for row in rows)]
    shown = tuple(tuple(row[at] for at in told) for row in rows)
    return Listing("Budget", tuple(headers[at] for at in told), shown, tuple(remarks))


def _rows(account: Account) -> list[tuple[str, ...]]:
    whose = _whose(account)
    budget, spent, held, left = account.budget, account.spent, account.held, account.left
    about = "~" if spent.estimated else ""
    if budget is None:
        known = Amount(spent.usd, spent.tokens)
        return [(whose, "off", f"{about}{amount_said(known)}", "", "no limit", "")]
    rows: list[tuple[str, ...]] = []
    if budget.usd is not None:
        used = "unknown" if spent.usd is None else f"{about}{usd_said(spent.usd)}"
        reserved, rest = held.usd or Decimal(0), left.usd or Decimal(0)
        bar = _used(budget.usd, reserved, rest)
        rows.append((whose, usd_said(budget.usd), used, _held(usd_said(reserved), account), usd_said(rest), bar))
    if budget.tokens is not None:
        reserved_tokens, rest_tokens = held.tokens or 0, left.tokens or 0
        bar = _used(Decimal(budget.tokens), Decimal(reserved_tokens), Decimal(rest_tokens))
        kept = _held(f"{reserved_tokens:,} tokens", account)
        used = f"{about}{spent.tokens:,} tokens"
        rows.append((whose, f"{budget.tokens:,} tokens", used, kept, f"{rest_tokens:,} tokens", bar))
    return rows


def _whose(account: Account) -> str:
    return account.whose.removesuffix("'s").removeprefix("the ").removeprefix("chat ")


def _held(said: str, account: Account) -> str:
    return f"~{said}" if account.calls else ""


def _used(limit: Decimal, held: Decimal, left: Decimal) -> str:
    """A bar of what is used, held and left, and how much of the limit the first two are."""
    if not limit:
        return "nothing to spend"
    gone = limit - left
    cells = round(gone / limit * 20)
    kept = min(cells, round(held / limit * 20))
    return f"▕{'█' * (cells - kept)}{'▒' * kept}{'░' * (20 - cells)}▏ {_percent(float(gone / limit))}"


def _line(text: str) -> Bundle:
    return {"text/plain": text, "text/markdown": safe_line(text)}, {}


register(Gauge, _gauge)
register(Account, lambda value: render(budget_listing((value,))))
register(Budget, lambda value: _line(str(value)))
register(Amount, lambda value: _line(amount_said(value) or "no limit"))
