"""The comparison: columns, what runs in them side by side, the winner, and what is saved."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from minimax_nb import Chat, Preset
from minimax_nb.chat.account import SESSION
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.usage import Usage
from minimax_nb.panels import Board, compare
from minimax_nb.panels.comparison import board as compare_board
from minimax_nb.panels.comparison.figures import Pace, Rate, best_of, how_it_ended, rate_of
from tests.panels.playing import Front, played

SLOW = "/emulate delay-ms=25,repeat=20\nhello"
QUICK = "/emulate delay-ms=0\nhello"
TWO = ["MiniMax-M3", "MiniMax-M2.7"]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The variables of a notebook."""
    found: dict[str, Any] = {}
    shell = types.SimpleNamespace(user_ns=found)
    monkeypatch.setattr(compare_board, "_namespace", lambda: shell.user_ns)
    return found


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """A front end with somebody at it."""
    monkeypatch.setattr(compare_board, "shows_widgets", lambda: True)
    with played() as playing:
        yield playing


def board_of(models: list[Any], prompt: Any = None, **more: Any) -> Board:
    return compare(models, prompt, **{"provider": "emulator", **more})


def opened(front: Front, board: Board) -> Any:
    page = front.page(board)
    assert page.state["columns"]
    return page


def column(page: Any, at: int) -> dict[str, Any]:
    return page.state["columns"][at]


# -- how columns are written -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("models", "titles"),
    [
        (TWO, TWO),
        (["MiniMax-M3", "MiniMax-M3"], ["MiniMax-M3 (1)", "MiniMax-M3 (2)"]),
        (
            [{"model": "MiniMax-M3", "temperature": 0.2}, {"model": "MiniMax-M3", "temperature": 0.9}],
            ["MiniMax-M3 · temperature 0.2", "MiniMax-M3 · temperature 0.9"],
        ),
        (["MiniMax-M3", Preset(model="MiniMax-M3", thinking="off")], ["MiniMax-M3", "MiniMax-M3 · thinking off"]),
        (
            ["emulator:modelslab:minimax-minimax-m2", "emulator:runapi:MiniMax-M3"],
            ["minimax-minimax-m2", "MiniMax-M3"],
        ),
        (
            ["emulator:MiniMax-M3", "emulator:runapi:MiniMax-M3"],
            ["MiniMax-M3 · emulator", "MiniMax-M3 · emulator:runapi"],
        ),
        (
            [{"model": "MiniMax-M3", "face": "openai"}, {"model": "MiniMax-M3", "face": "anthropic"}],
            ["MiniMax-M3 · openai", "MiniMax-M3 · anthropic"],
        ),
        (
            [{"model": "MiniMax-M3", "system": "Be brief."}, {"model": "MiniMax-M2.7"}],
            ["MiniMax-M3 · system “Be brief.”", "MiniMax-M2.7"],
        ),
        (["emulator", "minimax/minimax-m2:free"], ["MiniMax-M3", "minimax/minimax-m2:free"]),
    ],
    ids=["models", "twice", "dicts", "preset", "providers", "provider tells", "face", "system", "provider alone"],
)
def test_columns_are_titled_by_what_differs(models: list[Any], titles: list[str]) -> None:
    assert list(board_of(models).chats) == titles


def test_a_chat_in_a_column_is_forked_and_hears_nothing() -> None:
    chat = Chat(provider="emulator", system="Be brief.")
    chat.ask("hello")
    board = board_of([chat, "MiniMax-M2.7"], QUICK)
    assert len(chat.turns) == 1
    [forked, _other] = board.chats.values()
    assert forked is not None
    assert len(forked.turns) == 2
    assert forked.system == "Be brief."


def test_what_is_said_for_all_holds_where_a_column_says_nothing() -> None:
    board = board_of(["MiniMax-M3", {"model": "MiniMax-M3", "temperature": 0.9}], temperature=0.2, face="openai")
    first, second = board.chats.values()
    assert first is not None
    assert second is not None
    assert (first.preset.temperature, second.preset.temperature) == (0.2, 0.9)
    assert {first.face, second.face} == {"openai"}


def test_a_column_of_another_provider_leaves_the_common_address_aside() -> None:
    board = compare(
        ["local:m1", "emulator:MiniMax-M3"], provider="local", base_url="http://127.0.0.1:9/v1", face="openai"
    )
    first, second = board.chats.values()
    assert first is not None
    assert second is not None
    assert first.base_url == "http://127.0.0.1:9/v1"
    assert second.base_url.startswith("emulator:")


@pytest.mark.parametrize(
    ("models", "options", "says"),
    [
        ("MiniMax-M3", {}, "models is a list"),
        (["MiniMax-M3"], {}, "2 to 8 columns, not 1"),
        (["MiniMax-M3"] * 9, {}, "2 to 8 columns, not 9"),
        (TWO, {"temprature": 1}, "temperature"),
        (TWO, {"output": "two words"}, "name of a variable"),
        (TWO, {"output": "class"}, "name of a variable"),
        (TWO, {"api_key": "not a key\n"}, "cannot be a key"),
    ],
)
def test_what_is_wrong_with_all_of_it_is_said_at_once(models: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        compare(models, **options)


@pytest.mark.parametrize("prompt", ["", " \n", [], [" "]])
def test_an_empty_prompt_is_refused(prompt: Any) -> None:
    with pytest.raises(RequestError, match="empty"):
        board_of(TWO, prompt)


def test_a_key_is_held_bare_by_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError) as raised:
        compare([{"model": "MiniMax-M3", "api_key": "test-key-for-nobody"}], api_key="test-key-for-nobody")
    frames = []
    trace = raised.value.__traceback__
    while trace is not None:
        frames.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    assert not [frame for frame in frames[1:] if "test-key-for-nobody" in frame]


# -- without a front end -----------------------------------------------------------------------------------------------


def test_where_nobody_is_at_it_all_have_ended_when_it_returns() -> None:
    board = board_of(TWO, "/emulate delay-ms=5\nhello")
    assert all(reply is not None and reply.stop_reason == "end_turn" for reply in board.replies.values())
    assert board.wait(0)


@pytest.mark.parametrize(
    ("bad", "says", "ended"),
    [
        ("MiniMax-M9", "no model called", "not sent"),
        ("modelslab:minimax-minimax-m2", "No key was found", "not sent"),
        (42, "42 is no column", "not sent"),
        ({"modle": "x"}, "Did you mean model", "not sent"),
        ({"model": "MiniMax-M3", "temperature": 9}, "temperature", "not sent"),
    ],
)
def test_a_column_that_cannot_be_leaves_the_others_alone(bad: Any, says: str, ended: str) -> None:
    board = board_of(["MiniMax-M3", bad, "MiniMax-M2.7"], QUICK)
    replies = list(board.replies.values())
    assert replies[0] is not None
    assert replies[0].text
    assert replies[2] is not None
    assert replies[2].text
    assert board.table().results[1].ended == ended
    assert says in str(board.table().results[1].error)
    saved = board.saved()[0]
    assert says in saved["text/plain"]
    assert "| MiniMax-M3 | done |" in saved["text/markdown"]


def test_a_budget_holds_over_all_columns_and_is_an_error_of_the_column() -> None:
    SESSION.budget = "10 tokens"
    try:
        board = board_of(TWO, "word " * 100)
        assert [result.ended for result in board.table().results] == ["not sent: budget"] * 2
        assert "budget" in board.saved()[0]["text/markdown"]
    finally:
        SESSION.budget = None


def test_a_service_that_fails_or_breaks_off_is_told_in_its_column() -> None:
    chats = [Chat(provider="emulator", retries=0), Chat("MiniMax-M2.7", provider="emulator", retries=0)]
    board = board_of(chats, "/emulate fault=cut,delay-ms=0\nlong")
    assert [result.ended for result in board.table().results] == ["cut off"] * 2
    board = board_of(chats, "/emulate fault=529,delay-ms=0\nlong")
    assert [result.ended for result in board.table().results] == ["failed"] * 2


def test_the_saved_copy_is_the_same_on_every_run() -> None:
    def once() -> Any:
        board = board_of([*TWO, "MiniMax-M9"], "/emulate delay-ms=3\ntable")
        board.pick("MiniMax-M2.7")
        return board.saved()

    once()
    assert once() == once()


def test_the_saved_copy_holds_the_figures_and_every_reply_folded() -> None:
    board = board_of(TWO, "/emulate delay-ms=3\nhello")
    board.pick("MiniMax-M3")
    data, _ = board.saved()
    markdown = data["text/markdown"]
    assert "| model | ended | first token | tokens/s | in | out | price |" in markdown
    assert "| MiniMax-M3 (winner) | done |" in markdown
    assert markdown.count("<summary>MiniMax-M") == 2
    for reply in board.replies.values():
        assert reply is not None
        assert reply.text.strip() in data["text/plain"]
    assert markdown.count("<details>") == markdown.count("</details>")
    assert "== MiniMax-M3 (winner) ==" in data["text/plain"]


def test_the_saved_copy_says_what_it_is_and_where_its_replies_came_from() -> None:
    data, metadata = board_of([*TWO, "MiniMax-M9"], QUICK).kept()
    assert data["text/plain"].endswith("[Saved copy of the comparison]")
    assert data["text/markdown"].endswith("<sub>Saved copy of the comparison</sub>")
    told = metadata["minimax_nb"]
    assert told["panel"] == "compare"
    assert [reply["asked_model"] for reply in told["replies"]] == TWO
    assert "Nothing was asked yet" in board_of(TWO).saved()[0]["text/markdown"]


def test_each_chat_is_called_after_what_it_compares() -> None:
    board = board_of(["MiniMax-M3", Chat(provider="emulator", name="mine"), {"model": "MiniMax-M3", "name": "own"}])
    assert [chat.account.name for chat in board.chats.values() if chat] == ["compare: MiniMax-M3", "mine", "own"]


def test_hostile_text_in_prompt_and_reply_cannot_leave_its_fold() -> None:
    text = "</details><script>alert(1)</script>"
    board = board_of(TWO, f"/emulate delay-ms=0,text={text}\n{text}")
    markdown = board.saved()[0]["text/markdown"]
    assert "<script" not in markdown
    assert markdown.count("</details>") == markdown.count("<details>")


def test_the_table_is_a_frame_too() -> None:
    board = board_of(["MiniMax-M3", "MiniMax-M9"], QUICK)
    frame = board.table().to_frame()
    assert list(frame["column"]) == ["MiniMax-M3", "MiniMax-M9"]
    assert frame["output_tokens"].iloc[0] == board.replies["MiniMax-M3"].usage.output_tokens
    assert frame["output_tokens"].isna().tolist() == [False, True]
    assert frame["cost"].tolist() == [Decimal(0), None]
    assert "MiniMax-M3" in board.table()._repr_mimebundle_()[0]["text/markdown"]


def test_another_round_goes_on_with_each_chat_and_keeps_the_last_one() -> None:
    board = board_of(TWO, QUICK)
    first = board.replies["MiniMax-M3"]
    board.pick("MiniMax-M3")
    board.ask("/emulate delay-ms=0\ntable")
    assert board.winner is None
    assert board.replies["MiniMax-M3"] is not first
    assert [len(chat.turns) for chat in board.chats.values() if chat] == [2, 2]
    plain = board.saved()[0]["text/plain"]
    assert first is not None
    assert first.text.strip() in plain
    assert plain.index("round 1") < plain.index("round 2")
    assert "(winner)" in plain.partition("round 2")[0]


def test_several_objects_are_a_prompt() -> None:
    board = board_of(TWO, ["What is this?", {"a": 1}])
    reply = board.replies["MiniMax-M3"]
    assert reply is not None
    assert "What is this?" in reply.prompt
    assert '"a"' in reply.prompt


def test_a_schema_is_asked_of_every_column() -> None:
    board = board_of(TWO, QUICK, schema={"type": "object", "properties": {"name": {"type": "string"}}})
    assert all(reply is not None and isinstance(reply.parsed, dict) for reply in board.replies.values())


def test_a_note_that_is_given_once_stands_in_the_first_column(monkeypatch: pytest.MonkeyPatch) -> None:
    from minimax_nb.chat import chat as chats

    monkeypatch.setattr(chats, "_told", set())
    board = compare(TWO * 3, QUICK)
    notes = ["No key was found" in " ".join(reply.notes) for reply in board.replies.values() if reply]
    assert notes == [True, False, False, False, False, False]


# -- the winner --------------------------------------------------------------------------------------------------------


def test_the_winner_is_bound_to_the_variable_changed_and_taken_back(names: dict[str, Any]) -> None:
    board = board_of(TWO, QUICK, output="answer")
    assert names == {}
    board.pick("MiniMax-M3")
    assert names["answer"] is board.winner is board.best is board.replies["MiniMax-M3"]
    assert board.chat is board.chats["MiniMax-M3"]
    board.pick("MiniMax-M2.7")
    assert names["answer"] is board.replies["MiniMax-M2.7"]
    board.pick(None)
    assert names == {}
    assert board.winner is None


def test_a_variable_that_holds_something_else_by_now_is_left_alone(names: dict[str, Any]) -> None:
    board = board_of(TWO, QUICK)
    board.pick("MiniMax-M3")
    names["best"] = "mine"
    board.pick(None)
    assert names == {"best": "mine"}


def test_what_cannot_be_picked_is_said(names: dict[str, Any]) -> None:
    board = board_of([*TWO, "MiniMax-M9"], QUICK)
    with pytest.raises(RequestError, match="no column 'x'"):
        board.pick("x")
    with pytest.raises(RequestError, match="no reply that could be picked"):
        board.pick("MiniMax-M9")
    assert names == {}


def test_the_notebooks_variables_are_those_of_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = types.SimpleNamespace(user_ns={})
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    board = board_of(TWO, QUICK)
    board.pick("MiniMax-M3")
    assert shell.user_ns["best"] is board.winner


# -- at the page -------------------------------------------------------------------------------------------------------


def test_it_returns_at_once_and_all_columns_stream_together(front: Front) -> None:
    board = board_of([*TWO, "MiniMax-M2.5"], SLOW)
    page = opened(front, board)
    assert not board.wait(0)
    page.wait(lambda: len({op["r"] for op in page.named("text", "block", "think")}) == 3, "text in three columns")
    board.stop()
    assert board.wait(30)
    many = [
        message
        for message in page.messages
        if len({op["r"] for op in message["ops"] if "r" in op and "c" not in op}) > 1
    ]
    assert many, "no message held news of two columns"
    assert all(message["seq"] == at for at, message in enumerate(page.messages, 1))


def test_there_are_never_more_than_twenty_messages_a_second(front: Front) -> None:
    board = board_of([*TWO, *TWO], "/emulate delay-ms=1,repeat=8\nlong")
    page = opened(front, board)
    assert board.wait(30)
    asked = 2 + len(board.chats)  # the state, the beginning, and the end of each column are sent at once
    spread = page.times[-1] - page.times[0]
    assert len(page.times) <= 20 * spread + asked + 1


def test_without_a_prompt_the_page_asks_for_it(front: Front) -> None:
    board = board_of(TWO)
    page = opened(front, board)
    assert page.state["prompt"] == ""
    assert not column(page, 0)["asked"]
    page.send({"op": "ask", "text": QUICK})
    assert board.wait(30)
    assert all(reply is not None and reply.text for reply in board.replies.values())
    assert page.state["prompt"] == QUICK
    page.send({"op": "ask", "text": "  "})
    assert "empty" in page.errors[-1]


def test_a_page_that_opens_late_sees_all_of_it(front: Front) -> None:
    board = board_of(TWO, QUICK)
    assert board.wait(30)
    page = front.page(board)
    for shown in page.state["columns"]:
        assert shown["reply"]["end"] is not None
        assert shown["reply"]["sections"][0]["blocks"]
        assert shown["written"].isdigit()


def test_state_and_operations_tell_the_same(front: Front) -> None:
    board = board_of(TWO, SLOW)
    page = opened(front, board)
    before = page.state
    page.wait(lambda: page.named("text", "block"), "text")
    assert board.wait(60)
    shown = {one["c"]: dict(one) for one in before["columns"]}
    for op in page.named("column"):
        shown[op["c"]].update(op)
    for one in page.state["columns"]:
        told = shown[one["c"]]
        assert {name: told[name] for name in one if name != "reply"} == {n: v for n, v in one.items() if n != "reply"}


def test_figures_are_live_estimates_and_then_those_of_the_reply(front: Front) -> None:
    board = board_of(TWO, SLOW)
    page = opened(front, board)
    page.wait(lambda: any(op.get("speed", "").startswith("~") for op in page.named("column")), "a live speed")
    live = [op["written"] for op in page.named("column") if op.get("written")]
    assert live[0].startswith("~")
    board.stop()
    assert board.wait(30)
    board.ask(QUICK)
    assert board.wait(30)
    for at, reply in enumerate(board.replies.values()):
        assert reply is not None
        assert column(page, at)["written"] == f"{reply.usage.output_tokens:,}"


def test_stop_stops_all_or_one_column_and_keeps_what_came(front: Front) -> None:
    board = board_of(TWO, SLOW)
    page = opened(front, board)
    page.wait(lambda: len({op["r"] for op in page.named("text", "block")}) == 2, "text in both")
    page.send({"op": "stop", "c": "c2"})
    page.wait(lambda: not column(page, 1)["busy"], "the second column's end")
    assert column(page, 0)["busy"]
    page.send({"op": "stop"})
    assert board.wait(30)
    assert [result.ended for result in board.table().results] == ["stopped by you"] * 2
    assert all(reply is not None and reply.text and reply.partial for reply in board.replies.values())
    assert not page.errors


def test_stop_before_anything_was_sent_sends_nothing(front: Front) -> None:
    board = board_of(TWO, "/emulate stall-ms=20000,fault=stall\nhello")
    board.stop()
    assert board.wait(30)
    assert not any(column_.busy for column_ in board._columns)


def test_a_failed_column_is_regenerated_alone(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELSLAB_API_KEY", raising=False)
    board = board_of(["MiniMax-M3", "modelslab:minimax-minimax-m2"], QUICK)
    page = opened(front, board)
    assert board.wait(30)
    kept = board.replies["MiniMax-M3"]
    assert "MODELSLAB_API_KEY" in column(page, 1)["complaint"]
    assert column(page, 1)["asked"]
    monkeypatch.setenv("MODELSLAB_API_KEY", "test-key-for-nobody")
    monkeypatch.setattr(board._columns[1], "_common", {"provider": "emulator"})
    monkeypatch.setattr(board._columns[1], "_entry", "emulator:modelslab:minimax-minimax-m2")
    page.send({"op": "again", "c": "c2"})
    assert board.wait(30)
    assert column(page, 1)["complaint"] == ""
    assert column(page, 1)["answered"]
    assert board.replies["MiniMax-M3"] is kept


def test_regenerate_answers_the_same_turn_anew(front: Front, names: dict[str, Any]) -> None:
    board = board_of(TWO, QUICK)
    page = opened(front, board)
    assert board.wait(30)
    page.send({"op": "pick", "c": "c1"})
    assert names["best"] is board.replies["MiniMax-M3"]
    before = board.replies["MiniMax-M3"]
    page.send({"op": "again", "c": "c1"})
    assert board.wait(30)
    assert board.replies["MiniMax-M3"] is not before
    assert board.chats["MiniMax-M3"] is not None
    assert len(board.chats["MiniMax-M3"].turns) == 1
    assert board.winner is None
    assert names == {}


def test_a_prompt_is_refused_while_another_one_is_under_way(front: Front) -> None:
    board = board_of(TWO, SLOW)
    page = opened(front, board)
    page.send({"op": "ask", "text": "hello"})
    assert "under way" in page.errors[0]
    page.send({"op": "pick", "c": "c1"})
    assert "no reply that could be picked" in page.errors[1]
    board.stop()
    assert board.wait(30)


def test_picking_at_the_page_binds_and_shows(front: Front, names: dict[str, Any]) -> None:
    board = board_of(TWO, QUICK)
    page = opened(front, board)
    assert board.wait(30)
    page.send({"op": "pick", "c": "c2"})
    assert names["best"] is board.winner is board.replies["MiniMax-M2.7"]
    assert page.state["winner"] == "c2"
    page.send({"op": "pick"})
    assert page.state["winner"] == ""
    assert names == {}


def test_going_on_gives_the_page_a_cell_and_the_notebook_the_chat(front: Front, names: dict[str, Any]) -> None:
    board = board_of(TWO, QUICK, output="answer")
    page = opened(front, board)
    assert board.wait(30)
    page.send({"op": "go_on", "from": "me"})
    assert "Pick a winner" in page.errors[0]
    page.send({"op": "pick", "c": "c1"})
    page.send({"op": "go_on", "from": "me"})
    [cell] = page.named("cell")
    assert cell["to"] == "me"
    assert "chat_panel(answer_chat)" in cell["code"]
    assert names["answer_chat"] is board.chat
    assert len(names["answer_chat"].turns) == 1


def test_another_round_is_told_with_the_last_one_folded(front: Front) -> None:
    board = board_of(TWO, QUICK)
    page = opened(front, board)
    assert board.wait(30)
    page.send({"op": "ask", "text": "/emulate delay-ms=0,text=<img src=x onerror=alert(1)>\nnext"})
    assert board.wait(30)
    page.send({"op": "ask", "text": QUICK})
    assert board.wait(30)
    told = page.named("round")
    assert [len(op["round"]["replies"]) for op in told] == [2, 2]
    assert "<img" not in told[1]["round"]["replies"][0]["html"]
    assert page.state["rounds"] == [op["round"] for op in told]


def test_an_interrupt_while_waiting_stops_all_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    with played():
        monkeypatch.setattr(compare_board, "shows_widgets", lambda: True)
        board = board_of(TWO, SLOW)
        stopped = threading.Event()

        def interrupted(self: Any, seconds: float | None = None) -> bool:
            stopped.set()
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("minimax_nb.panels.comparison.column.Column.wait", interrupted)
            with pytest.raises(KeyboardInterrupt):
                board.wait()
        assert stopped.is_set()
        assert board.wait(30)
        assert [result.ended for result in board.table().results] == ["stopped by you"] * 2


# -- figures -----------------------------------------------------------------------------------------------------------


def reply_of(first: float | None, speed: float | None, cost: str | None, **more: Any) -> Reply:
    reply = Reply(provider="minimax", face="openai", asked_model="m")
    reply.own_timing = Timing(first, 1.0, speed)
    reply.own_bill = Bill(None if cost is None else Decimal(cost))
    reply.own_usage = Usage(input_tokens=1, output_tokens=2)
    reply.stop_reason = "end_turn"
    for name, value in more.items():
        setattr(reply, name, value)
    return reply


def test_the_best_figures_are_marked() -> None:
    best = best_of({"a": reply_of(0.1, 50, "0.02"), "b": reply_of(0.2, 90, "0.01"), "c": reply_of(0.3, 90, "0.01")})
    assert best == {"a": ["first"], "b": ["speed", "price"], "c": ["speed", "price"]}


def test_what_is_unknown_or_equal_makes_none_the_best() -> None:
    assert best_of({"a": reply_of(0.1, 50, None), "b": reply_of(0.1, None, "0.01")}) == {"a": [], "b": []}
    alone = {"a": reply_of(0.1, 50, "1"), "b": reply_of(0.2, 60, "2", partial=True)}
    assert best_of(alone) == {"a": [], "b": []}


def test_a_live_price_counts_the_input_and_what_has_come() -> None:
    clock = iter([0.0, 0.5, 2.5, 2.5, 2.5])
    pace = Pace(lambda: next(clock))
    reply = Reply(provider="minimax", face="openai", asked_model="m")
    assert pace.figures(reply) == {"first": "", "speed": "", "read": "", "written": "", "price": "?"}
    pace.rate = Rate(1_000, Decimal("0.001"), Decimal("0.000002"))
    pace.begin()
    _say(reply, "word " * 400)
    pace.hear(reply)
    shown = pace.figures(reply)
    written = int(shown["written"].removeprefix("~").replace(",", ""))
    assert 300 < written < 600
    assert shown["first"] == "~0.50 s"
    assert shown["speed"] == f"~{written / 2:,.0f}"
    assert shown["read"] == "~1,000"
    assert shown["price"].startswith("~$0.00")


def _say(reply: Reply, text: str) -> None:
    from minimax_nb.messages.events import PartStarted, TextDelta

    reply.apply(PartStarted(0, "text"))
    reply.apply(TextDelta(0, text))


def test_the_rate_is_that_of_the_models_row() -> None:
    from minimax_nb import quote

    chat = Chat("MiniMax-M3", provider="minimax", api_key="test-key-for-nobody")
    rate = rate_of(chat, ["word " * 1000])
    assert rate is not None
    bill = quote("MiniMax-M3", input_tokens=rate.tokens, output_tokens=500)
    assert rate.usd(500) == bill.total


@pytest.mark.parametrize(
    ("error", "ended"), [(None, "done"), (ConfigError("x"), "not sent"), (ValueError("x"), "failed")]
)
def test_the_end_is_told_in_words(error: BaseException | None, ended: str) -> None:
    assert how_it_ended(reply_of(1, 1, "1"), error) == ended
