"""How a service answers one call: its headers, its JSON, its errors.

Headers: captures of MiniMax (2026) and RunAPI's SDKs, read 2026-11-20. ModelsLab documents none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from minimax_nb.emulator import refusals
from minimax_nb.emulator.frames import dumps
from minimax_nb.emulator.heard import FaceName, Refused
from minimax_nb.emulator.ids import CREATED, digest
from minimax_nb.emulator.seam import Answer, Chunk
from minimax_nb.emulator.services import Name

Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("Content-Type", "application/json; charset=utf-8"),)
PLAIN: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)
STREAM: Headers = (("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache"))

_WAITED_FOR = {"runapi": {429, 503}, "openrouter": {429}}


def plainly(status: int, headers: Headers, body: bytes) -> Answer:
    """An answer in one piece, at once."""
    return Answer(status, headers, (Chunk(body),) if body else ())


def not_found() -> Answer:
    """The answer to a path that nobody serves."""
    return plainly(404, PLAIN, b"404 page not found")


@dataclass(frozen=True, slots=True)
class Voice:
    """What an answer needs to know of its call.

    Attributes:
        service: Who answers.
        face: The protocol.
        identity: The id of the call.
        asked_id: The caller's own id for it, which RunAPI sends back.
        model: The model that was asked for.
        names: Faults in force.
        retry_after: What the header Retry-After is to say, or None for the service's own way.
        streamed: Whether the reply was to come in pieces.
        bare: Whether an error with HTTP 200 is ``base_resp`` alone, as beside the chat endpoints.
    """

    service: Name
    face: FaceName
    identity: str
    asked_id: str | None = None
    model: str = ""
    names: frozenset[str] = frozenset()
    retry_after: str | None = None
    streamed: bool = False
    bare: bool = False

    def headers(self, status: int = 200) -> Headers:
        """The headers a service names a call with; a call that RunAPI refused has no task."""
        match self.service:
            case "minimax":
                return self._minimax_headers()
            case "runapi":
                named = uuid(self.identity)
                asked = self.asked_id
                fit = asked and len(asked) <= 512 and asked.isascii() and asked.isprintable()
                echoed = (("X-Client-Request-Id", str(asked)),) if fit else ()
                task = (("X-RunAPI-Task-Id", uuid(digest(self.identity, "task"))),) if status < 400 else ()
                return (("X-Request-Id", named), *task, *echoed)
            case _:
                return ()

    def _minimax_headers(self) -> Headers:
        other = digest(self.identity, "request")
        return (
            ("Trace-Id", self.identity),
            ("Minimax-Request-Id", other[:32]),
            ("X-Mm-Request-Id", f"{CREATED}_{other[:16]}"),
            ("X-Session-Id", other[32:]),
            ("alb_request_id", other[16:48]),
            ("alb_receive_time", f"{CREATED}.000"),
        )

    def json(self, value: object) -> Answer:
        """An answer that is fine."""
        return plainly(200, JSON + self.headers(), dumps(value))

    def refuse(self, refused: Refused) -> Answer:
        """An error, as this service writes it or in the form a fault asks for."""
        if "as-200" in self.names:
            return self.error_200(refused)
        headers = JSON + self.headers(refused.status) + self._wait(refused.status)
        return plainly(refused.status, headers, dumps(self.error(refused)))

    def error_200(self, refused: Refused) -> Answer:
        """An error that comes with HTTP 200: as the body, or as the only frame of a stream."""
        body = dumps(self.error(refused, inside=True))
        if self.streamed and self.face == "openai":
            return plainly(200, STREAM + self.headers(), b"data: " + body + b"\n\n")
        return plainly(200, JSON + self.headers(), body)

    def error(self, refused: Refused, *, inside: bool = False) -> dict[str, Any]:
        """The JSON of an error.

        Args:
            refused: What is wrong.
            inside: Whether it is to look like a reply, as errors with HTTP 200 do at MiniMax.
        """
        asked = self.retry_after or ""
        wait = int(asked) if asked.isdecimal() else 1
        if formed := refusals.in_form(refused, self.names, wait):
            return formed
        if inside and self.service == "minimax":
            return self.base_resp(refused)
        return refusals.body_of(refused, self.service, self.face, self.identity, wait)

    def base_resp(self, refused: Refused) -> dict[str, Any]:
        """MiniMax's error inside a reply."""
        face: FaceName = "anthropic" if self.bare else self.face
        return refusals.inside_200(refused, self.model, face, self.identity)

    def _wait(self, status: int) -> Headers:
        said = self.retry_after or ("1" if status in _WAITED_FOR.get(self.service, ()) else None)
        return (("Retry-After", said),) if said else ()

    def knowing(self, **more: Any) -> Voice:  # noqa: ANN401
        """This voice, knowing more of the call."""
        return replace(self, **more)


def uuid(identity: str) -> str:
    """An id in the form of a UUID."""
    return "-".join((identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:32]))
