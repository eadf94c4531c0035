"""The services, scripted: everything the kit does works without a key, without a network and the same every time.

:func:`handle` is the whole emulator as a pure function. :func:`serve` puts it behind a loopback address for programs
that speak HTTP; ``python -m minimax_nb.emulator`` does the same from a shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.emulator.faults import FAULTS
from minimax_nb.emulator.handler import handle
from minimax_nb.emulator.seam import Answer, Asked, Chunk
from minimax_nb.emulator.store import Store

if TYPE_CHECKING:
    from minimax_nb.emulator.server import Server, serve

__all__ = ["FAULTS", "Answer", "Asked", "Chunk", "Server", "Store", "handle", "serve"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name in {"Server", "serve"}:  # the server's own imports cost more than all the rest; most never need them
        from minimax_nb.emulator import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
