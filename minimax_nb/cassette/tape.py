"""The exchanges of one file while they are used: which answer comes next, and what is written. Safe for threads.

There is one tape a file in a process, so that chats that use the same file take turns in it.

The same request more than once is answered in the order of the recording, each request for itself. When all its
answers were given, it begins with the first again: so a cell can be run again, and a notebook from its beginning, and
Run All twice in one kernel gives the same twice.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from minimax_nb.cassette.asked import Asked
from minimax_nb.cassette.carrier import Place
from minimax_nb.cassette.file import locked, read_file, stamp, write_file
from minimax_nb.cassette.line import Taped
from minimax_nb.cassette.scan import scan_for
from minimax_nb.errors import CassetteError

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Status:
    """How a recording stands.

    Attributes:
        path: The file.
        exchanges: How many it holds.
        recorded: How many were recorded since the kernel began.
        replayed: How many answers came from it since the kernel began.
        unused: How many of those it holds were neither recorded nor replayed since.
        trouble: Why the last exchange was not written, or "".
    """

    path: Path
    exchanges: int
    recorded: int
    replayed: int
    unused: int
    trouble: str = ""


class Tape:
    """The exchanges of one file.

    Args:
        path: The file; it need not be there yet.

    Raises:
        CassetteError: It cannot be used (:func:`~minimax_nb.cassette.file.read_file`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._lock = threading.RLock()
        self._exchanges: list[Taped] = []
        self._base: list[bytes] = []  # lines of the file as it was read or written last
        self._stamp: tuple[int, int] | None = None
        self._given: Counter[_Key] = Counter()
        self._used: set[bytes] = set()
        self._places: dict[bytes, Place | None] = {}  # what was recorded since the recording began, and where
        self._recorded = self._replayed = 0
        self.refresh()

    def refresh(self) -> None:
        """Read the file, if it has changed since it was read or written last."""
        with self._lock:
            now = stamp(self.path)
            if now == self._stamp and now is not None:
                return
            self._exchanges = list(read_file(self.path, scan_for()))
            self._base, self._stamp = [taped.line for taped in self._exchanges], now

    def begin(self) -> None:
        """Begin anew: each request has its first answer again, and what is recorded replaces what is there."""
        with self._lock:
            self._given.clear()
            self._places.clear()

    @property
    def providers(self) -> tuple[str, ...]:
        """Whose answers it holds, in the order in which they first came."""
        return tuple(dict.fromkeys(taped.asked.provider for taped in self.exchanges if taped.asked.provider))

    @property
    def exchanges(self) -> tuple[Taped, ...]:
        """All exchanges, in the order of the file."""
        with self._lock:
            return tuple(self._exchanges)

    @property
    def status(self) -> Status:
        """How it stands."""
        with self._lock:
            unused = sum(taped.line not in self._used for taped in self._exchanges)
            return Status(self.path, len(self._exchanges), self._recorded, self._replayed, unused, self.trouble)

    def answers(self, asked: Asked) -> list[Taped]:
        """Everything that was recorded for a request, in its order."""
        with self._lock:
            return [taped for taped in self._exchanges if _key(taped.asked) == _key(asked)]

    def next(self, asked: Asked) -> Taped | None:
        """The answer whose turn it is, None if there is none at all."""
        with self._lock:
            answers = self.answers(asked)
            if not answers:
                return None
            taped = answers[self._given[_key(asked)] % len(answers)]
            self._given[_key(asked)] += 1
            self._used.add(taped.line)
            self._replayed += 1
            return taped

    def outdated(self, asked: Asked, place: Place | None) -> list[Taped]:
        """What a new recording of a request replaces.

        That is what was there before the recording began, and what an earlier run of the same cell recorded.
        """

        def is_old(taped: Taped) -> bool:
            if taped.line not in self._places:
                return True
            before = self._places[taped.line]
            return place is not None and before is not None and before is not place and before.name == place.name

        with self._lock:
            return [taped for taped in self.answers(asked) if is_old(taped)]

    def put(self, new: Sequence[Taped], instead_of: Iterable[Taped] = (), place: Place | None = None) -> None:
        """Add exchanges, at the place of those they replace, and write the file.

        Raises:
            CassetteError: It cannot be written; the file is as it was.
        """
        with self._lock:
            old = {id(taped) for taped in instead_of}
            at = next((at for at, taped in enumerate(self._exchanges) if id(taped) in old), len(self._exchanges))
            before = [taped for taped in self._exchanges[:at] if id(taped) not in old]
            after = [taped for taped in self._exchanges[at:] if id(taped) not in old]
            self._exchanges = [*before, *new, *after]
            for taped in new:
                self._used.add(taped.line)
                self._places[taped.line] = place
            self._recorded += len(new)
            self._save()

    def tidy(self) -> int:
        """Take out what was neither recorded nor replayed since the kernel began; how many that were.

        Raises:
            CassetteError: It cannot be written; the file is as it was.
        """
        with self._lock:
            kept = [taped for taped in self._exchanges if taped.line in self._used]
            gone = len(self._exchanges) - len(kept)
            if gone:
                self._exchanges = kept
                self._save()
            return gone

    def _save(self) -> None:
        """Write the file; what another program has written or taken out meanwhile stays so."""
        with locked(self.path):
            if stamp(self.path) != self._stamp:
                self._merge(read_file(self.path, scan_for()))
            write_file(self.path, self._exchanges)
            self._base, self._stamp = [taped.line for taped in self._exchanges], stamp(self.path)
        self.trouble = ""

    def _merge(self, there: Sequence[Taped]) -> None:
        now = Counter(taped.line for taped in there)
        came, gone = now - Counter(self._base), Counter(self._base) - now
        kept = []
        for taped in self._exchanges:
            if gone[taped.line]:
                gone[taped.line] -= 1
            else:
                kept.append(taped)
        for taped in there:
            if came[taped.line]:
                came[taped.line] -= 1
                kept.append(taped)
        self._exchanges = kept


def _key(asked: Asked) -> _Key:
    return asked.provider, asked.fingerprint


_tapes: dict[Path, Tape] = {}
_tapes_lock = threading.Lock()


def tape_at(path: Path) -> Tape:
    """The tape of a file: one in a process, as the file is now.

    Raises:
        CassetteError: The file cannot be used, or stands in a folder that is not there.
    """
    whole = path.expanduser().resolve()
    if not whole.parent.is_dir():
        raise CassetteError(f"The recording {path} cannot be made: there is no folder {whole.parent}.")
    with _tapes_lock:
        tape = _tapes.get(whole)
        if tape is None:
            tape = _tapes[whole] = Tape(whole)
        else:
            tape.refresh()
        return tape
