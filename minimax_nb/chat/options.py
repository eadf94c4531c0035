"""The request parameters a call takes by name, and the limits on its waits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypedDict

from minimax_nb.catalog import Choice, did_you_mean
from minimax_nb.chat.plan import Callables
from minimax_nb.errors import ConfigError
from minimax_nb.messages.request import Effort, ThinkingMode
from minimax_nb.transport import Limits


class Options(TypedDict, total=False):
    """Request parameters of one call; what is left out is taken from the chat."""

    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    thinking: ThinkingMode | None
    effort: Effort | None
    service_tier: str | None


class Asking(Options, total=False):
    """Everything a call takes by name.

    ``turn`` is a name for the turn: one that the conversation knows is answered anew in its place. ``tools`` are
    functions the model may call in this turn, instead of the chat's. ``schema`` is what the reply must be: a pydantic
    model or another type, a JSON schema, or ``"json"`` for any JSON; its value is then ``reply.parsed``.
    """

    turn: str
    tools: Callables | None
    schema: object


def split_asking(said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was said of a call in two: of the turn, and the request parameters.

    Raises:
        ConfigError: There is no such name.
    """
    known = tuple(Asking.__annotations__) + tuple(Options.__annotations__)
    for name in said:
        if name not in known:
            raise ConfigError(f"There is no option {name!r}.", hint=did_you_mean(name, known))
    if not isinstance(said.get("turn", ""), str):
        raise ConfigError(f"turn is the name of a turn, a text, not {said['turn']!r}.")
    parameters = {name: value for name, value in said.items() if name in Options.__annotations__}
    return {name: value for name, value in said.items() if name not in parameters}, parameters


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
