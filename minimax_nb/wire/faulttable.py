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
    """

    error: type[ServiceError]
    retryable: bool = False
    hint: str = ""
    did: str = ""


_AUTH = Fault(AuthError)
_BALANCE = Fault(BalanceError)
_CONTENT = Fault(ContentFilterError)
_CONTEXT = Fault(ContextLengthError)
_INVALID = Fault(InvalidRequestError)
_MODEL = Fault(UnknownModelError)
_OVERLOADED = Fault(OverloadedError, retryable=True)
_PLAN = Fault(PlanLimitError)
_RATE = Fault(RateLimitError, retryable=True)
_SERVER = Fault(ServiceError, retryable=True)
_WRONG_PLACE = Fault(InvalidRequestError, hint="Nothing is served at this address: check the base URL.")

FAULTS: Mapping[str | int, Fault] = {
    # MiniMax, base_resp.status_code or the number that ends the message
    "1000": _SERVER,
    "1001": _SERVER,
    "1002": _RATE,
    "1004": _AUTH,
    "1008": _BALANCE,
    "1013": _SERVER,
    "1024": _SERVER,
    "1026": Fault(ContentFilterError, hint="The prompt was held to be sensitive: reword it."),
    "1027": Fault(ContentFilterError, hint="The reply was held to be sensitive: another try may pass, or reword."),
    "1028": _PLAN,
    "1030": _PLAN,
    "1033": _SERVER,
    "1039": Fault(RateLimitError, hint="Too many tokens a minute: send less, or wait a minute."),
    "1041": Fault(RateLimitError, retryable=True, hint="Too many calls at once: let some end first."),
    "1042": Fault(InvalidRequestError, hint="More than a tenth of the prompt is invisible or illegal characters."),
    "1043": _INVALID,  # 1043 to 2048: voice endpoints only
    "1044": _INVALID,
    "20132": _INVALID,
    "2037": _INVALID,
    "2039": _INVALID,
    "2042": _INVALID,
    "2048": _INVALID,
    "2013": _INVALID,
    "2045": Fault(RateLimitError, retryable=True, hint="Calls grew too fast: slow down, then build up gently."),
    "2049": _AUTH,
    "2056": Fault(PlanLimitError, hint="Wait for the plan's next window, or use a pay-as-you-go key."),
    "2061": Fault(PlanLimitError, hint="The plan does not hold this model: choose another, or a pay-as-you-go key."),
    "2062": Fault(RateLimitError, retryable=True, hint="The plan is being slowed down: wait about a minute."),
    "2064": Fault(OverloadedError, retryable=True, hint="Peak hours: this usually passes within minutes."),
    # error types of the Anthropic face, of MiniMax's OpenAI face, and of other servers
    "authentication_error": _AUTH,
    "authorized_error": _AUTH,
    "permission_error": _AUTH,
    "insufficient_balance_error": _BALANCE,
    "billing_error": _BALANCE,
    "not_found_error": _WRONG_PLACE,
    "request_too_large": Fault(InvalidRequestError, hint="Send less at once: smaller or fewer files."),
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
    ),
    # HTTP statuses
    301: _WRONG_PLACE,
    302: _WRONG_PLACE,
    307: _WRONG_PLACE,
    308: _WRONG_PLACE,
    400: _INVALID,
    401: _AUTH,
    402: _BALANCE,
    403: _AUTH,
    404: _WRONG_PLACE,
    405: _WRONG_PLACE,
    408: _SERVER,
    413: Fault(InvalidRequestError, hint="Send less at once: smaller or fewer files."),
    422: _INVALID,
    429: _RATE,
    500: _SERVER,
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
        (r"context.?(window|length)|maximum context|prompt is too long|too many (input )?tokens in", _CONTEXT),
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
