"""The usage panel without a browser: the table as it grows, budgets, the drawing's numbers, the CSV file."""

from __future__ import annotations

import csv
import io
import json
import threading
import weakref
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from minimax_nb import Chat
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.cost import Cost
from minimax_nb.chat.entry import Entry
from minimax_nb.chat.ledger import Ledger
from minimax_nb.messages.usage import Usage
from minimax_nb.panels.usage.csv import COLUMNS, usage_csv
from minimax_nb.panels.usage.curves import MOST_CURVES, STEPS, curves
from minimax_nb.panels.usage.panel import MOST_ROWS, UsagePanel, usage_panel
from tests.panels.playing import Front, played

FAST = "/emulate delay-ms=0\n"


@pytest.fixture(autouse=True)
def _own_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session in which nothing was asked yet, and that has no chats."""
    budget = SESSION.budget
    monkeypatch.setattr(SESSION, "usage", Ledger())
    monkeypatch.setattr(SESSION, "_below", weakref.WeakSet())
    yield
    SESSION.budget = budget


_panels: list[UsagePanel] = []


@pytest.fixture
def front() -> Iterator[Front]:
    with played() as playing:
        yield playing
        while _panels:
            _panels.pop().close()


def opened(front: Front, chat: Chat | None = None) -> UsagePanel:
    _panels.append(usage_panel(chat))
    assert front.page(_panels[-1]).hello()
    return _panels[-1]


def named_chat(name: str) -> Chat:
    chat = Chat(provider="emulator")
    chat.charge_to(Account(parent=SESSION, name=name))
    return chat


def entry(model: str = "MiniMax-M3", **more: Any) -> Entry:
    said: dict[str, Any] = {
        "chat": "",
        "provider": "minimax",
        "model": model,
        "face": "anthropic",
        "usage": Usage(input_tokens=10, output_tokens=5),
        "cost": Decimal("0.001"),
        **dict.fromkeys(("at_most", "free", "replayed", "partial"), False),
        "stop_reason": "end_turn",
        **dict.fromkeys(("at", "first_token_s", "total_s", "request_id")),
    }
    return Entry(**(said | more))


def parts(front: Front, name: str) -> list[Any]:
    """What the page was sent of one part, in order; the state counts, too."""
    found = []
    for op in front.ops:
        held = op.get("state", {}) if op["op"] == "state" else op.get("parts", {})
        if name in held:
            found.append(held[name])
    return found


def last(front: Front, name: str) -> Any:
    return parts(front, name)[-1]


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_session_is_shown_by_chat_provider_and_model(front: Front) -> None:
    named_chat("main").ask(f"{FAST}one")
    named_chat("draft").ask(f"{FAST}two")
    opened(front)
    table = last(front, "table")
    assert table["headers"][:4] == ["chat", "provider", "model", "replies"]
    assert [row[0] for row in table["rows"]] == ["main", "draft"]
    assert table["all"][0] == "all"
    assert table["replies"] == "2"
    assert table["price"] == "free"


def test_one_chat_has_its_own_table(front: Front) -> None:
    chat = named_chat("main")
    chat.ask(f"{FAST}one")
    named_chat("other").ask(f"{FAST}two")
    panel = opened(front, chat)
    assert last(front, "table")["replies"] == "1"
    assert front.named("state")[-1]["state"]["title"] == "Usage of main"
    assert panel.usage is chat.usage


def test_a_reply_that_ends_is_in_the_table_at_once(front: Front) -> None:
    chat = Chat(provider="emulator")
    opened(front)
    assert last(front, "table")["rows"] == []
    chat.ask(f"{FAST}one")
    front.wait(lambda: last(front, "table")["replies"] == "1", "the first reply")
    thread = threading.Thread(target=chat.ask, args=(f"{FAST}two",))
    thread.start()
    thread.join()
    front.wait(lambda: last(front, "table")["replies"] == "2", "the second reply")


def test_the_page_chooses_how_lines_are_grouped(front: Front) -> None:
    named_chat("main").ask(f"{FAST}one")
    panel = opened(front)
    front.send({"op": "by", "by": ["model", "stop_reason", "nonsense"]})
    assert last(front, "by") == ["model", "stop_reason"]
    assert last(front, "table")["headers"][:2] == ["model", "ended"]
    assert "| model | ended |" in panel.saved()[0]["text/markdown"]
    front.send({"op": "by", "by": []})
    assert last(front, "by") == ["chat", "provider", "model"]


def test_unknown_is_never_zero_and_estimates_are_marked(front: Front) -> None:
    panel = opened(front)
    estimated = Usage(input_tokens=10, output_tokens=5, estimates=frozenset({"output_tokens"}))
    for one in (entry(cost=None, usage=Usage()), entry(usage=estimated)):
        panel.usage._entries.append(one)
    front.send({"op": "hello", "from": "again"})
    table = last(front, "table")
    [row] = table["rows"]
    assert row[table["names"] + 1] == "10+"
    assert row[-1] == "~$0.0010 + 1 unknown"
    assert any("estimate" in remark for remark in table["remarks"])


def test_a_table_of_thousands_of_lines_is_cut_and_says_so(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries += [entry(chat=f"chat {number}") for number in range(3000)]
    front.send({"op": "hello", "from": "again"})
    table = last(front, "table")
    assert len(table["rows"]) == MOST_ROWS
    assert table["replies"] == "3,000"
    assert "2,900 more lines" in table["remarks"][-1]
    saved = panel.saved()[0]["text/markdown"]
    assert "2,900 more lines" in saved
    assert len(saved) < 30_000


def test_names_travel_as_text(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries.append(entry(chat="<img src=x onerror=alert(1)>"))
    front.send({"op": "hello", "from": "again"})
    assert last(front, "table")["rows"][0][0] == "<img src=x onerror=alert(1)>"
    assert "<img" not in panel.saved()[0]["text/markdown"].replace("\\<img", "")


# -- budgets -----------------------------------------------------------------------------------------------------------


def budget_of(front: Front, whose: str) -> dict[str, Any]:
    return next(row for row in last(front, "budgets") if row["whose"] == whose)


@pytest.mark.parametrize(
    ("text", "said"),
    [("0.50", "$0.50"), ("20000 tokens", "20,000 tokens"), (" $1 and 5k tokens ", "$1.00 and 5,000 tokens")],
)
def test_a_budget_is_set_as_the_magic_takes_it(front: Front, text: str, said: str) -> None:
    opened(front)
    front.send({"op": "budget", "id": budget_of(front, "Session")["id"], "text": text})
    assert str(SESSION.budget) == said
    assert budget_of(front, "Session")["budget"] == said
    assert front.named("set")[-1]["budget"] == said
    front.send({"op": "budget", "id": budget_of(front, "Session")["id"], "text": said})
    assert str(SESSION.budget) == said


def test_a_budget_is_taken_away(front: Front) -> None:
    SESSION.budget = "0.50"
    opened(front)
    front.send({"op": "budget", "id": budget_of(front, "Session")["id"], "text": "off"})
    assert SESSION.budget is None
    assert budget_of(front, "Session")["limits"] == []


@pytest.mark.parametrize("text", ["", "lots", "-1", "0.5 euros", "1e5"])
def test_what_is_no_budget_is_refused_at_its_field(front: Front, text: str) -> None:
    SESSION.budget = "0.50"
    opened(front)
    session = budget_of(front, "Session")["id"]
    front.send({"op": "budget", "id": session, "text": text})
    [refused] = front.named("refused")
    assert refused["id"] == session
    assert "20000 tokens" in refused["text"]
    assert front.errors == []
    assert str(SESSION.budget) == "$0.50"


def test_each_chat_with_a_name_has_a_budget_to_set(front: Front) -> None:
    chat = named_chat("main")
    opened(front)
    front.send({"op": "budget", "id": budget_of(front, "Chat main")["id"], "text": "0.10"})
    assert str(chat.budget) == "$0.10"


def test_a_chats_panel_has_its_budget_and_the_sessions(front: Front) -> None:
    opened(front, Chat(provider="emulator"))
    assert [row["whose"] for row in last(front, "budgets")] == ["This chat", "Session"]


def test_a_chat_without_a_name_is_listed_once_it_has_a_budget(front: Front) -> None:
    chat = Chat(provider="emulator")
    opened(front)
    assert [row["whose"] for row in last(front, "budgets")] == ["Session"]
    chat.budget = "0.20"
    front.wait(lambda: len(last(front, "budgets")) == 2, "the chat's budget")
    assert budget_of(front, "Chat without a name")["budget"] == "$0.20"


def test_a_chat_that_is_no_more_is_said_to_be_no_more(front: Front) -> None:
    opened(front)
    front.send({"op": "budget", "id": "1", "text": "0.50"})
    assert front.named("refused")[0]["text"] == "This chat is no more."


def test_calls_under_way_and_what_they_hold_are_shown_until_they_end(front: Front) -> None:
    chat = named_chat("main")
    chat.budget = "1.00"
    opened(front)
    price = Decimal("0.00001")
    hold = chat.account.hold(lambda: Cost(10_000, price, price))
    front.wait(lambda: budget_of(front, "Chat main")["calls"] == 1, "the call under way")
    [limit] = budget_of(front, "Chat main")["limits"]
    assert (limit["held"], limit["left"], limit["gone"], limit["kept"]) == ("~$0.10", "$0.90", 0.1, 0.1)
    hold.settle(chat.ask(f"{FAST}one"))
    front.wait(lambda: budget_of(front, "Chat main")["calls"] == 0, "its end")


def test_a_budget_of_nothing_is_all_used(front: Front) -> None:
    SESSION.budget = 0
    opened(front)
    assert budget_of(front, "Session")["limits"][0]["gone"] == 1.0


def test_a_budget_that_is_set_elsewhere_is_seen(front: Front) -> None:
    opened(front)
    SESSION.budget = "20k tokens"
    front.wait(lambda: budget_of(front, "Session")["budget"] == "20,000 tokens", "the budget")


# -- the drawing -------------------------------------------------------------------------------------------------------


def test_one_call_is_one_point() -> None:
    drawn = curves([entry()], "cost")
    assert drawn["calls"] == 1
    assert [curve["points"] for curve in drawn["curves"]] == [[[1, "$0.001"]]]
    assert curves([], "cost")["curves"] == []


def test_five_thousand_calls_are_a_bounded_number_of_points_that_end_at_the_total() -> None:
    entries = [entry(f"model {number % 3}") for number in range(5000)]
    small, large = (json.dumps(curves(entries * times, "cost")) for times in (1, 4))
    assert len(large) < len(small) * 1.2 < 30_000
    drawn = curves(entries, "cost")
    assert all(len(curve["points"]) <= STEPS for curve in drawn["curves"])
    assert [curve["points"][-1][1] for curve in drawn["curves"]] == ["$1.667", "$1.667", "$1.666"]
    assert [curve["total"] for curve in drawn["curves"]] == ["$1.667", "$1.667", "$1.666"]
    numbers = [number for number, _ in drawn["curves"][0]["points"]]
    assert numbers == sorted(numbers)


def test_a_price_that_is_unknown_adds_nothing_and_is_marked() -> None:
    [curve] = curves([entry(), entry(cost=None), entry()], "cost")["curves"]
    assert [said for _, said in curve["points"]] == ["$0.001", "$0.001", "$0.002"]
    assert (curve["unknown"], curve["unknowns"], curve["total"]) == ([2], 1, "$0.002+")
    [curve] = curves([entry(cost=None)], "cost")["curves"]
    assert curve["total"] == "unknown"


def test_tokens_are_drawn_apart_for_each_model_and_replays_not_at_all() -> None:
    drawn = curves([entry(), entry("MiniMax-M2"), entry(replayed=True)], "tokens")["curves"]
    assert [(curve["name"], curve["total"]) for curve in drawn] == [
        ("minimax · MiniMax-M3", "15"),
        ("minimax · MiniMax-M2", "15"),
    ]


def test_of_many_models_those_that_rise_highest_are_drawn() -> None:
    entries = [entry(f"model {number:02}", cost=Decimal(number)) for number in range(12)]
    drawn = curves(entries, "cost")
    assert drawn["more"] == 12 - MOST_CURVES
    assert drawn["curves"][0]["name"] == f"minimax · model {12 - MOST_CURVES:02}"


def test_the_page_chooses_between_price_and_tokens(front: Front) -> None:
    Chat(provider="emulator").ask(f"{FAST}one")
    opened(front)
    front.send({"op": "plot", "what": "cost"})
    assert [curve["total"] for curve in last(front, "plot")["curves"]] == ["$0"]
    front.send({"op": "plot", "what": "tokens"})
    [curve] = last(front, "plot")["curves"]
    assert curve["total"].replace(",", "").isdigit()


def test_tokens_are_drawn_until_something_has_a_price_or_somebody_chooses(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries += [entry(cost=Decimal(0), free=True), entry(cost=None)]
    assert front.state["plot"]["what"] == "tokens"
    panel.usage._entries.append(entry())
    assert front.state["plot"]["what"] == "cost"
    front.send({"op": "plot", "what": "tokens"})
    assert front.state["plot"]["what"] == "tokens"
    front.send({"op": "plot", "what": "nonsense"})
    assert front.state["plot"]["what"] == "cost"


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_only_what_has_changed_is_sent(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries += [entry(f"model {number % 3}") for number in range(2000)]
    front.send({"op": "hello", "from": "again"})
    before = len(front.messages)
    front.send({"op": "budget", "id": budget_of(front, "Session")["id"], "text": "0.50"})
    changed = [op["parts"].keys() for message in front.messages[before:] for op in message["ops"] if op["op"] == "show"]
    assert [set(one) for one in changed] == [{"budgets"}]


def test_a_whole_state_is_small_however_much_was_used(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries += [entry(f"model {number % 40}", chat=f"chat {number % 200}") for number in range(5000)]
    assert len(json.dumps(front.state)) < 64_000


def test_nothing_is_sent_while_nothing_changes(front: Front) -> None:
    chat = Chat(provider="emulator")
    panel = opened(front)
    looks = threading.Semaphore(0)
    look = panel._parts

    def counted() -> dict[str, Any]:
        looks.release()
        return look()

    panel._parts = counted  # type: ignore[method-assign]
    before = len(front.messages)
    assert looks.acquire(timeout=20)
    assert looks.acquire(timeout=20)
    assert len(front.messages) == before
    chat.ask(f"{FAST}one")
    front.wait(lambda: len(front.messages) > before, "what changed")


def test_a_closed_panel_looks_no_more(front: Front) -> None:
    panel = opened(front)
    follower = next(one for one in threading.enumerate() if one.name == "minimax_nb usage panel" and one.is_alive())
    panel.close()
    follower.join(20)
    assert not follower.is_alive()


# -- the CSV file ------------------------------------------------------------------------------------------------------


def test_the_csv_has_a_row_for_each_reply_and_nothing_for_what_is_unknown() -> None:
    text = "".join(usage_csv([entry(at=0.5, request_id="r1"), entry(cost=None, usage=Usage(), partial=True)]))
    known, unknown = csv.DictReader(io.StringIO(text, newline=""))
    assert tuple(known) == COLUMNS
    assert (known["cost_usd"], known["input_tokens"], known["at"]) == ("0.001", "10", "1970-01-01T00:00:00.500+00:00")
    assert (unknown["cost_usd"], unknown["input_tokens"], unknown["at"], unknown["partial"]) == ("", "", "", "yes")


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\t=1"])
def test_a_name_is_no_formula_in_a_spreadsheet(name: str) -> None:
    text = "".join(usage_csv([entry(chat=name)]))
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["chat"] == f"'{name}"


def test_names_with_commas_quotes_and_line_breaks_stay_one_cell() -> None:
    name = 'a, "b"\nc'
    [row] = csv.DictReader(io.StringIO("".join(usage_csv([entry(chat=name)])), newline=""))
    assert row["chat"] == name


def test_the_csv_comes_in_parts_to_the_view_that_asked(front: Front) -> None:
    panel = opened(front)
    panel.usage._entries += [entry() for _ in range(5000)]
    front.send({"op": "csv", "for": "view-1"})
    front.wait(lambda: any(op.get("last") for op in front.named("csv")), "the end of the file")
    came = front.named("csv")
    assert {op["for"] for op in came} == {"view-1"}
    assert max(len(op.get("part", "")) for op in came) < 300_000
    assert len(list(csv.reader(io.StringIO("".join(op.get("part", "") for op in came), newline="")))) == 5001


# -- what is saved -----------------------------------------------------------------------------------------------------


def test_the_saved_copy_is_the_table_and_the_budgets(front: Front) -> None:
    chat = named_chat("main")
    chat.ask(f"{FAST}one")
    SESSION.budget = "0.50"
    panel = usage_panel()
    markdown = panel.saved()[0]["text/markdown"]
    assert "**Usage of this session**" in markdown
    assert "| chat | provider | model |" in markdown
    assert "| session | <span>&#36;</span>0.50 |" in markdown
    assert "Budget" in panel.saved()[0]["text/plain"]
    assert panel.saved() == usage_panel().saved()


def test_with_nothing_asked_it_says_so() -> None:
    assert "Nothing was asked yet." in usage_panel().saved()[0]["text/plain"]
    assert repr(usage_panel()) == "<Usage of this session: 0 replies>"


def test_the_saved_copy_is_the_same_in_whatever_order_calls_end() -> None:
    def copy(*order: str) -> list[str]:
        entries = {name: Chat(provider="emulator", name=name) for name in ("a", "b", "c")}
        SESSION.usage.clear()
        for name in order:
            entries[name].ask("/emulate delay-ms=0\nHello")
        text = usage_panel().kept()[0]["text/plain"]
        return [line for line in text.splitlines() if line[:2] in {"a ", "b ", "c "}]

    told = copy("a", "b", "c")
    assert len(told) == 3
    assert told == copy("c", "a", "b")
