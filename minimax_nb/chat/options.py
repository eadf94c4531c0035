"""The request parameters a call takes by name, and the limits on its waits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from minimax_nb.catalog import Choice, did_you_mean
from minimax_nb.errors import ConfigError
from minimax_nb.messages.request import Effort, ThinkingMode
from minimax_nb.transport import Limits


class Options(TypedDict, total=False):
    """Request parameters of one call; what is left out is taken from the chat."""

    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    thinking: ThinkingMode | None
    effort: Effort | None
    service_tier: str | None


def known_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, if each of them is one."""
    known = tuple(Options.__annotations__)
    for name in options:
        if name not in known:
            raise ConfigError(f"There is no option {name!r}.", hint=did_you_mean(name, known))
    return dict(options)


def limits_of(choice: Choice) -> Limits:
    """The limits, each checked: every wait must end. A timeout that was said holds exactly, for every silence."""
    said = {
        name: value for name in ("timeout", "retries", "retry_wait") if (value := getattr(choice, name)) is not None
    }
    for name, value in said.items():
        least = "more than 0" if name == "timeout" else "at least 0"
        sound = isinstance(value, int | float) and math.isfinite(value) and value >= 0
        if not sound or (name == "timeout" and value == 0):
            raise ConfigError(f"{name} must be a number and {least}, not {value!r}.")
    return Limits(**said, exact="timeout" in said)
