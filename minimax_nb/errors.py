"""Every error the kit raises on purpose, as one tree.

::

    MiniMaxError                 anything the kit says went wrong; .reply holds what had arrived
    ├── ConfigError              settings, keys, providers, models, options
    ├── RequestError             found before anything was sent
    ├── TransportError           no connection, a time-out, a stream cut off
    ├── WireError                bytes that are not the protocol, or a stream without its end
    ├── BudgetError              it would cross the budget: refused before sending, or stopped
    ├── CassetteError            a recording that cannot be used
    ├── ToolError                a tool that cannot be described or run, or calls without end
    ├── SchemaError              no reply of the wanted shape
    └── ServiceError             the service answered with an error
        ├── AuthError            kind "auth": the key is missing, wrong or of another region
        ├── BalanceError         kind "balance": no credit left
        ├── RateLimitError       kind "rate_limit": too many calls for now
        ├── PlanLimitError       kind "plan_limit": the plan's window is used up, or lacks the model
        ├── OverloadedError      kind "overloaded": the service is busy
        ├── InvalidRequestError  kind "invalid_request": the service does not take this request
        │   └── ContextLengthError   kind "context_length": more than the model's window
        ├── ContentFilterError   kind "content_filter": refused for its content
        └── UnknownModelError    kind "unknown_model": no such model there

A ``ServiceError`` that is none of these has kind "server".

The message of every error says what happened, what it means, and what to do. This file imports nothing.
"""

from __future__ import annotations

from typing import Any, ClassVar


class MiniMaxError(Exception):
    """Anything the kit says went wrong.

    Args:
        what: One sentence that says what happened.
        hint: One sentence that says what to do about it.
        reply: The ``Reply`` with what had arrived, or None if nothing was under way.

    Attributes:
        request_id: What to quote to the service's support, or None if the call had no id yet.
        task_id: The service's number for the work it began, where it gave one (RunAPI's task, a queued call), or None.
        attempts: How many times the call was sent before giving up.
    """

    def __init__(self, what: str, *, hint: str = "", reply: Any = None) -> None:  # noqa: ANN401
        self.what = what
        self.hint = hint
        self.reply = reply
        self.request_id: str | None = None
        self.task_id: str | None = None
        self.attempts = 1
        super().__init__(what)

    def __str__(self) -> str:
        tried = f"Tried {self.attempts} times." if self.attempts > 1 else ""
        return " ".join(piece for piece in (self.what, self._cost(), tried, self.hint, self._identity()) if piece)

    def _cost(self) -> str:
        """What the failure cost, as a sentence, where that is known."""
        return ""

    def _identity(self) -> str:
        names = (("request", self.request_id), ("task", self.task_id))
        known = ", ".join(f"{name} {value}" for name, value in names if value)
        return f"({known})" if known else ""


class ConfigError(MiniMaxError):
    """Settings, keys, providers, models or options that do not fit together."""


class RequestError(MiniMaxError):
    """A request the kit refused before sending it; nothing was billed."""


class TransportError(MiniMaxError):
    """No connection, a time-out, or a stream that was cut off.

    ``retryable`` tells whether sending the same request again can help.
    """

    def __init__(self, what: str, *, hint: str = "", reply: Any = None, retryable: bool = True) -> None:  # noqa: ANN401
        super().__init__(what, hint=hint, reply=reply)
        self.retryable = retryable


class WireError(MiniMaxError):
    """Bytes that are not the protocol, or a stream that ended cleanly without its end."""


class BudgetError(MiniMaxError):
    """A call that would cross the budget: refused before sending, or stopped while its reply streamed and kept."""


class CassetteError(MiniMaxError):
    """A recording that is cut, edited, newer than this version, or for other prompts."""


class ToolError(MiniMaxError):
    """A tool that cannot be described to the model, or that failed when called."""


class SchemaError(MiniMaxError):
    """A model that gave no reply of the shape it was asked for, also after it was told what was wrong."""


class ServiceError(MiniMaxError):
    """The service answered with an error.

    Attributes:
        status: HTTP status, or None when the error came inside a stream.
        code: The service's own code as text ("1004", "rate_limited"), or None.
        kind: The kit's short name for the kind of error (see the module's tree).
        retryable: Whether the same request can succeed if it is sent again soon.
        billed: Whether the service charges for the failed call; None is unknown.
        retry_after: Seconds the service asked to wait, or None.
        least_wait: Seconds that should pass before another try where the service asked for none.
    """

    kind: ClassVar[str] = "server"

    def __init__(
        self,
        what: str,
        *,
        hint: str = "",
        reply: Any = None,  # noqa: ANN401
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        task_id: str | None = None,
        retryable: bool = False,
        billed: bool | None = None,
        retry_after: float | None = None,
        least_wait: float = 0.0,
    ) -> None:
        super().__init__(what, hint=hint, reply=reply)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.task_id = task_id
        self.retryable = retryable
        self.billed = billed
        self.retry_after = retry_after
        self.least_wait = least_wait

    def _cost(self) -> str:
        return {True: "It was billed.", False: "It was not billed.", None: ""}[self.billed]


class AuthError(ServiceError):
    """The key is missing, wrong, revoked, or belongs to another region."""

    kind = "auth"


class BalanceError(ServiceError):
    """The account has no credit left."""

    kind = "balance"


class RateLimitError(ServiceError):
    """Too many calls or tokens for now."""

    kind = "rate_limit"


class PlanLimitError(ServiceError):
    """The plan's window is used up, or the plan does not hold this model."""

    kind = "plan_limit"


class OverloadedError(ServiceError):
    """The service is too busy for now."""

    kind = "overloaded"


class InvalidRequestError(ServiceError):
    """The service does not take this request."""

    kind = "invalid_request"


class ContextLengthError(InvalidRequestError):
    """The conversation is longer than the model's window."""

    kind = "context_length"


class ContentFilterError(ServiceError):
    """The service refused the prompt or the reply for its content."""

    kind = "content_filter"


class UnknownModelError(ServiceError):
    """The service knows no model of this name, or no longer serves it."""

    kind = "unknown_model"
