"""Code of a reply in the next cell: which code, what is said of the rest, and that nothing of it runs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.magics.to_cell import CellCode, blocks_of, code_of, put_in_next_cell

NO_CODE = "The reply has no code for a cell, so nothing is put there."
UNFINISHED = "The last code block has no end, so it is left out."


def block(language: str, code: str, fence: str = "```") -> str:
    return f"{fence}{language}\n{code}\n{fence}"


# -- which code ----------------------------------------------------------


@pytest.mark.parametrize("language", ["python", "Python", "py", "python3", "ipython", "{python}", "python title=x.py"])
def test_a_python_block_is_the_cell(language):
    found = code_of(f"Here:\n\n{block(language, 'x = 1')}\n\nThat was it.")
    assert (found.code, found.notes) == ("x = 1", ())


def test_python_blocks_are_joined_with_a_blank_line_between_them():
    text = f"{block('python', 'x = 1')}\nand\n{block('py', 'print(x)')}\n"
    assert code_of(text).code == "x = 1\n\nprint(x)"


def test_the_only_block_needs_no_language():
    assert code_of(block("", "print 'python 2'")).code == "print 'python 2'"


def test_blocks_without_a_language_count_if_they_can_be_python_and_no_other_says_it_is():
    text = f"{block('', '%matplotlib inline')}\n{block('', 'a tree: a/b')}\n{block('', 'x = 1')}"
    found = code_of(text)
    assert found.code == "%matplotlib inline\n\nx = 1"
    assert found.notes == ("Left out of the next cell: 1 block of no language.",)
    output = code_of(f"{block('python', 'print(6 * 7)')}\nprints\n{block('', '42')}")
    assert output.code == "print(6 * 7)"
    assert output.notes == ("Left out of the next cell: 1 block of no language.",)


@pytest.mark.parametrize(
    ("language", "magic"),
    [("bash", "%%bash"), ("sh", "%%bash"), ("html", "%%html"), ("javascript", "%%javascript"), ("js", "%%javascript")],
)
def test_without_python_another_language_is_a_cell_of_its_magic(language, magic):
    found = code_of(f"{block(language, 'one')}\n{block('sql', 'select 1')}\n{block(language, 'two')}")
    assert found.code == f"{magic}\none\n\ntwo"
    assert found.notes == ("Left out of the next cell: 1 block of sql.",)


def test_what_is_left_out_is_counted_by_language():
    text = "\n".join(
        [block("python", "x = 1"), block("bash", "ls"), block("sql", "select 1"), block("sql", "select 2")]
    )
    found = code_of(text)
    assert found.code == "x = 1"
    assert found.notes == ("Left out of the next cell: 1 block of bash, 2 blocks of sql.",)


def test_a_cell_magic_of_the_model_stands_alone():
    plain, magic = block("python", "x = 1"), block("python", "%%time\ny = 2")
    assert code_of(f"{plain}\n{magic}") == CellCode("x = 1", ("Left out of the next cell: 1 block of python.",))
    assert code_of(f"{magic}\n{plain}") == CellCode("%%time\ny = 2", ("Left out of the next cell: 1 block of python.",))


@pytest.mark.parametrize("text", ["", "No code.", "`x = 1`", "```python\n\n```", "    x = 1"])
def test_a_reply_without_code_says_so(text):
    found = code_of(text)
    assert (found.code, found.notes) == ("", (NO_CODE,))


def test_a_language_without_a_magic_is_put_nowhere():
    found = code_of(block("sql", "select 1"))
    assert found.code == ""
    assert found.notes == (NO_CODE, "Left out of the next cell: 1 block of sql.")


# -- fences --------------------------------------------------------------


def test_a_fence_inside_a_longer_or_another_one_is_code():
    for fence in ("````", "~~~"):
        inner = block("python", "x = 1")
        blocks, unfinished = blocks_of(block("markdown", inner, fence))
        assert [(found.language, found.code) for found in blocks] == [("markdown", inner)]
        assert not unfinished


def test_tildes_make_blocks_too():
    assert code_of(block("python", "x = 1", "~~~~")).code == "x = 1"


@pytest.mark.parametrize(
    "text",
    [
        "1. Do this:\n   ```python\n   if x:\n       y()\n   ```\n2. Done.",
        "- ```python\n  if x:\n      y()\n  ```",
        "> ```python\n> if x:\n>     y()\n> ```",
        "> - a\n>   ```python\n>   if x:\n>       y()\n>   ```",
        "  ```python\n  if x:\n      y()\n  ```",
        "1. Badly set in:\n   ```python\nif x:\n    y()\n   ```",
        "```python\r\nif x:\r\n    y()\r\n```",
        "```python\nif x:\n    y()\n`````",
    ],
    ids=["list", "item", "quotation", "list in quotation", "set in", "left the list", "line ends", "longer close"],
)
def test_code_in_lists_and_quotations_loses_what_stands_before_it(text):
    assert code_of(text).code == "if x:\n    y()"


def test_prompts_of_python_are_not_taken_for_a_quotation():
    assert code_of(block("python", ">>> x = 1\n>>> x")).code == ">>> x = 1\n>>> x"


def test_a_block_that_a_cut_reply_does_not_close_is_left_out():
    found = code_of(f"{block('python', 'x = 1')}\n\n```python\nimport shutil\nshutil.rmtree('/")
    assert found.code == "x = 1"
    assert found.notes == (UNFINISHED,)
    alone = code_of("```python\nshutil.rmtree('/")
    assert alone.code == ""
    assert alone.notes == (NO_CODE, UNFINISHED)


def test_a_fence_that_opens_nothing_at_the_end_is_nothing():
    assert code_of(f"{block('python', 'x = 1')}\n```\n").notes == ()


def test_backticks_in_a_line_are_no_fence():
    assert code_of("```x = 1``` is how it is written.").code == ""


def test_signs_that_hide_are_written_as_escapes_and_told():
    found = code_of(block("python", "admin = False  # \u202e\u2066 if user"))
    assert found.code == r"admin = False  # \u202e\u2066 if user"
    assert found.notes == (
        r"The code holds signs that cannot be seen; they are written as escapes in the next cell: \u202e, \u2066.",
    )


@given(st.lists(st.text("ab `~>-\n\\"), max_size=30).map("".join), st.sampled_from(["`", "~"]))
def test_any_code_in_a_long_enough_fence_is_found_as_it_is(code, sign):
    fence = sign * (len(code) + 3)
    blocks, unfinished = blocks_of(f"Here.\n\n{fence}python\n{code}\n{fence}\n")
    assert [found.code for found in blocks] == ([code] if code.strip() else [])
    assert not unfinished


@given(st.text("abp `~>-\n\r1. ", max_size=200))
def test_no_text_breaks_it_and_what_is_found_stands_in_it(text):
    blocks, _ = blocks_of(text)
    for found in blocks:
        for line in found.code.split("\n"):
            assert line.strip(" ") in text


# -- the next cell -------------------------------------------------------


class Front:
    """The next cells a shell hands over, as a kernel's reply would carry them."""

    def __init__(self, shell) -> None:
        self.shell = shell
        self.shell.rl_next_input = None

    def taken(self) -> str:
        """What the next prompt would begin with; it is then taken."""
        text, self.shell.rl_next_input = self.shell.rl_next_input, None
        return text or ""


@pytest.fixture
def front(shell) -> Front:
    return Front(shell.shell)


def cell(text: str, options: str = "--to cell") -> str:
    return f"%%minimax --alone {options}\n/emulate delay-ms=0,text-json={json.dumps(text)}\nhi"


def test_the_code_goes_into_the_next_cell_and_is_not_run(shell, front, capsys):
    shell.ok(cell(f"Set it:\n\n{block('python', 'made_by_the_model = 1')}"))
    assert front.taken() == "made_by_the_model = 1"
    assert "made_by_the_model" not in shell.shell.user_ns
    assert "```python" in shell["_mm"].text
    assert capsys.readouterr().out == ""


def test_without_the_option_nothing_is_put(shell, front):
    shell.ok(cell(block("python", "x = 1"), options=""))
    assert front.taken() == ""


def test_a_reply_without_code_says_so_in_one_line(shell, front, capsys):
    shell.ok(cell("Just words."))
    assert front.taken() == ""
    assert capsys.readouterr().out == NO_CODE + "\n"


def test_code_in_the_thinking_is_not_put(shell, front):
    shell.ok(
        "%%minimax --alone --to cell\n/emulate delay-ms=0,thinking=```python\n/emulate thinking=x = 1\n"
        "/emulate thinking=```\n/emulate text=Just words.\nhi"
    )
    assert "x = 1" in shell["_mm"].thinking
    assert front.taken() == ""


def test_replies_in_one_cell_are_joined_in_their_order(shell, front):
    shell.ok(
        "for number in (1, 2, 3):\n"
        "    get_ipython().run_cell_magic('minimax', '--alone --to cell', "
        "'/emulate delay-ms=0,text-json=' + repr(f'```python\\nx = {number}\\n```').replace(\"'\", '\"') + '\\nhi')"
    )
    assert front.taken() == "x = 1\n\nx = 2\n\nx = 3"


def test_a_cell_magic_shares_its_cell_with_nothing(shell, front, capsys):
    assert put_in_next_cell(shell.shell, "x = 1")
    shell.ok(cell(block("bash", "ls")))
    assert front.taken() == "x = 1"
    assert "taken by the code put there before" in capsys.readouterr().out


def test_what_a_kernel_has_put_before_is_kept(bare):
    """A kernel's next cell lies in its payload; what replaces the running cell is no next cell."""
    shell = bare.shell
    put: list[tuple[str, bool]] = []
    shell.set_next_input = lambda text, replace: put.append((text, replace))
    shell.payload_manager.write_payload({"source": "set_next_input", "text": "%load", "replace": True})
    put_in_next_cell(shell, "x = 1")
    shell.payload_manager.write_payload({"source": "set_next_input", "text": "x = 1", "replace": False})
    put_in_next_cell(shell, "y = 2")
    shell.payload_manager.clear_payload()
    assert put == [("x = 1", False), ("x = 1\n\ny = 2", False)]


@pytest.mark.parametrize("option", ["--dry", "--show-code"])
def test_where_nothing_is_sent_nothing_is_put(shell, front, option):
    shell.ok(cell(block("python", "x = 1"), options=f"--to cell {option}"))
    assert front.taken() == ""


def test_a_call_that_fails_puts_nothing(shell, front):
    shell.fails("%%minimax --alone --to cell\n/emulate fault=cut,delay-ms=0\nShow me a table and code.")
    assert front.taken() == ""


def test_there_is_one_place_to_put_it(shell):
    assert "cell" in str(shell.fails("%%minimax --to file\nhi"))
