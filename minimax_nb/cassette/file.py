"""The file of a cassette: read and checked as a whole, and written as a whole or not at all.

The first line names the format and its version, and how many exchanges follow: a file that was cut is told from one
that is whole, wherever it was cut. A new state is written beside the old one and put in its place in one step. Two
programs that write the same file do so one after the other, and neither loses what the other has written.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from minimax_nb.cassette.line import Taped, read
from minimax_nb.cassette.scan import Scan
from minimax_nb.errors import CassetteError

FORMAT, VERSION = "minimax_nb cassette", 1
MOST_BYTES = 256_000_000

_PATIENCE_S, _AGAIN_S, _STALE_S = 10.0, 0.02, 8.0


def read_file(path: Path, scan: Scan) -> tuple[Taped, ...]:
    """The exchanges of a cassette, in its order; none, if there is no such file.

    Args:
        path: The file.
        scan: Looks for keys.

    Raises:
        CassetteError: It is no cassette, was cut or edited, is of a newer version, or holds a key.
    """
    data = _content(path)
    if data is None:
        return ()
    lines = data.replace(b"\r\n", b"\n").split(b"\n")  # version control may have changed the ends; texts hold none
    count = _checked_head(path, lines[0], data)
    if lines.pop():
        raise _bad(path, "was cut off in its last line", _OLDER)
    rows = lines[1:]
    if len(rows) != count:
        how = "was cut off" if len(rows) < count else "was edited"
        raise _bad(path, f"{how}: it says that it holds {count} exchanges, and there are {len(rows)}", _OLDER)
    return tuple(_checked(path, number, line, scan) for number, line in enumerate(rows, 2))


def stamp(path: Path) -> tuple[int, int] | None:
    """What tells whether a file has changed; None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def write_file(path: Path, exchanges: Sequence[Taped]) -> None:
    """Put a cassette in its place, whole. To be called with the file locked.

    Raises:
        CassetteError: It cannot be written; what was there before is untouched.
    """
    head = json.dumps({"format": FORMAT, "version": VERSION, "exchanges": len(exchanges)}, separators=(",", ":"))
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(b"".join(part + b"\n" for part in (head.encode(), *(taped.line for taped in exchanges))))
            file.flush()
            os.fsync(file.fileno())
        _put(draft, path)
    except OSError as error:
        raise CassetteError(f"The recording {path.name} cannot be written ({_why(error)}).") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other programs from writing the file meanwhile; a lock that was left behind by a crash is taken over.

    Raises:
        CassetteError: Another program keeps it locked, or no file can be made beside it.
    """
    lock, ends = path.with_name(f".{path.name}.lock"), time.monotonic() + _PATIENCE_S
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            _take_over(lock)
        except PermissionError as error:  # on Windows also a lock that is just being taken away
            if os.name != "nt":
                raise CassetteError(f"The recording {path.name} cannot be written ({_why(error)}).") from None
        except OSError as error:
            raise CassetteError(f"The recording {path.name} cannot be written ({_why(error)}).") from None
        if time.monotonic() > ends:
            raise CassetteError(f"The recording {path.name} is being written by another program.")
        time.sleep(_AGAIN_S)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def _take_over(lock: Path) -> None:
    """Remove a lock that nobody can hold any more: writing takes no such time."""
    with contextlib.suppress(OSError):
        if time.time() - lock.stat().st_mtime > _STALE_S:
            lock.unlink()


def _put(draft: Path, path: Path) -> None:
    """Put the draft in the place of the file; on Windows somebody who reads it just now is waited for."""
    for _ in range(50 if os.name == "nt" else 0):
        try:
            draft.replace(path)
        except PermissionError:
            time.sleep(_AGAIN_S)
        else:
            return
    draft.replace(path)


def _content(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _bad(path, f"has more than {MOST_BYTES:,} bytes, which no cassette has", "")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CassetteError(f"The recording {path} cannot be read ({_why(error)}).") from None


def _checked_head(path: Path, line: bytes, data: bytes) -> int:
    """How many exchanges the first line says there are."""
    if not data:
        raise _bad(path, "is empty, so it was cut off", _OLDER)
    try:
        head = json.loads(line)
        known = isinstance(head, dict) and head["format"] == FORMAT
        version: Any = head["version"] if known else None
        count: Any = head["exchanges"] if known else None
    except (ValueError, KeyError, RecursionError):
        known = version = count = None
    if not known:
        raise _bad(path, "is no cassette: its first line does not say so", "Name another file to record into.")
    if type(version) is not int or version > VERSION:
        raise _bad(
            path,
            f"is of format version {version}, which is newer than this minimax_nb knows ({VERSION})",
            "Update minimax_nb.",
        )
    if type(count) is not int or count < 0:
        raise _bad(path, "was edited in line 1", _OLDER)
    return count


def _checked(path: Path, number: int, line: bytes, scan: Scan) -> Taped:
    try:
        taped = read(line)
        text = line.decode()
    except ValueError:
        raise _bad(path, f"was cut or edited in line {number}", _OLDER) from None
    if scan.finds(text):
        raise _bad(
            path,
            f"holds a key in line {number}, which this version would not have written",
            "Revoke that key, delete the file and record anew.",
        )
    return taped


_OLDER = "Nothing was sent, and the file is left as it is: bring back an older copy, or delete it and record anew."


def _bad(path: Path, what: str, hint: str) -> CassetteError:
    return CassetteError(f"The recording {path.name} {what}.", hint=hint)


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
