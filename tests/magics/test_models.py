"""``%minimax_models`` with and without ``--live``, in a shell."""

from __future__ import annotations

import pytest

from minimax_nb import AuthError, ConfigError, TransportError
from minimax_nb.emulator import serve
from tests.support.listings import KEY, Answer, always, answering, ids, point


def rows(text: str) -> dict[str, str]:
    """Lines of the table by provider and model."""
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "-"))]
    return {" ".join(line.split()[:2]): line for line in lines if len(line.split()) > 2}


def test_without_live_nobody_is_asked(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always(ids("x"))) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": service.url})
        assert "MiniMax-M3" in shell.ok("%minimax_models -p minimax")
    assert service.asked == []


@pytest.mark.parametrize("option", ["--region cn", "-u http://127.0.0.1:9/v1", "--face openai", "--timeout 3"])
def test_options_of_the_live_list_ask_for_it(shell, option):
    assert "--live" in str(shell.fails(f"%minimax_models {option}"))
    assert len(shell.lines()) == 1


def test_without_a_key_the_emulator_lists(shell):
    text = shell.ok("%minimax_models --live m2.7")
    assert set(rows(text)) >= {"emulator MiniMax-M2.7", "emulator MiniMax-M2.7-highspeed"}
    assert "MiniMax-M3" not in text


def test_the_services_figures_stand_beside_the_kits(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    entry = {"id": "MiniMax-M2.7", "type": "model", "max_input_tokens": 1000000, "max_tokens": 65536}
    with answering(always({"data": [entry], "has_more": False})) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{service.url}/anthropic"})
        line = rows(shell.ok("%minimax_models --live"))["minimax MiniMax-M2.7"]
    assert "204,800 (service: 1,000,000)" in line
    assert "204,800 (service: 65,536)" in line
    assert line.endswith("listed; retired")


def test_what_the_key_cannot_use_and_what_is_new_are_told(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    listed = {"data": [{"id": "MiniMax-M4", "display_name": "M4 (beta)", "max_input_tokens": 7}, {"id": "minimax-m3"}]}
    with answering(always(listed)) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": f"{service.url}/anthropic"})
        text = shell.ok("%minimax_models --live")
        known = shell.fails("%%minimax -p minimax -m MiniMax-M4\nhi")
        config = tmp_path / "config.toml"
        config.write_text(config.read_text() + '[providers.minimax.models."MiniMax-M4"]\n')
        assert rows(shell.ok("%minimax_models --live"))["minimax MiniMax-M4"].endswith("listed")
    about = rows(text)
    assert about["minimax MiniMax-M3"].endswith("listed as minimax-m3")
    assert about["minimax MiniMax-M2.1"].endswith("not in this key's list")
    assert about["minimax MiniMax-M4"].endswith("new here: needs a row (M4 (beta))")
    assert "(service: 7)" in about["minimax MiniMax-M4"]
    assert '[providers.NAME.models."ID"]' in text
    assert isinstance(known, ConfigError), "as the table says, -m does not take it yet"


def test_ids_are_shown_as_they_are_spelled_and_usable_where_any_goes(shell):
    with answering(always(ids("MiniMaxAI/MiniMax-M2", "Qwen/Qwen2.5-VL-72B", "minimax-m2:cloud"))) as service:
        about = rows(shell.ok(f"%minimax_models --live -u {service.url}/v1"))
    assert about["local MiniMaxAI/MiniMax-M2"].endswith("listed")
    assert "204,800" in about["local MiniMaxAI/MiniMax-M2"]
    assert about["local Qwen/Qwen2.5-VL-72B"].endswith("new here: usable with -m")
    names = list(about)
    assert names.index("local minimax-m2:cloud") < names.index("local Qwen/Qwen2.5-VL-72B"), "MiniMax's own come first"
    assert "local MiniMaxAI/MiniMax-M3" not in about, "a server of one's own need not have them all"


def test_an_id_with_a_suffix_is_known(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    with answering(always(ids("minimax/minimax-m2:free"))) as service:
        point(monkeypatch, tmp_path, openrouter={"openai": f"{service.url}/v1"})
        line = rows(shell.ok("%minimax_models --live"))["openrouter minimax/minimax-m2:free"]
    assert "204,800" in line
    assert "listed" in line
    assert "new here" not in line


def test_prices_of_another_region_are_unknown(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with serve(delay_ms=0) as server:
        point(monkeypatch, tmp_path, minimax={"anthropic": "http://127.0.0.1:9", "regions": {"cn": server.url}})
        line = rows(shell.ok("%minimax_models --live -p minimax --region cn m3"))["minimax MiniMax-M3"]
    assert line.split() == ["minimax", "MiniMax-M3", "1,000,000", "524,288", "?", "?", "?", "listed"]


def test_thousands_of_new_models_are_counted_and_found_by_words(shell):
    names = [f"vendor/model-{number:04}" for number in range(3000)]
    with answering(always(ids(*names))) as service:
        text = shell.ok(f"%minimax_models --live -u {service.url}/v1")
        assert len(rows(text)) < 60
        assert "2,960 more" in text
        found = shell.ok(f"%minimax_models --live -u {service.url}/v1 MODEL-2345")
    assert "local vendor/model-2345" in rows(found)


def test_words_that_match_nothing_are_one_line(shell):
    with answering(always(ids("a"))) as service:
        error = shell.fails(f"%minimax_models --live -u {service.url}/v1 nosuch")
    assert isinstance(error, ConfigError)
    assert "nosuch" in shell.lines()[0]


def test_one_service_that_fails_has_its_line_and_the_others_their_rows(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", "bad-key")
    monkeypatch.setenv("MODELSLAB_API_KEY", KEY)
    with serve(delay_ms=0) as server:
        point(
            monkeypatch,
            tmp_path,
            minimax={"anthropic": f"{server.url}/anthropic"},
            modelslab={"openai": f"{server.url}/modelslab/api/v7/llm"},
        )
        text = shell.ok("%minimax_models --live")
    assert "modelslab minimax-minimax-m2" in rows(text)
    assert "minimax: AuthError: MiniMax refused the key" in text
    assert "bad-key" not in str(shell.outputs)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (always({"error": {"message": f"bad {KEY}"}}, 401), AuthError),
        (lambda path, headers: None, TransportError),
    ],
)
def test_when_nobody_answers_the_cell_fails_in_one_line(shell, monkeypatch, tmp_path, answer, kind):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    shell.ok("%minimax_config retries=0")
    with answering(answer) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": service.url}, runapi={"openai": service.url})
        assert isinstance(shell.fails("%minimax_models --live --timeout 0.3"), kind)
    assert len(shell.lines()) == 1
    assert "runapi failed too" in shell.lines()[0]
    assert KEY not in shell.lines()[0]


def test_nothing_a_service_lists_can_restyle_the_page(shell):
    evil = "<script>alert(1)</script>|`x`"
    listed = {"data": [{"id": evil, "display_name": "<img src=x onerror=alert(1)>\x1b[2J\n# big"}]}
    with answering(always(listed)) as service:
        shell.ok(f"%minimax_models --live -u {service.url}/v1")
    (data,) = shell.outputs
    assert "<script" not in data["text/markdown"]
    assert "<img" not in data["text/markdown"]
    assert "\x1b" not in data["text/plain"]
    assert evil in data["text/plain"], "the id stands there to be copied"


def test_a_key_that_is_listed_back_is_masked(shell, monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(lambda path, headers: Answer(ids(headers["authorization"].split()[1] + "-model"))) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": service.url})
        shell.ok("%minimax_models --live")
    assert KEY not in str(shell.outputs)
    assert "[key]-model" in str(shell.outputs)


def test_tab_completes_what_was_listed_last_and_asks_nobody(shell):
    line = "%%minimax -u http://127.0.0.1:9/v1 -m my/"
    with answering(always(ids("my/Served-Model"))) as service:
        shell.ok(f"%minimax_models --live -u {service.url}/v1")
        assert shell.shell.complete(None, line, len(line))[1] == ["my/Served-Model"]
        assert len(service.asked) == 1
    line = "%%minimax -p minimax -m my/"
    assert shell.shell.complete(None, line, len(line))[1] == []


def test_help_lists_the_options(shell, capsys):
    shell.run("%minimax_models?")
    shown = capsys.readouterr().out + str(shell.outputs)
    for piece in ("--live", "--region", "--timeout", "costs nothing"):
        assert piece in shown
