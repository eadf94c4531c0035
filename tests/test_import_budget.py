"""What loading the kit brings with it: next to nothing, and nothing that is not used yet.

Each probe is a fresh interpreter; it counts modules and never seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

HEAVY = {
    *("IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "httpx", "httpcore", "h11", "anyio", "pydantic"),
    *("pydantic_core", "PIL", "numpy", "pandas", "matplotlib", "keyring", "tenacity", "markdown_it", "nh3", "tomllib"),
    *(
        "av",
        "plotly",
        "asyncio",
        "ssl",
        "sqlite3",
        "concurrent.futures.process",
        "email",
        "http.client",
        "urllib.request",
    ),
}
NOT_AT_LOAD = {
    *("httpx", "httpcore", "h11", "pydantic", "pydantic_core", "anywidget", "ipywidgets", "PIL", "numpy", "pandas"),
    *("matplotlib", "keyring", "tenacity", "av", "plotly"),
}
MOST_MODULES_AT_IMPORT = 30
MOST_MODULES_AT_LOAD = 40

PROBE = """
import json, sys
sockets, threads = [], []
sys.addaudithook(lambda event, args: sockets.append(event) if event in {"socket.__new__", "socket.connect"} else None)
%s
before = set(sys.modules)
sockets.clear()
%s
import threading
print("PROBE" + json.dumps({
    "new": sorted(set(sys.modules) - before),
    "sockets": sockets,
    "threads": [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()],
    **globals().get("more", {}),
}))
"""

SHELL = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_cell("1")
"""

LOAD = """
with capture_output() as captured:
    result = shell.run_cell("%load_ext minimax_nb")
result.raise_error()
more = {"printed": captured.stdout + captured.stderr, "shown": len(captured.outputs),
        "magics": sorted(shell.magics_manager.magics["line"]), "cells": sorted(shell.magics_manager.magics["cell"])}
"""


def probe(before: str, then: str) -> dict[str, Any]:
    """Run ``before``, then ``then``, in a fresh Python; what ``then`` added."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE % (before, then)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.partition("PROBE")[2]))


def roots(names: list[str]) -> set[str]:
    """The packages and modules by the names that the lists above use."""
    return {name.split(".")[0] for name in names} | set(names)


@pytest.fixture(scope="module")
def imported() -> dict[str, Any]:
    """What ``import minimax_nb`` adds to a bare interpreter."""
    return probe("", "import minimax_nb")


@pytest.fixture(scope="module")
def loaded() -> dict[str, Any]:
    """What ``%load_ext minimax_nb`` adds to a running IPython."""
    return probe(SHELL, LOAD)


def test_importing_the_package_loads_nothing_heavy(imported: dict[str, Any]) -> None:
    assert sorted(HEAVY & roots(imported["new"])) == []
    assert len(imported["new"]) <= MOST_MODULES_AT_IMPORT, imported["new"]


def test_importing_the_package_opens_nothing_and_starts_nothing(imported: dict[str, Any]) -> None:
    assert imported["sockets"] == []
    assert imported["threads"] == []


def test_loading_the_extension_loads_no_client_and_no_widget(loaded: dict[str, Any]) -> None:
    assert sorted(NOT_AT_LOAD & roots(loaded["new"])) == []
    assert len(loaded["new"]) <= MOST_MODULES_AT_LOAD, loaded["new"]


def test_loading_the_extension_says_nothing_and_opens_no_socket(loaded: dict[str, Any]) -> None:
    assert (loaded["printed"], loaded["shown"]) == ("", 0)
    assert loaded["sockets"] == []


def test_loading_the_extension_brings_the_magics(loaded: dict[str, Any]) -> None:
    named = ["models", "history", "reset", "fix", "config", "doctor"]
    assert {"minimax", *(f"minimax_{name}" for name in named)} <= set(loaded["magics"])
    assert "minimax" in loaded["cells"]


@pytest.mark.parametrize("name", ["MiniMaxError", "Reply", "Usage"])
def test_a_value_is_had_without_a_client(name: str) -> None:
    new = roots(probe("", f"from minimax_nb import {name}")["new"])
    assert sorted(new & {"httpx", "pydantic", "IPython"}) == []


def test_a_notebook_that_shows_nothing_needs_no_ipython() -> None:
    added = probe("", "from minimax_nb import Chat\nassert Chat('MiniMax-M3', provider='emulator').ask('Hello').text")
    assert sorted(roots(added["new"]) & {"IPython", "ipywidgets", "anywidget", "pandas", "matplotlib"}) == []
    assert [event for event in added["sockets"] if event == "socket.connect"] == [], "the emulator is in the process"
