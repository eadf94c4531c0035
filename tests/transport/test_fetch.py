"""What stands at an address is downloaded within limits, without a key, and whatever fails is said in a sentence."""

from __future__ import annotations

import pytest

from minimax_nb.errors import RequestError, TransportError
from minimax_nb.transport import Limits, fetch_bytes
from tests.transport.servers import Wire, serving

LIMITS = Limits(timeout=5)


def answering(*heads: str, body: bytes = b"", connection: str = "close"):
    """A script that gives the same answer to every request."""

    def script(wire: Wire) -> None:
        if wire.request():
            lines = "\r\n".join([*heads, f"connection: {connection}"])
            wire.send(f"HTTP/1.1 {lines}\r\n\r\n".encode() + body)

    return script


def test_the_content_comes_whole_with_or_without_its_length():
    data = bytes(range(256)) * 4000
    for heads in (("200 OK", f"content-length: {len(data)}"), ("200 OK",)):
        with serving(answering(*heads, body=data)) as server:
            assert fetch_bytes(f"{server.url}/a b.png#part", LIMITS) == data


def test_more_than_is_wanted_is_refused_before_or_while_it_comes():
    for heads, sent in ((("200 OK", "content-length: 5000000000"), b""), (("200 OK",), b"x" * 70_000)):
        with (
            serving(answering(*heads, body=sent)) as server,
            pytest.raises(RequestError, match="more than 65,536 bytes"),
        ):
            fetch_bytes(server.url, LIMITS, 65_536)
    with serving(answering("200 OK", "content-length: 3", body=b"abc")) as server:
        assert fetch_bytes(server.url, LIMITS, 3) == b"abc"


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://h/x", "emulator:/v1", "http://", "http://[x", "/a"])
def test_other_addresses_are_refused_and_so_is_being_led_to_one(address):
    with pytest.raises(RequestError, match="no http address"):
        fetch_bytes(address, LIMITS)
    if ":/" in address and "x" in address[4:]:
        with (
            serving(answering("302 Found", f"location: {address}", "content-length: 0")) as server,
            pytest.raises(RequestError, match="no http address"),
        ):
            fetch_bytes(server.url, LIMITS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_five_times_and_no_more(status):
    steps: list[int] = []

    def script(wire: Wire) -> None:
        number = int(wire.request().split()[1][1:])
        steps.append(number)
        if number == 0:
            wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
        else:
            head = f"HTTP/1.1 {status} X\r\nlocation: {number - 1}\r\ncontent-length: 0\r\nconnection: close"
            wire.send(f"{head}\r\n\r\n".encode())

    with serving(script) as server:
        assert fetch_bytes(f"{server.url}/5", LIMITS) == b"hi"
        assert steps == [5, 4, 3, 2, 1, 0]
        with pytest.raises(RequestError, match="more than 5 times"):
            fetch_bytes(f"{server.url}/6", LIMITS)


@pytest.mark.parametrize("status", ["403 Forbidden", "500 Internal Server Error", "304 Not Modified", "302 Found"])
def test_any_other_status_is_told_with_its_words(status):
    number = status.split()[0]
    with serving(answering(status, "content-length: 0")) as server, pytest.raises(RequestError) as caught:
        fetch_bytes(f"{server.url}/cat.png?signature=abc", LIMITS)
    assert f"answered {number}" in str(caught.value)
    assert "/cat.png cannot be downloaded" in str(caught.value)
    assert "abc" not in str(caught.value)


def test_nobody_there_silence_and_a_cut_are_told_apart():
    with pytest.raises(TransportError, match="Could not reach"):
        fetch_bytes("http://127.0.0.1:9/cat.png", LIMITS)
    silent = serving(lambda wire: (wire.request(), wire.hang_until_client_leaves())[1])
    with silent as server, pytest.raises(TransportError, match="was silent"):
        fetch_bytes(server.url, Limits(timeout=0.2, exact=True))
    cut = serving(answering("200 OK", "content-length: 9", body=b"abc"))
    with cut as server, pytest.raises(TransportError, match="cut off"):
        fetch_bytes(server.url, LIMITS)


def test_a_password_in_an_address_is_not_shown():
    with serving(answering("404 Not Found", "content-length: 0")) as server, pytest.raises(RequestError) as caught:
        fetch_bytes(server.url.replace("//", "//ada:hush@") + "/x.png", LIMITS)
    assert "hush" not in str(caught.value)
