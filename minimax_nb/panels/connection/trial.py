"""A provider put to the test: its list of models is asked for, which sends no prompt and costs nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from minimax_nb.catalog import Endpoint, choose, on_plan
from minimax_nb.chat.options import limits_of
from minimax_nb.chat.served import Answered, ask_each, lists_of, open_to_all
from minimax_nb.chat.whom import asked_endpoint, elsewhere
from minimax_nb.display.receipt import seconds
from minimax_nb.errors import AuthError, MiniMaxError, ServiceError
from minimax_nb.messages.served import ServedModel
from minimax_nb.secrets import Secret

LONGEST_S = 10.0
"""Seconds that a provider has to answer in."""

_LIMITS = {"timeout": LONGEST_S, "retries": 0, "retry_wait": 0.0}


def tried(name: str) -> tuple[bool, str]:
    """Ask a provider for its list of models; whether that went well, and what it tells, in plain words.

    Args:
        name: The provider's name. Its key is looked for as for a call.
    """
    try:
        endpoint = asked_endpoint({"provider": name})
    except MiniMaxError as error:
        return False, str(error)
    began = time.monotonic()
    [answer] = lists_of([endpoint], limits_of(choose(_LIMITS)))
    took = seconds(time.monotonic() - began)
    if answer.error is None:
        return True, _accepted(endpoint, answer.models, took)
    if isinstance(answer.error, AuthError):
        return False, _refused(answer, answer.error)
    if isinstance(answer.error, ServiceError) and answer.error.status in {404, 405, 501}:
        return False, (
            f"It answered after {took}, but has no list of models {_place(endpoint)} (HTTP {answer.error.status}), "
            "so the key was not tried."
        )
    return False, str(answer.error)


def _accepted(endpoint: Endpoint, models: Sequence[ServedModel], took: str) -> str:
    """What a list that came says of the key, and of the model that is asked by default."""
    ids = [model.id for model in models]
    count = "1 model is" if len(ids) == 1 else f"{len(ids):,} models are"
    listed = f"{count} listed"
    if endpoint.model_id in ids:
        listed += f", {endpoint.model_id} (asked by default) among them"
    elif not endpoint.provider.any_model:
        listed += f", but not {endpoint.model_id}, which is asked by default"
    plan = " By its look it is a key of a subscription plan." if on_plan(endpoint) else ""
    return f"{_key_state(endpoint)} after {took}: {listed}.{plan}"


def _key_state(endpoint: Endpoint) -> str:
    if endpoint.key is None or endpoint.key == Secret.of(endpoint.provider.placeholder_key):
        return f"It answered without a key of yours {_place(endpoint)}"
    limits = limits_of(choose(_LIMITS))
    [open_list] = ask_each([endpoint], lambda asked, stop: open_to_all(asked, limits, stop), LONGEST_S + 1)
    if open_list:
        return f"It answered {_place(endpoint)}, but its list is open to all, so the key was not put to the test,"
    return f"The key was accepted {_place(endpoint)}"


def _refused(answer: Answered, error: AuthError) -> str:
    """A key belongs to one region, so the others are asked before it is called wrong."""
    others = lists_of(elsewhere(answer.endpoint), limits_of(choose(_LIMITS)))
    works = next((other.endpoint.region for other in others if other.error is None), "")
    if works:
        return f"The key was refused {_place(answer.endpoint)}, but works in region {works}: choose that region."
    tried_too = f" Other regions were asked, too: {', '.join(other.endpoint.region for other in others)}."
    return f"{error}{tried_too if others else ''}"


def _place(endpoint: Endpoint) -> str:
    return f"in region {endpoint.region}" if endpoint.region else f"at {endpoint.base_url}"
