"""Tool calls and what came of them: one line each in plain text, folded in Markdown, and nothing in them alive."""

from __future__ import annotations

import json
import re

import pytest

from minimax_nb.display.render import render
from minimax_nb.display.tool_runs import besides, call_line, run_folded, run_line, runs_plain, under_way
from minimax_nb.messages.events import ArgumentsDelta, Finished, PartStarted, TextDelta
from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab, read
from tests.display.media import picture, uri


def a_call(name: str = "weather", number: int = 1, **arguments: object) -> ToolCall:
    return ToolCall(f"id{number}", name, arguments, json.dumps(arguments))


def a_run(call: ToolCall | None = None, content: str = "Sunny", outcome: str = "done", **more) -> ToolRun:
    call = call or a_call(city="Paris")
    media = more.pop("media", ())
    return ToolRun(call, ToolResult(call.id, content, outcome != "done", media), outcome, **more)


def seen(markdown: str) -> str:
    return "".join(read(jupyterlab(markdown)).text)


def a_reply(*, text: str, runs: tuple[ToolRun, ...] = (), earlier: tuple[Reply, ...] = (), reason: str = "") -> Reply:
    reply = Reply(provider="emulator", face="anthropic", asked_model="MiniMax-M3")
    reply.free = True
    if text:
        reply.apply(PartStarted(0, "text"))
        reply.apply(TextDelta(0, text))
    for at, run in enumerate(runs, start=1):
        reply.apply(PartStarted(at, "tool_call", run.call.id, run.call.name))
        reply.apply(ArgumentsDelta(at, run.call.raw))
    reply.apply(Finished(reason or ("tool_use" if runs else "end_turn")))
    reply.runs, reply.earlier = runs, earlier
    return reply


# -- one call --------------------------------------------------------------------------------------------------------


def test_a_call_is_written_as_python_would():
    assert call_line(a_call(city="Paris", days=[1, None])) == "weather(city='Paris', days=[1, None])"


def test_a_malformed_call_is_shown_as_it_came():
    markup = '<minimax:tool_call><invoke name="weather">'
    call = ToolCall("", "weather", {}, markup, malformed=True)
    assert call_line(call) == f"weather(malformed arguments: {markup})"
    assert markup in seen(run_folded(a_run(call, "The call was malformed.", "not run")))


def test_arguments_nested_beyond_all_measure_are_shown_as_they_came():
    value: object = 0
    for _ in range(50_000):
        value = [value]
    line = call_line(ToolCall("1", "f", {"x": value}, '{"x": [[...]]}'))
    assert line == 'f({"x": [[...]]})'


def test_a_line_says_call_result_outcome_and_time_where_it_is_known():
    assert run_line(a_run()) == "weather(city='Paris') → Sunny"
    assert run_line(a_run(seconds=0.4567)) == "weather(city='Paris') → Sunny · 0.46 s"
    assert run_line(a_run(content="No.", outcome="denied")) == "weather(city='Paris') → No. · denied"
    assert run_line(a_run(content="Gone\nwrong", outcome="failed", seconds=12.0)).endswith("Gone wrong · failed · 12 s")


def test_a_fold_says_the_same_and_is_open_only_where_it_did_not_go_well():
    folded = run_folded(a_run(seconds=0.4567))
    assert folded.startswith("<details>\n<summary>Tool · weather")
    assert "0.46 s" in folded
    assert "Sunny" in folded
    assert run_folded(a_run(outcome="timed out")).startswith("<details open>")


def test_what_a_tool_printed_and_where_it_failed_are_there_for_the_reader():
    folded = run_folded(a_run(outcome="failed", printed="step 1\n", traceback="File 'x.py', line 3\nValueError: no"))
    assert "step 1" in folded
    assert "line 3" in folded


def test_a_megabyte_is_shown_capped_and_says_how_much_there_is_more():
    huge = "word " * 200_000
    run = a_run(a_call(text=huge), huge, printed=huge, traceback=huge)
    assert len(run_folded(run)) < 25_000
    assert "996,000 more characters" in seen(run_folded(run))
    assert len(run_line(run)) < 400
    assert len(under_way([run.call])) < 400


def test_a_picture_in_a_result_is_a_thumbnail_and_a_line():
    made = picture()
    run = a_run(media=(made,))
    assert uri(made.thumbnail) in run_folded(run)
    assert complaints(run_folded(run), [uri(made.thumbnail)]) == {}
    assert runs_plain([run])[1].startswith("[image cat.png")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_a_model_or_a_tool_says_gets_through(name):
    text = HOSTILE[name]
    call = ToolCall(text, text, {text: text, "nested": [{text: text}]}, text)
    run = a_run(call, text, "failed", printed=text, traceback=text, media=(picture(name=text, notes=(text,)),))
    pictures = [uri(run.result.media[0].thumbnail)]
    malformed = a_run(ToolCall("1", text, {}, text, malformed=True), text, "not run")
    for markdown in (run_folded(run), run_folded(malformed), under_way([call] * 9)):
        assert complaints(markdown, pictures) == {}
    after = f"{run_folded(run)}\n\n{run_folded(malformed)}\n\nthe end"
    assert complaints(after, pictures) == {}
    assert jupyterlab(after).rstrip().endswith("<p>the end</p>"), "what follows stands outside of the folds"
    assert "\n" not in run_line(run)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "spans: many backticks"])
def test_hostile_words_are_still_what_the_reader_sees(name):
    text = HOSTILE[name]
    if "\n" in text or len(text) > 100:
        text = " ".join(text.split())[:100]
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", text)
    assert " ".join(text.split()) in " ".join(seen(run_folded(a_run(content=text))).split())


def test_a_run_of_backticks_is_cut_since_front_ends_choke_on_it():
    shown = run_folded(a_run(content="a" + "`" * 3_000 + "b"))
    assert f"a{'`' * 40}…b" in seen(shown)
    assert "`" * 100 not in shown


def test_half_a_surrogate_pair_does_not_stop_the_painting():
    run = a_run(a_call(text="\ud83d"), "\ud83d", printed="\ud83d")
    assert run_folded(run).encode()


def test_calls_under_way_are_named_and_many_of_them_counted():
    calls = [a_call("f", number, n=number) for number in range(100)]
    assert under_way([]) == ""
    assert seen(under_way(calls[:1])).strip() == "Tool · f(n=0) …"
    assert "and 92 more …" in under_way(calls)
    assert len(under_way(calls)) < 500


def test_equal_ids_are_told_apart_by_number():
    same = [a_call("f", 0) for _ in range(3)]
    assert len(besides(same, [a_run(same[0])])) == 2
    assert besides(same, same) == []
    assert besides([a_run(same[0]), a_run(same[1])], [same[0]]) == [a_run(same[1])]


# -- a turn ----------------------------------------------------------------------------------------------------------


def a_turn() -> Reply:
    first = a_reply(text="Let me look.", runs=(a_run(a_call("a", 1), "one"), a_run(a_call("b", 2), "two", "failed")))
    second = a_reply(text="", runs=(a_run(a_call("c", 3), "three"),), earlier=(first,))
    return a_reply(text="It is sunny.", earlier=(first, second))


def test_the_answer_comes_first_in_plain_text_and_then_what_led_to_it():
    plain = render(a_turn())[0]["text/plain"]
    assert plain.startswith(
        "It is sunny.\n\nLet me look.\n\na() → one\nb() → two · failed\n\nc() → three\n\n[emulator · MiniMax-M3"
    )


def test_markdown_keeps_the_order_in_which_it_happened():
    shown = seen(render(a_turn())[0]["text/markdown"])
    places = [shown.index(words) for words in ("Let me look.", "one", "two", "three", "It is sunny.", "emulator · ")]
    assert places == sorted(places)
    assert all(shown.count(words) == 1 for words in ("Let me look.", "Tool · a()", "Tool · c()", "It is sunny."))


def test_metadata_says_how_many_calls_and_which_tools():
    told = render(a_turn())[1]["minimax_nb"]
    assert told["calls"] == 3
    assert [tool["outcome"] for tool in told["tools"]] == ["done", "failed", "done"]


def test_a_hundred_calls_are_all_in_the_saved_output():
    runs = tuple(a_run(a_call("f", number, n=number), f"result {number}!") for number in range(100))
    data, _ = render(a_reply(text="Done.", earlier=(a_reply(text="", runs=runs),)))
    for number in range(100):
        assert data["text/plain"].count(f"result {number}!") == 1
        assert data["text/markdown"].count(f"result {number}!") == 1


def test_a_call_that_was_not_run_is_shown_as_code():
    reply = a_reply(text="Hm.", reason="end_turn")
    reply.apply(PartStarted(1, "tool_call", "x", "weather"))
    reply.apply(ArgumentsDelta(1, "<invoke>"))
    data, _ = render(reply)
    assert "weather(malformed arguments: <invoke>)" in data["text/plain"]
    assert "weather(malformed arguments: <invoke>)" in seen(data["text/markdown"])


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_reply_that_was_sent_back_gets_through(name):
    reply = a_reply(text="Good.", earlier=(a_reply(text=HOSTILE[name]),))
    assert complaints(render(reply)[0]["text/markdown"]) == {}


def test_a_reply_that_was_sent_back_is_folded_and_kept():
    reply = a_reply(text="Good.", earlier=(a_reply(text='{"broken": '),))
    data, _ = render(reply)
    assert "<details>\n<summary>Sent back" in data["text/markdown"]
    assert '{"broken":' in seen(data["text/markdown"])
    assert '{"broken":' in data["text/plain"]
    assert data["text/plain"].startswith("Good.")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_structured_value_is_a_table_and_its_json_is_whole_and_harmless(name):
    value = {"title": HOSTILE[name], "items": [{"a": HOSTILE[name]}, {"a": 2}]}
    text = json.dumps(value, ensure_ascii=False)
    reply = a_reply(text=text)
    reply.parsed = value
    data, _ = render(reply)
    assert complaints(data["text/markdown"]) == {}
    assert "| field | value |" in data["text/markdown"]
    assert "<summary>JSON</summary>" in data["text/markdown"]
    if all(letter.isprintable() for letter in text):
        assert data["text/plain"].startswith(text)
        assert text in seen(data["text/markdown"])
