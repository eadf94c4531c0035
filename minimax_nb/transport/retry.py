"""When a failed call is sent again: one policy for threads and coroutines.

Only errors that can pass are tried again; the table of faults says which. The service's own wish (``Retry-After``,
``retry_after`` or ``X-RateLimit-Reset``) comes before the back-off, which grows and is random, so that many notebooks
refused at once do not come back at once. All waits together stay under ``Limits.retry_wait``: a service that asks for a
longer one is not waited for at all, and the error tells how long it asked for.

What a second try may cost. Every call here is a POST that a service may bill, and none of them documents a key that
makes a repeat harmless (RunAPI's own SDKs never repeat a POST for that reason). So a call is sent again only where the
first has, as far as can be known, brought nothing that is paid for:

* nothing was sent: no connection;
* the service itself said that it failed, with an error status or inside its answer, before any part of the reply had
  begun and before it had counted a token;
* the line was cut before any event of the reply came. This is the one repeat that may be billed twice: the service may
  have been at work. It is kept because it is mostly a proxy or a server that is being restarted, and failed
  generations are free where that is promised (RunAPI).

After a silence that was too long nothing is sent again: the service is probably at work still, a second call would be
billed too and would as likely be waited for in vain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import tenacity

from minimax_nb.errors import MiniMaxError, ServiceError, TransportError
from minimax_nb.transport.exchange import Limits, Stop

OnWait = Callable[[BaseException, int, float], None]
"""Told before each wait: the error, the number of the try that failed, and the seconds to wait."""

Spoilt = Callable[[BaseException], bool]
"""Whether the call that failed so may have cost something, and must not be repeated."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 30.0


def can_pass(error: BaseException) -> bool:
    """Whether the same call may succeed if it is sent again."""
    return isinstance(error, ServiceError | TransportError) and error.retryable


def retrying(limits: Limits, stop: Stop, on_wait: OnWait, spoilt: Spoilt | None = None) -> tenacity.Retrying:
    """Tries for a thread; a stop ends the wait between two of them."""
    return tenacity.Retrying(sleep=stop.wait, **_policy(limits, on_wait, spoilt))


def retrying_async(limits: Limits, on_wait: OnWait, spoilt: Spoilt | None = None) -> tenacity.AsyncRetrying:
    """Tries for a coroutine; cancelling ends the wait between two of them."""
    return tenacity.AsyncRetrying(sleep=asyncio.sleep, **_policy(limits, on_wait, spoilt))


def tell_tries(error: MiniMaxError, tries: tenacity.BaseRetrying, limits: Limits) -> None:
    """Write into the error that ended the tries how many there were, and which wait was too long to begin."""
    error.attempts = max(1, tries.statistics.get("attempt_number", 1))
    asked = getattr(error, "retry_after", None)
    spent = tries.statistics.get("idle_for", 0.0)
    if asked is not None and can_pass(error) and error.attempts <= limits.retries and asked + spent > limits.retry_wait:
        error.hint = (
            f"{error.hint} It asked to wait {asked:g} s, more than retry_wait ({limits.retry_wait:g} s) allows."
        ).strip()


def _policy(limits: Limits, on_wait: OnWait, spoilt: Spoilt | None) -> dict[str, Any]:
    back_off = tenacity.wait_random_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wished = getattr(error, "retry_after", None)
        if wished is not None:
            return float(wished)
        return float(back_off(state) + getattr(error, "least_wait", 0.0))

    def give_up(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number > limits.retries or state.idle_for + state.upcoming_sleep > limits.retry_wait

    def before_sleep(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            on_wait(error, state.attempt_number, state.upcoming_sleep)

    return {
        "retry": tenacity.retry_if_exception(
            lambda error: can_pass(error) and not (spoilt is not None and spoilt(error))
        ),
        "wait": wait,
        "stop": give_up,
        "before_sleep": before_sleep,
        "reraise": True,
    }
