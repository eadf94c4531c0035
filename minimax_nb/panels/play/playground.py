"""The playground: a prompt, the settings of a call as controls, the reply, and the same call as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

from minimax_nb.chat import Chat
from minimax_nb.chat.preset import Preset
from minimax_nb.display.render import Bundle
from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.intake.desk import IntakeDesk
from minimax_nb.panels.latest import Latest
from minimax_nb.panels.page import shows_widgets
from minimax_nb.panels.panel import Op, Panel
from minimax_nb.panels.play import facts
from minimax_nb.panels.play.call import Call
from minimax_nb.panels.play.copy import copy_of, setting_rows
from minimax_nb.panels.play.samples import SAMPLES
from minimax_nb.panels.play.settings import opened
from minimax_nb.panels.running import Running
from minimax_nb.panels.sheet import ReplySheet

_SHOWN = 20
"""Calls that the page keeps, the last ones."""


def playground(chat: Chat | None = None, *, prompt: str = "", **options: Any) -> Playground:  # noqa: ANN401
    """A playground in the cell: try a model with its settings, and take the call away as code.

    Args:
        chat: A conversation to go on with. Its settings are where the page begins and stay as they are; what is said
            on the page is said in it.
        prompt: What stands in the message box. Where nobody is there to press a button (nbclient, nbconvert), it is
            asked once, when the playground is shown.
        options: Settings to begin with: what :class:`Chat` takes by name, or, beside a chat, provider, model, face,
            system and request parameters.

    Returns:
        The panel. It is readable at any time: ``.chat``, ``.reply``, ``.preset``.

    Raises:
        ConfigError: No such provider, model, protocol or setting. A missing key is told on the page.
    """
    return Playground(chat, prompt=prompt, options=options)


class Playground(Panel):
    """See :func:`playground`.

    Attributes:
        prompt: What stands in the message box.
        keeps: Whether each prompt goes on with the conversation; otherwise each call is alone.
    """

    name: ClassVar[str] = "playground"
    files: ClassVar[tuple[str, ...]] = ("intake/attach", "play/controls", "play/playground")
    title: ClassVar[str] = "Playground"
    kept_as: ClassVar[str] = "Saved copy of the playground"

    def __init__(self, chat: Chat | None, *, prompt: str, options: Mapping[str, Any]) -> None:
        super().__init__()
        self._settings = opened(chat, options)
        self._note = self._settings.endpoint.note
        self._keys: dict[str, str] = {}
        self._calls: list[Call] = []
        self._live: Call | None = None
        self._numbers = count(1)
        self._count = ""
        self._code: dict[str, Any] | None = None
        self._files = IntakeDesk(self.post, lambda: self._settings.endpoint)
        self._outlook = Latest[None](self._look_ahead, "minimax_nb playground")
        self.prompt, self.keeps = prompt, True
        self.handlers |= {
            "set": self._on_set,
            "defaults": self._on_defaults,
            "again": self._on_again,
            "prompt": self._on_prompt,
            "keeps": self._on_keeps,
            "code": self._on_code,
            "send": self._on_send,
            "stop": self._on_stop,
            "clear": self._on_clear,
            "file": self._files.on_file,
            "slice": self._files.on_slice,
            "unattach": self._files.on_unattach,
        }

    # -- what a program reads ------------------------------------------------------------------------------------------

    @property
    def chat(self) -> Chat:
        """A chat with these very settings, over the conversation of the page.

        Raises:
            ConfigError: The provider has no key.
        """
        with self.lock:
            return self._settings.chat()

    @property
    def preset(self) -> Preset:
        """The settings as a value to keep and to share."""
        with self.lock:
            return self._settings.preset

    @property
    def reply(self) -> Reply | None:
        """The last reply, as far as it has come; None before the first."""
        with self.lock:
            return next((reply for call in reversed(self._calls) if (reply := call.reply) is not None), None)

    def close(self) -> None:
        """Take the panel away from every page, and forget the files that were attached."""
        super().close()
        self._files.close()

    # -- what the page shows -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything on the page."""
        self._keys = self._keys or facts.keys_found()
        if not self._count and self.prompt:
            self._outlook.ask(None)
        return {
            "settings": self._shown_settings(),
            "prompt": self.prompt,
            "keeps": self.keeps,
            "samples": list(SAMPLES),
            "calls": [call.state() for call in self._calls],
            "busy": self._live is not None,
            "count": self._count,
            "code": self._code,
            "takes": self._files.intake.takes(),
            "files": self._files.intake.state(),
        }

    def news(self) -> list[Op]:
        """What has come of the reply that is being written."""
        return self._live.news() if self._live is not None else []

    def saved(self) -> Bundle:
        """The settings, the last prompt and what came of it."""
        with self.lock:
            over = [call for call in self._calls if call is not self._live]
            if not over:
                return copy_of(setting_rows(self._settings), "", None, self._settings.trouble)
            call = over[-1]
            return copy_of(call.rows, call.prompt, call.reply, call.trouble)

    def _ipython_display_(self) -> None:
        """Show it. Where nobody could press Send, a prompt that was given is asked first."""
        if not shows_widgets() and self.prompt.strip() and not self._calls:
            self._ask_here()
        super()._ipython_display_()

    def _shown_settings(self) -> dict[str, Any]:
        settings, here = self._settings, self._settings.endpoint
        notes, values = settings.notes(), settings.values
        aside = [self._note] if self._note and here.note == self._note else []
        return {
            "provider": here.provider_name,
            "providers": facts.providers(here, self._keys),
            "model": here.model_id,
            "models": facts.models(here),
            "any_model": here.provider.any_model,
            "face": here.face_name,
            "faces": list(here.provider.faces),
            "about": facts.about(here),
            "notes": [*aside, *settings.general_notes()],
            "trouble": settings.trouble,
            "system": settings.system,
            "controls": [
                control.to_page(values[control.name], notes.get(control.name, "")) for control in settings.controls
            ],
        }

    # -- what the page does --------------------------------------------------------------------------------------------

    def _on_set(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            before = self._settings.endpoint
            self._settings.change(str(content.get("name")), content.get("value"))
            self._settled(moved=self._settings.endpoint != before)

    def _on_defaults(self, _content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self._settings.to_defaults()
            self._settled(moved=False)

    def _on_again(self, _content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self._keys = facts.keys_found()
            self._settings.look_again()
            self._settled(moved=False)

    def _settled(self, *, moved: bool) -> None:
        self.post({"op": "settings", "settings": self._shown_settings()})
        if moved:
            self._files.post_takes()
        self._outlook.ask(None)

    def _on_prompt(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self.prompt = str(content.get("text", ""))
        self._outlook.ask(None)

    def _on_keeps(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self.keeps = content.get("value") is True
            self.post({"op": "keeps", "value": self.keeps})
        self._outlook.ask(None)

    def _on_code(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self._code = {"problem": "", "forms": []} if content.get("open") is True else None
            self.post({"op": "code", "code": self._code})
        self._outlook.ask(None)

    def _on_send(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            self.prompt = str(content.get("text", self.prompt))
            if self._live is not None:
                raise RequestError("The last reply is still being written.", hint="Stop it first.")
            if not self._files.intake.ready:
                raise RequestError("A file is still on its way.", hint="Send once it is there.")
            chat = self._asked()
            call = self._begun()
            call.sent, call.past = (self.prompt, *self._files.intake.objects()), len(chat.turns)
            call.running = Running(lambda: chat.stream(*call.sent), news=self.grown, ended=lambda _: self._ended(call))
            self._live = call
            self.post({"op": "call", "call": call.state()}, {"op": "busy", "value": True})
        call.running.start()

    def _on_stop(self, _content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        call = self._live
        if call is not None and call.running is not None:
            call.running.stop()

    def _on_clear(self, _content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            if self._live is not None:
                raise RequestError("The last reply is still being written.", hint="Stop it first.")
            self._calls.clear()
            if self.keeps:
                self._settings.shown_chat().reset()
            self.post({"op": "cleared"})
        self._outlook.ask(None)

    # -- one call ------------------------------------------------------------------------------------------------------

    def _asked(self) -> Chat:
        """The chat that a prompt goes to: over the conversation, or one without a past.

        Raises:
            ConfigError: The provider has no key.
        """
        return self._alone(self._settings.chat())

    def _alone(self, chat: Chat) -> Chat:
        if self.keeps:
            return chat
        alone = chat.fork(turn=0)
        alone.charge_to(chat.account)
        return alone

    def _begun(self) -> Call:
        if not self.prompt.strip() and not self._files.intake.sent():
            raise RequestError("The message is empty, so nothing was sent.", hint="Write it above Send.")
        line = self._settings.line() + ("" if self.keeps else " · alone")
        call = Call(self.prompt, line, setting_rows(self._settings), ReplySheet(f"r{next(self._numbers)}"))
        call.media = [
            {"kind": item["kind"], "preview": item["preview"], "line": f"{item['name']} · {item['caption']}"}
            for item in self._files.intake.state()
        ]
        self._calls = [*self._calls, call][-_SHOWN:]
        return call

    def _ended(self, call: Call) -> None:
        """The reader has come to the end, on its thread."""
        with self.lock:
            ops = call.end()
            self._live = None
            self.post(*ops, {"op": "busy", "value": False}, *self._gone(call))
        self.keep()
        self._outlook.ask(None)

    def _gone(self, call: Call) -> list[Op]:
        """Empty the message box after a prompt of a conversation that was answered. Whatever failed stays there."""
        if not (self.keeps and call.answered and self.prompt == call.prompt):
            return []
        self.prompt, marks = "", [item["id"] for item in self._files.intake.state()]
        self._files.intake.clear()
        return [{"op": "sent", "text": call.prompt}, *({"op": "unattached", "id": mark} for mark in marks)]

    def _ask_here(self) -> None:
        """Ask the prompt that was given, and wait."""
        chat = self._asked()
        call = self._begun()
        call.sent = (self.prompt,)
        try:
            call.ended = chat.ask(self.prompt)
        except MiniMaxError as error:
            call.ended, call.trouble = error.reply, "" if error.reply else str(error)

    def _look_ahead(self, _: None) -> None:
        """Count what would be sent, and write it as code; on a thread of its own."""
        with self.lock:
            chat = self._alone(self._settings.shown_chat())
            said = [self.prompt] if self.prompt.strip() else []
            prompt: tuple[object, ...] = (*said, *self._files.intake.sent())
            wanted, last = self._code is not None, self._calls[-1] if self._calls else None
        counted = facts.count(chat, prompt, len(chat.turns))
        if not prompt and last is not None:  # nothing new is written: the call just seen
            chat, prompt = chat.fork(turn=min(last.past, len(chat.turns))), last.sent
        written = facts.code(chat, prompt) if wanted else None
        with self.lock:
            self._count = counted
            ops: list[Op] = [{"op": "count", "text": counted}]
            if wanted and self._code is not None and written != self._code:
                self._code = written
                ops.append({"op": "code", "code": written})
            self.post(*ops)
        self.keep()
