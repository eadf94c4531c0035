"""The network of a test, and of what it starts, ends at this computer."""

from __future__ import annotations

import asyncio
import http.server
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.closed_network import loopback_only
from tests.support.environment import clean_environment

OUTSIDE = "192.0.2.1"  # TEST-NET-1, RFC 5737: belongs to nobody


def test_an_outside_address_is_refused_and_remembered() -> None:
    with socket.socket() as sock, pytest.raises(loopback_only.NetworkClosedError, match="loopback server"):
        sock.connect((OUTSIDE, 80))
    assert loopback_only.attempts == [f"socket.connect '{OUTSIDE}'"]
    loopback_only.attempts.clear()


@pytest.mark.parametrize("name", ["api.minimax.io", "example.com", b"example.org", "127.0.0.1.example.com"])
def test_an_outside_name_is_not_looked_up(name: str | bytes) -> None:
    with pytest.raises(loopback_only.NetworkClosedError):
        socket.getaddrinfo(name, 443)
    loopback_only.attempts.clear()


def test_datagrams_and_asyncio_stay_inside_too() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(loopback_only.NetworkClosedError):
        sock.sendto(b"x", (OUTSIDE, 53))
    with pytest.raises(loopback_only.NetworkClosedError):
        asyncio.run(asyncio.open_connection(OUTSIDE, 80))
    loopback_only.attempts.clear()


def test_a_name_that_can_not_exist_fails_as_it_would_outside() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("no-such-host.invalid", 443)
    assert loopback_only.attempts == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9", "::ffff:127.0.0.1", None, b"localhost"])
def test_loopback_is_loopback(host: str | bytes | None) -> None:
    assert loopback_only.is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "::ffff:8.8.8.8", "minimax.io", "2001:db8::1", "localhost.example.com"])
def test_everything_else_is_not(host: str) -> None:
    assert not loopback_only.is_loopback(host)


def test_a_loopback_server_can_be_reached() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://localhost:{server.server_port}/nothing-here", timeout=10)
    thread.join(10)
    server.server_close()


def test_a_python_that_a_test_starts_is_closed_too(clean_home: Path, tmp_path: Path) -> None:
    log = tmp_path / "attempts"
    code = f"""
import socket
try:
    socket.create_connection(('{OUTSIDE}', 80), 5)
except OSError as error:
    print(type(error).__name__)
"""
    env = clean_environment(clean_home, log=log)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "NetworkClosedError"
    assert OUTSIDE in log.read_text(encoding="utf-8")


def test_keys_proxies_and_settings_of_the_machine_are_gone(clean_home: Path) -> None:
    base = {
        "PATH": "/bin",
        "MINIMAX_API_KEY": "test-key-for-nobody",
        "RUNAPI_TOKEN": "test-key-for-nobody",
        "SOMEONES_API_KEY": "test-key-for-nobody",
        "https_proxy": "http://proxy.example.com",
        "SSL_CERT_FILE": "/nowhere",
        "MINIMAX_NB_PROVIDER": "minimax",
        "MINIMAX_NB_REQUIRE_BROWSER": "1",
    }
    env = clean_environment(clean_home, base)
    assert "test-key-for-nobody" not in env.values()
    assert not {"https_proxy", "SSL_CERT_FILE", "MINIMAX_NB_PROVIDER"} & set(env)
    assert env["MINIMAX_NB_REQUIRE_BROWSER"] == "1"
    assert env["PATH"] == "/bin"
    assert not Path(env["MINIMAX_NB_CONFIG"]).exists()


def test_what_one_test_sets_the_next_does_not_see() -> None:
    assert "SET_BY_A_TEST" not in os.environ
    os.environ["SET_BY_A_TEST"] = "1"
    assert list(Path.cwd().iterdir()) == []
    Path("left-behind.env").touch()


def test_what_one_test_sets_the_next_does_not_see_either() -> None:
    test_what_one_test_sets_the_next_does_not_see()
