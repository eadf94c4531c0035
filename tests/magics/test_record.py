"""``%minimax_record`` in a shell: begun, shown, ended; the same notebook twice; keyless; what it says when it fails."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from minimax_nb import CassetteError, Chat, ConfigError
from minimax_nb.cassette.tape import Tape
from tests.magics.conftest import Shell
from tests.transport.servers import Wire, anthropic_frames, serving

NOW = "/emulate delay-ms=0\n"
KEY = "test-key-for-nobody"
BEGUN = "Calls are recorded in talk.cassette and replayed from it. %minimax_record shows how it stands.\n"


@pytest.fixture(autouse=True)
def _a_new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})


def said(shell: Shell, capsys: pytest.CaptureFixture[str], line: str) -> str:
    """What a line prints."""
    capsys.readouterr()
    shell.ok(line)
    return capsys.readouterr().out


def offered(shell: Shell, line: str) -> list[str]:
    """What Tab offers at the end of a line."""
    return shell.shell.complete(None, line, len(line))[1]


def test_a_conversation_is_recorded_and_replayed(shell, capsys):
    assert said(shell, capsys, "%minimax_record talk.cassette") == BEGUN
    first = shell.ok(f"%%minimax -p emulator\n{NOW}hello")
    assert len(Tape(Path("talk.cassette")).exchanges) == 1
    shell.ok("%minimax_reset")
    assert said(shell, capsys, "%minimax_record talk.cassette --mode replay") == BEGUN
    again = shell.ok(f"%%minimax -p emulator\n{NOW}hello")
    assert again.count("replayed") == 1
    assert again.replace(" · replayed", "").splitlines()[:3] == first.splitlines()[:3]
    assert shell.metadata[-1]["minimax_nb"]["replayed"] is True


def test_it_shows_how_it_stands(shell, capsys):
    assert "Nothing is recorded." in said(shell, capsys, "%minimax_record")
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax --alone\n{NOW}hello")
    shell.ok(f"%%minimax --alone\n{NOW}hello")
    line = said(shell, capsys, "%minimax_record")
    assert line.startswith("talk.cassette: mode auto, speed full, 1 exchange.")
    assert "1 recorded, 1 replayed, 0 unused" in line


def test_mode_and_speed_can_be_changed(shell, capsys):
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax --alone\n{NOW}hello")
    assert "mode replay, speed 2," in said(shell, capsys, "%minimax_record --mode replay --speed 2")
    assert shell.ok("%minimax_config").count("talk.cassette") == 1


def test_off_ends_it_and_it_can_begin_again(shell, capsys):
    shell.ok("%minimax_record talk.cassette")
    shell.ok("%minimax_record off")
    shell.ok(f"%%minimax\n{NOW}hello")
    assert not Path("talk.cassette").exists()
    assert "Nothing is recorded." in said(shell, capsys, "%minimax_record")
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax\n{NOW}hello")
    assert Path("talk.cassette").exists()


def test_off_holds_against_the_environment(shell, monkeypatch, capsys):
    monkeypatch.setenv("MINIMAX_NB_CASSETTE", "talk.cassette")
    assert "talk.cassette: mode auto" in said(shell, capsys, "%minimax_record")
    shell.ok("%minimax_record off")
    shell.ok(f"%%minimax\n{NOW}hello")
    assert not Path("talk.cassette").exists()


def test_the_mode_of_the_environment_holds_where_none_is_said(shell, monkeypatch, capsys):
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax --alone\n{NOW}hello")
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "replay")
    assert said(shell, capsys, "%minimax_record talk.cassette") == BEGUN
    assert "mode replay" in said(shell, capsys, "%minimax_record")


def test_a_notebook_that_was_recorded_with_a_key_runs_without_one_twice_the_same(shell, monkeypatch):
    calls: list[bytes] = []

    def script(wire: Wire) -> None:
        while data := wire.request():
            calls.append(data)
            wire.head()
            for frame in anthropic_frames(f"answer {len(calls)}"):
                wire.chunk(frame)
            wire.end()

    def notebook() -> list[tuple[object, object]]:
        shell.ok("%minimax_record talk.cassette")
        shown = []
        for cell in (
            "%%minimax -o one\nhello",
            "%%minimax\nhello",
            "%%minimax --chat b\nhello",
            "%minimax --new again",
        ):
            shell.ok(cell)
            shown.append((list(shell.outputs), list(shell.metadata)))
        return shown

    with serving(script) as server:
        monkeypatch.setenv("MINIMAX_API_KEY", KEY)
        monkeypatch.setenv("MINIMAX_NB_BASE_URL", server.url)
        monkeypatch.setenv("MINIMAX_NB_PROVIDER", "minimax")
        notebook()
    assert len(calls) == 3, "the same question is asked once"
    for name in ("MINIMAX_API_KEY", "MINIMAX_NB_BASE_URL", "MINIMAX_NB_PROVIDER"):
        monkeypatch.delenv(name)

    def anew() -> list[tuple[object, object]]:
        shell.ok("%unload_ext minimax_nb")
        monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})
        shell.ok("%load_ext minimax_nb")
        return notebook()

    first = anew()
    assert shell["one"].provider == "minimax"
    assert shell["one"].replayed
    assert first == anew()
    shell.ok("%minimax_reset --all")
    assert first == notebook(), "Run All once more in the same kernel"
    assert len(calls) == 3


def test_chats_that_are_made_afterwards_are_recorded_too_until_it_ends(shell, monkeypatch):
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "auto")
    shell.ok("%minimax_record talk.cassette --mode record")
    shell.ok("from minimax_nb import Chat\nfirst = Chat().ask('hello')")
    assert len(Tape(Path("talk.cassette")).exchanges) == 1
    shell.ok("%minimax_record talk.cassette --mode replay --speed 1000")
    shell.ok("again = Chat().ask('hello')")
    assert (shell["again"].replayed, shell["again"].text) == (True, shell["first"].text)
    shell.ok("%minimax_record off")
    shell.ok("last = Chat().ask('other')")
    assert shell["last"].replayed is False
    shell.ok("%unload_ext minimax_nb")
    assert os.environ["MINIMAX_NB_CASSETTE_MODE"] == "auto"
    assert "MINIMAX_NB_CASSETTE" not in os.environ


def test_where_the_environment_leaves_recordings_alone_the_notebook_still_runs(shell, monkeypatch, capsys):
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "off")
    assert said(shell, capsys, "%minimax_record talk.cassette") == BEGUN
    shell.ok(f"%%minimax\n{NOW}hello")
    assert not Path("talk.cassette").exists()


def test_a_changed_prompt_is_told_in_a_few_lines_and_the_next_cells_do_not_run(shell):
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax --alone\n{NOW}What is entropy?")
    shell.ok("%minimax_record talk.cassette --mode replay")
    error = shell.fails(f"%%minimax --alone\n{NOW}What is energy?")
    assert isinstance(error, CassetteError)
    (text,) = shell.lines()
    assert "    - What is entropy?\n    + What is energy?" in text
    assert len(text.splitlines()) < 10


def test_a_reply_that_was_stopped_is_shown_as_it_was_and_run_all_goes_on(shell):
    chat = Chat("MiniMax-M3", provider="emulator", cassette="talk.cassette")
    with chat.stream(f"{NOW}hello") as stream:
        next(stream.text_stream)
    shell.ok("%minimax_record talk.cassette --mode replay")
    text = shell.ok(f"%%minimax -m MiniMax-M3 -p emulator\n{NOW}hello")
    assert text.startswith(stream.reply.text.strip())
    assert "stopped by you" in text
    assert "replayed" in text


def test_what_was_not_used_can_be_taken_out(shell, capsys, monkeypatch):
    shell.ok("%minimax_record talk.cassette")
    for prompt in ("one", "two"):
        shell.ok(f"%%minimax --alone\n{NOW}{prompt}")
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})
    shell.ok("%minimax_record talk.cassette")
    shell.ok(f"%%minimax --alone\n{NOW}two")
    assert "Taken out: 1 exchange that was not used" in said(shell, capsys, "%minimax_record --tidy")
    assert len(Tape(Path("talk.cassette")).exchanges) == 1


def test_record_replaces_what_the_notebook_recorded_before(shell):
    for _ in range(2):
        shell.ok("%minimax_record talk.cassette --mode record")
        shell.ok(f"%%minimax --alone\n{NOW}hello")
    assert len(Tape(Path("talk.cassette")).exchanges) == 1


@pytest.mark.parametrize(
    ("line", "kind", "says"),
    [
        ("%minimax_record talk.cassette --mode replay", CassetteError, "no recording talk.cassette to replay"),
        ("%minimax_record talk.cassette --mode rplay", ConfigError, "replay"),
        ("%minimax_record talk.cassette --speed quick", ConfigError, "speed"),
        ("%minimax_record no/talk.cassette", CassetteError, "no folder"),
        ("%minimax_record a b", ConfigError, "one file"),
        ("%minimax_record talk.cassette --tidy", ConfigError, "end of a notebook"),
        ("%minimax_record --mode record", ConfigError, "nothing to change"),
        ("%minimax_record off --mode auto", ConfigError, "no options"),
        ("%minimax_record talk.cassette --mode off", ConfigError, "off"),
        ("%minimax_record talk.cassette --fast", ConfigError, "--fast"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(shell, line, kind, says):
    before = shell.ok("%minimax_config")
    error = shell.fails(line)
    assert isinstance(error, kind)
    assert says in str(error)
    assert len(shell.lines()) == 1
    assert shell.ok("%minimax_config") == before


def test_a_damaged_recording_is_told_when_it_is_named(shell):
    Path("talk.cassette").write_text('{"format":"minimax_nb cassette","version":9,"exchanges":0}\n', encoding="utf-8")
    error = shell.fails("%minimax_record talk.cassette")
    assert "newer" in str(error)
    assert Path("talk.cassette").read_text(encoding="utf-8").count("9") == 1


def test_tab_offers_options_values_and_files(shell):
    Path("talk.cassette").touch()
    assert "--mode" in offered(shell, "%minimax_record --m")
    assert "replay" in offered(shell, "%minimax_record talk.cassette --mode re")
    assert "recorded" in offered(shell, "%minimax_record --speed r")
    assert "talk.cassette" in offered(shell, "%minimax_record ta")
    assert "off" in offered(shell, "%minimax_record o")


def test_the_help_tells_the_modes(shell):
    text = shell.shell.find_line_magic("minimax_record").__doc__
    assert all(re.search(rf"^  {mode} ", text, re.MULTILINE) for mode in ("auto", "record", "replay", "off"))


def test_line_and_live_lists_use_the_recording(shell, monkeypatch):
    shell.ok("%minimax_record talk.cassette")
    live = shell.ok("%minimax_models --live -p emulator")
    assert len(Tape(Path("talk.cassette")).exchanges) == 1
    shell.ok("%minimax_record talk.cassette --mode replay")
    assert shell.ok("%minimax_models --live -p emulator") == live
