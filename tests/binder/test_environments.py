"""The notebooks where a reader on Binder meets them: in an environment made from binder/ alone, and with older ones.

It proves the files, not Binder's image: no container is built here.
"""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.binder.conftest import OLDER, Place
from tests.browser.test_quickstart import RECEIPT
from tests.support.lab import Lab, Page
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
        with Lab(server, browser).open(binder.folder / "notebooks/quickstart.ipynb") as page:
            page.run_all()
            assert [output["ename"] for output in _outputs(page) if output["output_type"] == "error"] == []
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
        page.view.get_by_role("textbox", name="Message").fill("/emulate delay-ms=5\nTell me about bees.")
        page.view.get_by_role("button", name="Send").click()
        page.wait(lambda: RECEIPT in page.text(0), "the receipt of the reply", 60)
        page.view.get_by_role("button", name="Regenerate").first.click()
        page.view.get_by_role("button", name="Send").wait_for()
        page.view.get_by_role("button", name="Delete").first.click()
        page.wait(lambda: RECEIPT not in page.text(0), "the turn to be gone", 30)
        assert page.errors == []
        assert page.outside == []


def _outputs(page: Page) -> list[dict[str, Any]]:
    return [output for cell in page.saved["cells"] if cell["cell_type"] == "code" for output in cell["outputs"]]
