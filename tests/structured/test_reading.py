"""Values read from replies as models really write them; what cannot be read is told, and nothing is raised."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from minimax_nb.structured import ANSWER_TOOL, ANY_JSON, Parsed, Problem, read, retry_message, shape_of
from minimax_nb.structured.found import search
from minimax_nb.structured.lenient import DEEPEST
from tests.structured.replies import Person, problem_of, reply_of, value_of

ANN = '{"name": "Ann", "age": 3}'
BOB = '{"name": "Bob", "age": 4}'
WANTED = Person(name="Ann", age=3)
NOISY: dict[str, str] = {
    "alone": ANN,
    "space around": f"\n\n  {ANN} \n",
    "byte order mark": f"\ufeff{ANN}",
    "code fence": f"```json\n{ANN}\n```",
    "code fence without language": f"```\n{ANN}\n```",
    "tildes": f"~~~json\n{ANN}\n~~~",
    "code fence that is not closed": f"```json\n{ANN}",
    "prose and code fence": f"Here you are:\n\n```json\n{ANN}\n```\n\nAnything else?",
    "prose on the same line": f"The answer is {ANN}, I think.",
    "prose with quotation marks": f"It's \"this\" one: {ANN} (not 'that').",
    "prose with brackets": f"As [1] says {{roughly}}, on [0, 1) and in f(x) {{ return }}: {ANN} [2]",
    "LaTeX": f"With $\\frac{{a}}{{b}}$ and \\[x\\]: {ANN}",
    "code before": f"```python\nd = [x for x in range(3)]\nprint({{x: 1}})\n```\n\n{ANN}",
    "inside the wrong brackets": f"[[ see {ANN} ]]",
    "thinking": f"<think>Perhaps {BOB}?</think>\n{ANN}",
    "thinking with another tag": f"<mm:think>{BOB}</mm:think>{ANN}",
    "closing tag alone": f"Perhaps {BOB}\n</think>\n\n{ANN}",
    "closing tag at the end": f"{ANN}\n</think>",
    "thinking with an open bracket": f"<think>a set [1, 2 and {{</think>{ANN}",
    "thinking with half an object": f'<think>like {{"name": Bob, [</think>{ANN}',
    "thinking and code fence": f"<think>{BOB}</think>\n```json\n{ANN}\n```",
    "draft first": f"First {BOB}, no: {ANN}",
    "draft behind, answer in a fence": f"```json\n{ANN}\n```\nI also thought of {BOB}.",
    "what does not fit behind": f'{ANN} {{"note": 1}} [] [1]',
    "comma too many": '{"name": "Ann", "age": 3,}',
    "single quotes": "{'name': 'Ann', 'age': 3}",
    "Python": "{'name': 'Ann', 'age': 3, 'home': None, }",
    "line ends": ANN.replace(", ", ",\r\n\t"),
    "same key twice, same value": '{"name": "Ann", "name": "Ann", "age": 3}',
    "escapes": '{"n\\u0061me": "\\u0041nn", "age": 3}',
    "number as text": '{"name": "Ann", "age": "3"}',
    "wrapped without need": ANN,
}


@pytest.mark.parametrize("name", NOISY)
def test_a_value_is_found_in_what_a_model_writes(name: str) -> None:
    assert value_of(NOISY[name], Person) == WANTED


@pytest.mark.parametrize("name", NOISY)
def test_a_value_is_found_in_a_tools_arguments_too(name: str) -> None:
    reply = reply_of("I call the tool.", calls=[(ANSWER_TOOL, NOISY[name])])
    assert read(reply, shape_of(Person)) == Parsed(WANTED)


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ('{"value": [1, 2]}', list[int], [1, 2]),
        ("[1, 2]", list[int], [1, 2]),
        ("So: [1, 2]", list[int], [1, 2]),
        ('{"value": 5}', int, 5),
        ("5", int, 5),
        ("```\n5\n```", int, 5),
        ("<think>4?</think>5", int, 5),
        ("null", Person | None, None),
        ('{"value": null}', Person | None, None),
        ('"yes"', Literal["yes", "no"], "yes"),
        ("yes", Literal["yes", "no"], "yes"),
        ("**yes**.", Literal["yes", "no"], "yes"),
        ("```\nno\n```", Literal["yes", "no"], "no"),
        ("only", Literal["only"], "only"),
        ("{'t': 'it\\'s \"so\"'}", dict[str, str], {"t": 'it\'s "so"'}),
        ('{"t": "a\nb\tc"}', dict[str, str], {"t": "a\nb\tc"}),
        ('{"t": "</think> ```json [1] {"}', dict[str, str], {"t": "</think> ```json [1] {"}),
        ('See: {"t": "</think>{}"}', dict[str, str], {"t": "</think>{}"}),
        ('{"t": "\\ud83d\\ude00 \\ud800"}', dict[str, str], {"t": "😀 ?"}),
        ('{"t": 123456789012345678901234567890}', dict[str, int], {"t": 123456789012345678901234567890}),
    ],
)
def test_values_of_many_kinds(text: str, kind: Any, wanted: Any) -> None:
    assert value_of(text, kind) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[1, {}]", [1, {}]),
        ("3.5", 3.5),
        ('As [1] says: {"a": [1]} [2]', {"a": [1]}),
        ('```json\n{"a": 1}\n```\nor {"a": 1, "b": 2}', {"a": 1}),
        ('"text"', "text"),
        ("null", None),
    ],
)
def test_any_json(text: str, wanted: Any) -> None:
    assert read(reply_of(text), ANY_JSON) == Parsed(wanted)


UNREADABLE: dict[str, tuple[str, str]] = {
    # the text, and a piece of what is said of it
    "nothing": ("", "The reply is empty."),
    "space": (" \n\t", "The reply is empty."),
    "prose": ("I cannot say.", "There is no JSON in the reply."),
    "prose with brackets": ("See [here] and {there}.", "There is no JSON in the reply."),
    "thinking alone": (f"<think>{ANN}</think> I cannot say.", "There is no JSON in the reply."),
    "cut": ('{"name": "Ann", "home": {"street": "High Street"}, "ag', "ends before it is whole"),
    "cut in a string": ('{"name": "An', "ends before it is whole"),
    "cut in a word": ('{"name": nul', "ends before it is whole"),
    "cut behind a draft": (f'First {BOB}, no: {{"name": "Ann", "ag', "ends before it is whole"),
    "cut list of people": (f"[{ANN}, {ANN}", "ends before it is whole"),
    "two values for a key": ('{"name": "Ann", "name": "Bob", "age": 3}', 'the key "name" stands twice'),
    "not a number": ('{"name": "Ann", "age": NaN}', "NaN is no JSON number"),
    "infinity": ('{"name": "Ann", "age": -Infinity}', "-Infinity is no JSON number"),
    "too large": ('{"name": "Ann", "age": 1e999}', "1e999 is too large"),
    "too many digits": (f'{{"name": "Ann", "age": {"9" * 5_000}}}', "too many digits"),
    "comment": ('{"name": "Ann", // her\n"age": 3}', "line 1, column 17"),
    "keys without quotes": ("{name: 'Ann', age: 3}", "Expecting"),
    "apostrophe": ("{'name': 'it's', 'age': 3}", "Expecting"),
    "too deep": ("[" * 100_000 + "]" * 100_000, f"more than {DEEPEST} levels"),
    "open and deep": ("[" * 100_000, f"more than {DEEPEST} levels"),
    "open objects": ('{"a":' * 100_000, f"more than {DEEPEST} levels"),
    "wrong type": (
        '{"name": "Ann", "age": "three"}',
        'age: Input should be a valid integer, unable to parse string as an integer (it was "three")',
    ),
    "missing": ('{"name": "Ann"}', "age: Field required"),
    "wrong place": ("[1]", "Input should be an object"),
    "half of a pair for an answer": ('"\\ud800"', "Input should be an object"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told(name: str) -> None:
    text, said = UNREADABLE[name]
    problem = problem_of(text, Person)
    assert said in problem.message_for_model
    assert said[:60] in problem.message_for_user
    assert "\n" not in problem.message_for_user
    assert len(problem.message_for_user) < 500


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_in_a_text_can_be_read_in_none(name: str) -> None:
    assert isinstance(read(reply_of(thinking=UNREADABLE[name][0] or "x"), shape_of(Person)), Problem)


LAX = create_model("Lax", home=(dict[str, Any], {}))


@pytest.mark.parametrize(
    "text",
    [
        '{"home": {"street": "x"}, "n": NaN}',
        '{"home": {"street": "x"}, // a comment\n"n": 1}',
        '{home: {"street": "x"}}',
        '{"home": {"street": "x"}, "home": {}}',
        '{"home": {"street": "x"}, "n": oops',
        '{"home": {"street": "x"}, "n": [',
        '{"deep": ' + "[" * 200 + "{}" + "]" * 200 + "}",
    ],
)
@pytest.mark.parametrize("kind", [LAX, dict[str, Any], Any])
def test_a_part_of_what_cannot_be_read_is_never_taken_for_the_answer(text: str, kind: Any) -> None:
    assert isinstance(read(reply_of(f"Here: {text}"), shape_of(kind)), Problem)


def test_each_field_has_a_line() -> None:
    problem = problem_of('{"age": -1, "home": {"number": "x"}}', Person)
    assert problem.message_for_model.splitlines() == [
        "- name: Field required",
        "- age: Input should be greater than or equal to 0 (it was -1)",
        "- home.street: Field required",
        '- home.number: Input should be a valid integer, unable to parse string as an integer (it was "x")',
    ]
    assert problem.message_for_user == "The reply is no Person: name: Field required (3 more)."


def test_very_many_problems_are_counted() -> None:
    problem = problem_of(json.dumps([{}] * 1_000), list[Person])
    assert len(problem.message_for_model.splitlines()) == 11
    assert problem.message_for_model.endswith("- and 1,990 more of this kind")


def test_what_a_model_wrote_is_quoted_short_and_on_one_line() -> None:
    problem = problem_of(json.dumps({"name": ["x" * 9_000], "age": "\n\x1b[31m" + "y" * 9_000}), Person)
    assert len(problem.message_for_model) < 400
    assert "\x1b" not in problem.message_for_model + problem.message_for_user


def test_a_reply_that_was_cut_at_its_limit_says_so() -> None:
    assert "max_tokens" not in problem_of('{"name": "A', Person).message_for_user
    cut = read(reply_of('{"name": "A', stop_reason="max_tokens"), shape_of(Person))
    assert isinstance(cut, Problem)
    assert cut.message_for_user.endswith("raise max_tokens.")


def test_the_next_try_is_told_what_was_wrong() -> None:
    message = retry_message(problem_of('{"name": "Ann"}', Person))
    assert "- age: Field required" in message.splitlines()


def test_the_tools_arguments_come_before_the_text() -> None:
    reply = reply_of(BOB, calls=[(ANSWER_TOOL, ANN)])
    assert read(reply, shape_of(Person)) == Parsed(WANTED)


def test_arguments_that_do_not_fit_leave_the_text() -> None:
    reply = reply_of(ANN, calls=[(ANSWER_TOOL, "{}")])
    assert read(reply, shape_of(Person)) == Parsed(WANTED)


def test_of_several_calls_the_last_that_fits_counts() -> None:
    reply = reply_of(calls=[(ANSWER_TOOL, BOB), (ANSWER_TOOL, ANN), (ANSWER_TOOL, "{}"), ("other", BOB)])
    assert read(reply, shape_of(Person)) == Parsed(WANTED)


def test_a_call_without_arguments_is_an_empty_object() -> None:
    empty = create_model("Empty")
    assert read(reply_of(calls=[(ANSWER_TOOL, "")]), shape_of(empty)) == Parsed(empty())


# -- properties ------------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NAMES = st.text(max_size=8)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4))
OBJECTS = st.dictionaries(NAMES, TREES, min_size=1, max_size=4)
PROSE = st.text(st.characters(exclude_characters="[]{}", codec="utf-8"), max_size=30).filter(
    lambda text: "think>" not in text and "```" not in text and "~~~" not in text
)


def written(value: Any, *, ascii_only: bool) -> str:
    return json.dumps(value, ensure_ascii=ascii_only)


@given(OBJECTS, PROSE, PROSE, st.booleans(), st.sampled_from(["{}", "```json\n{}\n```", "<think>{{}} []</think>\n{}"]))
def test_a_value_comes_back_from_whatever_is_around_it(
    value: dict[str, Any], before: str, after: str, ascii_only: bool, around: str
) -> None:
    text = f"{before}\n{around.format(written(value, ascii_only=ascii_only))}\n{after}"
    assert value_of(text, dict[str, Any]) == json.loads(json.dumps(value))


@given(TREES, st.booleans())
def test_any_value_alone_comes_back(value: Any, ascii_only: bool) -> None:
    assert read(reply_of(written(value, ascii_only=ascii_only)), ANY_JSON) == Parsed(value)


@given(OBJECTS)
def test_pythons_own_way_of_writing_is_read_or_refused_and_never_misread(value: dict[str, Any]) -> None:
    result = read(reply_of(repr(value)), ANY_JSON)
    assert result == Parsed(value) or isinstance(result, Problem)


PIECES = st.sampled_from(
    [
        *'[]{}",:\\\n 1e',
        "'",
        '{"name": ',
        '"Ann"',
        "age",
        "null",
        "tru",
        "NaN",
        "```json\n",
        "<think>",
        "</think>",
        "\ufeff",
        "\\ud800",
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_rubbish_is_never_more_than_a_problem(text: str) -> None:
    for kind in (Person, list[Person], int, Literal["a"]):
        result = read(reply_of(text, calls=[(ANSWER_TOOL, text)]), shape_of(kind))
        assert isinstance(result, Parsed | Problem)


# -- costs -----------------------------------------------------------------------------------------------------------

SPAM = ["{} ", "[}", "{a", "[[[[[[[[[[) ", "['", '["', "[1, 2, 3) ", '{"a": 1, x} ', "```json\n{", '\\"{']


@pytest.mark.parametrize("spam", SPAM)
def test_brackets_that_lead_nowhere_cost_in_proportion(spam: str) -> None:
    text = spam * (200_000 // len(spam))
    assert search(text).work <= 4 * len(text) + 10_000


def test_a_huge_answer_is_read() -> None:
    people = [{"name": "Ann" * 30, "age": 3}] * 100_000  # about 11 MB
    text = f"Here they are:\n```json\n{json.dumps(people)}\n```"
    assert len(text) > 10_000_000
    assert len(value_of(text, list[Person])) == 100_000
    assert search(text).work == 0


def test_nothing_is_searched_twice_in_a_text_without_json() -> None:
    assert search("word " * 200_000).work == 0
    assert re.search("no JSON", problem_of("word " * 200_000, Person).message_for_user)
