"""What replies used: entered once each, added where that makes sense, never lost, doubled or made up."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections import Counter
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.chat import Chat, Ledger, UsageLine
from minimax_nb.chat.ledger import SESSION
from minimax_nb.errors import ConfigError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.usage import Usage

COUNTS = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thinking_tokens", "total_tokens"
)  # fmt: skip
M3 = ("minimax", "MiniMax-M3")
TOLD = Usage(100, 0, 0, 10, None)


def answered(whose=M3, usage=TOLD, cost="0.001", *, ended="end_turn", free=False, replayed=False) -> Reply:
    """A reply that has ended."""
    reply = Reply(provider=whose[0], face="openai", asked_model=whose[1])
    reply.own_usage, reply.own_bill = usage, Bill(None if cost is None else Decimal(cost))
    reply.own_timing, reply.request_id = Timing(0.5, 2.0, 60.0), "request-1"
    reply.free, reply.replayed = free, replayed
    if ended in {"interrupted", "error"}:
        reply.fail(KeyboardInterrupt(), ended)
    else:
        reply.stop_reason = ended
    return reply


def ledger_of(*replies: Reply, name: str = "") -> Ledger:
    ledger = Ledger(name=name)
    for reply in replies:
        ledger.add(reply)
    return ledger


# -- entries -------------------------------------------------------------------------------------------------------


def test_an_entry_holds_what_the_receipt_says():
    entry = ledger_of(name="talk").add(answered(), at=1_700_000_000.0)
    assert (entry.chat, entry.provider, entry.model, entry.face) == ("talk", *M3, "openai")
    assert entry.usage == Usage(100, 0, 0, 10, None)
    assert entry.cost == Decimal("0.001")
    assert (entry.first_token_s, entry.total_s, entry.request_id) == (0.5, 2.0, "request-1")
    assert (entry.stop_reason, entry.partial, entry.free, entry.replayed) == ("end_turn", False, False, False)
    assert entry.at == 1_700_000_000.0


def test_the_model_that_served_is_the_one_that_counts():
    reply = answered()
    reply.model = "MiniMax-M3-0901"
    assert ledger_of(reply).lines[0].model == "MiniMax-M3-0901"


def test_a_reply_after_tool_calls_is_entered_without_the_calls_before_it():
    first, second = answered(cost="0.001"), answered(cost="0.002")
    second.earlier = (first,)
    ledger = ledger_of(first, second)
    assert ledger.lines[0].cost == second.cost == Decimal("0.003")
    assert ledger.lines[0].input_tokens == second.usage.input_tokens == 200


def test_the_clock_dates_a_call_but_neither_the_emulator_nor_a_recording():
    ledger = ledger_of(
        answered(), answered(("emulator:minimax", "MiniMax-M3"), free=True), answered(replayed=True)
    )  # fmt: skip
    dated, emulated, replayed = ledger.entries
    assert dated.at > 1_700_000_000
    assert emulated.at is None
    assert replayed.at is None


def test_every_entry_is_in_the_ledgers_above_with_the_chats_name():
    session = Ledger()
    one, two = Ledger(session, "one"), Ledger(session, "two")
    one.add(answered())
    two.add(answered())
    two.add(answered(), chat="guest")
    assert [entry.chat for entry in session.entries] == ["one", "two", "guest"]
    assert [len(ledger) for ledger in (one, two, session)] == [1, 2, 3]


def test_clearing_a_ledger_leaves_the_one_above_as_it_is():
    session = Ledger()
    chat = Ledger(session, "one")
    chat.add(answered())
    chat.clear()
    assert chat.entries == ()
    assert len(session) == 1
    session.clear()
    assert session.lines == ()


def test_what_a_chat_asks_is_in_the_sessions_ledger():
    before = len(SESSION)
    chat = Chat(provider="emulator", name="in the session")
    reply = chat.ask("/emulate delay-ms=0\nhello")
    assert chat.usage.lines[0].output_tokens == reply.usage.output_tokens
    mine = [entry for entry in SESSION.entries[before:] if entry.chat == "in the session"]
    assert [entry.usage for entry in mine] == [reply.usage]


# -- sums ----------------------------------------------------------------------------------------------------------


def test_a_count_that_some_replies_do_not_tell_is_at_least_the_sum_of_the_others():
    line = ledger_of(answered(usage=Usage(100, None, None, 10, None)), answered(usage=Usage())).lines[0]
    assert (line.input_tokens, line.output_tokens, line.total_tokens) == (100, 10, 110)
    assert (line.unknown["input_tokens"], line.unknown["output_tokens"]) == (1, 1)
    assert line.cached_tokens is None
    assert line.unknown["cached_tokens"] == 2


def test_an_unknown_price_is_counted_and_is_no_zero():
    some, none = ledger_of(answered(cost=None), answered(cost="0.25")), ledger_of(answered(cost=None))
    assert (some.lines[0].cost, some.lines[0].unknown_cost) == (Decimal("0.25"), 1)
    assert (none.lines[0].cost, none.lines[0].unknown_cost) == (None, 1)


def test_estimates_are_counted_where_they_are():
    about = Usage(100, None, None, 10, None, None, frozenset({"output_tokens"}))
    line = ledger_of(answered(usage=about), answered()).lines[0]
    assert line.estimated == 1
    told = {name for name, count in line.estimates.items() if count}
    assert told == {"output_tokens", "total_tokens", "cost"}
    thinking = Usage(100, None, None, 10, 5, None, frozenset({"thinking_tokens"}))
    assert ledger_of(answered(usage=thinking)).lines[0].estimates["cost"] == 0


def test_costs_that_may_be_lower_are_counted():
    upper = answered()
    upper.own_bill = Bill(Decimal("0.5"), at_most=True)
    line = ledger_of(upper, answered()).lines[0]
    assert (line.at_most, line.cost) == (1, Decimal("0.501"))


def test_a_replayed_reply_used_nothing():
    ledger = ledger_of(answered(), answered(replayed=True, cost="5"))
    line = ledger.lines[0]
    assert (line.replies, line.replayed) == (2, 1)
    assert (line.input_tokens, line.cost, line.unknown_cost) == (100, Decimal("0.001"), 0)
    alone = ledger_of(answered(replayed=True, cost=None)).lines[0]
    assert (alone.input_tokens, alone.cost, alone.unknown_cost) == (0, Decimal(0), 0)


@pytest.mark.parametrize("ended", ["interrupted", "error"])
def test_a_reply_cut_short_or_failed_counts_with_what_is_known(ended):
    line = ledger_of(answered(usage=Usage(100, None, None, None, None), cost=None, ended=ended)).lines[0]
    assert (line.partial, line.input_tokens, line.output_tokens, line.cost) == (1, 100, None, None)


def test_models_and_providers_are_kept_apart_in_the_order_of_their_first_use():
    other, same_name = ("minimax", "MiniMax-M2.7"), ("runapi", "MiniMax-M3")
    ledger = ledger_of(answered(other), answered(M3), answered(same_name), answered(other))
    assert [(line.provider, line.model, line.replies) for line in ledger.lines] == [
        (*other, 2), (*M3, 1), (*same_name, 1)
    ]  # fmt: skip


def test_lines_cannot_be_added():
    one, two = ledger_of(answered(), answered(("runapi", "MiniMax-M3"))).lines
    with pytest.raises(TypeError):
        one + two
    with pytest.raises(TypeError):
        sum([one, two])


def test_a_line_of_several_models_has_a_cost_and_no_counts():
    ledger = ledger_of(answered(), answered(("runapi", "MiniMax-M3"), cost=None), name="talk")
    (line,) = ledger.by("chat")
    assert line.group == (("chat", "talk"),)
    assert line.mixed
    assert (line.provider, line.model) == (None, "MiniMax-M3")
    assert [getattr(line, name) for name in COUNTS] == [None] * len(COUNTS)
    assert (line.cost, line.unknown_cost) == (Decimal("0.001"), 1)


def test_a_chat_that_kept_to_one_model_has_counts_as_well():
    (line,) = ledger_of(answered(), answered(), name="talk").by("chat")
    assert not line.mixed
    assert (line.provider, line.model, line.input_tokens) == (*M3, 200)


def test_usage_is_grouped_by_whatever_an_entry_says():
    ledger = ledger_of(answered(), answered(ended="max_tokens"), answered(ended="error"), name="talk")
    assert [(dict(line.group), line.replies) for line in ledger.by("stop_reason")] == [
        ({"stop_reason": "end_turn"}, 1), ({"stop_reason": "max_tokens"}, 1), ({"stop_reason": "error"}, 1)
    ]  # fmt: skip
    assert [line.group for line in ledger.by("chat", "partial")] == [
        (("chat", "talk"), ("partial", False)), (("chat", "talk"), ("partial", True))
    ]  # fmt: skip


def test_a_wrong_name_to_group_by_is_named_with_the_nearest_right_one():
    with pytest.raises(ConfigError, match=r"'modell'.*Did you mean model\?"):
        ledger_of().by("modell")
    with pytest.raises(ConfigError, match="usage"):
        ledger_of().by("usage")


def test_nothing_used_is_a_true_zero():
    total = ledger_of().total
    assert (total.replies, total.input_tokens, total.cost, total.unknown_cost) == (0, 0, Decimal(0), 0)


def test_money_is_added_to_the_last_digit():
    with localcontext(prec=6):
        ledger = ledger_of(answered(cost="123456.789"), answered(cost="0.000000000000000123"))
        assert ledger.total.cost == Decimal("123456.789000000000000123")


def test_a_line_is_plain_json_with_its_cost_as_text():
    told = ledger_of(answered(cost="1E-7")).by("partial")[0].to_dict()
    assert told["group"] == {"partial": False}
    assert told["cost"] == "0.0000001"
    assert (told["provider"], told["replies"], told["cached_tokens"], told["thinking_tokens"]) == (
        "minimax",
        1,
        0,
        None,
    )
    assert told["unknown"]["thinking_tokens"] == 1


# -- nothing is lost or doubled ------------------------------------------------------------------------------------

count = st.none() | st.integers(0, 10**7)
replies = st.builds(
    answered,
    whose=st.sampled_from([M3, ("minimax", "MiniMax-M2.7"), ("runapi", "MiniMax-M3"), ("emulator", "MiniMax-M3")]),
    usage=st.builds(Usage, count, count, count, count, count, count),
    cost=st.none() | st.decimals(0, 100, places=9).map(str),
    ended=st.sampled_from(["end_turn", "max_tokens", "interrupted", "error"]),
    replayed=st.booleans(),
)


def expected(receipts: list[Reply]) -> dict[str, object]:
    """The sums of receipts, worked out on their own."""
    spent = [reply for reply in receipts if not reply.replayed]
    told = {name: [getattr(reply.usage, name) for reply in spent] for name in COUNTS}
    costs = [reply.cost for reply in spent]
    return {
        **{name: None if seen and set(seen) == {None} else sum(filter(None, seen)) for name, seen in told.items()},
        "cost": None if costs and set(costs) == {None} else sum(filter(None, costs), Decimal(0)),
        "unknown": {**{name: seen.count(None) for name, seen in told.items()}, "cost": costs.count(None)},
        "replies": len(receipts),
        "replayed": len(receipts) - len(spent),
        "partial": sum(reply.stop_reason in {"interrupted", "error"} for reply in receipts),
    }


def check(line: UsageLine, receipts: list[Reply]) -> None:
    assert {name: getattr(line, name) for name in expected(receipts)} == expected(receipts)


def whose(reply: Reply) -> tuple[str, str]:
    return reply.provider, reply.model


@settings(max_examples=60)
@given(talks=st.lists(st.lists(replies, max_size=8), min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_totals_are_the_sum_of_the_receipts_however_replies_interleave(talks, order):
    session = Ledger()
    chats = [Ledger(session, f"chat {number}") for number in range(len(talks))]
    waiting = [(chat, reply) for chat, talk in zip(chats, talks, strict=True) for reply in talk]
    order.shuffle(waiting)
    for chat, reply in waiting:
        chat.add(reply)
    receipts = [reply for talk in talks for reply in talk]
    for line in session.lines:
        check(line, [reply for reply in receipts if whose(reply) == (line.provider, line.model)])
    for line in session.by("chat", "provider", "model"):
        name = dict(line.group)["chat"]
        check(line, [r for r in talks[int(name[5:])] if whose(r) == (line.provider, line.model)])
    known = [reply.cost for reply in receipts if not reply.replayed and reply.cost is not None]
    assert (session.total.cost or 0) == sum(known)
    assert session.total.replies == len(receipts)


@settings(max_examples=10)
@given(talks=st.lists(st.lists(replies, min_size=1, max_size=6), min_size=2, max_size=4))
def test_threads_lose_nothing_and_double_nothing(talks):
    session = Ledger()
    chats = [Ledger(session, f"chat {number}") for number in range(len(talks))]
    often = 40
    start = threading.Barrier(2 * len(talks))

    def talk(number: int) -> None:
        start.wait()
        for _ in range(often):
            for reply in talks[number]:
                chats[number].add(reply)
                assert session.total.replies > 0  # readers are welcome meanwhile

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=talk, args=(number % len(talks),)) for number in range(2 * len(talks))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    said = [reply for talk in talks for reply in talk] * 2 * often
    assert Counter(e.chat for e in session.entries) == {
        f"chat {number}": 2 * often * len(talk) for number, talk in enumerate(talks)
    }
    for line in session.lines:
        check(line, [reply for reply in said if whose(reply) == (line.provider, line.model)])
    for chat, talk in zip(chats, talks, strict=True):
        assert len(chat) == 2 * often * len(talk)


# -- as a DataFrame ------------------------------------------------------------------------------------------------


def test_a_dataframe_has_a_row_a_reply_and_types_that_know_the_unknown():
    ledger = Ledger(name="talk")
    ledger.add(answered(usage=Usage(100, None, None, 10, None)), at=1_700_000_000.0)
    ledger.add(answered(cost=None, ended="error", usage=Usage()), at=None)
    frame = ledger.to_pandas()
    assert frame["input_tokens"].isna().tolist() == [False, True]
    assert {str(frame[name].dtype) for name in COUNTS} == {"Int64"}
    assert frame["total_tokens"].sum() == 110
    assert frame["cost"].tolist() == [Decimal("0.001"), None]
    assert frame["partial"].tolist() == [False, True]
    assert frame["chat"].unique().tolist() == ["talk"]
    assert str(frame["at"][0]) == "2023-11-14 22:13:20+00:00"
    assert frame.groupby("model")["output_tokens"].sum().to_dict() == {"MiniMax-M3": 10}


def test_an_empty_ledger_is_an_empty_dataframe_with_the_same_columns():
    empty, full = ledger_of().to_pandas(), ledger_of(answered()).to_pandas()
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    assert list(empty.dtypes) == list(full.dtypes)


@pytest.mark.parametrize(
    ("library", "use"), [("pandas", Ledger.to_pandas), ("matplotlib", Ledger.plot)], ids=["pandas", "matplotlib"]
)
def test_a_missing_library_is_named_with_what_to_install(monkeypatch, library, use):
    for module in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError, match=f"pip install {library}"):
        use(ledger_of(answered()))


# -- drawn ---------------------------------------------------------------------------------------------------------


def drawn(figure) -> dict[str, tuple[list, list[float]]]:
    """The lines that have a name, with their points."""
    (axes,) = figure.axes
    return {
        line.get_label(): (list(line.get_xdata()), [float(y) for y in line.get_ydata()])
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def test_the_plot_rises_by_each_reply_with_a_line_for_each_model():
    ledger = ledger_of(answered(cost="0.1"), answered(("runapi", "MiniMax-M3"), cost="0.5"), answered(cost="0.2"))
    lines = drawn(ledger.plot("cost", "calls"))
    xs, ys = lines["minimax · MiniMax-M3"]
    assert (xs[:2], [round(y, 9) for y in ys[:2]]) == ([1, 3], [0.1, 0.3])
    assert lines["runapi · MiniMax-M3"] == ([2, 3], [0.5, 0.5])  # level to the right edge
    tokens = drawn(ledger.plot("tokens", "calls"))
    assert tokens["minimax · MiniMax-M3"][1][:2] == [110, 220]


def test_the_plot_marks_what_is_unknown_and_leaves_out_what_was_replayed():
    ledger = ledger_of(answered(), answered(cost=None), answered(replayed=True))
    lines = drawn(ledger.plot("cost", "calls"))
    assert lines["minimax · MiniMax-M3"][1][:2] == [0.001, 0.001]
    assert "price unknown" in lines
    assert "price unknown" not in drawn(ledger_of(answered()).plot("cost", "calls"))
    crosses = [line for line in ledger.plot("cost", "calls").axes[0].lines if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in crosses] == [[2], []]
    assert "count unknown" in drawn(ledger_of(answered(usage=Usage())).plot("tokens", "calls"))


def test_the_plot_over_time_is_in_the_order_of_time():
    ledger = Ledger()
    ledger.add(answered(cost="0.2"), at=2_000.0)
    ledger.add(answered(cost="0.1"), at=1_000.0)
    xs, ys = drawn(ledger.plot("cost", "time"))["minimax · MiniMax-M3"]
    assert [x.timestamp() for x in xs[:2]] == [1_000.0, 2_000.0]
    assert [round(y, 9) for y in ys[:2]] == [0.1, 0.3]


def test_without_any_time_the_plot_counts_replies_and_says_so():
    figure = ledger_of(answered(("emulator", "MiniMax-M3"), free=True)).plot("tokens", "time")
    assert figure.axes[0].get_xlabel() == "reply"


@pytest.mark.parametrize("over", ["time", "calls"])
@pytest.mark.parametrize("what", ["cost", "tokens"])
def test_the_plot_shows_itself_in_a_cell(what, over):
    from PIL import Image

    for ledger in (Ledger(), ledger_of(answered(), answered(("local", "a $\\frac{ _b$ model"), cost=None))):
        figure = ledger.plot(what, over)
        picture = Image.open(io.BytesIO(figure._repr_png_()))
        assert picture.getpixel((0, 0))[3] == 0, "its ground is transparent"
        assert figure.axes[0].get_ylabel() == {"cost": "cost so far, USD", "tokens": "tokens so far"}[what]


def test_the_plot_leaves_pyplot_alone():
    code = (
        "import sys; from minimax_nb.chat import Ledger; Ledger().plot()._repr_png_(); "
        "print([name for name in sys.modules if name.endswith('pyplot')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("what", "over", "near"), [("costs", "time", "cost"), ("cost", "call", "calls")])
def test_a_plot_of_something_else_is_refused_with_the_right_word(what, over, near):
    with pytest.raises(ConfigError, match=f"Did you mean {near}"):
        ledger_of(answered()).plot(what, over)
