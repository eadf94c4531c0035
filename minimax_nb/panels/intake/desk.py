"""The messages of a page that attaches files, answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.panels.intake.intake import Intake


class IntakeDesk:
    """Hands what a page says about files to an :class:`Intake`, and the answers to the page.

    Each handler returns at once; a file that has come whole is checked on a daemon thread, one at a time.

    Args:
        post: Sends an op to the page; it is called from any thread.
        endpoint: Gives who would answer now.

    Attributes:
        intake: The files.
    """

    def __init__(self, post: Callable[[dict[str, Any]], None], endpoint: Callable[[], Endpoint]) -> None:
        self.intake = Intake(endpoint)
        self._post = post
        self._one_at_a_time = threading.Lock()

    def on_file(self, content: Mapping[str, Any], buffers: Sequence[memoryview] = ()) -> None:  # noqa: ARG002
        """A file is announced: ``id``, ``name``, ``type``, ``size``.

        Raises:
            RequestError: The id cannot be one.
        """
        ack = self.intake.begin(*(content.get(key) for key in ("id", "name", "type", "size")))
        self._answer(ack.op(), look=ack.whole)

    def on_slice(self, content: Mapping[str, Any], buffers: Sequence[memoryview] = ()) -> None:
        """A slice of a file: ``id``, ``at``, and one buffer.

        Raises:
            RequestError: The id cannot be one.
        """
        ack = self.intake.take(content.get("id"), content.get("at"), buffers[0] if buffers else b"")
        self._answer(ack.op(), look=ack.whole)

    def on_unattach(self, content: Mapping[str, Any], buffers: Sequence[memoryview] = ()) -> None:  # noqa: ARG002
        """A file was removed, on its way or done: ``id``.

        Raises:
            RequestError: The id cannot be one.
        """
        self.intake.drop(content.get("id"))
        self._post({"op": "unattached", "id": content.get("id")})  # for other pages that show the same panel

    def post_takes(self) -> None:
        """Tell the page what can be attached now; to be called when the model or provider has changed."""
        self._post({"op": "takes", "takes": self.intake.takes()})

    def close(self) -> None:
        """Forget all files and remove their folder."""
        self.intake.close()

    def _answer(self, op: dict[str, Any], *, look: bool) -> None:
        self._post(op)
        if look:
            threading.Thread(target=self._look, args=(op["id"],), name="minimax-nb-intake", daemon=True).start()

    def _look(self, mark: str) -> None:
        with self._one_at_a_time:
            found = self.intake.look(mark)
        if found is not None:
            self._post(found.op())
