"""Everything that can be made to go wrong, by name. Nothing here happens unless it is asked for.

Codes, statuses and texts: MiniMax error pages, the resellers' documentation and dated captures, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from minimax_nb.emulator.codes import CODES

Kind = Literal["refusal", "soft", "form", "page", "stream", "shape", "mode"]
Only = Literal["", "openai", "anthropic"]

KINDS: dict[Kind, str] = {
    "refusal": "errors, each in the service's own body",
    "soft": "errors and surprises with HTTP 200",
    "form": "how an error is written, for any error",
    "page": "pages that are no API answer",
    "stream": "broken or awkward transfers",
    "shape": "odd replies",
    "mode": "ways of a service",
}
"""The kinds, in the order in which ``--help`` lists them, and their headings."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One switch.

    Attributes:
        name: What a user types.
        about: One line that explains it.
        kind: "refusal" answers with an error status, "soft" with HTTP 200 and no reply, "form" writes errors in
            another body, "page" sends something that is no API answer, "stream" breaks the transfer, "shape" is an
            oddity of a reply that is otherwise fine, "mode" is a way some service has.
        status: HTTP status of a refusal or page.
        anthropic_status: The status on the Anthropic-compatible protocol, where it differs.
        code: The service's own number.
        detail: What the service says.
        only: The one protocol it means something on, or "".
    """

    name: str
    about: str
    kind: Kind
    status: int = 200
    anthropic_status: int | None = None
    code: int | None = None
    detail: str = ""
    only: Only = ""

    def status_on(self, face: str) -> int:
        """HTTP status on that protocol."""
        return self.anthropic_status if face == "anthropic" and self.anthropic_status else self.status


LOGIN_FAIL = "login fail: Please carry the API secret key in the '{header}' field of the request header"

_STATUSES = {
    400: ("bad request", "the request is not taken"),
    401: ("", "the key is missing, wrong or of another region (MiniMax: code 1004)"),
    402: ("insufficient balance", "no credit left"),
    403: ("permission denied", "the account may not do this"),
    404: ("not found", "no such thing"),
    408: ("request timeout", "the request took too long"),
    409: ("conflict", "the request conflicts with another (RunAPI: code request_conflict)"),
    413: ("request is too large", "more than 64 MB, or a picture or video too big"),
    415: ("unsupported media type", "the body is of a type that is not taken"),
    422: ("unprocessable entity", "the parameters are not taken (RunAPI: a map of errors)"),
    429: ("too many requests", "too many calls (ModelsLab: retry_after in the body; RunAPI, OpenRouter: Retry-After)"),
    500: ("internal server error", "an error of the service"),
    502: ("bad gateway", "an error behind the service"),
    503: ("service unavailable", "no capacity (RunAPI: No active channel available)"),
    504: ("gateway timeout", "the service ran out of time"),
    529: ("overloaded", "the service is overloaded"),
}


def _refusals() -> Iterable[Fault]:
    for status, (detail, about) in _STATUSES.items():
        code = 1004 if status == 401 else None
        yield Fault(str(status), f"HTTP {status}: {about}", "refusal", status, None, code, detail)
    for one in CODES:
        status_text = f"HTTP {one.status}" + (f" (Anthropic {one.anthropic})" if one.anthropic else "")
        about = f"{status_text}, code {one.number}: {one.about}" + ("" if one.seen else "; the status is a guess")
        yield Fault(str(one.number), about, "refusal", one.status, one.anthropic, one.number, one.detail)


def _inside_200() -> Iterable[Fault]:
    for code in CODES:
        about = f"HTTP 200 with code {code.number} inside: {code.about}"
        yield Fault(f"{code.number}-200", about, "soft", code=code.number, detail=code.detail)
    yield Fault("processing", 'HTTP 200 with status "processing", id, eta and fetch_result (ModelsLab)', "soft")
    yield Fault("error-first", "HTTP 200 with an error: first frame of a stream, or the body", "soft")


_FORMS = (
    Fault("flat-error", '{"status": "error", "message": ...}', "form"),
    Fault("messege-error", '{"status": "error", "messege": ...}', "form"),
    Fault("nested-error", '{"error": {"message", "type", "code"}}', "form"),
    Fault("text-error", '{"error": "text", "code": ...}', "form"),
    Fault("coded-error", '{"error": {"code", "message"}}', "form"),
    Fault("map-error", '{"error": "Validation failed", "errors": {field: [...]}}', "form"),
    Fault("detail-error", '{"detail": "text"}', "form"),
    Fault("anthropic-error", '{"type": "error", "error": {"type", "message"}}', "form"),
    Fault("as-200", "the status is 200 all the same (MiniMax: base_resp and choices null)", "form"),
)
_PAGES = (
    Fault("html-502", "HTTP 502 with a gateway's HTML page", "page", 502),
    Fault("plain-503", "HTTP 503 with one line of plain text", "page", 503),
    Fault("html-200", "HTTP 200 with an HTML page where a reply should be", "page", 200),
    Fault("empty-200", "HTTP 200 with no body at all", "page", 200),
)
_STREAMS = (
    Fault("cut", "the connection drops in the middle of the reply", "stream"),
    Fault("cut-early", "the connection drops before the first piece of text", "stream"),
    Fault("end-early", "the body ends cleanly in the middle of the reply, without the end of the protocol", "stream"),
    Fault("garbage", "bytes that are not the protocol, in the middle of the reply", "stream"),
    Fault("invalid-utf8", "bytes that are no UTF-8 inside a text, in the middle of the reply", "stream"),
    Fault("error-mid", "an error frame in the middle of the reply (error=NAME says which)", "stream"),
    Fault("base-resp-mid", "a frame with base_resp and no choices in the middle of the reply", "stream"),
    Fault("stall", "a pause of 60 s in the middle of the reply (stall-ms=N sets another length)", "stream"),
    Fault("slow", "a piece every 400 ms", "stream"),
    Fault("no-done", "no [DONE] at the end", "stream", only="openai"),
    Fault("no-stop", "no message_stop at the end", "stream", only="anthropic"),
    Fault("open-end", "no blank line after the last event", "stream"),
    Fault("comments", "comment lines, and id and retry fields, between the events", "stream"),
    Fault("pings", "a ping between all events", "stream", only="anthropic"),
    Fault("bom", "a byte order mark before everything", "stream"),
    Fault("giant-line", "a line of a million bytes (blanks inside the JSON of one piece)", "stream"),
    Fault("no-space", "no blank after the colon of a field", "stream"),
    Fault("crlf", "lines end with CR LF", "stream"),
    Fault("cr", "lines end with CR alone", "stream"),
    Fault("bytes", "one byte at a time", "stream"),
    Fault("lumps", "100 bytes at a time, whatever stands at the border", "stream"),
    Fault("cut-characters", "cut inside every character of more than one byte", "stream"),
)
_SHAPES = (
    Fault("usage-missing", "no token counts anywhere", "shape"),
    Fault("usage-null", "counts are null, although they were asked for", "shape"),
    Fault("usage-partial", "one count only (total_tokens; Anthropic: output_tokens)", "shape"),
    Fault("usage-zero", "every count is 0", "shape"),
    Fault("usage-with-finish", "counts on the piece that ends the reply, asked for or not", "shape", only="openai"),
    Fault("usage-every", "growing counts on every piece", "shape", only="openai"),
    Fault(
        "usage-provisional",
        "message_start counts all input as cached, message_delta corrects it",
        "shape",
        only="anthropic",
    ),
    Fault("finish-missing", "no reason of the end anywhere", "shape"),
    Fault("finish-null", "the reason of the end is null", "shape"),
    Fault("finish-twice", "the reason of the end comes twice", "shape"),
    Fault("content-filter", "the end is content_filter, output_sensitive true", "shape", only="openai"),
    Fault("stop-sequence", 'the end is stop_sequence, "END"', "shape", only="anthropic"),
    Fault("base-resp", "a base_resp of success beside the message, as M2.7 had it", "shape", only="anthropic"),
    Fault(
        "finish-apart",
        "the reason of the end in a piece of its own (MiniMax puts it on the text)",
        "shape",
        only="openai",
    ),
    Fault(
        "finish-with-text", "the reason of the end on the last text (resellers put it apart)", "shape", only="openai"
    ),
    Fault("cumulative", "every piece repeats all text and thinking so far", "shape", only="openai"),
    Fault(
        "summary-tail",
        "a whole chat.completion after the pieces, as the native endpoint sends it",
        "shape",
        only="openai",
    ),
    Fault("empty-choices", "a piece with empty choices before the first", "shape", only="openai"),
    Fault("nulls", "members a piece does not have are there as null", "shape", only="openai"),
    Fault("role-empty", 'role "" and placeholder counts in every piece', "shape", only="openai"),
    Fault("unknown", "members, events and blocks that nobody documented", "shape"),
    Fault("equal-index", "all tool calls have index 0", "shape", only="openai"),
    Fault("object-arguments", "arguments as an object; Anthropic: whole in content_block_start", "shape"),
    Fault("item-arguments", 'lists in arguments wrapped as {"item": [...]}, as M3 was seen to do', "shape"),
    Fault("bad-arguments", "arguments of tool calls that are cut in the middle, so that they are no JSON", "shape"),
    Fault("wrong-arguments", "arguments of tool calls that do not fit the tool's schema", "shape"),
    Fault("bad-json", "an answer that was to be JSON, or its arguments, is cut in the middle", "shape"),
    Fault("wrong-json", "an answer that was to be JSON never fits its schema, however often it is sent back", "shape"),
    Fault("unknown-tool", "a call of no_such_tool in every reply, for ever, where tools are offered", "shape"),
    Fault("finish-stop", "the end is an ordinary one although tools are called", "shape"),
    Fault("raw-call", "a tool call leaks as text, in the markup of M2.x: <minimax:tool_call> ...", "shape"),
    Fault("raw-call-m3", "a tool call leaks as text, in the markup of M3: ]<]minimax[>[ ...", "shape"),
    Fault("empty-content", "thinking only, no text, counts 0, an ordinary end", "shape"),
    Fault("dup-reasoning", "the thinking comes twice: in its own fields or block, and in the text with tags", "shape"),
    Fault(
        "two-names", "the same thinking as reasoning, reasoning_content and reasoning_details", "shape", only="openai"
    ),
    Fault("empty-reasoning", "an empty reasoning_content beside every text", "shape", only="openai"),
    Fault("think-tail", "the thinking in its own field ends with a literal </think>", "shape"),
    Fault("unclosed-think", "thinking in the text, <think> opened and never closed", "shape"),
    Fault("bare-closer", "thinking in the text, closed by </think> and never opened", "shape"),
    Fault("no-tags", "thinking in the text without any tag", "shape"),
    Fault("bare-mm-closer", "thinking in the text, closed by </mm:think> and never opened", "shape"),
    Fault("mm-think", "thinking in the text between <mm:think> and </mm:think>", "shape"),
    Fault("tags-cut", "every tag in the text arrives one character a piece", "shape"),
    Fault("tags-in-fence", "the answer itself shows <think> tags inside a code fence", "shape"),
    Fault(
        "late-blocks", "blocks that open before the last one closed, and close out of order", "shape", only="anthropic"
    ),
    Fault("interleaved", "pieces of all blocks take turns", "shape", only="anthropic"),
    Fault("open-block", "the last block is never closed", "shape", only="anthropic"),
    Fault("no-input", "tool_use starts without input", "shape", only="anthropic"),
    Fault("no-signature", "thinking without its signature", "shape", only="anthropic"),
    Fault("start-twice", "message_start comes twice", "shape", only="anthropic"),
    Fault("no-event-names", "data lines only, no event lines", "shape", only="anthropic"),
    Fault("done-too", "[DONE] after message_stop", "shape", only="anthropic"),
)
_MODES = (
    Fault("reasoning-none", "thinking is not shown (ModelsLab, RunAPI: the usual way)", "mode"),
    Fault("reasoning-content", "thinking as reasoning_content (local server: the usual way)", "mode"),
    Fault("reasoning-field", "thinking as reasoning (newer vLLM, Ollama)", "mode"),
    Fault("reasoning-openrouter", "thinking as reasoning and reasoning_details (OpenRouter: the usual way)", "mode"),
    Fault("reasoning-inline", "thinking between tags in the text", "mode"),
    Fault(
        "upstream", "ModelsLab shows what stands behind it: gen- ids, provider, native_finish_reason, reasoning", "mode"
    ),
    Fault("timings", "llama.cpp's timings beside the counts", "mode", only="openai"),
    Fault(
        "strict-fields",
        "RunAPI: tools, formats, thinking switches and two limits at once are a request_conflict",
        "mode",
    ),
    Fault("lenient-fields", "local server: unknown parameters are passed over (else HTTP 422)", "mode"),
    Fault("slashed-ids", "ModelsLab lists and takes ids with a slash (minimax/minimax-m2)", "mode"),
    Fault("retired", "M2.5 and M2.7 are unknown models, as announced for 2026-11-18", "mode"),
)

FAULTS: dict[str, Fault] = {
    fault.name: fault for fault in (*_refusals(), *_inside_200(), *_FORMS, *_PAGES, *_STREAMS, *_SHAPES, *_MODES)
}
"""Every fault by its name, in the order in which ``--help`` lists them."""


def first(names: Iterable[str], kinds: tuple[Kind, ...]) -> Fault | None:
    """The first of the named faults that is of one of these kinds."""
    return next((FAULTS[name] for name in names if FAULTS[name].kind in kinds), None)


def of_kind(names: Iterable[str], *kinds: Kind) -> frozenset[str]:
    """The named faults that are of one of these kinds."""
    return frozenset(name for name in names if FAULTS[name].kind in kinds)
