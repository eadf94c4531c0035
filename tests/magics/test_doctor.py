"""``%minimax_doctor`` in a shell; what it says of keys is tested with the doctor itself."""

from __future__ import annotations

from minimax_nb import ConfigError
from minimax_nb.emulator import serve
from tests.support.listings import KEY, always, answering, ids, point


def test_it_reports_without_a_key_and_asks_nobody(shell, monkeypatch, tmp_path):
    with answering(always(ids("x"))) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": service.url})
        text = shell.ok("%minimax_doctor")
    assert service.asked == []
    assert "front end" in text
    assert "emulator, anthropic" in text
    assert text.endswith("All is well.")


def test_it_says_what_a_key_can_do(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with serve(delay_ms=0) as server:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{server.url}/anthropic"})
        assert "key accepted" in shell.ok("%minimax_doctor")
        assert KEY not in str(shell.outputs)
        assert "key accepted" not in shell.ok("%minimax_doctor --offline")


def test_it_fails_no_cell_where_a_key_is_refused(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", "bad-key")
    with serve(delay_ms=0) as server:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{server.url}/anthropic"})
        text = shell.ok("%minimax_doctor")
    assert "refused the key" in text
    assert text.endswith("Something needs a look.")
    assert "bad-key" not in str(shell.outputs)


def test_its_options_are_those_of_the_magic(shell):
    with answering(lambda path, headers: None) as service:
        assert "0.3 s" in shell.ok(f"%minimax_doctor -u {service.url}/v1 --timeout 0.3")
    for line in ("%minimax_doctor please", "%minimax_doctor --timeout soon", "%minimax_doctor --onffline"):
        assert isinstance(shell.fails(line), ConfigError)
        assert len(shell.lines()) == 1


def test_settings_of_the_magics_say_who_is_asked(shell, monkeypatch):
    with answering(always(ids("my-model"))) as service:
        shell.ok(f"%minimax_config base_url={service.url}/v1")
        text = shell.ok("%minimax_doctor")
    assert "1 listed (my-model); name one with -m" in text


def test_help_says_what_is_sent(shell, capsys):
    shell.run("%minimax_doctor?")
    shown = capsys.readouterr().out + str(shell.outputs)
    for piece in ("--offline", "--local", "--timeout", "sends no prompt"):
        assert piece in shown
