"""What is remembered of uploads, so that a video is not uploaded again while the service still has it.

An entry belongs to an address, to the owner of a key and to a content. The key itself is never written: an owner is a
keyed hash of it, with a random salt of this computer's. What went to the emulator inside the process is remembered in
the process alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from minimax_nb.catalog import Endpoint
from minimax_nb.catalog.address import IN_PROCESS
from minimax_nb.wire.files import Uploaded, files_url

KEPT_S = 6.5 * 24 * 3600
"""Seconds for which an upload is used again. MiniMax keeps such a file seven days at most (file management page, read
2026-11-20)."""

_VERSION = 1
_MOST_BYTES = 4_000_000
_CLOCK_S = 3600.0  # an entry may be this much younger than now: clocks are put back


@dataclass(frozen=True, slots=True)
class _Entry:
    """One upload: where, whose, what, and when by this computer's clock."""

    where: str
    owner: str
    file: Uploaded
    at: float


@dataclass(frozen=True, slots=True)
class _Content:
    """What the file holds."""

    salt: str
    entries: tuple[_Entry, ...] = ()


class Kept:
    """Uploads that are remembered, in memory and in a small file that only the user may read.

    A file that is damaged, newer than this version or not to be written is as good as none.

    Args:
        path: The file; None is ``uploads.json`` in the user's cache folder.
        clock: Seconds since 1970.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._memory = _Content(secrets.token_hex(16))

    def find(self, endpoint: Endpoint, sha256: str) -> Uploaded | None:
        """The upload of a content that the endpoint's service still has, as far as is known."""
        return next((file for file in self.of(endpoint) if sha256 and file.sha256 == sha256), None)

    def of(self, endpoint: Endpoint) -> list[Uploaded]:
        """Every upload that is remembered for this address and key, the newest first."""
        with self._lock:
            contents = [self._memory, *([self._read()] if _lasts(endpoint) else [])]
            found = [
                entry
                for content in contents
                for entry in self._fresh(content.entries)
                if _fits(entry, endpoint, content)
            ]
        by_id = {entry.file.file_id: entry for entry in sorted(found, key=lambda entry: entry.at)}
        return [entry.file for entry in reversed(by_id.values())]

    def add(self, endpoint: Endpoint, file: Uploaded) -> None:
        """Remember an upload."""

        def added(content: _Content) -> _Content:
            mine = _Entry(files_url(endpoint), _owner(endpoint, content.salt), file, self._clock())
            others = [
                entry
                for entry in self._fresh(content.entries)
                if not (_fits(entry, endpoint, content) and entry.file.sha256 == file.sha256)
            ]
            return replace(content, entries=(*others, mine))

        self._change(endpoint, added)

    def drop(self, endpoint: Endpoint, file_id: str) -> bool:
        """Forget an upload; whether it was remembered."""
        known = any(file.file_id == file_id for file in self.of(endpoint))
        if known:
            where = files_url(endpoint)
            self._change(endpoint, lambda content: _without(content, where, file_id))
        return known

    # -- inside --------------------------------------------------------------------------------------------------------

    def _change(self, endpoint: Endpoint, change: Callable[[_Content], _Content]) -> None:
        with self._lock:
            self._memory = change(self._memory)
            if _lasts(endpoint):
                self._write(change(self._read()))

    def _fresh(self, entries: Iterable[_Entry]) -> list[_Entry]:
        now = self._clock()
        return [entry for entry in entries if -_CLOCK_S <= now - entry.at < KEPT_S]

    def _file(self) -> Path:
        if self._path is not None:
            return self._path
        import platformdirs

        return platformdirs.user_cache_path("minimax-nb") / "uploads.json"

    def _read(self) -> _Content:
        try:
            with self._file().open("rb") as file:
                value = json.loads(file.read(_MOST_BYTES))
            if value["version"] == _VERSION and len(bytes.fromhex(value["salt"])) == 16:
                return _Content(value["salt"], tuple(_entry(row) for row in value["uploads"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # what cannot be read is forgotten: the worst that comes of it is one more upload
        return _Content(secrets.token_hex(16))

    def _write(self, content: _Content) -> None:
        rows = [_row(entry) for entry in self._fresh(content.entries)]
        text = json.dumps({"version": _VERSION, "salt": content.salt, "uploads": rows}, indent=1)
        with contextlib.suppress(OSError):
            path = self._file()
            path.parent.mkdir(parents=True, exist_ok=True)
            number, draft = tempfile.mkstemp(prefix=".uploads-", dir=path.parent)  # for this user alone to read
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(draft).replace(path)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise


def _lasts(endpoint: Endpoint) -> bool:
    """Whether the service outlives this process."""
    return not endpoint.base_url.startswith(IN_PROCESS)


def _owner(endpoint: Endpoint, salt: str) -> str:
    key = endpoint.key.reveal() if endpoint.key else ""
    return hashlib.blake2b(key.encode("utf-8", "replace"), key=bytes.fromhex(salt), digest_size=16).hexdigest()


def _fits(entry: _Entry, endpoint: Endpoint, content: _Content) -> bool:
    return entry.where == files_url(endpoint) and entry.owner == _owner(endpoint, content.salt)


def _without(content: _Content, where: str, file_id: str) -> _Content:
    kept = (entry for entry in content.entries if (entry.where, entry.file.file_id) != (where, file_id))
    return replace(content, entries=tuple(kept))


def _row(entry: _Entry) -> dict[str, Any]:
    file = asdict(entry.file)
    file["created"] = entry.file.created.isoformat() if entry.file.created else None
    return {"where": entry.where, "owner": entry.owner, "at": entry.at, **file}


def _entry(row: dict[str, Any]) -> _Entry:
    """One row of the file.

    Raises:
        ValueError: A member is of another type. KeyError: One is missing. TypeError: It is no row.
    """
    texts = {name: row[name] for name in ("where", "owner", "file_id", "name", "sha256", "purpose")}
    at, size, created = row["at"], row["size"], row["created"]
    sound = (
        all(isinstance(text, str) for text in texts.values())
        and type(at) in {int, float}
        and (size is None or type(size) is int)
    )
    if not sound:
        raise ValueError("another type")
    where, owner = texts.pop("where"), texts.pop("owner")
    when = None if created is None else datetime.fromisoformat(created)
    return _Entry(where, owner, Uploaded(**texts, size=size, created=when), float(at))
