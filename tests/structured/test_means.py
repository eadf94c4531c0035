"""How a model is asked: the best means it has, a word with it, and what is sent after a reply that does not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from minimax_nb.catalog import Endpoint, check, resolve
from minimax_nb.messages.parts import Text, ToolResult, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.structured import (
    ANSWER_TOOL,
    ANY_JSON,
    RETRIES,
    Parsed,
    Problem,
    again,
    means,
    prepare,
    read,
    retry_message,
    say_back,
    shape_of,
)
from minimax_nb.wire import FACES
from tests.structured.replies import Person, reply_of

WEATHER = ToolSpec("weather", "Tells the weather.", {"type": "object", "properties": {}})
SHAPE = shape_of(Person)


def endpoint(provider: str = "minimax", model: str = "MiniMax-M3", face: str = "openai") -> Endpoint:
    key = None if provider == "emulator" else "test-key-for-nobody"
    return resolve(provider=provider, model=model, face=face, api_key=key)


def request(**more: Any) -> Request:
    return Request("MiniMax-M3", (user("Who is Ann?"),), **more)


@pytest.mark.parametrize(
    ("provider", "model", "face", "wanted", "any_json"),
    [
        ("minimax", "MiniMax-M3", "openai", "json_schema", "json"),
        ("minimax", "MiniMax-M3", "anthropic", "tool", "words"),
        ("minimax", "MiniMax-M2.1", "openai", "tool", "words"),
        ("minimax", "M2-her", "openai", "words", "words"),
        ("runapi", "MiniMax-M3", "openai", "words", "words"),  # no page says whether tools get through
        ("emulator", "MiniMax-M3", "openai", "json_schema", "json"),
        ("emulator", "MiniMax-M3", "anthropic", "tool", "words"),
    ],
)
def test_the_best_means_is_chosen(provider: str, model: str, face: str, wanted: str, any_json: str) -> None:
    here = endpoint(provider, model, face)
    assert means(here, SHAPE, tools_in_use=False) == wanted
    assert means(here, ANY_JSON, tools_in_use=False) == any_json
    assert means(here, SHAPE, tools_in_use=True) == "words"


def test_a_schema_goes_along_as_format_and_in_words() -> None:
    sent = prepare(request(system="Be brief."), endpoint(), SHAPE)
    assert sent.format == JsonSchema("Person", SHAPE.schema)
    assert sent.system is not None
    assert sent.system.startswith("Be brief.\n\nAnswer with one JSON object")
    assert json.loads(sent.system.rpartition("\n\n")[2]) == SHAPE.schema


def test_a_tool_is_offered_and_asked_for_in_words() -> None:
    sent = prepare(request(), endpoint(face="anthropic"), SHAPE)
    assert [(tool.name, tool.parameters) for tool in sent.tools] == [(ANSWER_TOOL, SHAPE.schema)]
    assert sent.tool_choice is None  # MiniMax cannot be told which tool to call
    assert sent.system is not None
    assert ANSWER_TOOL in sent.system
    assert sent.format is None


def test_a_tool_is_named_where_that_can_be_said() -> None:
    here = endpoint(face="anthropic")
    able = replace(here, face=replace(here.face, tool_choices=("none", "named")))
    assert prepare(request(), able, SHAPE).tool_choice == ANSWER_TOOL


def test_words_alone_carry_the_schema() -> None:
    sent = prepare(request(), endpoint("runapi"), SHAPE)
    assert (sent.format, sent.tools) == (None, ())
    assert sent.system is not None
    assert json.loads(sent.system.rpartition("\n\n")[2]) == SHAPE.schema


def test_the_users_own_tools_stay_as_they_are() -> None:
    sent = prepare(request(tools=(WEATHER,), tool_choice="auto"), endpoint(), SHAPE)
    assert (sent.tools, sent.tool_choice, sent.format) == ((WEATHER,), "auto", None)


def test_any_json_is_asked_for_without_a_schema() -> None:
    sent = prepare(request(), endpoint(), ANY_JSON)
    assert sent.format == "json"
    assert sent.system is not None
    assert "JSON" in sent.system
    assert "schema" not in sent.system


def test_the_word_says_where_a_wrapped_value_goes() -> None:
    assert '"value"' in str(prepare(request(), endpoint("runapi"), shape_of(list[int])).system).partition("\n\n")[0]


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@pytest.mark.parametrize("kind", [Person, list[Person], int, Any])
def test_the_conversation_stays_as_it_was_and_can_be_sent(face: str, kind: Any) -> None:
    before, here = request(), endpoint(face=face)
    sent = prepare(before, here, shape_of(kind))
    assert sent.messages == before.messages
    assert before == request()
    assert check(sent, here) == ()
    FACES[face].encode(sent, here)


def test_a_problem_goes_back_behind_the_reply_that_has_it() -> None:
    reply = reply_of('{"name": "Ann"}')
    found = read(reply, SHAPE)
    assert isinstance(found, Problem)
    next_one = again(request(), reply, retry_message(found))
    assert next_one.messages[:2] == (*request().messages, reply.message)
    assert next_one.messages[2].role == "user"
    assert "age: Field required" in next_one.messages[2].text


def test_a_problem_with_a_tools_arguments_goes_back_as_its_result() -> None:
    reply = reply_of(calls=[(ANSWER_TOOL, '{"name": "Ann"}')])
    back = again(request(), reply, "wrong").messages[-1]
    assert (back.role, back.parts) == ("tool", (ToolResult("call_0", "wrong", is_error=True),))


def test_a_reply_without_a_word_is_not_sent_back() -> None:
    assert again(request(), reply_of(), "empty").messages == (*request().messages, user("empty"))


def test_a_reply_that_fits_can_be_closed_for_the_history() -> None:
    assert say_back(reply_of(calls=[(ANSWER_TOOL, "{}")]), "Taken.").parts == (ToolResult("call_0", "Taken."),)
    assert say_back(reply_of("{}"), "Thanks.").parts == (Text("Thanks."),)


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_a_schema_that_nothing_meets_ends_after_the_last_try(face: str) -> None:
    shape, here, asked, tries = shape_of({"type": "object", "not": {}}), endpoint(face=face), request(), 0
    for _ in range(1 + RETRIES):
        FACES[face].encode(prepare(asked, here, shape), here)
        tries += 1
        reply = reply_of(calls=[(ANSWER_TOOL, "{}")]) if face == "anthropic" else reply_of("{}")
        result = read(reply, shape)
        if isinstance(result, Parsed):
            break
        asked = again(asked, reply, retry_message(result))
    assert isinstance(result, Problem)
    assert tries == 3
    assert len(asked.messages) == 1 + 2 * tries
    assert result.message_for_user == "The reply is no answer: has the one form it must not have."
