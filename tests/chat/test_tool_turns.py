"""Turns with tools, from the prompt to the last answer, over both protocols."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from decimal import Decimal

import pytest

from minimax_nb import BudgetError, Chat, ConfigError, ToolError
from minimax_nb.messages.events import Started, ToolEnded
from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.tools import Consent, tool
from tests.chat.services import answering, call, text

FACES = ("anthropic", "openai")
NOW = "/emulate delay-ms=0\n"


def weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: Its name.
    """
    return f"Sunny in {city}, 21 degrees"


def chat(face: str = "anthropic", *tools, **more) -> Chat:
    return Chat("MiniMax-M3", provider="emulator", face=face, tools=tools or (weather,), **more)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("face", FACES)
def test_a_tool_is_called_and_its_result_is_answered(face, stream):
    talk = chat(face)
    reply = talk.ask(NOW + "What is the weather in Paris?", stream=stream)
    (run,) = reply.tool_runs
    assert (run.call.name, dict(run.call.arguments), run.outcome) == ("weather", {"city": "Paris"}, "done")
    assert "Sunny in Paris, 21 degrees" in reply.text
    assert reply.stop_reason == "end_turn"
    assert [message.role for message in talk.history] == ["user", "assistant", "tool", "assistant"]
    assert len(talk.turns) == 1
    assert [call.id for call in reply.tool_calls] == [run.call.id]


@pytest.mark.parametrize("face", FACES)
def test_counts_and_price_of_all_calls_stand_together_and_each_is_booked(face):
    talk = chat(face)
    reply = talk.ask(NOW + "What is the weather in Paris?")
    calls = (*reply.earlier, reply)
    assert len(calls) == len(talk.usage) == 2
    assert reply.usage.input_tokens == sum(each.own_usage.input_tokens for each in calls)
    assert reply.usage.output_tokens == sum(each.own_usage.output_tokens for each in calls)
    assert reply.cost == Decimal(0)
    assert [entry.usage for entry in talk.usage.entries] == [each.own_usage for each in calls]


@pytest.mark.parametrize("face", FACES)
def test_coroutines_run_the_same_turn(face):
    async def slowly(city: str) -> str:
        """The weather of a city."""
        await asyncio.sleep(0)
        return f"Rain in {city}"

    talk = chat(face, tool(slowly, name="weather"))
    reply = asyncio.run(talk.ask_async(NOW + "What is the weather in Paris?"))
    assert [run.outcome for run in reply.tool_runs] == ["done"]
    assert "Rain in Paris" in reply.text
    assert [message.role for message in talk.history] == ["user", "assistant", "tool", "assistant"]


def test_the_stream_tells_when_a_tool_has_run_and_when_the_next_call_begins():
    kinds = [type(event) for event in chat().stream(NOW + "What is the weather in Paris?")]
    assert kinds.count(Started) == 2
    assert kinds.index(ToolEnded) < len(kinds) - 1 - kinds[::-1].index(Started)


def test_the_text_of_every_call_is_streamed_apart():
    with chat().stream(NOW + "What is the weather in Paris?") as stream:
        text = "".join(stream.text_stream)
    first, last = stream.reply.earlier[0].text, stream.reply.text
    assert text == f"{first}\n\n{last}"


def test_tools_of_one_call_stand_in_for_the_chats():
    def capital(country: str) -> str:
        """The capital of a country."""
        return f"the capital of {country}"

    talk = chat()
    reply = talk.ask(NOW + "What is the capital of France?", tools=[capital])
    assert [run.call.name for run in reply.tool_runs] == ["capital"]
    assert talk.ask(NOW + "What is the weather in Paris?", tools=[]).tool_runs == ()


@pytest.mark.parametrize("face", FACES)
def test_a_failure_of_a_tool_goes_to_the_model_and_the_turn_goes_on(face):
    def broken(city: str) -> str:
        """The weather of a city."""
        raise ValueError("the station is closed")

    reply = chat(face, tool(broken, name="weather")).ask(NOW + "What is the weather in Paris?")
    (run,) = reply.tool_runs
    assert run.outcome == "failed"
    assert run.result.is_error
    assert "the station is closed" in run.result.content
    assert "the station is closed" in reply.text
    assert reply.stop_reason == "end_turn"


def test_a_model_that_asks_for_tools_for_ever_is_stopped_at_the_limit_and_the_chat_goes_on():
    calls = [[call("weather", {"city": "Paris"}, f"call_{number}")] for number in range(3)]
    with answering(*calls, [text("Done.")]) as service:
        talk = Chat("m", base_url=service.url, face="anthropic", tools=[weather], max_rounds=3)
        with pytest.raises(ToolError, match="3 times in a row") as caught:
            talk.ask("Go on.")
        assert len(service.bodies) == 3
        assert [run.outcome for run in caught.value.reply.tool_runs] == ["done", "done", "not run"]
        assert [message.role for message in talk.history][-2:] == ["assistant", "tool"]
        assert talk.ask("And now?").text == "Done."
    _obeys(service.bodies[-1])


def test_a_model_that_calls_what_is_not_there_is_told_and_stopped_at_the_limit():
    with answering([call("wether", {"city": "Paris"})]) as service:
        talk = Chat("m", base_url=service.url, face="anthropic", tools=[weather], max_rounds=2)
        with pytest.raises(ToolError) as caught:
            talk.ask("Go on.")
    assert [run.outcome for run in caught.value.reply.tool_runs] == ["unknown tool", "not run"]
    assert "weather" in caught.value.reply.tool_runs[0].result.content


def test_a_stop_while_a_tool_runs_ends_at_once_and_leaves_a_history_that_can_be_sent():
    begun = threading.Event()

    def waiting(city: str) -> str:
        """The weather of a city."""
        begun.set()
        time.sleep(30)
        return city

    talk = chat("anthropic", tool(waiting, name="weather"))
    stream = talk.stream(NOW + "What is the weather in Paris?")
    threading.Thread(target=lambda: (begun.wait(10), stream.stop()), daemon=True).start()
    before = time.monotonic()
    reply = stream.until_done()
    assert time.monotonic() - before < 10
    assert (reply.stop_reason, reply.partial) == ("interrupted", False)
    assert [run.outcome for run in reply.tool_runs] == ["interrupted"]
    assert [message.role for message in talk.history] == ["user", "assistant", "tool"]
    assert talk.ask(NOW + "And now?", tools=[]).stop_reason == "end_turn"


def test_an_interrupt_while_a_tool_runs_is_raised_after_the_turn_was_kept(monkeypatch):
    def interrupted(city: str) -> str:
        """The weather of a city."""
        import _thread

        _thread.interrupt_main()
        time.sleep(30)
        return city

    talk = chat("anthropic", tool(interrupted, name="weather"))
    with pytest.raises(KeyboardInterrupt):
        talk.ask(NOW + "What is the weather in Paris?")
    assert [message.role for message in talk.history] == ["user", "assistant", "tool"]
    assert talk.ask(NOW + "And now?", tools=[]).stop_reason == "end_turn"


@pytest.mark.parametrize(("answer", "outcome"), [(True, "done"), (False, "denied"), ("not today", "denied")])
def test_a_tool_that_needs_approval_asks_first(answer, outcome):
    asked: list[str] = []

    def approve(asked_tool, call):
        asked.append(f"{asked_tool.name} {dict(call.arguments)}")
        return answer

    talk = chat("anthropic", tool(weather, approve=True), approve=approve)
    reply = talk.ask(NOW + "What is the weather in Paris?")
    assert asked == ["weather {'city': 'Paris'}"]
    assert [run.outcome for run in reply.tool_runs] == [outcome]
    if isinstance(answer, str):
        assert answer in reply.tool_runs[0].result.content


def test_a_yes_to_all_calls_is_remembered_by_the_chat_and_by_no_fork():
    asked: list[str] = []

    def approve(asked_tool, call):
        asked.append(asked_tool.name)
        return Consent.ALWAYS

    talk = chat("anthropic", tool(weather, approve=True), approve=approve)
    for _ in range(2):
        talk.ask(NOW + "What is the weather in Paris?")
    assert len(asked) == 1
    talk.fork().ask(NOW + "What is the weather in Paris?")
    assert len(asked) == 2


def test_without_anybody_to_ask_the_call_is_denied(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    reply = chat("anthropic", tool(weather, approve=True)).ask(NOW + "What is the weather in Paris?")
    assert [run.outcome for run in reply.tool_runs] == ["denied"]
    assert "nobody to ask" in reply.tool_runs[0].result.content


def test_a_budget_holds_over_the_calls_of_a_turn():
    talk = chat(budget="20000 tokens")
    first = talk.ask(NOW + "What is the weather in Paris?").earlier[0].own_usage.total_tokens
    tight = chat(budget=f"{2 * first} tokens")
    with pytest.raises(BudgetError) as caught:
        tight.ask(NOW + "What is the weather in Paris?")
    assert caught.value.reply is not None
    assert tight.usage.entries


@pytest.mark.parametrize("rounds", [0, -1, True, 1.5])
def test_a_limit_that_is_none_is_refused(rounds):
    with pytest.raises(ConfigError, match="max_rounds"):
        chat(max_rounds=rounds)


def test_two_tools_of_one_name_are_refused():
    with pytest.raises(ToolError, match="weather"):
        chat("anthropic", weather, tool(lambda city: city, name="weather", description="another"))


def test_a_loaded_chat_gets_its_tools_anew(tmp_path):
    talk = chat()
    talk.ask(NOW + "What is the weather in Paris?")
    talk.save(tmp_path / "talk.json")
    assert "Sunny in" in (tmp_path / "talk.json").read_text(encoding="utf-8")
    assert Chat.load(tmp_path / "talk.json").ask(NOW + "What is the weather in Rome?").tool_runs == ()
    again = Chat.load(tmp_path / "talk.json", tools=[weather])
    assert again.history == talk.history
    assert [run.outcome for run in again.ask(NOW + "What is the weather in Rome?").tool_runs] == ["done"]


def _obeys(body: dict) -> None:
    """Every call has its result right behind it."""
    messages = body["messages"]
    for before, after in itertools.pairwise(messages):
        calls = [block["id"] for block in before["content"] if isinstance(block, dict) and block["type"] == "tool_use"]
        if calls:
            assert [block["tool_use_id"] for block in after["content"]] == calls


def test_what_the_values_are():
    reply = chat().ask(NOW + "What is the weather in Paris?")
    assert isinstance(reply.tool_calls[0], ToolCall)
    assert isinstance(reply.tool_runs[0].result, ToolResult)
