"""The command ``minimax-nb``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from minimax_nb.cli import main


def test_the_doctor_says_what_works_and_shows_no_key(capsys, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    for piece in ("Python", "httpx", "environment MINIMAX_API_KEY", "emulator, anthropic", "emulator, openai"):
        assert piece in told
    assert "test-key" not in told


def test_the_doctor_names_what_needs_a_look(capsys, monkeypatch, tmp_path: Path):
    broken = tmp_path / "config.toml"
    broken.write_text("[defaults\n")
    monkeypatch.setenv("MINIMAX_NB_CONFIG", str(broken))
    assert main(["doctor"]) != 0
    captured = capsys.readouterr()
    assert "config.toml" in captured.out + captured.err
    assert "look here" in captured.out


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert "doctor" in told
    assert "emulator" in told


def test_it_is_installed_as_a_command():
    program = Path(sys.executable).parent / "minimax-nb"
    if not program.exists():
        program = program.with_suffix(".exe")
    done = subprocess.run([program, "doctor"], capture_output=True, text=True, timeout=120, check=False)
    assert "All is well." in done.stdout, done.stderr


@pytest.mark.parametrize("value", ["live", "once", "plain"])
def test_the_way_to_paint_is_a_setting_like_the_others(monkeypatch, tmp_path: Path, value):
    from minimax_nb.display import choose_mode

    config = tmp_path / "config.toml"
    config.write_text(f'[defaults]\npaint = "{value}"\n')
    monkeypatch.setenv("MINIMAX_NB_CONFIG", str(config))
    assert choose_mode() == value
    monkeypatch.setenv("MINIMAX_NB_PAINT", "once")
    assert choose_mode() == "once"
    assert choose_mode("plain") == "plain"
