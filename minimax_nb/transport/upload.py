"""A file on its way to a service: read, sent and counted piece by piece, never held whole.

Over HTTP no more than one piece is in memory. The emulator inside the process is the exception: it is handed the whole
form, since it looks at what it gets. Nothing is sent twice over one line: an idle connection may be closing just then,
so an upload takes a new one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import httpx

from minimax_nb.prompt.media.files import open_file, refused
from minimax_nb.transport.exchange import SCHEME, Exchange, Limits, Stop, Stopped
from minimax_nb.transport.http import HttpExchange
from minimax_nb.transport.lines import Line, give_back
from minimax_nb.transport.patience import first_limit, upload_limit
from minimax_nb.wire.files import Form

PIECE = 64 * 1024
"""Bytes read and sent at a time. Each piece has the time limit of a whole silence to go out."""

OnProgress = Callable[[int, int], None]
"""Told how many bytes of the content have gone out, and how many there are."""

_REPORT_S = 0.05


class Paced:
    """Passes progress on at most twenty times a second, and the end always."""

    def __init__(self, report: OnProgress | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._report, self._clock = report, clock
        self._last: float | None = None

    def __call__(self, sent: int, total: int) -> None:
        """So much has gone out."""
        if self._report is None:
            return
        now = self._clock()
        if self._last is None or now - self._last >= _REPORT_S or sent == total:
            self._last = now
            self._report(sent, total)


class Outgoing:
    """A form's bytes as they go out, once.

    Args:
        form: The form.
        source: The content: a file, or the bytes.
        name: What to call it in an error.
        stop: Ends the reading as well.
        on_progress: Told of every piece that has gone out.

    Attributes:
        begun: Whether a byte has gone out, so that the service may have begun to take the file in.
        sha256: Of the content, when all of it has gone out; until then "".
    """

    def __init__(
        self, form: Form, source: Path | bytes, name: str, stop: Stop, on_progress: OnProgress | None = None
    ) -> None:
        self.form, self.begun, self.sha256 = form, False, ""
        self._source, self._name, self._stop, self._progress = source, name, stop, Paced(on_progress)

    def pieces(self) -> Generator[bytes, None, None]:
        """The bytes, in pieces of at most :data:`PIECE` and the form's own head and tail.

        Raises:
            RequestError: The file cannot be read, or is no longer as long as it was.
            Stopped: Somebody asked to stop.
        """
        seen, sent, total = hashlib.sha256(), 0, self.form.size
        with open_file(self._source) if isinstance(self._source, Path) else io.BytesIO(self._source) as file:
            self.begun = True
            yield self.form.head
            self._progress(0, total)
            while data := self._read(file, min(PIECE, total - sent)):
                if self._stop.is_set():
                    raise Stopped
                seen.update(data)
                yield data
                sent += len(data)
                self._progress(sent, total)
            if sent < total or self._read(file, 1):
                hint = "Wait until it is written, then send the prompt again."
                raise refused(self._name, "was changed while it was uploaded", hint)
        self.sha256 = seen.hexdigest()
        yield self.form.tail

    def _read(self, file: BinaryIO, most: int) -> bytes:
        try:
            return file.read(most)
        except OSError as fault:
            reason = (fault.strerror or type(fault).__name__).lower()
        raise refused(self._name, f"cannot be read: {reason}")


class UploadExchange(HttpExchange):
    """An upload over HTTP, and the answer to it."""

    def __init__(self, outgoing: Outgoing, limits: Limits, stop: Stop) -> None:
        self._outgoing = outgoing
        # The answer comes in one piece, when the service has put the file away: that may take it long.
        super().__init__(outgoing.form.call, replace(limits, whole=True), stop)

    def _open_again(self) -> None:
        """Leave the idle line to others: what is sent over one that is just closing would have to be sent again."""
        give_back(self._line)
        self._line = Line(self._call.url)
        self._open()

    def _open(self) -> None:
        self._line.patience = self._patience
        self._stop.on_stop(self._line.hang_up)
        pieces = self._timed(self._outgoing.pieces())
        request = self._line.client.build_request(
            self._call.method,
            self._call.url,
            headers={"accept-encoding": "identity", "user-agent": "minimax_nb", **self._call.sent_headers()},
            content=pieces,
            timeout=httpx.Timeout(self._limits.timeout, read=first_limit(self._limits, 0)),
            extensions={"trace": functools.partial(self._trace, self._line)},
        )
        try:
            self._response = self._line.client.send(request, stream=True)
        finally:
            pieces.close()  # and the file with it, where the service answered before it had taken all
        self.status = self._response.status_code
        self.headers = dict(self._response.headers)

    def _timed(self, pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
        """The pieces, as long as each of them is taken in time and all of them are, however slowly."""
        ends = time.monotonic() + upload_limit(self._limits, self._outgoing.form.size)
        with contextlib.closing(pieces):
            for piece in pieces:
                began = time.monotonic()
                yield piece
                now = time.monotonic()
                if now - began > self._limits.timeout or now > ends:
                    raise httpx.WriteTimeout("")


def open_upload(outgoing: Outgoing, limits: Limits, stop: Stop) -> Exchange:
    """Send a form and wait for the head of the answer, whatever its status.

    Raises:
        TransportError: The other side could not be reached, did not take it in time, or was silent too long.
        RequestError: The file cannot be read, or was changed meanwhile.
        ConfigError: The call cannot be sent as it is.
        Stopped: Somebody asked to stop.
    """
    call = outgoing.form.call
    if not call.url.startswith(SCHEME):
        return UploadExchange(outgoing, limits, stop)
    from minimax_nb.transport.local import LocalExchange  # loads the emulator: not needed for HTTP

    whole = io.BytesIO()
    whole.writelines(outgoing.pieces())
    return LocalExchange(replace(call, body=whole.getvalue()), limits, stop)
