"""The little language of the ``x-emulator`` header and the ``/emulate`` lines."""

from __future__ import annotations

import pytest

from minimax_nb.emulator import Asked, handle
from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, error_of, events_of, say, send, text_of, value_of


@pytest.mark.parametrize("path", FACES)
def test_text_is_said_word_for_word_to_the_end_of_the_line(path: str) -> None:
    text = "<img src=x onerror=alert(1)>, fault=cut, $x$ \\nu {{y}} `` 你好  "
    fields = {"reasoning_split": True} if path == OPENAI else {}
    assert text_of(ask(path, f"Hi\n/emulate delay-ms=0,text={text}", **fields)) == text


def test_several_lines_of_text_are_joined() -> None:
    assert say("/emulate text=one\n/emulate text=\n/emulate text= two") == "one\n\n two"


def test_text_can_be_given_as_json() -> None:
    assert say('/emulate text-json="line\\nline \\u00e9, x"') == "line\nline é, x"
    assert "JSON string" in error_of(ask(ANTHROPIC, "/emulate text-json=5"))[2]


@pytest.mark.parametrize("path", FACES)
def test_thinking_is_thought_word_for_word(path: str) -> None:
    prompt = "/emulate thinking=hm, </think> <b>\n/emulate text=ok"
    answer = ask(path, prompt, thinking={"type": "adaptive"}, reasoning_split=True)
    value = value_of(answer)
    thinking = (
        value["choices"][0]["message"]["reasoning_content"] if path == OPENAI else value["content"][0]["thinking"]
    )
    assert thinking == "hm, </think> <b>"
    assert text_of(answer) == "ok"


@pytest.mark.parametrize("chars", [0, 1, 100, 5_000, 20_000])
def test_lengths_are_exact(chars: int) -> None:
    value = value_of(ask(ANTHROPIC, f"/emulate text-chars={chars},thinking-chars=777", thinking={"type": "adaptive"}))
    assert len(value["content"][0]["thinking"]) == 777
    assert sum(len(block["text"]) for block in value["content"][1:]) == chars


def test_long_texts_hold_prose_lists_code_tables_and_formulas() -> None:
    text = say("/emulate text-chars=20000")
    for part in ("\n- `", "```python", "| --- |", "$$\\sum", "## "):
        assert text.count(part) > 5


def test_pieces_of_a_given_size_are_cut_anywhere() -> None:
    events = events_of(ask(OPENAI, "/emulate chunk-chars=1,text=ab cd", stream=True, thinking={"type": "disabled"}))
    assert [value["choices"][0]["delta"]["content"] for _, value in events[:-1]] == list("ab cd")


def test_repeating() -> None:
    assert say("/emulate repeat=3,text=ab") == "ab\n\nab\n\nab"


def test_the_lines_are_no_part_of_what_is_talked_about() -> None:
    text = say("What is this?\n/emulate delay-ms=0")
    assert "`What is this?`" in text
    assert "/emulate" not in text


def test_lines_of_earlier_prompts_do_nothing() -> None:
    assert say("hello", "one\n/emulate fault=529,text=x").startswith("Hello")


def test_the_prompt_goes_before_the_header_and_the_header_before_the_arguments() -> None:
    def gaps(prompt: str, header: str, argument: float | None) -> float:
        body = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": prompt}], "stream": True}
        answer = send(OPENAI, body, headers={"x-emulator": header} if header else {}, delay_ms=argument)
        return list(answer.chunks)[1].after_s

    assert gaps("hi", "", None) == 0.012
    assert gaps("hi", "", 5) == 0.005
    assert gaps("hi", "delay-ms=7", 5) == 0.007
    assert gaps("hi\n/emulate delay-ms=9.5", "delay-ms=7", 5) == 0.0095


def test_a_wish_about_words_counts_once_when_tools_have_answered() -> None:
    tool = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
    prompt = {"role": "user", "content": "go\n/emulate tool=f,delay-ms=0"}
    called = value_of(ask(ANTHROPIC, [prompt], tools=[tool]))["content"]
    result = {"type": "tool_result", "tool_use_id": called[-1]["id"], "content": "done"}
    messages = [prompt, {"role": "assistant", "content": called}, {"role": "user", "content": [result]}]
    answer = ask(ANTHROPIC, messages, tools=[tool], stream=True)
    assert {chunk.after_s for chunk in answer.chunks} == {0}
    assert value_of(ask(ANTHROPIC, messages, tools=[tool]))["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("faul=cut", "no key 'faul'; did you mean 'fault'?"),
        ("fault=ct", "no fault named 'ct'; did you mean 'cut'?"),
        ("delay-ms=fast", "delay-ms='fast' is no number"),
        ("delay-ms=-1", "delay-ms='-1' is no number"),
        ("delay-ms=nan", "delay-ms='nan' is no number"),
        ("text-chars=1e99", "text-chars='1e99' is no number"),
        ("cut", "'cut' is not key=value"),
    ],
)
def test_mistakes_are_told(line: str, said: str) -> None:
    for answer in (ask(OPENAI, f"/emulate {line}"), ask(OPENAI, headers={"x-emulator": line})):
        status, _, message = error_of(answer)
        assert status == 400
        assert message.startswith(f"emulator: {said}")


def test_a_tool_can_be_called_with_any_arguments() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    prompt = '/emulate tool=f,arguments={"a": [1, 2], "b'
    call = value_of(ask(OPENAI, prompt, tools=[tool]))["choices"][0]["message"]["tool_calls"][0]
    assert call["function"] == {"name": "f", "arguments": '{"a": [1, 2], "b'}


def test_a_tool_that_is_not_offered_is_told() -> None:
    assert "`nope`, which this request does not offer" in say("/emulate tool=nope")


def test_an_empty_line_asks_for_nothing() -> None:
    assert say("hello\n/emulate\n/emulate  ").startswith("Hello")
    assert handle(Asked("GET", "/v1/models", {"x-emulator": ""})).status == 200
