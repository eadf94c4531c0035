"""What the magics of one kernel share: conversations by name, settings, the last reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.preset import WHO, Preset
from minimax_nb.errors import ConfigError
from minimax_nb.messages.reply import Reply

MAIN = "main"
ALONE = "(alone)"
"""What calls without a history are called where usage is listed."""

REQUEST = ("temperature", "top_p", "max_tokens", "thinking", "effort")
"""Parameters of one call: they are said with each call, so that a changed default counts from the next cell on."""


class Session:
    """Named conversations and the settings they start from."""

    def __init__(self) -> None:
        self.chats: dict[str, Chat] = {}
        self.last: Reply | None = None
        self._accounts: dict[str, Account] = {}  # a conversation that begins anew goes on with what it used and may use
        self._presets: dict[str, Preset | None] = {}
        self._forgotten: dict[str, tuple[Chat, Preset | None]] = {}

    def chat(self, values: Mapping[str, Any], layer: Mapping[str, Any], preset: Preset | None = None) -> Chat:
        """The conversation the options name, answered by whom the options name.

        Options that are left out fall back to the settings, not to what the cell before said: a cell means the same
        wherever it stands. Only what a preset says holds for the conversation that was begun with it, as its turns do.

        Raises:
            ConfigError: A preset for a conversation that was begun without it; or as :class:`Chat`.
        """
        layer = {setting: value for setting, value in layer.items() if setting not in REQUEST}
        name = values.get("chat", MAIN)
        only_looks = values.get("dry") or values.get("show_code")
        if values.get("alone"):
            chat = self._made(ALONE, values, layer, preset)
        elif values.get("new") or self._is_empty(name, preset):
            chat = self._made(name, values, layer, preset)
            if not only_looks:
                self._put(name, chat, preset)
        else:
            preset = self._same(name, preset)
            chat = self._looked_at(name) if only_looks else self.chats[name]
            chat.use(**_who(values, preset), layer=layer)
        if "system" in values:
            chat.system = values["system"]
        return chat

    def preset_of(self, values: Mapping[str, Any]) -> Preset | None:
        """The preset that the conversation the options name was begun with, if it goes on."""
        begins = values.get("alone") or values.get("new")
        return None if begins else self._presets.get(values.get("chat", MAIN))

    def _is_empty(self, name: str, preset: Preset | None) -> bool:
        """Whether there is no such conversation, or none in which a preset would come too late."""
        return name not in self.chats or (preset is not None and not self.chats[name].turns)

    def _same(self, name: str, preset: Preset | None) -> Preset | None:
        """The preset that a conversation was begun with.

        Raises:
            ConfigError: It is not the one that is said now.
        """
        begun = self._presets.get(name)
        if preset is not None and preset != begun:
            how = "with another preset" if begun else "without a preset"
            raise ConfigError(
                f"The conversation {name} has begun already, {how}.",
                hint="--new begins it afresh with this one, --chat NAME another conversation.",
            )
        return begun

    def _looked_at(self, name: str) -> Chat:
        """A conversation for a call that is not made: what is said of it there counts for it alone."""
        twin = self.chats[name].fork()
        twin.charge_to(self.chats[name].account)
        return twin

    def begin(self, name: str, chat: Chat) -> Chat:
        """Let a chat go on as the conversation of that name, with an account of that name."""
        account = Account(parent=SESSION, name=name)
        account.budget, account.in_magics = chat.budget, True
        self._put(name, chat, self._presets.get(chat.account.name))  # a fork is still called as what it comes from
        chat.charge_to(self._accounts.setdefault(name, account))
        return chat

    def _put(self, name: str, chat: Chat, preset: Preset | None) -> None:
        self.chats[name], self._presets[name] = chat, preset

    def _made(self, name: str, values: Mapping[str, Any], layer: Mapping[str, Any], preset: Preset | None) -> Chat:
        chat = Chat(**_who(values, preset), name=name, layer=layer, preset=preset)
        chat.charge_to(self._accounts.setdefault(name, chat.account))
        chat.account.in_magics = True
        return chat

    def reset(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Forget these conversations; gives the names of those there were."""
        gone = {name: (self.chats.pop(name), self._presets.pop(name, None)) for name in names if name in self.chats}
        if gone:
            self._forgotten = gone
        return tuple(gone)

    def undo_reset(self) -> tuple[str, ...]:
        """Bring back what the last reset forgot, unless a conversation of that name was begun since."""
        back = {name: held for name, held in self._forgotten.items() if name not in self.chats}
        for name, held in back.items():
            self._put(name, *held)
        self._forgotten = {}
        return tuple(back)


def _who(values: Mapping[str, Any], preset: Preset | None) -> dict[str, Any]:
    """Who is to answer: what the options say of it, else the preset."""
    said = (preset or Preset()).under({name: values.get(name) for name in WHO})
    return {name: said[name] for name in WHO}
