"""Real front ends, driven as a reader drives them: JupyterLab 4 and Notebook 7 in headless Chromium.

::

    with Server("lab") as server, running_browser(require_chromium()) as browser:
        lab = Lab(server, browser, theme="dark")
        with lab.open(Path("notebooks/quickstart.ipynb")) as page:
            page.run_all()
            page.text(2)            # the text a reader sees under the third cell
            page.screenshot("quickstart-dark")
            page.save()
            page.saved              # the notebook as it lies on the disk
            page.errors             # what the browser's console complained of
            page.outside            # requests that would have left this computer
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Route

from tests.support.browser import NOT_LOOPBACK
from tests.support.environment import SHOTS
from tests.support.server import App, Server

Theme = Literal["light", "dark"]

KNOWN_COMPLAINTS: dict[App, tuple[str, ...]] = {
    "lab": (),
    "notebook": ("Cannot read properties of undefined (reading 'schema')",),  # Notebook 7.6 itself, at every start
}
_PATHS: dict[App, str] = {"lab": "lab/tree", "notebook": "notebooks"}


@cache
def _own_folder() -> str:
    """A folder for this run's screenshots that nobody else has."""
    return tempfile.mkdtemp(prefix="minimax-nb-shots-")


class Lab:
    """One front end in one theme.

    Args:
        server: A running server, of JupyterLab or of Notebook 7.
        browser: A running browser.
        theme: "light" or "dark".
    """

    def __init__(self, server: Server, browser: Browser, theme: Theme = "light") -> None:
        self.server = server
        self.browser = browser
        self.app = server.app
        self.theme = theme

    def open(self, notebook: Path | Mapping[str, Any], name: str | None = None, **context: Any) -> Page:
        """Open a copy of a notebook in a page of its own and wait until its kernel is ready.

        Args:
            notebook: A file, or the notebook's JSON value.
            name: Its name in the server's folder.
            context: Options for the browser's context (``viewport``, ...).
        """
        self.server.theme(self.theme)
        return Page(self, self.server.put(notebook, name), context)


class Page:
    """A notebook open in a front end. Cells are counted from 0, Markdown cells included.

    Attributes:
        view: Playwright's page, for what this class does not do.
        errors: Console errors and uncaught exceptions, but for the front end's own known ones.
        outside: Addresses outside of this computer that the page asked for (each was refused).
    """

    def __init__(self, lab: Lab, path: str, context: Mapping[str, Any]) -> None:
        self.lab = lab
        self.path = path
        self.errors: list[str] = []
        self.outside: list[str] = []
        self._context = lab.browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **context})
        self._context.route(NOT_LOOPBACK, self._refuse)
        self.view = self._context.new_page()
        self.view.on("console", self._console)
        self.view.on("pageerror", lambda error: self._complain(str(error)))
        self.load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()
        self.lab.server.end_sessions()

    # -- where it stands ---------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Open the notebook, or open it again as after the browser's reload button."""
        server = self.lab.server
        reset = "reset&" if self.lab.app == "lab" else ""
        self.view.goto(f"{server.url}/{_PATHS[self.lab.app]}/{self.path}?{reset}token={server.token}")
        self.view.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)
        # The page's own indicator says "idle" before there is a kernel, so the server is asked.
        self.wait(self._kernel_is_ready, "a kernel that is connected and idle", 90)

    def cell(self, index: int) -> Locator:
        """A cell's element."""
        return self.view.locator(".jp-Notebook .jp-Cell").nth(index)

    def outputs(self, index: int) -> Locator:
        """The element that holds the outputs of a code cell."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def text(self, index: int) -> str:
        """The text a reader sees under a code cell now: what is folded away is not seen."""
        area = self.outputs(index)
        return area.inner_text().strip() if area.count() else ""

    def count(self, index: int) -> int:
        """How many outputs a code cell shows."""
        return self.outputs(index).locator(".jp-OutputArea-child").count()

    def prompt(self, index: int) -> str:
        """What stands before a code cell: "[ ]:", "[*]:" or "[1]:"."""
        return self.cell(index).locator(".jp-InputArea-prompt").inner_text().strip()

    @property
    def saved(self) -> dict[str, Any]:
        """The notebook as it lies on the disk."""
        return self.lab.server.read(self.path)

    # -- what a reader does ------------------------------------------------------------------------------------------

    def menu(self, *entries: str) -> None:
        """Click through the menu bar: ``menu("Run", "Run All Cells")``."""
        self.view.get_by_role("menubar").get_by_text(entries[0], exact=True).first.click()
        for entry in entries[1:]:
            self.view.locator(".lm-Menu").get_by_text(entry, exact=True).first.click()

    def run_all(self, timeout: float = 120, *, wait: bool = True, presses: Sequence[str] = ()) -> None:
        """Run All Cells, and wait until the kernel has done them or an error has stopped them.

        ``presses`` are the buttons that the cells put up on their way, by name, each pressed as it appears.
        """
        before = self._prompts(None)
        self.menu("Run", "Run All Cells")
        for name in presses:
            self.view.get_by_role("button", name=name).click(timeout=timeout * 1000)
        if wait:
            self.wait_done(timeout, before=before)

    def run_cell(self, index: int, timeout: float = 120, *, wait: bool = True) -> None:
        """Put the cursor into a cell and run it with Control-Enter."""
        before = self._prompts([index])
        self.cell(index).locator(".cm-content").click()
        self.view.keyboard.press("Control+Enter")
        if wait:
            self.wait_done(timeout, cells=[index], before=before)

    def type_into(self, index: int, text: str) -> None:
        """Replace a cell's text by typing."""
        self.cell(index).locator(".cm-content").click()
        self.view.keyboard.press("Control+a")
        self.view.keyboard.insert_text(text)

    def interrupt(self) -> float:
        """Kernel, Interrupt Kernel; when it was clicked, in seconds of ``time.monotonic``."""
        self.menu("Kernel", "Interrupt Kernel")
        return time.monotonic()

    def save(self) -> dict[str, Any]:
        """Control-S, and wait until the file holds what the page shows; the saved notebook."""
        file = self.lab.server.work / self.path
        before = file.stat().st_mtime_ns
        self.view.keyboard.press("Control+s")
        self.wait(lambda: file.stat().st_mtime_ns != before, "the notebook saved", 30)
        return self.saved

    def screenshot(self, name: str, *, of: Locator | None = None) -> Path:
        """A picture of the page, or of one element, in the folder for screenshots; its path."""
        folder = Path(os.environ.get(SHOTS) or _own_folder())
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        if of is not None:
            of.scroll_into_view_if_needed()
            of.screenshot(path=path)
        else:
            self.view.screenshot(path=path)
        return path

    # -- waiting -----------------------------------------------------------------------------------------------------

    def wait(self, met: Callable[[], object], what: str, timeout: float = 30) -> None:
        """Wait until ``met()`` is true; ``what`` names it if it never is."""
        until = time.monotonic() + timeout
        while not met():
            if time.monotonic() > until:
                where = self.screenshot(f"waited-in-vain-{self.lab.app}")
                raise TimeoutError(f"Waited {timeout} s for {what}; the page is shown in {where}.")
            self.view.wait_for_timeout(50)

    def wait_done(self, timeout: float = 120, cells: list[int] | None = None, before: list[str] | None = None) -> None:
        """Wait until these cells (every code cell by default) have run, or nothing has gone on for two seconds.

        ``before`` are their prompts before they were run again.
        """
        state = {"since": time.monotonic()}

        def done() -> bool:
            prompts = self._prompts(cells)
            busy = any("*" in prompt for prompt in prompts) or not self._kernel_is_idle()
            if busy:
                state["since"] = time.monotonic()
            ran = all(re.search(r"\d", prompt) for prompt in prompts)
            ran = ran and all(new != old for new, old in zip(prompts, before or (), strict=False))
            return not busy and (ran or time.monotonic() - state["since"] > 2)  # after an error the rest stays "[ ]"

        self.wait(done, "the cells to end", timeout)
        self.wait_drawn()

    def wait_drawn(self) -> None:
        """Wait until the outputs are drawn: Markdown and formulas are set some time after their message came."""
        seen: list[object] = []

        def drawn() -> bool:
            now = self.view.evaluate(
                """() => [...document.querySelectorAll('.jp-Cell-outputArea .jp-OutputArea-output')]
                    .map(output => [output.childElementCount, output.innerHTML.length])"""
            )
            seen.append(now)
            settled = len(seen) > 4 and all(earlier == now for earlier in seen[-5:])
            return settled and not (any(size == 0 for _, size in now) and len(seen) < 100)

        self.wait(drawn, "the outputs to be drawn")

    def _prompts(self, cells: list[int] | None) -> list[str]:
        """The prompts of these cells, or of every code cell that is not empty."""
        return list(
            self.view.evaluate(
                """(wanted) => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
                    .filter((cell, i) => wanted ? wanted.includes(i) : cell.classList.contains('jp-CodeCell')
                        && cell.querySelector('.cm-content').textContent.trim() !== '')
                    .map(cell => cell.querySelector('.jp-InputArea-prompt').textContent)""",
                cells,
            )
        )

    def _kernel_is_idle(self) -> bool:
        session = self.lab.server.session(self.path)
        return session is not None and session["kernel"]["execution_state"] == "idle"

    def _kernel_is_ready(self) -> bool:
        session = self.lab.server.session(self.path)
        return self._kernel_is_idle() and session is not None and session["kernel"]["connections"] >= 1

    # -- watching ----------------------------------------------------------------------------------------------------

    def _refuse(self, route: Route) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(message.text)

    def _complain(self, text: str) -> None:
        if not any(known in text for known in KNOWN_COMPLAINTS[self.lab.app]):
            self.errors.append(text)
