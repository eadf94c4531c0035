"""Files at a service: uploaded, listed, looked up, deleted. What is remembered of them: :mod:`minimax_nb.chat.uploads`.

An upload is sent again only where nothing of it had gone out, or where the service itself said that it did not take it
for now. Nothing here is billed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from minimax_nb.cassette import DIRECT, Asking, Carrier
from minimax_nb.catalog import Endpoint
from minimax_nb.chat.recording import unhurried
from minimax_nb.chat.served import fetched
from minimax_nb.errors import MiniMaxError, RequestError, ServiceError, TransportError, WireError
from minimax_nb.prompt.media.files import said_bytes, short, stamp
from minimax_nb.transport import Exchange, Limits, Stop, error_body, retrying, tell_tries
from minimax_nb.wire import service_error
from minimax_nb.wire.faults import ids_of
from minimax_nb.wire.files import (
    Uploaded,
    check_uploads,
    decode_deleted,
    decode_file,
    decode_list,
    encode_delete,
    encode_list,
    encode_retrieve,
    encode_upload,
)

OnProgress = Callable[[int, int], None]
OnStatus = Callable[[str], None]

_MOST_ANSWER = 1024 * 1024


def upload(
    endpoint: Endpoint,
    source: Path | bytes,
    name: str,
    limits: Limits,
    stop: Stop | None = None,
    *,
    on_progress: OnProgress | None = None,
    media_type: str = "",
    on_status: OnStatus | None = None,
    asking: Asking = DIRECT,
) -> Uploaded:
    """Upload a video, streamed from its file, so that a service's models can look at it.

    Args:
        endpoint: Where to.
        source: The file, or its content.
        name: What to call it.
        limits: Each piece may take as long as a silence; the answer has ten minutes more.
        stop: Ends it at any moment.
        on_progress: Told of bytes sent and of all bytes, at most twenty times a second.
        media_type: MIME type of the content.
        on_status: Told in words why it is being waited for, where it is sent again.
        asking: What carries it.

    Raises:
        RequestError: The provider takes no uploads, or none so large; or the file cannot be read.
        ServiceError: The service refused.
        TransportError: It could not be reached, or the connection broke.
        WireError: What it answered is not the protocol.
        Stopped: Somebody asked to stop.
    """
    stop = stop or Stop()
    size = len(source) if isinstance(source, bytes) else stamp(source, name).size
    check_uploads(endpoint, name, size)
    _check_size(endpoint, name, size)

    def on_wait(error: BaseException, attempt: int, seconds: float) -> None:
        if on_status is not None and isinstance(error, MiniMaxError):
            on_status(f"{error.what} Waiting {seconds:.1f} s, then try {attempt + 1} of {limits.retries + 1}.")

    sending = _Sending(endpoint, source, name, size, media_type)
    tries = unhurried(retrying(limits, stop, on_wait, sending.spoilt), asking)
    try:
        return tries(partial(sending.once, limits, stop, on_progress, asking))
    except TransportError as error:
        failure = TransportError(
            f"{short(name)} was not uploaded: {error.what}",
            hint="The prompt was not sent.",
            retryable=error.retryable and not sending.spoilt(error),
        )
        tell_tries(failure, tries, limits)
    except MiniMaxError as error:
        tell_tries(error, tries, limits)
        raise
    raise failure


@dataclass(slots=True)
class _Sending:
    """An upload and its tries."""

    endpoint: Endpoint
    source: Path | bytes
    name: str
    size: int
    media_type: str
    begun: bool = False

    def once(self, limits: Limits, stop: Stop, on_progress: OnProgress | None, asking: Asking) -> Uploaded:
        """One try."""
        from minimax_nb.transport.upload import Outgoing  # loads httpx, which only an upload needs here

        form = encode_upload(self.endpoint, self.name, self.size, self.media_type)
        outgoing = Outgoing(form, self.source, self.name, stop, on_progress)
        try:
            file = _answer(asking.upload(outgoing, limits, stop), self.endpoint)
        finally:
            self.begun = outgoing.begun
        created = file.created or datetime.now(UTC)
        return replace(file, name=self.name, size=self.size, sha256=outgoing.sha256, created=created)

    def spoilt(self, error: BaseException) -> bool:
        """Whether the last try broke off with some of it sent, so that the service may have it."""
        return self.begun and isinstance(error, TransportError)


def said_progress(name: str, sent: int, total: int) -> str:
    """How far an upload is, for people: "Uploading clip.mp4: 35 of 120 MB (29 %)"."""
    unit, of = ("MB", 1_000_000) if total >= 1_000_000 else ("kB", 1000)
    percent = 100 * sent // total if total else 100
    return f"Uploading {short(name)}: {min(sent // of, round(total / of))} of {round(total / of)} {unit} ({percent} %)"


def listed(
    endpoint: Endpoint, limits: Limits, stop: Stop | None = None, *, carrier: Carrier = DIRECT
) -> tuple[Uploaded, ...]:
    """The videos that were uploaded with this key and are still at the service, in its order.

    Raises:
        MiniMaxError: As :func:`upload`.
    """
    call = encode_list(endpoint)
    return fetched(call, endpoint, limits, stop or Stop(), lambda body: decode_list(body, endpoint), carrier=carrier)


def retrieve(endpoint: Endpoint, file_id: str, limits: Limits, stop: Stop | None = None) -> Uploaded:
    """What the service knows of one file.

    Raises:
        MiniMaxError: As :func:`upload`.
    """
    call = encode_retrieve(endpoint, file_id)
    return fetched(call, endpoint, limits, stop or Stop(), lambda body: decode_file(body, endpoint))


def delete(
    endpoint: Endpoint, file_id: str, limits: Limits, stop: Stop | None = None, *, carrier: Carrier = DIRECT
) -> None:
    """Delete a file at the service.

    Raises:
        MiniMaxError: As :func:`upload`; a file that is not there is a ``ServiceError``.
    """
    call = encode_delete(endpoint, file_id)
    fetched(call, endpoint, limits, stop or Stop(), lambda body: decode_deleted(body, endpoint), carrier=carrier)


def _check_size(endpoint: Endpoint, name: str, size: int) -> None:
    most = endpoint.provider.media.limits().upload_bytes
    if size > most:
        raise RequestError(
            f"{short(name)} has {said_bytes(size)}, and {endpoint.provider.title} takes {said_bytes(most)} a file.",
            hint="Cut or scale it: Video(...).trim(0, 60) or .scale(1280).",
        )


def _answer(exchange: Exchange, endpoint: Endpoint) -> Uploaded:
    """Read the answer to an upload to its end."""
    try:
        if not 200 <= exchange.status < 300:
            raise service_error(endpoint, exchange.status, exchange.headers, error_body(exchange))
        body = bytearray()
        for data in exchange.chunks():
            body += data
            if len(body) > _MOST_ANSWER:
                raise WireError(f"{endpoint.provider.title} answered an upload with more than {_MOST_ANSWER:,} bytes.")
    finally:
        exchange.close()
    try:
        return decode_file(bytes(body), endpoint)
    except ServiceError as error:
        request_id, task_id = ids_of(endpoint, exchange.headers)
        error.request_id, error.task_id = error.request_id or request_id, error.task_id or task_id
        raise
