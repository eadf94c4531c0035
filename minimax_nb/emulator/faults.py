"""Everything that can be made to go wrong, by name. Nothing here happens unless it is asked for.

Codes, statuses and texts: MiniMax error pages and dated captures, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["refusal", "soft", "page", "stream", "shape"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One switch.

    Attributes:
        name: What a user types.
        about: One line that explains it.
        kind: "refusal" answers with an error status, "soft" with HTTP 200 and an error inside, "page" with something
            that is no API answer, "stream" breaks the transfer, "shape" is an oddity of a reply that is otherwise fine.
        status: HTTP status of a refusal or page.
        anthropic_status: The status on the Anthropic-compatible protocol, where it differs.
        code: The service's own number.
        detail: What the service says.
    """

    name: str
    about: str
    kind: Kind
    status: int = 200
    anthropic_status: int | None = None
    code: int | None = None
    detail: str = ""

    def status_on(self, face: str) -> int:
        """HTTP status on that protocol."""
        return self.anthropic_status if face == "anthropic" and self.anthropic_status else self.status


LOGIN_FAIL = "login fail: Please carry the API secret key in the '{header}' field of the request header"
_WINDOW = (
    "usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (0/0 used), resets at 2030-01-01T00:00:00Z"
)
_NOT_IN_PLAN = "your current token plan does not support this model"
_HEAVY = "the servers are under heavy load, please try again in a few minutes"


def _refusal(name: str, status: int, code: int | None, detail: str, about: str, *, anthropic: int = 0) -> Fault:
    return Fault(name, about, "refusal", status, anthropic or None, code, detail)


_ALL = (
    _refusal("401", 401, 1004, "", "HTTP 401, code 1004: the key is missing, wrong or of another region"),
    _refusal("1004", 401, 1004, "", "the same as 401"),
    _refusal("2049", 401, 2049, "invalid api key", "HTTP 401: the key is not valid"),
    _refusal("1008", 402, 1008, "insufficient balance", "HTTP 402: no credit left"),
    _refusal("404", 404, None, "not found", "HTTP 404: no such thing"),
    _refusal("413", 413, None, "request is too large", "HTTP 413: more than 64 MB, or a picture or video too big"),
    _refusal("2013", 400, 2013, "invalid params", "HTTP 400: a parameter the service does not take"),
    _refusal(
        "1026",
        422,
        1026,
        "input new_sensitive",
        "the prompt is refused for its content (422; Anthropic 500)",
        anthropic=500,
    ),
    _refusal(
        "1027",
        422,
        1027,
        "output new_sensitive",
        "the reply is refused for its content (422; Anthropic 500)",
        anthropic=500,
    ),
    _refusal("1002", 429, 1002, "rate limit", "HTTP 429: too many calls"),
    _refusal("2056", 429, 2056, _WINDOW, "HTTP 429: the plan's 5-hour window is used up"),
    _refusal("1000", 500, 1000, "unknown error", "HTTP 500, code 1000: an unknown error"),
    _refusal("500", 500, None, "internal server error", "HTTP 500 without a code"),
    _refusal("503", 503, None, "service unavailable", "HTTP 503 without a code"),
    _refusal("1001", 504, 1001, "request timeout", "HTTP 504, code 1001: the service ran out of time"),
    _refusal("529", 529, None, "overloaded", "HTTP 529 without a code: the service is overloaded"),
    _refusal("2064", 529, 2064, _HEAVY, "HTTP 529, code 2064: peak-hour overload"),
    Fault("2056-200", "HTTP 200 with code 2056 inside and no choices", "soft", code=2056, detail=_WINDOW),
    Fault(
        "2061-200", "HTTP 200 with code 2061 inside: the plan lacks this model", "soft", code=2061, detail=_NOT_IN_PLAN
    ),
    Fault("2062-200", "HTTP 200 with code 2062 inside: the plan is slowed down", "soft", code=2062, detail=_HEAVY),
    Fault("html-502", "HTTP 502 with a gateway's HTML page", "page", 502),
    Fault("plain-503", "HTTP 503 with one line of plain text", "page", 503),
    Fault("html-200", "HTTP 200 with an HTML page where a reply should be", "page", 200),
    Fault("cut", "the connection drops in the middle of the reply", "stream"),
    Fault("cut-early", "the connection drops before the first piece of text", "stream"),
    Fault("end-early", "the body ends cleanly in the middle of the reply, without the end of the protocol", "stream"),
    Fault("garbage", "bytes that are not the protocol, in the middle of the reply", "stream"),
    Fault("error-mid", "an error frame in the middle of the reply", "stream"),
    Fault("stall", "a pause of 60 s in the middle of the reply (stall-ms=N sets another length)", "stream"),
    Fault("slow", "a piece every 400 ms", "stream"),
    Fault("no-done", "no [DONE] at the end (OpenAI-compatible)", "stream"),
    Fault("bytes", "one byte at a time", "stream"),
    Fault("crlf", "lines end with CR LF", "stream"),
    Fault("usage-missing", "no token counts anywhere", "shape"),
    Fault("dup-reasoning", "the thinking comes twice: in its own fields or block, and in the text with tags", "shape"),
    Fault("role-empty", 'role "" and placeholder counts in every piece (OpenAI-compatible)', "shape"),
    Fault("unclosed-think", "thinking in the text, <think> opened and never closed", "shape"),
    Fault("bare-closer", "thinking in the text, closed by </think> and never opened", "shape"),
    Fault("mm-think", "thinking in the text between <mm:think> and </mm:think>", "shape"),
    Fault("tags-in-fence", "the answer itself shows <think> tags inside a code fence", "shape"),
    Fault("late-blocks", "blocks that open before the last one closed, and close out of order (Anthropic)", "shape"),
)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every fault by its name, in the order in which ``--help`` lists them."""


def first(names: Iterable[str], kinds: tuple[Kind, ...]) -> Fault | None:
    """The first of the named faults that is of one of these kinds."""
    return next((FAULTS[name] for name in names if FAULTS[name].kind in kinds), None)
