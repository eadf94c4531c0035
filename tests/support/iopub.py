"""Everything a kernel publishes, with the time each message arrived and its size on the wire."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zmq
from jupyter_client.client import KernelClient

from tests.support.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Message:
    """One IOPub message.

    Attributes:
        at: When it arrived, in seconds of ``time.monotonic`` (one clock for all processes of a computer).
        size: Bytes of all its frames, heads included.
        kind: Its message type.
        content: Its content.
        cell: Id of the request it belongs to.
        raw: The whole message as jupyter_client reads it.
    """

    at: float
    size: int
    kind: str
    content: dict[str, Any]
    cell: str
    raw: dict[str, Any]


class IOPub:
    """A subscriber of its own, on a thread that does nothing else, with room for every message.

    Attributes:
        messages: Everything so far, oldest first.
        outputs: The outputs of every cell, folded as a front end does.
        idle: When the kernel was done with a request, by its id.
    """

    def __init__(self, client: KernelClient) -> None:
        self.messages: list[Message] = []
        self.outputs = Outputs()
        self.idle: dict[str, float] = {}
        self._by_cell: dict[str, list[Message]] = {}
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._session = client.session
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        self._socket.linger = 0
        self._socket.rcvhwm = 0  # unlimited: a slow reader must not look like a kernel that says little
        if getattr(client, "curve_publickey", None) is not None:  # the connection file's pair, as jupyter_client does
            self._socket.curve_secretkey = client.curve_secretkey
            self._socket.curve_publickey = self._socket.curve_serverkey = client.curve_publickey
        self._socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket.connect(f"{client.transport}://{client.ip}:{client.iopub_port}")
        self._thread = threading.Thread(target=self._read, name="iopub", daemon=True)
        self._thread.start()

    def of(self, cell: str) -> list[Message]:
        """The messages of one request so far, oldest first."""
        return list(self._by_cell.get(cell, ()))

    def wait(self, met: Callable[[], object], timeout: float) -> bool:
        """Wait until ``met()`` is true, looking again after each message; whether it came true within ``timeout`` s."""
        with self._changed:
            return bool(self._changed.wait_for(met, timeout))

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join(5)
        self._socket.close()

    def _read(self) -> None:
        while not self._stop.is_set():
            if not self._socket.poll(50):
                continue
            frames = self._socket.recv_multipart()
            at = time.monotonic()
            _, parts = self._session.feed_identities(frames)
            raw = self._session.deserialize(parts)
            message = Message(
                at,
                sum(len(frame) for frame in frames),
                raw["msg_type"],
                raw["content"],
                raw["parent_header"].get("msg_id", ""),
                raw,
            )
            with self._changed:
                self.messages.append(message)
                self._by_cell.setdefault(message.cell, []).append(message)
                self.outputs.take(raw)
                if message.content.get("execution_state") == "idle":
                    self.idle[message.cell] = at
                self._changed.notify_all()
