"""Record and replay: a way for calls, around the transport, that keeps what was answered and answers from it again.

A cassette is a text file with one exchange a line. :mod:`~minimax_nb.cassette.cassette` decides what is asked and what
is replayed, :mod:`~minimax_nb.cassette.tape` knows the exchanges, :mod:`~minimax_nb.cassette.line` writes and reads
one of them, :mod:`~minimax_nb.cassette.file` all of them, and :mod:`~minimax_nb.cassette.scan` keeps keys out.
"""

from __future__ import annotations

from minimax_nb.cassette.carrier import DIRECT, Asking, Carrier, Direct, Place, Wanted, WantedUpload
from minimax_nb.cassette.cassette import MODES, Cassette, checked_mode, checked_speed
from minimax_nb.cassette.tape import Status

__all__ = [
    "DIRECT",
    "MODES",
    "Asking",
    "Carrier",
    "Cassette",
    "Direct",
    "Place",
    "Status",
    "Wanted",
    "WantedUpload",
    "checked_mode",
    "checked_speed",
]
