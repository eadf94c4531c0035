"""``python -m minimax_nb.emulator`` as a user starts and stops it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from minimax_nb.emulator import FAULTS
from minimax_nb.emulator.auth import DEMO_KEYS
from minimax_nb.emulator.faults import KINDS
from minimax_nb.emulator.guide import line_of
from tests.emulator.asking import ANTHROPIC, OPENAI

COMMAND = [sys.executable, "-m", "minimax_nb.emulator"]
KEY = {"authorization": "Bearer test-key-for-nobody"}
BODY = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hello"}]}


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_and_ends_cleanly(ending: signal.Signals) -> None:
    with started("--delay-ms", "0") as (process, line):
        openai, anthropic = re.findall(r"http://127\.0\.0\.1:\d+/\w+", line)
        assert httpx.get(f"{openai}/models", headers=KEY, trust_env=False).json()["object"] == "list"
        message = httpx.post(f"{anthropic}/v1/messages", json=BODY, headers=KEY, trust_env=False).json()
        assert message["type"] == "message"
        process.send_signal(ending)
        rest = process.communicate(timeout=30)
        assert (process.returncode, rest) == (0, ("", ""))


def test_its_faults_and_port_hold_for_every_call() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with started("--port", str(port), "--fault", "1008") as (_, line):
        assert f"127.0.0.1:{port}" in line
        assert httpx.get(f"http://127.0.0.1:{port}/v1/models", trust_env=False).status_code == 401
        answer = httpx.post(f"http://127.0.0.1:{port}{OPENAI}", json=BODY, headers=KEY, trust_env=False)
        assert answer.status_code == 402


def test_it_can_be_told_to_answer_without_a_key() -> None:
    with started("--port", "0", "--keyless") as (_, line):
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found is not None
        assert httpx.get(f"{found[0]}/v1/models", trust_env=False).status_code == 200


def test_a_port_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot listen on 127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    "options", [("--fault", "nothing"), ("--port", "x"), ("--delay-ms", "-5"), ("--port", "70000")]
)
def test_wrong_options_are_told(options: tuple[str, ...]) -> None:
    done = run(*options)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert options[1] in done.stderr


def test_help_explains_every_option_fault_path_and_key() -> None:
    text = run("--help").stdout
    for word in (
        "--port",
        "--host",
        "--fault",
        "--delay-ms",
        "--keyless",
        "bad-key",
        "x-emulator",
        "/emulate",
        "text-json",
    ):
        assert word in text
    for fault in FAULTS.values():
        assert re.search(rf"^  {re.escape(fault.name)} +{re.escape(line_of(fault))}$", text, re.MULTILINE)
    for heading in KINDS.values():
        assert f"\n{heading}:\n" in text
    for key in DEMO_KEYS:
        assert f"\n  {key} " in text
    for path in (OPENAI, ANTHROPIC, "/modelslab/", "/runapi/", "/openrouter/", "/v1/responses/input_tokens"):
        assert path in text
