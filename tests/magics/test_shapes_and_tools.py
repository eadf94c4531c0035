"""Tools and shapes as cells name them: functions, methods and types of the notebook."""

from __future__ import annotations

import pytest

from minimax_nb import ConfigError, RequestError, ToolError
from minimax_nb.errors import MiniMaxError

NOW = "/emulate delay-ms=0\n"
WEATHER = "What is the weather in Paris?"
OURS = '''
import dataclasses, enum
from typing import Literal, TypedDict

from pydantic import BaseModel

from minimax_nb import tool


def weather(city: str) -> str:
    """The weather of a city."""
    return f"Sunny in {city}"


@tool(name="capital")
def capital_of(country: str) -> str:
    """The capital of a country."""
    return f"the capital of {country}"


@tool
async def distance(to: str) -> str:
    """The way to a city."""
    return f"far to {to}"


class Station:
    def weather(self, city: str) -> str:
        """The weather of a city."""
        return f"Rain in {city}"


class City(BaseModel):
    name: str
    people: int


@dataclasses.dataclass
class Point:
    x: int


class Named(TypedDict):
    name: str


class Colour(enum.Enum):
    RED = "red"


station = Station()
by_name = {"weather": weather}
record = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
Side = Literal["left", "right"]
number = 5
double = lambda x: 2 * x
'''


@pytest.fixture
def ours(shell):
    """A shell with functions and types of its own."""
    shell.ok(OURS)
    return shell


def ask(shell, options: str, words: str = WEATHER) -> str:
    return shell.ok(f"%%minimax -p emulator --face openai {options}\n{NOW}{words}")


def one_line(shell, options: str, kind: type[MiniMaxError] = ConfigError) -> str:
    """A mistake in the options: one line, and nothing is sent."""
    error = shell.fails(f"%%minimax {options}\n{NOW}{WEATHER}")
    assert type(error) is kind
    assert len(shell.lines()) == 1
    assert "_mm" not in shell.shell.user_ns
    return str(error)


def offered(shell, line: str) -> set[str]:
    """What Tab offers for the last word of a line."""
    symbol, found = shell.shell.complete(None, line, len(line))
    word = line.rsplit(" ", maxsplit=1)[-1]
    return {word[: len(word) - len(symbol)] + match for match in found}


# -- tools -----------------------------------------------------------------------------------------------------------


def test_a_function_of_the_notebook_is_a_tool(ours):
    text = ask(ours, "--tools weather")
    (run,) = ours["_mm"].tool_runs
    assert (run.call.name, dict(run.call.arguments)) == ("weather", {"city": "Paris"})
    assert "Sunny in Paris" in ours["_mm"].text
    assert "weather(city='Paris') → Sunny in Paris" in text


def test_several_are_named_with_commas(ours):
    ask(ours, "--tools weather,capital_of,distance", "What is the capital of France?")
    assert [run.call.name for run in ours["_mm"].tool_runs] == ["capital"]
    ask(ours, '--tools "weather, capital_of"', "What is the capital of France?")
    assert [run.call.name for run in ours["_mm"].tool_runs] == ["capital"]


@pytest.mark.parametrize("name", ["station.weather", 'by_name["weather"]'])
def test_a_method_or_an_item_is_a_tool(ours, name):
    ask(ours, f"--tools {name}")
    assert [run.outcome for run in ours["_mm"].tool_runs] == ["done"]


def test_the_fold_under_the_reply_holds_the_call(ours):
    ask(ours, "--tools weather")
    assert "<summary>Tool" in ours.outputs[0]["text/markdown"]
    assert "Sunny in Paris" in ours.outputs[0]["text/markdown"]


def test_tools_count_for_their_own_cell(ours):
    ask(ours, "--tools weather")
    ask(ours, "", WEATHER)
    assert ours["_mm"].tool_runs == ()


def test_a_function_that_is_written_anew_is_the_one_that_runs(ours):
    ask(ours, "--tools weather")
    ours.ok('def weather(city: str) -> str:\n    """The weather of a city."""\n    return "Fog"')
    ask(ours, "--tools weather")
    assert "Fog" in ours["_mm"].text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--tools wether", "--tools: there is no 'wether' in the notebook. Did you mean weather?"),
        ("--tools weather,nothing", "there is no 'nothing' in the notebook."),
        ("--tools number", "--tools: number is no function."),
        ("--tools station", "--tools: station is no function."),
        ("--tools station.nothing", "there is no 'station.nothing' in the notebook."),
        ("--tools station._private", "there is no 'station._private' in the notebook."),
        ("--tools 1+1", "there is no '1+1' in the notebook."),
        ("--tools ' '", "--tools names no function."),
        ("--tools weather, capital_of", "--tools weather, ends with a comma."),
        ("--tools", "--tools needs a value"),
    ],
)
def test_a_name_that_is_no_tool_is_one_line(ours, options, said):
    assert said in one_line(ours, options)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("City", "City is a class, not a function."),
        ("double", "A lambda has no name."),
        ("weather,station.weather", "Two tools are called weather."),
    ],
)
def test_what_cannot_be_a_tool_is_one_line(ours, names, said):
    assert said in one_line(ours, f"--tools {names}", ToolError)


def test_tools_for_a_model_without_any_are_refused_before_sending(ours):
    error = ours.fails(f"%%minimax -m M2-her --tools weather\n{NOW}{WEATHER}")
    assert isinstance(error, RequestError)
    assert "M2-her calls no tools." in str(error)


# -- shapes ----------------------------------------------------------------------------------------------------------


def parsed(shell, options: str):
    ask(shell, f"-o reply {options}", 'Paris has 2102650 people. Which city is "Paris"?')
    return shell["reply"].parsed


def test_a_model_of_the_notebook_is_the_shape_and_the_reply_holds_its_value(ours):
    value = parsed(ours, "--schema City")
    assert type(value) is ours["City"]
    assert ours["reply"] is ours["_mm"]


def test_the_value_is_a_table_in_the_output(ours):
    value = parsed(ours, "--schema list[City]")
    assert [type(item) for item in value] == [ours["City"]] * len(value)
    shown = ours.outputs[0]["text/markdown"]
    assert "| name | people |" in shown
    assert f"| {value[0].name} | {value[0].people} |" in shown


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("int", int),
        ("float", float),
        ("str", str),
        ("bool", bool),
        ("list", list),
        ("dict", dict),
        ("list[int]", list),
        ("Named", dict),
        ("record", dict),
        ("list[record]", list),
        ("'list[list[City]]'", list),
        ("Side", str),
    ],
)
def test_plain_types_schemas_and_lists_of_them_are_shapes(ours, name, kind):
    assert type(parsed(ours, f"--schema {name}")) is kind


def test_other_types_of_the_notebook_are_shapes(ours):
    assert type(parsed(ours, "--schema Point")) is ours["Point"]
    assert parsed(ours, "--schema Colour") is ours["Colour"].RED


def test_a_name_of_the_notebook_comes_before_a_plain_type(ours):
    ours.ok("class dict(BaseModel):\n    name: str")
    assert type(parsed(ours, "--schema dict")) is ours["dict"]


def test_json_gives_whatever_came(ours):
    value = parsed(ours, "--json")
    assert isinstance(value, dict)


def test_without_a_shape_nothing_is_parsed(ours):
    assert parsed(ours, "") is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--schema city", "--schema: there is no 'city' in the notebook. Did you mean City?"),
        ("--schema list[city]", "--schema: there is no 'city' in the notebook. Did you mean City?"),
        ("--schema list[]", "there is no 'list[]' in the notebook."),
        ("--schema dict[str,int]", "SHAPE = dict[str,int] makes a name of any type."),
        ("--schema Nothing", "--schema: there is no 'Nothing' in the notebook."),
        ("--json --schema City", "--schema and --json exclude each other."),
        ("--schema", "--schema needs a value"),
    ],
)
def test_a_name_that_is_no_shape_is_one_line(ours, options, said):
    assert said in one_line(ours, options)


@pytest.mark.parametrize("name", ["number", "weather", "station", "list[number]"])
def test_what_describes_no_shape_is_one_line(ours, name):
    assert "Give a pydantic model" in one_line(ours, f"--schema {name}", RequestError)


def test_tools_and_a_shape_go_together(ours):
    ask(ours, "--tools weather --schema City -o reply")
    assert [run.outcome for run in ours["reply"].tool_runs] == ["done"]
    assert type(ours["reply"].parsed) is ours["City"]


def test_dry_shows_the_tools_and_the_schema_and_runs_nothing(ours):
    ours.ok('def weather(city: str) -> str:\n    """The weather of a city."""\n    raise AssertionError')
    text = ask(ours, "--dry --tools weather --schema City")
    assert "The weather of a city." in text
    assert "people" in text
    assert "_mm" not in ours.shell.user_ns


# -- Tab -------------------------------------------------------------------------------------------------------------


def test_tab_offers_functions_behind_each_other(ours):
    assert {"weather", "capital_of", "distance"} <= offered(ours, "%%minimax --tools ")
    assert offered(ours, "%%minimax --tools we") == {"weather"}
    assert "weather,capital_of" in offered(ours, "%%minimax --tools weather,cap")
    assert not {"double", "number", "City", "station", "tool"} & offered(ours, "%%minimax --tools ")


def test_tab_offers_types_and_lists_of_them(ours):
    assert {"City", "Point", "Named", "Colour"} <= offered(ours, "%%minimax --schema ")
    assert not {"BaseModel", "Station", "weather", "number"} & offered(ours, "%%minimax --schema ")
    assert offered(ours, "%%minimax --schema list[Ci") == {"list[City]"}
