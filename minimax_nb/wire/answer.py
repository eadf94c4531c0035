"""The decoder of both protocols: bytes of one answer in, events out.

What is common to both protocols is here: telling an event stream from a whole body and both from a page that is
neither, JSON, errors inside an answer with HTTP 200, and how an answer ends. What the JSON means is left to a
:class:`Reader`, one for each protocol.

No event is lost to an error: when bytes are found to be broken, what was readable before them is returned first and
the error is raised by the next call.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import FaceName
from minimax_nb.errors import WireError
from minimax_nb.messages.events import Event, Failed
from minimax_nb.wire.faults import TELLTALE, error_within, excerpt
from minimax_nb.wire.loose import parse_json
from minimax_nb.wire.sse import BOM, LIMIT, Frames

_FIRST = (b":", *(name + end for name in (b"data", b"event", b"id", b"retry") for end in (b":", b"\r", b"\n")))
"""What an event stream can begin with."""

_OTHER = {"anthropic": "messages of the Anthropic protocol", "openai": "chat completions of the OpenAI protocol"}

_ELSEWHERE = "Check the base URL: a proxy, a login page or another program may be answering there."


class Trouble(Exception):  # noqa: N818  # it is no error until the table of faults has named it
    """A reader met an error inside what looked like part of a reply: ``value`` is the JSON that tells of it."""

    def __init__(self, value: dict[str, Any]) -> None:
        super().__init__()
        self.value = value


def other_face(face: FaceName) -> WireError:
    """The error for an answer in the protocol ``face``, met by the reader of another."""
    return WireError(
        f"The service answered with {_OTHER[face]}, which was not asked for.",
        hint=f'Ask in that protocol: --face {face}, or Chat(face="{face}"). Or check the address: the path decides.',
    )


class Reader(Protocol):
    """Makes events of one protocol's JSON. It seldom meets an error object: most are dealt with before.

    Attributes:
        began: Whether any part of the reply has come.
        over: Whether the reply is finished: its ``Finished`` event has been given.
    """

    began: bool
    over: bool

    def frame(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read the data of one server-sent event.

        Raises:
            WireError: It is of another protocol.
            Trouble: It tells of an error.
        """
        ...

    def whole(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read a whole body; the reply is not over afterwards if it was no reply of this protocol.

        Raises:
            WireError: It is of another protocol.
            Trouble: It tells of an error.
        """
        ...

    def end(self, out: list[Event], *, said: bool) -> None:
        """The stream has ended, ``said`` so by its ``[DONE]`` line; finish the reply if it is whole."""
        ...

    def release(self, out: list[Event]) -> None:
        """Give out what is held back: nothing more will be read."""
        ...


class Answer:
    """Decodes one answer (a :class:`~minimax_nb.wire.call.Decoder`).

    :meth:`flush` is called again until it returns nothing, so that what is left comes before a last error::

        while events := decoder.flush():
            ...
    """

    __slots__ = ("_body", "_broken", "_endpoint", "_frames", "_reader", "_room", "_streamed", "_who")

    def __init__(self, reader: Reader, endpoint: Endpoint, *, limit: int = LIMIT) -> None:
        self._reader = reader
        self._endpoint = endpoint
        self._who = endpoint.provider.title
        self._frames = Frames(limit)
        self._streamed: bool | None = None  # None until the first bytes tell
        self._body: list[bytes] = []  # the chunks of a whole body, or the first few bytes
        self._room = limit  # bytes a whole body may still have
        self._broken: WireError | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events that ``data`` completes.

        Raises:
            WireError: The bytes are not the protocol.
        """
        if self._broken is not None:
            raise self._broken
        out: list[Event] = []
        if self._reader.over:
            return out
        try:
            if self._streamed is None:
                data = self._sniff(data)
            if self._streamed:
                for name, payload in self._frames.feed(data):
                    self._read(name, payload, out)
                    if self._reader.over:
                        break
            elif self._streamed is False:
                self._keep(data)
        except WireError as error:
            self._break(error, out)
        except Trouble as trouble:
            self._fail(trouble.value, out, certain=True)
        return out

    def flush(self) -> list[Event]:
        """The events left when the bytes have ended cleanly; nothing once all have been given.

        Raises:
            WireError: The bytes are not the protocol, or ended before the reply was whole.
        """
        if self._broken is not None:
            raise self._broken
        out: list[Event] = []
        if not self._reader.over:
            try:
                if self._streamed:
                    self._end_stream(out)
                else:
                    self._read_body(b"".join(self._body), out)
            except WireError as error:
                self._break(error, out)
            except Trouble as trouble:
                self._fail(trouble.value, out, certain=True)
        return out

    # -- streams -------------------------------------------------------------------------------------------------------

    def _read(self, name: bytes, payload: bytes, out: list[Event]) -> None:
        """Read one server-sent event."""
        if payload[:1] != b"{" and payload.strip() == b"[DONE]":
            self._reader.end(out, said=True)
            return
        value = self._object(payload)
        if name == b"error" or value.get("object") == "error" or not TELLTALE.isdisjoint(value):
            self._fail(value, out, certain=name == b"error")
        if not self._reader.over:
            self._reader.frame(value, out)

    def _end_stream(self, out: list[Event]) -> None:
        with suppress(WireError):  # half an event: that the stream lacks its end says it better
            for name, payload in self._frames.flush():
                self._read(name, payload, out)
        if not self._reader.over:
            self._reader.end(out, said=False)
        if not self._reader.over:
            raise WireError(
                f"The answer of {self._who} ended without its end.",
                hint="What had arrived is kept. Send the prompt again.",
            )

    def _fail(self, value: dict[str, Any], out: list[Event], *, certain: bool = False) -> None:
        error = error_within(self._endpoint, value, began=self._reader.began, certain=certain)
        if error is not None:
            self._reader.release(out)
            self._reader.over = True
            out.append(Failed(error))

    def _break(self, error: WireError, out: list[Event]) -> None:
        self._reader.release(out)
        self._broken = error
        if not out:
            raise error

    # -- whole bodies --------------------------------------------------------------------------------------------------

    def _sniff(self, data: bytes) -> bytes:
        """Tell by its first bytes whether the answer is an event stream; the bytes that are to be read now."""
        head = b"".join([*self._body, data]).removeprefix(BOM).lstrip()
        start = head[:8]
        if start.startswith(_FIRST):
            self._streamed = True
        elif start and not any(first.startswith(start) for first in (*_FIRST, BOM)):
            self._streamed = False
        else:
            self._body = [head]
            return b""
        self._body.clear()
        return head

    def _keep(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise WireError(f"The answer of {self._who} is larger than any reply can be.", hint=_ELSEWHERE)
        self._body.append(data)

    def _read_body(self, body: bytes, out: list[Event]) -> None:
        if not body:
            raise WireError(f"The answer of {self._who} was empty.", hint="Send the prompt again.")
        value = self._object(body)
        self._fail(value, out)
        if not self._reader.over:
            self._reader.whole(value, out)
        if not self._reader.over:
            raise WireError(f"{self._who} answered with JSON that is no reply: {self._shown(body)}", hint=_ELSEWHERE)

    def _object(self, data: bytes) -> dict[str, Any]:
        try:
            value = parse_json(data)
        except ValueError:
            what = "JSON that is broken" if data.lstrip()[:1] in b"{[" else "plain text"
            what = "a web page" if data.lstrip()[:1] == b"<" else what
        else:
            if isinstance(value, dict):
                return value
            what = "JSON that is no object"
        raise WireError(
            f"{self._who} answered with {what} where its reply should be: {self._shown(data)}", hint=_ELSEWHERE
        )

    def _shown(self, data: bytes) -> str:
        return f"“{excerpt(self._endpoint, data)}”."
