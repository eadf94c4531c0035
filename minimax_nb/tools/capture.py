"""What a tool prints, kept apart from everything else that prints at the same time.

``contextlib.redirect_stdout`` is for a whole process: two tools at once would take each other's words, and a cell's own
output would vanish. Here ``sys.stdout`` and ``sys.stderr`` become, while tools run, streams that ask a context variable
where a write belongs. Code that runs for a tool, its tasks included, writes into the tool's buffer; everybody else
writes to the stream that stood there before, which answers every other question as well.
"""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

PRINTED_BYTES: Final = 10_000
"""Bytes of one call's printing that are kept, stdout and stderr together."""

_lock = threading.Lock()
_users = 0
_made: deque[_Split] = deque(maxlen=16)
"""The latest of these streams, kept alive: up to Python 3.13 a ``print`` under way in another thread has no reference
of its own to ``sys.stdout``, and the interpreter crashes if the stream is gone before it ends
(https://github.com/python/cpython/issues/130163, read 2026-11-21)."""

_sink: ContextVar[io.TextIOBase | None] = ContextVar("minimax_nb_printed", default=None)


class Printed:
    """What one call prints: the first 10 kB, and how much came after them."""

    def __init__(self) -> None:
        self._kept = _Kept()
        raw: Any = self._kept  # only ever written to, whatever the wrapper's type asks for
        self.stream: io.TextIOBase = io.TextIOWrapper(
            raw, "utf-8", "backslashreplace", newline="\n", write_through=True
        )

    @property
    def text(self) -> str:
        """The text so far, capped."""
        text = bytes(self._kept.data).decode("utf-8", "ignore")
        return f"{text}\n[... {self._kept.left:,} bytes more ...]" if self._kept.left else text

    @contextmanager
    def here(self) -> Iterator[None]:
        """Whatever this context prints within the block goes here."""
        _install()
        token = _sink.set(self.stream)
        try:
            yield
        finally:
            _sink.reset(token)
            _release()


class _Kept(io.RawIOBase):
    """Bytes up to a limit; the rest is counted."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.left = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever has bytes
        kept = data[: PRINTED_BYTES - len(self.data)]
        self.data += kept
        self.left += len(data) - len(kept)
        return len(data)


class _Split:
    """A standard stream that belongs to whoever asks: the call that runs here, else the stream beneath."""

    def __init__(self, beneath: Any) -> None:  # noqa: ANN401 - any stream, or None where a process has none
        self.beneath = beneath

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(_sink.get() or self.beneath, name)

    def write(self, text: str) -> int:
        """Write where it belongs; a process without such a stream loses it, as it did before."""
        target = _sink.get() or self.beneath
        return len(text) if target is None else target.write(text)

    def flush(self) -> None:
        """Flush where it belongs."""
        target = _sink.get() or self.beneath
        if target is not None:
            target.flush()


def _over(stream: Any) -> _Split:  # noqa: ANN401 - any stream, or None
    """The stream to put over this one."""
    for split in _made:
        if split.beneath is stream:
            return split
    _made.append(_Split(stream))
    return _made[-1]


def _install() -> None:
    """Put the streams in place, unless they are."""
    global _users  # noqa: PLW0603 - the standard streams are the process's own as well
    with _lock:
        _users += 1
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if not isinstance(stream, _Split):
                setattr(sys, name, _over(stream))


def _release() -> None:
    """Take the streams away with the last call; one that somebody has put another over stays, and only passes on."""
    global _users  # noqa: PLW0603
    with _lock:
        _users -= 1
        for name in ("stdout", "stderr") if _users == 0 else ():
            stream = getattr(sys, name)
            if isinstance(stream, _Split):
                setattr(sys, name, stream.beneath)
