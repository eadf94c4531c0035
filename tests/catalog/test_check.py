"""Requests held against their endpoint before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog import check, resolve
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message, Text, ToolResult, user
from minimax_nb.messages.request import Request

HELLO = (user("hello"),)


def checked(
    model: str = "MiniMax-M3",
    provider: str = "minimax",
    face: str | None = None,
    messages: tuple[Message, ...] = HELLO,
    **said: Any,
) -> tuple[str, ...]:
    here = resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env={})
    return check(Request(model, messages, **said), here)


def refused(*names: str, **said: Any) -> str:
    with pytest.raises(RequestError) as caught:
        checked(*names, **said)
    return str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"temperature": 0.01},
        {"temperature": 2.0},
        {"top_p": 1},
        {"max_tokens": 1},
        {"max_tokens": 524_288},
        {"thinking": "off"},
        {"thinking": "adaptive"},
        {"service_tier": "priority"},
        {"service_tier": "standard"},
    ],
)
@pytest.mark.parametrize("provider", ["minimax", "emulator"])
def test_what_the_model_takes_passes_without_a_note(provider: str, said: dict[str, Any]) -> None:
    assert checked(provider=provider, **said) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"temperature": 2.1}, "0 to 2"),
        ({"temperature": -0.1}, "0 to 2"),
        ({"temperature": float("nan")}, "nan"),
        ({"temperature": "hot"}, "'hot'"),
        ({"temperature": True}, "True"),
        ({"top_p": 1.01}, "0 to 1"),
        ({"max_tokens": 0}, "1 to 524,288"),
        ({"max_tokens": 524_289}, "1 to 524,288"),
        ({"max_tokens": 10.5}, "whole number"),
        ({"thinking": "of"}, "Did you mean off?"),
        ({"thinking": "enabled"}, "adaptive and off"),
        ({"effort": "low"}, "MiniMax-M3.1-Flash"),
        ({"effort": "hgh"}, "Did you mean high?"),
        ({"service_tier": "prioritty"}, "Did you mean priority?"),
    ],
)
def test_what_it_does_not_take_is_refused_with_what_it_does(said: dict[str, Any], expected: str) -> None:
    message = refused(**said)
    assert expected in message
    assert next(iter(said)).replace("_", " ").split()[0] in message.replace("_", " ").lower()


def test_the_narrower_range_of_a_server_counts() -> None:
    lab = {"model": "minimax-minimax-m2", "provider": "modelslab"}
    assert checked(**lab, face="openai", temperature=1.5) == ()
    assert "0 to 1" in refused(**lab, face="anthropic", temperature=1.5)


def test_the_role_play_model_has_a_small_ceiling() -> None:
    assert "1 to 2,048" in refused("M2-her", max_tokens=4096)


def test_thinking_that_cannot_be_switched_off_names_models_where_it_can() -> None:
    for model in ("MiniMax-M2.7", "MiniMax-M3.1-Flash"):
        message = refused(model, thinking="off")
        assert "always thinks" in message
        assert "MiniMax-M3 can be told not to think" in message
        assert checked(model, thinking="adaptive") is not None


def test_a_model_that_does_not_think_cannot_be_told_to() -> None:
    assert "does not think" in refused("M2-her", thinking="adaptive")
    assert checked("M2-her", thinking="off") == ()


def test_no_switch_for_thinking_is_pretended_where_none_is_known() -> None:
    assert "RunAPI" in refused("MiniMax-M3", "runapi", thinking="off")
    assert "Local server" in refused("anything", "local", thinking="off")


@pytest.mark.parametrize("face", ["anthropic", "openai"])
@pytest.mark.parametrize("effort", ["low", "medium", "high", "xhigh", "max"])
def test_efforts_of_the_model_that_has_them(face: str, effort: str) -> None:
    assert checked("MiniMax-M3.1-Flash", face=face, effort=effort) == ()


def test_a_tier_that_the_provider_does_not_have_is_refused() -> None:
    assert "no priority tier" in refused("minimax/minimax-m3", "openrouter", service_tier="priority")
    assert checked("minimax/minimax-m3", "openrouter", service_tier="standard") == ()


@pytest.mark.parametrize("messages", [(), (user(),), (user(""),), (user(" \n\t"),), (user("hi"), user("  "))], ids=repr)
def test_an_empty_prompt_is_refused(messages: tuple[Message, ...]) -> None:
    assert "empty" in refused(messages=messages)


def test_a_tool_result_is_no_empty_prompt() -> None:
    results = Message("tool", (ToolResult("id", ""),))
    assert checked(messages=(user("hi"), results)) == ()
    assert checked(messages=(Message("user", (Text(""), Text("x"))),)) == ()


@pytest.mark.parametrize("model", ["MiniMax-M2.7", "MiniMax-M2.5-highspeed"])
def test_a_retired_model_is_asked_with_a_note(model: str) -> None:
    (note,) = checked(model)
    assert model in note
    assert "2026-11-18" in note
    assert "MiniMax-M3.1-Flash" in note


def test_where_another_host_serves_it_there_is_no_such_note() -> None:
    assert checked("minimax/minimax-m2.7", "openrouter") == ()


def test_an_unknown_model_of_a_local_server_is_not_second_guessed() -> None:
    assert checked("anything", "local", temperature=7.5, top_p=3, max_tokens=10**7, service_tier="standard") == ()
    assert checked("anything", "local", temperature=0) == ()


def test_what_a_server_may_ignore_or_refuse_is_asked_for_with_a_note() -> None:
    (note,) = checked("anything", "local", service_tier="priority")
    assert "priority tier is unknown" in note
    (note,) = checked("anything", "vllm", thinking="adaptive")
    assert "No switch for thinking is known at vLLM" in note
    (note,) = checked("MiniMax-M3", "runapi", "anthropic", thinking="adaptive")
    assert "RunAPI (anthropic protocol)" in note
    assert "none is sent" in note


def test_thinking_asked_of_a_model_that_always_thinks_needs_no_note() -> None:
    assert checked("MiniMax-M2", "runapi", thinking="adaptive") == ()
    assert checked("minimax/minimax-m2", "openrouter", thinking="adaptive") == ()


def test_temperature_zero_is_no_promise() -> None:
    (note,) = checked(temperature=0)
    assert "Temperature 0" in note
    assert checked(provider="emulator", temperature=0.0) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"temperature": 0}, "more than 0 and at most 1"),
        ({"temperature": 1.01}, "more than 0 and at most 1"),
        ({"top_p": 0.0}, "more than 0 and at most 1"),
        ({"max_tokens": 2049}, "1 to 2,048"),
        ({"service_tier": "priority"}, "no priority tier"),
        ({"effort": "low"}, "MiniMax-M3.1-Flash"),
        ({"thinking": "adaptive"}, "does not think"),
    ],
)
def test_limits_of_the_role_play_model(said: dict[str, Any], expected: str) -> None:
    assert expected in refused("M2-her", **said)
    assert checked("M2-her", temperature=0.001, top_p=1.0, max_tokens=2048) == ()


def test_the_role_play_model_is_asked_over_the_protocol_its_page_names() -> None:
    for provider in ("minimax", "emulator"):
        assert resolve(provider=provider, model="M2-her", api_key="test-key-for-nobody", env={}).face_name == "openai"
    (note,) = checked("M2-her", face="anthropic")
    assert "documented for the openai protocol only" in note


def test_a_tier_is_a_tier_in_every_region() -> None:
    here = resolve(provider="minimax", region="cn", api_key="test-key-for-nobody", env={})
    assert check(Request("MiniMax-M3", HELLO, service_tier="priority"), here) == ()


def test_a_conversation_that_an_assistant_begins_is_cut_with_a_note() -> None:
    (note,) = checked(messages=(Message("assistant", (Text("Welcome!"),)), user("hi")))
    assert "not sent" in note


@pytest.mark.parametrize(
    "own",
    ['[providers.minimax.models."MiniMax-M4"]\n', "[providers.minimax]\nany_model = true\n"],
    ids=["a row", "any model"],
)
def test_a_model_that_its_provider_does_not_list_is_asked_if_the_user_insists(tmp_path: Path, own: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(own)
    env = {"MINIMAX_NB_CONFIG": str(config)}
    here = resolve(provider="minimax", model="MiniMax-M4", api_key="test-key-for-nobody", env=env)
    assert here.model_id == "MiniMax-M4"
    asked = Request("MiniMax-M4", HELLO, temperature=1.7, max_tokens=10**6, thinking="off")
    assert check(asked, here) == ()


def test_no_setting_for_effort_is_pretended_where_none_is_known(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[providers.mine]\nfaces.openai.base_url = "http://h/v1"\n'
        '[providers.mine.models.flash]\nof = "MiniMax-M3.1-Flash"\n'
    )
    here = resolve(provider="mine", env={"MINIMAX_NB_CONFIG": str(config)})
    with pytest.raises(RequestError, match="No setting for effort is known at mine"):
        check(Request("flash", HELLO, effort="low"), here)
