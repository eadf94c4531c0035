"""One call under way: in a thread of its own, or as a task of the event loop that waits for it.

A thread cannot be ended from outside. One that runs too long is left behind: it is a daemon, so that it keeps no
interpreter from exiting, and whatever it still brings is dropped.
"""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minimax_nb.messages.media import MediaLimits
from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.tools.capture import Printed
from minimax_nb.tools.failures import kept_traceback, told
from minimax_nb.tools.results import to_result
from minimax_nb.tools.signature import is_async
from minimax_nb.tools.tool import Tool

if TYPE_CHECKING:
    import asyncio


@dataclass(frozen=True, slots=True)
class Ended:
    """How a function ended: what goes to the model, and the traceback of what it raised."""

    result: ToolResult
    traceback: str = ""


class Job:
    """A checked and approved call.

    Args:
        call: The call.
        tool: Its tool.
        arguments: The arguments as the function takes them.
        limits: What the service takes of pictures.
        wake: Called, in any thread, when it has ended.
    """

    def __init__(
        self,
        call: ToolCall,
        tool: Tool[..., Any],
        arguments: inspect.BoundArguments,
        limits: MediaLimits,
        wake: Callable[[], object],
    ) -> None:
        self.call = call
        self.tool = tool
        self.printed = Printed()
        self.ended: Ended | None = None
        self._arguments = arguments
        self._limits = limits
        self._wake = wake
        self._left = False
        self._cancel: Callable[[], object] = lambda: None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run it in a thread, with the context variables of this one."""
        run = contextvars.copy_context().run
        try:
            threading.Thread(target=run, args=(self._in_thread,), name=f"tool {self.tool.name}", daemon=True).start()
        except RuntimeError as error:  # no thread is to be had
            self._end(self._failed(error))

    def start_here(self) -> None:
        """Run it in the event loop that runs now, if its function is async; else in a thread."""
        if not is_async(self.tool.function):
            self.start()
            return
        import asyncio

        # The loop itself holds its tasks weakly.
        self._task = asyncio.get_running_loop().create_task(self._in_loop(), context=contextvars.copy_context())
        self._cancel = self._task.cancel

    def leave(self) -> None:
        """Wait for it no longer: an async function is cancelled, any other runs on unseen."""
        self._left = True
        with suppress(RuntimeError):  # the loop of an async function has just closed: it has ended
            self._cancel()

    def _in_thread(self) -> None:
        with self.printed.here():
            try:
                value = self.tool.function(*self._arguments.args, **self._arguments.kwargs)
                if inspect.isawaitable(value):
                    import asyncio

                    value = asyncio.run(self._awaited(value))
                self._end(Ended(to_result(self.call.id, value, self._limits)))
            except BaseException as error:  # noqa: BLE001 - a thread has nobody above it, and a tool may raise anything
                self._end(self._failed(error))

    async def _in_loop(self) -> None:
        import asyncio

        with self.printed.here():
            try:
                value = await self.tool.function(*self._arguments.args, **self._arguments.kwargs)
                self._end(Ended(to_result(self.call.id, value, self._limits)))
            except KeyboardInterrupt:
                raise  # the loop's own thread was interrupted, not the tool
            except asyncio.CancelledError as error:
                if self._left:
                    raise
                self._end(self._failed(error))
            except BaseException as error:  # noqa: BLE001 - SystemExit would end the loop
                self._end(self._failed(error))

    async def _awaited(self, value: Awaitable[Any]) -> Any:  # noqa: ANN401 - a tool may give anything
        """What an async function gives, in a loop of this thread's own that :meth:`leave` can reach."""
        import asyncio

        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is not None:
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        if self._left:
            raise asyncio.CancelledError
        return await value

    def _failed(self, error: BaseException) -> Ended:
        return Ended(ToolResult(self.call.id, told(error), is_error=True), kept_traceback(error))

    def _end(self, ended: Ended) -> None:
        if self._left:
            return
        self.ended = ended
        with suppress(RuntimeError):  # the loop that waited has closed in the meantime
            self._wake()
