"""A real Jupyter server with everything it knows and keeps in a temporary folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from tests.support.environment import clean_environment

App = Literal["lab", "notebook"]
_MODULES: dict[App, str] = {"lab": "jupyterlab", "notebook": "notebook"}
_SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # else cells off the screen are not drawn
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}
_THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class Server:
    """A server of JupyterLab 4 or Notebook 7, on a free port of the loopback interface.

    Each has a server of its own: where one server has shown JupyterLab, its Notebook 7 pages stumble over JupyterLab's
    page configuration (notebook 7.6).

    Args:
        app: "lab" or "notebook".
        env: Further environment variables for the server and its kernels.
        closed: Whether the network of the kernels ends at this computer.
        python: The interpreter that runs the server and its kernels.

    Attributes:
        work: Its root folder; notebooks are opened by their path in it.
        refused_log: Where attempts of the server or a kernel to leave this computer are written.
    """

    def __init__(
        self,
        app: App = "lab",
        env: Mapping[str, str] | None = None,
        *,
        closed: bool = True,
        python: str | Path = sys.executable,
    ) -> None:
        self.app, self._python = app, str(python)
        self._folder = tempfile.TemporaryDirectory(prefix="jupyter-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        self.work = home / "work"
        self.work.mkdir()
        self.refused_log = home / "refused"
        self.env = {**clean_environment(home, closed=closed, log=self.refused_log), **(env or {})}
        self.token = "token-of-a-test"
        self.port = _free_port()
        self._log = (home / "server.log").open("w+", encoding="utf-8")
        self.theme("light")
        for plugin, settings in _SETTINGS.items():
            self._settings(plugin, settings)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [
                *(self._python, "-m", _MODULES[self.app], "--no-browser", *root),
                *(f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
                *(f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.work}"),
                "--LabServerApp.extension_manager=readonly",
            ],
            env=self.env,
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def theme(self, name: str) -> None:
        """Let pages that open from now on be "light" or "dark"."""
        self._settings("@jupyterlab/apputils-extension/themes", {"theme": _THEMES[name], "adaptive-theme": False})

    def put(self, notebook: Path | Mapping[str, Any], name: str | None = None) -> str:
        """Copy a notebook (a file, or its JSON value) into the root folder; its path there."""
        if isinstance(notebook, Path):
            path = name or notebook.name
            shutil.copyfile(notebook, self.work / path)
        else:
            path = name or "notebook.ipynb"
            (self.work / path).write_text(json.dumps(notebook), encoding="utf-8")
        return path

    def read(self, path: str) -> dict[str, Any]:
        """A notebook as it lies on the disk now. A file that the server has begun to write anew is waited for."""
        deadline = time.monotonic() + 10
        while True:
            try:
                return dict(json.loads((self.work / path).read_text(encoding="utf-8")))
            except ValueError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def get(self, what: str, method: str = "GET") -> Any:
        """What the server's REST interface answers, parsed; None for an empty answer."""
        request = urllib.request.Request(
            f"{self.url}/api/{what}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def session(self, path: str) -> dict[str, Any] | None:
        """The session of a notebook with its kernel, or None."""
        return next((session for session in self.get("sessions") if session["path"] == path), None)

    def end_sessions(self) -> None:
        """Shut every kernel down."""
        for session in self.get("sessions"):
            self.get(f"sessions/{session['id']}", "DELETE")

    def refused(self) -> list[str]:
        """Attempts of the server or a kernel to leave this computer."""
        return self.refused_log.read_text(encoding="utf-8").splitlines() if self.refused_log.exists() else []

    def _settings(self, plugin: str, settings: Mapping[str, Any]) -> None:
        path = Path(self.env["JUPYTERLAB_SETTINGS_DIR"]) / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")

    def _wait(self) -> None:
        until = time.monotonic() + 90
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                self.get("status")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
            else:
                return
        self._log.seek(0)
        raise RuntimeError(f"The Jupyter server did not start:\n{self._log.read()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
