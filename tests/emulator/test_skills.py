"""What the emulator says: about what it was sent, in Markdown, and honestly."""

from __future__ import annotations

import ast
import json
import re
import textwrap

import pytest

from tests.emulator.asking import ANTHROPIC, OPENAI, ask, say, text_of, value_of

PROMPTS = ["hello", "你好", "a table", "python code", "some math", "a list", "as json", "what is this?", "a long story"]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_reply_says_who_wrote_it(prompt: str) -> None:
    text = say(prompt)
    assert re.search(r"emulator of minimax_nb|emulator of `minimax_nb`|模拟器", text)
    assert re.search(r"not a model|not by a model|不是模型", text)


def test_thinking_says_it_too_and_what_was_looked_at() -> None:
    thinking = value_of(ask(ANTHROPIC, "a table", thinking={"type": "adaptive"}))["content"][0]["thinking"]
    assert "emulator of minimax_nb" in thinking
    assert "7 characters" in thinking
    assert "1 message" in thinking


def test_an_unscripted_prompt_gets_a_receipt_of_what_was_sent() -> None:
    text = say("Why is the sky `blue`?", "one", temperature=0.5, system="Be brief.", stop_sequences=["x"])
    usage = value_of(ask(ANTHROPIC, "Why is the sky `blue`?"))["usage"]["input_tokens"]
    assert usage > 0
    for part in (
        "``Why is the sky `blue`?``",
        "**Model**: `MiniMax-M3`",
        "Anthropic-compatible",
        "**Messages**: 3",
        "22 characters",
        "temperature=0.5",
        "`Be brief.`",
        "**Ignored, as by the service**: stop_sequences",
    ):
        assert part in text


def test_the_tokens_it_tells_are_the_ones_it_counts() -> None:
    value = value_of(ask(ANTHROPIC, "How many tokens are these words?"))
    told = re.search(r"\*\*Input tokens\*\*: (\d+)", value["content"][0]["text"])
    assert told is not None
    assert int(told[1]) == value["usage"]["input_tokens"]


@pytest.mark.parametrize("prompt", ["show me a table", "一个表格"])
def test_a_table(prompt: str) -> None:
    lines = [line for line in say(prompt).split("\n") if line.startswith("|")]
    assert lines[1] == "| --- | --- |"
    assert len(lines) >= 8
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}


@pytest.mark.parametrize("prompt", ["write some Python", 'show me code with "quotes" and ```fences```', "写代码"])
def test_code_is_python_that_runs_and_does_what_it_says(prompt: str) -> None:
    match = re.search(r"^(`{3,})python\n(.+?)\n\1$", say(prompt), re.DOTALL | re.MULTILINE)
    assert match is not None
    program = match[2]
    printed: list[object] = []
    exec(compile(ast.parse(program), "reply", "exec"), {"print": printed.append})
    assert str(printed[0]) == program.rsplit("# ", 1)[1]


@pytest.mark.parametrize("prompt", ["an integral, please", "explain the equation", "一个公式"])
def test_formulas_inline_and_displayed(prompt: str) -> None:
    text = say(prompt)
    assert re.search(r"(?<!\$)\$[^$\n]+\$(?!\$)", text)
    assert len(re.findall(r"^\$\$[^$]+\$\$$", text, re.MULTILINE)) == 2


def test_a_list_of_as_many_points_as_asked_for() -> None:
    assert len(re.findall(r"^- ", say("as bullets"), re.MULTILINE)) >= 6
    assert len(re.findall(r"^- ", say("three bullets, please"), re.MULTILINE)) == 3
    assert re.search(r"^1\. .+\n2\. ", say("2 steps"), re.MULTILINE)


def test_json() -> None:
    text = say("as JSON, please")
    fenced = re.search(r"```json\n(.+?)\n```", text, re.DOTALL)
    assert fenced is not None
    assert json.loads(fenced[1])["messages"] == 1
    assert json.loads(say("only JSON"))["model"] == "MiniMax-M3"


def test_several_things_at_once_come_in_the_order_asked() -> None:
    text = say("Some code, then a table, then a formula")
    assert text.index("```python") < text.index("| --- |") < text.index("$$")
    assert text.count("Written by the emulator") == 1


def test_a_long_text_is_long_and_varied() -> None:
    text = say("Tell me a long story")
    assert 12_000 <= len(text.encode()) <= 14_000
    sections = text.split("\n## ")
    assert len(set(sections)) == len(sections) > 20
    for part in ("```python", "| --- |", "\n- `", "$$"):
        assert part in text
    assert text.count("```") % 2 == 0


# -- what a prompt carries --------------------------------------------------------------------------------------------

PLAIN = """Traceback (most recent call last):
  File "job.py", line 12, in <module>
    main()
  File "job.py", line 7, in main
    return total / count
           ~~~~~~^~~~~~~
ZeroDivisionError: division by zero"""
NOTEBOOK = """---------------------------------------------------------------------------
KeyError                                  Traceback (most recent call last)
Cell In[4], line 2
      1 data = {"a": 1}
----> 2 data["b"]

KeyError: 'b'"""
CUSTOM = """Traceback (most recent call last):
  File "/home/ada/x.py", line 3, in f
    raise mylib.errors.OddError("too odd")
mylib.errors.OddError: too odd"""


@pytest.mark.parametrize(
    ("trace", "kind", "last", "line"),
    [
        (PLAIN, "ZeroDivisionError", "ZeroDivisionError: division by zero", "return total / count"),
        (NOTEBOOK, "KeyError", "KeyError: 'b'", 'data["b"]'),
        (CUSTOM, "mylib.errors.OddError", "mylib.errors.OddError: too odd", 'raise mylib.errors.OddError("too odd")'),
    ],
)
def test_a_traceback_is_explained(trace: str, kind: str, last: str, line: str) -> None:
    text = say(f"Explain this and mend it:\n\n{trace}\n\nThank you.")
    assert f"**`{kind}`**" in text
    assert f"```\n{last}\n```" in text
    assert f"```python\n{line}\n```" in text
    assert "Check that line first" in text


def test_a_table_of_data_is_counted_and_its_columns_named() -> None:
    table = textwrap.dedent("""\
        DataFrame of 20 rows and 2 columns.

        |  | city | people |
        | --- | --- | --- |
        | 0 | Oslo | 717,710 |
        | 1 | Bergen | 291,940 |
        | ... | ... | ... |
        | 19 | Bodø | 53,259 |
        """)
    text = say(f"What is in here? {table}")
    assert "**20 rows** and **2 columns**. 3 of the rows are shown." in text
    assert "`city`, `people`" in text
    assert "`people` holds numbers from 53259 to 717710" in text
    assert "`city` holds 3 different values, the first is `Oslo`" in text
    assert len(re.findall(r"^- ", say(f"two bullets\n{table}"), re.MULTILINE)) == 2


def test_source_is_described() -> None:
    text = say("Explain this:\n\ndef area(width: float, height=2):\n    return width * height\n\nThanks")
    assert "function **`area`**, 2 lines" in text
    assert "`width: float`, `height=2`" in text
    assert "class **`Point`**" in say("class Point(NamedTuple):\n    x: int")
    assert "`a: tuple[int, int] = (1, 2)`, `*rest`" in say("def f(a: tuple[int, int] = (1, 2), *rest) -> None: ...")


def test_what_is_no_picture_is_said_to_be_none() -> None:
    url = "data:image/png;base64," + "A" * 400
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    text = text_of(ask(OPENAI, [{"role": "user", "content": content}], reasoning_split=True))
    assert "image: base64, image/png, 300 bytes" in text
    assert "cannot be decoded" in text


# -- what was said before ---------------------------------------------------------------------------------------------


def test_earlier_prompts_are_remembered_from_the_history() -> None:
    assert "`What is a lemma?`" in say("What did I ask before?", "What is a lemma?")
    chain = ("What is a lemma?", "And a corollary?", "What did I ask before?")
    assert "`And a corollary?`" in say(chain[-1], *chain[:-1])
    assert "`What is a lemma?`" in say("And before that?", *chain)
    assert "nothing before that" in say("And before that?", *chain, "And before that?")
    assert "`What is a lemma?`" in say("What was my first question?", *chain[:-1])
    assert "nothing before that" in say("What did I ask before?")


def test_again_says_the_same_again() -> None:
    assert "| --- |" in say("Again!", "a table, please")
    assert "| --- |" in say("once more", "a table, please", "again")


@pytest.mark.parametrize(
    ("told", "asked", "answer"),
    [
        ("My name is Ada.", "What is my name?", "**Ada**"),
        ("Hi, my name is Grace Hopper!", "what's my name?", "**Grace Hopper**"),
        ("My favourite colour is teal.", "What is my favourite colour?", "**teal**"),
        ("我叫小明。", "我叫什么名字？", "**小明**"),
    ],
)
def test_what_the_user_told_is_remembered(told: str, asked: str, answer: str) -> None:
    assert answer in say(told)
    assert answer in say(asked, told, "a table")
    assert answer not in say(asked)


def test_a_name_told_and_asked_for_in_one_prompt() -> None:
    assert "**Ada**" in say("My name is Ada. What is my name?")


def test_nothing_is_remembered_between_conversations() -> None:
    say("My name is Ada.")
    assert "have not told me your name" in say("What is my name?")
