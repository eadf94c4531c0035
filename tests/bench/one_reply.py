"""The least panel there can be: one reply, streamed to the page through what all panels share."""

from __future__ import annotations

from typing import Any

from minimax_nb import Chat
from minimax_nb.panels.panel import Op, Panel
from minimax_nb.panels.running import Running
from minimax_nb.panels.sheet import ReplySheet


class OneReply(Panel):
    """Asks a chat, and shows the reply."""

    name = "one_reply"  # no script of its own: nobody draws it
    title = "One reply"

    def __init__(self, chat: Chat) -> None:
        super().__init__()
        self.chat = chat
        self._sheet = ReplySheet("r")
        self._running = Running(lambda: chat.stream("Go."), news=self.grown, ended=self._ended)

    def begin(self) -> None:
        """Open the page's side, and ask."""
        assert self.widget.model_id
        self._running.start()

    def wait(self, seconds: float) -> Any:
        """The reply, once it has ended and the page was told.

        Raises:
            TimeoutError: It took longer.
        """
        if not self._running.wait(seconds):
            raise TimeoutError(f"The reply did not end within {seconds:g} s.")
        with self.lock:  # what was sent at the end has been
            return self._running.reply

    def state(self) -> dict[str, Any]:
        return {"reply": self._sheet.state()}

    def news(self) -> list[Op]:
        reply = self._running.reply
        return self._sheet.news(reply) if reply is not None else []

    def _ended(self, running: Running) -> None:
        with self.lock:
            if running.reply is not None:
                self.post(*self._sheet.ended(running.reply))
