"""A panel of what was used: the ledger as it grows, budgets to look at and to set, and a drawing."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.chat.account import SESSION
from minimax_nb.chat.budget import as_budget
from minimax_nb.chat.entries import Entries
from minimax_nb.chat.ledger import Ledger
from minimax_nb.display import budget_listing, usage_listing
from minimax_nb.display.render import Bundle, render
from minimax_nb.display.usage import UsageListing
from minimax_nb.errors import ConfigError
from minimax_nb.panels.panel import Panel
from minimax_nb.panels.usage.budgets import accounts_of, budget_row
from minimax_nb.panels.usage.csv import usage_csv
from minimax_nb.panels.usage.curves import curves

GROUPS = {
    "chat": "chat", "provider": "provider", "model": "model", "face": "protocol", "stop_reason": "ended",
    "free": "free", "replayed": "replayed", "partial": "cut short",
}  # fmt: skip
"""What lines are grouped by, as ``%minimax_usage --by`` takes it, and what the page calls it."""

MOST_ROWS = 100
LOOK_S = 0.5
"""How often budgets are looked at: calls under way and budgets set elsewhere tell nobody."""

_AT_REST = 0.25  # seconds between two messages at least
_PAUSE_S = 0.3  # between two parts of a CSV, so that a front end's limit on what comes in a second is kept
_WHATS = ("cost", "tokens")


def usage_panel(chat: Chat | None = None) -> UsagePanel:
    """A panel of what the session used, or one chat: a table, budgets, a drawing, a CSV file.

    Args:
        chat: Whose usage; default is the session's.
    """
    return UsagePanel(chat)


class UsagePanel(Panel):
    """What was used so far, brought up to date as replies end.

    Args:
        chat: Whose usage; default is the session's.
    """

    name = "usage_panel"
    files = ("usage/panel",)
    title = "Usage"
    kept_as = "Saved copy of the usage panel"

    def __init__(self, chat: Chat | None = None) -> None:
        super().__init__()
        self._chat = chat
        self._chosen: tuple[str, ...] = ()  # by the person at the page
        self._drawn = ""  # what is drawn, as chosen by the person at the page
        self._sent: dict[str, Any] = {}  # the parts as every page has them
        self._seen: tuple[Any, ...] = ()  # what the table and the drawing were made of
        self._over, self._woken = threading.Event(), threading.Event()
        self._following = False
        self._leave = self.usage.watch(self._woken.set)
        self.handlers |= {
            "by": self._on_by,
            "plot": self._on_plot,
            "budget": self._on_budget,
            "csv": self._on_csv,
        }

    @property
    def usage(self) -> Ledger:
        """The ledger that is shown."""
        return SESSION.usage if self._chat is None else self._chat.usage

    def close(self) -> None:
        """Take the panel away from every page; its saved copy stays."""
        self._over.set()
        self._woken.set()
        self._leave()
        super().close()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All of it. From now on, what changes is sent."""
        if not self._following:
            self._following = True
            threading.Thread(target=self._follow, name="minimax_nb usage panel", daemon=True).start()
        self._bring()
        return {"title": self._title(), "groups": list(GROUPS.items()), **self._sent}

    def saved(self) -> Bundle:
        """The table and the budgets, with nothing in it that a clock tells: lines stand by name, not by time."""
        listing = _listing(self.usage, self._by, self._title())
        bundles = [render(replace(listing, rows=(*sorted(listing.rows[:-1]), *listing.rows[-1:])))[0]]
        bundles.append(render(budget_listing(self._limited()))[0])
        return {mime: "\n\n".join(str(bundle[mime]) for bundle in bundles) for mime in bundles[0]}, {}

    def __repr__(self) -> str:
        return f"<{self._title()}: {len(self.usage)} replies>"

    @property
    def _by(self) -> tuple[str, ...]:
        """What lines are grouped by: as chosen, else by provider and model, and by chat where chats have names."""
        if self._chosen:
            return self._chosen
        named = self._chat is None and any(entry.chat for entry in self.usage.entries)
        return ("chat", "provider", "model") if named else ("provider", "model")

    def _title(self) -> str:
        if self._chat is None:
            return "Usage of this session"
        return f"Usage of {self._chat.account.name or 'this chat'}"

    def _limited(self) -> list[Any]:
        """The accounts that the saved copy tells of: what has a budget, and whose panel it is."""
        accounts = accounts_of(self._chat)
        return [account for account in accounts if account is accounts[0] or account.budget is not None]

    def _parts(self) -> dict[str, Any]:
        """What is shown now: the table and the drawing anew if there is something new in them, the budgets always."""
        entries = self.usage.entries
        by = self._by
        what = self._drawn or ("cost" if any(entry.cost for entry in entries) else "tokens")
        seen = (len(entries), entries[-1] if entries else None, by, what)
        parts = dict(self._sent)
        if seen != self._seen or not parts:
            self._seen = seen
            parts |= {"table": _table(self.usage, by), "plot": curves(entries, what)}
        nameless = "Chat without a name" if self._chat is None else "This chat"
        budgets = [budget_row(account, nameless) for account in accounts_of(self._chat)]
        return parts | {"by": list(by), "budgets": budgets}

    def _bring(self) -> bool:
        """Send the parts that have changed; whether there were any."""
        with self.lock:
            parts = self._parts()
            changed = {name: part for name, part in parts.items() if self._sent.get(name) != part}
            self._sent = parts
            if changed:
                self.post({"op": "show", "parts": changed})
        return bool(changed)

    def _follow(self) -> None:
        """Look for changes until the panel is closed, the more seldom the longer a look takes."""
        while not self._over.is_set():
            self._woken.wait(LOOK_S)
            self._woken.clear()
            began = time.monotonic()
            with self.lock, self._complaining():
                if self._bring():
                    self.keep()
            self._over.wait(max(_AT_REST, 10 * (time.monotonic() - began)))

    # -- what the page asks --------------------------------------------------------------------------------------------

    def _on_by(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        wanted = content.get("by") or ()
        with self.lock:
            self._chosen = tuple(name for name in GROUPS if name in wanted)
            self._bring()
        self.keep()

    def _on_plot(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self._drawn = content["what"] if content.get("what") in _WHATS else ""
            self._bring()

    def _on_budget(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        number = content.get("id")
        account = next((one for one in accounts_of(self._chat) if str(id(one)) == number), None)
        try:
            if account is None:
                raise ConfigError("This chat is no more.")
            account.budget = as_budget(str(content.get("text", "")).strip())
        except ConfigError as error:
            self.post({"op": "refused", "id": number, "text": str(error)})
            return
        with self.lock:
            self._bring()
            self.post({"op": "set", "id": number, "budget": str(account.budget or "off")})
        self.keep()

    def _on_csv(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        threading.Thread(
            target=self._export, args=(self.usage.entries, content.get("for")), name="minimax_nb CSV", daemon=True
        ).start()

    def _export(self, entries: Sequence[Any], asked_by: object) -> None:
        """Send the CSV in parts, to the view that asked."""
        for number, part in enumerate(usage_csv(entries)):
            if number and self._over.wait(_PAUSE_S):
                return
            self.post({"op": "csv", "for": asked_by, "part": part})
        self.post({"op": "csv", "for": asked_by, "last": True})


def _listing(used: Entries, by: tuple[str, ...], title: str) -> UsageListing:
    """The table, of its lines the first ones, and the one for all."""
    listing = usage_listing(used, by, title)
    lines = listing.rows[:-1]  # the last one is that of all, where there are several
    if len(lines) <= MOST_ROWS:
        return listing
    more = f"{len(lines) - MOST_ROWS:,} more lines are not shown here: panel.usage has them, and the CSV file."
    return replace(listing, rows=(*lines[:MOST_ROWS], listing.rows[-1]), remarks=(*listing.remarks, more))


def _table(used: Entries, by: tuple[str, ...]) -> dict[str, Any]:
    """The table as plain values, and what stands above it."""
    listing = _listing(used, by, "")
    rows = [list(row) for row in listing.rows]
    summed = len(rows) > 1
    at = listing.names  # the first number is how many replies there are, the last one the price
    return {
        "headers": list(listing.headers),
        "names": at,
        "rows": rows[:-1] if summed else rows,
        "all": rows[-1] if summed else None,
        "remarks": list(listing.remarks),
        "replies": rows[-1][at] if rows else "0",
        "price": rows[-1][-1] if rows else "",
    }
