"""What must hold of any input: one function that takes bytes and fails on the first broken promise.

An input is two bytes and a payload. The first says what reads the payload (:data:`READERS`), the second how it is cut
and which flags the reader has. What is promised:

* only the kit's own errors come, of the one kind the reader may raise;
* fed in pieces gives what feeding it whole gives;
* the work is linear in the bytes and in the pieces;
* a key that a server sends back is in no error;
* what was decoded can be sent back, and is written the same however it came.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from minimax_nb.catalog.rows import FaceName
from minimax_nb.errors import MiniMaxError, ServiceError, WireError
from minimax_nb.messages.events import Event, Failed
from minimax_nb.messages.parts import Message, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES, service_error
from minimax_nb.wire.sse import Frames
from minimax_nb.wire.thinking import Scanner
from tests.fuzz.work import Work
from tests.wire.helpers import KEY, Outcome, check_order, drive, endpoint, merged

MOST_WORK_A_BYTE = 60
"""Times a byte may be handed on, on its way through all floors of the decoder; recorded answers need about ten."""

MOST_WORK_A_PIECE = 400
"""Work for a piece, whatever it holds; as much as twenty pieces for beginning and ending."""

_MEASURED = 64
"""Dials below this have their work counted, which takes most of the time; a fuzzer has better use for it."""


def judge(data: bytes) -> None:
    """Fail if an input breaks a promise.

    Raises:
        AssertionError: It does.
    """
    if len(data) < 2:
        return
    _load()
    reader = READERS.get(chr(data[0])) or list(READERS.values())[data[0] % len(READERS)]
    reader(data[2:], data[1])


@functools.cache
def _load() -> None:
    """Have everything loaded that is loaded on first use: that is no work of an input."""
    for face in FACES:
        drive([b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'], face)
        drive([b'{"content":[]}'], face)
    service_error(endpoint(), 429, {"Retry-After": "Sat, 21 Nov 2026 05:00:00 GMT"}, b"{")


def pieces_of(payload: bytes, dial: int) -> list[bytes]:
    """The payload cut as the dial says: into equal pieces, or anywhere, the same every time."""
    if not dial & 1:
        step = (dial >> 3) + 1
        return [payload[at : at + step] for at in range(0, len(payload), step)]
    dice = random.Random(dial)
    places = sorted(dice.randrange(len(payload) + 1) for _ in range(dice.randrange(1, 20)))
    return [payload[start:end] for start, end in zip([0, *places], [*places, len(payload)], strict=True)]


# -- answers -----------------------------------------------------------------------------------------------------------


def _answer(face: FaceName) -> Callable[[bytes, int], None]:
    def read(payload: bytes, dial: int) -> None:
        flags: dict[str, Any] = {"starts_in_thinking": bool(dial & 2)}
        if dial & 4 and face == "openai":
            flags["echo_field"] = None
        whole = drive([payload], face, **flags)
        pieces = pieces_of(payload, dial)
        with Work() if dial < _MEASURED else nullcontext(Work()) as work:
            cut = drive(pieces, face, **flags)
        bound = _most(payload, pieces)
        assert work.total <= bound, f"work {work.total} for {len(payload)} bytes, {len(pieces)} pieces"
        assert [told(event) for event in merged(cut.events)] == [told(event) for event in merged(whole.events)]
        assert error_told(cut.broken) == error_told(whole.broken)
        check_order(whole.events)
        if whole.broken is not None:
            no_key_in(whole.broken)
        for event in whole.events:
            if isinstance(event, Failed):
                no_key_in(event.error)
        _goes_back(whole, face, flags)

    return read


def _goes_back(outcome: Outcome, face: FaceName, flags: Mapping[str, Any]) -> None:
    """What came can be said again with the next prompt."""
    reply = Reply(provider="minimax", face=face, asked_model="m")
    for event in outcome.events:
        reply.apply(event)
    talk: tuple[Message, ...] = (user("a"), reply.message, user("b"))
    call = FACES[face].encode(Request("m", talk), endpoint(face, **flags))
    body = json.loads(call.body, parse_constant=_no_json)
    assert body["messages"][0]["role"] == "user"
    assert KEY not in repr(call).replace(repr(call.body), "")


def _no_json(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def told(event: Event) -> str:
    """An event as something that compares: an error by what it says, NaN by its name."""
    return error_told(event.error) if isinstance(event, Failed) else repr(event)


def error_told(error: MiniMaxError | None) -> str:
    """Everything an error tells."""
    return "" if error is None else repr((type(error).__name__, str(error), sorted(vars(error).items(), key=str)))


def no_key_in(error: MiniMaxError) -> None:
    """No word of an error holds the key, and all of it can be shown."""
    told = error_told(error)
    assert KEY not in told, "the key is in an error"
    assert "\n" not in str(error)
    str(error).encode()


def _most(payload: bytes, pieces: Iterable[bytes]) -> int:
    return MOST_WORK_A_BYTE * len(payload) + MOST_WORK_A_PIECE * (len(list(pieces)) + 20)


# -- the smaller readers -----------------------------------------------------------------------------------------------


def _refusal(payload: bytes, dial: int) -> None:
    face: FaceName = "anthropic" if dial & 1 else "openai"
    status = (400, 401, 402, 404, 422, 429, 500, 503, 529, 302)[(dial >> 1) % 10]
    headers = {"Retry-After": payload[:20].decode("latin-1")} if dial & 64 else {}
    with Work() as work:
        error = service_error(endpoint(face), status, headers, payload)
    assert work.total <= _most(payload, ()), f"work {work.total} for {len(payload)} bytes"
    assert isinstance(error, ServiceError)
    assert error.hint
    assert error.retry_after is None or error.retry_after >= 0
    no_key_in(error)


def _listing(payload: bytes, dial: int) -> None:
    face: FaceName = "anthropic" if dial & 1 else "openai"
    try:
        models = FACES[face].decode_models(payload, endpoint(face))
    except (WireError, ServiceError) as error:
        no_key_in(error)
    else:
        assert all(model.id for model in models)
        repr(models).encode()


def _count(payload: bytes, dial: int) -> None:
    face: FaceName = "anthropic" if dial & 1 else "openai"
    try:
        assert FACES[face].decode_count(payload, endpoint(face)) >= 0
    except (WireError, ServiceError) as error:
        no_key_in(error)


def _scan(payload: bytes, dial: int) -> None:
    inside, thought = bool(dial & 2), bool(dial & 4)
    text = payload.decode("utf-8", "replace")

    def run(cut: list[str]) -> list[tuple[str, str]]:
        scanner = Scanner(inside=inside, thought=thought)
        found = [verdict for piece in cut for verdict in scanner.feed(piece)] + scanner.end()
        whole: list[tuple[str, str]] = []
        for verdict, said in found:
            if whole and whole[-1][0] == verdict and said:
                whole[-1] = (verdict, whole[-1][1] + said)
            else:
                whole.append((verdict, said))
        return whole

    pieces = [text[at : at + 1 + (dial >> 3)] for at in range(0, len(text), 1 + (dial >> 3))]
    with Work() as work:
        cut = run(pieces)
    assert work.total <= MOST_WORK_A_BYTE * len(text) + MOST_WORK_A_PIECE * (len(pieces) + 20)
    assert cut == run([text])


def _frames(payload: bytes, dial: int) -> None:
    def run(cut: Iterable[bytes]) -> tuple[list[tuple[bytes, bytes]], bool]:
        frames, found = Frames(limit=512 if dial & 2 else 2**20), []
        try:
            for piece in cut:
                found += frames.feed(piece)
            found += frames.flush()
        except WireError:
            return found, True
        return found, False

    pieces = pieces_of(payload, dial)
    with Work() as work:
        cut = run(pieces)
    assert work.total <= _most(payload, pieces)
    assert all(data for _, data in cut[0]), "a frame without data says nothing"
    if len(payload) <= 512 or not dial & 2:
        assert cut == run([payload])


READERS: Mapping[str, Callable[[bytes, int], None]] = {
    "o": _answer("openai"),
    "a": _answer("anthropic"),
    "e": _refusal,
    "m": _listing,
    "c": _count,
    "s": _scan,
    "f": _frames,
}
"""Who reads the payload, by the first byte of an input; any other byte means one of them."""
