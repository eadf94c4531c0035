"""What a page is told about a file: how far it has come, why it is refused, or how it looks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from minimax_nb.catalog.rows import Kind
from minimax_nb.display.gallery import media_lines
from minimax_nb.display.thumbs import data_uri
from minimax_nb.messages.media import Clip, Picture


@dataclass(frozen=True, slots=True)
class Ack:
    """What a page is told about a file that is coming.

    Attributes:
        id: The page's own mark for the file.
        next: Where the next slice begins, in bytes.
        why: Why the file is not taken, in a sentence; "" if it is.
        whole: Whether all of it has come, so that :meth:`Intake.look` can check it.
    """

    id: str
    next: int = 0
    why: str = ""
    whole: bool = False

    def op(self) -> dict[str, Any]:
        """What is sent to the page."""
        if self.why:
            return {"op": "refused", "id": self.id, "why": self.why}
        return {"op": "ack", "id": self.id, "next": self.next}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was checked, as a page shows it.

    Attributes:
        id: The page's own mark for the file.
        name: What it is called, on one line.
        kind: "image" or "video", by its bytes.
        preview: A small picture of it as a data URI (JPEG or PNG, at most 20 kB before base64), or "" for none.
        caption: What is known of it and what becomes of it, on one line.
    """

    id: str
    name: str
    kind: Kind
    preview: str
    caption: str

    def op(self) -> dict[str, Any]:
        """What is sent to the page."""
        return {"op": "attached", **asdict(self)}


def attached(mark: str, medium: Picture | Clip) -> Attached:
    """How a picture or video that was made ready is shown."""
    kind: Kind = "video" if isinstance(medium, Clip) else "image"
    return Attached(mark, medium.name, kind, data_uri(medium.thumbnail, medium.thumbnail_type), _caption(medium))


def _caption(medium: Picture | Clip) -> str:
    """What the receipt will say of it, without its name, which stands above."""
    facts = media_lines([replace(medium, name="-")])[0].partition(" - · ")[2]
    uploaded = isinstance(medium, Clip) and bool(medium.path)
    return f"{facts} · uploaded before the call" if uploaded else facts
