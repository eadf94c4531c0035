"""The chat panel: a conversation in a cell, typed and read there, and the same one in Python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.display.transcript import reply_of
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.chat.export import Cell, as_cells, as_json, as_markdown, form_of
from minimax_nb.panels.chat.prompt import Asked, Under
from minimax_nb.panels.chat.talks import Talks
from minimax_nb.panels.chat.turns import Entry, sendable
from minimax_nb.panels.intake.desk import IntakeDesk
from minimax_nb.panels.panel import Op, said
from minimax_nb.panels.running import ANSWERS


def chat_panel(chat: Chat | None = None, **options: Any) -> ChatPanel:  # noqa: ANN401 - whatever a Chat takes
    """A chat panel. Name it in the last line of a cell to show it.

    Args:
        chat: The conversation; what is said in the panel is said there, and the reverse. Left out, a new one is made.
        options: What :class:`~minimax_nb.chat.Chat` takes, for the new one.

    Raises:
        ConfigError: Both were given, it is no chat, or the new one cannot be made.
    """
    if chat is not None and not isinstance(chat, Chat):
        raise ConfigError("A chat panel is of a Chat.", hint='For a new one: chat_panel(model="...", provider="...").')
    if chat is not None and options:
        raise ConfigError(f"A panel of a chat that there is takes no options ({', '.join(sorted(options))}).")
    return ChatPanel(Chat(**options) if chat is None else chat)


class ChatPanel(Talks):
    """A chat in a cell. ``panel.chat`` is the conversation that is shown, ``panel.chats`` are all of them.

    A reply goes on if the page is closed. One reply at a time is under way.
    """

    name = "chat"
    files = ("intake/attach", "chat/turn", "chat/log", "chat/panel")
    title = "Chat panel"
    kept_as = "Saved copy of the chat panel"

    def __init__(self, chat: Chat) -> None:
        self._desk = self._new_desk()
        self._failed: Asked | None = None
        super().__init__(chat)
        self.handlers |= {
            "send": self._on_send,
            "again": self._on_again,
            "stop": self._on_stop,
            "answer": self._on_answer,
            "regenerate": self._on_regenerate,
            "resend": self._on_resend,
            "weigh": self._on_weigh,
            "text": self._on_text,
            "export": self._on_export,
            **{name: partial(self._to_desk, name) for name in ("file", "slice", "unattach")},
        }

    # -- in Python -----------------------------------------------------------------------------------------------------

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the conversation that is shown to a file: Markdown (``.md``), or what ``Chat.load`` reads (``.json``).

        Raises:
            ConfigError: The file's name ends in neither.
        """
        target = Path(path)
        if form_of(target) == "json":
            self.chat.save(target)
        else:
            target.write_text(as_markdown(self.chat), encoding="utf-8")
        return target

    def to_cells(self) -> list[Cell]:
        """The conversation that is shown as notebook cells: a ``%%minimax`` cell a prompt, its answer as Markdown."""
        return as_cells(self.chat)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until no reply is under way; whether that is so. At once if there is none."""
        under = self._under
        return under is None or under.running.wait(seconds)

    def close(self) -> None:
        """Take the panel away from every page and follow its chats no longer; the saved copy stays."""
        super().close()
        self._desk.close()

    # -- what the page shows -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that a page needs."""
        under, intake = self._under, self._desk.intake
        return {
            **super().state(),
            "running": under.mark if under is not None else None,
            "questions": list(under.questions.values()) if under is not None else [],
            "files": intake.state(),
            "takes": intake.takes(),
        }

    def news(self) -> list[Op]:
        """What has grown: the reply under way, and what it costs."""
        under, entry = self._under, self._entries.pending
        reply = under.reply if under is not None else None
        if reply is None or entry is None or entry.live is None:
            return []
        ops = entry.live.news(reply)
        spent = self._spent_now() if ops else self._spent
        if spent != self._spent:
            self._spent = spent
            ops.append({"op": "spent", "text": spent})
        return ops

    # -- a prompt begins -----------------------------------------------------------------------------------------------

    def _on_send(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            intake = self._desk.intake
            if not intake.ready:
                raise RequestError("A file is still on its way, so nothing was sent.", hint="Send again in a moment.")
            text, files = _text(content), intake.objects()
            if not text.strip() and not files:
                raise RequestError("The message is empty, so nothing was sent.")
            self._start(Asked(text, files, intake.sent(), desk=self._desk if files else None), None)

    def _on_regenerate(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            _number, entry, turn = self._turn(content)
            self._start(Asked("", turn.prompt.parts, again=entry.id), entry)

    def _on_resend(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            _number, entry, turn = self._turn(content)
            text, media = _text(content), turn.prompt.media
            if not text.strip() and not media:
                raise RequestError("The message is empty, so nothing was sent.")
            self._start(Asked(text, media, again=entry.id, edited=True), entry)

    def _on_again(self, _: Mapping[str, Any], __: Sequence[memoryview]) -> None:
        """Send the prompt again that has failed, with its files."""
        with self.lock:
            self._free()
            asked = self._failed
            if asked is None:
                raise RequestError("No prompt has failed here.")
            self._start(asked, self._turn({"id": asked.again})[1] if asked.again else None)

    def _start(self, asked: Asked, entry: Entry | None) -> None:
        """Send a prompt, on a thread of its own. Called under the lock."""
        self._forget_failure(asked)
        name, number = "", 0
        if entry is not None:
            found = self._entries.named(entry.id)
            number = found[0] if found else 0
            name = self.chat.turn_name(number)
        if asked.desk is not None and asked.desk is self._desk:
            self._desk = self._new_desk()
            self._post_files()
        if entry is None:
            begun = self._entries.begin(asked.text, asked.media)
        else:
            begun = self._entries.begin_anew(entry, name, asked.text if asked.edited else entry.prompt)
        pending = self._entries.pending
        assert pending is not None
        self._under = Under(
            self.chat, asked, name, pending.id, self._tokens, news=self.grown, ended=self._ended, ask=self._ask
        )
        self.post(*begun, {"op": "running", "id": pending.id})
        self._under.running.start()

    def _new_desk(self) -> IntakeDesk:
        return IntakeDesk(self.post, lambda: self.chat.endpoint)

    def _to_desk(self, name: str, content: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        """What the page says of a file goes to the desk where the next prompt's files are."""
        desk = self._desk
        {"file": desk.on_file, "slice": desk.on_slice, "unattach": desk.on_unattach}[name](content, buffers)

    def _post_files(self) -> None:
        self.post({"op": "files", "files": self._desk.intake.state()})

    # -- while it runs -------------------------------------------------------------------------------------------------

    def _on_stop(self, _: Mapping[str, Any], __: Sequence[memoryview]) -> None:
        under = self._under
        if under is not None:
            under.running.stop()

    def _ask(self, question: Op) -> None:
        """A tool needs a yes."""
        self.post({"op": "question", "question": question})

    def _on_answer(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        under, number, answer = self._under, content.get("number"), ANSWERS.get(str(content.get("answer")))
        if under is None or not isinstance(number, int) or answer is None:
            return
        with self.lock:
            under.questions.pop(number, None)
            self.post({"op": "answered", "number": number})
        under.running.answer(number, answer)

    # -- a prompt ends -------------------------------------------------------------------------------------------------

    def _ended(self, under: Under) -> None:
        """The reply has ended, for whatever reason; on the thread that read it."""
        with self.lock:
            reply, pending = under.reply, self._entries.pending
            arrived = pending is not None and pending.turn is not None
            ops: list[Op] = []
            if arrived and reply is not None and pending is not None and pending.live is not None:
                ops += pending.live.ended(reply)
                self._entries.settle()
                self._arrived(under.asked)
            else:
                ops += self._entries.give_up()
                self._lost(under)
            self._under = None
            length = len(reply.text) if reply is not None else 0
            idle = {"op": "idle", "id": under.mark, "how": _how(under), "length": length}
            self.post(*ops, idle, {"op": "failure", "failure": self._failure}, {"op": "around", **self._around()})
        if self._page is not None:
            self._weigher.weigh(self.chat)
        self.keep()

    def _arrived(self, asked: Asked) -> None:
        """The chat holds the turn; the files that were sent are part of it."""
        if asked.again:
            self._undo = "A turn was answered anew."
        if asked.desk is not None:
            asked.desk.close()

    def _lost(self, under: Under) -> None:
        """Nothing came of a prompt: it goes back to where it was written, with its files."""
        asked, error = under.asked, under.running.error
        stopped = error is None or isinstance(error, KeyboardInterrupt)
        text = "Stopped before anything had arrived." if stopped or error is None else said(error)
        self._failed = asked
        self._failure = {
            "id": asked.again,
            "text": sendable(text),
            "prompt": sendable(asked.text),
            "edited": asked.edited,
        }
        if asked.desk is not None and not self._desk.intake.state():
            self._desk.close()
            self._desk = asked.desk
            self._post_files()

    def _forget_failure(self, asked: Asked | None = None) -> None:
        """A new prompt begins, or another conversation is shown. Called under the lock."""
        failed, self._failed = self._failed, None
        if failed is not None and failed.desk not in {None, self._desk, asked and asked.desk}:
            assert failed.desk is not None
            failed.desk.close()
        if self._failure is not None:
            self._failure = None
            self.post({"op": "failure", "failure": None})

    def _show(self, chat: Chat) -> None:
        with self.lock:
            self._forget_failure()
            super()._show(chat)

    # -- what the page asks for ----------------------------------------------------------------------------------------

    def _on_weigh(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        """Measure the window with the draft that the page holds."""
        self._weigher.weigh(self.chat, _text(content), *self._desk.intake.sent())

    def _on_text(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        """The text of a reply, to be copied."""
        with self.lock:
            under = self._under
            if under is not None and under.mark == content.get("id"):
                reply: Reply | None = under.reply
            else:
                reply = reply_of(self._turn(content)[2])
            text = sendable(reply.text) if reply is not None else ""
            self.post({"op": "text", "to": content.get("to"), "text": text})

    def _on_export(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        """The conversation, to be saved by the browser or put into cells."""
        form = content.get("as")
        answer: Op = {"op": "export", "to": content.get("to"), "as": form}
        if form == "cells":
            self.post({**answer, "cells": self.to_cells()})
        elif form == "json":
            self.post({**answer, "name": "chat.json", "type": "application/json", "text": as_json(self.chat)})
        else:
            self.post({**answer, "name": "chat.md", "type": "text/markdown", "text": as_markdown(self.chat)})


def _text(content: Mapping[str, Any]) -> str:
    """The text that a page sent."""
    text = content.get("text")
    return text if isinstance(text, str) else ""


def _how(under: Under) -> str:
    """How a reply ended, in a word for whoever hears the page."""
    reply = under.reply
    if under.running.stopped or (reply is not None and reply.stop_reason == "interrupted"):
        return "stopped"
    return "failed" if under.running.error is not None or (reply is not None and reply.partial) else "finished"
