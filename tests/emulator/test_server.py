"""The loopback server: it really streams, keeps and drops connections as it should, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from minimax_nb.emulator import Asked, Server, handle, serve
from tests.emulator.asking import ANTHROPIC, FACES, MESSAGES, MODELS, OPENAI

KEY = {"authorization": "Bearer test-key-for-nobody"}


def body(prompt: str = "hello", *, stream: bool = True) -> dict[str, object]:
    return {"model": "MiniMax-M3", "messages": [{"role": "user", "content": prompt}], "stream": stream}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers=KEY, timeout=20, trust_env=False) as one:
        yield one


def server_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "emulator" in thread.name or "process_request" in thread.name]


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within a generous while."""
    for _ in range(400):
        if true():
            return True
        time.sleep(0.025)
    return False


# -- streaming -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
def test_pieces_arrive_before_the_last_one_is_sent(client: httpx.Client, path: str) -> None:
    """The reply stalls in its middle for a minute: what is read here was sent before the rest existed."""
    with client.stream("POST", path, json=body("a table\n/emulate fault=stall")) as response:
        seen = b""
        for data in response.iter_raw():
            seen += data
            if seen.count(b"data: ") > 5:
                break
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.headers["content-type"].startswith("text/event-stream")
    assert b"message_stop" not in seen
    assert b"[DONE]" not in seen


def test_each_piece_is_sent_as_a_chunk_of_its_own(server: Server) -> None:
    sent = json.dumps(body("a table")).encode()
    expected = [chunk.data for chunk in handle(Asked("POST", OPENAI, KEY, sent), delay_ms=0).chunks]
    assert chunks_on_the_wire(server, sent) == expected


def chunks_on_the_wire(server: Server, sent: bytes) -> list[bytes]:
    """The chunks of a chunked answer, as they stand between their sizes."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
        head = f"POST {OPENAI} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nconnection: close\r\n"
        connection.sendall(f"{head}content-length: {len(sent)}\r\n\r\n".encode() + sent)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    rest = data.partition(b"\r\n\r\n")[2]
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    assert chunks.pop() == b""
    return chunks


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("stream", [True, False])
def test_the_server_says_what_the_handler_says(client: httpx.Client, path: str, stream: bool) -> None:
    response = client.post(path, json=body("some code", stream=stream))
    answer = handle(Asked("POST", path, KEY, response.request.content), delay_ms=0)
    assert response.status_code == answer.status
    assert response.content == b"".join(chunk.data for chunk in answer.chunks)
    for name, value in answer.headers:
        assert response.headers[name] == value


def test_streams_at_once_do_not_mix(server: Server) -> None:
    texts: dict[int, str] = {}

    def run(number: int) -> None:
        prompt = f"/emulate delay-ms=1,chunk-chars=3,text=reply {number} " + f"{number} " * 40
        with httpx.Client(base_url=server.url, headers=KEY, timeout=30, trust_env=False) as one:
            texts[number] = one.post(ANTHROPIC, json=body(prompt)).text

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, text in texts.items():
        events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
        said = "".join(event.get("delta", {}).get("text", "") for event in events)
        assert said == f"reply {number} " + f"{number} " * 40
    assert len(texts) == 12


# -- connections -----------------------------------------------------------------------------------------------------


def test_a_connection_serves_one_call_after_another(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    sockets = set()
    for stream in (False, True, False):
        connection.request("POST", OPENAI, json.dumps(body(stream=stream)), KEY)
        response = connection.getresponse()
        assert response.status == 200
        assert response.read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    assert None not in sockets
    connection.close()


def test_whole_answers_say_their_length(client: httpx.Client) -> None:
    response = client.post(OPENAI, json=body(stream=False))
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("fault", ["cut", "cut-early"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_cut_is_a_connection_that_drops(client: httpx.Client, path: str, fault: str, stream: bool) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(path, json=body(f"a table\n/emulate fault={fault}", stream=stream))
    assert client.post(path, json=body(stream=stream)).status_code == 200


def test_a_client_that_leaves_ends_its_thread_even_in_a_stall(client: httpx.Client) -> None:
    before = set(server_threads())  # a thread of an earlier connection may still be on its way out
    with client.stream("POST", OPENAI, json=body("/emulate fault=stall")) as response:
        next(response.iter_raw())
    assert eventually(lambda: set(server_threads()) <= before)


def test_closing_ends_stalled_streams_and_idle_connections_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with serve(delay_ms=0) as server, socket.create_connection(("127.0.0.1", server.port), 20) as idle:
        idle.sendall(b"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        with httpx.stream(
            "POST", f"{server.url}{OPENAI}", json=body("/emulate fault=stall"), headers=KEY, timeout=20, trust_env=False
        ) as response:
            pieces = response.iter_raw()
            next(pieces)
            # the listener's and one a connection
            assert eventually(lambda: len(set(threading.enumerate()) - before) == 3)
            server.close()
            with pytest.raises(httpx.TransportError):
                list(pieces)
        assert set(threading.enumerate()) == before
        server.close()  # closing twice does nothing
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/v1/models", trust_env=False)


def test_a_port_can_be_used_again_at_once() -> None:
    with serve(delay_ms=0) as first:
        port = first.port
        assert httpx.get(f"{first.url}/v1/models", headers=KEY, trust_env=False).status_code == 200
    with serve(port, delay_ms=0) as second:
        assert second.port == port


def test_a_port_in_use_is_refused(server: Server) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(server.port)


# -- what it is asked -------------------------------------------------------------------------------------------------


def test_a_call_without_a_key_is_refused_as_the_services_do_unless_the_server_is_told_otherwise(server: Server) -> None:
    assert httpx.get(f"{server.openai_url}/models", trust_env=False).status_code == 401
    assert httpx.get(f"{server.openai_url}/models", headers=KEY, trust_env=False).status_code == 200
    assert httpx.get(f"{server.url}/runapi/v1/models", trust_env=False).status_code == 200
    with serve(need_key=False) as keyless:
        assert httpx.get(f"{keyless.openai_url}/models", trust_env=False).status_code == 200


def test_faults_and_pace_of_the_whole_server() -> None:
    with serve(faults=["2064"]) as server:
        assert httpx.post(f"{server.url}{ANTHROPIC}", json=body(), headers=KEY, trust_env=False).status_code == 529
    with pytest.raises(ValueError, match="no fault named"):
        serve(faults=["nothing"])


def test_an_unknown_path_or_method_is_a_plain_404(client: httpx.Client) -> None:
    for response in (client.get("/nothing"), client.put("/v1/models"), client.delete(OPENAI)):
        assert (response.status_code, response.text) == (404, "404 page not found")
    assert client.head("/nothing").content == b""


@pytest.mark.parametrize(
    ("header", "status"),
    [("transfer-encoding: chunked", 411), ("content-length: x", 400), ("content-length: 99999999999", 413)],
)
def test_bodies_it_does_not_read(server: Server, header: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
        connection.sendall(f"POST {OPENAI} HTTP/1.1\r\nhost: x\r\n{header}\r\n\r\n".encode())
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    assert data.startswith(f"HTTP/1.1 {status} ".encode())


def test_bytes_that_are_no_http_stop_nothing(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    for junk in (
        b"\x16\x03\x01 hello\r\n\r\n",
        b"",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 50\r\n\r\nab",
    ):
        with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
            connection.sendall(junk)
    assert httpx.get(f"{server.openai_url}/models", headers=KEY, trust_env=False).status_code == 200
    assert capfd.readouterr().err == ""


def test_its_repr_says_where_it_is() -> None:
    with serve() as server:
        assert repr(server) == f"<emulator http://127.0.0.1:{server.port} open>"
        assert (server.openai_url, server.anthropic_url) == (f"{server.url}/v1", f"{server.url}/anthropic")
    assert repr(server).endswith("closed>")


# -- the services and their faults over the wire ---------------------------------------------------------------------


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("fault", ["bytes", "cr", "lumps", "error-first", "as-200", "429", "bom", "cut-characters"])
def test_the_server_sends_what_the_handler_says(client: httpx.Client, path: str, fault: str) -> None:
    needed = {"max_tokens": 50} if path in MESSAGES else {}
    asked = {**body("写一个表格"), "model": MODELS[path], **needed}
    headers = {"x-emulator": f"fault={fault}"}
    response = client.post(path, json=asked, headers=headers)
    told = handle(Asked("POST", path, {**KEY, **headers}, response.request.content), delay_ms=0)
    assert response.status_code == told.status
    assert response.content == b"".join(chunk.data for chunk in told.chunks)
    for name, value in told.headers:
        assert response.headers[name] == value


def test_the_guide_is_at_the_root_for_anybody(server: Server) -> None:
    answer = httpx.get(server.url, trust_env=False)
    assert answer.status_code == 200
    assert "error-mid" in answer.text


def test_a_body_of_nothing_is_a_whole_answer(client: httpx.Client) -> None:
    response = client.post(OPENAI, json=body(), headers={"x-emulator": "fault=empty-200"})
    assert (response.status_code, response.headers["content-length"], response.content) == (200, "0", b"")
