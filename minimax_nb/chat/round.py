"""One call from its request to its end, without waiting: what threads and coroutines share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from minimax_nb.cassette import DIRECT, Asking
from minimax_nb.catalog.price import bill
from minimax_nb.chat.account import Hold
from minimax_nb.chat.cost import NO_COST, Cost, least_cost
from minimax_nb.chat.desk import Desk
from minimax_nb.chat.recording import Uploading, as_recorded
from minimax_nb.chat.uploads import forget_lost, named_before, named_by_content
from minimax_nb.errors import BudgetError, MiniMaxError, ServiceError, TransportError, WireError
from minimax_nb.messages.events import ArgumentsDelta, Event, Failed, PartStarted, Started, TextDelta, ThinkingDelta
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.parts import Message
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.messages.usage import Usage
from minimax_nb.prompt.tokens import estimate
from minimax_nb.transport import AsyncExchange, Exchange
from minimax_nb.wire import FACES, service_error
from minimax_nb.wire.call import Call, Decoder
from minimax_nb.wire.faults import ids_of, sized
from minimax_nb.wire.files import is_lost


@dataclass(slots=True)
class _Marks:
    """Times on the exchange's clock."""

    started: float = 0.0
    first: float | None = None
    last: float | None = None


class Round:
    """A request, the call that carries it, and the reply that comes back.

    Args:
        request: What is asked.
        desk: Of whom, and on whose account.
        prompt: What the user said, for the reply's record.
        notes: What the reader should know beforehand.
    """

    def __init__(
        self,
        request: Request,
        desk: Desk,
        prompt: Message,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.request, self._desk = request, desk
        self.endpoint = endpoint = desk.endpoint
        self._hold: Hold | None = None
        self._watched = False
        self.asking: Asking = DIRECT
        self.hear: Callable[[str], object] | None = None  # told of every piece of the kinds below
        self.heard: tuple[type[Event], ...] = (TextDelta,)
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
        self._decoder: Decoder = self._new_decoder()
        self._marks = _Marks()

    def _new_decoder(self) -> Decoder:
        return FACES[self.endpoint.face_name].decoder(self.request, self.endpoint)

    def reserve(self) -> None:
        """Settle how it is answered, and set aside the least it will cost. Nothing has been sent yet.

        Raises:
            BudgetError: A budget has not that much left.
            RequestError: A file that is to be uploaded cannot be read.
        """
        self.asking = asking = self._desk.ask(self._known_as())
        self.reply.replayed = asking.replayed
        self.endpoint = as_recorded(self.endpoint, asking)
        self._hold = self._desk.account.hold(self._least)
        self._watched = self._hold.watched and not asking.replayed

    def _least(self) -> Cost:
        if self.reply.replayed:
            return NO_COST
        return least_cost(self.endpoint, self._input_tokens(), self._tier)

    def _known_as(self) -> Call:
        """The call as a recording knows it: what is to be uploaded goes by its content."""
        if not self._desk.carrier.records:
            return self.call
        named = named_by_content(self.request, self.endpoint)
        return self.call if named is self.request else FACES[self.endpoint.face_name].encode(named, self.endpoint)

    @property
    def uploading(self) -> Uploading:
        """How the videos are uploaded that are too large for the call."""
        return Uploading(self._desk.carrier, replayed=self.asking.replayed, answered=self.asking.answered)

    def _input_tokens(self) -> int:
        return self._desk.tokens(self.request)["total"]

    @property
    def _tier(self) -> str | None:
        return self.request.service_tier

    def address(self, request: Request) -> None:
        """The request is sent like this: what had to be uploaded has its address."""
        if request is not self._sent:
            self._sent = request
            self.call = FACES[self.endpoint.face_name].encode(request, self.endpoint)

    def lost(self, error: BaseException) -> bool:
        """Whether it failed only because the service no longer has an upload; it is forgotten, to be uploaded anew."""
        if self.reply.replayed:
            return is_lost(error)
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
            BudgetError: The reply has grown beyond a budget.
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
        if self.hear is not None:
            for event in events:
                if isinstance(event, _DELTAS) and isinstance(event, self.heard):
                    self.hear(event.text)
        if brought:
            self._mark(now, brought=True)
            if self._watched and self._hold is not None and not self.reply.done:
                self._hold.hear("".join(event.text for event in events if isinstance(event, _DELTAS)))
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
        usage = self.reply.own_usage
        paid = bool(self.begun or usage.input_tokens or usage.output_tokens)
        return paid or (self._started and isinstance(error, TransportError))

    # -- the end ---------------------------------------------------------------------------------------------------

    def finished(self, now: float) -> None:
        """The service ended the reply."""
        self._end(now)

    def left(self, error: BaseException) -> None:
        """It is left before its end: a recording remembers how. To be told before the exchange is closed."""
        if isinstance(error, MiniMaxError) and not isinstance(error, BudgetError):
            self.asking.failed()
        else:
            self.asking.stopped()

    def recorded(self) -> None:
        """The exchange is closed; the reader learns of it if it could not be recorded."""
        if self.asking.trouble:
            self.reply.notes += (self.asking.trouble,)

    def interrupted(self, now: float | None) -> None:
        """Somebody stopped it."""
        if not self.ended:
            self.asking.stopped()
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
        self.left(error)
        if self.ended:
            return
        if not self.reply.done:
            self.reply.fail(error, "interrupted" if isinstance(error, BudgetError) else "error")
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
        if reply.partial and self.begun:
            reply.own_usage = self._guessed(reply)
        reply.own_timing = self._timing(now)
        error = reply.error if isinstance(reply.error, MiniMaxError) else None
        reply.own_bill = bill(self.endpoint, reply.own_usage, self._tier, served=reply.model, error=error)
        reply.status = ""
        if self._hold is not None:
            self._hold.settle(reply)

    def _guessed(self, reply: Reply) -> Usage:
        """The counts of a reply that was broken off: what the service did not come to tell is estimated.

        An output count that came before the end tells less than what had arrived.
        """
        usage = reply.own_usage
        arrived = sum(map(estimate, (reply.text, reply.thinking, *(call.name + call.raw for call in reply.own_calls))))
        if 2 * (usage.output_tokens or 0) < arrived or usage.output_tokens is None:
            usage = usage.merge(Usage(output_tokens=arrived, estimates=frozenset({"output_tokens"})))
        if usage.input_tokens is None:
            usage = usage.merge(Usage(input_tokens=self._input_tokens(), estimates=frozenset({"input_tokens"})))
        return usage

    def _timing(self, now: float | None) -> Timing:
        marks, tokens = self._marks, self.reply.own_usage.output_tokens
        if now is None:
            return Timing()
        total = round(now - marks.started, 4)
        if marks.first is None or marks.last is None:
            return Timing(total_s=total)
        span = marks.last - marks.first
        rate = round(tokens / span, 1) if tokens and span > 0 else None
        return Timing(round(marks.first - marks.started, 4), total, rate)


_DELTAS = (TextDelta, ThinkingDelta, ArgumentsDelta)
