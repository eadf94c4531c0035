"""Painting turns with tools: one round below the other, nothing lost, nothing doubled, bytes in step."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator

import pytest

from minimax_nb import Chat, tool
from minimax_nb.display.gallery import gallery
from minimax_nb.display.guest import GuestPainter, OncePainter
from minimax_nb.display.live import LivePainter
from minimax_nb.display.paint import _Session
from minimax_nb.display.plain import PlainPainter
from minimax_nb.errors import TransportError
from minimax_nb.messages.events import ArgumentsDelta, Event, Finished, PartStarted, Reclassified, TextDelta
from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun
from tests.display.media import picture, uri
from tests.display.screens import Memory, saying

Step = Event | Callable[[Reply], object] | BaseException


def asking(text: str, *names: str) -> list[Step]:
    """A call that says something and asks for tools."""
    steps: list[Step] = [PartStarted(0, "text"), TextDelta(0, text)] if text else []
    for at, name in enumerate(names, start=1):
        steps += [PartStarted(at, "tool_call", f"id-{name}", name), ArgumentsDelta(at, "{}")]
    return [*steps, Finished("tool_use")]


def ends(name: str, content: str = "", outcome: str = "done", media: tuple = ()) -> Callable[[Reply], object]:
    """A tool call has ended."""

    def end(reply: Reply) -> None:
        call = ToolCall(f"id-{name}", name, {}, "{}")
        result = ToolResult(call.id, content or f"result of {name}", outcome != "done", media)
        reply.runs += (ToolRun(call, result, outcome),)

    return end


def pause(reply: Reply) -> None:
    """Here the painter looks; by itself it would at some time."""


class Turn:
    """A stream of several calls, each a list of what happens."""

    def __init__(self, *calls: list[Step] | Iterator[Event], media: tuple = ()) -> None:
        self._calls, self._media = calls, media
        self.on_pause: Callable[[], object] = lambda: None
        self.reply = self._new(())

    def _new(self, earlier: tuple[Reply, ...]) -> Reply:
        reply = Reply(provider="emulator", face="anthropic", asked_model="MiniMax-M3", media=self._media)
        reply.free, reply.earlier = True, earlier
        return reply

    def __iter__(self) -> Iterator[Event]:
        for number, steps in enumerate(self._calls):
            if number:
                self.reply = self._new((*self.reply.earlier, self.reply))
            for step in steps:
                if isinstance(step, BaseException):
                    self.reply.fail(step)
                    raise step
                if callable(step):
                    step(self.reply)
                    if step is pause:
                        self.on_pause()
                    continue
                self.reply.apply(step)
                yield step

    def stop(self) -> None:
        pass


def two_rounds() -> Turn:
    return Turn(
        [*asking("Let me look.", "a", "b"), pause, ends("b"), pause, ends("a", "no", "failed"), pause],
        [*asking("And once more.", "c"), pause, ends("c"), pause],
        [*list(saying("It is sunny."))[:-1], pause, Finished("end_turn")],
    )


SAID = ("Let me look.", "Tool · a()", "Tool · b()", "And once more.", "Tool · c()", "It is sunny.")


def frames(turn: Turn, painter_of: Callable[[Memory], object]) -> tuple[Memory, list[str]]:
    """What stood on the screen before each message."""
    shown: list[str] = []
    memory = Memory(lambda kind: shown.append(memory.shown))
    painter = painter_of(memory)
    if isinstance(painter, GuestPainter):
        painter._clock = itertools.count(1, 60).__next__  # it is never too early
    session = _Session(turn, painter)
    if turn.reply.media:
        painter.begin(gallery(turn.reply.media))
    turn.on_pause = lambda: session._paint(paused=True)
    for _ in turn:
        pass
    session._catch_up(turn.reply)
    painter.finish(turn.reply)
    return memory, shown


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
def test_rounds_stand_one_below_the_other_and_nothing_is_lost_or_doubled(painter_of):
    memory, shown = frames(two_rounds(), painter_of)
    last = shown[-1]  # before the one output takes the place of all
    places = [last.index(words) for words in SAID if words not in ("Tool · a()", "Tool · b()")]
    assert places == sorted(places)
    assert all(frame.count(words) <= 1 for frame in shown for words in SAID)
    assert all(words in last for words in SAID)
    [(_, data, _)] = memory.outputs
    assert all(data["text/markdown"].count(words) == 1 for words in SAID)


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
def test_calls_are_folded_as_they_end_and_the_others_are_named(painter_of):
    _, shown = frames(two_rounds(), painter_of)
    assert any("*Tool · a() …*" in frame and "*Tool · b() …*" in frame for frame in shown)
    assert any("*Tool · a() …*" in frame and "result of b" in frame for frame in shown)
    assert any("result of b" in frame and "*Tool" not in frame for frame in shown)


def test_every_painter_leaves_the_same_output():
    left = []
    for painter_of in (LivePainter, GuestPainter, OncePainter):
        memory = Memory()
        _Session(two_rounds(), painter_of(memory)).run()
        left.append([output[1:] for output in memory.outputs])
    assert left[0] == left[1] == left[2]


def test_a_turn_of_ten_rounds_costs_what_it_says():
    def cost(rounds: int) -> tuple[int, int]:
        memory = Memory()
        painter = LivePainter(memory)
        earlier: tuple[Reply, ...] = ()
        for number in range(rounds):
            turn = Turn([*asking(f"Round {number}. " * 20, "a"), ends("a", "word " * 200)])
            list(turn)
            turn.reply.earlier = earlier
            if number:
                painter.go_on(turn.reply)
            for _ in range(5):
                painter.paint("", turn.reply.text, runs=turn.reply.runs)
            earlier = (*earlier, turn.reply)
        return memory.bytes, painter.outputs

    (one, _), (ten, outputs) = cost(1), cost(10)
    assert ten <= 10.1 * one
    assert outputs <= 20


def test_a_hundred_results_are_sent_once_each():
    memory = Memory()
    painter = LivePainter(memory)
    runs: list[ToolRun] = []
    for number in range(100):
        call = ToolCall(str(number), "f", {}, "{}")
        runs.append(ToolRun(call, ToolResult(call.id, f"<{number}> " + "x" * 3_000), "done"))
        painter.paint("", "Look.", runs=runs, after=f"*{99 - number} more …*")
    assert memory.bytes < 100 * 3_400
    assert all(memory.shown.count(f"<{number}> ") == 1 for number in range(100))


def test_text_that_was_held_back_stands_above_the_calls():
    memory = Memory()
    painter = LivePainter(memory)
    long = "\n\n".join(f"Paragraph {number}, a few words." for number in range(300))
    painter.paint("", long)  # too much at once
    run = ToolRun(ToolCall("1", "f", {}, "{}"), ToolResult("1", "the result"), "done")
    for _ in range(3):
        painter.paint("", long, runs=[run], paused=True)
    assert memory.shown.index("Paragraph 0,") < memory.shown.index("Paragraph 299,") < memory.shown.index("the result")
    assert all(memory.shown.count(f"Paragraph {number},") == 1 for number in range(300))


def test_text_of_the_second_round_that_turns_out_to_be_thinking_keeps_what_stood_above():
    second = [PartStarted(0, "text"), TextDelta(0, "secret plan"), pause, Reclassified(0, "thinking"), pause]
    memory, shown = frames(
        Turn([*asking("Let me look.", "a"), ends("a"), pause], [*second, *saying("The answer.")]), LivePainter
    )
    restarted = next(at for at, (kind, _, _) in enumerate(memory.messages) if kind == "clear_output")
    after = shown[restarted + 2 :]
    assert after
    assert all("Let me look." in frame and "result of a" in frame for frame in after)
    assert memory.outputs[-1][1]["text/plain"].startswith("The answer.")


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
def test_a_failure_in_the_second_round_keeps_the_first(painter_of):
    turn = Turn([*asking("Let me look.", "a"), ends("a"), pause], [TransportError("The connection was cut off.")])
    memory = Memory()
    with pytest.raises(TransportError):
        _Session(turn, painter_of(memory)).run()
    [(_, data, _)] = memory.outputs
    for words in ("Let me look.", "result of a", "The connection was cut off."):
        assert words in data["text/markdown"]
        assert words in data["text/plain"]


def test_beside_other_outputs_what_was_sent_stays_above_every_round():
    made = picture()
    turn = two_rounds()
    turn.__init__(*turn._calls, media=(made,))
    memory, _ = frames(turn, GuestPainter)
    assert all(uri(made.thumbnail) in str(data) for _, data, _ in memory.messages)


# -- a terminal ------------------------------------------------------------------------------------------------------


def test_a_terminal_tells_each_call_once_in_its_place():
    out = io.StringIO()
    turn = two_rounds()
    _Session(turn, PlainPainter(out)).run()
    head, _, receipt = out.getvalue().partition("[emulator")
    assert head == (
        "Let me look.\n\nb() → result of b\na() → no · failed\n\n"
        "And once more.\n\nc() → result of c\n\n"
        "It is sunny.\n\n"
    )
    assert receipt.count("\n") == 1


def test_a_terminal_is_told_at_the_end_what_it_has_not_seen():
    out = io.StringIO()
    turn = Turn([*asking("Let me look.", "a", "b"), pause, ends("a"), pause, ends("b")])
    _Session(turn, PlainPainter(out)).run()
    for words in ("Let me look.", "a() → result of a\n", "b() → result of b\n"):
        assert out.getvalue().count(words) == 1


# -- structured replies ----------------------------------------------------------------------------------------------


def rows(count: int) -> str:
    return json.dumps([{"name": f"row {number}", "text": "some words " * 3} for number in range(count)])


def drafting(text: str, step: int = 24) -> tuple[Memory, Reply]:
    """A structured reply painted as it grows."""
    from minimax_nb.structured import ANY_JSON, Partial

    memory, clock, draft = Memory(), [0.0], Partial(ANY_JSON)
    turn = Turn([])
    turn.reply.drafting = lambda: draft.value
    session = _Session(turn, LivePainter(memory), lambda: clock[0])
    turn.reply.apply(PartStarted(0, "text"))
    for at in range(0, len(text), step):
        piece = text[at : at + step]
        draft.feed(piece)
        turn.reply.apply(TextDelta(0, piece))
        clock[0] += 0.06
        session._paint(paused=False)
    return memory, turn.reply


def test_a_draft_is_a_table_and_not_half_a_json():
    memory, _ = drafting(rows(5))
    assert "| row 3 |" in memory.shown
    assert '{"name"' not in str(memory.messages)


def test_a_draft_of_fifty_kilobytes_costs_in_proportion():
    text = rows(900)
    assert len(text) > 50_000
    small, large = drafting(rows(180))[0], drafting(text)[0]
    assert large.bytes <= 6 * small.bytes
    assert large.bytes <= 9 * len(text)


# -- real chats ------------------------------------------------------------------------------------------------------


def weather(city: str) -> str:
    """The weather of a city."""
    print("looking at", city)
    return f"Sunny in {city}"


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_the_saved_text_is_the_same_on_every_run(face):
    saved = []
    for _ in range(2):
        memory = Memory()
        chat = Chat(provider="emulator", face=face, tools=[weather])
        prompt = '/emulate rounds=2,delay-ms=0\nWhat is the weather in "Paris" and "Rome"?'
        reply = _Session(chat.stream(prompt), LivePainter(memory)).run()
        assert len(reply.earlier) == 2
        [(_, data, _)] = memory.outputs
        saved.append(data)
    assert saved[0] == saved[1]
    assert "Sunny in Paris" in saved[0]["text/plain"]
    assert "looking at Paris" in saved[0]["text/markdown"]


@pytest.mark.parametrize(("answer", "outcome"), [(True, "done"), (False, "denied")])
def test_a_question_is_asked_on_the_painting_thread_with_the_call_in_sight(answer, outcome):
    memory, seen = Memory(), []

    def approver(asked, call):
        seen.append(memory.shown)
        return answer

    chat = Chat(provider="emulator", tools=[tool(weather, approve=True)], approve=approver)
    reply = _Session(chat.stream('What is the weather in "Paris"?'), LivePainter(memory)).run()
    assert "Tool · weather(city='Paris') …" in seen[0]
    assert [run.outcome for run in reply.tool_runs] == [outcome]


def test_an_interrupt_while_the_question_stands_stops_the_turn_and_the_chat_goes_on():
    def approver(asked, call):
        raise KeyboardInterrupt

    memory = Memory()
    chat = Chat(provider="emulator", tools=[tool(weather, approve=True)], approve=approver)
    stream = chat.stream('What is the weather in "Paris"?')
    with pytest.raises(KeyboardInterrupt):
        _Session(stream, LivePainter(memory)).run()
    assert [run.outcome for run in stream.reply.tool_runs] == ["interrupted"]
    assert stream.reply.stop_reason == "interrupted"
    assert "stopped by you" in memory.outputs[-1][1]["text/plain"]
    assert chat.ask("/emulate delay-ms=0\nhello", tools=[]).stop_reason == "end_turn"
