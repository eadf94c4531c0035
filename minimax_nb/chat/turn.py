"""One call from its request to its end, without waiting: what threads and coroutines share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from minimax_nb.catalog import Endpoint, price
from minimax_nb.chat.uploads import forget_lost, named_before
from minimax_nb.errors import MiniMaxError, ServiceError, TransportError, WireError
from minimax_nb.messages.events import Event, Failed, PartStarted, Started, TextDelta, ThinkingDelta
from minimax_nb.messages.parts import Message
from minimax_nb.messages.reply import Reply, Timing
from minimax_nb.messages.request import Request
from minimax_nb.transport import AsyncExchange, Exchange
from minimax_nb.wire import FACES, service_error
from minimax_nb.wire.call import Call, Decoder
from minimax_nb.wire.faults import ids_of, sized


@dataclass(slots=True)
class _Marks:
    """Times on the exchange's clock."""

    started: float = 0.0
    first: float | None = None
    last: float | None = None


class Turn:
    """A prompt, the call that carries it, and the reply that comes back.

    ``on_end`` is called once, when the turn has ended for whatever reason.
    """

    def __init__(
        self,
        request: Request,
        endpoint: Endpoint,
        prompt: Message,
        notes: tuple[str, ...],
        on_end: Callable[[Turn], None],
    ) -> None:
        self.request, self.endpoint, self.prompt = request, endpoint, prompt
        self._sent = named_before(request, endpoint)  # with stand-ins for the ids of what is still to be uploaded
        self.call: Call = FACES[endpoint.face_name].encode(self._sent, endpoint)
        self.reply = Reply(
            provider=endpoint.provider_name,
            face=endpoint.face_name,
            asked_model=request.model,
            prompt=prompt.text,
            parameters=request.parameters(),
            prompt_sha256=request.prompt_sha256(),
            notes=notes,
            media=prompt.media,
        )
        self.reply.free = endpoint.provider.free
        self.delivered = False  # text or thinking has come
        self.begun = False  # a part of the reply has come: from here on it is handed out, and never asked for again
        self._started = False
        self.ended = False
        self._on_end = on_end
        self._decoder: Decoder = self._new_decoder()
        self._marks = _Marks()

    def _new_decoder(self) -> Decoder:
        return FACES[self.endpoint.face_name].decoder(self.request, self.endpoint)

    def address(self, request: Request) -> None:
        """The request is sent like this: what had to be uploaded has its address."""
        if request is not self._sent:
            self._sent = request
            self.call = FACES[self.endpoint.face_name].encode(request, self.endpoint)

    def lost(self, error: BaseException) -> bool:
        """Whether it failed only because the service no longer has an upload; it is forgotten, to be uploaded anew."""
        return forget_lost(error, self._sent, self.endpoint)

    def tell(self, status: str) -> None:
        """What is being waited for, for people."""
        self.reply.status = status

    def try_again(self) -> None:
        """The call is sent, perhaps not for the first time: what the last try was called is forgotten."""
        self.reply.request_id = self.reply.task_id = None
        self._started = False

    def begin(self, exchange: Exchange | AsyncExchange) -> None:
        """An answer is open; a second try starts with a clean decoder."""
        self._decoder = self._new_decoder()
        self._marks = _Marks(started=exchange.started)
        self.reply.request_id, self.reply.task_id = ids_of(self.endpoint, exchange.headers)

    def refused(self, exchange: Exchange | AsyncExchange, body: bytes) -> ServiceError:
        """The error that an answer with an error status stands for."""
        return sized(service_error(self.endpoint, exchange.status, exchange.headers, body), len(self.call.body))

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Take in bytes; the events they brought are in the reply already.

        Raises:
            ServiceError: The service reported an error inside its answer.
            WireError: The bytes are not the protocol.
        """
        return self._fold(self._decoder.feed(data), now)

    def flush(self, now: float) -> list[Event]:
        """The answer has ended cleanly; call again until nothing comes.

        Raises:
            ServiceError: As :meth:`feed`.
            WireError: It ended without its end.
        """
        return self._fold(self._decoder.flush(), now)

    def _fold(self, events: list[Event], now: float) -> list[Event]:
        take, brought = self.reply.apply, False
        for event in events:
            if isinstance(event, _DELTAS):
                brought = True
            elif isinstance(event, Failed):
                self._mark(now, brought=brought)
                raise sized(event.error, len(self.call.body))
            else:
                self._started = self._started or isinstance(event, Started)
                self.begun = self.begun or isinstance(event, PartStarted)
            take(event)
        if brought:
            self._mark(now, brought=True)
        return events

    def _mark(self, now: float, *, brought: bool) -> None:
        if brought:
            self._marks.last = now
            if not self.delivered:
                self.delivered, self._marks.first = True, now

    def spoilt(self, error: BaseException) -> bool:
        """Whether the call may have cost something, so that it is not sent again.

        So it is once a part of the reply has come or a token was counted; and a line that failed after the reply's
        first event leaves it open what the service did.
        """
        usage = self.reply.usage
        paid = bool(self.begun or usage.input_tokens or usage.output_tokens)
        return paid or (self._started and isinstance(error, TransportError))

    # -- the end ---------------------------------------------------------------------------------------------------

    def finished(self, now: float) -> None:
        """The service ended the reply."""
        self._end(now)

    def interrupted(self, now: float | None) -> None:
        """Somebody stopped it."""
        if not self.ended:
            self._salvage()
        if not self.ended and not self.reply.done:
            self.reply.fail(KeyboardInterrupt(), "interrupted")
        self._end(now)

    def whole_after_all(self, now: float) -> bool:
        """Whether the reply was complete when the connection broke; it has then ended well."""
        self._salvage()
        if self.reply.done:
            self._end(now)
        return self.reply.done

    def _salvage(self) -> None:
        """Take in what the decoder still holds back: a blank, the beginning of what might have been a tag."""
        with contextlib.suppress(MiniMaxError):
            self._fold(self._decoder.flush(), self._marks.last or 0.0)

    def failed(self, error: BaseException, now: float | None) -> None:
        """It went wrong; the error learns what had arrived."""
        if self.ended:
            return
        if not self.reply.done:
            self.reply.fail(error)
        if isinstance(error, MiniMaxError):
            error.reply = self.reply
            error.request_id = self.reply.request_id = error.request_id or self.reply.request_id
            error.task_id = self.reply.task_id = error.task_id or self.reply.task_id
        if isinstance(error, WireError) and not error.hint:
            error.hint = "What had arrived is kept. Check that the address (-u) and the protocol (--face) fit together."
        self._end(now)

    def _end(self, now: float | None) -> None:
        if self.ended:
            return
        self.ended = True
        reply = self.reply
        reply.timing = self._timing(now)
        reply.cost = price(self.endpoint, reply.usage, self.request.service_tier)
        reply.status = ""
        self._on_end(self)

    def _timing(self, now: float | None) -> Timing:
        marks, tokens = self._marks, self.reply.usage.output_tokens
        if now is None:
            return Timing()
        total = round(now - marks.started, 4)
        if marks.first is None or marks.last is None:
            return Timing(total_s=total)
        span = marks.last - marks.first
        rate = round(tokens / span, 1) if tokens and span > 0 else None
        return Timing(round(marks.first - marks.started, 4), total, rate)


_DELTAS = (TextDelta, ThinkingDelta)


def whole(request: Request, *, stream: bool) -> Request:
    """The request with streaming on or off."""
    return request if request.stream == stream else replace(request, stream=stream)
