"""What a service says of itself: its list of models, asked for with the user's key. No prompt is sent, nothing costs.

A list that comes in pages is read to its end, but never for longer than the limits allow, nor past a page that brings
nothing new. Several services are asked side by side, and one that fails keeps none of the others waiting.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from minimax_nb.cassette import DIRECT, Carrier
from minimax_nb.catalog import Endpoint, choose
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat.options import limits_of
from minimax_nb.chat.recording import as_recorded, carrier_of, recorded_by, unhurried, wanted
from minimax_nb.chat.whom import Where, asked, asked_endpoint, services
from minimax_nb.errors import ConfigError, MiniMaxError, ServiceError, TransportError, WireError
from minimax_nb.messages.served import ServedModel
from minimax_nb.secrets import Secret
from minimax_nb.transport import (
    Exchange,
    Limits,
    Stop,
    Stopped,
    error_body,
    prepare,
    retrying,
    tell_tries,
)
from minimax_nb.wire import FACES, listing, service_error
from minimax_nb.wire.call import Call
from minimax_nb.wire.faults import ids_of

MOST_BYTES = 32 * 1024 * 1024
MOST_PAGES = 50
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answered:
    """What one service answered: its models, or the error that came instead."""

    endpoint: Endpoint
    models: tuple[ServedModel, ...] = ()
    error: MiniMaxError | None = None


def served_models(
    provider: str | None = None,
    *,
    face: str | None = None,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | Secret | None = None,
    timeout: float | None = None,
    layer: Mapping[str, Any] | None = None,
) -> tuple[ServedModel, ...]:
    """The models a service lists for the user's key, in its order and spelling.

    Args:
        provider: Whom to ask; by default whoever would answer a prompt.
        face: The protocol to ask over; another one is used where that has no list.
        region: One of the provider's regions.
        base_url: Another address.
        api_key: The key; by default it is looked for.
        timeout: Longest silence in seconds.
        layer: Settings between the arguments and the environment.

    Raises:
        ConfigError: No such provider or region, or no key.
        ServiceError: The service refused.
        TransportError: It could not be reached, or took too long.
        WireError: What it answered is no list of models.
    """
    api_key, complaint = wrap_key(api_key)  # first of all: from here on no frame holds the bare key
    where: Where = {"provider": provider, "face": face, "region": region, "base_url": base_url}
    carrier = carrier_of(choose(layer=layer))
    return list_models(
        *asked(where, api_key, complaint, timeout, layer, recorded=recorded_by(carrier)), carrier=carrier
    )


# -- asking ------------------------------------------------------------------------------------------------------------


def list_models(
    endpoint: Endpoint, limits: Limits, stop: Stop | None = None, carrier: Carrier = DIRECT
) -> tuple[ServedModel, ...]:
    """Every page of a service's list, each model once.

    Raises:
        ConfigError: The provider has no list of models.
        ServiceError: The service refused.
        TransportError: It could not be reached, or all of it took too long.
        WireError: What it answered is no list of models.
    """
    codec = FACES[endpoint.face_name]
    models: dict[str, ServedModel] = {}
    after: str | None = None

    def read(body: bytes) -> listing.ModelPage:
        return codec.decode_model_page(body, endpoint)

    with _no_longer_than(_longest(limits), endpoint, stop) as timed:
        for _ in range(MOST_PAGES):
            call = codec.encode_models(endpoint, after)
            if call is None:
                raise ConfigError(f"No list of models is known at {endpoint.provider.title} over {endpoint.face_name}.")
            page = fetched(call, endpoint, limits, timed, read, carrier=carrier)
            before = len(models)
            models |= {model.id: models.get(model.id, model) for model in page.models}
            if page.after is None or page.after == after or len(models) == before:
                break
            after = page.after
    return tuple(models.values())


def open_to_all(endpoint: Endpoint, limits: Limits, stop: Stop) -> bool | None:
    """Whether the list comes without a key as well, so that it tells nothing of the key; None if that is not known."""
    try:
        list_models(replace(endpoint, key=None), limits, stop)
    except ServiceError as error:
        return False if error.kind == "auth" else None
    except MiniMaxError:
        return None
    return True


def fetched(
    call: Call,
    endpoint: Endpoint,
    limits: Limits,
    stop: Stop,
    read: Callable[[bytes], _T],
    *,
    carrier: Carrier = DIRECT,
) -> _T:
    """Send a call that answers in one piece, again where that can help, and read its answer.

    Args:
        call: The call.
        endpoint: Who is asked.
        limits: On its waits and tries.
        stop: Ends it at any moment.
        read: Makes a value of the answer.
        carrier: What carries it.

    Raises:
        ServiceError: The service refused, with its request id.
        TransportError: It could not be reached, or was silent too long.
        WireError: The answer is not what was asked for, or far too long.
        Stopped: Somebody asked to stop.
    """

    def once() -> _T:
        exchange = asking.open(call, limits, stop)
        try:
            if not 200 <= exchange.status < 300:
                raise service_error(endpoint, exchange.status, exchange.headers, error_body(exchange))
            return read(_body(exchange, endpoint))
        except ServiceError as error:
            request_id, task_id = ids_of(endpoint, exchange.headers)
            error.request_id, error.task_id = error.request_id or request_id, error.task_id or task_id
            asking.failed()
            raise
        except WireError:
            asking.failed()
            raise
        finally:
            exchange.close()

    asking = carrier.ask(wanted(call, endpoint))
    endpoint = as_recorded(endpoint, asking)
    tries = unhurried(retrying(limits, stop, lambda _error, _number, _seconds: None), asking)
    try:
        return tries(once)
    except MiniMaxError as error:
        tell_tries(error, tries, limits)
        raise


def _body(exchange: Exchange, endpoint: Endpoint) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for data in exchange.chunks():
        pieces.append(data)
        size += len(data)
        if size > MOST_BYTES:
            raise WireError(f"{endpoint.provider.title} answered with more than {MOST_BYTES:,} bytes; it was cut off.")
    return b"".join(pieces)


def _longest(limits: Limits) -> float:
    """Seconds that a call with all its tries may take, however slowly its bytes drip in."""
    return limits.timeout * (limits.retries + 1) + (limits.retry_wait if limits.retries else 0.0)


@contextlib.contextmanager
def _no_longer_than(seconds: float, endpoint: Endpoint, stop: Stop | None) -> Iterator[Stop]:
    """A stop that is made when the time is over, or when ``stop`` is.

    Raises:
        TransportError: The time is over.
        Stopped: ``stop`` was made.
    """
    timed = Stop()
    if stop is not None:
        stop.on_stop(timed.set)
    timer = threading.Timer(seconds, timed.set)
    timer.daemon = True
    timer.start()
    try:
        yield timed
    except Stopped:
        if stop is not None and stop.is_set():
            raise
        raise too_slow(endpoint, seconds) from None
    finally:
        timer.cancel()
        timer.join()


def too_slow(endpoint: Endpoint, seconds: float) -> TransportError:
    """The error for a service that had not answered when its time was over."""
    return TransportError(
        f"{endpoint.provider.title} had not answered whole after {seconds:g} s, so it was given up.",
        hint="A longer limit can be set: --timeout SECONDS.",
    )


def ask_each(endpoints: Sequence[Endpoint], ask: Callable[[Endpoint, Stop], _T], seconds: float) -> list[_T | None]:
    """Ask several services side by side; the answers in the order of the questions.

    Args:
        endpoints: Whom to ask.
        ask: Asks one of them; it ends soon after its stop is set.
        seconds: How long to wait altogether; an answer that is not there by then is None.

    What one of them raises is raised here.
    """
    answers: list[_T | None] = [None] * len(endpoints)
    stops = [Stop() for _ in endpoints]

    failures: list[BaseException] = []

    def run(place: int) -> None:
        try:
            answers[place] = ask(endpoints[place], stops[place])
        except BaseException as error:  # noqa: BLE001 - it is raised again, on the caller's thread
            failures.append(error)

    for endpoint in endpoints:
        call = FACES[endpoint.face_name].encode_models(endpoint)
        if call is not None:
            prepare(call)
    # Daemons: a name server that never answers cannot be stopped, and must not keep the program from ending.
    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(endpoints))]
    ends = time.monotonic() + seconds
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))
    finally:
        for stop in stops:
            stop.set()
    if failures:
        raise failures[0]
    return list(answers)


def lists_of(endpoints: Sequence[Endpoint], limits: Limits, carrier: Carrier = DIRECT) -> list[Answered]:
    """The lists of several services; one that fails has its error in place of models."""

    def ask(endpoint: Endpoint, stop: Stop) -> Answered:
        try:
            return Answered(endpoint, list_models(endpoint, limits, stop, carrier))
        except MiniMaxError as error:
            return Answered(endpoint, error=error)
        except Stopped:
            return Answered(endpoint, error=too_slow(endpoint, longest))

    longest = _longest(limits)
    answers = ask_each(endpoints, ask, longest + 1)
    return [
        answer or Answered(endpoint, error=too_slow(endpoint, longest))
        for endpoint, answer in zip(endpoints, answers, strict=True)
    ]


def asked_lists(where: Where, timeout: float | None, layer: Mapping[str, Any] | None = None) -> list[Answered]:
    """The live lists of the service that is named, else of each whose key is found, else the emulator's.

    Raises:
        MiniMaxError: None of them answered; the first one's error.
    """
    choice = choose({"timeout": timeout}, layer=layer)
    carrier = carrier_of(choice)
    recorded = recorded_by(carrier)
    endpoints = services(where, layer, recorded) or [asked_endpoint({"provider": "emulator"}, layer)]
    answers = lists_of(endpoints, limits_of(choice), carrier)
    errors = [answer.error for answer in answers if answer.error is not None]
    if len(errors) == len(answers):
        others = [
            f"{answer.endpoint.provider_name} failed too: {type(answer.error).__name__}: {answer.error}"
            for answer in answers[1:]
            if answer.error
        ]
        errors[0].hint = " ".join([errors[0].hint, *others])
        raise errors[0]
    return answers
