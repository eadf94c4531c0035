"""Uploaded files: what is kept of them between two calls. Their content is looked at once and not kept."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

from minimax_nb.emulator.ids import digest
from minimax_nb.emulator.scenes import Watched, watch

MOST_BYTES = 512_000_000
"""Most bytes of one file (MiniMax OpenAI-compatible API page, read 2026-11-20)."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One uploaded file: its id, name, size in bytes and purpose, and what was seen of it if it is a video."""

    file_id: int
    name: str
    size: int
    purpose: str
    watched: Watched | None = None


class Store:
    """The files of one emulator. Threads may share it.

    Ids are made of the content, the name and how often both came, so the same uploads in the same order have the same
    ids. Nothing expires: the emulator knows no clock.

    Attributes:
        most_bytes: Bytes beyond which a file is refused.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._files: dict[int, Filed] = {}
        self._uploads: dict[str, int] = {}

    def add(self, name: str, purpose: str, data: bytes) -> Filed:
        """Take a file in."""
        watched = watch(data) if purpose == "video_understanding" else None
        sha256 = watched.sha256 if watched else hashlib.sha256(data).hexdigest()
        with self._lock:
            time = self._uploads[sha256] = self._uploads.get(sha256, 0) + 1
            file_id = int(digest(name, sha256, str(time))[:15], 16)
            filed = self._files[file_id] = Filed(file_id, name, len(data), purpose, watched)
        return filed

    def get(self, file_id: int) -> Filed | None:
        """The file of that id, or None."""
        return self._files.get(file_id)

    def list(self, purpose: str = "") -> list[Filed]:
        """The files, the newest first; those of one purpose if one is named."""
        with self._lock:
            return [filed for filed in reversed(self._files.values()) if purpose in {"", filed.purpose}]

    def remove(self, file_id: int) -> bool:
        """Forget a file; False if there is none of that id."""
        with self._lock:
            return self._files.pop(file_id, None) is not None

    def __repr__(self) -> str:
        return f"<store of {len(self._files)} files>"
