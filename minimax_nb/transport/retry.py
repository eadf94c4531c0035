"""When a failed call is sent again: one policy for threads and coroutines.

Only errors that can pass are tried again, and only while nothing of the answer was delivered. The service's own wish
(Retry-After) comes before the back-off; all waits together stay under ``Limits.retry_wait``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import tenacity

from minimax_nb.errors import ServiceError, TransportError
from minimax_nb.transport.exchange import Limits, Stop

OnWait = Callable[[BaseException, int, float], None]
"""Told before each wait: the error, the number of the try that failed, and the seconds to wait."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 30.0


def can_pass(error: BaseException) -> bool:
    """Whether the same call may succeed if it is sent again."""
    return isinstance(error, ServiceError | TransportError) and error.retryable


def retrying(limits: Limits, stop: Stop, on_wait: OnWait) -> tenacity.Retrying:
    """Tries for a thread; a stop ends the wait between two of them."""
    return tenacity.Retrying(sleep=stop.wait, **_policy(limits, on_wait))


def retrying_async(limits: Limits, on_wait: OnWait) -> tenacity.AsyncRetrying:
    """Tries for a coroutine; cancelling ends the wait between two of them."""
    return tenacity.AsyncRetrying(sleep=asyncio.sleep, **_policy(limits, on_wait))


def _policy(limits: Limits, on_wait: OnWait) -> dict[str, Any]:
    back_off = tenacity.wait_random_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wished = getattr(error, "retry_after", None)
        return float(wished) if wished is not None else back_off(state)

    def give_up(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number > limits.retries or state.idle_for + state.upcoming_sleep > limits.retry_wait

    def before_sleep(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            on_wait(error, state.attempt_number, state.upcoming_sleep)

    return {
        "retry": tenacity.retry_if_exception(can_pass),
        "wait": wait,
        "stop": give_up,
        "before_sleep": before_sleep,
        "reraise": True,
    }
