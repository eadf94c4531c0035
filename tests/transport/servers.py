"""Small raw servers on loopback: what a client meets when the other side misbehaves."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator


class Wire:
    """One connection as the server's script sees it."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection, self.closing = connection, closing

    def request(self) -> bytes:
        """Read one request, body included; b"" when the client has hung up."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._recv()
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self._recv()
        return head + b"\r\n\r\n" + body

    def _recv(self) -> bytes:
        try:
            return self._connection.recv(65536)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def head(self, status: str = "200 OK", kind: str = "text/event-stream", extra: str = "") -> None:
        self.send(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n{extra}\r\n".encode())

    def chunk(self, data: bytes) -> None:
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        self.send(b"0\r\n\r\n")

    def reset(self) -> None:
        """Reset the connection rather than end it."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def hang_until_client_leaves(self) -> None:
        """Say nothing until the client closes its side (or the test ends)."""
        self._connection.settimeout(0.05)
        while not self.closing.is_set():
            try:
                if not self._connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return


class Server:
    """Runs ``script`` for each connection; counts connections and requests' bytes."""

    def __init__(self, script: Callable[[Wire], None]) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.left = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._script(Wire(connection, self._closing))
        self.left.set()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def serving(script: Callable[[Wire], None]) -> Iterator[Server]:
    server = Server(script)
    try:
        yield server
    finally:
        server.close()


def anthropic_frames(*texts: str, end: bool = True) -> list[bytes]:
    """A small Anthropic-compatible stream, one frame a list item."""
    import json

    def frame(kind: str, **fields: object) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    frames = [
        frame(
            "message_start",
            message={
                "id": "0" * 32, "type": "message", "role": "assistant", "content": [], "model": "served-model",
                "stop_reason": None, "usage": {"input_tokens": 0, "output_tokens": 0},
            },
        ),
        frame("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(frame("content_block_delta", index=0, delta={"type": "text_delta", "text": text}) for text in texts),
    ]  # fmt: skip
    if end:
        frames += [
            frame("content_block_stop", index=0),
            frame("message_delta", delta={"stop_reason": "end_turn"}, usage={"input_tokens": 7, "output_tokens": 3}),
            frame("message_stop"),
        ]
    return frames
