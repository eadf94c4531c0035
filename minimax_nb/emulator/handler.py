"""The whole emulator as one pure function: a request in, an answer with its pace out.

No clock, no randomness, no sockets: the same request always has the same answer. Uploaded files are the one thing that
is kept between two calls, in a store that is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.emulator import lists, refusals
from minimax_nb.emulator.attached import behold
from minimax_nb.emulator.auth import check_account, check_key, keys_of
from minimax_nb.emulator.breaks import Breaks
from minimax_nb.emulator.controls import Controls, check_faults, parse
from minimax_nb.emulator.faults import FAULTS, Fault, first, of_kind
from minimax_nb.emulator.files import answer_files
from minimax_nb.emulator.frames import dumps
from minimax_nb.emulator.guide import guide
from minimax_nb.emulator.heard import Refused
from minimax_nb.emulator.house import check_house, house_ways
from minimax_nb.emulator.ids import request_id
from minimax_nb.emulator.models import RETIRED, Facts
from minimax_nb.emulator.read_anthropic import read_anthropic
from minimax_nb.emulator.read_openai import read_openai
from minimax_nb.emulator.read_responses import read_responses
from minimax_nb.emulator.replies import Reply
from minimax_nb.emulator.rules import check_context, need, parse_body
from minimax_nb.emulator.script import STALL_S, compose, wishes
from minimax_nb.emulator.seam import Answer, Asked
from minimax_nb.emulator.services import Route, find_route
from minimax_nb.emulator.store import Store
from minimax_nb.emulator.tokens import count_input
from minimax_nb.emulator.voice import HTML, JSON, PLAIN, STREAM, Voice, not_found, plainly

_HELP = frozenset({"", "help"})
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>\n"
_NOTICE = b"upstream connect error or disconnect/reset before headers\n"
_IN_PROCESS = Store()
_FETCH = {"id": 87654321, "eta": 10, "message": "Try to fetch the result after the seconds estimated"}


def handle(
    asked: Asked,
    *,
    delay_ms: float | None = None,
    faults: Sequence[str] = (),
    need_key: bool = False,
    store: Store | None = None,
) -> Answer:
    """Answer one request.

    Args:
        asked: The request. Its ``x-emulator`` header and the ``/emulate`` lines of its last prompt may ask for a
            fault, another pace or exact words; what they say goes before the arguments here.
        delay_ms: Milliseconds between two pieces; None is the usual 12, 0 takes all ordinary waits away.
        faults: Faults by name, for any request.
        need_key: Refuse a request without a key, as the services do.
        store: The uploaded files: what is uploaded goes in there, and ``mm_file://`` addresses lead there. None is one
            store for the whole process. Without files this function is pure: the same request, the same answer.

    Raises:
        ValueError: A fault in ``faults`` is not known.
    """
    wider = Controls(delay_ms=delay_ms, faults=check_faults(faults))
    path, _, query = asked.path.partition("?")
    found = find_route(asked.method, path)
    if found is None:
        helped = asked.method == "GET" and path.strip("/") in _HELP
        return plainly(200, PLAIN, guide().encode()) if helped else not_found()
    kept = _IN_PROCESS if store is None else store
    return _Call(asked, found[0], found[1], query, wider, need_key=need_key, store=kept).answer()


class _Call:
    """One request on its way through: what is known of it grows, and a refusal at any point is written out."""

    def __init__(
        self, asked: Asked, route: Route, named: str, query: str, wider: Controls, *, need_key: bool, store: Store
    ) -> None:
        self.asked = asked
        self.route = route
        self.service = route.service
        self.face = route.face
        self.named = named
        self.query = query
        self.need_key = need_key
        self.store = store
        self.body: Mapping[str, Any] = {}
        self.path = "/" + asked.path.partition("?")[0].strip("/")
        self.identity = ""
        self.controls = Controls()
        self._follow(wider)

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
        if header:
            self._follow(parse([header]).over(self.controls))
        if self.route.action in {"models", "model", "balance", "files"}:
            self.identity = request_id(self.path, self.asked.body)
            return self._beside()
        self.body = self._parsed()
        self.identity = request_id(self.path, self.body or self.asked.body)
        self._check_key()
        if self.route.action == "count-responses":
            sees = self._facts().sees
            counted = count_input(behold(read_responses(self.body, self.model), self.store, sees=sees), sees=sees)
            return self._broken() or self.voice.json({"object": "response.input_tokens", "input_tokens": counted})
        return self._chat()

    def _beside(self) -> Answer:
        """What is no reply: lists, the balance, files."""
        open_to_all = self.service.name == "runapi" and self.route.action == "models"
        self._check_key(open_to_all=open_to_all)
        if broken := self._broken():
            return broken
        if self.route.action == "balance":
            return self.voice.json(lists.BALANCE)
        if self.route.action == "files":
            asked = self.asked
            return self.voice.json(answer_files(self.path, asked.headers, asked.body, self.query, self.store))
        listed = lists.listing(self.route, self.named, self.asked.headers, self.query, self._keys())
        if self.service.name == "modelslab" and "slashed-ids" in self.names:
            listed["data"] = [{**entry, "id": entry["id"].replace("-", "/", 1)} for entry in listed["data"]]
        return self.voice.json(listed)

    def _chat(self) -> Answer:
        facts = self._facts()
        read = read_openai if self.face == "openai" else read_anthropic
        heard = house_ways(self.service.name, self.face, self.body, read(self.body, self.model, facts))
        heard = behold(heard, self.store, sees=facts.sees)
        if self.route.action == "count":
            return self._broken() or self.voice.json({"input_tokens": count_input(heard, sees=facts.sees)})
        self._follow(wishes(heard, self.controls))
        if broken := self._broken():
            return broken
        check_account(self.service, self.model, self._keys())
        check_house(self.service.name, self.face, self.body, facts, self.names)
        check_context(heard, facts)
        self._check_retired()
        shapes = of_kind(self.names, "shape", "mode")
        script = compose(heard, facts, self.controls, shapes, obeys=self.service.name != "minimax")
        return Reply(self.voice, self.service, facts, heard, script, self._breaks()).answer()

    def _follow(self, controls: Controls) -> None:
        """Take these wishes as the ones in force; a fault of the other protocol means nothing."""
        self.controls = controls
        asked = (*controls.faults, *self.route.always)
        self.names = frozenset(name for name in asked if FAULTS[name].only in {"", self.face})

    # -- what is known ---------------------------------------------------------------------------------------------

    @property
    def voice(self) -> Voice:
        """How the service answers this call, with what is known of it by now."""
        return Voice(
            self.service.name,
            self.face,
            self.identity or request_id(self.path, self.body or self.asked.body),
            self.asked.headers.get("x-client-request-id"),
            self.model,
            self.names,
            self.controls.retry_after,
            streamed=self.body.get("stream") is True,
            bare=self.route.action != "chat",
        )

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
        slashed = self.service.name == "modelslab" and "slashed-ids" in self.names
        facts = self.service.facts(self.model.replace("/", "-", 1) if slashed else self.model)
        if facts is None:
            raise refusals.unknown_model(self.service.name, self.model)
        return facts

    def _keys(self) -> list[str]:
        return keys_of(self.service.name, self.face, self.asked.headers, self.body)

    # -- checks ----------------------------------------------------------------------------------------------------

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

    def _check_key(self, *, open_to_all: bool = False) -> None:
        """Refuse a key that is no good, and a call without one where one is needed."""
        needed = self.need_key and self.service.name != "local" and not open_to_all
        check_key(self.service, self.face, self.asked.headers, self._keys(), needed=needed)

    def _check_retired(self) -> None:
        if "retired" in self.names and any(name in self.model for name in RETIRED):
            raise refusals.unknown_model(self.service.name, self.model)

    # -- answers ---------------------------------------------------------------------------------------------------

    def _refuse(self, refused: Refused) -> Answer:
        return self.voice.error_200(refused) if refused.status == 200 else self.voice.refuse(refused)

    def _broken(self) -> Answer | None:
        """The answer that a fault puts in place of the reply, or None.

        Raises:
            Refused: The fault is an error of the service.
        """
        fault = first(self.controls.faults, ("refusal", "soft", "page"))
        if fault is None:
            return None
        if fault.kind == "refusal":
            raise self._refusal(fault)
        if fault.kind == "soft":
            return self._soft(fault)
        if fault.name == "plain-503":
            return plainly(fault.status, PLAIN, _NOTICE)
        if fault.name == "empty-200":
            return plainly(fault.status, JSON, b"")
        return plainly(fault.status, HTML, _PAGE)

    def _soft(self, fault: Fault) -> Answer:
        """What comes with HTTP 200 and is no reply."""
        voice = self.voice
        if fault.name == "processing":
            return voice.json({"status": "processing", **_FETCH, "fetch_result": f"/fetch/{_FETCH['id']}"})
        if fault.name != "error-first":
            return voice.error_200(self._refusal(FAULTS[fault.name.removesuffix("-200")]))
        body = dumps(voice.error(self._chosen_error()))
        if not voice.streamed:
            return plainly(200, JSON + voice.headers(), body)
        return plainly(200, STREAM + voice.headers(), Breaks(frozenset(), self.face).framed(body))

    def _refusal(self, fault: Fault) -> Refused:
        if fault.status == 401 and not fault.detail:
            return refusals.bad_key(self.service.name, "Authorization")
        refused = Refused(fault.detail, status=fault.status_on(self.face), code=fault.code)
        return refusals.words(self.service.name, refused)

    def _chosen_error(self) -> Refused:
        """The error that comes in the middle of something."""
        return self._refusal(FAULTS[self.controls.error or "1000"])

    def _breaks(self) -> Breaks:
        names = of_kind(self.names, "stream")
        if not names:
            return Breaks(names, self.face)
        stall = self.controls.stall_ms
        refused = self._chosen_error()
        return Breaks(
            names,
            self.face,
            stall_s=STALL_S if stall is None else stall / 1000,
            error=dumps(self.voice.error(refused)),
            base_resp=dumps(self.voice.base_resp(refused)),
        )
