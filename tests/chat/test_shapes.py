"""Structured replies: asked for, held against their shape, sent back, and never in the way of the chat."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from minimax_nb import Chat, SchemaError
from tests.chat.services import answering, call, text


class City(BaseModel):
    name: str
    people: int


PARIS = '{"name": "Paris", "people": 2102650}'
NOW = "/emulate delay-ms=0\n"


def chat(url: str, **more) -> Chat:
    return Chat("m", base_url=url, face="anthropic", **more)


def test_a_reply_that_fits_is_the_value():
    with answering([text(f"```json\n{PARIS}\n```")]) as service:
        reply = chat(service.url).ask("Paris?", schema=City)
    assert reply.parsed == City(name="Paris", people=2102650)
    assert len(service.bodies) == 1


def test_a_reply_that_does_not_fit_is_sent_back_with_what_is_wrong():
    with answering([text('{"name": "Paris", "people": "many"}')], [text(PARIS)]) as service:
        talk = chat(service.url)
        reply = talk.ask("Paris?", schema=City)
    assert reply.parsed.people == 2102650
    assert "people" in json.dumps(service.bodies[1]["messages"][-1])
    assert len(talk.usage) == 2
    assert [message.role for message in talk.history] == ["user", "assistant"]  # what did not fit is forgotten
    assert talk.history[-1].text == PARIS


def test_a_shape_that_nothing_meets_ends_with_one_line_and_the_chat_goes_on():
    with answering(*[[text("no JSON")]] * 3, [text("Fine.")]) as service:
        talk = chat(service.url)
        with pytest.raises(SchemaError, match="City") as caught:
            talk.ask("Paris?", schema=City)
        assert len(service.bodies) == 3
        assert "\n" not in str(caught.value)
        assert caught.value.reply.text == "no JSON"
        assert talk.ask("And now?").text == "Fine."


def test_the_prompt_is_kept_as_it_was_typed():
    with answering([text(PARIS)]) as service:
        talk = chat(service.url, system="Be brief.")
        talk.ask("Paris?", schema=City)
    assert service.bodies[0]["system"].startswith("Be brief.")
    assert "people" in json.dumps(service.bodies[0])
    assert talk.history[0].text == "Paris?"
    assert talk.system == "Be brief."


def test_any_json_will_do():
    with answering([text("Here: [1, 2, {}]")]) as service:
        assert chat(service.url).ask("Numbers?", schema="json").parsed == [1, 2, {}]


def test_tools_are_run_before_the_shape_is_looked_for():
    def count(city: str) -> int:
        """People of a city."""
        return 2102650

    with answering([call("count", {"city": "Paris"})], [text(PARIS)]) as service:
        reply = chat(service.url, tools=[count]).ask("Paris?", schema=City)
    assert reply.parsed == City(name="Paris", people=2102650)
    assert [run.outcome for run in reply.tool_runs] == ["done"]
    assert len(service.bodies) == 2


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_the_emulator_gives_what_fits(face):
    talk = Chat("MiniMax-M3", provider="emulator", face=face)
    reply = talk.ask(NOW + 'Paris has 2102650 people. Which city is "Paris"?', schema=City)
    assert isinstance(reply.parsed, City)
    assert talk.ask(NOW + "And now?").stop_reason == "end_turn"
    assert reply.tool_calls == ()


def test_a_list_can_be_asked_for():
    reply = Chat("MiniMax-M3", provider="emulator").ask(NOW + "Name three cities.", schema=list[City])
    assert reply.parsed
    assert all(isinstance(city, City) for city in reply.parsed)


def test_the_value_grows_while_it_streams():
    stream = Chat("MiniMax-M3", provider="emulator", face="openai").stream(NOW + "Name a city.", schema=City)
    drafts = [stream.reply.draft for _ in stream]
    assert stream.reply.parsed.model_dump() == drafts[-1]
    assert drafts[0] is None
    assert any(isinstance(draft, dict) and len(draft) < 2 for draft in drafts)


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_the_output_begins_with_the_value_by_whatever_means_it_came(face):
    talk = Chat("MiniMax-M3", provider="emulator", face=face)
    shown = talk.ask(NOW + "Name three cities.", schema=list[City])._repr_mimebundle_()[0]
    value = json.loads(shown["text/plain"].partition("\n\n[")[0])
    assert len(value["value"]) == 3
    assert "| name | people |" in shown["text/markdown"]
    assert '"people"' in shown["text/markdown"].partition("<summary>JSON</summary>")[2]
