"""Every test, in two processes side by side: what drives real front ends, and all the rest.

``python -m tests`` runs both and ends with 0 if both did; further arguments go to pytest (``-k panel``).
What drives a browser mostly waits, so the two together take little longer than the longer one. A single ``python -m
pytest`` runs the same tests one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
FRONT_ENDS = ("browser", "binder", "notebooks")
"""Folders whose tests start servers, browsers and environments."""

REPORTS = "MINIMAX_NB_TEST_REPORTS"
"""Environment variable with the folder for reports in JUnit's form."""

_FINE = (0, 5)  # all passed; none was chosen


def groups() -> dict[str, list[str]]:
    """The name of each process and what it runs."""
    apart = [str(HERE / name) for name in FRONT_ENDS]
    return {"front-ends": apart, "rest": [str(HERE), *(f"--ignore={path}" for path in apart)]}


def main(arguments: Sequence[str]) -> int:
    """Run both; the exit code of the first that failed."""
    with tempfile.TemporaryDirectory() as folder:
        running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        for name, what in groups().items():
            log = Path(folder) / f"{name}.log"
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "pytest", *what, *_report(name), *arguments],
                    stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                )  # fmt: skip
            running[name] = process, log
        try:
            return _watched(running)
        except KeyboardInterrupt:  # the terminal has sent it to both as well
            for process, _ in running.values():
                process.wait()
            return 130


def _report(name: str) -> list[str]:
    folder = os.environ.get(REPORTS)
    return [f"--junitxml={Path(folder) / name}.xml"] if folder else []


def _watched(running: dict[str, tuple[subprocess.Popen[bytes], Path]]) -> int:
    """Write what each says as soon as it has ended, and now and then how far they are."""
    code, told, waiting = 0, time.monotonic(), dict(running)
    while waiting:
        for name, (process, log) in list(waiting.items()):
            ended = process.poll()
            if ended is None:
                continue
            del waiting[name]
            _say(f"\n== {name} ==\n{log.read_text(encoding='utf-8', errors='replace')}")
            code = code or (0 if ended in _FINE else ended)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            for name, (_, log) in waiting.items():
                _say(f"{name}: {_last_line(log)}")
        time.sleep(0.5)
    return code


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return lines[-1][-100:] if lines else "starting"


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
