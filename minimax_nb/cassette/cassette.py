"""What a user holds of a recording: a file, a mode and a pace. It carries calls in place of the transport.

=========  ====================================================================================================
mode       what is done with a call
=========  ====================================================================================================
``auto``   It is answered from the recording. What is not in there is asked of the service and added, if there is a
           key or none is needed; else it is an error that says what no longer fits. An answer that was an error,
           was cut off or stopped is asked for again where that is possible.
``record`` The service is asked always. An answer takes the place of the one that was recorded before for the same
           request; a call that failed never takes the place of one that did not.
``replay`` Nothing is ever sent. What is not in the recording is an error.
``off``    The recording is left alone.
=========  ====================================================================================================

Each exchange is written when it has ended, one by one: a notebook that stops half-way leaves a whole recording.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from minimax_nb.cassette.asked import Asked, asked_by, asked_download, asked_upload
from minimax_nb.cassette.carrier import DIRECT, Place, Wanted, WantedUpload
from minimax_nb.cassette.difference import difference
from minimax_nb.cassette.line import Fault, Taped, written
from minimax_nb.cassette.record import AsyncRecorded, Recorded, Taking, not_opened
from minimax_nb.cassette.replay import AsyncReplayed, Replayed
from minimax_nb.cassette.scan import scan_for
from minimax_nb.cassette.tape import Status, Tape, tape_at
from minimax_nb.catalog import did_you_mean, load_catalog
from minimax_nb.errors import CassetteError, ConfigError, RequestError, TransportError
from minimax_nb.secrets import Secret
from minimax_nb.transport import FETCH_BYTES, AsyncExchange, Exchange, Limits, Stop
from minimax_nb.wire.call import Call

if TYPE_CHECKING:
    from minimax_nb.transport.upload import Outgoing

Mode = Literal["off", "auto", "record", "replay"]
MODES: Final = cast("tuple[str, ...]", get_args(Mode))
PACES: Final[Mapping[str, float]] = {"full": 0.0, "recorded": 1.0}


def checked_mode(value: object) -> Mode:
    """The mode, if it is one.

    Raises:
        ConfigError: It is none.
    """
    if value not in MODES:
        near = did_you_mean(str(value), MODES, otherwise=f"There are {', '.join(MODES)}.")
        raise ConfigError(f"There is no cassette mode {value!r}.", hint=near)
    return cast("Mode", value)


def checked_speed(value: object) -> float:
    """Seconds to wait for each second of a recording: "full" is none, "recorded" one, 2 is twice as fast.

    Raises:
        ConfigError: It is no speed.
    """
    if isinstance(value, str) and value in PACES:
        return PACES[value]
    try:
        speed = float(value)  # type: ignore[arg-type]  # whatever was said: it is refused if it is no number
    except (TypeError, ValueError):
        speed = math.nan
    if not speed > 0 or math.isinf(speed):
        hint = 'It is "full" (at once), "recorded", or a number: 2 is twice as fast as it was.'
        raise ConfigError(f"There is no cassette speed {value!r}.", hint=hint)
    return 1.0 / speed


class Cassette:
    """A recording of calls in a file, and what is done with it.

    Args:
        path: The file. It is made when the first exchange is recorded.
        mode: "auto", "record" or "replay" (see above).
        speed: How fast answers are replayed: "full" (at once), "recorded", or a factor (2 is twice as fast).

    Raises:
        CassetteError: The file cannot be used, or in replay mode is not there.
        ConfigError: No such mode or speed.
    """

    records = True

    def __init__(self, path: str | os.PathLike[str], mode: str = "auto", speed: str | float = "full") -> None:
        self.path = Path(path)
        self.mode, self.pace = checked_mode(mode), checked_speed(speed)
        self.tape: Tape = tape_at(self.path)
        if self.mode == "replay" and not self.tape.exchanges:
            raise CassetteError(
                f"There is no recording {self.path} to replay.",
                hint="Mode auto or record makes it: %minimax_record FILE, or Chat(cassette=FILE).",
            )

    @property
    def providers(self) -> tuple[str, ...]:
        """Whose answers the recording holds, first come first."""
        return self.tape.providers

    @property
    def status(self) -> Status:
        """How the recording stands."""
        return self.tape.status

    def begin(self) -> None:
        """Begin anew: each request has its first answer again, and what is recorded replaces what is there."""
        self.tape.begin()

    def tidy(self) -> int:
        """Take out of the file what was not used since the kernel began; how many exchanges that were."""
        return self.tape.tidy()

    def ask(self, wanted: Wanted) -> _Asking:
        """Settle how a request is answered. Nothing is sent."""
        if isinstance(wanted, WantedUpload):
            form = {"file": wanted.name, "type": wanted.media_type, "bytes": wanted.size, "sha256": wanted.sha256}
            asked = asked_upload(wanted.call, wanted.provider, form)
        else:
            asked = asked_by(wanted.call, wanted.provider)
        return _Asking(self, asked, wanted)

    def replays(self, asked: Asked, *, may_ask: bool, fresh: bool) -> bool:
        """Whether a request is answered from the recording, or not at all."""
        if self.mode == "replay":
            return True
        if self.mode == "record":
            return False
        return not may_ask or (not fresh and any(taped.good for taped in self.tape.answers(asked)))

    def fetch(self, url: str, limits: Limits, most: int = FETCH_BYTES) -> bytes:
        """What stands at an address, downloaded or from the recording; it needs no key."""
        asking = _Asking(self, asked_download(url), Wanted(Call("GET", url), ""))
        return asking.download(lambda: DIRECT.fetch(url, limits, most))

    def replaced_by(self, asked: Asked, place: Place | None) -> list[Taped]:
        """What a new answer to a request takes the place of, once it is there."""
        return self.tape.outdated(asked, place) if self.mode == "record" else self.tape.answers(asked)

    def missing(self, asked: Asked, *, may_ask: bool, key: Secret | None = None) -> CassetteError:
        """The error for a request that the recording has no answer to: what no longer fits, and what to do."""
        name = self.path.name
        if self.mode == "replay" or may_ask:
            why = "and in replay mode nothing is sent"
            magic = f"%minimax_record {_near(self.path)}"
            how = f"{magic} --mode auto asks for what is missing, --mode record for everything"
        else:
            row = load_catalog().providers.get(asked.provider)
            variable = row.keys[0] if row is not None and row.keys else "a key"
            why = f"and no key was found to ask {asked.provider} with"
            how = f"once {variable} is set, the service is asked and its answer added"
        lines = difference(asked, [taped.asked for taped in self.tape.exchanges])
        if lines:
            changed = f" Recorded (-) and asked now (+):\n{scan_for(key).mask(lines)}\n"
        else:
            changed = f" It holds no call of this kind ({asked.path.partition('?')[0]}).\n"
        what = f"The recording {name} has no answer to this call, {why}.{changed}"
        return CassetteError(f"{what}Undo the change, or record it: {how}.")

    def __repr__(self) -> str:
        return f"<Cassette {self.path} {self.mode}, {len(self.tape.exchanges)} exchanges>"


def _near(path: Path) -> str:
    """The path as it is typed in the working directory, in quotes where it has blanks; elsewhere the file's name."""
    try:
        said = path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (OSError, ValueError):
        said = path.name
    return f'"{said}"' if " " in said else said


class _Asking:
    """One request and its tries, answered by the service and recorded, or from the recording."""

    def __init__(self, cassette: Cassette, asked: Asked, wanted: Wanted) -> None:
        self._cassette, self._asked, self._wanted = cassette, asked, wanted
        self.replayed = cassette.replays(asked, may_ask=wanted.may_ask, fresh=wanted.fresh)
        self.answered = self.replayed and bool(cassette.tape.answers(asked))
        self.trouble = ""
        self._old = [] if self.replayed else cassette.replaced_by(asked, wanted.place)
        self._held: list[Taped] = []  # failed tries: they are kept only if a good one follows, or none was there
        self._taking: Taking | None = None

    def _next(self) -> Taped:
        taped = self._cassette.tape.next(self._asked)
        if taped is None:
            wanted = self._wanted
            raise self._cassette.missing(self._asked, may_ask=wanted.may_ask, key=wanted.call.key)
        return taped

    def open(self, call: Call, limits: Limits, stop: Stop) -> Exchange:
        """The next try: sent and recorded, or given again."""
        return self._opened(lambda: DIRECT.open(call, limits, stop), call.key, stop)

    def upload(self, outgoing: Outgoing, limits: Limits, stop: Stop) -> Exchange:
        """The same for a form."""
        return self._opened(lambda: DIRECT.upload(outgoing, limits, stop), outgoing.form.call.key, stop)

    def _opened(self, send: Callable[[], Exchange], key: Secret | None, stop: Stop) -> Exchange:
        if self.replayed:
            return Replayed(self._next(), self._cassette.pace, stop)
        taking = self._new_taking(key)
        try:
            return Recorded(send(), taking)
        except BaseException as error:
            not_opened(taking, error)
            raise

    async def open_async(self, call: Call, limits: Limits) -> AsyncExchange:
        """The next try, for coroutines."""
        if self.replayed:
            return AsyncReplayed(self._next(), self._cassette.pace)
        taking = self._new_taking(call.key)
        try:
            return AsyncRecorded(await DIRECT.open_async(call, limits), taking)
        except BaseException as error:
            not_opened(taking, error)
            raise

    def download(self, fetch: Callable[[], bytes]) -> bytes:
        """What stands at an address."""
        if self.replayed:
            taped = self._next()
            if taped.fault is not None:
                raise taped.fault.error()
            return b"".join(data for _, data in taped.pieces)
        try:
            content = fetch()
        except (RequestError, TransportError) as error:
            self._keep(Taped(self._asked, None, {}, (), "broken", 0.0, Fault.of(error)), None)
            raise
        self._keep(Taped(self._asked, 200, {}, ((0.0, content),), "whole", 0.0), None)
        return content

    def stopped(self) -> None:
        """Somebody stopped it here."""
        if self._taking is not None:
            self._taking.ended("stopped")

    def failed(self) -> None:
        """What has come is not what was asked for."""
        if self._taking is not None:
            self._taking.ended("failed")

    def _new_taking(self, key: Secret | None) -> Taking:
        self._taking = Taking(self._asked, lambda taped: self._keep(taped, key))
        return self._taking

    def _keep(self, taped: Taped, key: Secret | None) -> None:
        """Write what was recorded, instead of what it replaces."""
        try:
            self._held.append(written(taped, scan_for(key)))
            if taped.good or not any(before.good for before in self._old):
                held, old, self._held, self._old = self._held, self._old, [], []
                self._cassette.tape.put(held, old, self._wanted.place)
        except CassetteError as error:
            self.trouble = self._cassette.tape.trouble = str(error)
