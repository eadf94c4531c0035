"""The whole emulator as one pure function: a request in, an answer with its pace out.

No clock, no randomness, no files, no sockets: the same request always has the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.emulator import lists, refusals, write_anthropic, write_openai, write_plain
from minimax_nb.emulator.controls import Controls, check_faults, parse
from minimax_nb.emulator.faults import FAULTS, Fault, first
from minimax_nb.emulator.frames import Breaks, Frame, Walk, break_frames, break_whole, dumps, to_chunks
from minimax_nb.emulator.heard import Heard, Refused
from minimax_nb.emulator.ids import request_id
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.read_anthropic import read_anthropic
from minimax_nb.emulator.read_openai import read_openai
from minimax_nb.emulator.read_responses import read_responses
from minimax_nb.emulator.rules import check_context, need, parse_body
from minimax_nb.emulator.script import STALL_S, Script, compose, wishes
from minimax_nb.emulator.seam import Answer, Asked, Chunk
from minimax_nb.emulator.services import Route, find_route
from minimax_nb.emulator.tokens import count_input

BAD_KEY = "bad-key"
_STREAM: refusals.Headers = (("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache"))
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>\n"
_NOTICE = b"upstream connect error or disconnect/reset before headers\n"


def handle(
    asked: Asked, *, delay_ms: float | None = None, faults: Sequence[str] = (), need_key: bool = False
) -> Answer:
    """Answer one request.

    Args:
        asked: The request. Its ``x-emulator`` header and the ``/emulate`` lines of its last prompt may ask for a
            fault, another pace or exact words; what they say goes before the arguments here.
        delay_ms: Milliseconds between two pieces; None is the usual 12, 0 takes all ordinary waits away.
        faults: Faults by name, for any request.
        need_key: Refuse a request without a key, as the services do.

    Raises:
        ValueError: A fault in ``faults`` is not known.
    """
    wider = Controls(delay_ms=delay_ms, faults=check_faults(faults))
    path = asked.path.partition("?")[0]
    found = find_route(asked.method, path)
    if found is None:
        return refusals.not_found()
    return _Call(asked, found[0], found[1], "/" + path.strip("/"), wider, need_key=need_key).answer()


class _Call:
    """One request on its way through: what is known of it grows, and a refusal at any point is written out."""

    def __init__(self, asked: Asked, route: Route, named: str, path: str, wider: Controls, *, need_key: bool) -> None:
        self.asked = asked
        self.route = route
        self.service = route.service
        self.face = route.face
        self.named = named
        self.wider = wider
        self.need_key = need_key
        self.body: Mapping[str, Any] = {}
        self.path = path
        self.identity = request_id(path, asked.body)

    # -- the way of a request --------------------------------------------------------------------------------------

    def answer(self) -> Answer:
        """The answer, whatever it is."""
        try:
            return self._answer()
        except Refused as refused:
            return self._refuse(refused)
        except RecursionError:
            return self._refuse(Refused("the request is nested too deeply"))

    def _answer(self) -> Answer:
        header = self.asked.headers.get("x-emulator", "")
        controls = parse([header] if header else []).over(self.wider)
        if self.route.action in {"models", "model"}:
            self._check_key(listing=True)
            return self._broken(controls.faults) or self._json(
                lists.listing(self.route, self.named, self.asked.headers)
            )
        self.body = self._parsed()
        self.identity = request_id(self.path, self.body)
        self._check_key()
        if self.route.action == "count-responses":
            counted = count_input(read_responses(self.body, self.model), sees=self._facts().sees)
            body = {"object": "response.input_tokens", "input_tokens": counted}
            return self._broken(controls.faults) or self._json(body)
        return self._chat(controls)

    def _chat(self, controls: Controls) -> Answer:
        facts = self._facts()
        read = read_openai if self.face == "openai" else read_anthropic
        heard = read(self.body, self.model, facts)
        if self.route.action == "count":
            return self._broken(controls.faults) or self._json({"input_tokens": count_input(heard, sees=facts.sees)})
        controls = wishes(heard, controls)
        if broken := self._broken(controls.faults, heard):
            return broken
        check_context(heard, facts)
        shapes = frozenset(name for name in controls.faults if FAULTS[name].kind == "shape")
        script = compose(heard, facts, controls, shapes)
        breaks = self._breaks(controls)
        return (
            self._streamed(heard, script, facts, breaks) if heard.stream else self._whole(heard, script, facts, breaks)
        )

    # -- checks ----------------------------------------------------------------------------------------------------

    @property
    def model(self) -> str:
        """The model the request names."""
        names = (self.body[name] for name in self.service.model_names if self.body.get(name))
        return str(next(names, ""))

    def _facts(self) -> Facts:
        """What is known of the model.

        Raises:
            Refused: The request names none, or one the service does not have.
        """
        if not self.model:
            need(self.body, "model")
        facts = self.service.models.get(self.model)
        if facts is None:
            raise refusals.unknown_model(self.service.name, self.model)
        return facts

    def _parsed(self) -> dict[str, Any]:
        """The body; a key that is refused in a header is refused before the body is looked at.

        Raises:
            Refused: The key is no good, or the body is no JSON object.
        """
        try:
            return parse_body(self.asked.body, self.face)
        except Refused:
            self._check_key()
            raise

    def _check_key(self, *, listing: bool = False) -> None:
        """Refuse the one key that is no good, wherever a service takes it; Authorization goes before x-api-key.

        RunAPI lists its models to anybody.
        """
        headers = self.asked.headers
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        keys = {bearer or headers.get("x-api-key"), headers.get("key"), str(self.body.get("key", ""))} - {"", None}
        free = not self.need_key or (listing and self.service.name == "runapi")
        if BAD_KEY in keys or not (keys or free):
            by_header = "x-api-key" in headers and not bearer
            raise refusals.bad_key(self.service.name, "X-Api-Key" if by_header else "Authorization")

    # -- answers ---------------------------------------------------------------------------------------------------

    def _headers(self, status: int = 200) -> refusals.Headers:
        asked = self.asked.headers.get("x-client-request-id")
        return refusals.headers_of(self.service.name, self.identity, asked, status=status)

    def _json(self, value: object) -> Answer:
        return refusals.whole(200, refusals.JSON + self._headers(), dumps(value))

    def _refuse(self, refused: Refused) -> Answer:
        body = refusals.body_of(refused, self.service.name, self.face, self.identity)
        return refusals.whole(refused.status, refusals.JSON + self._headers(refused.status), dumps(body))

    def _broken(self, names: Sequence[str], heard: Heard | None = None) -> Answer | None:
        """The answer that a fault puts in place of the reply, or None.

        Raises:
            Refused: The fault is an error of the service.
        """
        fault = first(names, ("refusal", "soft", "page"))
        if fault is None:
            return None
        if fault.kind == "refusal":
            raise self._refusal(fault)
        if fault.kind == "soft":
            return self._soft(Refused(fault.detail, status=200, code=fault.code), heard)
        if fault.name == "plain-503":
            return refusals.whole(fault.status, refusals.PLAIN, _NOTICE)
        return refusals.whole(fault.status, refusals.HTML, _PAGE)

    def _refusal(self, fault: Fault) -> Refused:
        if fault.status == 401 and not fault.detail:
            return refusals.bad_key(self.service.name, "Authorization")
        return Refused(fault.detail, status=fault.status_on(self.face), code=fault.code)

    def _error_inside(self, refused: Refused) -> dict[str, Any]:
        if self.service.name == "minimax":
            return refusals.inside_200(refused, self.model, self.face, self.identity)
        return refusals.body_of(refused, self.service.name, self.face, self.identity)

    def _soft(self, refused: Refused, heard: Heard | None) -> Answer:
        """An error that comes with HTTP 200: as the body, or as the first frame of a stream."""
        body = dumps(self._error_inside(refused))
        if heard is not None and heard.stream and self.face == "openai":
            return refusals.whole(200, _STREAM + self._headers(), b"data: " + body + b"\n\n")
        return refusals.whole(200, refusals.JSON + self._headers(), body)

    def _breaks(self, controls: Controls) -> Breaks:
        names = frozenset(name for name in controls.faults if FAULTS[name].kind == "stream")
        error = refusals.body_of(
            Refused("unknown error", status=500, code=1000), self.service.name, self.face, self.identity
        )
        return Breaks(
            names,
            stall_s=STALL_S if controls.stall_ms is None else controls.stall_ms / 1000,
            error=dumps(error),
            framed=b"event: error\ndata: " if self.face == "anthropic" else b"data: ",
            broken=b"event: content_block_delta\ndata: " if self.face == "anthropic" else b"data: ",
        )

    def _whole(self, heard: Heard, script: Script, facts: Facts, breaks: Breaks) -> Answer:
        if self.face == "anthropic":
            value = write_anthropic.write_whole(heard, script, self.identity, self._style(facts))
        elif self.service.dialect is not None:
            value = write_plain.write_whole(heard, script, self.identity, self.service.dialect)
        else:
            value = write_openai.write_whole(heard, script, facts, self.identity)
        body = dumps(value)
        chunks: tuple[Chunk, ...] = tuple(break_whole(body, script.first_s, breaks))
        return Answer(200, refusals.JSON + self._headers(), chunks, breaks.cut)

    def _streamed(self, heard: Heard, script: Script, facts: Facts, breaks: Breaks) -> Answer:
        def frames() -> Walk[Frame]:
            if self.face == "anthropic":
                return Walk(lambda: write_anthropic.write_stream(heard, script, self.identity, self._style(facts)))
            dialect = self.service.dialect
            if dialect is not None:
                return Walk(lambda: write_plain.write_stream(heard, script, self.identity, dialect))
            return Walk(lambda: write_openai.write_stream(heard, script, facts, self.identity))

        chunks = Walk(lambda: to_chunks(break_frames(frames(), breaks), breaks.names))
        return Answer(200, _STREAM + self._headers(), chunks, breaks.cut)

    def _style(self, facts: Facts) -> write_anthropic.Style:
        minimax = self.service.name == "minimax"
        return write_anthropic.minimax_style(facts) if minimax else write_anthropic.PLAIN
