"""One browser, and one server a front end, for all tests of this folder; they end with its last test.

They must not live longer: while Playwright runs, ``asyncio.run`` does not work on this thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.support.browser import require_chromium, running_browser
from tests.support.lab import Lab, Theme
from tests.support.server import App, Server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless browser; the test is skipped, or fails where browsers are required, if there is none."""
    with running_browser(require_chromium()) as running:
        yield running


@pytest.fixture(scope="package")
def servers() -> Iterator[Callable[[App], Server]]:
    """The server of JupyterLab or of Notebook 7, started when it is first asked for."""
    running: dict[App, Server] = {}
    with ExitStack() as stack:

        def server(app: App) -> Server:
            if app not in running:
                running[app] = stack.enter_context(Server(app))
            return running[app]

        yield server
        assert [server.refused() for server in running.values() if server.refused()] == []


@pytest.fixture(scope="package")
def lab(browser: Browser, servers: Callable[[App], Server]) -> Callable[..., Lab]:
    """Make a front end: ``lab("notebook", "dark")``."""

    def make(app: App = "lab", theme: Theme = "light") -> Lab:
        return Lab(servers(app), browser, theme)

    return make
