"""Which browser the tests drive, and what it may do."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.environment import CHROMIUM, REQUIRE_BROWSER

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge", "msedge")
_PLACES = (
    "/usr/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "C:/Program Files/Microsoft/Edge/Application/msedge.exe",
)
NOT_LOOPBACK = re.compile(r"^(https?|wss?)://(?!(127\.0\.0\.1|localhost|\[::1\])[:/])")
"""What a page may not ask for."""

PATIENCE_MS = 30_000
"""How long a test waits for what it expects on a page: two cores may have other tests to run meanwhile."""


def chromium() -> str | None:
    """The path of a Chromium, Chrome or Edge, or None; the environment variable goes first."""
    named = os.environ.get(CHROMIUM)
    if named:
        return named if Path(named).exists() else None
    found = [place for place in _PLACES if Path(place).exists()]
    found += [path for command in _COMMANDS if (path := shutil.which(command))]
    return found[0] if found else None


def require_chromium() -> str:
    """The path of a browser; where there is none, the test is skipped, or fails if browsers are required."""
    path = chromium()
    if path is None:
        why = f"no Chromium, Chrome or Edge was found; install one or name it in {CHROMIUM}"
        if os.environ.get(REQUIRE_BROWSER) == "1":
            pytest.fail(f"{why} ({REQUIRE_BROWSER}=1)", pytrace=False)
        pytest.skip(why)
    return path


@contextmanager
def running_browser(path: str) -> Iterator[Browser]:
    """A headless browser without a way out of this computer.

    While it runs, this thread has an event loop of Playwright's, so ``asyncio.run`` does not work in it.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--disable-dev-shm-usage",  # containers have a small one
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()
