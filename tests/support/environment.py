"""Clean surroundings: the environment variables that tests, kernels and servers under test get to see."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.closed_network import loopback_only

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

CLOSED_NETWORK = Path(loopback_only.__file__).parent
"""Put on ``PYTHONPATH``, it closes the network of a Python process."""

CHROMIUM = "MINIMAX_NB_TEST_CHROMIUM"
"""Environment variable with the path of the browser to drive."""

SHOTS = "MINIMAX_NB_TEST_SHOTS"
"""Environment variable with the folder for screenshots; without it they go to a temporary folder."""

REQUIRE_BROWSER = "MINIMAX_NB_REQUIRE_BROWSER"
"""Environment variable that makes a missing browser a failure instead of a skip."""

HARNESS = frozenset({CHROMIUM, SHOTS, REQUIRE_BROWSER})
"""The settings of the harness itself: the only ones of ours that stay."""

_UNWANTED = re.compile(
    r"""
    ^(MINIMAX|MODELSLAB|RUNAPI|OPENROUTER|OPENAI|ANTHROPIC|AZURE_OPENAI|HF_|HUGGING)   # providers, and the kit itself
    | (_API_KEY|_API_TOKEN|_AUTH_TOKEN|_SECRET_KEY)$
    | ^(HTTPS?|ALL|NO|FTP|WSS?)_PROXY$
    | ^(SSL_CERT_FILE|SSL_CERT_DIR|SSLKEYLOGFILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|HTTPX_.*)$
    | ^(PYTEST_ADDOPTS|PYTEST_CURRENT_TEST|PYTEST_PLUGINS|PYTEST_XDIST_.*)$             # not for a pytest in a pytest
    | ^(JUPYTER|JPY|IPYTHON|JUPYTERLAB|NBVAL)_?.*$
    | ^(COLAB_.*|KAGGLE_.*|BINDER_.*|DATABRICKS_.*|VSCODE_.*|PYCHARM_HOSTED)$           # who is the front end?
    | ^(MPLBACKEND|NO_COLOR|FORCE_COLOR|PY_COLORS|COLUMNS|LINES|PYTHONWARNINGS|PYTHONSTARTUP|PYTHONPATH)$
    """,
    re.VERBOSE | re.IGNORECASE,
)


def unwanted(name: str) -> bool:
    """Whether a variable of the machine could change what a test sees."""
    return name not in HARNESS and bool(_UNWANTED.search(name))


def clean_environment(
    home: Path, base: Mapping[str, str] | None = None, *, closed: bool = True, log: Path | None = None
) -> dict[str, str]:
    """The environment for a process under test.

    Args:
        home: A temporary folder that becomes its home; every settings folder lies in it.
        base: What to start from; this process' own environment by default.
        closed: Whether its network ends at this computer.
        log: A file for refused attempts.
    """
    kept = {name: value for name, value in (base if base is not None else os.environ).items() if not unwanted(name)}
    for folder in ("", "config", "data", "cache", "ipython", "runtime"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    kept |= {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "config"),
        "LOCALAPPDATA": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "data"),
        "MPLCONFIGDIR": str(home / "cache"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter-config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "lab-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "lab-workspaces"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "MINIMAX_NB_CONFIG": str(home / "no-such-config.toml"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    if closed:
        kept["PYTHONPATH"] = str(CLOSED_NETWORK)
    if log is not None:
        kept[loopback_only.LOG_VARIABLE] = str(log)
    return kept
