"""Usage as tables: what is known, what is unknown, at least or about, and nothing that differs from run to run."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from minimax_nb.chat import Chat, Ledger
from minimax_nb.chat.notebook_usage import notebook_usage
from minimax_nb.display import render, usage_listing
from minimax_nb.errors import ConfigError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.usage import Usage
from tests.display.judges import jupyterlab

TOLD = Usage(1_200, 200, None, 34, None)


def answered(provider="minimax", model="MiniMax-M3", usage=TOLD, cost="0.0123", ended="end_turn", **more) -> Reply:
    reply = Reply(provider=provider, face="openai", asked_model=model)
    reply.own_usage, reply.own_bill = usage, Bill(None if cost is None else Decimal(cost))
    reply.own_timing, reply.request_id = Timing(0.5, 2.0, 60.0), "request-1"
    for name, value in more.items():
        setattr(reply, name, value)
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


def plain(value: object) -> str:
    return render(value)[0]["text/plain"]


def row(value: object, place: int = 0) -> list[str]:
    """The cells of a line of the plain table."""
    return plain(value).splitlines()[4 + place].split()


def notebook(tmp_path, *metadata: dict, name: str = "n.ipynb"):
    outputs = [{"output_type": "display_data", "data": {}, "metadata": {"minimax_nb": each}} for each in metadata]
    path = tmp_path / name
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"outputs": outputs}]}))
    return path


def test_a_ledger_is_a_table_with_a_line_for_each_model_and_one_for_all():
    assert plain(ledger_of(answered(), answered(), answered("runapi", cost="0.5"))) == (
        "Usage\n"
        "\n"
        "provider  model       replies     in  cached  out  thinking   price\n"
        "--------  ----------  -------  -----  ------  ---  --------  ------\n"
        "minimax   MiniMax-M3        2  2,400     400   68         ?  $0.025\n"
        "runapi    MiniMax-M3        1  1,200     200   34         ?   $0.50\n"
        "all                         3                                 $0.52\n"
        "\n"
        "? is unknown."
    )


def test_numbers_stand_to_the_right_in_markdown_too():
    markdown = render(ledger_of(answered()))[0]["text/markdown"]
    assert "|---|---|---:|---:|---:|---:|---:|---:|" in markdown
    assert 'align="right"' in jupyterlab(markdown) or "text-align" in jupyterlab(markdown)
    assert ">1,200<" in jupyterlab(markdown)


def test_one_line_needs_no_line_for_all():
    assert "all" not in plain(ledger_of(answered())).split()


def test_the_line_for_all_has_tokens_where_all_are_of_one_model():
    ledger = ledger_of(answered(), answered(ended="max_tokens"))
    told = plain(usage_listing(ledger, ("stop_reason",)))
    assert told.splitlines()[2].split()[0] == "ended"
    assert told.splitlines()[6].split() == ["all", "2", "2,400", "400", "68", "?", "$0.025"]


def test_a_sum_with_unknown_ones_among_it_is_at_least():
    ledger = ledger_of(answered(), answered(usage=Usage(5), cost=None))
    assert row(ledger) == ["minimax", "MiniMax-M3", "2", "1,205", "200+", "34+", "?", "$0.012", "+", "1", "unknown"]
    assert "+ is at least: some of the replies did not tell that count." in plain(ledger)


def test_at_least_nothing_is_unknown_and_nothing_at_all_is_zero():
    assert row(ledger_of(answered(usage=Usage(5, 0, None, 0)), answered(usage=Usage(5))))[3:6] == ["10", "?", "?"]
    assert row(ledger_of(answered(usage=Usage(5, 0, None, 0))))[3:6] == ["5", "0", "0"]


def test_what_nobody_told_is_unknown():
    assert row(ledger_of(answered(usage=Usage(), cost=None))) == [
        *("minimax", "MiniMax-M3", "1", "?", "?", "?", "?", "unknown")
    ]


def test_an_estimate_is_marked():
    about = Usage(1_200, None, None, 34, None, None, frozenset({"input_tokens"}))
    ledger = ledger_of(answered(usage=about))
    assert row(ledger)[3:] == ["~1,200", "?", "34", "?", "~$0.012"]
    assert "~ holds an estimate of the kit." in plain(ledger)
    assert row(ledger_of(answered(usage=about), answered(usage=Usage(None, 1))))[3] == "~1,200+"


def test_what_costs_nothing_says_why():
    assert row(ledger_of(answered("emulator", free=True, cost="0")))[-1] == "free"
    replayed = ledger_of(answered(replayed=True))
    assert row(replayed)[3:] == ["0", "0", "0", "0", "nothing", "charged"]
    assert "Replayed from a recording, so nothing was used: 1 reply." in plain(replayed)
    assert row(ledger_of(answered(cost="0", ended="error")))[-2:] == ["nothing", "charged"]


def test_a_price_that_may_be_lower_is_at_most_that():
    bill = Bill(Decimal("0.5"), at_most=True)
    assert row(ledger_of(answered(own_bill=bill), answered()))[-3:] == ["at", "most", "$0.51"]
    assert row(ledger_of(answered(own_bill=bill), answered(cost=None)))[-6:] == [
        "at",
        "most",
        "$0.50",
        "+",
        "1",
        "unknown",
    ]
    assert "at most" not in plain(ledger_of(answered("emulator", own_bill=bill, free=True)))


def test_replies_that_did_not_end_are_told():
    ledger = ledger_of(answered(ended="interrupted"), answered(ended="error"), answered())
    assert "Cut short, stopped or failed, and counted as far as known: 2 replies." in plain(ledger)
    assert "Cut short" not in plain(ledger_of(answered(ended="max_tokens")))


def test_cache_writes_have_a_column_where_there_are_some():
    ledger = ledger_of(answered(usage=Usage(1_200, 200, 300, 34, 7)))
    assert "cache write" in plain(ledger)
    assert row(ledger)[3:-1] == ["1,200", "200", "300", "34", "7"]
    assert "cache write" not in plain(ledger_of(answered(usage=Usage(1_200, 200, 0, 34, 7))))


def test_a_session_is_listed_by_chat_provider_and_model():
    session = Ledger()
    Ledger(session, "poems").add(answered())
    Ledger(session).add(answered())
    told = plain(usage_listing(session, ("chat", "provider", "model"), "This session"))
    assert told.startswith("This session\n\nchat       provider  model")
    assert told.splitlines()[4].startswith("poems      minimax   MiniMax-M3        1  1,200")
    assert told.splitlines()[5].startswith("(no name)  minimax   MiniMax-M3        1  1,200")


def test_a_line_of_several_models_shows_no_sum_of_tokens_and_says_why():
    ledger = ledger_of(answered(), answered("runapi"), name="poems")
    told = plain(usage_listing(ledger, ("chat",)))
    assert told.splitlines()[4].split() == ["poems", "2", "-", "-", "-", "-", "$0.025"]
    assert "- is no sum: tokens of different models are not added." in told
    assert "- is no sum" not in plain(ledger)


def test_a_wrong_name_to_list_by_is_refused():
    with pytest.raises(ConfigError, match="Did you mean provider"):
        usage_listing(ledger_of(answered()), ("providr",))


def test_nothing_asked_is_said():
    assert "Nothing was asked yet." in plain(Ledger())
    assert "Nothing was asked yet." in render(Ledger())[0]["text/markdown"]


def test_a_single_line_is_a_table_as_well():
    (line,) = ledger_of(answered()).lines
    assert row(line)[:4] == ["minimax", "MiniMax-M3", "1", "1,200"]
    data, _ = line._repr_mimebundle_()
    assert data["text/plain"] == plain(line)


def test_a_hostile_name_stays_one_cell():
    ledger = ledger_of(answered(model="| a | <script>alert(1)</script>\n\n# Title\x1b[31m" + "x" * 500))
    data, _ = render(ledger)
    assert "\x1b" not in data["text/plain"]
    assert len(data["text/plain"].splitlines()) == 7
    assert len(data["text/plain"].splitlines()[4]) < 300
    html = jupyterlab(data["text/markdown"])
    assert "<script" not in html
    assert "<h1" not in html
    assert html.count("<tr") == 2


def test_a_table_is_the_same_on_every_run():
    def asked() -> str:
        chat = Chat(provider="emulator")
        chat.ask("/emulate delay-ms=0\nhello")
        return json.dumps(render(chat.usage))

    assert asked() == asked()


def test_a_notebooks_table_says_where_its_replies_are(tmp_path):
    told = plain(notebook_usage(notebook(tmp_path, answered().metadata("0.1.0"))))
    assert "1 cell of the notebook holds replies; the earliest was written by version 0.1.0 of the kit." in told
    assert told.splitlines()[2].split()[:2] == ["provider", "model"]


def test_several_notebooks_have_a_line_each(tmp_path):
    first = notebook(tmp_path, answered().metadata("0.1.0"), name="first.ipynb")
    second = notebook(tmp_path, answered(request_id="r2").metadata("0.1.0"), name="second.ipynb")
    bare = notebook(tmp_path, name="bare.ipynb")
    told = plain(notebook_usage([first, second, bare]))
    lines = told.splitlines()
    assert [line.split()[0] for line in lines[4:7]] == [str(first), str(second), "all"]
    assert lines[6].split()[-1] == "$0.025"
    assert "2 cells of 3 notebooks hold replies" in told
    assert f"Without a reply that counts: {bare}." in told


def test_what_was_odd_about_a_notebook_is_told(tmp_path):
    reply = answered().metadata("0.1.0")
    told = plain(notebook_usage(notebook(tmp_path, reply, reply, reply | {"request_id": -7, "cost": "free"})))
    assert "Shown or copied again, and not counted again: 1 reply." in told
    assert "Taken as unknown, since not of their kind: 2 values." in told
    assert "No output holds a reply of this kit." in plain(notebook_usage(notebook(tmp_path)))


def test_a_cell_is_listed_by_its_number(tmp_path):
    used = notebook_usage(notebook(tmp_path, answered().metadata("0.1.0")))
    assert plain(usage_listing(used, ("cell", "provider", "model"))).splitlines()[4].split()[:2] == ["1", "minimax"]
