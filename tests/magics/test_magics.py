"""What a user types in cells, and what comes of it."""

from __future__ import annotations

import pytest

from minimax_nb import AuthError, ConfigError, RequestError, TransportError
from minimax_nb.messages.reply import Reply

NOW = "/emulate delay-ms=0\n"


def test_a_cell_is_a_prompt_and_its_reply_the_output(shell):
    text = shell.ok(f"%%minimax\n{NOW}hello")
    assert shell["_mm"].text in text
    assert "emulator" in text
    assert list(shell.metadata[0]) == ["minimax_nb"]
    assert len(shell.outputs) == 1


def test_the_line_form_takes_the_rest_of_the_line(shell):
    shell.ok('%minimax --alone what\'s {this}, "hm" 100%?')
    assert shell["_mm"].prompt == 'what\'s {this}, "hm" 100%?'


def test_a_question_mark_at_the_end_is_no_request_for_help(shell):
    shell.ok("%minimax what is X?")
    assert shell["_mm"].prompt == "what is X?"


@pytest.mark.parametrize("cell", ["%minimax?", "%%minimax?"])
def test_help_lists_the_options(shell, cell, capsys):
    shell.run(cell)
    shown = capsys.readouterr().out + str(shell.outputs)
    assert "--max-tokens" in shown
    assert "_mm" not in shell.shell.user_ns


def test_the_reply_is_bound_to_the_name(shell):
    shell.ok(f"%%minimax -o answer\n{NOW}hello")
    assert isinstance(shell["answer"], Reply)
    assert shell["answer"] is shell["_mm"]


def test_names_are_filled_in_once_and_all_else_is_sent_as_typed(shell):
    shell.shell.user_ns.update(x="{{secret}}", secret="no", data={"k": [1, 2]})
    shell.ok("%%minimax --alone\n{{x}} {{data[\"k\"][1]}} {} {a} $x %s \\frac{a}{b} {{ 1+1 }} {{'not a name'}}")
    assert shell["_mm"].prompt.startswith("{{secret}} 2 {} {a} $x %s \\frac{a}{b} {{ 1+1 }} {{'not a name'}}")


def test_raw_fills_nothing_in(shell):
    shell.ok("%%minimax --raw --alone\n{{missing}}")
    assert shell["_mm"].prompt.startswith("{{missing}}")


def test_a_missing_name_stops_the_call_and_is_named(shell):
    shell.shell.user_ns["sales"] = 1
    error = shell.fails("%%minimax\n{{sale}}")
    assert isinstance(error, RequestError)
    assert "sales" in str(error)
    assert "_mm" not in shell.shell.user_ns


def test_a_dataframe_an_exception_and_a_function_become_prompt_text(shell):
    shell.ok(
        "import pandas as pd\n"
        "df = pd.DataFrame({'city': ['Oslo'], 'units': [3]})\n"
        "def double(x):\n    return 2 * x\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    error = e\n"
    )
    shell.ok("%%minimax --alone\n{{df}} and {{double}} and {{error}}")
    prompt = shell["_mm"].prompt
    assert "| Oslo" in prompt
    assert "return 2 * x" in prompt
    assert "ZeroDivisionError: division by zero" in prompt


def test_cells_share_a_conversation_and_options_choose_another(shell):
    shell.ok(f"%%minimax\n{NOW}My favourite colour is teal.")
    shell.ok(f"%%minimax\n{NOW}What did I ask you before?")
    assert "teal" in shell["_mm"].text
    for options in ("--chat other", "--alone", "--new"):
        shell.ok(f"%%minimax {options}\n{NOW}What did I ask you before?")
        assert "teal" not in shell["_mm"].text


def test_a_cell_that_stands_alone_leaves_no_trace_in_the_conversation(shell):
    shell.ok(f"%%minimax\n{NOW}first")
    shell.ok(f"%%minimax --alone\n{NOW}second")
    assert "second" not in shell.ok("%minimax_history")


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_model_protocol_and_parameters_are_what_the_options_say(shell, face):
    shell.ok(f"%%minimax -m MiniMax-M2.7 -p emulator --face {face} -t 0.5 --top-p 0.8 --max-tokens 900\n{NOW}hi")
    reply = shell["_mm"]
    assert (reply.asked_model, reply.face) == ("MiniMax-M2.7", face)
    assert dict(reply.parameters) == {"temperature": 0.5, "top_p": 0.8, "max_tokens": 900}


def test_an_option_counts_for_its_own_cell_only(shell):
    shell.ok(f"%%minimax -m MiniMax-M2.7 -t 0.5\n{NOW}one")
    shell.ok(f"%%minimax\n{NOW}two")
    assert shell["_mm"].asked_model == "MiniMax-M3"
    assert not shell["_mm"].parameters


def test_dry_sends_nothing_and_shows_what_would_go_out(shell):
    text = shell.ok("%%minimax --dry -s 'Be brief.' -t 0.5\nHow are you?")
    assert "Not sent" in text
    assert '"temperature": 0.5' in text
    assert "How are you?" in text
    assert "tokens" in text
    assert "_mm" not in shell.shell.user_ns
    assert isinstance(shell.fails("%minimax_history"), ConfigError), "nothing was asked, so there is no conversation"


def test_code_of_the_same_call_runs_against_the_emulator_and_says_the_same(shell, capsys):
    from minimax_nb.emulator import serve

    with serve(delay_ms=0) as server:
        text = shell.ok(f"%%minimax --show-code --alone\n{NOW}Say hello, please.")
        blocks = [block.split("\n", 1) for block in text.split("```")[1::2]]
        assert [language for language, _ in blocks] == ["python", "bash", "javascript", "php", "python", "python"]
        said = []
        for language, source in blocks:
            if language == "python":
                exec(compile(source.replace("http://127.0.0.1:8765", server.url), "code", "exec"), {})
                said.append(capsys.readouterr().out.strip())
    expected = shell.ok(f"%%minimax --alone\n{NOW}Say hello, please.")
    assert said[0] in expected
    assert len(said) == 3
    assert all(len(answer) > 20 for answer in said)


def test_the_shown_code_holds_no_key(shell, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    for option in ("--show-code", "--dry"):
        text = shell.ok(f"%%minimax -p minimax {option}\nhello")
        assert "test-key-for-nobody" not in str(shell.outputs)
        assert "MINIMAX_API_KEY" in text or option == "--dry"


# -- mistakes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "error", "said"),
    [
        ("%%minimax --modle x\nhi", ConfigError, "--model"),
        ("%%minimax -m MiniMax-M33\nhi", ConfigError, "MiniMax-M3"),
        ("%%minimax -p minimix\nhi", ConfigError, "minimax"),
        ("%%minimax -p minimax\nhi", ConfigError, "MINIMAX_API_KEY"),
        ("%%minimax -t 9\nhi", RequestError, "0 to 2"),
        ("%%minimax\n  \n", RequestError, "empty"),
        ("%minimax", RequestError, "empty"),
        ("%%minimax -u http://127.0.0.1:9/v1\nhi", TransportError, "Could not reach"),
        ("%%minimax\n/emulate fault=401,delay-ms=0\nhi", AuthError, "key"),
        ("%minimax_history --chat nobody", ConfigError, "nobody"),
        ("%minimax_config modle=x", ConfigError, "model"),
        ("%minimax_config temperature=warm", ConfigError, "warm"),
        ("%minimax_models no such model", ConfigError, "no such model"),
        ("%minimax_fix", RequestError, "nothing to fix"),
    ],
)
def test_a_mistake_is_one_line_and_the_next_cell_works(shell, cell, error, said):
    import sys

    sys.last_value = sys.last_exc = None
    found = shell.fails(cell)
    assert isinstance(found, error)
    assert len(shell.lines()) == 1
    assert said in shell.lines()[0]
    assert "\n" not in shell.lines()[0]
    assert "hello" in shell.ok(f"%%minimax --new\n{NOW}hello").lower()


def test_full_tracebacks_are_one_setting_away(shell):
    shell.ok("%minimax_config tracebacks=True")
    error = shell.fails("%%minimax --modle x\nhi")
    assert not hasattr(error, "_render_traceback_")


def test_a_failure_in_mid_stream_keeps_what_came_in_the_output_and_in_the_names(shell):
    shell.fails("%%minimax -o answer\n/emulate fault=cut,delay-ms=0\nShow me a table and code.")
    assert shell["answer"].partial
    assert shell["answer"] is shell["_mm"]
    assert len(shell.outputs) == 1
    assert shell.metadata[0]["minimax_nb"]["partial"] is True


# -- the family ----------------------------------------------------------


def test_models_lists_what_is_known(shell):
    text = shell.ok("%minimax_models -p minimax")
    for piece in ("MiniMax-M3", "1,000,000", "0.3", "retired"):
        assert piece in text
    assert "MiniMax-M2.7" not in shell.ok("%minimax_models -p minimax m3.1")


def test_history_shows_the_conversation_and_what_it_used(shell):
    shell.ok(f"%%minimax\n{NOW}My question.")
    text = shell.ok("%minimax_history")
    assert "My question." in text
    assert "assistant" in text
    assert "Usage" in text


def test_reset_forgets_and_undo_brings_back(shell, capsys):
    shell.ok(f"%%minimax\n{NOW}My favourite colour is teal.")
    shell.ok("%minimax_reset")
    shell.fails("%minimax_history")
    shell.ok("%minimax_reset --undo")
    assert "teal" in shell.ok("%minimax_history")
    shell.ok("%minimax_reset --all")
    shell.fails("%minimax_history")


def test_fix_sends_the_last_exception_with_its_cell(shell):
    shell.fails("def half(x):\n    return x / 0\nhalf(1)")
    shell.ok("%minimax_fix --alone in one line, please")
    prompt = shell["_mm"].prompt
    for piece in ("return x / 0", "ZeroDivisionError", "in one line, please"):
        assert piece in prompt


def test_fix_does_not_send_the_kits_own_errors(shell):
    shell.fails("%%minimax --modle x\nhi")
    assert "No model was asked" in str(shell.fails("%minimax_fix"))


def test_defaults_are_shown_set_used_and_taken_back(shell):
    assert "not set" in shell.ok("%minimax_config")
    shell.ok('%minimax_config model=MiniMax-M2.7 temperature=0.25 system="Be brief."')
    shell.ok(f"%%minimax\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M2.7"
    assert dict(shell["_mm"].parameters) == {"temperature": 0.25}
    shell.ok(f"%%minimax -m MiniMax-M3\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M3"
    shell.ok("%minimax_config model= temperature=")
    shell.ok(f"%%minimax\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M3"
    assert not shell["_mm"].parameters


def test_settings_follow_one_order(shell, monkeypatch):
    monkeypatch.setenv("MINIMAX_NB_MODEL", "MiniMax-M2.1")
    shell.ok(f"%%minimax --new\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M2.1"
    shell.ok("%minimax_config model=MiniMax-M2.7")
    shell.ok(f"%%minimax --new\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M2.7"
    shell.ok(f"%%minimax --new -m MiniMax-M3\n{NOW}hello")
    assert shell["_mm"].asked_model == "MiniMax-M3"


def test_the_doctor_says_what_works_and_shows_no_key(shell, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    text = shell.ok("%minimax_doctor --offline")
    for piece in ("Python", "environment MINIMAX_API_KEY", "not set", "emulator, openai", "httpx"):
        assert piece in text
    assert "test-key" not in text


# -- coming and going ----------------------------------------------------------


def state(shell) -> dict[str, object]:
    manager = shell.shell.magics_manager
    dispatcher = shell.shell.strdispatchers.get("complete_command")
    return {
        "line": sorted(manager.magics["line"]),
        "cell": sorted(manager.magics["cell"]),
        "registry": sorted(manager.registry),
        "configurables": len(shell.shell.configurables),
        "transformers": list(shell.shell.input_transformer_manager.token_transformers),
        "hooks": sorted(map(str, dispatcher.regexs)) if dispatcher else [],
    }


def test_unloading_puts_everything_back_and_loading_again_works(bare):
    for name in (*bare.shell.magics_manager.lazy_magics, "time", "alias", "edit", "run", "history", "pylab"):
        bare.shell.find_line_magic(name)  # IPython registers its own magics when they are first looked for
    bare.ok("%load_ext minimax_nb")
    bare.ok("%unload_ext minimax_nb")
    before = state(bare)
    assert "minimax" not in str(before).lower()
    for _ in range(2):
        bare.ok("%load_ext minimax_nb")
        assert "hello" in bare.ok(f"%%minimax\n{NOW}hello").lower()
        bare.ok("%unload_ext minimax_nb")
        assert state(bare) == before
        assert "_mm" not in bare.shell.user_ns
    bare.ok("%load_ext minimax_nb")
    bare.ok("%reload_ext minimax_nb")
    assert "hello" in bare.ok(f"%%minimax\n{NOW}hello").lower()
    bare.ok("%unload_ext minimax_nb")


def test_loading_says_nothing(bare, capsys):
    bare.ok("%load_ext minimax_nb")
    assert capsys.readouterr() == ("", "")
    assert bare.outputs == []
    bare.ok("%unload_ext minimax_nb")


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("%minimax --fa", "--face"),
        ("%%minimax --face o", "openai"),
        ("%%minimax -m MiniMax-M", "MiniMax-M3"),
        ("%%minimax -p modelslab -m mini", "minimax-minimax-m2"),
        ("%%minimax -p mod", "modelslab"),
        ("%minimax_history --ch", "--chat"),
        ("%minimax_reset --a", "--all"),
    ],
)
def test_tab_completes_in_the_shell(shell, line, offers):
    _, found = shell.shell.complete(None, line, len(line))
    assert any(offers.endswith(match) or match == offers for match in found)


def test_tab_completes_names_of_conversations(shell):
    shell.ok(f"%%minimax --chat colours\n{NOW}hi")
    _, found = shell.shell.complete(None, "%minimax_history --chat co", 26)
    assert "colours" in found


def test_every_magic_is_in_lsmagic(shell):
    names = set(shell.shell.magics_manager.lsmagic()["line"])
    assert {f"minimax_{name}" for name in ("models", "history", "reset", "fix", "config", "doctor")} | {
        "minimax"
    } <= names


def test_a_traceback_names_cells_and_no_temporary_files(shell):
    shell.fails("def half(x):\n    return x / 0\nhalf(1)")
    shell.ok("%minimax_fix --alone")
    assert 'File "<cell>", line 2' in shell["_mm"].prompt
    assert "ipython-input" not in shell["_mm"].prompt
