"""%minimax_fix: what is sent of a failing cell, what is kept back, and what becomes of the reply."""

from __future__ import annotations

import json
import sys

import pytest

from minimax_nb.errors import RequestError
from minimax_nb.magics.fixing import Masks, failing_cell, mending

KEY = "sk-test-key-for-nobody-000000000000"
FAILING = "def half(x):\n    return x / 0\nhalf(1)"
MENDED = "def half(x):\n    return x / 2\nhalf(1)"


def answer(text: str, options: str = "--alone") -> str:
    return f"%minimax_fix {options} /emulate delay-ms=0,text-json={json.dumps(text)}"


def python(code: str) -> str:
    return f"It divides by zero.\n\n```python\n{code}\n```\n\nThat is all."


@pytest.fixture
def next_cell(shell):
    """Takes what the next prompt would begin with."""

    def take() -> str:
        text, shell.shell.rl_next_input = getattr(shell.shell, "rl_next_input", None), None
        return text or ""

    take()
    return take


def sent(shell) -> str:
    return shell["_mm"].prompt


# -- what is sent --------------------------------------------------------


def test_the_failing_cell_and_its_traceback_are_sent_with_the_users_words(shell):
    shell.fails(FAILING)
    shell.shell.user_ns["how"] = "in one line"
    shell.ok("%minimax_fix --alone {{how}}, please")
    assert f"one Python code block.\nin one line, please\n\nThe cell:\n\n```python\n{FAILING}\n```\n\nThe" in sent(
        shell
    )
    assert 'File "<cell>", line 2, in half\n    return x / 0' in sent(shell)
    assert sent(shell).endswith("ZeroDivisionError: division by zero")


def test_braces_in_the_cell_are_sent_as_they_are(shell):
    shell.fails("name = 'x'\ntemplate = '{{name}} {{missing}}'\n1 / 0")
    shell.ok("%minimax_fix --alone")
    assert "template = '{{name}} {{missing}}'" in sent(shell)


def test_the_cell_is_sent_as_it_was_typed(shell):
    typed = "%precision 3\nhere = !echo hello\n1 / 0"
    shell.fails(typed)
    shell.ok("%minimax_fix --alone")
    assert f"```python\n{typed}\n```" in sent(shell)


def test_without_a_history_the_cell_comes_from_the_traceback(shell):
    """As where a test runs a notebook's cells with store_history off."""
    result = shell.shell.run_cell("y = 0\n1 / y", store_history=False)
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    shell.ok("%minimax_fix --alone")
    assert "```python\ny = 0\n1 / y\n```" in sent(shell)


def test_a_cell_that_is_no_python_is_sent_too(shell):
    shell.fails("x = (1,\ny = 2")
    shell.ok("%minimax_fix --alone")
    assert "```python\nx = (1,\ny = 2\n```" in sent(shell)
    assert "SyntaxError" in sent(shell)


def test_an_error_in_a_module_or_script_is_sent_with_the_cell_that_called(shell, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "helper_of_test_fix.py").write_text("def half(x):\n    return x / 0\n")
    shell.fails("from helper_of_test_fix import half\nhalf(1)")
    shell.ok("%minimax_fix --alone")
    assert "```python\nfrom helper_of_test_fix import half\nhalf(1)\n```" in sent(shell)
    assert "return x / 0" in sent(shell)
    shell.fails(f"%run {tmp_path / 'helper_of_test_fix.py'}\nhalf(2)")
    shell.ok("%minimax_fix --alone")
    assert "\nhalf(2)\n```" in sent(shell)
    assert "```python\n%run " in sent(shell)


def test_a_cell_that_holds_fences_is_fenced_by_a_longer_one(shell):
    shell.fails('doc = """\n```\nx\n```\n"""\n1 / 0')
    shell.ok("%minimax_fix --alone")
    assert "\n````python\ndoc = " in sent(shell)


def test_an_exception_without_a_cell_is_sent_alone(shell, next_cell, capsys, monkeypatch):
    error = ValueError("from nowhere")
    monkeypatch.setattr(sys, "last_exc", error, raising=False)
    assert failing_cell(shell.shell, error) == ""
    assert shell.ok(answer(python("x = 1"))).count("x = 1") == 1
    assert "The cell:" not in sent(shell)
    assert "The failing cell is not known" in capsys.readouterr().out
    assert next_cell() == "x = 1"


@pytest.mark.parametrize(
    ("error", "said"),
    [(None, "nothing to fix"), (KeyboardInterrupt(), "KeyboardInterrupt"), (RequestError("Ours."), "Ours.")],
)
def test_what_is_no_mistake_of_a_cell_is_refused_in_a_sentence(shell, monkeypatch, error, said):
    monkeypatch.setattr(sys, "last_exc", error, raising=False)
    monkeypatch.setattr(sys, "last_value", error, raising=False)
    found = shell.fails("%minimax_fix")
    assert isinstance(found, RequestError)
    assert said in shell.lines()[0]
    assert len(shell.lines()) == 1


# -- keys ----------------------------------------------------------------


def test_keys_are_not_sent_and_that_is_told(shell, capsys, next_cell):
    shell.fails(f"key = '{KEY}'\nraise ValueError('refused: ' + key)")
    shell.ok(answer(python("key = '[key 1]'\nprint(key)")))
    assert KEY not in sent(shell)
    assert "```python\nkey = '[key 1]'\nraise" in sent(shell)
    assert sent(shell).endswith("ValueError: refused: [key 1]")
    assert "What looks like a key was not sent; the model saw [key 1] in its place." in capsys.readouterr().out
    assert KEY not in str(shell.outputs)
    assert "-raise" in shell.outputs[1]["text/plain"]
    assert next_cell() == f"key = '{KEY}'\nprint(key)"


def test_a_key_stands_again_only_in_lines_that_are_as_they_were(shell, capsys, next_cell):
    shell.fails(f"key = '{KEY}'\n1 / 0")
    shell.ok(answer(python("send('https://example.com/?' + '[key 1]')")))
    assert next_cell() == "send('https://example.com/?' + '[key 1]')"
    assert "still have [key 1] in the next cell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"x = '{KEY}'", KEY),
        (f"SOME_KEY={KEY}", KEY),
        (f"u = 'https://example.com/v1?key={KEY}&x=1'", KEY),
        ("t = 'ghp_0000test0000nobody0000'", "ghp_0000test0000nobody0000"),
        ("h = {'Authorization': 'Bearer 0test0key0nobody'}", "0test0key0nobody"),
        ("u = 'postgres://me:hunter2@db/x'", "hunter2"),
        ("password = 'hunter2'", "hunter2"),
        ('{"passwd": "hunter2"}', "hunter2"),
        ("os.environ['API_TOKEN'] = 'a-test-key-for-nobody'", "a-test-key-for-nobody"),
        ("x = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj'", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"),
        ("-----BEGIN PRIVATE KEY-----\n0000\n-----END PRIVATE KEY-----", "0000"),
    ],
)
def test_what_looks_like_a_key_is_masked(text, key):
    masks = Masks()
    masked = masks.mask(text)
    assert key not in masked
    assert "[key 1]" in masked
    assert masks.unmask(masked) == text
    assert key not in repr(masks)


@pytest.mark.parametrize(
    "text",
    [
        "from sklearn.model_selection import train_test_split",
        "sk_number_of_neighbours = pk_column_name_2",
        "# " + "-" * 60 + "\n" + "=" * 60,
        "/usr/lib/python3.11/site-packages/pandas/core/frame.py",
        "hf_model_name_or_path = AutoTokenizer.from_pretrained(name, eos_token='</s>')",
        "password = getpass()",
        "token = os.environ['API_TOKEN']",
        "def a_function_with_a_very_long_name_that_says_all():",
        "3.14159265358979323846264338327950288419716939937510",
    ],
)
def test_ordinary_code_is_not_masked(text):
    assert Masks().mask(text) == text


def test_values_of_secret_variables_are_masked_wherever_they_stand(monkeypatch):
    monkeypatch.setenv("SOME_SECRET", "correct horse battery")
    assert Masks().mask("KeyError: 'correct horse battery'") == "KeyError: '[key 1]'"


def test_a_short_password_is_masked_where_it_stands_alone():
    assert Masks().mask("password = 'test'\ndef test_it(): 'test'") == "password = '[key 1]'\ndef test_it(): '[key 1]'"


def test_one_key_has_one_mask():
    masks = Masks()
    assert masks.mask(f"a = '{KEY}'") + masks.mask(f"{KEY} and {KEY}1") == "a = '[key 1]'[key 1] and [key 2]"


def test_a_mending_shows_no_key(shell):
    shell.fails(f"key = '{KEY}'\n1 / 0")
    assert KEY not in repr(mending(shell.shell, ""))


# -- the reply -----------------------------------------------------------


def test_the_change_is_shown_and_the_mended_cell_is_the_next_one(shell, next_cell, capsys):
    shell.fails(FAILING)
    capsys.readouterr()
    shell.ok(answer(python(MENDED)))
    reply, change = shell.outputs
    assert "It divides by zero." in reply["text/plain"]
    assert change["text/plain"].split("\n")[3:] == [
        " def half(x):",
        "-    return x / 0",
        "+    return x / 2",
        " half(1)",
    ]
    assert "diff\n--- the cell" in change["text/markdown"]
    assert next_cell() == MENDED
    assert capsys.readouterr().out == ""


def test_nothing_is_run(shell, next_cell):
    shell.fails(FAILING)
    shell.ok(answer(python("made_by_the_model = 1")))
    assert next_cell() == "made_by_the_model = 1"
    assert "made_by_the_model" not in shell.shell.user_ns


def test_the_first_python_block_is_the_mended_cell(shell, next_cell):
    shell.fails(FAILING)
    shell.ok(answer(f"```\nZeroDivisionError\n```\n{python(MENDED)}\n\nOr:\n\n{python('other()')}"))
    assert next_cell() == MENDED


def test_a_cell_magic_stays_at_the_top(shell, next_cell):
    shell.fails("%%time\n1 / 0")
    shell.ok(answer(python("1 / 2")))
    assert "-1 / 0" in shell.outputs[1]["text/plain"]
    assert next_cell() == "%%time\n1 / 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Just words.", "The reply has no whole Python block, so nothing is put into the next cell."),
        (python(FAILING + "  \n"), "The reply gives the very same cell, so nothing is put into the next one."),
        ("Here:\n```python\nx = (", "The last code block has no end, so it is left out."),
    ],
)
def test_a_reply_that_changes_nothing_is_told_in_a_line(shell, next_cell, capsys, text, said):
    shell.fails(FAILING)
    shell.ok(answer(text))
    assert len(shell.outputs) == 1
    assert next_cell() == ""
    assert said in capsys.readouterr().out.split("\n")


def test_signs_that_hide_are_shown_in_the_change_and_in_the_next_cell(shell, next_cell, capsys):
    shell.fails("x = 1 / 0")
    shell.ok(answer(python("x = 1  # \u202e")))
    assert r"+x = 1  # \u202e" in shell.outputs[1]["text/plain"]
    assert next_cell() == r"x = 1  # \u202e"
    assert "signs that cannot be seen" in capsys.readouterr().out


def test_hostile_code_does_nothing_on_the_page(shell, next_cell):
    from tests.display.judges import complaints

    shell.fails("x = 1 / 0")
    shell.ok(answer(python("x = '<script>alert(1)</script><img src=x onerror=alert(1)>'")))
    assert complaints(shell.outputs[1]["text/markdown"]) == {}


@pytest.mark.parametrize("option", ["--dry", "--show-code"])
def test_where_nothing_is_sent_nothing_is_put_and_no_key_is_shown(shell, next_cell, option):
    shell.fails(f"key = '{KEY}'\n1 / 0")
    text = shell.ok(f"%minimax_fix --alone {option}")
    assert "[key 1]" in text
    assert KEY not in str(shell.outputs)
    assert next_cell() == ""


def test_a_reply_to_a_cell_is_put_once(shell, next_cell):
    shell.fails(FAILING)
    shell.ok(answer(python(MENDED), "--alone --to cell"))
    assert next_cell() == MENDED
