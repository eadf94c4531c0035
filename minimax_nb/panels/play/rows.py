"""What can be set for a call, as the rows of its model and protocol have it: which controls, ranges, steps, defaults.

A control that the rows know nothing of is not there. One that the model has and this protocol cannot carry is there,
disabled, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from minimax_nb.catalog import Endpoint, check
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request

Range = tuple[float, float]

_STOPS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One setting as a page draws it. "Default" is a state of its own, in which nothing is sent.

    Attributes:
        name: The setting's name in Python.
        label: Its accessible name.
        kind: "number" or "choice".
        default: What "default" means here, as far as that is known; "" where it is not.
        least: The least a number may be, or None where that is unknown.
        most: The greatest.
        step: Between two of a number's values; 1 is for whole numbers.
        stops: What a slider goes through, where even steps would be of no use.
        choices: The values of a choice.
        hint: What it does, in a few words.
        reason: Why it cannot be used, or "".
    """

    name: str
    label: str
    kind: Literal["number", "choice"]
    default: str = ""
    least: float | None = None
    most: float | None = None
    step: float = 0.05
    stops: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    hint: str = ""
    reason: str = ""

    def to_page(self, value: object, note: str) -> dict[str, Any]:
        """The control with its value, None for the default, and a note, as plain JSON values."""
        return {**asdict(self), "value": value, "note": note}


LABELS: Mapping[str, str] = {
    "temperature": "Temperature",
    "max_tokens": "Max tokens",
    "top_p": "Top p",
    "frequency_penalty": "Frequency penalty",
    "presence_penalty": "Presence penalty",
    "thinking": "Thinking",
    "effort": "Effort",
}
"""The settings of a call and their accessible names, in the order of the page."""

NUMBERS = ("temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty")


def controls(endpoint: Endpoint, limit: int | None) -> tuple[Control, ...]:
    """The controls of who would answer.

    Args:
        endpoint: Who.
        limit: The output limit that is sent when none is set, or None.
    """
    found = (
        _temperature(endpoint),
        _max_tokens(endpoint, limit),
        _top_p(endpoint),
        *_penalties(endpoint),
        _thinking(endpoint),
        _effort(endpoint),
    )
    return tuple(control for control in found if control is not None)


def note_on(endpoint: Endpoint, name: str, value: object) -> str:
    """What the kit says of one setting by itself: why it would be refused, what to know of it, or ""."""
    said: dict[str, Any] = {name: value}
    try:
        notes = check(Request(endpoint.model_id, (user("?"),), **said), endpoint)
    except RequestError as error:
        return str(error)
    return " ".join(note for note in notes if note not in general_notes(endpoint))


def general_notes(endpoint: Endpoint) -> tuple[str, ...]:
    """What the kit says of the model and the protocol, whatever is set."""
    return check(Request(endpoint.model_id, (user("?"),)), endpoint)


def _temperature(endpoint: Endpoint) -> Control:
    ranges = [known for known in (endpoint.model.temperature, endpoint.face.temperature) if known]
    both = (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else None
    return _number("temperature", both, hint="Higher is more varied")


def _top_p(endpoint: Endpoint) -> Control:
    usual = endpoint.model.default_top_p
    default = "" if usual is None else f"{usual:g}"
    return _number("top_p", endpoint.model.top_p, default=default, hint="Share of likely words")


def _max_tokens(endpoint: Endpoint, limit: int | None) -> Control:
    most = endpoint.model.max_output
    stops = () if most is None else (*(stop for stop in _STOPS if stop < most), most)
    return Control(
        name="max_tokens",
        label=LABELS["max_tokens"],
        kind="number",
        default="" if limit is None else f"{limit:,}",
        least=1,
        most=most,
        step=1,
        stops=stops,
        hint="Longest reply, thinking included",
    )


def _penalties(endpoint: Endpoint) -> tuple[Control, ...]:
    known = endpoint.face.penalties
    if known is None:
        return ()
    return (
        _number("frequency_penalty", known, step=0.1, hint="Against words that come often"),
        _number("presence_penalty", known, step=0.1, hint="Against words that came at all"),
    )


def _number(name: str, known: Range | None, *, default: str = "", step: float = 0.05, hint: str = "") -> Control:
    least, most = known or (None, None)
    return Control(
        name=name, label=LABELS[name], kind="number", default=default, least=least, most=most, step=step, hint=hint
    )


def _thinking(endpoint: Endpoint) -> Control | None:
    model, switch = endpoint.model, endpoint.face.thinking_field
    if model.thinking == "none":
        return None
    reason = ""
    if model.thinking == "always":
        reason = f"{endpoint.model_id} always thinks; it cannot be switched off."
    elif switch is None:
        reason = f"No switch for thinking is known at {endpoint.provider.title} ({endpoint.face_name} protocol)."
    return Control(
        name="thinking",
        label=LABELS["thinking"],
        kind="choice",
        default="always" if model.thinking == "always" else model.thinking_default or "",
        choices=("adaptive", "off"),
        reason=reason,
    )


def _effort(endpoint: Endpoint) -> Control | None:
    model = endpoint.model
    if not model.efforts:
        return None
    reason = ""
    if endpoint.face.effort_field is None:
        reason = f"No setting for effort is known at {endpoint.provider.title} ({endpoint.face_name} protocol)."
    return Control(
        name="effort",
        label=LABELS["effort"],
        kind="choice",
        default=model.effort_default or "",
        choices=model.efforts,
        hint="How much it thinks",
        reason=reason,
    )
