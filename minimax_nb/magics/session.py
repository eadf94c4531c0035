"""What the magics of one kernel share: conversations by name, settings, the last reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.messages.reply import Reply

MAIN = "main"
_WHO = ("provider", "model", "face", "base_url", "region")
REQUEST = ("temperature", "top_p", "max_tokens", "thinking", "effort")
"""Parameters of one call: they are said with each call, so that a changed default counts from the next cell on."""


class Session:
    """Named conversations and the settings they start from."""

    def __init__(self) -> None:
        self.chats: dict[str, Chat] = {}
        self.last: Reply | None = None
        self._forgotten: dict[str, Chat] = {}

    def chat(self, values: Mapping[str, Any], layer: Mapping[str, Any]) -> Chat:
        """The conversation the options name, answered by whom the options name.

        Options that are left out fall back to the settings, not to what the cell before said: a cell means the same
        wherever it stands.
        """
        who = {name: values.get(name) for name in _WHO}
        layer = {setting: value for setting, value in layer.items() if setting not in REQUEST}
        name = values.get("chat", MAIN)
        if values.get("alone"):
            chat = Chat(**who, layer=layer)
        elif values.get("new") or name not in self.chats:
            chat = Chat(**who, layer=layer)
            if not values.get("dry") and not values.get("show_code"):
                self.chats[name] = chat
        else:
            chat = self.chats[name]
            chat.use(**who, layer=layer)
        if "system" in values:
            chat.system = values["system"]
        return chat

    def reset(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Forget these conversations; gives the names of those there were."""
        gone = {name: self.chats.pop(name) for name in names if name in self.chats}
        if gone:
            self._forgotten = gone
        return tuple(gone)

    def undo_reset(self) -> tuple[str, ...]:
        """Bring back what the last reset forgot, unless a conversation of that name was begun since."""
        back = {name: chat for name, chat in self._forgotten.items() if name not in self.chats}
        self.chats.update(back)
        self._forgotten = {}
        return tuple(back)
