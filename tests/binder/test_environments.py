"""The notebooks where a reader on Binder meets them: in an environment made from binder/ alone, and with older ones.

It proves the files, not Binder's image: no container is built here.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.binder.conftest import OLDER, Place
from tests.browser.test_chat_panel import button, ended, message, turn
from tests.support.lab import Lab
from tests.support.notebooks import build
from tests.support.server import App, Server

pytestmark = [pytest.mark.binder, pytest.mark.browser, pytest.mark.timeout(1500)]


def _passes(last_line: str) -> bool:
    return " passed" in last_line and "failed" not in last_line and "error" not in last_line


def test_the_start_script_hands_over_to_the_server(binder: Place) -> None:
    pinned = (binder.folder / "binder/requirements.txt").read_text(encoding="utf-8")
    version = binder.run("./binder/start", "jupyter", "lab", "--version").strip().splitlines()[-1]
    assert f"jupyterlab=={version}\n" in pinned


def test_every_notebook_passes_in_the_environment_that_binder_makes(binder: Place) -> None:
    last = binder.compare_notebooks()
    assert _passes(last), last


def test_jupyterlab_opens_the_quickstart_there_and_it_runs(binder: Place, browser: Browser) -> None:
    with Server("lab", python=binder.python) as server:
        with urllib.request.urlopen(f"{server.url}/?token={server.token}", timeout=30) as answer:
            assert answer.url.partition("?")[0].endswith("/lab/tree/notebooks/quickstart.ipynb")
        quickstart = binder.folder / "notebooks/quickstart.ipynb"
        shown = json.loads(quickstart.read_text(encoding="utf-8"))
        with Lab(server, browser).open(quickstart) as page:
            page.run_all()
            page.save()
            assert _errors(page.saved) == _errors(shown), "it shows two errors on purpose"
            assert len(_outputs(page.saved)) == len(_outputs(shown))
            assert page.errors == []
            assert page.outside == []


def test_every_notebook_passes_with_the_older_versions(older: Place) -> None:
    installed = older.run("pip", "freeze").lower().replace("-", "_").splitlines()
    assert {one.replace("-", "_") for one in OLDER} <= set(installed)
    last = older.compare_notebooks()
    assert _passes(last), last


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_panel_works_with_the_older_versions(older: Place, browser: Browser, app: App) -> None:
    cell = 'from minimax_nb.panels import chat_panel\npanel = chat_panel(provider="emulator")\npanel'
    with Server(app, python=older.python) as server, Lab(server, browser).open(build(cell)) as page:
        page.run_all()
        message(page).fill("/emulate delay-ms=5\nTell me about bees.")
        button(page, "Send").click()
        ended(page, 1, "This is the emulator of minimax_nb")
        button(turn(page, 1), "Delete").click()
        page.wait(lambda: not turn(page, 1).count(), "the turn to be gone")
        button(page, "Undo").click()
        ended(page, 1, "This is the emulator of minimax_nb")
        assert page.errors == []
        assert page.outside == []


def _outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for cell in notebook["cells"] if cell["cell_type"] == "code" for output in cell["outputs"]]


def _errors(notebook: dict[str, Any]) -> list[str]:
    return [output["ename"] for output in _outputs(notebook) if output["output_type"] == "error"]
