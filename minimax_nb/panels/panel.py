"""What all panels share: messages to the page and from it, a pace for what grows, and a copy that is saved.

What a page needs is sent as operations, small dicts with an "op". Each message is numbered; a page that misses one, or
begins anew after a reload, says "hello" and is sent the whole state. What grows is looked at when it is time to send
(:meth:`Panel.news`), at most 20 times a second, so nothing queues up however fast a model writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from minimax_nb.display.render import Bundle
from minimax_nb.errors import MiniMaxError
from minimax_nb.panels.page import Page, shows_widgets
from minimax_nb.panels.static import StaticCopy

Op = dict[str, Any]
"""One operation on what a page shows: plain JSON values, its kind under "op"."""

Handler = Callable[[Mapping[str, Any], Sequence[memoryview]], object]

TICK_S = 0.053
"""Least time between two messages of what grows: some 19 a second, and never more than 20."""

_GLANCE_S = 0.005
"""Least time between two looks that find nothing: the first word must not wait for the pace."""

_TIMES_COST = 4
"""A message is followed by this many times what it took: who reads a reply must not be kept busy with showing it."""

_REST_S = 0.08
"""What has grown is sent after this time at the latest, if nothing that comes after it takes it along."""

_STILL = 12
"""Rests in which nothing grows, after which nobody waits for more."""


class Panel:
    """A panel in a cell. Show it by naming it in the last line of a cell; shown twice, both are the same panel.

    Attributes:
        lock: Held while what the page shows is looked at or changed.
    """

    name: ClassVar[str] = ""
    """What the panel is called in the metadata of its copy."""

    files: ClassVar[tuple[str, ...]] = ()
    """Its scripts and styles in this folder, without their endings, in the order in which they need each other."""

    title: ClassVar[str] = ""
    """What the panel is, where no widget is shown."""

    kept_as: ClassVar[str] = ""
    """The last line of the copy that is saved, which says what it is. The page's script finds the copy by it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.handlers: dict[str, Handler] = {"hello": self._on_hello, "copy": self._on_copy}
        self._page: Page | None = None
        self._static = StaticCopy(self.kept)
        self._told_digest = ""
        self._met = self._reopened = False  # whether a page has said hello, and another one after it
        self._pages_keep = False  # whether every page so far puts the copy into the notebook itself
        self._numbered = 0
        self._changed = self._ticking = False
        self._next = 0.0  # when it is time to look for news

    # -- for the panel below -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that a page needs to draw the panel from nothing. Called under :attr:`lock`."""
        return {}

    def news(self) -> list[Op]:
        """What has grown since this was last asked. Called under :attr:`lock`."""
        return []

    def saved(self) -> Bundle:
        """What the notebook keeps of the panel, readable without a kernel."""
        return {"text/plain": self.title, "text/markdown": f"*{self.title}*"}, {}

    def post(self, *ops: Op) -> None:
        """Send operations now; what has grown until here goes before them. From any thread."""
        if self._page is not None:
            with self.lock:
                self._send([*self.news(), *ops])

    def grown(self) -> None:
        """Something has grown: it is sent here and now if it is time to, else soon. From any thread."""
        if self._page is None:
            return
        if time.monotonic() >= self._next and self.lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self.lock.release()
        elif not self._changed:
            self._changed = True
            self._see_to_it()

    def kept(self) -> Bundle:
        """The copy that is saved: :meth:`saved`, a last line that says what it is, and a digest to tell it by."""
        data, metadata = self.saved()
        markdown = f"{data['text/markdown']}\n\n<sub>{self.kept_as}</sub>"
        digest = hashlib.sha256(markdown.encode("utf-8", "replace")).hexdigest()[:16]
        about = {"panel": self.name, **metadata.get("minimax_nb", {}), "digest": digest}
        data = {**data, "text/plain": f"{data['text/plain']}\n\n[{self.kept_as}]", "text/markdown": markdown}
        return data, {**metadata, "minimax_nb": about}

    def keep(self) -> None:
        """Bring the copy that is saved with the notebook up to date, and tell pages which one they should find."""
        if not self._pages_keep:
            self._static.update()
        elif (bundle := self._static.news()) is not None:
            self.post({"op": "copy", "to": None, "data": bundle[0], "metadata": bundle[1]})
        if self._page is not None and (digest := self._digest()) != self._told_digest:
            self._told_digest = digest
            self.post({"op": "kept", "digest": digest})

    def complain(self, error: BaseException) -> None:
        """Say on the page what went wrong."""
        self.post({"op": "error", "text": said(error)})

    # -- showing it ----------------------------------------------------------------------------------------------------

    @property
    def widget(self) -> Any:  # noqa: ANN401 - a widget of anywidget
        """The widget itself, to be put beside other widgets."""
        return self._opened().widget

    def close(self) -> None:
        """Take the panel away from every page; its saved copy stays."""
        page, self._page = self._page, None
        if page is not None:
            page.close()
        if self._pages_keep:
            self._pages_keep = False
            self._static.update(again=True)

    def _opened(self) -> Page:
        if self._page is None:
            self._page = Page(self.name, self.files, self._hear, self.kept_as)
        return self._page

    def _ipython_display_(self) -> None:
        """Show the widget, where there is somebody to use it, and below it what the notebook keeps."""
        if shows_widgets():
            self._static.beside(self.title, self._opened().view)
        self._static.show()
        self._reopened = False  # the new copy can be reached

    def __repr__(self) -> str:
        return f"<{self.title}>"

    # -- messages ------------------------------------------------------------------------------------------------------

    def _hear(self, content: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        handler = self.handlers.get(content["op"])
        if handler is None:
            return
        try:
            handler(content, buffers)
        except Exception as error:  # noqa: BLE001 - nobody above could tell the person at the page
            self.complain(error)

    def _on_hello(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        with self.lock:
            news = self.news()  # for other pages, which have a state and take no second one
            keeps = content.get("keeps") is True and (self._pages_keep or not self._met)
            if self._pages_keep and not keeps:
                self._static.update(again=True)  # what pages were sent may not have come into the notebook
            self._pages_keep = keeps
            self._met, self._reopened = True, self._met
            copy = {"digest": self._digest(), "again": self._reopened, "widget": self.widget.model_id}
            self._send([*news, {"op": "state", "to": content.get("from"), "state": self.state(), "copy": copy}])

    def _on_copy(self, content: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """A page found that the notebook lacks the newest copy, and can put it there itself."""
        data, metadata = self.kept()
        self.post({"op": "copy", "to": content.get("from"), "data": data, "metadata": metadata})

    def _digest(self) -> str:
        return str(self.kept()[1]["minimax_nb"]["digest"])

    def _send(self, ops: list[Op]) -> None:
        """Send a numbered message. Called under the lock."""
        if self._page is None or not ops:
            return
        self._numbered += 1
        self._next = time.monotonic() + TICK_S
        with contextlib.suppress(Exception):  # a comm that is closed: the page is gone, the work goes on
            self._page.send({"seq": self._numbered, "ops": ops})

    def _look(self) -> None:
        """Send what has grown. Called under the lock."""
        begun = time.monotonic()
        self._changed, self._next = False, begun + _GLANCE_S
        with self._complaining():
            self._send(self.news())
        now = time.monotonic()
        self._next = max(self._next, now + _TIMES_COST * (now - begun))

    def _see_to_it(self) -> None:
        """See to it that what has grown is sent although nothing more comes."""
        with self.lock:
            begins, self._ticking = not self._ticking, True
        if begins:
            threading.Thread(target=self._tick, name="minimax_nb panel", daemon=True).start()

    def _tick(self) -> None:
        """Send what nobody else has sent, until nothing has grown for a while."""
        still = 0
        while still < _STILL:
            time.sleep(_REST_S)
            with self.lock:
                still = 0 if self._changed else still + 1
                if self._changed and time.monotonic() >= self._next:
                    self._look()
                self._ticking = still < _STILL

    @contextlib.contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - it would end the thread without a word
            self._send([{"op": "error", "text": said(error)}])


def said(error: BaseException) -> str:
    """An error as a sentence for the person at the page."""
    if isinstance(error, MiniMaxError):
        return str(error)
    return f"This is a fault of the kit, please report it: {type(error).__name__}: {error}"
