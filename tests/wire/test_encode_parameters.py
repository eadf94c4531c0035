"""The parameters that go out: for every model of every provider, over each of its protocols, as the pages have them.

The expectations are written from MiniMax's OpenAI- and Anthropic-compatible API pages, AIHubMix's probes of M3.1-Flash
(2026-10-19) and the resellers' pages, all read 2026-11-20, and not from the rows.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.catalog import check, load_catalog, resolve
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES

EFFORTS = ("low", "medium", "high", "xhigh", "max")
REFUSED = None
"""What stands for parameters where the kit refuses the request before sending it."""

FAMILIES = {
    "MiniMax-M3.1-Flash": "flash",
    "MiniMax-M3.1-Flash-Preview": "flash-preview",
    "MiniMax-M3": "m3",
    "MiniMax-M2.7": "m2",
    "MiniMax-M2.7-highspeed": "m2",
    "MiniMax-M2.5": "m2",
    "MiniMax-M2.5-highspeed": "m2",
    "MiniMax-M2.1": "m2",
    "MiniMax-M2.1-highspeed": "m2",
    "MiniMax-M2": "m2",
    "M2-her": "her",
}
ON, OFF = {"thinking": {"type": "adaptive"}}, {"thinking": {"type": "disabled"}}


def spelled(effort: str, face: str) -> dict[str, Any]:
    return {"output_config": {"effort": effort}} if face == "anthropic" else {"reasoning_effort": effort}


def usual(family: str, face: str) -> dict[str, Any]:
    """What MiniMax is sent when the user says nothing."""
    said: dict[str, Any] = {"max_tokens": 2048 if family == "her" else 65_536} if face == "anthropic" else {}
    if face == "openai" and family != "her":  # its page knows no thinking
        said["reasoning_split"] = True
    if family == "m3":
        said |= ON  # on by default over one protocol and off over the other, so it is always said
    if family in {"flash", "flash-preview"}:
        said |= spelled("max", face)  # the service's own default, said because it decides the price
    return said


def expected(family: str, face: str, option: str, value: Any) -> dict[str, Any] | None:
    """What MiniMax is sent when the user says one thing; None where that is refused."""
    base = usual(family, face)
    flash = family in {"flash", "flash-preview"}
    match option, value:
        case "thinking", "adaptive":
            return REFUSED if family == "her" else base | ON
        case "thinking", "off":
            return {"m3": base | OFF, "her": base}.get(family)  # the others cannot be switched off
        case "effort", _:
            return base | spelled(value, face) if flash else REFUSED
        case "service_tier", "standard":
            return base if family in {"her", "flash-preview"} else base | {"service_tier": "standard"}
        case "service_tier", "priority":
            return REFUSED if family in {"her", "flash-preview"} else base | {"service_tier": "priority"}
        case "max_tokens", _:
            name = "max_tokens" if face == "anthropic" else "max_completion_tokens"
            return base | {name: value}
        case _:
            return base | {option: value}


SAID: list[tuple[str, Any]] = [
    ("thinking", "adaptive"),
    ("thinking", "off"),
    *(("effort", effort) for effort in EFFORTS),
    ("service_tier", "standard"),
    ("service_tier", "priority"),
    ("temperature", 0.5),
    ("top_p", 0.5),
    ("max_tokens", 100),
]


def sent(provider: str, model: str, face: str, **said: Any) -> dict[str, Any] | None:
    """The parameters that go out, without the prompt and what says how the answer is to come; None if refused."""
    here = resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env={})
    request = Request(model, (user("hi"),), system="Be brief.", **said)
    try:
        check(request, here)
    except RequestError:
        return REFUSED
    body = json.loads(FACES[here.face_name].encode(request, here).body)
    assert body.pop("model") == model
    assert body.pop("stream") is True
    assert body.pop("messages")
    assert body.pop("system", "Be brief.") == "Be brief."
    assert body.pop("stream_options", {"include_usage": True}) == {"include_usage": True}
    return body  # type: ignore[no-any-return]


@pytest.mark.parametrize("face", ["anthropic", "openai"])
@pytest.mark.parametrize("provider", ["minimax", "emulator", "emulator:minimax"])
@pytest.mark.parametrize(("model", "family"), FAMILIES.items())
def test_minimax_is_told_what_its_pages_say(provider: str, model: str, family: str, face: str) -> None:
    assert sent(provider, model, face) == usual(family, face)
    for option, value in SAID:
        assert sent(provider, model, face, **{option: value}) == expected(family, face, option, value), (option, value)


def test_the_table_has_every_model_of_minimax() -> None:
    assert set(FAMILIES) == set(load_catalog().providers["minimax"].models)


ELSEWHERE = [
    (name, model_id, face)
    for name, row in load_catalog().providers.items()
    if name not in {"minimax", "emulator", "emulator:minimax"}
    for model_id in (*row.models, *(["some/model"] if row.any_model else []))
    for face in row.faces
]
OWN_LIMIT = {("modelslab", "openai"): 8192}
"""ModelsLab's own default of 1000 leaves a model that thinks no room; the Anthropic protocol requires a limit."""


@pytest.mark.parametrize(("provider", "model", "face"), ELSEWHERE)
def test_everybody_else_gets_plain_fields_only(provider: str, model: str, face: str) -> None:
    limit = 8192 if face == "anthropic" else OWN_LIMIT.get((provider.removeprefix("emulator:"), face))
    if limit and model == "minimax/minimax-m2-her":
        limit = 2048
    plain = {"max_tokens": limit} if limit else {}
    assert sent(provider, model, face) == plain
    for option, value in (("temperature", 0.5), ("top_p", 0.5), ("max_tokens", 100)):
        assert sent(provider, model, face, **{option: value}) == plain | {option: value}
    for option, value in SAID[:8]:
        got = sent(provider, model, face, **{option: value})
        assert got in (REFUSED, plain), (option, value, "no field of MiniMax's own goes to another server")
    assert sent(provider, model, face, service_tier="standard") == plain
    unlisted = model == "some/model"
    assert sent(provider, model, face, service_tier="priority") == (
        plain | {"service_tier": "priority"} if unlisted else REFUSED
    )


@pytest.mark.parametrize(("provider", "model", "face"), ELSEWHERE)
def test_a_switch_that_is_left_out_is_spoken_of(provider: str, model: str, face: str) -> None:
    here = resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env={})
    asked = Request(model, (user("hi"),), thinking="adaptive")
    if here.model.thinking == "none":
        return
    notes = " ".join(check(asked, here))
    assert ("No switch for thinking is known" in notes) is (here.model.thinking != "always")


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_usage_is_asked_for_where_a_server_takes_the_field(face: str) -> None:
    here = resolve(provider="vllm", model="m", face=face, env={})
    body = json.loads(FACES[here.face_name].encode(Request("m", (user("hi"),)), here).body)
    assert body.get("stream_options") == ({"include_usage": True} if face == "openai" else None)
