"""What a widget sends while a cell runs: the one way for a button to be heard before the cell ends.

A kernel reads its shell channel when no cell runs. ipykernel 6 never makes an exception; 7.0 to 7.3 let a widget's
messages through a thread of their own where the front end asks for one (a subshell); 7.4 sends them back to the busy
thread, and lets them through only while an async cell waits. Here the running cell itself takes them from the channel.

Only messages of the widgets named are delivered, straight to their handlers. Everything else, cells of a Run All first,
is kept and given to the kernel in its order when the block ends. Nothing is run inside anything else: no event loop is
entered twice, and the cell stays the one that output belongs to.

This stands on parts of ipykernel that are not its public ones, read and tried in 6.31, 7.0 and 7.4 on 2026-11-21. Where
they are missing, and where a front end sends nothing (a widget that was shown says so first), ask in another way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any


def can_hear(kernel: Any) -> bool:  # noqa: ANN401 - ipykernel is not imported here
    """Whether a cell that runs now in this thread can hear widgets by :func:`hearing`."""
    parts = ("session", "comm_manager", "io_loop")
    return (
        threading.current_thread() is threading.main_thread()
        and all(getattr(kernel, part, None) is not None for part in parts)
        and _stream(kernel) is not None
    )


@contextmanager
def hearing(kernel: Any, comm_ids: Container[str]) -> Iterator[Callable[[], None]]:  # noqa: ANN401
    """A function that delivers, each time it is called, what these widgets have sent since.

    Args:
        kernel: The kernel, for which :func:`can_hear` is true: ``get_ipython().kernel``.
        comm_ids: The widgets' comms. Messages of all others wait for the end of the cell, as they would have.
    """
    stream, held = _stream(kernel), list[Any]()

    def deliver() -> None:
        for message in _arrived(stream, held):
            _, frames = kernel.session.feed_identities(message, copy=False)
            if _comm_of(kernel.session, frames) in comm_ids:
                held.pop()  # the one that came last
                kernel.comm_manager.comm_msg(None, None, kernel.session.deserialize(frames, content=True, copy=False))

    try:
        yield deliver
    finally:
        for message in held:
            kernel.io_loop.add_callback(stream._recv_callback, message)


def _stream(kernel: Any) -> Any:  # noqa: ANN401
    """The stream by which shell messages reach the main thread; None if this kernel has another way."""
    thread = getattr(kernel, "shell_channel_thread", None)
    if thread is None:
        stream = getattr(kernel, "shell_stream", None)
    else:  # from 7.0 on another thread reads the channel, and hands on by a pair of sockets
        pair = getattr(getattr(thread, "manager", None), "_shell_channel_to_main", None)
        stream = getattr(pair, "to_stream", None)
    return stream if callable(getattr(stream, "_recv_callback", None)) else None


def _arrived(stream: Any, held: list[Any]) -> Iterator[Any]:  # noqa: ANN401
    """The messages that are there, each put among those held before anything else can happen to it."""
    import zmq

    while True:
        try:
            held.append(stream.socket.recv_multipart(zmq.NOBLOCK, copy=False))
        except zmq.Again:
            return
        yield held[-1]


def _comm_of(session: Any, frames: Any) -> str | None:  # noqa: ANN401
    """Which comm a message is for, None if for none. Its signature is checked when it is delivered, by whoever does."""
    header, content = frames[1], frames[4]
    if session.unpack(bytes(header.buffer)).get("msg_type") != "comm_msg":
        return None
    comm = session.unpack(bytes(content.buffer)).get("comm_id")
    return comm if isinstance(comm, str) else None
