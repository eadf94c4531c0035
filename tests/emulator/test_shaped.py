"""Answers of a shape that was asked for in words: by a tool of the system message's, or as JSON alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, text_of, value_of


class Person(BaseModel):
    """One of the people."""

    name: str
    age: int
    city: str


class People(BaseModel):
    """All of them."""

    people: list[Person]


SCHEMA = People.model_json_schema()
PROMPT = "Read out the three people: Ada Lovelace, 36, of London; Grace Hopper, 85, of New York; Mary, 91, of Bath"
EXPECTED = [("Ada Lovelace", 36, "London"), ("Grace Hopper", 85, "New York"), ("Mary", 91, "Bath")]
BY_TOOL = "Be brief.\n\nGive your answer by calling the tool give_answer, once, with arguments that follow its schema."
BY_WORDS = f"Answer with one JSON object that follows the JSON schema below. Write it alone.\n\n{json.dumps(SCHEMA)}"
UNFIT = "Your answer could not be used:\n'age' is missing\nGive the whole answer again."


def tell(path: str, system: str, *prompts: str, tool: bool = False, **fields: Any) -> Any:
    """What the emulator answers: the text, or the arguments of its only call."""
    spoken: list[dict[str, Any]] = [{"role": "user", "content": prompts[0]}]
    for prompt in prompts[1:]:
        spoken += [{"role": "assistant", "content": "{}"}, {"role": "user", "content": prompt}]
    if tool:
        parameters = {"name": "give_answer", "parameters": SCHEMA}
        offered: Any = {"type": "function", "function": parameters}
        fields["tools"] = [{"name": "give_answer", "input_schema": SCHEMA} if path == ANTHROPIC else offered]
    if path == ANTHROPIC:
        fields["system"] = system
    else:
        spoken.insert(0, {"role": "system", "content": system})
    value = value_of(answer := ask(path, spoken, thinking={"type": "disabled"}, **fields))
    if not tool:
        return text_of(answer)
    if path == ANTHROPIC:
        return value["content"][-1]["input"]
    (call,) = value["choices"][0]["message"]["tool_calls"]
    return call["function"]["arguments"]


def read(text: Any) -> list[tuple[str, int, str]]:
    """The people of an answer."""
    found = People.model_validate_json(text) if isinstance(text, str) else People.model_validate(text)
    return [(one.name, one.age, one.city) for one in found.people]


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("tool", [False, True])
def test_what_the_prompt_says_is_given_in_the_shape(path: str, tool: bool) -> None:
    assert read(tell(path, BY_TOOL if tool else BY_WORDS, PROMPT, tool=tool)) == EXPECTED


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("tool", [False, True])
def test_an_answer_that_is_sent_back_is_mended(path: str, tool: bool) -> None:
    system, broken = (BY_TOOL if tool else BY_WORDS), f"{PROMPT}\n/emulate fault=bad-json"
    first = tell(path, system, broken, tool=tool)
    with pytest.raises(ValueError, match=r"."):
        read(first)
    assert read(tell(path, system, broken, UNFIT, tool=tool)) == EXPECTED


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("tool", [False, True])
def test_one_that_never_fits(path: str, tool: bool) -> None:
    system, wrong = (BY_TOOL if tool else BY_WORDS), f"{PROMPT}\n/emulate fault=wrong-json"
    for prompts in ((wrong,), (wrong, UNFIT), (wrong, UNFIT, UNFIT)):
        said = tell(path, system, *prompts, tool=tool)
        assert (json.loads(said) if isinstance(said, str) else said) == {"unexpected": [True, None]}


def test_any_json_is_json() -> None:
    assert json.loads(tell(OPENAI, "Answer with JSON. Write the JSON alone.", "hello"))["messages"] == 1


def test_after_the_results_of_tools_the_answer_has_its_shape_all_the_same() -> None:
    tool = {"name": "look_up", "input_schema": {"type": "object", "properties": {}}}
    prompt = {"role": "user", "content": f"look up. {PROMPT}"}
    first = value_of(ask(ANTHROPIC, [prompt], system=BY_WORDS, tools=[tool]))
    assert first["stop_reason"] == "tool_use"
    result = {"type": "tool_result", "tool_use_id": first["content"][-1]["id"], "content": "done"}
    spoken = [prompt, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": [result]}]
    assert read(text_of(ask(ANTHROPIC, spoken, system=BY_WORDS, tools=[tool]))) == EXPECTED


@pytest.mark.parametrize("system", ["Mind the JSON schema of the thing.", "Never say JSON.", "Use the tool x well."])
def test_other_words_about_json_and_tools_change_nothing(system: str) -> None:
    assert "Hello" in tell(ANTHROPIC, system, "hello")
