"""``%minimax_usage`` in a shell: the session, one conversation, a notebook file, the next call."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from minimax_nb import ConfigError, RequestError
from minimax_nb.chat.account import SESSION
from minimax_nb.chat.entries import Entries
from tests.magics.conftest import Shell
from tests.support.listings import KEY, Answer, answering, point

NOW = "/emulate delay-ms=0\n"


@pytest.fixture(autouse=True)
def _a_session_of_its_own() -> None:
    SESSION.usage.clear()


def rows(text: str) -> list[list[str]]:
    """The cells of the table's lines, the headers first."""
    return [re.split(" {2,}", line.strip()) for line in text.splitlines() if "  " in line.strip()]


def offered(shell: Shell, line: str) -> list[str]:
    """What Tab offers at the end of a line."""
    return shell.shell.complete(None, line, len(line))[1]


def notebook(path: Path, *said: dict[str, Any]) -> Path:
    """A notebook file with one reply a cell."""
    usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120, "estimated": False}
    base = {"provider": "minimax", "model": "MiniMax-M3", "usage": usage, "cost": "0.5", "version": "0.1.0"}
    cells = [
        {
            "cell_type": "code",
            "source": "%%minimax\nhello",
            "metadata": {},
            "execution_count": 1,
            "outputs": [
                {
                    "output_type": "display_data",
                    "data": {"text/plain": "hello"},
                    "metadata": {"minimax_nb": {**base, "request_id": f"r{at}", "prompt_sha256": str(at), **more}},
                }
            ],
        }
        for at, more in enumerate(said)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


# -- the session -------------------------------------------------------------------------------------------------------


def test_before_anything_was_asked_it_says_so(shell):
    assert "Nothing was asked yet" in shell.ok("%minimax_usage")


def test_the_session_is_listed_by_conversation_provider_and_model(shell):
    shell.ok(f"%%minimax\n{NOW}hello")
    shell.ok(f"%%minimax\n{NOW}hello again")
    shell.ok(f"%%minimax --chat talk -m MiniMax-M2.7\n{NOW}hello")
    head, *lines = rows(shell.ok("%minimax_usage"))
    assert head[:4] == ["chat", "provider", "model", "replies"]
    assert [line[:4] for line in lines if line[0] in {"main", "talk"}] == [
        ["main", "emulator", "MiniMax-M3", "2"],
        ["talk", "emulator", "MiniMax-M2.7", "1"],
    ]
    assert "| main |" in shell.outputs[-1]["text/markdown"]


def test_it_is_grouped_by_what_is_named(shell):
    for model in ("MiniMax-M3", "MiniMax-M2.7"):
        shell.ok(f"%%minimax -m {model}\n{NOW}hello")
    assert rows(shell.ok("%minimax_usage --by model"))[0][:2] == ["model", "replies"]
    assert rows(shell.ok("%minimax_usage --by chat,face"))[0][:3] == ["chat", "face", "replies"]
    assert rows(shell.ok('%minimax_usage --by "chat, face"'))[0][:3] == ["chat", "face", "replies"]


def test_one_conversation_can_be_asked_for_even_after_it_was_forgotten(shell):
    shell.ok(f"%%minimax\n{NOW}hello")
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    text = shell.ok("%minimax_usage --chat talk")
    assert "Usage of talk" in text
    assert "main" not in text
    shell.ok("%minimax_reset --chat talk")
    assert shell.ok("%minimax_usage --chat talk") == text


def test_the_ledger_and_a_frame_are_bound_to_names(shell):
    shell.ok(f"%%minimax\n{NOW}hello")
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    shell.ok("%minimax_usage -o used --frame df")
    assert isinstance(shell["used"], Entries)
    assert len(shell["used"].entries) == 2
    assert list(shell["df"]["chat"]) == ["main", "talk"]
    shell.ok("%minimax_usage --chat talk --frame df")
    assert len(shell["df"]) == 1


def test_a_plot_is_drawn_of_cost_or_tokens(shell):
    shell.ok(f"%%minimax\n{NOW}hello")
    for line in ("--plot", "--plot cost", "--plot tokens", "--plot=tokens", "tokens --plot", "--chat main --plot"):
        shell.ok(f"%minimax_usage {line}")
        assert shell.outputs[-1]["image/png"]


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_notebook_file_is_totalled_without_running_it(shell, tmp_path):
    path = notebook(tmp_path / "theirs.ipynb", {}, {"cost": "0.25", "model": "MiniMax-M2.7"}, {"cost": None})
    text = shell.ok(f"%minimax_usage {path}")
    assert "theirs.ipynb" in text
    assert {tuple(line[:3]) for line in rows(text)[1:]} >= {
        ("minimax", "MiniMax-M3", "2"),
        ("minimax", "MiniMax-M2.7", "1"),
    }
    assert "$0.50 + 1 unknown" in text
    assert len(SESSION.usage) == 0


def test_a_path_with_blanks_goes_in_quotes_and_a_folder_is_all_in_it(shell, tmp_path):
    notebook(tmp_path / "one and two.ipynb", {})
    notebook(tmp_path / "three.ipynb", {"request_id": "other"})
    assert "$0.50" in shell.ok(f'%minimax_usage "{tmp_path}/one and two.ipynb"')
    assert "$1.00" in shell.ok(f"%minimax_usage {tmp_path}")
    assert rows(shell.ok(f"%minimax_usage {tmp_path}/three.ipynb --by model"))[0][0] == "model"


# -- the next call -----------------------------------------------------------------------------------------------------


def test_the_next_call_is_gauged_and_not_sent(shell):
    shell.ok(f"%%minimax\n{NOW}hello")
    text = shell.ok("%minimax_usage --next what's {this}, then?")
    assert "history" in text
    assert "prompt" in text
    assert "counted by the service" in text
    assert len(SESSION.usage) == 1
    assert shell.ok("%minimax_history").count("hello") >= 1
    assert "then?" not in shell.ok("%minimax_history")


def test_names_are_filled_in_for_it_too(shell):
    shell.shell.user_ns["text"] = "word " * 2_000
    small = shell.ok("%minimax_usage --next short")
    large = shell.ok("%minimax_usage --next {{text}}")
    tokens = [int(re.search(r"([\d,]+) tokens", text)[1].replace(",", "")) for text in (small, large)]
    assert tokens[1] > tokens[0] + 1_500
    assert isinstance(shell.fails("%minimax_usage --next {{missing}}"), RequestError)


def test_without_a_prompt_it_shows_what_the_conversation_takes(shell):
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    assert "history" in shell.ok("%minimax_usage --next --chat talk")
    assert "history" in shell.ok("%minimax_usage --chat talk --next")
    assert "history" not in shell.ok("%minimax_usage --next")


def test_it_begins_no_conversation(shell):
    shell.ok("%minimax_usage --next --chat nobody hello")
    assert isinstance(shell.fails("%minimax_history --chat nobody"), ConfigError)


def test_an_exact_count_is_asked_of_the_service_with_its_price(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    shell.ok("%minimax_config provider=minimax model=MiniMax-M3 face=anthropic retries=0")
    with answering(lambda path, headers: Answer({"input_tokens": 500_000})) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{service.url}/anthropic"})
        text = shell.ok("%minimax_usage --next hello")
        assert service.paths == ["/anthropic/v1/messages/count_tokens"]
    assert "500,000 tokens (counted by the service)" in text
    assert "$0.15 for the input" in text
    assert "12,000 tokens more, and the whole request costs double" in text


# -- mistakes and help -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nxt", "Did you mean --next?"),
        ("cots --plot", "Did you mean cost?"),
        ("--by modle", "Did you mean model?"),
        ("--bye model", "Did you mean --by?"),
        ("--by", "--by needs a value"),
        ("--frame 2x", "a Python name"),
        ("--chat nobody", "no conversation 'nobody'"),
        ("no-such.ipynb", "There is no notebook 'no-such.ipynb'"),
        ("--next --plot", "exclude each other"),
        ("--plot --by model", "exclude each other"),
        ("--chat main pyproject.toml", "Leave --chat out"),
        ("pyproject.toml", "pyproject.toml"),
    ],
)
def test_a_mistake_is_one_line_with_the_nearest_right_word(shell, line, said):
    assert isinstance(shell.fails(f"%minimax_usage {line}"), ConfigError)
    (shown,) = shell.lines()
    assert said in shown


def test_a_notebook_that_is_nearly_named_is_found(shell, tmp_path, monkeypatch):
    notebook(tmp_path / "analysis.ipynb", {})
    monkeypatch.chdir(tmp_path)
    assert "Did you mean analysis.ipynb?" in str(shell.fails("%minimax_usage analisys.ipynb"))


def test_tab_offers_options_groups_conversations_and_notebooks(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path / "first.ipynb", {})
    notebook(tmp_path / "my work.ipynb", {})
    (tmp_path / "folder").mkdir()
    (tmp_path / "figure.png").touch()
    notebook(tmp_path / "folder" / "inside.ipynb", {})
    shell.ok(f"%%minimax --chat thesis\n{NOW}hello")
    assert offered(shell, "%minimax_usage --ne") == ["--next"]
    assert offered(shell, "%minimax_usage --by mo") == ["model"]
    assert offered(shell, "%minimax_usage --chat the") == ["thesis"]
    assert offered(shell, "%minimax_usage --plot to") == ["tokens"]
    assert offered(shell, "%minimax_usage f") == ["first.ipynb", "folder/"]
    assert offered(shell, "%minimax_usage folder/in") == ["folder/inside.ipynb"]
    assert offered(shell, '%minimax_usage "my w') == ['work.ipynb"'], "IPython replaces the last word alone"
    assert offered(shell, "%minimax_usage --plot --b") == ["--by"]


def test_help_lists_every_option(shell, capsys):
    shell.run("%minimax_usage?")
    shown = capsys.readouterr().out + str(shell.outputs)
    for piece in ("--by", "--chat", "--next", "--plot", "--frame", "--output", "FILE.ipynb"):
        assert piece in shown
