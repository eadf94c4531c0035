"""What was spent, what may be spent, and what calls under way have reserved. Held before anything is sent.

A call reserves the least it will cost, more as its reply grows, and is booked at what it really cost. The chat's
account and the session's above it are looked at and changed in one step, so that calls at the same time cannot pass a
budget together.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from decimal import Decimal

from minimax_nb.chat.budget import Budget, as_budget, usd_said
from minimax_nb.chat.cost import Amount, Cost, Meter, amount_said
from minimax_nb.chat.ledger import SESSION as SESSION_LEDGER
from minimax_nb.chat.ledger import Ledger
from minimax_nb.errors import BudgetError, ServiceError
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Shown
from minimax_nb.prompt.tokens import estimate

_NOTHING = Decimal(0)
_lock = threading.Lock()  # one for all accounts: a step over a chat's and the session's is whole, and cannot deadlock


class Account(Shown):
    """What somebody used, and may use: a chat, or the session that holds all chats.

    Args:
        parent: The account that everything counts in as well.
        name: The chat's name, "" where it has none.
        usage: The ledger to enter replies in; default is a new one below the parent's.
    """

    def __init__(self, *, parent: Account | None = None, name: str = "", usage: Ledger | None = None) -> None:
        self.name = name
        self.in_magics = False  # whether a magic finds it by its name
        self._below: weakref.WeakSet[Account] = weakref.WeakSet()
        if parent is not None:
            with _lock:
                parent._below.add(self)
        self.usage: Ledger = Ledger(parent.usage if parent else None, name) if usage is None else usage
        self._chain: tuple[Account, ...] = (self,) if parent is None else (self, *parent._chain)
        self._budget: Budget | None = None
        self._usd, self._held_usd = _NOTHING, _NOTHING
        self._tokens = self._held_tokens = 0
        self._priced = self._unpriced = self._calls = 0
        self._estimated = False

    @property
    def budget(self) -> Budget | None:
        """The limit, or None. Set it with whatever :func:`~minimax_nb.chat.budget.as_budget` takes."""
        return self._budget

    @budget.setter
    def budget(self, value: object) -> None:
        """Set the limit; None and "off" take it away. What is under way is held against it, too."""
        self._budget = as_budget(value)

    @property
    def below(self) -> tuple[Account, ...]:
        """The accounts that count in this one and have a budget of their own, by name."""
        with _lock:
            limited = [account for account in self._below if account._budget is not None]
        return tuple(sorted(limited, key=lambda account: account.name))

    @property
    def chats(self) -> tuple[Account, ...]:
        """The accounts that count in this one and have a name or a budget: those with a budget first, then by name."""
        with _lock:
            told = [account for account in self._below if account.name or account._budget is not None]
        return tuple(sorted(told, key=lambda account: (account._budget is None, account.name)))

    @property
    def whose(self) -> str:
        """Whose it is, as a sentence says it: "the session's", "chat main's"."""
        if len(self._chain) == 1:
            return "the session's"
        return f"chat {self.name}'s" if self.name else "this chat's"

    @property
    def calls(self) -> int:
        """How many calls hold a part of it right now."""
        return self._calls

    @property
    def spent(self) -> Amount:
        """What the replies so far cost."""
        with _lock:
            usd = None if self._unpriced and not self._priced else self._usd
            return Amount(usd, self._tokens, self._estimated, self._unpriced)

    @property
    def held(self) -> Amount:
        """What calls under way have reserved; always an estimate."""
        with _lock:
            return Amount(self._held_usd, self._held_tokens, estimated=bool(self._calls))

    @property
    def left(self) -> Amount:
        """What the budget has left, calls under way taken off; None for a kind it does not limit; never below zero."""
        with _lock:
            return self._left()

    def hold(self, least: Callable[[], Cost]) -> Hold:
        """Reserve the least a call will cost, here and in the accounts above. To be called before anything is sent.

        Args:
            least: Tells that cost. It is asked only where there is a budget.

        Raises:
            BudgetError: A budget has less left, or is in USD and the price is unknown. Nothing is reserved then.
        """
        hold = Hold(self._chain, least)
        hold.grow(0)
        return hold

    # -- inside, under the lock ----------------------------------------------------------------------------------------

    def _left(self) -> Amount:
        limit = self._budget or Amount(None, None)
        usd = None if limit.usd is None else max(_NOTHING, limit.usd - self._usd - self._held_usd)
        tokens = None if limit.tokens is None else max(0, limit.tokens - self._tokens - self._held_tokens)
        return Amount(usd, tokens, self._estimated or bool(self._calls), self._unpriced)

    def _allow(self, cost: Cost, written: int, usd: Decimal | None, tokens: int) -> None:
        """Raise if that much more does not fit the budget. What costs nothing always fits."""
        left = self._left()
        if left.usd is not None and usd is None:
            raise _unpriced(self, cost, written)
        if (left.usd is not None and (usd or _NOTHING) > left.usd) or (
            left.tokens is not None and tokens > left.tokens
        ):
            raise _crossed(self, cost, written, left)

    def _reserve(self, usd: Decimal, tokens: int, calls: int = 0) -> None:
        self._held_usd += usd
        self._held_tokens += tokens
        self._calls += calls

    def _book(self, used: Amount) -> None:
        self._usd += used.usd or _NOTHING
        self._tokens += used.tokens or 0
        self._priced += used.usd is not None
        self._unpriced += used.unpriced
        self._estimated = self._estimated or used.estimated

    def __repr__(self) -> str:
        return f"<Account: {self.whose} budget {self._budget or 'off'}, spent {amount_said(self.spent)}>"


class Hold:
    """What one call has reserved, from before it is sent until it has ended."""

    __slots__ = ("_chain", "_cost", "_ended", "_holds", "_least", "_meter", "_tokens", "_usd")

    def __init__(self, chain: tuple[Account, ...], least: Callable[[], Cost]) -> None:
        self._chain, self._least = chain, least
        self._cost: Cost | None = None  # known once there is a budget to hold it against
        self._meter = Meter()
        self._usd, self._tokens = _NOTHING, 0
        self._holds = self._ended = False

    @property
    def watched(self) -> bool:
        """Whether there is a budget it is held against."""
        return any(account._budget is not None for account in self._chain)

    def hear(self, text: str) -> None:
        """Take in the next piece of the reply: text, thinking or a call's arguments.

        Raises:
            BudgetError: As :meth:`grow`.
        """
        if self.watched and self._meter.add(text):
            self.grow(self._meter.tokens)

    def grow(self, output_tokens: int) -> None:
        """Reserve what a reply of about so many tokens so far costs.

        Raises:
            BudgetError: That would cross a budget: the reply has to end here.
        """
        if not self.watched:
            return
        cost = self._priced()
        usd = cost.usd(cost.tokens, output_tokens)
        tokens = cost.tokens + output_tokens
        with _lock:
            if self._ended:
                return
            for account in self._chain:
                account._allow(cost, output_tokens, None if usd is None else usd - self._usd, tokens - self._tokens)
            more = (usd or _NOTHING) - self._usd, tokens - self._tokens
            for account in self._chain:
                account._reserve(*more, calls=not self._holds)
            self._usd, self._tokens, self._holds = usd or _NOTHING, tokens, True

    def settle(self, reply: Reply) -> None:
        """Let go of what was reserved, and book what the reply cost. Only the first time does anything.

        What the service did not count is booked as estimated, if it can have been charged. A replayed reply costs
        nothing.

        Args:
            reply: The reply, which has ended, with its bill.
        """
        used = Amount(_NOTHING, 0) if reply.replayed else self._used(reply)
        with _lock:
            if self._ended:
                return
            self._ended = True
            for account in self._chain:
                account._reserve(-self._usd, -self._tokens, calls=-self._holds)
                account._book(used)
        self._chain[0].usage.add(reply)

    def _priced(self) -> Cost:
        if self._cost is None:
            self._cost = self._least()
        return self._cost

    def _used(self, reply: Reply) -> Amount:
        """What a reply used: by the service's counts and prices, else by estimates."""
        usage, usd = reply.own_usage, reply.own_bill.total
        if usage.total_tokens is not None:
            return Amount(usd, usage.total_tokens, usage.estimated, unpriced=usd is None)
        if not _charged(reply):
            return Amount(_NOTHING, 0)
        cost = self._priced()
        read = cost.tokens if usage.input_tokens is None else usage.input_tokens
        written = _heard(reply) if usage.output_tokens is None else usage.output_tokens
        usd = cost.usd(read, written) if usd is None else usd
        return Amount(usd, read + written, estimated=True, unpriced=usd is None)


def _charged(reply: Reply) -> bool:
    """Whether a reply without counts can have been charged: part of it came, or its error says so."""
    if isinstance(reply.error, ServiceError) and reply.error.billed is not None:
        return reply.error.billed
    return reply.error is None or bool(reply.parts)


def _heard(reply: Reply) -> int:
    """About how many tokens of a reply came."""
    calls = (call.name + call.raw for call in reply.own_calls)
    return sum(map(estimate, (reply.text, reply.thinking, *calls)))


def _crossed(account: Account, cost: Cost, written: int, left: Amount) -> BudgetError:
    """What is said of a call that does not fit."""
    usd = cost.usd(cost.tokens, written)
    price = f" ({usd_said(usd)})" if usd else ""
    budget = f"{account.whose} budget of {account._budget}"
    if written:
        what = (
            f"The reply was stopped: about {cost.tokens:,} tokens in and {written:,} out{price} would cross {budget}."
        )
        return BudgetError(what, hint=f"What had arrived is kept. {_raise_it(account)}")
    calls = account._calls
    beside = f" beside {calls} call{'s' * (calls > 1)} under way" if calls else ""
    what = (
        f"The call was not sent: its input alone is about {cost.tokens:,} tokens{price}, and {budget} has "
        f"{amount_said(left)} left{beside}."
    )
    return BudgetError(what, hint=f"{_raise_it(account)} {_LESS}")


_LESS = "Or send less: a shorter history (--alone, chat.drop), fewer attachments, a model of a lower price."


def _unpriced(account: Account, cost: Cost, written: int) -> BudgetError:
    done = "The reply was stopped" if written else "The call was not sent"
    why = f" ({cost.unknown.rstrip('.')})" if cost.unknown else ""
    return BudgetError(
        f"{done}: its price is unknown{why}, so {account.whose} budget of {account._budget} cannot be held.",
        hint="Set one in tokens (%minimax_budget 20000 tokens), or add the price to the config file: "
        '[providers.NAME.models."ID"].',
    )


def _raise_it(account: Account) -> str:
    """How to raise that budget."""
    if len(account._chain) == 1:
        return "%minimax_budget AMOUNT raises it, off removes it."
    name = f'"{account.name}"' if " " in account.name else account.name
    magic = f"%minimax_budget --chat {name} AMOUNT or " if account.in_magics else ""
    return f"{magic}chat.budget = AMOUNT raises it."


SESSION = Account(usage=SESSION_LEDGER)
"""What this process used and may use: the account above every chat's."""
