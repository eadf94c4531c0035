"""This computer: Python, packages, front end, widgets, network settings, keys, and the emulator inside the process."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from minimax_nb.catalog import config_path, default_config_path, find_key, key_status, load_catalog, resolve
from minimax_nb.chat import Chat
from minimax_nb.doctor.report import Finding
from minimax_nb.errors import MiniMaxError

_PACKAGES = (
    "minimax-nb", "httpx", "ipython", "ipykernel", "jupyterlab", "notebook", "ipywidgets", "anywidget", "pydantic",
    "keyring", "pandas",
)  # fmt: skip
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")


def machine(front_end: str, paint: str) -> Iterator[Finding]:
    """Python, packages, where outputs are shown, widgets, network settings."""
    yield Finding("Python", f"{platform.python_version()} on {platform.system()}", sys.version_info >= (3, 11))
    yield Finding("packages", ", ".join(filter(None, map(_package, _PACKAGES))))
    if front_end:
        yield Finding("front end", _front_end(front_end))
    yield _panels()
    if paint:
        yield Finding("painting", paint)
    names = proxies()
    yield Finding("proxy", f"set: {', '.join(names)}" if names else "none set")
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates and not Path(certificates).is_file():
        yield Finding("certificates", "SSL_CERT_FILE names a file that is not there", fine=False)


def proxies() -> list[str]:
    """Names of the variables that say something of proxies and certificates; what they say may hold a password."""
    return [name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())]


def _package(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return ""


_FRONT_ENDS = {
    "COLAB_RELEASE_TAG": "Colab",
    "VSCODE_PID": "VS Code",
    "BINDER_SERVICE_HOST": "Binder",
    "JPY_SESSION_NAME": "a Jupyter server (JupyterLab, Notebook)",
}
"""Variables that front ends and their servers set for their kernels, and who they are."""


def _front_end(shell: str) -> str:
    """What shows the outputs, as far as the kernel is told."""
    if shell == "TerminalInteractiveShell":
        return "IPython in a terminal: replies are plain text, panels show what they would save"
    told = next((name for variable, name in _FRONT_ENDS.items() if os.environ.get(variable)), "")
    return f"{told}, {shell}" if told else shell


def _panels() -> Finding:
    """Whether panels can be drawn. A server in another environment draws them only if it has the two packages, too."""
    missing = [name for name in ("anywidget", "markdown-it-py", "nh3", "latex2mathml") if not _package(name)]
    if missing:
        return Finding("panels", f'not installed ({", ".join(missing)}): pip install "minimax-nb[panels]"')
    scripts = Path(sys.prefix) / "share/jupyter/labextensions"
    parts = [
        folder for folder in ("anywidget", "@jupyter-widgets/jupyterlab-manager") if not (scripts / folder).is_dir()
    ]
    if parts:
        return Finding("panels", f"{_package('anywidget')}, but {' and '.join(parts)} not found for a server here")
    return Finding("panels", f"{_package('anywidget')}, and its script for JupyterLab and Notebook")


def settings_read(layer: Mapping[str, Any] | None) -> Iterator[Finding]:
    """The config file, who would answer now and where, and why."""
    try:
        path = config_path()
        load_catalog()
        yield Finding("config file", str(path) if path else f"none ({default_config_path()} would be read)")
        here = resolve(layer=layer)
        yield Finding("answers now", f"{here.provider_name} {here.model_id} over {here.face_name} at {here.base_url}")
        if here.region:
            others = [name for name in here.provider.regions if name != here.region]
            yield Finding("region", f"{here.region}{_others(others)}")
        if here.note:
            yield Finding("why", here.note)
    except MiniMaxError as error:
        yield Finding("settings", str(error), fine=False)


def _others(names: Sequence[str]) -> str:
    return f" (there are {', '.join(names)}: --region, or MINIMAX_NB_REGION)" if names else ""


def keys_found() -> Iterator[Finding]:
    """Where the key of each provider is, in words."""
    try:
        status, rows = key_status(), load_catalog().providers
    except MiniMaxError as error:
        yield Finding("keys", str(error), fine=False)
        return
    for provider, where in status.items():
        try:
            find_key(provider, rows[provider])
            yield Finding(f"key for {provider}", where)
        except MiniMaxError as error:  # what is set there cannot be a key
            yield Finding(f"key for {provider}", str(error), fine=False)


def emulator_tried() -> Iterator[Finding]:
    """Let the emulator answer once over each protocol; whatever the settings say, this stays inside the process."""
    try:
        row = load_catalog().providers["emulator"]
    except MiniMaxError:
        return  # what is wrong with the file stands in the report already
    for name, face in row.faces.items():
        try:
            chat = Chat(row.default_model, provider="emulator", face=name, base_url=face.base_url)
            reply = chat.ask("/emulate delay-ms=0\nhello")
            yield Finding(f"emulator, {name}", f"answered with {len(reply.text)} characters", bool(reply.text))
        except MiniMaxError as error:
            yield Finding(f"emulator, {name}", str(error), fine=False)
