"""How long one answer may keep its reader waiting: the limits on a call's waits, worked out for this call.

Three waits are told apart. *Silence*: no byte comes. *The first byte*: a long prompt has to be read by the model first;
MiniMax-M3 takes some four minutes for its million tokens. *No event*: bytes come, but nothing of a reply: pings,
OpenRouter's ``: OPENROUTER PROCESSING`` comments, an endless head, page or line. Such bytes are no answer.

A user's own ``timeout`` holds for each of the three. Without one, the first byte has an allowance for the size of the
request, and a line that is kept alive ten minutes, since some services think unseen for that long.
"""

from __future__ import annotations

import math

from minimax_nb.errors import TransportError
from minimax_nb.transport.exchange import Limits

READ_BYTES_S = 10_000
"""Bytes of a request a service surely reads a second: MiniMax-M3 reads a million tokens (4 MB) in about 235 s."""

MOST_EXTRA_S = 600.0
"""The longest allowance for reading a request, or for writing a reply that comes in one piece."""

ALIVE_S = 600.0
"""How long a line may be kept alive without an event of a reply."""


def upload_limit(limits: Limits, sent: int) -> float:
    """Seconds in which a request of ``sent`` bytes must have been taken by the other side."""
    return limits.timeout + sent / READ_BYTES_S


def first_limit(limits: Limits, sent: int) -> float:
    """Seconds from the last byte of a request of ``sent`` bytes to the first byte of its answer."""
    if limits.exact:
        return limits.timeout
    return limits.timeout + (MOST_EXTRA_S if limits.whole else min(MOST_EXTRA_S, sent / READ_BYTES_S))


def event_limit(limits: Limits, sent: int) -> float:
    """Seconds that may pass without an event of the reply, whatever bytes come meanwhile."""
    return limits.timeout if limits.exact else max(ALIVE_S, first_limit(limits, sent))


class Patience:
    """The waits of one answer, on whatever clock ``now`` is read from.

    Args:
        limits: What the user allows.
        sent: Bytes of the request's body.

    Attributes:
        any_heard: Whether a byte of the answer has come.
    """

    def __init__(self, limits: Limits, sent: int) -> None:
        self._silence = limits.timeout
        self._first = first_limit(limits, sent)
        self._eventless = event_limit(limits, sent)
        self.any_heard = False
        self._since: float | None = None  # when the wait for the next event began

    def left(self, now: float) -> float:
        """Seconds that the next read may take; 0 or less means that time is up."""
        if self._since is None:
            self._since = now
        return min(self._silence if self.any_heard else self._first, self._eventless - (now - self._since))

    def heard(self) -> None:
        """A byte has come."""
        self.any_heard = True

    def progressed(self, now: float) -> None:
        """An event of the reply has come, and the reader is back for more."""
        self._since = now

    def hasten(self, now: float) -> None:
        """What is left gets the ordinary time limit, all of it together."""
        self._since, self._eventless = now, min(self._eventless, self._silence)

    def over(self, host: str, now: float) -> TransportError:
        """The error for time that is up. It is not worth another try: the service may be at work on this one still."""
        waited = now - (self._since if self._since is not None else now)
        hint = "What had arrived is kept; the service may still have billed it. Chat(timeout=...) waits longer."
        if self.any_heard and waited >= self._eventless - 0.01:
            what = f"{host} kept the line open for {_seconds(self._eventless)}, but no reply came, so"
        else:
            what = f"{host} was silent for {_seconds(self._silence if self.any_heard else self._first)}, so"
        return TransportError(f"{what} the call was given up.", hint=hint, retryable=False)


def _seconds(seconds: float) -> str:
    """A time for people: in hundredths below a minute, else in whole seconds."""
    return f"{round(seconds, 2):g} s" if seconds < 60 else f"{math.floor(seconds)} s"
