"""A file on its way out: never held whole, counted, stoppable at any moment, sent once, given up when stuck."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minimax_nb.catalog import resolve
from minimax_nb.errors import RequestError, TransportError
from minimax_nb.transport import Exchange, Limits, Stop, Stopped, open_exchange
from minimax_nb.transport.upload import PIECE, Outgoing, Paced, open_upload
from minimax_nb.wire.files import encode_list, encode_upload
from tests.transport.servers import Server, Wire, serving

KEY = "test-key-for-nobody"
QUICK = Limits(timeout=5.0, retries=0)
ANSWER = b'{"file":{"file_id":77},"base_resp":{"status_code":0}}'


class Taken:
    """What a server took of an upload: its head, and size and hash of its body, which is not kept."""

    def __init__(self) -> None:
        self.head, self.size, self.first, self.last = "", 0, b"", b""

    def take(self, wire: Wire, most: int | None = None) -> None:
        """Read a request, or its head and ``most`` bytes of its body."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._some(wire)
        head, _, body = data.partition(b"\r\n\r\n")
        self.head = head.decode()
        length = int(self.header("content-length"))
        self.size, self.first, self.last = len(body), body[:400], body
        while self.size < (length if most is None else most):
            body = self._some(wire)
            self.size += len(body)
            self.first = (self.first + body)[:400] if len(self.first) < 400 else self.first
            self.last = (self.last[-200:] + body)[-200:]

    def header(self, name: str) -> str:
        """One header, or ""."""
        lines = (line.partition(": ") for line in self.head.split("\r\n"))
        return next((value for found, _, value in lines if found.lower() == name), "")

    @staticmethod
    def _some(wire: Wire) -> bytes:
        data = wire._recv()
        if not data:
            raise ConnectionError
        return data


def answer(wire: Wire, status: str = "200 OK", body: bytes = ANSWER) -> None:
    wire.send(f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode())
    wire.send(body)


def outgoing(
    url: str,
    source: Path | bytes,
    stop: Stop | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    size: int | None = None,
) -> Outgoing:
    endpoint = resolve(provider="minimax", base_url=f"{url}/v1", face="openai", api_key=KEY)
    if size is None:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    form = encode_upload(endpoint, "clip.mp4", size, "video/mp4")
    return Outgoing(form, source, "clip.mp4", stop or Stop(), on_progress)


def send(sending: Outgoing, limits: Limits = QUICK, stop: Stop | None = None) -> tuple[int, bytes]:
    exchange: Exchange = open_upload(sending, limits, stop or Stop())
    try:
        return exchange.status, b"".join(exchange.chunks())
    finally:
        exchange.close()


@contextlib.contextmanager
def taking(taken: Taken) -> Iterator[Server]:
    def script(wire: Wire) -> None:
        taken.take(wire)
        answer(wire)

    with serving(script) as server:
        yield server


# -- what goes out -----------------------------------------------------------------------------------------------------


def test_the_content_arrives_byte_by_byte_with_its_length_and_not_chunked(tmp_path):
    content = bytes(range(256)) * 2000
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    bodies: list[bytes] = []

    def script(wire: Wire) -> None:
        bodies.append(wire.request())
        answer(wire)

    with serving(script) as server:
        sending = outgoing(server.url, path)
        assert send(sending) == (200, ANSWER)
    head, _, body = bodies[0].partition(b"\r\n\r\n")
    assert body == sending.form.head + content + sending.form.tail
    assert sending.sha256 == hashlib.sha256(content).hexdigest()
    assert head.startswith(b"POST /v1/files/upload HTTP/1.1\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert b"transfer-encoding" not in head.lower()
    assert head.count(KEY.encode()) == 1
    assert KEY.encode() not in body


def test_memory_stays_small_whatever_the_size(tmp_path):
    path = tmp_path / "long.mp4"
    size = 200_000_000
    with path.open("wb") as file:
        file.truncate(size)
    taken = Taken()
    with taking(taken) as server:
        send(outgoing(server.url, b"warm-up"))
        sending = outgoing(server.url, path)
        tracemalloc.start()
        try:
            assert send(sending, Limits(timeout=60.0)) == (200, ANSWER)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert taken.size == int(taken.header("content-length")) == size + len(sending.form.head) + len(sending.form.tail)
    assert taken.first.startswith(sending.form.head)
    assert taken.last.endswith(sending.form.tail)
    assert peak < 4_000_000, f"{peak:,} bytes at most, both sides together"


def test_progress_begins_at_nothing_and_ends_at_all():
    told: list[tuple[int, int]] = []
    content = b"x" * (3 * PIECE + 5)
    with taking(Taken()) as server:
        send(outgoing(server.url, content, on_progress=lambda sent, total: told.append((sent, total))))
    assert told[0] == (0, len(content))
    assert told[-1] == (len(content), len(content))
    assert told == sorted(told)


def test_progress_is_told_at_most_twenty_times_a_second():
    now, told = [0.0], []
    paced = Paced(lambda sent, total: told.append(sent), clock=lambda: now[0])
    for sent in range(10_001):
        now[0] = sent / 1000  # a thousand pieces a second, for ten seconds
        paced(sent, 10_000)
    assert len(told) <= 201
    assert (told[0], told[-1]) == (0, 10_000)
    Paced(None)(1, 2)


def test_an_idle_line_is_left_to_other_calls():
    taken = Taken()
    lines: list[str] = []

    def script(wire: Wire) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                taken.take(wire) if lines else lines.append(wire.request().decode())
                answer(wire)

    with serving(script) as server:
        endpoint = resolve(provider="minimax", base_url=f"{server.url}/v1", api_key=KEY)
        exchange = open_exchange(encode_list(endpoint), QUICK, Stop())
        assert b"".join(exchange.chunks()) == ANSWER
        exchange.close()
        assert send(outgoing(server.url, b"content")) == (200, ANSWER)
        assert server.connections == 2
    assert lines[0].startswith("GET /v1/files/list")


def test_the_emulator_in_the_process_takes_it_as_well(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a video of the process's own")
    endpoint = resolve(provider="emulator")
    told: list[int] = []
    form = encode_upload(endpoint, "clip.mp4", path.stat().st_size, "video/mp4")
    sending = Outgoing(form, path, "clip.mp4", Stop(), lambda sent, _total: told.append(sent))
    status, body = send(sending)
    assert status == 200
    file = json.loads(body)["file"]
    assert (file["bytes"], file["filename"]) == (path.stat().st_size, "clip.mp4")
    assert told[-1] == path.stat().st_size


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_a_stop_wakes_an_upload_that_the_other_side_does_not_take():
    stop, stuck = Stop(), threading.Event()

    def script(wire: Wire) -> None:
        Taken().take(wire, most=1)
        stuck.set()
        wire.closing.wait(30)

    with serving(script) as server:
        threading.Thread(target=lambda: (stuck.wait(30), stop.set()), daemon=True).start()
        with pytest.raises(Stopped):
            send(outgoing(server.url, b"x" * 50_000_000, stop), Limits(timeout=60.0), stop)


def test_a_stop_wakes_an_upload_whose_answer_does_not_come():
    stop = Stop()

    def script(wire: Wire) -> None:
        Taken().take(wire)
        stop.set()
        wire.hang_until_client_leaves()

    with serving(script) as server:
        with pytest.raises(Stopped):
            send(outgoing(server.url, b"x" * 100_000, stop), Limits(timeout=60.0), stop)
        assert server.left.wait(5)


@pytest.mark.parametrize("local", [True, False])
def test_a_stop_between_two_pieces_ends_the_reading(tmp_path, local):
    stop, told = Stop(), []
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x" * (20 * PIECE))

    def progress(sent: int, _total: int) -> None:
        told.append(sent)
        stop.set()

    with taking(Taken()) as server:
        sending = outgoing(server.url, path, stop, progress)
        if local:
            endpoint = resolve(provider="emulator")
            sending = Outgoing(encode_upload(endpoint, "a.mp4", 20 * PIECE), path, "a.mp4", stop, progress)
        with pytest.raises(Stopped):
            send(sending, QUICK, stop)
    assert told == [0]


def test_a_service_that_takes_nothing_is_given_up():
    def script(wire: Wire) -> None:
        Taken().take(wire, most=1)
        wire.closing.wait(30)

    with serving(script) as server, pytest.raises(TransportError, match="did not take the request in time"):
        send(outgoing(server.url, b"x" * 50_000_000), Limits(timeout=0.3))


def test_a_service_that_refuses_before_it_has_all_is_heard():
    def script(wire: Wire) -> None:
        taken = Taken()
        taken.take(wire, most=1)
        answer(wire, "413 Content Too Large", b'{"message":"too large"}')
        with contextlib.suppress(ConnectionError):
            while True:
                taken._some(wire)

    with serving(script) as server:
        assert send(outgoing(server.url, b"x" * 20_000_000)) == (413, b'{"message":"too large"}')


def test_a_line_that_is_cut_meanwhile_is_a_transport_error_and_not_used_again():
    def script(wire: Wire) -> None:
        Taken().take(wire, most=1_000_000)
        wire.reset()

    with serving(script) as server:
        sending = outgoing(server.url, b"x" * 20_000_000)
        with pytest.raises(TransportError, match="cut off"):
            send(sending)
        assert sending.begun
        assert server.connections == 1


def test_nothing_has_begun_where_nobody_listens():
    with serving(lambda wire: None) as server:
        url = server.url
    sending = outgoing(url, b"content")
    with pytest.raises(TransportError, match="Could not reach"):
        send(sending)
    assert not sending.begun


@pytest.mark.parametrize("change", [-1, +1])
def test_a_file_that_changes_its_length_meanwhile_is_refused(tmp_path, change):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x" * (5 * PIECE))

    def progress(sent: int, _total: int) -> None:
        if sent == 0:
            with path.open("r+b") as file:
                file.truncate(5 * PIECE + change)

    def script(wire: Wire) -> None:
        with contextlib.suppress(ConnectionError):
            Taken().take(wire)
            answer(wire)

    with serving(script) as server:
        sending = outgoing(server.url, path, on_progress=progress)
        with pytest.raises(RequestError, match=r"clip\.mp4 was changed while it was uploaded"):
            send(sending)
    assert sending.sha256 == ""


def test_a_file_that_is_gone_is_named(tmp_path):
    with serving(lambda wire: None) as server, pytest.raises(RequestError, match=r"gone\.mp4"):
        send(outgoing(server.url, tmp_path / "gone.mp4", size=5))


def test_the_file_is_closed_however_it_ends(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x" * 20_000_000)

    def script(wire: Wire) -> None:
        Taken().take(wire, most=1)
        wire.reset()

    with serving(script) as server, pytest.raises(TransportError):
        send(outgoing(server.url, path))
    opened = Path("/proc/self/fd")
    if opened.exists():
        targets = []
        for number in opened.iterdir():
            with contextlib.suppress(OSError):
                targets.append(str(number.readlink()))
        assert str(path) not in targets
