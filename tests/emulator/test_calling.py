"""Tools the emulator calls: which, how many, for how many rounds, and how the calls go wrong when they are asked to."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from minimax_nb.emulator import Asked, handle
from minimax_nb.emulator.toolbox import plausible
from tests.emulator.asking import (
    ANTHROPIC,
    CHATS,
    FACES,
    MESSAGES,
    MODELSLAB,
    MODELSLAB_MESSAGES,
    OPENAI,
    OPENROUTER,
    bytes_of,
    call,
    text_of,
    value_of,
    values_of,
)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}


class Made(NamedTuple):
    """A call as it came: ``arguments`` as text on the one protocol, as a value on the other."""

    id: str
    name: str
    arguments: Any


class Talk:
    """A conversation with one tool or more, in the words of either protocol."""

    def __init__(self, path: str, prompt: str, *names: str, **fields: Any) -> None:
        self.path = path
        self.messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        self.fields = {"tools": [self._tool(name) for name in names], **fields}
        self.value: Any = None

    def _tool(self, name: str) -> dict[str, Any]:
        if self.path in MESSAGES:
            return {"name": name, "input_schema": SCHEMA}
        return {"type": "function", "function": {"name": name, "parameters": SCHEMA}}

    def ask(self, **wishes: Any) -> list[Made]:
        """The calls of the next reply."""
        self.value = value_of(call(self.path, self.messages, **self.fields, **wishes))
        if self.path in MESSAGES:
            blocks = [block for block in self.value["content"] if block["type"] == "tool_use"]
            return [Made(block["id"], block["name"], block["input"]) for block in blocks]
        made = self.value["choices"][0]["message"].get("tool_calls") or []
        return [Made(one["id"], one["function"]["name"], one["function"]["arguments"]) for one in made]

    def answer(self, made: list[Made], *results: str) -> None:
        """Send back what the tools gave."""
        if self.path in MESSAGES:
            blocks = [
                {"type": "tool_result", "tool_use_id": one.id, "content": result}
                for one, result in zip(made, results, strict=True)
            ]
            self.messages += [
                {"role": "assistant", "content": self.value["content"]},
                {"role": "user", "content": blocks},
            ]
            return
        message = self.value["choices"][0]["message"]
        self.messages.append({"role": "assistant", "content": None, "tool_calls": message["tool_calls"]})
        self.messages += [
            {"role": "tool", "tool_call_id": one.id, "content": result}
            for one, result in zip(made, results, strict=True)
        ]

    @property
    def text(self) -> str:
        """The text of the last reply."""
        if self.path in MESSAGES:
            return "".join(block["text"] for block in self.value["content"] if block["type"] == "text")
        return str(self.value["choices"][0]["message"]["content"])

    @property
    def end(self) -> str:
        """Why the last reply ended."""
        return str(self.value["stop_reason"] if self.path in MESSAGES else self.value["choices"][0]["finish_reason"])


def arguments_of(made: Made) -> Any:
    """The arguments as a value."""
    return json.loads(made.arguments) if isinstance(made.arguments, str) else made.arguments


@pytest.mark.parametrize("path", FACES)
def test_a_tool_the_prompt_names_is_called_with_what_the_prompt_says(path: str) -> None:
    (made,) = Talk(path, "Call get_weather in Bergen for 3 days", "get_weather", "get_time").ask()
    assert (made.name, arguments_of(made)) == ("get_weather", {"city": "Bergen", "days": 3})
    assert Talk(path, "What is a lemma?", "get_weather").ask() == []


@pytest.mark.parametrize("path", FACES)
def test_calls_side_by_side_and_an_answer_from_what_they_gave(path: str) -> None:
    talk = Talk(path, "get weather and get time in Oslo", "get_weather", "get_time")
    made = talk.ask()
    assert [one.name for one in made] == ["get_weather", "get_time"]
    assert len({one.id for one in made}) == 2
    talk.answer(made, "4 degrees", "noon")
    assert talk.ask() == []
    assert "4 degrees" in talk.text
    assert "noon" in talk.text


@pytest.mark.parametrize("path", FACES)
def test_one_tool_side_by_side_with_the_next_values_of_the_prompt(path: str) -> None:
    prompt = "The weather in Paris for 2 days, and in Rome for 5\n/emulate tool=get_weather,tool=get_weather"
    made = Talk(path, prompt, "get_weather").ask()
    assert list(map(arguments_of, made)) == [{"city": "Paris", "days": 2}, {"city": "Rome", "days": 5}]
    assert len({one.id for one in made}) == 2


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("where", ["prompt", "header"])
def test_as_many_rounds_as_are_asked_for(path: str, where: str) -> None:
    wish = "tool=f,rounds=3"
    prompt, headers = ("go\n/emulate " + wish, {}) if where == "prompt" else ("go", {"x-emulator": wish})
    talk = Talk(path, prompt, "f", headers=headers)
    for round_ in range(3):
        (made,) = talk.ask()
        assert made.name == "f"
        talk.answer([made], f"result {round_}")
    assert talk.ask() == []
    assert "result 2" in talk.text
    talk.messages += [{"role": "assistant", "content": "ok"}, {"role": "user", "content": prompt}]
    assert [made.name for made in talk.ask()] == ["f"], "a new prompt counts anew"


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("where", ["prompt", "header"])
def test_a_tool_nobody_offers_is_called_for_ever(path: str, where: str) -> None:
    wish = "fault=unknown-tool"
    prompt, headers = ("go\n/emulate " + wish, {}) if where == "prompt" else ("go", {"x-emulator": wish})
    talk = Talk(path, prompt, "f", headers=headers)
    for _ in range(12):
        (made,) = talk.ask()
        assert made.name == "no_such_tool"
        talk.answer([made], "there is no such tool")


def test_without_tools_no_unknown_one_is_called() -> None:
    assert "Hello" in text_of(call(OPENAI, "hello", faults=["unknown-tool"]))


@pytest.mark.parametrize("path", CHATS)
def test_arguments_cut_in_the_middle(path: str) -> None:
    (made,) = Talk(path, "call f", "f").ask(faults=["bad-arguments"])
    assert made.arguments.startswith("{")
    with pytest.raises(ValueError, match=r"."):
        json.loads(made.arguments)


@pytest.mark.parametrize("path", MESSAGES)
def test_arguments_cut_in_the_middle_of_blocks(path: str) -> None:
    (made,) = Talk(path, "call f", "f").ask(faults=["bad-arguments"])
    assert isinstance(made.arguments, str), "they are no object"
    tools = [{"name": "f", "input_schema": SCHEMA}]
    streamed = values_of(call(path, "call f", tools=tools, stream=True, faults=["bad-arguments"]))
    pieces = [value["delta"].get("partial_json", "") for value in streamed if value["type"] == "content_block_delta"]
    assert "".join(pieces) == made.arguments


@pytest.mark.parametrize("path", FACES)
def test_arguments_that_do_not_fit(path: str) -> None:
    (made,) = Talk(path, "call f", "f").ask(faults=["wrong-arguments"])
    assert arguments_of(made) == {"unexpected": [True, None]}


@pytest.mark.parametrize(("path", "end"), [(OPENAI, "stop"), (ANTHROPIC, "end_turn")])
def test_an_ordinary_end_although_tools_are_called(path: str, end: str) -> None:
    talk = Talk(path, "call f", "f")
    assert len(talk.ask(faults=["finish-stop"])) == 1
    assert talk.end == end
    assert talk.ask()
    assert talk.end in ("tool_calls", "tool_use")


@pytest.mark.parametrize("path", FACES)
def test_markup_that_leaks_is_that_of_the_model(path: str) -> None:
    talk = Talk(path, "call f in Rome for 2 days", "f")
    assert talk.ask(faults=["raw-call"]) == []
    lines = ["<minimax:tool_call>", '<invoke name="f">', '<parameter name="city">Rome</parameter>']
    assert "\n".join(lines) in talk.text
    assert talk.text.endswith("\n</invoke>\n</minimax:tool_call>")
    assert talk.ask(faults=["raw-call-m3"]) == []
    sign = "]<]minimax[>["
    assert talk.text.endswith(
        f'{sign}<tool_call>\n{sign}<invoke name="f">{sign}<city>Rome{sign}</city>{sign}<days>2{sign}</days>'
        f"{sign}</invoke>\n{sign}</tool_call>"
    )


@pytest.mark.parametrize(
    ("path", "choice", "expected"),
    [
        (MODELSLAB, {"type": "function", "function": {"name": "g"}}, ["g"]),
        (MODELSLAB, "required", ["f"]),
        (OPENROUTER, {"type": "function", "function": {"name": "nobody"}}, []),
        (MODELSLAB_MESSAGES, {"type": "tool", "name": "g"}, ["g"]),
        (MODELSLAB_MESSAGES, {"type": "any"}, ["f"]),
        (MODELSLAB_MESSAGES, {"type": "auto"}, []),
        (OPENAI, {"type": "function", "function": {"name": "g"}}, []),
    ],
)
def test_a_tool_that_must_be_called_is_called_but_not_by_minimax(path: str, choice: Any, expected: list[str]) -> None:
    talk = Talk(path, "hello", "f", "g", tool_choice=choice)
    made = talk.ask()
    assert [one.name for one in made] == expected
    if made:
        talk.answer(made, "done")
        assert [one.name for one in talk.ask()] == expected, "as often as it is asked"


def test_the_help_says_how_tools_come_to_be_called() -> None:
    text = bytes_of(handle(Asked("GET", "/help", {}, b""))).decode()
    for word in ("rounds", "unknown-tool", "bad-arguments", "raw-call-m3", "/emulate tool=get_weather"):
        assert word in text


def test_the_arguments_of_a_tool_are_what_fits_its_schema() -> None:
    assert plausible(SCHEMA, 'for "x" in 7 days') == {"city": "x", "days": 7}
