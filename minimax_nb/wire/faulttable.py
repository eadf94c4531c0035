"""What errors mean: one table from a service's code, error type or HTTP status to the kit's own kind of error.

Sources, all read 2026-11-20: MiniMax error code page (https://platform.minimax.io/docs/api-reference/errorcode.md) and
Anthropic-compatible API page; ModelsLab error codes (https://docs.modelslab.com/error-codes); RunAPI's core SDK
(https://github.com/runapi-ai/core-sdk); OpenRouter errors page
(https://openrouter.ai/docs/api/reference/errors-and-debugging). MiniMax says of most codes only "retry later"; what is
worth retrying is set here by what the code means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from minimax_nb.errors import (
    AuthError,
    BalanceError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    OverloadedError,
    PlanLimitError,
    RateLimitError,
    ServiceError,
    UnknownModelError,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What one code, type or status stands for.

    Attributes:
        error: The class to raise.
        retryable: Whether the same request can succeed if it is sent again soon.
        hint: What to do, where that differs from the class's own hint.
        did: What the service did, where that differs from the class's own words.
        billed: Whether the failed call is charged, where its provider promises nothing: False where the model cannot
            have run, None where it may have.
        least_wait: Seconds that should pass before another try, where the service does not name them.
    """

    error: type[ServiceError]
    retryable: bool = False
    hint: str = ""
    did: str = ""
    billed: bool | None = False
    least_wait: float = 0.0


_AUTH = Fault(AuthError)
_BALANCE = Fault(BalanceError)
_CONTENT = Fault(ContentFilterError, billed=None)
_CONTEXT = Fault(ContextLengthError)
_INVALID = Fault(InvalidRequestError)
_MODEL = Fault(UnknownModelError)
_OVERLOADED = Fault(OverloadedError, retryable=True, billed=None)
_PLAN = Fault(PlanLimitError)
_RATE = Fault(RateLimitError, retryable=True)
_SERVER = Fault(ServiceError, retryable=True, billed=None)
_TOO_LARGE = Fault(InvalidRequestError, hint="Send less at once: smaller or fewer files.")
_VOICE = Fault(InvalidRequestError, hint="This number belongs to the voice endpoints: check the base URL.")
_WRONG_PLACE = Fault(InvalidRequestError, hint="Nothing is served at this address: check the base URL.")

_LESS_OUTPUT = Fault(InvalidRequestError, hint="Ask for fewer tokens: lower max_tokens.")
_MUST_THINK = Fault(InvalidRequestError, hint="This model always thinks: leave thinking on (--think adaptive).")
_HISTORY = Fault(
    InvalidRequestError,
    hint="The conversation is not as the service wants it: start a new one (--new), or send it alone.",
)
_TOOLS = Fault(InvalidRequestError, hint="A tool is not described as the service wants it: check its description.")
_KIT = Fault(
    InvalidRequestError, hint="A parameter is not as the service wants it; another protocol (--face) may help."
)

SMALL_REQUEST = 64 * 1024
"""Bytes up to which a request is small: some 16,000 tokens, where M3 may have 10,000,000 a minute."""

ONLY_SMALL = frozenset({"1039"})
"""Codes worth another try for small requests only.

MiniMax's pages name 1039 a limit of tokens, once a limit of tokens a minute, and say to retry: a small request is not
what broke such a limit, a large one may break it for ever.
"""

FAULTS: Mapping[str | int, Fault] = {
    # MiniMax, base_resp.status_code or the number that ends the message; the same on both of its protocols, whatever
    # the HTTP status: 1026 comes as 422 on one and as a 500 api_error on the other
    "1000": _SERVER,
    "1001": _SERVER,
    "1002": _RATE,
    "1004": _AUTH,
    "1008": _BALANCE,
    "1013": _SERVER,
    "1024": _SERVER,
    "1026": Fault(ContentFilterError, hint="The prompt was held to be sensitive: reword it.", billed=None),
    "1027": Fault(
        ContentFilterError, hint="The reply was held to be sensitive: another try may pass, or reword.", billed=None
    ),
    "1028": _PLAN,
    "1030": _PLAN,
    "1033": _SERVER,
    "1039": Fault(RateLimitError, hint="Too many tokens a minute: send less, or wait a minute.", least_wait=20),
    "1041": Fault(RateLimitError, retryable=True, hint="Too many calls at once: let some end first.", least_wait=5),
    "1042": Fault(InvalidRequestError, hint="More than a tenth of the prompt is invisible or illegal characters."),
    "1043": _VOICE,
    "1044": _VOICE,
    "20132": _VOICE,
    "2037": _VOICE,
    "2039": _VOICE,
    "2042": _VOICE,
    "2048": _VOICE,
    "2013": _INVALID,
    "2045": Fault(
        RateLimitError, retryable=True, hint="Calls grew too fast: slow down, then build up gently.", least_wait=5
    ),
    "2049": _AUTH,
    "2056": Fault(PlanLimitError, hint="Wait for the plan's next window, or use a pay-as-you-go key."),
    "2061": Fault(PlanLimitError, hint="The plan does not hold this model: choose another, or a pay-as-you-go key."),
    "2062": Fault(
        RateLimitError, retryable=True, hint="The plan is being slowed down: wait about a minute.", least_wait=45
    ),
    "2064": Fault(
        OverloadedError,
        retryable=True,
        hint="Peak hours: this usually passes within minutes.",
        billed=None,
        least_wait=5,
    ),
    # error types of the Anthropic face, of MiniMax's OpenAI face, and of other servers
    "authentication_error": _AUTH,
    "authorized_error": _AUTH,
    "permission_error": _AUTH,
    "insufficient_balance_error": _BALANCE,
    "billing_error": _BALANCE,
    "not_found_error": _WRONG_PLACE,
    "request_too_large": _TOO_LARGE,
    "conflict_error": _INVALID,
    "unprocessable_entity_error": _INVALID,
    "rate_limit_error": _RATE,
    "overloaded_error": _OVERLOADED,
    "timeout_error": _SERVER,
    "api_error": _SERVER,
    "server_error": _SERVER,
    "invalid_request_error": _INVALID,
    "bad_request_error": _INVALID,
    # named codes of RunAPI and of OpenAI-compatible servers
    "invalid_api_key": _AUTH,
    "insufficient_quota": _BALANCE,
    "insufficient_credits": _BALANCE,
    "rate_limited": _RATE,
    "rate_limit_exceeded": _RATE,
    "model_not_found": _MODEL,
    "exceed_context_size_error": _CONTEXT,  # llama.cpp
    "unavailable_error": _OVERLOADED,  # llama.cpp, while it loads the model
    "context_length_exceeded": _CONTEXT,
    "content_filter": _CONTENT,
    "not_found": _WRONG_PLACE,
    "request_conflict": _INVALID,
    "invalid_resource_id": _INVALID,
    "source_task_unusable": _INVALID,
    "source_task_not_ready": _INVALID,
    "continuation_not_supported": _INVALID,
    "continuation_unavailable": _OVERLOADED,
    "callback_api_key_unusable": _AUTH,
    "processing": Fault(
        ServiceError,
        hint="Chat calls are not meant to be queued: try again later, or choose another model.",
        did="queued the call instead of answering",
        billed=None,
    ),
    # HTTP statuses
    **dict.fromkeys((300, 301, 302, 303, 305, 307, 308), _WRONG_PLACE),
    400: _INVALID,
    401: _AUTH,
    402: _BALANCE,
    403: _AUTH,
    404: _WRONG_PLACE,
    405: _WRONG_PLACE,
    407: Fault(InvalidRequestError, hint="A proxy on the way wants a name and password: see HTTPS_PROXY."),
    408: _SERVER,
    409: _INVALID,
    410: _WRONG_PLACE,
    413: _TOO_LARGE,
    415: _INVALID,
    422: _INVALID,
    429: _RATE,
    500: _SERVER,
    501: Fault(ServiceError, hint="The server has no such function: check the base URL."),
    502: _SERVER,
    503: _OVERLOADED,
    504: _SERVER,
    529: _OVERLOADED,
}

VAGUE = frozenset({"invalid_request_error", "bad_request_error", "api_error", "server_error"})
"""Types that some servers put on everything; an HTTP status says more."""

UNSURE: frozenset[str | int | None] = VAGUE | {
    *("2013", "not_found_error", "not_found", "permission_error", "rate_limit_error"),
    *(400, 403, 404, 409, 422, 429, 500, None),
}
"""Keys of the table under which services put many things, so that the words of the message decide."""

PHRASES: tuple[tuple[re.Pattern[str], Fault], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fault)
    for pattern, fault in (
        (r"unknown model|no such model|not a valid model|no endpoints found|^model: |invalid model (id|name)", _MODEL),
        (r"\bmodel\b.{0,120}(not found|(does|do) not exist|not available|no longer|been retired|is retired)", _MODEL),
        (r"model not found", _MODEL),
        (
            r"does not support max tokens|max(imum)?[_ ](completion[_ ])?tokens\b.{0,40}(>|exceed|too (large|high))",
            _LESS_OUTPUT,
        ),
        (r"context.?(window|length|size)|maximum context|prompt is too long|too many (input )?tokens in", _CONTEXT),
        (r"requires adaptive thinking|reasoning is mandatory", _MUST_THINK),
        (
            r"invalid chat setting|invalid message role|chat content is empty|tool call result does not follow"
            r"|tool id\(.{0,100}\) not found|invalid function arguments json|not support audio",
            _HISTORY,
        ),
        (r"invalid tool type|function name or parameters is empty", _TOOLS),
        (r"syntax error at index|mismatch type|cause=missing required parameter", _KIT),
        (r"new_sensitive|(input|output|content) (is )?sensitive|moderation|flagged|content policy", _CONTENT),
        (r"premium|subscription|usage limit|not (in|part of|covered by) your plan|upgrade your plan", _PLAN),
        (r"insufficient (credit|balance|fund|quota)|out of credit|payment required", _BALANCE),
        (r"(invalid|incorrect|missing|expired) api.?key|api.?key (is |was )?(invalid|missing|required)", _AUTH),
        (r"login fail|unauthori[sz]ed", _AUTH),
        (r"rate.?limit|too many requests|queued requests", _RATE),
    )
)

ADVICE: Mapping[type[ServiceError], tuple[str, str]] = {
    # class: what the service did, what to do about it; {key} and {wait} are filled in
    AuthError: ("refused the key", "{key}"),
    BalanceError: ("says the account has no credit left", "Top up the account, or choose another provider."),
    RateLimitError: ("had too many calls for now", "{wait}"),
    PlanLimitError: ("says the plan does not cover this call", "Wait for the plan's next window, or change the plan."),
    OverloadedError: ("is too busy for now", "{wait}"),
    InvalidRequestError: ("does not take this request", "Change what the message names."),
    ContextLengthError: (
        "says the conversation is longer than the model's window",
        "Start a new conversation, shorten the prompt, or choose a model with a larger window.",
    ),
    ContentFilterError: ("refused this for its content", "Reword the prompt."),
    UnknownModelError: ("does not serve this model", "Choose another model; it may be misspelt or retired."),
    ServiceError: ("failed", "{wait}"),
}
