"""``%minimax_budget`` in a shell: shown, set, held, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from minimax_nb import BudgetError, ConfigError
from minimax_nb.chat.account import SESSION
from tests.magics.conftest import Shell

NOW = "/emulate delay-ms=0\n"


@pytest.fixture(autouse=True)
def _no_budget_is_left_behind() -> Iterator[None]:
    yield
    SESSION.budget = None


def more(tokens: int) -> str:
    """A session budget that leaves so many tokens, whatever was spent before."""
    return f"{(SESSION.spent.tokens or 0) + tokens} tokens"


def row(text: str, whose: str) -> list[str]:
    """The cells of the line of the table that begins with this word."""
    return re.split(" {2,}", next(line for line in text.splitlines() if line.startswith(f"{whose} ")))


def offered(shell: Shell, line: str) -> list[str]:
    """What Tab offers at the end of a line."""
    return shell.shell.complete(None, line, len(line))[1]


def test_without_a_word_the_budgets_are_shown_and_nothing_changes(shell):
    assert row(shell.ok("%minimax_budget"), "session")[1] == "off"
    shell.ok("%minimax_budget 0.50")
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    shell.ok("%minimax_budget --chat talk 5k tokens")
    text = shell.ok("%minimax_budget")
    assert row(text, "session")[1] == "$0.50"
    assert "5,000 tokens" in text
    assert shell.ok("%minimax_budget") == text
    assert str(SESSION.budget) == "$0.50"


@pytest.mark.parametrize(
    ("said", "means"),
    [("0.50", "$0.50"), ("$2", "$2.00"), ("20000 tokens", "20,000 tokens"), ('"20k tokens"', "20,000 tokens")],
)
def test_an_amount_sets_the_sessions_budget_and_tells_how_to_go_back(shell, capsys, said, means):
    shell.ok("%minimax_budget 0.30")
    capsys.readouterr()
    shell.ok(f"%minimax_budget {said}")
    assert str(SESSION.budget) == means
    line = capsys.readouterr().out
    assert f"The session's budget is {means}." in line
    back = re.search(r"%minimax_budget .*(?= goes back)", line)
    assert back
    shell.ok(back[0])
    assert str(SESSION.budget) == "$0.30"


def test_off_takes_it_away_and_can_be_taken_back(shell, capsys):
    shell.ok("%minimax_budget 0.50 and 20k tokens")
    capsys.readouterr()
    shell.ok("%minimax_budget off")
    assert SESSION.budget is None
    back = re.search(r"%minimax_budget .*(?= goes back)", capsys.readouterr().out)
    assert back
    shell.ok(back[0])
    assert str(SESSION.budget) == "$0.50 and 20,000 tokens"


def test_a_call_beyond_the_sessions_budget_is_refused_in_one_line(shell):
    shell.ok(f"%minimax_budget {more(5)}")
    error = shell.fails(f"%%minimax\n{NOW}hello there, how are you today?")
    assert isinstance(error, BudgetError)
    (line,) = shell.lines()
    assert "not sent" in line
    assert "5 tokens left" in line
    assert "%minimax_budget AMOUNT" in line
    shell.ok("%minimax_budget off")
    shell.ok(f"%%minimax\n{NOW}hello there, how are you today?")


def test_a_reply_that_crosses_it_is_stopped_kept_and_marked(shell):
    shell.ok(f"%minimax_budget {more(400)}")
    error = shell.fails(f"%%minimax --chat long\n{NOW}something long")
    assert isinstance(error, BudgetError)
    reply = shell["_mm"]
    assert reply.partial
    assert reply.text
    assert "kept" in shell.lines()[0]
    shown = "\n".join(str(data["text/plain"]) for data in shell.outputs)
    assert reply.text in shown
    assert "budget" in shown
    assert SESSION.held.tokens == 0


def test_one_conversations_budget_leaves_the_others_alone(shell):
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    shell.ok("%minimax_budget --chat talk 0 tokens")
    assert isinstance(shell.fails(f"%%minimax --chat talk\n{NOW}hello"), BudgetError)
    shell.ok(f"%%minimax\n{NOW}hello")
    assert SESSION.budget is None


@pytest.mark.parametrize("fresh", ["%minimax_reset --chat talk", f"%%minimax --chat talk --new --dry\n{NOW}hello"])
def test_a_conversation_that_begins_anew_keeps_its_budget(shell, fresh):
    shell.ok(f"%%minimax --chat talk\n{NOW}hello")
    shell.ok("%minimax_budget --chat talk 0 tokens")
    shell.ok(fresh)
    assert isinstance(shell.fails(f"%%minimax --chat talk --new\n{NOW}hello"), BudgetError)


def test_the_option_may_stand_behind_the_amount(shell, capsys):
    shell.ok("%minimax_budget 0.10 --chat later")
    assert "later" in capsys.readouterr().out
    assert "$0.10" in shell.ok("%minimax_budget --chat later")
    assert SESSION.budget is None


def test_a_budget_can_be_set_before_the_conversation_begins(shell, capsys):
    shell.ok('%minimax_budget --chat "my talk" 0 tokens')
    assert "my talk is a new conversation." in capsys.readouterr().out
    assert isinstance(shell.fails(f'%%minimax --chat "my talk"\n{NOW}hello'), BudgetError)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%minimax_budget of", "Did you mean off?"),
        ("%minimax_budget -1", "no budget"),
        ("%minimax_budget 0,50", "no budget"),
        ("%minimax_budget nan", "no budget"),
        ("%minimax_budget 5 5", "no budget"),
        ("%minimax_budget 20000 tokens now", "no budget"),
        ("%minimax_budget --cha x 1", "Did you mean --chat?"),
        ("%minimax_budget --chat", "--chat needs a value"),
        ("%minimax_budget --chat nobody", "no conversation 'nobody'"),
        ("%minimax_budget --chat new 0,5", "no budget"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(shell, line, said):
    shell.ok("%minimax_budget 0.50")
    assert isinstance(shell.fails(line), ConfigError)
    (shown,) = shell.lines()
    assert said in shown
    assert str(SESSION.budget) == "$0.50"


def test_the_nearest_conversation_is_named(shell):
    shell.ok(f"%%minimax --chat thesis\n{NOW}hello")
    assert "Did you mean thesis?" in str(shell.fails("%minimax_budget --chat tesis"))


def test_tab_offers_options_conversations_and_off(shell):
    shell.ok(f"%%minimax --chat thesis\n{NOW}hello")
    assert offered(shell, "%minimax_budget --c") == ["--chat"]
    assert offered(shell, "%minimax_budget --chat the") == ["thesis"]
    assert offered(shell, "%minimax_budget o") == ["off"]
    assert offered(shell, "%minimax_budget 20000 t") == ["tokens"]


def test_help_says_what_an_amount_is_and_what_counts(shell, capsys):
    shell.run("%minimax_budget?")
    shown = capsys.readouterr().out + str(shell.outputs)
    for piece in ("--chat NAME", "AMOUNT", "20000 tokens", "off", "refused before it is sent"):
        assert piece in shown


def test_it_is_a_magic_of_its_own(shell):
    for name in ("minimax_budget", "minimax_usage"):
        assert name in shell.shell.magics_manager.lsmagic()["line"]
    shell.ok("%unload_ext minimax_nb")
    assert "minimax_budget" not in shell.shell.magics_manager.lsmagic()["line"]
