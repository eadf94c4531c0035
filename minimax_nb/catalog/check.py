"""A request held against the rows of its endpoint, before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Callable

from minimax_nb.catalog.abilities import check_format, check_scene, check_tools, models_that, tools_unknown, unchosen
from minimax_nb.catalog.attachments import check_media, left_behind, unseen
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.rows import Model
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Text, Thinking
from minimax_nb.messages.request import Request

EFFORTS = ("low", "medium", "high", "xhigh", "max")
TIERS = ("standard", "priority")
THINKING = ("adaptive", "off")


def check(request: Request, endpoint: Endpoint) -> tuple[str, ...]:
    """Refuse what the endpoint does not take, and tell what the reader should know.

    What is unknown of a model is not checked: the service decides.

    Returns:
        Notes for the reader, one sentence or two each; often none.

    Raises:
        RequestError: With the field, what it may be, and which model takes it instead where one does.
    """
    _check_prompt(request)
    check_media(request, endpoint)
    _check_number("temperature", request.temperature, _temperature(endpoint), endpoint)
    _check_number("top_p", request.top_p, endpoint.model.top_p, endpoint)
    _check_max_tokens(request.max_tokens, endpoint)
    _check_penalties(request, endpoint)
    _check_thinking(request.thinking, endpoint)
    _check_effort(request.effort, endpoint)
    _check_tier(request.service_tier, endpoint)
    check_tools(request, endpoint)
    check_format(request.format)
    check_scene(request.scene, endpoint)
    return tuple(filter(None, (note(request, endpoint) for note in _NOTES)))


def _check_prompt(request: Request) -> None:
    last = request.messages[-1] if request.messages else None
    if last is None or not any(
        part.text.strip() if isinstance(part, Text) else not isinstance(part, Thinking) for part in last.parts
    ):
        raise RequestError("The prompt is empty.", hint="Write what to ask.")


def _temperature(endpoint: Endpoint) -> tuple[float, float] | None:
    """The range both the model and the server take; either may be unknown."""
    ranges = [known for known in (endpoint.model.temperature, endpoint.face.temperature) if known]
    return (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else None


def _check_number(name: str, value: float | None, allowed: tuple[float, float] | None, endpoint: Endpoint) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RequestError(f"{name} is a number, not {value!r}.", hint=_between(allowed))
    at_least = allowed and endpoint.model.above_least and value == allowed[0]
    if allowed and (at_least or not allowed[0] <= value <= allowed[1]):
        where = f"{endpoint.model_id} at {endpoint.provider.title} ({endpoint.face_name} protocol)"
        raise RequestError(
            f"{name} {value:g} is out of range for {where}.", hint=_between(allowed, above=endpoint.model.above_least)
        )


def _between(allowed: tuple[float, float] | None, *, above: bool = False) -> str:
    if not allowed:
        return ""
    least, most = allowed
    return f"It takes more than {least:g} and at most {most:g}." if above else f"It takes {least:g} to {most:g}."


def _check_max_tokens(value: int | None, endpoint: Endpoint) -> None:
    if value is None:
        return
    ceiling = endpoint.model.max_output
    most = f"{endpoint.model_id} takes 1 to {ceiling:,}." if ceiling else "It is at least 1."
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError(f"max_tokens is a whole number, not {value!r}.", hint=most)
    if value < 1 or (ceiling is not None and value > ceiling):
        raise RequestError(f"max_tokens {value:,} is out of range.", hint=most)


def _check_penalties(request: Request, endpoint: Endpoint) -> None:
    """MiniMax documents that it ignores both (OpenAI-compatible API page, read 2026-11-20)."""
    allowed = endpoint.face.penalties
    for name in ("frequency_penalty", "presence_penalty"):
        value = getattr(request, name)
        if value is None:
            continue
        if allowed is None:
            raise RequestError(
                f"No {name} is known at {endpoint.provider.title} ({endpoint.face_name} protocol).",
                hint="Leave the option out.",
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not allowed[0] <= value <= allowed[1]:
            raise RequestError(f"{name} {value!r} is out of range.", hint=_between(allowed))


def _check_thinking(value: str | None, endpoint: Endpoint) -> None:
    if value is None:
        return
    if value not in THINKING:
        raise RequestError(f'There is no thinking mode "{value}".', hint=_near(value, THINKING))
    model = endpoint.model
    if value == "off" and model.thinking == "always":
        raise RequestError(
            f"{endpoint.model_id} always thinks; it cannot be switched off.",
            hint=_others(endpoint, lambda model: model.thinking == "switch", "can be told not to think"),
        )
    if value == "adaptive" and model.thinking == "none":
        raise RequestError(
            f"{endpoint.model_id} does not think.",
            hint=_others(endpoint, lambda model: model.thinking in {"switch", "always"}, "can"),
        )
    if value == "off" and endpoint.face.thinking_field is None and model.thinking != "none":
        raise RequestError(
            f"No switch for thinking is known at {endpoint.provider.title} ({endpoint.face_name} protocol).",
            hint="Leave the option out.",
        )


def _check_effort(value: str | None, endpoint: Endpoint) -> None:
    if value is None:
        return
    efforts = endpoint.model.efforts
    if value not in (efforts or EFFORTS):
        raise RequestError(f'There is no effort "{value}".', hint=_near(value, efforts or EFFORTS))
    if not efforts:
        raise RequestError(
            f"{endpoint.model_id} has no effort levels that are documented.",
            hint=_others(endpoint, lambda model: bool(model.efforts), "has them"),
        )
    if endpoint.face.effort_field is None:
        raise RequestError(
            f"No setting for effort is known at {endpoint.provider.title} ({endpoint.face_name} protocol).",
            hint="Leave the option out.",
        )


def _check_tier(value: str | None, endpoint: Endpoint) -> None:
    if value is None:
        return
    if value not in TIERS:
        raise RequestError(f'There is no service tier "{value}".', hint=_near(value, TIERS))
    if value != "standard" and endpoint.offer.priority_factor is None and not _unlisted(endpoint):
        raise RequestError(
            f"{endpoint.provider.title} has no {value} tier for {endpoint.model_id}.", hint="Leave the option out."
        )


def _near(value: str, words: tuple[str, ...]) -> str:
    return did_you_mean(str(value), words, otherwise=f"There are {listed(words, last='and')}.")


def _others(endpoint: Endpoint, fits: Callable[[Model], bool], can: str) -> str:
    """A sentence naming the provider's models that would do; without any, to leave the option out."""
    fitting = models_that(endpoint, fits)
    named = f"{listed(fitting, most=4)} {can}. " if fitting else ""
    return f"{named}Or leave the option out." if fitting else "Leave the option out."


def _unlisted(endpoint: Endpoint) -> bool:
    """Whether nothing is known of the model, at a provider that takes any."""
    return endpoint.provider.any_model and endpoint.provider.offer(endpoint.model_id) is None


# -- what is sent all the same, or left out, is said -------------------------------------------------------------------


def _retired(_request: Request, endpoint: Endpoint) -> str:
    model = endpoint.model
    if model.status not in {"retired", "retiring"}:
        return ""
    since = f" on {model.status_date:%Y-%m-%d}" if model.status_date else ""
    verb = "was retired" if model.status == "retired" else "is to be retired"
    return f"{endpoint.model_id} {verb}{since}. {model.note}".strip()


def _other_protocol(_request: Request, endpoint: Endpoint) -> str:
    faces = endpoint.offer.faces
    if not faces or endpoint.face_name in faces:
        return ""
    return (
        f"{endpoint.model_id} is documented for the {listed(faces, last='and')} protocol only; "
        f"over {endpoint.face_name} it may be refused."
    )


def _no_switch(request: Request, endpoint: Endpoint) -> str:
    if request.thinking != "adaptive" or endpoint.face.thinking_field or endpoint.model.thinking == "always":
        return ""
    return (
        f"No switch for thinking is known at {endpoint.provider.title} ({endpoint.face_name} protocol), "
        "so none is sent; the server decides."
    )


def _tier_unknown(request: Request, endpoint: Endpoint) -> str:
    if request.service_tier != "priority" or endpoint.offer.priority_factor is not None:
        return ""
    return f"Whether {endpoint.provider.title} has a priority tier is unknown; it is asked for all the same."


def _zero(request: Request, endpoint: Endpoint) -> str:
    """MiniMax-M2.7 gave different replies to one prompt at temperature 0 (measured 2026-04)."""
    if request.temperature != 0 or endpoint.provider.free or endpoint.provider.any_model:
        return ""
    return "Temperature 0 does not make these models repeat themselves: the same prompt can get another reply."


def _begins_late(request: Request, _endpoint: Endpoint) -> str:
    if request.messages[0].role == "user":
        return ""
    return "The conversation does not begin with the user; what stands before the user's first words is not sent."


_NOTES: tuple[Callable[[Request, Endpoint], str], ...] = (
    _retired,
    _other_protocol,
    _no_switch,
    _tier_unknown,
    _zero,
    _begins_late,
    unseen,
    left_behind,
    tools_unknown,
    unchosen,
)
