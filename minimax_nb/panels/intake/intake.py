"""Files that come from the page of a panel to be sent with a prompt: taken in slices, checked, shown small.

A websocket message of more than 10 MiB is lost without a word by a Jupyter server's default settings (tornado's
``websocket_max_message_size``), so a file comes in slices of at most 4 MB, each acknowledged with the place where the
next begins. A slice that comes twice does no harm, and after a gap the right place is asked for.

What the page says of a file (name, type, size) decides only whether it is taken at all. What it is, is told by its own
bytes, and it is checked as :class:`Image` and :class:`Video` check every file. A preview is made from decoded pixels.
Nothing here knows of a widget.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Kind
from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.panels.intake.answers import Ack, Attached, attached
from minimax_nb.panels.intake.files import SMALL, Content, Folder, clean_name, keep_for_good
from minimax_nb.panels.intake.rules import AGAIN, SLICE, WORDS, Rules, announced
from minimax_nb.prompt.media.files import refused, said_bytes
from minimax_nb.prompt.media.image import Image
from minimax_nb.prompt.media.kinds import kind_of
from minimax_nb.prompt.media.video import Video

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(slots=True)
class _Item:
    """A file that waits or is coming: as announced, its bytes, and what came of it."""

    id: str
    name: str
    kind: Kind
    content: Content
    looking: bool = False
    medium: Image | Video | None = None
    sent: Picture | Clip | None = None
    shown: Attached | None = None

    def announced(self) -> dict[str, Any]:
        """What is known of it before it was checked, and how far it is."""
        size, come = self.content.size, self.content.come
        done = self.shown is not None
        return {"id": self.id, "name": self.name, "kind": self.kind, "size": size, "next": come, "done": done}


class Intake:
    """The files that a page attaches to the next prompt. Any thread may call; a call waits for no other's check.

    Args:
        endpoint: Gives who would answer now; it is asked anew each time, since a panel's model may change.
    """

    def __init__(self, endpoint: Callable[[], Endpoint]) -> None:
        self._rules = Rules(endpoint)
        self._items: dict[str, _Item] = {}
        self._folder = Folder()
        self._lock = threading.RLock()

    # -- what is taken ---------------------------------------------------------------------------------------------

    def takes(self) -> dict[str, Any]:
        """What a page may attach, as plain values, so that it can refuse the rest without sending a byte.

        ``kinds`` (of "image" and "video"), ``image_bytes`` and ``video_bytes`` (most of one file), ``count`` (most
        files), ``slice`` (most bytes of a slice), ``suffixes`` by kind, and under ``instead`` a sentence for each kind
        that is not taken.
        """
        return self._rules.said()

    def begin(self, id: object, name: object, type: object, size: object) -> Ack:  # noqa: A002 - the page's own words
        """Hear of a file that is to come; the arguments are whatever the page sent.

        A file that is known already is told where it goes on.

        Args:
            id: The page's mark for it, 1 to 64 letters, digits, "-" or "_".
            name: Its name.
            type: Its MIME type, or "".
            size: Its bytes.

        Raises:
            RequestError: The mark cannot be one.
        """
        mark = _checked_id(id)
        kind = announced(name, type)
        title = clean_name(name, WORDS[kind] if kind else "file")
        with self._lock:
            item = self._items.get(mark)
            if item is not None:
                same = item.name == title and item.content.size == size
                return self._ack(item) if same else Ack(mark, why=f"{title} has the mark of another file. {AGAIN}")
            try:
                return self._ack(self._expected(mark, title, kind, size))
            except MiniMaxError as error:
                return Ack(mark, why=str(error))

    def take(self, id: object, at: object, data: bytes | memoryview) -> Ack:  # noqa: A002
        """Take a slice of a file.

        One that does not begin where the last one ended is left aside, and the answer says where to go on.

        Args:
            id: The file's mark.
            at: Where the slice begins, in bytes.
            data: At most :data:`SLICE` bytes.

        Raises:
            RequestError: The mark cannot be one.
        """
        mark = _checked_id(id)
        piece = memoryview(data).cast("B")
        with self._lock:
            item = self._items.get(mark)
            if item is None:
                return Ack(mark, why=f"The kernel does not know this file. {AGAIN}")
            content = item.content
            if isinstance(at, bool) or at != content.come:
                return self._ack(item)
            if len(piece) > SLICE:
                return self._given_up(item, f"{item.name} came in a slice of more than {said_bytes(SLICE)}.")
            if content.come + len(piece) > content.size:
                return self._given_up(item, f"{item.name} has more bytes than were announced. {AGAIN}")
            try:
                content.add(bytes(piece))
            except OSError as fault:
                return self._given_up(item, f"{item.name} cannot be kept here: {_reason(fault)}.")
            return self._ack(item)

    def look(self, id: object) -> Attached | Ack | None:  # noqa: A002
        """Check a file that has come whole, and make its preview. It takes as long as decoding does.

        Args:
            id: The file's mark.

        Returns:
            How to show it; or why it is refused, and then it is gone; or None if it is not whole, was dropped
            meanwhile, or is being checked by another thread.

        Raises:
            RequestError: The mark cannot be one.
        """
        mark = _checked_id(id)
        with self._lock:
            item = self._items.get(mark)
            if item is None or not item.content.whole or item.looking:
                return None
            if item.shown is not None:
                return item.shown
            item.looking = True
        why = ""
        try:
            medium = self._medium(item)
            sent = medium.prepare(self._rules.limits)
            self._check(item, sent)
        except MiniMaxError as error:
            why = str(error)
        except Exception as fault:  # noqa: BLE001 - a page that waits for an answer must get one
            why = f"{item.name} could not be checked: {_reason(fault)}."
        with self._lock:
            item.looking = False
            self._forgotten(item)  # what is done needs its bytes no more, or owns them
            if self._items.get(mark) is not item:
                return None
            if why:
                return self._given_up(item, why)
            item.medium, item.sent = medium, sent
            item.shown = attached(mark, sent)
            return item.shown

    # -- what waits ------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether nothing is on its way or being checked."""
        with self._lock:
            return all(item.shown is not None for item in self._items.values())

    def objects(self) -> tuple[Image | Video, ...]:
        """The files that were checked, in the order in which they were attached, for ``chat.stream(text, *objects)``.

        A large video's file stays as long as somebody holds the ``Video``; that of one that is to be uploaded until the
        process ends, since the conversation names the file and may have to upload it again.
        """
        with self._lock:
            done = [(item.medium, item.sent) for item in self._items.values() if item.medium is not None]
            for medium, sent in done:
                if isinstance(sent, Clip) and sent.path:
                    keep_for_good(medium)
            return tuple(medium for medium, _ in done)

    def sent(self) -> tuple[Picture | Clip, ...]:
        """The files that were checked as they would be sent, in order: to weigh a draft with them, not to send it."""
        with self._lock:
            return tuple(item.sent for item in self._items.values() if item.sent is not None)

    def state(self) -> list[dict[str, Any]]:
        """What a page needs to show the files anew: plain values, one dict a file, in order.

        Each has ``id``, ``name``, ``kind``, ``size``, ``next`` and ``done``; one that is done has ``preview`` and
        ``caption``, too.
        """
        with self._lock:
            return [{**item.announced(), **(asdict(item.shown) if item.shown else {})} for item in self._items.values()]

    def drop(self, id: object) -> None:  # noqa: A002
        """Forget a file, on its way or done; one that is not known is no error.

        Raises:
            RequestError: The mark cannot be one.
        """
        mark = _checked_id(id)
        with self._lock:
            if item := self._items.pop(mark, None):
                self._forgotten(item)

    def clear(self) -> None:
        """Forget all files: the prompt has gone, or is not to have them."""
        with self._lock:
            for mark in list(self._items):
                self.drop(mark)

    def close(self) -> None:
        """Forget all files and remove their folder. The same happens when nobody holds this object any more."""
        with self._lock:
            self.clear()
            self._folder.close()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _ack(self, item: _Item) -> Ack:
        return Ack(item.id, item.content.come, whole=item.content.whole)

    def _given_up(self, item: _Item, why: str) -> Ack:
        self.drop(item.id)
        return Ack(item.id, why=why)

    def _forgotten(self, item: _Item) -> None:
        if not item.looking and (path := item.content.path) is not None:
            item.content.path = None
            self._folder.remove(path)

    def _expected(self, mark: str, name: str, kind: Kind | None, size: object) -> _Item:
        """A file entered as one that will come.

        Raises:
            RequestError: It is not taken.
        """
        before = [(item.kind, item.content.size) for item in self._items.values()]
        sure, known = self._rules.check_new(name, kind, size, before)
        if known > SMALL and not self._folder.has_room(known):
            raise refused(name, "does not fit on the disk of the kernel", "Make room there, or choose a smaller one.")
        try:
            path = self._folder.new() if known > SMALL else None
        except OSError as fault:
            raise refused(name, f"cannot be kept here: {_reason(fault)}") from None
        item = self._items[mark] = _Item(mark, name, sure, Content(known, path))
        return item

    def _medium(self, item: _Item) -> Image | Video:
        """The picture or video that the bytes are; what is neither is refused when it is prepared."""
        found = kind_of(item.content.head())
        family = found.family if found is not None else "other"
        if family == "video" or (family == "other" and item.kind == "video"):
            return self._video(item)
        if item.content.size > self._rules.most("image"):
            raise refused(item.name, f"is a picture of {said_bytes(item.content.size)}, which is too large")
        return Image(item.content.taken(), name=item.name)

    def _video(self, item: _Item) -> Video:
        if item.content.path is None:
            return Video(item.content.taken(), name=item.name)
        with self._lock:
            video = Video(item.content.path, name=item.name)
            self._folder.give(item.content.path, video)
            item.content.path = None
        return video

    def _check(self, item: _Item, sent: Picture | Clip) -> None:
        """Hold a file, and all pictures together, against what the model takes.

        Raises:
            MiniMaxError: It is not taken.
        """
        with self._lock:
            before = [other.sent for other in self._items.values() if other is not item and other.sent is not None]
        self._rules.allow(
            *(other for other in before if isinstance(sent, Picture) and isinstance(other, Picture)), sent
        )


def _checked_id(mark: object) -> str:
    if not isinstance(mark, str) or not _ID.fullmatch(mark):
        raise RequestError("A file was announced without a proper mark.", hint="Reload the page.")
    return mark


def _reason(fault: BaseException) -> str:
    """An error of the system in a few words."""
    said = getattr(fault, "strerror", None)
    return f"{said[:1].lower()}{said[1:]}" if said else type(fault).__name__
