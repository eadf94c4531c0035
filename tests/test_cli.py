"""The command ``minimax-nb``."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from minimax_nb.cli import main
from minimax_nb.emulator import serve
from tests.support.environment import ROOT
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
    for command in ("doctor", "models", "usage", "emulator"):
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


# -- what notebooks used -------------------------------------------------------------------------------------------

QUICKSTART = str(ROOT / "notebooks" / "quickstart.ipynb")


def test_usage_totals_a_notebook(capsys):
    assert main(["usage", QUICKSTART]) == 0
    told = capsys.readouterr().out
    assert "MiniMax-M3" in told
    assert "free" in told
    assert "of the notebook hold replies" in told


def test_usage_totals_every_notebook_of_a_folder(capsys):
    assert main(["usage", str(ROOT / "notebooks")]) == 0
    told = capsys.readouterr().out
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert str(path) in told
    assert "\nall" in told


def test_usage_has_a_line_for_each_cell_or_file(capsys):
    assert main(["usage", "--by", "cell", QUICKSTART]) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[:4] == ["file", "cell", "provider", "model"]
    assert main(["usage", "--by", "file", QUICKSTART]) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[:2] == ["file", "replies"]


def test_usage_is_json_for_programs(capsys):
    assert main(["usage", "--json", "--by", "cell", QUICKSTART]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [QUICKSTART]
    assert told["total"]["cost"] == "0"
    assert told["total"]["replies"] == sum(line["replies"] for line in told["lines"])
    assert all(line["group"]["cell"] > 0 and line["input_tokens"] > 0 for line in told["lines"])


def test_a_file_that_is_no_notebook_is_one_line_and_a_code(capsys, tmp_path: Path):
    broken = tmp_path / "broken.ipynb"
    broken.write_text('{"nbformat": 4, "cells": [')
    for wrong in (str(broken), str(tmp_path / "none.ipynb"), str(tmp_path / "no\0path")):
        assert main(["usage", QUICKSTART, wrong]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert len(captured.err.splitlines()) == 1


def test_a_terminal_of_few_letters_shows_the_table(monkeypatch, tmp_path: Path):
    metadata = {"provider": "minimax", "model": "模型", "usage": {"input_tokens": 7}}
    output = {"output_type": "display_data", "data": {}, "metadata": {"minimax_nb": metadata}}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": [{"outputs": [output]}]}))
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["usage", str(path)]) == 0
    terminal.seek(0)
    assert "\\u6a21" in terminal.read()
