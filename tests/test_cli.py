"""The command ``minimax-nb``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from minimax_nb.cli import main
from minimax_nb.emulator import serve
from tests.support.listings import KEY, always, answering, ids, point


def test_the_doctor_says_what_works_and_shows_no_key(capsys, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    assert main(["doctor", "--offline"]) == 0
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
    for command in ("doctor", "models", "emulator"):
        assert command in told


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


# -- what a key can do ---------------------------------------------------------------------------------------------


def services(monkeypatch, tmp_path: Path, url: str) -> None:
    point(
        monkeypatch,
        tmp_path,
        minimax={"anthropic": f"{url}/anthropic", "openai": f"{url}/v1"},
        modelslab={"openai": f"{url}/modelslab/api/v7/llm"},
    )


def test_the_doctor_says_what_the_keys_can_do(capsys, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MODELSLAB_API_KEY", "bad-key")
    with serve(delay_ms=0) as server:
        services(monkeypatch, tmp_path, server.url)
        assert main(["doctor"]) == 1
        told = capsys.readouterr().out
        assert "key accepted" in told
        assert "ModelsLab refused the key" in told
        assert "bad-key" not in told
        assert KEY not in told
        assert main(["doctor", "-p", "minimax"]) == 0
        assert "modelslab models" not in capsys.readouterr().out


def test_the_doctor_takes_an_address_and_a_time_limit(capsys):
    with answering(lambda path, headers: None) as service:
        assert main(["doctor", "-u", f"{service.url}/v1", "--timeout", "0.3"]) == 1
    assert "0.3 s" in capsys.readouterr().out
    assert main(["doctor", "--timeout", "0"]) == 2


def test_models_lists_what_is_known(capsys):
    assert main(["models", "-p", "minimax", "m3"]) == 0
    told = capsys.readouterr().out
    assert "MiniMax-M3.1-Flash" in told
    assert "MiniMax-M2" not in told
    assert main(["models", "no", "such"]) == 2
    assert main(["models", "-p", "nobody"]) == 2
    assert main(["models", "-u", "http://127.0.0.1:9"]) == 2
    assert "--live" in capsys.readouterr().err


def test_models_live_lists_what_the_service_lists(capsys):
    with answering(always(ids("MiniMaxAI/MiniMax-M2", "New/Model-X"))) as service:
        assert main(["models", "--live", "-u", f"{service.url}/v1"]) == 0
        told = capsys.readouterr().out
        assert "New/Model-X" in told
        assert "usable with -m" in told
        assert main(["models", "--live", "-u", f"{service.url}/v1", "m2"]) == 0
    assert "New/Model-X" not in capsys.readouterr().out


def test_models_live_names_what_went_wrong(capsys):
    with answering(always({"error": "no"}, 401)) as service:
        assert main(["models", "--live", "-u", f"{service.url}/v1"]) == 2
    assert "key" in capsys.readouterr().err


def test_an_interrupt_is_no_traceback(capsys):
    def interrupt(path, headers):
        os.kill(os.getpid(), signal.SIGINT)

    with answering(interrupt) as service:
        assert main(["models", "--live", "-u", f"{service.url}/v1"]) == 130
    assert capsys.readouterr().err == ""
