"""Videos that are too large for a request: uploaded before the call, then named in it by ``mm_file://ID``.

A video is uploaded once: the same content goes by its id again as long as the service keeps it. Should the service no
longer have it, :func:`forget_lost` says so, and :func:`with_uploads` uploads it anew.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from minimax_nb.cassette import DIRECT, Carrier
from minimax_nb.catalog import Endpoint, choose
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat.files import OnStatus, delete, listed, said_progress, upload
from minimax_nb.chat.kept import Kept
from minimax_nb.chat.recording import STRAIGHT, Uploading, carrier_of, content_hash, recorded_by
from minimax_nb.chat.whom import Where, asked
from minimax_nb.errors import MiniMaxError, ServiceError
from minimax_nb.messages.media import Clip, Media
from minimax_nb.messages.parts import Message, Text, Thinking, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.prompt.media.files import refused, short, stamp
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits, Stop, Stopped
from minimax_nb.wire.files import SCHEME, Uploaded, check_uploads, is_lost

_ROOM = 1_000_000
"""Bytes of a body that are left for what stands around texts, pictures and videos."""

_AGAIN_S = 0.1
_STAND_IN = f"{SCHEME}ID"
_kept = Kept()
_under_way: dict[tuple[str, str], threading.Lock] = {}


# -- before a call -----------------------------------------------------------------------------------------------------


def wanting(request: Request, endpoint: Endpoint) -> tuple[Clip, ...]:
    """The videos of a request that have to be uploaded before it is sent, each once.

    These are files too large for a body, and where the provider takes uploads the largest of the others, until what is
    left fits into one body.
    """
    held = [part for part in _media(request) if isinstance(part, Clip) and not part.url]
    wanted = {_mark(clip): clip for clip in held if clip.path}
    most = endpoint.provider.media.body_bytes
    if endpoint.provider.files_path is not None and most is not None:
        times = Counter(_mark(clip) for clip in held)
        inside = sorted({_mark(clip): clip for clip in held if clip.sha256 and not clip.path}.values(), key=_length)
        length = _length_of(request) + _ROOM
        while inside and length > most:
            largest = inside.pop()
            wanted[_mark(largest)] = largest
            length -= _length(largest) * times[_mark(largest)]
    return tuple(wanted.values())


def named_before(request: Request, endpoint: Endpoint) -> Request:
    """The request as it will be, with a stand-in for the ids of what is still to be uploaded: to check and to show it.

    Raises:
        RequestError: Something has to be uploaded, and the provider takes no uploads.
    """
    wanted = wanting(request, endpoint)
    for clip in wanted:
        check_uploads(endpoint, clip.name, clip.size)
    return _with(request, {_mark(clip): _STAND_IN for clip in wanted})


def named_by_content(request: Request, endpoint: Endpoint) -> Request:
    """The request as a recording knows it: what is to be uploaded is named by the hash of its content.

    Raises:
        RequestError: A file cannot be read.
    """
    return _with(request, {_mark(clip): f"{SCHEME}sha256-{content_hash(clip)}" for clip in wanting(request, endpoint)})


def with_uploads(
    request: Request,
    endpoint: Endpoint,
    limits: Limits,
    stop: Stop,
    on_status: OnStatus | None = None,
    *,
    uploading: Uploading = STRAIGHT,
) -> Request:
    """The request with every video that is too large for it replaced by the address of its upload.

    A request without such videos is given back as it is. What was uploaded before, from here or by an earlier session,
    and is still kept is not uploaded again.

    Args:
        request: What is to be sent.
        endpoint: Where to.
        limits: Waits, as for any call.
        stop: Ends it at any moment.
        on_status: Told in words how far it is, at most twenty times a second, and "" at the end.
        uploading: What carries the uploads.

    Raises:
        RequestError: The provider takes no uploads, or a file cannot be read or was changed since it was looked at.
        ServiceError: The service refused.
        TransportError: It could not be reached, or the connection broke.
        WireError: What it answered is not the protocol.
        CassetteError: An upload is not in the recording.
        Stopped: Somebody asked to stop.
    """
    wanted = wanting(request, endpoint)
    if not wanted:
        return request
    for clip in wanted:
        check_uploads(endpoint, clip.name, clip.size)
    tell = on_status or (lambda _status: None)
    addresses = {_mark(clip): _address(clip, endpoint, limits, stop, tell, uploading=uploading) for clip in wanted}
    tell("")
    return _with(request, addresses)


async def with_uploads_async(
    request: Request,
    endpoint: Endpoint,
    limits: Limits,
    on_status: OnStatus | None = None,
    *,
    uploading: Uploading = STRAIGHT,
) -> Request:
    """The same for coroutines: the upload runs on a thread, and cancelling ends it."""
    if not wanting(request, endpoint):
        return request
    stop = Stop()
    try:
        return await asyncio.to_thread(with_uploads, request, endpoint, limits, stop, on_status, uploading=uploading)
    finally:
        stop.set()


def forget_lost(error: BaseException, sent: Request, endpoint: Endpoint) -> bool:
    """Forget the uploads of a request that the service says it does not have; whether there were any.

    If there were, :func:`with_uploads` uploads them anew.

    Args:
        error: What the call ended with.
        sent: The request as it was sent, from :func:`with_uploads`.
        endpoint: Where it went.
    """
    ids = [part.url.removeprefix(SCHEME) for part in _media(sent) if part.url.startswith(SCHEME)]
    if not ids or not is_lost(error):
        return False
    named = [file_id for file_id in ids if file_id in str(error)]
    dropped = [_kept.drop(endpoint, file_id) for file_id in dict.fromkeys(named or ids)]  # each of them
    return any(dropped)


# -- what is at the service --------------------------------------------------------------------------------------------


def uploaded(
    provider: str | None = None,
    *,
    face: str | None = None,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | Secret | None = None,
    timeout: float | None = None,
    layer: Mapping[str, Any] | None = None,
) -> tuple[Uploaded, ...]:
    """The videos that are at a service, uploaded with this key.

    Args:
        provider: Whom to ask; by default whoever would answer a prompt.
        face: One of its protocols; files are the same over both.
        region: One of its regions.
        base_url: Another address.
        api_key: The key; by default it is looked for.
        timeout: Longest silence in seconds.
        layer: Settings between the arguments and the environment.

    Raises:
        ConfigError: No such provider or region, or no key.
        RequestError: The provider takes no uploads.
        ServiceError: The service refused.
        TransportError: It could not be reached.
        WireError: What it answered is no list of files.
    """
    api_key, complaint = wrap_key(api_key)  # first of all: from here on no frame holds the bare key
    where: Where = {"provider": provider, "face": face, "region": region, "base_url": base_url}
    carrier = carrier_of(choose(layer=layer))
    return uploaded_at(*asked(where, api_key, complaint, timeout, layer, recorded=recorded_by(carrier)), carrier)


def uploaded_at(endpoint: Endpoint, limits: Limits, carrier: Carrier = DIRECT) -> tuple[Uploaded, ...]:
    """:func:`uploaded` for an endpoint that is known."""
    ours = {file.file_id: file for file in _kept.of(endpoint)}
    there = listed(endpoint, limits, carrier=carrier)
    return tuple(replace(file, sha256=ours[file.file_id].sha256) if file.file_id in ours else file for file in there)


def forget(
    file: Uploaded | str,
    provider: str | None = None,
    *,
    face: str | None = None,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | Secret | None = None,
    timeout: float | None = None,
    layer: Mapping[str, Any] | None = None,
) -> bool:
    """Delete an uploaded video at the service, and forget it here; whether the service still had it.

    Args:
        file: What :func:`uploaded` listed, its id, or its ``mm_file://`` address.
        provider: Where it is, as in :func:`uploaded`; so are the other arguments.
        face: One of the provider's protocols.
        region: One of its regions.
        base_url: Another address.
        api_key: The key.
        timeout: Longest silence in seconds.
        layer: Settings between the arguments and the environment.

    Raises:
        MiniMaxError: As :func:`uploaded`.
    """
    api_key, complaint = wrap_key(api_key)
    where: Where = {"provider": provider, "face": face, "region": region, "base_url": base_url}
    carrier = carrier_of(choose(layer=layer))
    return forget_at(file, *asked(where, api_key, complaint, timeout, layer, recorded=recorded_by(carrier)), carrier)


def forget_at(file: Uploaded | str, endpoint: Endpoint, limits: Limits, carrier: Carrier = DIRECT) -> bool:
    """:func:`forget` for an endpoint that is known."""
    file_id = file.file_id if isinstance(file, Uploaded) else str(file).removeprefix(SCHEME).strip()
    try:
        delete(endpoint, file_id, limits, carrier=carrier)
    except ServiceError as error:
        if not is_lost(error, file_id):
            raise
        _kept.drop(endpoint, file_id)
        return False
    _kept.drop(endpoint, file_id)
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _address(
    clip: Clip, endpoint: Endpoint, limits: Limits, stop: Stop, tell: OnStatus, *, uploading: Uploading
) -> str:
    """Where a video is once it is uploaded: the upload that is remembered, or a new one."""
    with _alone(clip, endpoint, stop, tell):
        asking = uploading.ask(clip, endpoint)
        if asking.replayed and uploading.answered and not asking.answered:
            return _STAND_IN  # it was at the service already when the call was recorded
        if not asking.replayed and (known := _kept.find(endpoint, clip.sha256)):
            return known.url
        source = Path(clip.path) if clip.path else base64.b64decode(clip.base64)
        if isinstance(source, Path) and clip.size not in {None, stamp(source, clip.name).size}:
            raise _changed(clip)
        file = upload(
            endpoint,
            source,
            clip.name,
            limits,
            stop,
            on_progress=lambda sent, total: tell(said_progress(clip.name, sent, total)),
            media_type=clip.media_type,
            on_status=tell,
            asking=asking,
        )
        if asking.replayed:
            return file.url  # the service need not have it any more
        if clip.sha256 and file.sha256 != clip.sha256:
            with contextlib.suppress(MiniMaxError):  # it would be gone after a week by itself
                delete(endpoint, file.file_id, limits, stop)
            raise _changed(clip)
        _kept.add(endpoint, file)
        return file.url


@contextlib.contextmanager
def _alone(clip: Clip, endpoint: Endpoint, stop: Stop, tell: OnStatus) -> Iterator[None]:
    """Have the same video uploaded to the same place by one thread at a time: the others find it remembered."""
    lock = _under_way.setdefault((endpoint.base_url, _mark(clip)), threading.Lock())
    while not lock.acquire(timeout=_AGAIN_S):
        tell(f"{short(clip.name)} is being uploaded for another call.")
        if stop.is_set():
            raise Stopped
    try:
        yield
    finally:
        lock.release()


def _changed(clip: Clip) -> MiniMaxError:
    return refused(clip.name, "was changed since it was looked at", "Send the prompt again: it is read anew.")


def _mark(clip: Clip) -> str:
    return clip.sha256 or clip.path


def _media(request: Request) -> list[Media]:
    return [part for message in request.messages if message.role != "assistant" for part in message.media]


def _length(part: Media) -> int:
    return len(part.base64)


def _length_of(request: Request) -> int:
    """Bytes of the body at most, but for what stands around texts and contents; quoting may double a text."""
    texts = [request.system or ""]
    for message in request.messages:
        texts += [part.text for part in message.parts if isinstance(part, Text | Thinking)]
        texts += [part.content for part in message.parts if isinstance(part, ToolResult)]
    return sum(map(_length, _media(request))) + 2 * sum(len(text.encode("utf-8", "replace")) for text in texts)


def _with(request: Request, addresses: Mapping[str, str]) -> Request:
    """The request with these videos, by their mark, at these addresses; what is not changed is the same object."""
    if not addresses:
        return request

    def addressed(message: Message) -> Message:
        wanted = [isinstance(part, Clip) and not part.url and _mark(part) in addresses for part in message.parts]
        if not any(wanted):
            return message
        parts = [
            replace(part, url=addresses[_mark(part)], base64=b"") if isinstance(part, Clip) and want else part
            for part, want in zip(message.parts, wanted, strict=True)
        ]
        return replace(message, parts=tuple(parts))

    return replace(request, messages=tuple(map(addressed, request.messages)))
