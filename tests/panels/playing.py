"""A front end that is played: it keeps every message a panel sends, and sends what a page would.

::

    with played() as front:
        panel = chat_panel(chat)
        panel.widget                                   # the widget is made, its comm is recorded
        front.state                                    # says hello, and gives the state that comes
        front.send({"op": "send", "text": "Hello"})    # as the page's model.send
        front.wait(lambda: front.named("ended"))       # until a message makes this true
        front.ops, front.messages, front.bytes         # what the page was sent

With two panels ``front.page(panel)`` has the same for one of them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import comm
from comm.base_comm import BaseComm

WIDGETS = "jupyter.widget"
LONGEST_S = 30.0
"""How long a condition may take: far more than it does on a busy machine."""

Op = dict[str, Any]


class PlayedPage:
    """The page of one widget.

    Attributes:
        messages: The custom messages that came, oldest first: ``{"seq": n, "ops": [...]}``.
        updates: What was sent beside them: the widget's own state, its closing.
        times: When each message came, by a clock in seconds.
    """

    def __init__(self, recorded: RecordedComm, came: threading.Condition) -> None:
        self._comm, self._came = recorded, came
        self.messages: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.times: list[float] = []

    @property
    def ops(self) -> list[Op]:
        """Every operation that came, in order."""
        with self._came:
            return [op for message in self.messages for op in message["ops"]]

    def named(self, *names: str) -> list[Op]:
        """The operations of these names."""
        return [op for op in self.ops if op["op"] in names]

    @property
    def errors(self) -> list[str]:
        """What the page was told that went wrong."""
        return [op["text"] for op in self.named("error")]

    @property
    def bytes(self) -> int:
        """Bytes of all messages so far, as JSON."""
        with self._came:
            return sum(len(json.dumps(message, ensure_ascii=False).encode()) for message in self.messages)

    @property
    def state(self) -> dict[str, Any]:
        """The whole state, as a page gets it that begins anew now."""
        return self.hello()["state"]

    def hello(self, mark: str = "played") -> Op:
        """Begin anew, and give the operation that answers."""
        before = len(self.named("state"))
        self.send({"op": "hello", "from": mark})
        self.wait(lambda: len(self.named("state")) > before, "the state")
        return self.named("state")[before]

    def send(self, content: Any, buffers: Sequence[bytes | memoryview] = ()) -> None:
        """Send a message to the kernel, as a page does; its handler runs on this thread."""
        data = {"method": "custom", "content": content}
        self._comm.handle_msg({"content": {"data": data}, "buffers": [memoryview(one) for one in buffers]})

    def wait(self, met: Callable[[], object], what: str = "a message", seconds: float = LONGEST_S) -> None:
        """Wait until a message makes ``met()`` true; ``what`` names it if none does."""
        until = time.monotonic() + seconds
        with self._came:
            while not met():
                left = until - time.monotonic()
                if left <= 0:
                    last = [op["op"] for op in self.ops[-12:]]
                    raise TimeoutError(f"Waited {seconds:g} s for {what}; the last operations were {last}.")
                self._came.wait(min(left, 0.5))  # what is waited for need not be a message of this page

    def told(self, kind: str, data: dict[str, Any] | None) -> None:
        """Hear what the kernel sends; for the comm."""
        with self._came:
            if kind == "comm_msg" and data and data.get("method") == "custom":
                self.messages.append(json.loads(json.dumps(data["content"])))  # what is no JSON fails here, as it would
                self.times.append(time.monotonic())
            else:
                self.updates.append({"kind": kind, **(data or {})})
            self._came.notify_all()


class RecordedComm(BaseComm):
    """A comm that leads to a played page."""

    def __init__(self, *args: Any, came: threading.Condition, **kwargs: Any) -> None:
        self.page = PlayedPage(self, came)
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **__: Any) -> None:
        """Hand a message of the kernel over."""
        self.page.told(msg_type, data)


class Front:
    """Every page of the front end; what is asked of it without naming a panel is asked of the newest page."""

    def __init__(self) -> None:
        self._came = threading.Condition(threading.RLock())
        self._comms: dict[str, RecordedComm] = {}

    def create(self, *args: Any, **kwargs: Any) -> RecordedComm:
        """A comm, as ``comm.create_comm`` gives one."""
        made = RecordedComm(*args, came=self._came, **kwargs)
        self._comms[made.comm_id] = made
        return made

    def page(self, panel: Any) -> PlayedPage:
        """The page of one panel, which is opened if it is not."""
        return self._comms[panel.widget.model_id].page

    @property
    def newest(self) -> PlayedPage:
        """The page of the panel that was opened last."""
        drawn = [one.page for one in self._comms.values() if _has_script(one.page)]
        assert drawn, "No panel was opened: name its widget first."
        return drawn[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.newest, name)


def _has_script(page: PlayedPage) -> bool:
    """Whether it is a panel's own widget: each has a second one for its layout."""
    return any("_esm" in update.get("state", {}) for update in page.updates)


@contextmanager
def played() -> Iterator[Front]:
    """Play the front end for every widget that is made inside."""
    front, before = Front(), comm.create_comm
    comm.create_comm = front.create
    try:
        yield front
    finally:
        comm.create_comm = before
