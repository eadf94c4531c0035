"""This computer's clock beside a service's: one that is far off makes certificates fail, and times in logs wrong."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import parsedate_to_datetime

from minimax_nb.catalog import Endpoint
from minimax_nb.doctor.report import Finding
from minimax_nb.errors import MiniMaxError
from minimax_nb.transport import Limits, Stop, Stopped, open_exchange
from minimax_nb.wire import FACES

_FAR_S = 60.0
"""Seconds between both clocks from which on it is said."""


def clock_at(endpoint: Endpoint, limits: Limits, stop: Stop) -> Finding | None:
    """How far this computer's clock is from that of a service, by the header Date of an answer; None if it says none.

    What is asked for is the list of models, without the key, so it costs nothing; the answer's body is not read.
    """
    call = FACES[endpoint.face_name].encode_models(replace(endpoint, key=None))
    if call is None:
        return None
    try:
        exchange = open_exchange(call, limits, stop)
    except (MiniMaxError, Stopped):
        return None  # that it cannot be reached stands in the report already
    try:
        there = parsedate_to_datetime(exchange.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return None
    finally:
        exchange.close()
    return _finding(time.time() - there, endpoint.provider.title)


def _finding(ahead: float, whose: str) -> Finding:
    """What is said of a clock that is so many seconds ahead."""
    if abs(ahead) < _FAR_S:
        return Finding("clock", f"agrees with {whose}'s")
    way = "ahead of" if ahead > 0 else "behind"
    return Finding(
        "clock", f"{abs(ahead):,.0f} s {way} {whose}'s: certificates may be refused; set the clock", fine=False
    )
