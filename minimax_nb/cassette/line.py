"""One exchange as a line of text, and back.

A line is a JSON object whose first member is a checksum of all that follows, so that a line that was cut or edited is
told from one that was written. Pieces of a body are text where they are UTF-8, else base64; each has its time, in
seconds on the clock of the exchange.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from minimax_nb.cassette.asked import Asked
from minimax_nb.cassette.scan import Scan
from minimax_nb.errors import CassetteError, MiniMaxError, RequestError, TransportError, WireError

MOST_BYTES = 16_000_000
"""Most bytes of one answer that are kept."""

End = Literal["whole", "left", "failed", "stopped", "broken"]
"""How an answer ended: read to its end; left when it had told all; found to be wrong; stopped by somebody; cut off."""

_ERRORS: Mapping[str, type[TransportError | WireError | RequestError]] = {
    "TransportError": TransportError,
    "WireError": WireError,
    "RequestError": RequestError,
}
_SUM = 16


@dataclass(frozen=True, slots=True)
class Fault:
    """What broke an answer off: an error of the transport, in its own words."""

    kind: str
    what: str
    hint: str = ""
    retryable: bool = False

    @classmethod
    def of(cls, error: MiniMaxError) -> Fault:
        """The fault for an error."""
        kind = next(name for name, known in _ERRORS.items() if isinstance(error, known))
        return cls(kind, error.what, error.hint, getattr(error, "retryable", False))

    def error(self) -> MiniMaxError:
        """The error anew."""
        if self.kind == "TransportError":
            return TransportError(self.what, hint=self.hint, retryable=self.retryable)
        return _ERRORS[self.kind](self.what, hint=self.hint)


@dataclass(frozen=True, slots=True, eq=False)
class Taped:
    """One exchange. Two of them are never the same, whatever they hold.

    Attributes:
        asked: What was asked.
        status: HTTP status, or None where no answer came.
        headers: Those that matter, names in lower case.
        pieces: Seconds since the call was sent, and the bytes that came then.
        end: How it ended.
        seconds: When it ended.
        fault: What broke it off, or None.
        line: How it is written, without the line's end.
    """

    asked: Asked
    status: int | None
    headers: Mapping[str, str]
    pieces: tuple[tuple[float, bytes], ...]
    end: End
    seconds: float
    fault: Fault | None = None
    line: bytes = b""

    @property
    def good(self) -> bool:
        """Whether it is a whole answer, and not an error, a part of one, or none."""
        return self.status is not None and 200 <= self.status < 300 and self.end in {"whole", "left"}


def written(taped: Taped, scan: Scan) -> Taped:
    """The exchange as it goes into a file, with its line: every key in it is masked.

    Raises:
        CassetteError: It holds a key in a form that cannot be masked, or it is too long.
    """
    size = sum(len(data) for _, data in taped.pieces)
    if size > MOST_BYTES:
        raise CassetteError(f"An answer of {size:,} bytes is not recorded: the most is {MOST_BYTES:,}.")
    try:
        safe = _masked(taped, scan)
    except RecursionError:
        raise CassetteError("An exchange was not recorded: its JSON is nested too deeply.") from None
    line = _line(_row(safe))
    if scan.finds(line.decode()):
        raise CassetteError("An exchange was not recorded: it holds a key in a form that cannot be masked.")
    return replace(safe, line=line)


def _masked(taped: Taped, scan: Scan) -> Taped:
    """The exchange with every key in it masked."""
    texts = scan.mask_stream([data.decode("utf-8", "surrogateescape") for _, data in taped.pieces])
    times = [at for at, _ in taped.pieces]
    asked, fault = taped.asked, taped.fault
    return replace(
        taped,
        asked=replace(asked, path=scan.mask(asked.path), request=scan.mask_value(asked.request)),
        headers={name: scan.mask(value) for name, value in taped.headers.items()},
        pieces=tuple((at, text.encode("utf-8", "surrogateescape")) for at, text in zip(times, texts, strict=True)),
        fault=fault and replace(fault, what=scan.mask(fault.what), hint=scan.mask(fault.hint)),
    )


def read(line: bytes) -> Taped:
    """The exchange that stands on a line.

    Raises:
        ValueError: The line was cut or edited.
    """
    text, mark = line.decode(), '{"sum":"'
    if not text.startswith(mark) or _sum(text[len(mark) + _SUM :]) != text[len(mark) : len(mark) + _SUM]:
        raise ValueError("checksum")
    try:
        row = json.loads(text)
        taped = _taped(row, line)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("members") from error
    return taped


def _line(row: Mapping[str, Any]) -> bytes:
    """The row with its checksum before it."""
    said = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if not _writable(said):  # half a surrogate pair, from a service or a body that quoted it
        said = json.dumps(row, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    rest = f'",{said[1:]}'
    return f'{{"sum":"{_sum(rest)}{rest}'.encode()


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sum(rest: str) -> str:
    return hashlib.sha256(rest.encode()).hexdigest()[:_SUM]


def _row(taped: Taped) -> dict[str, Any]:
    asked, fault = taped.asked, taped.fault
    row: dict[str, Any] = {
        "provider": asked.provider,
        "method": asked.method,
        "path": asked.path,
        "fingerprint": asked.fingerprint,
        "request": asked.request,
        "status": taped.status,
        "headers": dict(sorted(taped.headers.items())),
        "pieces": [[at, _said(data)] for at, data in taped.pieces],
        "end": taped.end,
        "seconds": taped.seconds,
    }
    if fault is not None:
        row["error"] = {"kind": fault.kind, "what": fault.what, "hint": fault.hint, "again": fault.retryable}
    return row


def _said(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _taped(row: Mapping[str, Any], line: bytes) -> Taped:
    """The exchange of a row.

    Raises:
        ValueError, TypeError, KeyError: A member is missing or of another kind.
    """
    asked = Asked(row["provider"], row["method"], row["path"], row["fingerprint"], row["request"])
    status, headers, end, fault = row["status"], row["headers"], row["end"], row.get("error")
    sound = (
        all(isinstance(text, str) for text in (*_texts(asked), *headers, *headers.values()))
        and (status is None or type(status) is int)
        and end in get_args(End)
        and (fault is None or fault["kind"] in _ERRORS)
    )
    if not sound:
        raise ValueError("kinds")
    return Taped(
        asked,
        status,
        headers,
        tuple((float(at), _bytes(said)) for at, said in row["pieces"]),
        end,
        float(row["seconds"]),
        None if fault is None else Fault(fault["kind"], fault["what"], fault["hint"], bool(fault["again"])),
        line,
    )


def _texts(asked: Asked) -> tuple[str, ...]:
    return asked.provider, asked.method, asked.path, asked.fingerprint


def _bytes(said: str | Mapping[str, str]) -> bytes:
    return said.encode() if isinstance(said, str) else base64.b64decode(said["base64"], validate=True)
