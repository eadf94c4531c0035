"""A loopback server around the pure handler, for every program that speaks HTTP.

It adds what the handler leaves out: sockets, waiting, chunked transfer and dropped connections. Each connection has a
thread of its own; all of them end when the server is closed, those in the middle of a long pause too.
"""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from minimax_nb.emulator.controls import check_faults
from minimax_nb.emulator.handler import handle
from minimax_nb.emulator.seam import Answer, Asked
from minimax_nb.emulator.store import Store

_PEEK_S = 0.1
_MOST_BODY = 80 * 1024 * 1024  # more than the services take, so that their own refusal can be seen
_MOST_UPLOAD = 520_000_000
_UPLOADS = ("/v1/files/upload", "/cn/v1/files/upload")


class _Listener(ThreadingHTTPServer):
    """The listening socket, the open connections and the threads behind them, and the files that were uploaded."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], delay_ms: float | None, faults: tuple[str, ...], *, need_key: bool
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.delay_ms = delay_ms
        self.faults = faults
        self.need_key = need_key
        self.store = Store()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.busy: dict[threading.Thread, socket.socket] = {}
        super().__init__(address, _Connection)

    def server_bind(self) -> None:
        """Bind without looking the host's name up, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def drop_all(self) -> list[threading.Thread]:
        """Shut every connection; the threads that end because of it."""
        with self.lock:
            busy = dict(self.busy)
        for connection in busy.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return list(busy)


class _Connection(BaseHTTPRequestHandler):
    """One connection: requests in, answers out, at the script's pace."""

    protocol_version = "HTTP/1.1"
    server_version = "minimax_nb-emulator"
    sys_version = ""
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.busy[threading.current_thread()] = self.connection

    def finish(self) -> None:
        with self.server.lock:
            self.server.busy.pop(threading.current_thread(), None)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Stay quiet."""

    def do_GET(self) -> None:
        """Answer any request."""
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        listener = self.server
        answer = handle(
            asked,
            delay_ms=listener.delay_ms,
            faults=listener.faults,
            need_key=listener.need_key,
            store=listener.store,
        )
        streamed = answer.cut or answer.content_type.startswith("text/event-stream")
        if streamed:
            self._stream(answer)
        else:
            self._send_whole(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def _body(self) -> bytes | None:
        """The request's body, or None if it was turned away unread."""
        length = self.headers.get("content-length", "0")
        status = 0
        if self.headers.get("transfer-encoding"):
            status = 411
        elif not length.isdigit():
            status = 400
        elif int(length) > (_MOST_UPLOAD if self.path.startswith(_UPLOADS) else _MOST_BODY):
            status = 413
        if not status:
            return self.rfile.read(int(length))
        self.close_connection = True
        self.send_error(status)
        return None

    def _begin(self, answer: Answer, *extra: tuple[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in (*answer.headers, *extra):
            self.send_header(name, value)
        self.end_headers()

    def _send_whole(self, answer: Answer) -> None:
        pieces: list[bytes] = []
        for chunk in answer.chunks:
            if not self._wait(chunk.after_s):
                return
            pieces.append(chunk.data)
        body = b"".join(pieces)
        self._begin(answer, ("Content-Length", str(len(body))))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, answer: Answer) -> None:
        self._begin(answer, ("Transfer-Encoding", "chunked"))
        if self.command == "HEAD":
            return
        for chunk in answer.chunks:
            if not self._wait(chunk.after_s):
                return
            if chunk.data:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk.data), chunk.data))
        if answer.cut:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _wait(self, seconds: float) -> bool:
        """Wait; False, and no more to be sent, when the client went away or the server closes."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if self.server.closing.wait(min(left, _PEEK_S)) or (left > _PEEK_S and self._gone()):
                self.close_connection = True
                return False
        return True

    def _gone(self) -> bool:
        """Whether the client has hung up."""
        try:
            ready, _, _ = select.select([self.connection], [], [], 0)
            return bool(ready) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True


class Server:
    """A running emulator. Use it in a ``with`` block, or call :meth:`close`.

    Attributes:
        port: The port it listens on.
        url: Its address, without a path.
        openai_url: Base URL for programs that speak MiniMax's OpenAI-compatible protocol.
        anthropic_url: Base URL for programs that speak its Anthropic-compatible one.
    """

    def __init__(self, host: str, port: int, delay_ms: float | None, faults: Sequence[str], *, need_key: bool) -> None:
        self._listener = _Listener((host, port), delay_ms, check_faults(faults), need_key=need_key)
        self.port: int = self._listener.server_port
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        self.openai_url = f"{self.url}/v1"
        self.anthropic_url = f"{self.url}/anthropic"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name=f"minimax_nb emulator {self.port}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening, drop what is open and wait for its threads. Calling it again does nothing."""
        listener = self._listener
        if listener.closing.is_set():
            return
        listener.closing.set()
        listener.shutdown()
        listener.server_close()
        self._thread.join(5)
        for thread in listener.drop_all():
            thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._listener.closing.is_set() else "open"
        return f"<emulator {self.url} {state}>"


def serve(
    port: int = 0,
    host: str = "127.0.0.1",
    delay_ms: float | None = None,
    faults: Sequence[str] = (),
    *,
    need_key: bool = True,
) -> Server:
    """Start the emulator as a server; it runs in threads of its own until it is closed.

    Args:
        port: Where to listen; 0 takes any free port.
        host: The address to listen on; other machines reach only what is not a loopback address.
        delay_ms: Milliseconds between two pieces of a reply; None is the usual 12, 0 takes all ordinary waits away.
        faults: Faults by name, for every call (``minimax_nb.emulator.FAULTS`` lists them).
        need_key: Refuse calls without a key, as the services do; any key will do, but ``bad-key`` is always refused.

    Raises:
        OSError: The port is taken or the host is none of this machine's.
        ValueError: A fault is not known.
    """
    return Server(host, port, delay_ms, faults, need_key=need_key)
