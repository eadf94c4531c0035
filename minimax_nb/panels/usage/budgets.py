"""Budgets as the usage panel shows them: whose they are, what was spent, what calls under way hold, what is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.budget import usd_said
from minimax_nb.chat.cost import Amount, amount_said

_MOST = 20
_LONGEST = 80  # characters of a name


def accounts_of(chat: Chat | None) -> tuple[Account, ...]:
    """The accounts of a chat and of the session above it; without one the session's and those of its chats.

    Of chats, those that have a name or a budget.
    """
    if chat is not None:
        return tuple(dict.fromkeys((chat.account, SESSION)))
    return (SESSION, *SESSION.chats[:_MOST])


def budget_row(account: Account, nameless: str) -> dict[str, Any]:
    """One account as plain values; shares are parts of its limit from 0 to 1.

    Args:
        account: The account.
        nameless: What a chat is called that has no name.
    """
    chat = f"Chat {account.name[:_LONGEST]}" if account.name else nameless
    spent = account.spent
    known = amount_said(Amount(spent.usd, spent.tokens))
    return {
        "id": str(id(account)),
        "whose": "Session" if account is SESSION else chat,
        "budget": "" if account.budget is None else str(account.budget),
        "spent": f"{'~' if spent.estimated else ''}{known}",
        "unpriced": spent.unpriced,
        "calls": account.calls,
        "limits": _limits(account),
    }


def _limits(account: Account) -> list[dict[str, Any]]:
    budget, spent, held, left = account.budget, account.spent, account.held, account.left
    if budget is None:
        return []
    limits = []
    about = "~" if spent.estimated else ""
    if budget.usd is not None:
        used = "unknown" if spent.usd is None else f"{about}{usd_said(spent.usd)}"
        kept, rest = held.usd or Decimal(0), left.usd or Decimal(0)
        shares = _shares(budget.usd, kept, rest)
        limits.append(_limit(usd_said(budget.usd), used, _held(usd_said(kept), account), usd_said(rest), shares))
    if budget.tokens is not None:
        kept_tokens, rest_tokens = held.tokens or 0, left.tokens or 0
        shares = _shares(Decimal(budget.tokens), Decimal(kept_tokens), Decimal(rest_tokens))
        used = f"{about}{spent.tokens or 0:,}"
        limit, rest_said = f"{budget.tokens:,} tokens", f"{rest_tokens:,} tokens"
        limits.append(_limit(limit, used, _held(f"{kept_tokens:,} tokens", account), rest_said, shares))
    return limits


def _limit(limit: str, spent: str, held: str, left: str, shares: tuple[float, float]) -> dict[str, Any]:
    return {"limit": limit, "spent": spent, "held": held, "left": left, "gone": shares[0], "kept": shares[1]}


def _held(said: str, account: Account) -> str:
    return f"~{said}" if account.calls else ""


def _shares(limit: Decimal, held: Decimal, left: Decimal) -> tuple[float, float]:
    """How much of the limit is gone, calls under way included, and how much of it these hold."""
    if not limit:
        return 1.0, 0.0
    gone = (limit - left) / limit
    return round(float(gone), 4), round(float(min(gone, held / limit)), 4)
