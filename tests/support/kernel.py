"""A real ipykernel of the running Python: run cells, watch what they publish, interrupt them.

::

    with Kernel() as kernel:
        run = kernel.run("print('hello')")
        run.text, run.outputs, run.error, run.messages
        run = kernel.run("import time; time.sleep(60)", interrupt=lambda run: run.age > 0.5)
        run.stopped_after     # seconds from the interrupt to the kernel's idle status
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from queue import Empty
from typing import Any, Self

import ipykernel.kernelspec
import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.support.environment import clean_environment
from tests.support.iopub import IOPub, Message
from tests.support.outputs import OUTPUTS, Json, Outputs, text_of

SHOWING = (*OUTPUTS, "update_display_data", "clear_output")
"""Message types that make a front end draw something."""


class _ThisPython(KernelSpecManager):
    """Knows one kernel: the running Python's, whatever is installed on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir="", **ipykernel.kernelspec.get_kernel_dict())


class Run:
    """One executed cell.

    Attributes:
        cell: Id of the request.
        sent: When it was sent, in seconds of ``time.monotonic``.
        interrupted: When it was interrupted, or None.
        reply: Content of the kernel's ``execute_reply``, empty while it runs.
    """

    def __init__(self, kernel: Kernel, cell: str, sent: float) -> None:
        self.cell = cell
        self.sent = sent
        self.interrupted: float | None = None
        self.reply: Json = {}
        self._iopub = kernel.iopub

    @property
    def messages(self) -> list[Message]:
        """Everything published for this cell so far."""
        return self._iopub.of(self.cell)

    @property
    def shows(self) -> list[Message]:
        """Those of the messages that make a front end draw."""
        return [message for message in self.messages if message.kind in SHOWING]

    @property
    def outputs(self) -> list[Json]:
        """The cell's outputs as a front end shows them now and as a notebook file would keep them."""
        return deepcopy(self._iopub.outputs.of(self.cell))

    def frames(self) -> list[tuple[float, list[Json]]]:
        """What a front end showed, moment by moment: when each message came, and the cell's outputs after it.

        Updates that other cells made to this one's displays are not among them.
        """
        fold, frames = Outputs(), []
        for message in self.shows:
            fold.take(message.raw)
            frames.append((message.at, deepcopy(fold.of(self.cell))))
        return frames

    @property
    def text(self) -> str:
        """The plain text of the outputs now."""
        return text_of(self.outputs)

    @property
    def markdown(self) -> str:
        """The Markdown of the outputs now."""
        return text_of(self.outputs, "text/markdown")

    @property
    def error(self) -> Json | None:
        """The error output, if the cell failed."""
        return next((output for output in self.outputs if output["output_type"] == "error"), None)

    @property
    def idle(self) -> float | None:
        """When the kernel was done with the cell, or None while it is not."""
        return self._iopub.idle.get(self.cell)

    @property
    def age(self) -> float:
        """Seconds since it was sent, up to its end."""
        return (self.idle or time.monotonic()) - self.sent

    @property
    def stopped_after(self) -> float:
        """Seconds from the interrupt to the kernel being idle again."""
        assert self.idle is not None
        assert self.interrupted is not None
        return self.idle - self.interrupted

    def first_with(self, text: str) -> Message | None:
        """The first message that would put this text on a screen."""
        return next((message for message in self.shows if text in str(message.content)), None)


class Kernel:
    """A kernel in a temporary home, its network closed.

    Args:
        env: Further environment variables.
        cwd: Its working directory; an empty temporary one by default.
        closed: Whether its network ends at this computer.
    """

    def __init__(self, env: Mapping[str, str] | None = None, cwd: Path | None = None, *, closed: bool = True) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        self.cwd = cwd or home / "work"
        self.cwd.mkdir(exist_ok=True)
        self.refused_log = home / "refused"
        self._env = {**clean_environment(home, closed=closed, log=self.refused_log), **(env or {})}
        self.manager = KernelManager(
            kernel_spec_manager=_ThisPython(), connection_file=str(home / "runtime" / "kernel.json")
        )
        self._stderr = (home / "stderr").open("w+", encoding="utf-8")

    def __enter__(self) -> Self:
        self.manager.start_kernel(
            env=self._env, cwd=str(self.cwd), stderr=self._stderr, stdout=self._stderr, stdin=None
        )
        try:
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.wait_for_ready(timeout=60)
            self.iopub = IOPub(self.client)
            self._subscribed()
            self.process = psutil.Process(self.manager.provisioner.pid)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "iopub"):
            self.iopub.close()
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._stderr.close()
        self._folder.cleanup()

    def start(self, code: str) -> Run:
        """Send a cell and return at once."""
        sent = time.monotonic()
        return Run(self, self.client.execute(code, allow_stdin=False), sent)

    def finish(self, run: Run, timeout: float = 60) -> Run:
        """Wait for the end of a cell: its reply and its last output."""
        try:
            run.reply = self._reply_to(run.cell, timeout)
        except TimeoutError:
            raise TimeoutError(f"The cell did not end within {timeout} s; it shows: {run.text!r}") from None
        if not self.iopub.wait(lambda: run.idle is not None, 30):
            raise TimeoutError("The kernel replied but published no idle status.")
        return run

    def run(self, code: str, timeout: float = 60, interrupt: Callable[[Run], object] | None = None) -> Run:
        """Run a cell to its end.

        Args:
            code: The cell.
            timeout: Seconds to wait at most.
            interrupt: Looked at after each message and every 10 ms: when it is true, the kernel is interrupted, once.
        """
        run = self.start(code)
        if interrupt is not None:
            until = run.sent + timeout
            while not interrupt(run):
                if run.idle is not None:
                    raise AssertionError(f"The cell ended before it could be interrupted: {run.text!r}")
                if time.monotonic() > until:
                    raise TimeoutError(f"The moment to interrupt never came; the cell shows: {run.text!r}")
                self.iopub.wait(lambda: False, 0.01)
            self.interrupt(run)
        return self.finish(run, timeout)

    def interrupt(self, run: Run | None = None) -> None:
        """Interrupt the kernel as a front end does (a signal where there are signals)."""
        if run is not None:
            run.interrupted = time.monotonic()
        self.manager.interrupt_kernel()

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, for values that JSON can say."""
        run = self.run(f"import json as _json; print(_json.dumps({expression}))")
        assert run.error is None, run.text
        return json.loads(run.text)

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        """What Tab offers at the cursor (the end, by default)."""
        asked = self.client.complete(code, len(code) if cursor is None else cursor)
        return list(self._reply_to(asked)["matches"])

    def inspect(self, code: str) -> str:
        """What the kernel's help says about the name at the end of ``code``."""
        asked = self.client.inspect(code, len(code))
        return str(self._reply_to(asked)["data"].get("text/plain", ""))

    def cpu_s(self) -> float:
        """CPU seconds the kernel's process has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        """Memory the kernel's process has resident now, in MB (10**6 bytes)."""
        return float(self.process.memory_info().rss / 1e6)

    def refused(self) -> list[str]:
        """Attempts of the kernel to leave this computer."""
        return self.refused_log.read_text(encoding="utf-8").splitlines() if self.refused_log.exists() else []

    def stderr(self) -> str:
        """What the kernel's process itself has written, outside of any cell."""
        return Path(self._stderr.name).read_text(encoding="utf-8")

    def _reply_to(self, request: str, timeout: float = 30) -> Json:
        until = time.monotonic() + timeout
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                raise TimeoutError(f"The kernel did not reply within {timeout} s.") from None
            if reply["parent_header"].get("msg_id") == request:
                return dict(reply["content"])

    def _subscribed(self) -> None:
        """A subscription takes a moment to reach the kernel: ask until an answer is heard."""
        for _ in range(50):
            cell = self.client.execute("", silent=True)
            self._reply_to(cell)
            if self.iopub.wait(lambda cell=cell: cell in self.iopub.idle, 0.2):
                return
        raise RuntimeError(f"The kernel of {sys.executable} publishes nothing.")
