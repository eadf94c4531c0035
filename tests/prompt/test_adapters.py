"""What a notebook's values become in a prompt: by whose word, and what is refused."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pandas as pd
import pytest

from minimax_nb.errors import RequestError
from minimax_nb.messages.events import PartStarted, TextDelta
from minimax_nb.messages.parts import Opaque, Text, ToolCall
from minimax_nb.messages.reply import Reply
from minimax_nb.prompt import register, to_parts
from tests.prompt.values import refused, text

# -- as they are -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "plain", "{{x}} \\ ü 🧪\n"])
def test_text_is_put_in_as_it_is(value: str) -> None:
    assert text(value) == value


def test_a_kind_of_text_is_its_text() -> None:
    class Loud(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "not this"

    assert text(Loud("this")) == "this"


def test_parts_are_put_in_as_they_are() -> None:
    for part in (Text("x"), ToolCall("1", "f"), Opaque({"type": "x"})):
        assert to_parts(part) == (part,)


def test_a_reply_is_its_answer() -> None:
    reply = Reply(provider="emulator", face="anthropic", asked_model="MiniMax-M3")
    reply.apply(PartStarted(0, "thinking"))
    reply.apply(PartStarted(1, "text"))
    reply.apply(TextDelta(1, "the answer"))
    assert text(reply) == "the answer"


@pytest.mark.parametrize(("value", "expected"), [(None, "None"), (3, "3"), (2.5, "2.5"), (1 + 2j, "(1+2j)")])
def test_small_values_are_their_repr(value: object, expected: str) -> None:
    assert text(value) == expected


def test_a_long_repr_is_cut_and_the_rest_counted() -> None:
    class Long:
        def __repr__(self) -> str:
            return "<" + "x" * 100_000 + ">"

    said = text(Long())
    assert said.startswith("<xxx")
    assert said.endswith("xxx>")
    assert "[... 92,002 characters left out ...]" in said
    assert len(said) < 8_100


def test_a_repr_that_fails_is_told() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError("no")

    assert text(Broken()) == "<Broken, whose repr raised ValueError>"


# -- registered --------------------------------------------------------------------------------------------------------


class Animal:
    pass


class Cat(Animal):
    pass


def test_the_most_specific_registered_type_wins_and_each_can_be_undone() -> None:
    undo_animal = register(Animal, lambda value: f"an animal, {type(value).__name__}")
    assert text(Cat()) == "an animal, Cat"
    undo_cat = register(Cat, lambda _: "a cat")
    assert text(Cat()) == "a cat"
    undo_other = register(Cat, lambda _: "another cat")
    assert text(Cat()) == "another cat"
    undo_other()
    undo_other()  # twice does no harm
    assert text(Cat()) == "a cat"
    undo_cat()
    undo_animal()
    assert "Cat object" in text(Cat())


def test_a_registered_function_goes_before_everything_else() -> None:
    for kind, value in ((str, "x"), (pd.DataFrame, pd.DataFrame()), (dict, {}), (ValueError, ValueError())):
        undo = register(kind, lambda _: ["one ", Text("two")])
        try:
            assert to_parts(value) == (Text("one "), Text("two"))
        finally:
            undo()


def test_a_registered_function_that_fails_or_gives_nonsense_is_named() -> None:
    def failing(value: object) -> str:
        raise ValueError("torn")

    for function, said in ((failing, "ValueError: torn"), (lambda _: 3, "int"), (lambda _: [3], "list")):
        undo = register(Cat, function)  # type: ignore[arg-type]
        try:
            message = refused(Cat(), "tom")
        finally:
            undo()
        assert said in message
        assert "tom" in message
        assert "registered for Cat" in message


def test_only_a_class_and_a_function_can_be_registered() -> None:
    with pytest.raises(RequestError):
        register("Cat", str)  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        register(Cat, "not callable")  # type: ignore[arg-type]


# -- words of their own ------------------------------------------------------------------------------------------------


def made(**members: Any) -> object:
    return type("Made", (), members)()


@pytest.mark.parametrize("protocol", ["_repr_llm_", "__llm__", "_ai_repr_"])
def test_a_value_speaks_for_itself_by_method_or_attribute(protocol: str) -> None:
    assert text(made(**{protocol: lambda self: "from the method"})) == "from the method"
    assert text(made(**{protocol: "the attribute"})) == "the attribute"
    assert to_parts(made(**{protocol: lambda self: [Text("a"), "b"]})) == (Text("a"), Text("b"))
    assert text(made(**{protocol: lambda self: {"text/plain": "plain", "text/markdown": "**md**"}})) == "**md**"


def test_the_protocols_have_an_order() -> None:
    both = made(_repr_llm_=lambda self: "first", __llm__=lambda self: "second", _repr_markdown_=lambda self: "last")
    assert text(both) == "first"
    assert text(made(_repr_llm_=lambda self: None, __llm__=lambda self: "second")) == "second"
    assert text(made(_repr_markdown_=lambda self: "# md")) == "# md"
    assert text(made(_repr_markdown_=lambda self: ("# md", {}))) == "# md"
    assert "Made object" in text(made(_repr_markdown_=lambda self: None))


def test_a_protocol_that_waits_is_passed_over() -> None:
    async def later(self: object) -> str:
        return "later"

    assert text(made(_ai_repr_=later, _repr_markdown_=lambda self: "now")) == "now"


def test_a_protocol_that_fails_is_named() -> None:
    def failing(self: object) -> str:
        raise ZeroDivisionError("oops")

    message = refused(made(_repr_llm_=failing), "thing")
    assert "thing" in message
    assert "_repr_llm_" in message
    assert "oops" in message


def test_objects_that_pretend_to_have_everything_are_not_believed() -> None:
    class Yes:
        def __getattr__(self, name: str) -> object:
            return lambda: "yes to everything"

        def __repr__(self) -> str:
            return "<Yes>"

    assert text(Yes()) == "<Yes>"


def test_a_class_with_the_protocol_is_still_a_class() -> None:
    class Speaking:
        def _repr_llm_(self) -> str:
            return "I speak"

    assert text(Speaking).startswith("class Speaking")
    assert text(Speaking()) == "I speak"


# -- lightness ---------------------------------------------------------------------------------------------------------


def test_telling_what_a_value_is_imports_nothing_heavy() -> None:
    code = textwrap.dedent(
        """
        import sys
        from minimax_nb.prompt import fill, to_parts
        for value in ("x", 1, [1, {"a": 2}], ValueError("x"), len, b"x", sys, object()):
            to_parts(value)
        heavy = {"pandas", "polars", "numpy", "PIL", "matplotlib", "IPython", "httpx", "keyring"}
        print(sorted(heavy & set(sys.modules)))
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
