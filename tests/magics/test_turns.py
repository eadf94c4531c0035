"""Cells that are run again: each answers its own turn anew, and says what became stale by it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from minimax_nb import ConfigError, RequestError, ServiceError
from minimax_nb.magics.whereabouts import Whereabouts

NOW = "/emulate delay-ms=0\n"


def run(shell, cell: str, text: str, *, fails: bool = False) -> str:
    """Run a cell of that id; gives what it shows."""
    shell.outputs.clear()
    shell.metadata.clear()
    result = shell.shell.run_cell(text, store_history=True, cell_id=cell)
    shell.error = result.error_before_exec or result.error_in_exec
    assert (shell.error is not None) is fails, repr(shell.error)
    return "\n".join(str(data.get("text/plain", "")) for data in shell.outputs)


def say(shell, cell: str, words: str, options: str = "") -> str:
    return run(shell, cell, f"%%minimax {options}\n{NOW}{words}")


def chat(shell, name: str = "main"):
    return shell.shell.magics_manager.registry["MinimaxMagics"].session.chats[name]


def prompts(shell, name: str = "main") -> list[str]:
    return [turn.prompt.text.removeprefix(NOW) for turn in chat(shell, name).turns]


def stale(shell, name: str = "main") -> list[bool]:
    return [turn.stale for turn in chat(shell, name).turns]


@pytest.fixture
def talked(shell):
    """A shell in which the cells a, b and c have each said a turn."""
    for cell in "abc":
        say(shell, cell, f"This is {cell}.")
    return shell


# -- run again -------------------------------------------------------------------------------------------------------


def test_a_cell_that_is_run_again_replaces_its_own_turn_and_marks_later_ones_stale(talked):
    text = say(talked, "b", "This is b again.")
    assert prompts(talked) == ["This is a.", "This is b again.", "This is c."]
    assert stale(talked) == [False, False, True]
    assert "It received 3 messages" in talked["_mm"].text
    assert "This replaces an earlier answer. The turn after it was said without this one and is stale" in text
    assert "3 · user, stale" in talked.ok("%minimax_history")
    assert "1 stale: a turn before was answered anew since." in talked.ok("%minimax_history")


def test_running_all_cells_again_leaves_nothing_stale_and_no_turn_twice(talked):
    for cell in "abc":
        say(talked, cell, f"This is {cell}, once more.")
    assert prompts(talked) == [f"This is {cell}, once more." for cell in "abc"]
    assert stale(talked) == [False] * 3


def test_the_last_cell_run_again_says_nothing_of_stale_turns(talked):
    assert "stale" not in say(talked, "c", "This is c again.")
    assert "stale" not in talked.ok("%minimax_history")


def test_without_ids_each_run_adds_a_turn(shell):
    for _ in range(2):
        shell.ok(f"%%minimax\n{NOW}hello")
    assert prompts(shell) == ["hello", "hello"]


def test_an_id_that_is_no_text_is_none(shell):
    for _ in range(2):
        run(shell, 7, f"%%minimax\n{NOW}hello")
    assert prompts(shell) == ["hello", "hello"]


def test_two_turns_of_one_cell_are_two_and_stay_two(shell):
    cell = (
        "for word in ('one', 'two'):\n    get_ipython().run_cell_magic('minimax', '', f'/emulate delay-ms=0\\n{word}')"
    )
    run(shell, "a", cell)
    text = run(shell, "a", cell)
    assert prompts(shell) == ["one", "two"]
    assert stale(shell) == [False, False]
    assert "stale" not in text, "the cell renews its second turn itself"
    say(shell, "b", "three")
    assert "The turn after it was said without this one" in run(shell, "a", cell)
    assert stale(shell) == [False, False, True]


def test_append_adds_a_turn_in_the_same_cell(shell):
    say(shell, "a", "one")
    say(shell, "a", "two", "--append")
    say(shell, "a", "one again")
    assert prompts(shell) == ["one again", "two"]
    assert stale(shell) == [False, True]


def test_a_cells_turns_in_two_conversations_are_told_apart(shell):
    say(shell, "a", "in main")
    say(shell, "a", "in the other", "--chat other")
    say(shell, "a", "in the other again", "--chat other")
    assert prompts(shell) == ["in main"]
    assert prompts(shell, "other") == ["in the other again"]


def test_both_conversations_in_one_cell(shell):
    cell = "\n".join(f"%minimax --chat {name} hi" for name in ("one", "two"))
    for _ in range(2):
        run(shell, "a", cell)
    assert [len(chat(shell, name).turns) for name in ("one", "two")] == [1, 1]


def test_a_call_that_stands_alone_leaves_every_turn_as_it_is(talked):
    before = chat(talked).turns
    text = run(talked, "a", "%minimax --alone On its own.\n%minimax --dry Only looked at.")
    assert chat(talked).turns == before
    assert "stale" not in text
    assert "It received 1 message" in talked["_mm"].text


@pytest.mark.parametrize("aside", ["--alone", "--dry", "--show-code"])
def test_what_stands_before_a_cells_turn_does_not_shift_it(shell, aside):
    for _ in range(2):
        run(shell, "a", f"%minimax {aside} Aside.\n%minimax One.")
    run(shell, "a", "%minimax One again.")
    assert prompts(shell) == ["One again."]


@pytest.mark.parametrize("option", ["--dry", "--show-code"])
def test_looking_at_a_call_changes_nothing(talked, option):
    before, replied = chat(talked).turns, talked["_mm"]
    text = say(talked, "b", "What if?", f"{option} -s 'Be brief.' -m MiniMax-M2.7")
    assert "What if?" in text
    assert "Be brief." in text
    assert chat(talked).turns == before
    assert chat(talked).system is None
    assert talked["_mm"] is replied
    say(talked, "d", "This is d.")
    assert prompts(talked)[-1] == "This is d."
    assert talked["_mm"].asked_model == "MiniMax-M3"


def test_what_would_be_sent_is_what_the_cell_would_send(talked):
    text = say(talked, "b", "What if?", "--dry")
    assert "This is a." in text
    assert "This is b." not in text
    assert "This is c." not in text


def test_a_run_that_fails_leaves_the_old_turn(talked):
    before = chat(talked).turns
    run(talked, "b", "%%minimax\n/emulate fault=1008\nThis is b again.", fails=True)
    assert isinstance(talked.error, ServiceError)
    assert chat(talked).turns == before
    run(talked, "b", "%%minimax\n{{missing}}", fails=True)
    assert isinstance(talked.error, RequestError)
    assert chat(talked).turns == before


def test_a_failed_call_in_a_cell_does_not_shift_the_others(shell):
    def cell(fault: str) -> str:
        return (
            "for word in ('one', 'two'):\n    try:\n"
            f"        get_ipython().run_cell_magic('minimax', '', '/emulate delay-ms=0{fault}\\n' + word)\n"
            "    except Exception:\n        pass\n"
        )

    run(shell, "a", cell(""))
    run(shell, "a", cell(",fault=1008"))
    assert prompts(shell) == ["one", "two"]


def test_a_replaced_turn_comes_back(talked):
    say(talked, "b", "This is b again.")
    talked.ok("%minimax_history --undo")
    assert prompts(talked) == ["This is a.", "This is b.", "This is c."]
    assert stale(talked) == [False] * 3


def test_a_new_conversation_knows_no_turn_of_the_old_one(talked):
    say(talked, "c", "Afresh.", "--new")
    assert prompts(talked) == ["Afresh."]
    say(talked, "a", "This is a.")
    assert prompts(talked) == ["Afresh.", "This is a."]


def test_a_dropped_turn_is_said_at_the_end_when_its_cell_is_run_again(talked):
    talked.ok("%minimax_history --drop 1")
    say(talked, "a", "This is a.")
    assert prompts(talked) == ["This is b.", "This is c.", "This is a."]


def test_an_interrupted_rerun_keeps_what_arrived_in_its_place(talked):
    talked.shell.user_ns["chat"] = chat(talked)
    run(
        talked, "b", "with chat.stream('/emulate delay-ms=0\\nTell me more.', turn='b') as stream:\n"
        "    for event in stream.text_stream:\n        break",
    )  # fmt: skip
    assert prompts(talked) == ["This is a.", "Tell me more.", "This is c."]
    assert chat(talked).turns[1].messages[-1].partial


def test_a_fork_answers_its_own_turns_anew(talked):
    talked.ok("%minimax_history --fork branch --turn 2")
    say(talked, "b", "This is b in the branch.", "--chat branch")
    assert prompts(talked, "branch") == ["This is a.", "This is b in the branch."]
    assert prompts(talked) == ["This is a.", "This is b.", "This is c."]


def test_after_unloading_no_cell_is_heard_of(shell):
    magics = shell.shell.magics_manager.registry["MinimaxMagics"]
    shell.ok("%unload_ext minimax_nb")
    run(shell, "a", "1 + 1")
    assert magics.whereabouts.turn("") == ""
    assert not any("Whereabouts" in repr(heard) for heard in shell.shell.events.callbacks["pre_run_cell"])


# -- names -----------------------------------------------------------------------------------------------------------


class Front:
    """A kernel's shell as far as it tells which cell runs."""

    def __init__(self) -> None:
        self.parent: dict | None = None
        self.heard: list = []
        self.events = SimpleNamespace(register=lambda _, call: self.heard.append(call), callbacks={})

    def get_parent(self) -> dict | None:
        return self.parent

    def request(self, number: int, **metadata) -> None:
        """A request arrives, and its cell begins to run."""
        self.parent = {"header": {"msg_id": f"m{number}"}, "metadata": metadata}
        self.run(metadata.get("cellId"))

    def run(self, cell: str | None) -> None:
        for call in self.heard:
            call(SimpleNamespace(cell_id=cell))


@pytest.fixture
def front():
    return Front()


@pytest.fixture
def whereabouts(front):
    made = Whereabouts()
    made.listen(front)
    return made


def test_the_first_turn_is_called_as_its_cell_and_the_next_are_numbered(front, whereabouts):
    front.request(1, cellId="abc")
    assert [whereabouts.turn("") for _ in range(3)] == ["abc", "abc#2", "abc#3"]
    assert whereabouts.turn("other") == "abc"
    front.request(2, cellId="abc")
    assert whereabouts.turn("") == "abc"


def test_a_turn_that_is_looked_at_takes_no_number(front, whereabouts):
    front.request(1, cellId="abc")
    assert whereabouts.turn("", counts=False) == "abc"
    assert whereabouts.turn("") == "abc"
    assert whereabouts.turn("", counts=False) == "abc#2"


def test_colab_names_its_cells_in_its_own_way(front, whereabouts):
    front.request(1, colab={"cell_id": "xyz"})
    assert whereabouts.turn("") == "xyz"
    front.request(2)
    assert whereabouts.turn("") == ""


@pytest.mark.parametrize("metadata", [{"colab": None}, {"colab": {}}, {"cellId": 7}, {"colab": {"cell_id": 7}}])
def test_a_request_that_names_no_cell_leaves_turns_without_names(front, whereabouts, metadata):
    front.request(1, **metadata)
    assert whereabouts.turn("") == ""


def test_a_cell_that_the_cell_runs_is_a_part_of_it(front, whereabouts):
    front.request(1, cellId="abc")
    assert whereabouts.turn("") == "abc"
    front.run(None)
    assert whereabouts.turn("") == "abc#2"


def test_what_is_said_while_no_cell_runs_has_no_name(front, whereabouts):
    front.request(1, cellId="abc")
    front.parent = {"header": {"msg_id": "m2"}, "metadata": {}}  # a button was clicked
    assert whereabouts.turn("") == ""


def test_the_cell_that_loads_the_extension_counts(front):
    front.request(1, cellId="abc")
    made = Whereabouts()
    made.listen(front)
    assert made.turn("") == "abc"


# -- presets ---------------------------------------------------------------------------------------------------------

PRESET = "from minimax_nb import Preset\nbrief = Preset(model='MiniMax-M2.7', system='Be brief.', temperature=0.5)"


@pytest.fixture
def preset(shell):
    shell.ok(PRESET)
    return shell


def test_a_conversation_begins_as_its_preset_says_and_goes_on_so(preset):
    say(preset, "a", "one", "--preset brief")
    assert preset["_mm"].asked_model == "MiniMax-M2.7"
    assert dict(preset["_mm"].parameters)["temperature"] == 0.5
    assert chat(preset).system == "Be brief."
    say(preset, "b", "two")
    assert preset["_mm"].asked_model == "MiniMax-M2.7"
    say(preset, "c", "three", "-m MiniMax-M3")
    assert preset["_mm"].asked_model == "MiniMax-M3"


def test_the_cell_with_the_preset_can_be_run_again(preset):
    for _ in range(2):
        say(preset, "a", "one", "--preset brief")
    assert prompts(preset) == ["one"]
    assert preset["_mm"].asked_model == "MiniMax-M2.7"


def test_a_preset_comes_from_a_file_too(preset, tmp_path):
    path = tmp_path / "my preset.json"
    preset["brief"].save(path)
    say(preset, "a", "one", f'--preset "{path}"')
    assert preset["_mm"].asked_model == "MiniMax-M2.7"


def test_what_is_said_beside_a_preset_counts_more(preset):
    say(preset, "a", "one", "--preset brief -m MiniMax-M2.5 -s 'Be long.' -t 0.9")
    assert preset["_mm"].asked_model == "MiniMax-M2.5"
    assert dict(preset["_mm"].parameters)["temperature"] == 0.9
    assert chat(preset).system == "Be long."


def test_a_preset_comes_too_late_for_a_conversation_that_goes_on(preset):
    say(preset, "a", "one")
    run(preset, "b", "%%minimax --preset brief\ntwo", fails=True)
    assert isinstance(preset.error, ConfigError)
    assert "has begun already, without a preset. --new begins it afresh" in str(preset.error)
    assert len(preset.lines()) == 1
    say(preset, "b", "two", "--new --preset brief")
    assert prompts(preset) == ["two"]
    preset.ok("from minimax_nb import Preset\nbrief = Preset(system='Be long.')")
    run(preset, "b", "%%minimax --preset brief\ntwo", fails=True)
    assert "with another preset" in str(preset.error)


def test_a_conversation_in_which_nothing_was_said_takes_a_preset(preset):
    run(preset, "a", "%%minimax\n/emulate fault=1008\none", fails=True)
    say(preset, "a", "one", "--preset brief")
    assert chat(preset).system == "Be brief."


def test_a_reset_forgets_the_preset_and_its_undo_brings_it_back(preset):
    say(preset, "a", "one", "--preset brief")
    preset.ok("%minimax_reset")
    preset.ok("%minimax_reset --undo")
    say(preset, "b", "two")
    assert preset["_mm"].asked_model == "MiniMax-M2.7"
    preset.ok("%minimax_reset")
    say(preset, "b", "two")
    assert preset["_mm"].asked_model == "MiniMax-M3"


def test_a_fork_goes_on_with_the_preset(preset):
    say(preset, "a", "one", "--preset brief")
    preset.ok("%minimax_history --fork branch")
    say(preset, "b", "two", "--chat branch")
    assert preset["_mm"].asked_model == "MiniMax-M2.7"


def test_a_preset_counts_more_than_the_defaults_and_less_than_the_options(preset):
    preset.ok("%minimax_config temperature=0.2 model=MiniMax-M2.5")
    for options, temperature in (("--preset brief", 0.5), ("", 0.5), ("-t 0.7", 0.7), ("--alone", 0.2)):
        say(preset, "a", "one", options)
        assert dict(preset["_mm"].parameters)["temperature"] == temperature
    assert preset["_mm"].asked_model == "MiniMax-M2.5"


@pytest.mark.parametrize("options", ["--tools nothing", "--schema Nothing", "--json --schema int", "--preset nothing"])
def test_a_mistake_beside_new_keeps_the_old_conversation(talked, options):
    before = chat(talked).turns
    run(talked, "d", f"%%minimax --new {options}\nhi", fails=True)
    assert isinstance(talked.error, ConfigError)
    assert chat(talked).turns == before


def test_a_call_alone_takes_a_preset_for_itself(preset):
    say(preset, "a", "one", "--alone --preset brief")
    assert preset["_mm"].asked_model == "MiniMax-M2.7"
    say(preset, "b", "two")
    assert preset["_mm"].asked_model == "MiniMax-M3"


@pytest.mark.parametrize(
    ("said", "shows"),
    [("breif", "Did you mean brief?"), ("NOW", "neither a Preset"), ("nowhere.json", "nor a file.")],
)
def test_a_name_that_is_no_preset_is_one_line(preset, said, shows):
    preset.shell.user_ns["NOW"] = NOW
    error = preset.fails(f"%%minimax --preset {said}\nhi")
    assert isinstance(error, ConfigError)
    assert shows in str(error)
    assert "mean NO" not in str(error)
    assert len(preset.lines()) == 1


def test_a_file_that_is_no_preset_is_one_line(preset, tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    error = preset.fails(f"%%minimax --preset {tmp_path}/notes.json\nhi")
    assert isinstance(error, ConfigError)
    assert "is not a preset" in str(error)


def test_a_role_play_is_a_preset(preset):
    preset.ok(
        "from minimax_nb import Scene\n"
        "harbour = Preset(provider='emulator', model='M2-her', system='You are Old Tom.',\n"
        "    scene=Scene(character='Old Tom', player='Ada', samples=(('Any storms?', 'One is coming.'),)))"
    )
    say(preset, "a", "Any storms?", "--chat play --preset harbour")
    assert "One is coming." in preset["_mm"].text
    say(preset, "b", "Any storms?", "--chat play")
    assert "One is coming." in preset["_mm"].text
    assert preset["_mm"].asked_model == "M2-her"


def test_tab_offers_presets_of_the_notebook(preset):
    assert "brief" in preset.shell.complete(None, "%%minimax --preset b", 20)[1]
    assert "Preset" not in preset.shell.complete(None, "%%minimax --preset ", 19)[1]
