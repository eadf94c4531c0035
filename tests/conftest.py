"""Every test runs on this computer alone, in clean surroundings, with nobody's keys and settings.

* The network of this process ends at the loopback interface, and so does that of every Python it starts
  (``tests/support/closed_network``). A refused attempt fails the test even where the code under test swallowed it.
* Environment variables with keys, proxies, certificates and settings are gone; home, configuration and caches are in a
  temporary folder; the working directory is an empty one of the test's own.
* Properties are tried with the same examples on every run, so that no merge depends on luck; with the environment
  variable MINIMAX_NB_EXPLORE=1 they are others each time.
* A notebook run with ``--nbval`` is compared as a reader would see it (``tests/support/nbval_fold.py``).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.closed_network import loopback_only
from tests.support.environment import clean_environment, unwanted

_EXPLORE = os.environ.get("MINIMAX_NB_EXPLORE") == "1"
for _name in [name for name in os.environ if unwanted(name)]:
    del os.environ[_name]  # before anything under test is imported, and before workers are started
loopback_only.close()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a job a shell put into the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
hypothesis.settings.register_profile("steady", derandomize=not _EXPLORE, deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Compare notebooks as they look at the end, when there are notebooks to compare."""
    if getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False):
        from tests.support import nbval_fold

        nbval_fold.install()


@pytest.fixture(scope="session")
def clean_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary home for this session's processes, with every settings folder inside."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def clean_env(clean_home: Path) -> dict[str, str]:
    """The environment to start a process under test with: clean, and its network closed."""
    return clean_environment(clean_home)


@pytest.fixture(scope="session", autouse=True)
def _clean_surroundings(clean_env: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    _set_environment(clean_env)
    yield
    _set_environment(before)


@pytest.fixture(autouse=True)
def _on_its_own(tmp_path_factory: pytest.TempPathFactory, clean_env: dict[str, str]) -> Iterator[None]:
    """Clean variables and an empty working directory before, whatever the last test did; no way out meanwhile."""
    outside = Path.cwd()
    _set_environment(clean_env)
    os.chdir(tmp_path_factory.mktemp("cwd"))
    loopback_only.attempts.clear()
    yield
    os.chdir(outside)
    _set_environment(clean_env)
    refused = list(loopback_only.attempts)
    loopback_only.attempts.clear()
    assert not refused, f"This test tried to leave the computer: {refused}"


def _set_environment(wanted: dict[str, str]) -> None:
    """Make the variables of this process exactly ``wanted``, but for pytest's own."""
    for name in set(os.environ) - set(wanted):
        if not name.startswith("PYTEST_"):
            del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
