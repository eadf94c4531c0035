"""Running a call that was shown as code, with the language's own interpreter."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import warnings
from pathlib import Path

from minimax_nb.display.code import CodeForm
from minimax_nb.display.code.said import LOCAL
from minimax_nb.emulator import Server

__all__ = ["LOCAL", "interpreter", "run"]


def interpreter(language: str) -> list[str] | None:
    """The command that runs a program from its standard input; None, with a warning, where there is none."""
    if language == "javascript":
        return [shutil.which("node") or _playwrights_node(), "-"]
    found = shutil.which({"bash": "sh"}.get(language, language))
    if found is None or (language == "php" and not _has_curl(found)):
        warnings.warn(f"No {language} with all it needs here: code in it was read, but not run.", stacklevel=2)
        return None
    return [found, "-d", "display_errors=stderr"] if language == "php" else [found]


def run(form: CodeForm, server: Server, folder: Path) -> subprocess.CompletedProcess[str] | None:
    """What a form says when it is run against this server; None where its language is missing.

    Python is run in this process, where the SDKs are loaded once.
    """
    if form.language == "python":
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile(form.text.replace(LOCAL, server.url), form.title, "exec"), {})
        return subprocess.CompletedProcess([], 0, said.getvalue(), "")
    command = interpreter(form.language)
    if command is None:
        return None
    return subprocess.run(
        command,
        input=form.text.replace(LOCAL, server.url),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        cwd=folder,
    )


def _playwrights_node() -> str:
    """The Node that Playwright for Python brings along: it is wherever the tests are."""
    from playwright._impl._driver import compute_driver_executable

    return str(compute_driver_executable()[0])


def _has_curl(php: str) -> bool:
    listed = subprocess.run([php, "-m"], capture_output=True, text=True, check=False)
    return "curl" in listed.stdout.split()
