"""A panel that shows which providers have a key, takes one, and puts it to the test.

A typed key travels once: as bytes beside a message, so that it is in no message's text, and with that in no log of the
kernel, however talkative. It is wrapped before anything else is done, and the list it came in is emptied. It is in no
trait, in no output and in no answer to the page.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minimax_nb.catalog import did_you_mean, forget_key, keep_key, load_catalog, store_key
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.display.render import Bundle, render
from minimax_nb.errors import ConfigError, MiniMaxError
from minimax_nb.panels.connection.rows import REGION, answers_now, key_listing, provider_rows, region_of
from minimax_nb.panels.connection.trial import tried
from minimax_nb.panels.panel import Panel, said
from minimax_nb.secrets import Secret

MOST_BYTES = 4_096
"""A key is a line; what is longer was pasted by mistake."""


def connect() -> ConnectPanel:
    """A panel that connects providers: where each key comes from, a masked field to store one, a test, the region.

    Raises:
        ConfigError: The user's configuration file is malformed.
    """
    return ConnectPanel()


class ConnectPanel(Panel):
    """Providers and their keys. It holds no key itself, but for one that no keyring would take.

    Raises:
        ConfigError: The user's configuration file is malformed.
    """

    name = "connect"
    files = ("connection/connect",)
    title = "Providers and keys"
    kept_as = "Saved copy of the connect panel"

    def __init__(self) -> None:
        super().__init__()
        self._rows = provider_rows()
        self._told: dict[str, dict[str, Any]] = {}  # what came of the last step, by provider
        self._busy: dict[str, str] = {}
        self._refused: dict[str, Secret] = {}  # keys that no keyring took, until it is said what becomes of them
        self.handlers |= {
            "store": self._on_store,
            "keep": self._on_keep,
            "forget": self._on_forget,
            "test": self._on_test,
            "region": self._on_region,
            "look": lambda _content, _buffers: self._shown(),
        }

    def state(self) -> dict[str, Any]:
        """Every provider, who answers now, and what came of the last steps."""
        self._rows = provider_rows()
        return self._state()

    def saved(self) -> Bundle:
        """A table of who has a key: "set" or "not set", no more."""
        return render(key_listing(self._rows))

    def __repr__(self) -> str:
        with_key = [row["name"] for row in self._rows if row["set"]]
        return f"<{self.title}: a key is set for {', '.join(with_key) or 'none'}>"

    def _state(self) -> dict[str, Any]:
        steps = [
            {"told": self._told.get(row["name"]), "busy": self._busy.get(row["name"], ""), "held": self._holds(row)}
            for row in self._rows
        ]
        return {
            "rows": [{**row, **step} for row, step in zip(self._rows, steps, strict=True)],
            "answers": answers_now(),
        }

    def _holds(self, row: Mapping[str, Any]) -> bool:
        return row["name"] in self._refused

    def _shown(self) -> None:
        """Look at all providers again, and show what is there."""
        with self.lock:
            self._rows = provider_rows()
            self.post({"op": "rows", **self._state()})
        self.keep()

    # -- what the page asks --------------------------------------------------------------------------------------------

    def _on_store(self, content: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        key, complaint = _typed(buffers)
        name = _name(content)
        self._work(name, "Storing …", lambda: self._store(name, key, complaint))

    def _on_keep(self, content: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        key, complaint = _typed(buffers)
        name = _name(content)
        self._work(name, "Keeping …", lambda: self._keep_key(name, key, complaint))

    def _on_forget(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        name = _name(content)
        self._work(name, "Forgetting …", lambda: self._forget(name))

    def _on_test(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        name = _name(content)
        self._work(name, "Asking for its list of models …", lambda: tried(name))

    def _on_region(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        name, region = _name(content), str(content.get("region"))
        row = load_catalog().providers[name]
        if region not in row.regions:
            raise ConfigError(f"{row.title} has no region called {region!r}.", hint=did_you_mean(region, row.regions))
        os.environ[REGION] = region
        with self.lock:
            self._told[name] = _told_region(name, region, holds=region_of(name, row) == region)
        self._shown()

    # -- what is done, on a thread of its own --------------------------------------------------------------------------

    def _work(self, name: str, doing: str, do: Callable[[], tuple[bool, str]]) -> None:
        """Do something for a provider on a thread, one thing at a time, and tell what came of it."""
        with self.lock:
            if name in self._busy:
                return
            self._busy[name] = doing
            self._told.pop(name, None)
            self.post({"op": "rows", **self._state()})
        threading.Thread(target=self._worked, args=(name, do), name="minimax_nb connect", daemon=True).start()

    def _worked(self, name: str, do: Callable[[], tuple[bool, str]]) -> None:
        try:
            fine, text = do()
        except Exception as error:  # noqa: BLE001 - nobody above could tell the person at the page
            fine, text = False, said(error)
        with self.lock:
            self._busy.pop(name, None)
            self._told[name] = {"fine": fine, "text": text}
        try:
            self._shown()
        except MiniMaxError as error:  # the user's file was changed meanwhile
            self.complain(error)

    def _store(self, name: str, key: Secret | None, complaint: str) -> tuple[bool, str]:
        if key is None:
            return False, complaint or "There is no key in the field yet."
        try:
            store_key(name, key)
        except ConfigError as error:
            with self.lock:
                self._refused[name] = key
            return False, f"{error.what} It can still be used in this session only."
        with self.lock:
            self._refused.pop(name, None)
        return self._kept(name, "keyring", "The key is in the system keyring, for this and later sessions.")

    def _keep_key(self, name: str, key: Secret | None, complaint: str) -> tuple[bool, str]:
        with self.lock:
            key = key or (None if complaint else self._refused.get(name))
        if key is None:
            return False, complaint or "There is no key in the field yet."
        keep_key(name, key)
        with self.lock:
            self._refused.pop(name, None)
        return self._kept(name, "this session only", "The key is kept in this session's memory and ends with it.")

    def _kept(self, name: str, place: str, text: str) -> tuple[bool, str]:
        """What is said of a key that was taken: another place may go before it."""
        row = next(row for row in provider_rows() if row["name"] == name)
        if row["place"] != place:
            return False, f"{text} But another one is found before it. {row['where']}"
        return True, text

    def _forget(self, name: str) -> tuple[bool, str]:
        with self.lock:
            self._refused.pop(name, None)
        if not forget_key(name):
            return False, "There was none in the keyring, nor one for this session."
        return True, "The key is forgotten. Chats that were made with it keep it until they end."


def _typed(buffers: Sequence[memoryview]) -> tuple[Secret | None, str]:
    """The key that came beside a message, wrapped, and a complaint. Raises nothing, and leaves nothing behind."""
    size = sum(len(one) for one in buffers)
    answer = wrap_key(bytes(buffers[0]).decode("utf-8", "replace")) if 0 < size <= MOST_BYTES else (None, "")
    if isinstance(buffers, list):
        buffers.clear()
    return answer if size <= MOST_BYTES else (None, f"That is no key: it has more than {MOST_BYTES:,} bytes.")


def _told_region(name: str, region: str, *, holds: bool) -> dict[str, Any]:
    """What is said of a region that was chosen, and the line of code that chooses it."""
    if holds:
        text = (
            f"Region {region} holds for this session, for chats that are made from now on. To choose it again in later "
            "sessions, run this first:"
        )
        return {"fine": True, "text": text, "code": f"%env {REGION}={region}"}
    text = f"{REGION} is set, but the settings name another provider, so the region has to be named with this one:"
    return {"fine": False, "text": text, "code": f'chat = Chat(provider="{name}", region="{region}")'}


def _name(content: Mapping[str, Any]) -> str:
    """The provider that a message is about.

    Raises:
        ConfigError: There is none of that name.
    """
    name = str(content.get("name"))
    if name not in load_catalog().providers:
        raise ConfigError(f"There is no provider called {name!r}.")
    return name
