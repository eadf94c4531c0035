"""A loopback server that sends baked replies as fast as asked: the other side of every measurement.

Run as ``python -m tests.bench.load_server`` it prints its port and serves until its standard input closes. What is
sent is said by the first part of the path, so that any client can ask for it by its base URL alone::

    http://127.0.0.1:PORT/deltas=10000,gap=0/v1/chat/completions
    http://127.0.0.1:PORT/deltas=300,gap=10,text=rich,stall=150:2.5,id=a/v1/messages

``gap`` is in milliseconds from one delta to the next (0: everything at once); ``stall=150:2.5`` waits 2.5 s before
delta 150; ``GET /times/ID`` gives the moments (``time.monotonic``, seconds) at which the first delta, the one before
the stall, and the last one were handed to the system.
"""

from __future__ import annotations

import json
import socketserver
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.request import urlopen

from tests.bench.bodies import Body, body
from tests.support.environment import ROOT

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_END = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Order:
    """What a path asks for.

    Attributes:
        face: "openai" or "anthropic".
        deltas: How many.
        gap: Seconds from one to the next.
        text: "plain" or "rich".
        stall: Index of the delta to wait before, and seconds to wait, or None.
        id: Where the times are kept.
    """

    face: str
    deltas: int
    gap: float = 0.0
    text: str = "plain"
    stall: tuple[int, float] | None = None
    id: str = ""

    @classmethod
    def read(cls, path: str) -> Self:
        """The order in a request's path."""
        words = dict(word.split("=", 1) for word in path.split("/")[1].split(",") if "=" in word)
        stall = words["stall"].split(":") if "stall" in words else None
        return cls(
            face="anthropic" if path.endswith("/messages") else "openai",
            deltas=int(words["deltas"]),
            gap=float(words.get("gap", 0)) / 1000,
            text=words.get("text", "plain"),
            stall=(int(stall[0]), float(stall[1])) if stall else None,
            id=words.get("id", ""),
        )


class _Handler(socketserver.StreamRequestHandler):
    """One connection, kept open for as many requests as the client likes."""

    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline().decode("latin-1").split():
            length = 0
            while (header := self.rfile.readline()).strip():
                name, _, value = header.decode("latin-1").partition(":")
                length = int(value) if name.lower() == "content-length" else length
            self.rfile.read(length)
            try:
                self.answer(line[1])
            except (BrokenPipeError, ConnectionResetError):
                return

    def answer(self, path: str) -> None:
        if path.startswith("/times/"):
            found = json.dumps(self.server.times.get(path.removeprefix("/times/"), {})).encode()
            self.request.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(found), found))
            return
        order = Order.read(path)
        self.server.times[order.id] = self.send(body(order.face, order.text, order.deltas), order)

    def send(self, baked: Body, order: Order) -> dict[str, float]:
        """Send an answer; when its first, its last and the delta before the stall left."""
        if not order.gap and not order.stall:
            whole = _HEAD + baked.head + b"".join(baked.deltas) + baked.tail + _END
            now = time.monotonic()
            self.request.sendall(whole)
            return {"first": now, "last": time.monotonic()}
        times: dict[str, float] = {}
        self.request.sendall(_HEAD + baked.head)
        due = time.monotonic()
        for index, delta in enumerate(baked.deltas):
            due += order.gap
            if order.stall and index == order.stall[0]:
                times["stall"] = times["last"]
                due += order.stall[1]
            time.sleep(max(0.0, due - time.monotonic()))
            times["last"] = time.monotonic()
            times.setdefault("first", times["last"])
            self.request.sendall(delta)
        self.request.sendall(baked.tail + _END)
        return times


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.times: dict[str, dict[str, float]] = {}


@dataclass
class LoadServer:
    """The server in a process of its own, for the side that measures."""

    _process: subprocess.Popen[str] = field(init=False)
    port: int = field(init=False, default=0)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def url(self, face: str, **order: object) -> str:
        """The base URL under which a client of this protocol gets that order."""
        words = ",".join(f"{name}={value}" for name, value in order.items())
        return f"http://127.0.0.1:{self.port}/{words}" + ("/v1" if face == "openai" else "")

    def times(self, identity: str) -> dict[str, float]:
        """When the deltas of the last answer with that id left."""
        with urlopen(f"http://127.0.0.1:{self.port}/times/{identity}", timeout=10) as answer:
            return dict(json.load(answer))


def serve() -> None:
    """Print the port and serve until standard input closes."""
    sys.setswitchinterval(0.001)
    with _Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    serve()
