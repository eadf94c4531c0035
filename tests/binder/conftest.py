"""Environments made as Binder makes them, once for all tests of this folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import require_chromium, running_browser
from tests.support.environment import ROOT, clean_environment

JUDGES = ("hypothesis", "nbval", "pytest", "pytest-timeout")
"""What runs the notebooks there; the notebooks themselves need none of it."""

OLDER = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipykernel==7.0.1", "ipywidgets==8.1.7", "jupyter_server==2.17.0")
"""What Binder's base environment for Python 3.11 holds (repo2docker 2026.4.0): the kit has to work with these, too."""


class Place:
    """A copy of the repository and an environment of its own.

    Attributes:
        folder: The copy: the files that git knows or would take, and nothing else.
        python: The environment's interpreter.
    """

    def __init__(self, home: Path) -> None:
        self.folder, self._home = home / "repository", home / "home"
        environment = home / "environment"
        _copy(self.folder)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        self._programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
        self.python = self._programs / "python"
        self._home.mkdir()

    def run(self, *command: str, closed: bool = True) -> str:
        """Run a command at the copy's root with the environment's programs first; what it wrote.

        Args:
            command: The command.
            closed: Whether its network ends at this computer.
        """
        env = clean_environment(self._home, closed=closed)
        env["PATH"] = f"{self._programs}:{env['PATH']}"
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command} failed:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr

    def pip(self, *what: str) -> None:
        """Install something; the package registry is the one place outside that is needed."""
        self.run("pip", "install", "-q", "--disable-pip-version-check", *what, closed=False)

    def compare_notebooks(self) -> str:
        """Run every notebook of the copy strictly; pytest's last line."""
        self.pip(*JUDGES)
        pytest_ = (
            "python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--nbval",
            "--nbval-current-env",
            "notebooks",
        )
        return self.run(*pytest_).strip().splitlines()[-1]


def _copy(folder: Path) -> None:
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


@pytest.fixture(scope="session")
def binder(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """As binder/ says: requirements, then postBuild."""
    place = Place(tmp_path_factory.mktemp("binder"))
    place.pip("-r", "binder/requirements.txt")
    place.run("./binder/postBuild")
    return place


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """With the older versions that Binder starts from, and the kit as ``pip install .[lab]`` puts it beside them."""
    place = Place(tmp_path_factory.mktemp("older"))
    place.pip(*OLDER)
    place.pip(".[lab]", *OLDER)
    return place


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless browser."""
    with running_browser(require_chromium()) as running:
        yield running
