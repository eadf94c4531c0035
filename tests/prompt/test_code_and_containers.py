"""Exceptions, code and containers in a prompt."""

from __future__ import annotations

import collections
import functools
import types
from typing import Any

import numpy as np
import pydantic

from minimax_nb.messages.reply import Reply
from tests.prompt.values import refused, text

# -- code and errors ---------------------------------------------------------------------------------------------------


def caught(call: Any) -> BaseException:
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_exception_is_its_traceback() -> None:
    def divide() -> None:
        raise ZeroDivisionError("by zero") from KeyError("cause")

    said = text(caught(divide))
    assert said.endswith("ZeroDivisionError: by zero")
    assert "in divide" in said
    assert "KeyError: 'cause'" in said
    assert text(ValueError("never raised")) == "ValueError: never raised"


def test_a_deep_traceback_keeps_its_last_frames() -> None:
    def down(depth: int) -> None:
        if depth == 0:
            raise ValueError("at the bottom")
        down(depth - 1) if depth % 2 else other(depth - 1)

    def other(depth: int) -> None:
        down(depth)

    said = text(caught(lambda: down(120)))
    assert said.endswith("ValueError: at the bottom")
    assert len(said) <= 8_100
    assert said.count("  File ") <= 31


class Animal:
    pass


def documented(a: int, b: int = 2) -> int:
    """Add."""
    return a + b


def test_functions_methods_and_classes_are_their_source() -> None:
    assert text(documented) == 'def documented(a: int, b: int = 2) -> int:\n    """Add."""\n    return a + b'
    assert text(Reply.fail).startswith("def fail(self, error")
    assert text(Animal) == "class Animal:\n    pass"


def test_decorated_and_nested_functions_are_dedented() -> None:
    @functools.cache
    def inner() -> int:
        return 1

    def plain() -> int:
        return 2

    assert text(plain) == "def plain() -> int:\n    return 2"
    assert "return 1" in text(inner.__wrapped__)


def test_code_without_source_is_its_signature_and_documentation() -> None:
    assert text(len).startswith("def len(obj, /):")
    assert "number of items" in text(len)
    namespace: dict[str, Any] = {}
    exec('def made(a, b=1):\n    "Made here."', namespace)
    assert text(namespace["made"]) == 'def made(a, b=1):\n    """Made here."""'
    assert text(int).startswith("class int")


def test_long_source_is_cut() -> None:
    namespace: dict[str, Any] = {}
    exec("class Big:\n    '''" + "x" * 50_000 + "'''", namespace)
    assert len(text(namespace["Big"])) < 9_000


def test_modules_and_bytes_are_one_line() -> None:
    assert text(np) == f"Python module numpy {np.__version__}"
    assert text(types.ModuleType("mine")) == "Python module mine"
    assert text(b"\x00" * 1_234) == "bytes of 1,234 bytes, not shown"
    assert text(bytearray(3)) == "bytearray of 3 bytes, not shown"


# -- containers --------------------------------------------------------------------------------------------------------


def test_short_containers_are_one_line_like_json() -> None:
    assert text([1, "a", None, True, 2.5]) == '[1, "a", null, true, 2.5]'
    assert text({"a": {"b": (1, 2)}, 3: []}) == '{"a": {"b": (1, 2)}, 3: []}'
    assert text(set()) == "{}"
    assert text(collections.OrderedDict(a=1)) == '{"a": 1}'


def test_long_containers_are_indented() -> None:
    said = text({"numbers": list(range(30)), "text": "y" * 90})
    assert said.splitlines()[0] == "{"
    assert said.splitlines()[1] == '  "numbers": ['
    assert said.splitlines()[-2] == f'  "text": "{"y" * 90}"'


def test_large_containers_are_bounded_and_the_rest_counted() -> None:
    assert "... 999,800 more" in text(list(range(1_000_000)))
    nested: Any = 1
    for _ in range(6):
        nested = [nested] * 300
    said = text(nested)
    assert "more" in said
    assert len(said) < 9_000


def test_a_container_that_holds_itself_ends() -> None:
    knot: list[Any] = [1]
    knot.append(knot)
    assert text(knot).startswith("[")


def test_values_inside_containers_are_their_repr() -> None:
    assert text([Animal, b"x"]) == f"[{Animal!r}, b'x']"
    assert "whose repr raised ValueError" in text([10**5000])  # Python refuses to print so long a number


def test_a_pydantic_model_is_json() -> None:
    class Point(pydantic.BaseModel):
        x: int
        label: str

    assert text(Point(x=1, label="p")) == '{\n  "x": 1,\n  "label": "p"\n}'


def test_a_mapping_that_fails_is_named() -> None:
    class Torn(collections.UserDict[str, int]):
        def items(self) -> Any:
            raise OSError("torn")

    assert "torn" in refused(Torn({"a": 1}), "mine")
