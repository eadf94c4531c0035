"""Python in its strictest mode has nothing to say about a program whose calls fail: nothing is left unclosed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import asyncio
from minimax_nb import Chat, MiniMaxError
from tests.transport.misbehaviours import BROKEN, ENDLESS
from tests.transport.servers import serving

CASES = (*BROKEN, *(case for case in ENDLESS if "flood" not in case.name))

def chat_at(server, case):
    url = server.url.replace("http://", "https://") if case.https else server.url
    return Chat("m", provider="local", base_url=url, face="anthropic", retries=0, timeout=0.1)

def blocking(case):
    with serving(case.script) as server:
        chat = chat_at(server, case)
        try:
            chat.ask("hello")
        except MiniMaxError:
            return 1
    return 0

async def waiting(case):
    with serving(case.script) as server:
        chat = chat_at(server, case)
        try:
            await chat.ask_async("hello")
        except MiniMaxError:
            return 1
    return 0

async def all_of_them():
    asyncio.get_running_loop().slow_callback_duration = 60  # how long a step takes is the machine's affair
    return sum([await waiting(case) for case in CASES])

print(sum(blocking(case) for case in CASES), asyncio.run(all_of_them()), len(CASES))
"""


@pytest.mark.parametrize("more", [[], ["-X", "dev"]], ids=["plain", "dev"])
def test_failing_calls_leave_no_warning(more, clean_env, tmp_path):
    path = os.pathsep.join(filter(None, (str(ROOT), clean_env.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, *more, "-W", "error", "-c", PROGRAM],
        check=False,
        cwd=tmp_path,
        env={**clean_env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    failed, failed_waiting, cases = map(int, done.stdout.split())
    assert failed == failed_waiting == cases
