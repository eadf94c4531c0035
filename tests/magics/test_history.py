"""``%minimax_history``: the conversation turn by turn; turns dropped, brought back, forked from."""

from __future__ import annotations

import re

import pytest

from minimax_nb import ConfigError, RequestError

NOW = "/emulate delay-ms=0\n"


@pytest.fixture
def talked(shell):
    """A shell in which three things were asked."""
    for word in ("one", "two", "three"):
        shell.ok(f"%%minimax\n{NOW}{word}")
    return shell


def prompts(shell, chat: str = "main") -> list[str]:
    """What the conversation's turns begin with, by what it shows."""
    text = shell.ok(f"%minimax_history --chat {chat}")
    return re.findall(r"^\[\d+ · user[^\]]*\] /emulate delay-ms=0\n(.*)$", text, re.MULTILINE)


def test_turns_are_numbered(talked):
    text = talked.ok("%minimax_history")
    assert prompts(talked) == ["one", "two", "three"]
    assert "[3 · assistant]" in text
    assert "3 turns" in text


def test_turns_are_dropped_and_brought_back(talked, capsys):
    talked.ok("%minimax_history --drop 1,-1")
    assert "Dropped: 1 and -1. main has 1 turn now;" in capsys.readouterr().out
    assert prompts(talked) == ["two"]
    talked.ok("%minimax_history --undo")
    assert prompts(talked) == ["one", "two", "three"]


def test_a_fork_goes_on_from_a_turn_under_its_own_name(talked, capsys):
    talked.ok("%minimax_history --fork other --turn 1")
    assert "--chat other goes on there" in capsys.readouterr().out
    talked.ok(f"%%minimax --chat other\n{NOW}else")
    assert prompts(talked, "other") == ["one", "else"]
    assert prompts(talked) == ["one", "two", "three"]
    assert re.search(r"^other +emulator", talked.ok("%minimax_usage"), re.MULTILINE)


def test_a_fork_can_be_made_again_and_taken_back(talked, capsys):
    for _ in range(2):
        talked.ok("%minimax_history --fork other --turn 1")
        talked.ok(f"%%minimax --chat other\n{NOW}else")
    assert prompts(talked, "other") == ["one", "else"]
    talked.ok("%minimax_history --fork other --turn 2")
    assert prompts(talked, "other") == ["one", "two"]
    talked.ok("%minimax_history --chat other --undo")
    assert prompts(talked, "other") == ["one", "else"]
    capsys.readouterr()


def test_a_fork_without_a_turn_has_the_whole_past(talked):
    talked.ok("%minimax_history --fork twin")
    assert prompts(talked, "twin") == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("--drop 9", RequestError, "no turn 9"),
        ("--drop x", ConfigError, "whole numbers"),
        ("--drop 1 --undo", ConfigError, "exclude each other"),
        ("--turn 1", ConfigError, "--fork NAME"),
        ("--fork main", ConfigError, "Take another name"),
        ("--fork other --turn 7", RequestError, "no turn 7"),
        ("--chat nobody", ConfigError, "no conversation 'nobody'"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(talked, line, kind, words):
    error = talked.fails(f"%minimax_history {line}")
    assert isinstance(error, kind)
    assert words in " ".join(talked.lines())
    assert len(talked.lines()) == 1
    assert prompts(talked) == ["one", "two", "three"]


def test_there_is_nothing_to_undo_at_first(talked, capsys):
    talked.ok("%minimax_history --undo")
    assert "There is no change to take back." in capsys.readouterr().out
