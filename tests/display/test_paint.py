"""Painting: everything that came is shown soon, bytes stay in step, and one output is left at the end."""

from __future__ import annotations

import io
import random
import threading
import time

import pytest

from minimax_nb.display.guest import GuestPainter, OncePainter
from minimax_nb.display.live import LivePainter
from minimax_nb.display.paint import TICK_S, _Session, show
from minimax_nb.display.plain import PlainPainter
from minimax_nb.display.render import render
from minimax_nb.errors import TransportError
from minimax_nb.messages.events import PartStarted, Reclassified, TextDelta
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab, read
from tests.display.media import clip, picture, uri
from tests.display.screens import Memory, Scripted, saying

REPLY = """# Title

Some **prose** that goes on for a while, with `code` and a formula $a^2 + b^2 = c^2$.

- one
- two
- three

```python
def f(x):
    return x < 3
```

| a | b |
|---|---|
| 1 | 2 |

$$
\\int_0^1 x\\,dx = \\tfrac12
$$

The end.
"""


def painted(text: str, step: int, *, paused_every: int = 0) -> tuple[Memory, LivePainter]:
    """The text painted as it grows by ``step`` characters a tick."""
    memory = Memory()
    painter = LivePainter(memory)
    for tick, end in enumerate(range(step, len(text) + step, step)):
        painter.paint("", text[:end], paused=bool(paused_every and tick % paused_every == 0))
    return memory, painter


@pytest.mark.parametrize("step", [1, 7, 40, 200])
def test_when_the_stream_pauses_all_that_came_is_on_the_screen(step):
    memory = Memory()
    painter = LivePainter(memory)
    for end in range(step, len(REPLY) + step, step):
        painter.paint("", REPLY[:end])
    painter.paint("", REPLY, paused=True)
    for piece in ("Title", "**prose**", "- three", "return x < 3", "| 1 | 2 |", "The end."):
        assert piece in memory.shown


def test_finished_blocks_are_never_sent_again():
    paragraphs = [f"Paragraph {number} says little.\n\n" for number in range(60)]
    memory, _ = painted("".join(paragraphs), 11)
    for number in range(50):
        holding = {display for _, data, display in memory.messages if f"Paragraph {number} " in str(data)}
        assert len(holding) == 1, "a paragraph belongs to one display"
    last = max(index for index, (_, data, _) in enumerate(memory.messages) if "Paragraph 3 " in str(data))
    assert last < len(memory.messages) / 4


@pytest.mark.parametrize("length", [2_000, 20_000, 100_000])
@pytest.mark.parametrize("step", [8, 60, 4_000])
def test_bytes_stay_in_step_with_text_and_outputs_at_every_length_and_pace(length, step):
    text = (REPLY * (length // len(REPLY) + 1))[:length]
    memory, painter = painted(text, step)
    live = memory.bytes
    assert live <= 1_500 + 550 * painter.outputs
    painter.finish(_whole(text))
    envelope = 650
    assert memory.bytes + envelope * painter.outputs <= 2 * len(text.encode()) + 2_500 + 1_200 * painter.outputs


def test_bytes_grow_in_proportion_to_the_text():
    small, _ = painted(REPLY * 20, 40)
    large, _ = painted(REPLY * 100, 40)
    assert large.bytes <= 5.5 * small.bytes


def test_a_long_paragraph_a_long_list_a_long_table_and_long_code_stay_in_bounds():
    rng = random.Random(1)
    words = ["alpha", "beta", "gamma", "delta"]
    prose = " ".join(rng.choice(words) for _ in range(3_000))
    for text in (
        prose,
        "\n".join(f"- item {number} with some words" for number in range(400)),
        "| a | b |\n|---|---|\n" + "\n".join(f"| {number} | text |" for number in range(400)),
        "```python\n" + "\n".join(f"value_{number} = {number}" for number in range(600)) + "\n```\n",
        "x" * 12_000,
    ):
        memory, painter = painted(text, 24)
        assert memory.bytes <= 3_000 + 900 * painter.outputs, text[:20]


def test_thinking_is_shown_as_it_grows_and_folds_when_the_answer_begins():
    memory = Memory()
    painter = LivePainter(memory)
    painter.paint("Let me see", "")
    assert "<details open>" in memory.shown
    assert "Let me see" in memory.shown
    painter.paint("Let me see, all of it.", "Hello")
    assert "<details open>" not in memory.shown
    assert "all of it." in memory.shown
    assert "Hello" in memory.shown


def test_long_thinking_costs_its_length_and_not_its_square():
    def cost(length: int) -> float:
        memory = Memory()
        painter = LivePainter(memory)
        thinking = "word " * (length // 5)
        for end in range(40, length, 40):
            painter.paint(thinking[:end], "")
        return memory.bytes / length

    assert cost(40_000) <= 1.2 * cost(8_000)


def test_text_that_turns_out_to_be_thinking_starts_the_painting_afresh():
    stream = Scripted(
        [PartStarted(0, "text"), TextDelta(0, "secret plan"), Reclassified(0, "thinking"), *saying("The answer.")]
    )
    memory = Memory()
    _Session(stream, LivePainter(memory)).run()
    data = memory.outputs[-1][1]
    assert len(memory.outputs) == 1
    assert data["text/plain"].startswith("The answer.")


def test_the_end_is_one_output_with_the_whole_answer():
    memory = Memory()
    pieces = [REPLY[at : at + 9] for at in range(0, len(REPLY), 9)]
    reply = show(Scripted(saying(*pieces, thinking="Some thought.", pace=0.004)), mode="live", screen=memory)
    assert reply.text == REPLY
    assert len(memory.outputs) == 1
    _, data, metadata = memory.outputs[0]
    assert data["text/plain"].startswith(REPLY.rstrip("\n"))
    assert metadata["minimax_nb"]["provider"] == "emulator"


@pytest.mark.parametrize("mode", ["live", "once"])
def test_every_mode_leaves_the_same_output(mode):
    memory = Memory()
    show(Scripted(saying("Hello ", "there", thinking="Hm.")), mode=mode, screen=memory)
    other = Memory()
    show(Scripted(saying("Hello there", thinking="Hm.")), mode="once", screen=other)
    assert memory.outputs[-1][1:] == other.outputs[-1][1:]


def test_plain_writes_the_same_text_to_the_terminal():
    out = io.StringIO()
    stream = Scripted(saying("Hello ", "there\n", "friend", thinking="Hm."))
    _Session(stream, PlainPainter(out)).run()
    expected = render(stream.reply)[0]["text/plain"]
    assert out.getvalue().replace("(thinking …)\n", "") == expected + "\n"


def test_plain_lets_no_control_character_through():
    out = io.StringIO()
    _Session(Scripted(saying("a\x1b]0;title\x07b\x9bc\r\n")), PlainPainter(out)).run()
    assert not set(out.getvalue()) & {"\x1b", "\x07", "\x9b", "\r"}


def test_outputs_are_bounded_by_time():
    memory = Memory()
    show(Scripted(saying(*["word "] * 600, pace=0.001)), mode="live", screen=memory)
    seconds = 600 * 0.001 * 4  # sleeping takes longer than asked
    assert len(memory.messages) <= seconds / TICK_S + 5


def test_a_stall_holds_nothing_back():
    shown_during_stall: list[str] = []
    gate = threading.Event()
    memory = Memory()

    def events():
        yield PartStarted(0, "text")
        for word in ("All ", "of ", "this ", "came."):
            yield TextDelta(0, word)
        gate.wait(5)
        yield from list(saying("x"))[-1:]

    def open_gate() -> None:
        shown_during_stall.append(memory.shown)
        gate.set()

    timer = threading.Timer(0.5, open_gate)
    timer.start()
    show(Scripted(events()), mode="live", screen=memory)
    assert "All of this came." in shown_during_stall[0]


STATUS = "Uploading <img src=x onerror=alert(1)> *a* `b` $c$ [d](javascript:e) # f.mp4: 0 of 5 MB"


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_status_gets_through(painter_of, name):
    memory = Memory()
    painter_of(memory).paint("", "", HOSTILE[name])
    assert complaints(memory.shown) == {}
    assert "\n" not in memory.shown.strip("\n"), "one line"


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
def test_the_words_of_a_status_are_shown_as_they_came(painter_of):
    memory = Memory()
    painter_of(memory).paint("", "", STATUS)
    assert STATUS in "".join(read(jupyterlab(memory.shown)).text)


def test_a_status_of_plain_words_stays_readable():
    memory = Memory()
    LivePainter(memory).paint("", "", "Uploading my clip.mp4: 35 of 120 MB (29 %)")
    assert memory.shown == "*Uploading my clip.mp4: 35 of 120 MB (29 %)*"


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_on_a_terminal_stays_in_its_line_and_is_told_once_elsewhere(terminal):
    out = io.StringIO()
    out.isatty = lambda: terminal
    painter = PlainPainter(out)
    for status in (
        "Uploading a.mp4: 1 of 9 MB (11 %)",
        "Uploading a.mp4: 5 of 9 MB (55 %)",
        "Busy. Waiting 1.0 s",
        "Busy. Waiting 2.0 s",
    ):
        painter.paint("", "", status)
    lines = ["(Uploading a.mp4: 1 of 9 MB (11 %))\n", "(Busy. Waiting 1.0 s)\n", "(Busy. Waiting 2.0 s)\n"]
    if terminal:
        lines.insert(1, "\x1b[1A\x1b[2K(Uploading a.mp4: 5 of 9 MB (55 %))\n")
    assert out.getvalue() == "".join(lines)


def test_an_error_is_raised_after_what_came_is_shown():
    def events():
        yield PartStarted(0, "text")
        yield TextDelta(0, "half an answer")
        raise TransportError("The connection was cut off.")

    memory = Memory()
    stream = Scripted(events())
    with pytest.raises(TransportError):
        show(stream, mode="live", screen=memory)
    assert "half an answer" in memory.outputs[-1][1]["text/plain"]


def test_an_error_before_anything_came_leaves_no_output():
    def events():
        raise TransportError("Could not reach the host.")
        yield

    memory = Memory()
    with pytest.raises(TransportError):
        show(Scripted(events()), mode="live", screen=memory)
    assert not memory.outputs


@pytest.mark.parametrize("painter_of", [LivePainter, GuestPainter])
def test_what_was_said_while_waiting_is_taken_back_when_nothing_came(painter_of):
    memory = Memory()

    def events():
        stream.reply.status = "Busy. Waiting 1.0 s, then try 2 of 3."
        deadline = time.monotonic() + 10
        while not memory.outputs and time.monotonic() < deadline:
            time.sleep(0.01)
        raise TransportError("Busy.")
        yield

    stream = Scripted(events())
    with pytest.raises(TransportError):
        _Session(stream, painter_of(memory)).run()
    assert any("Waiting" in str(data) for _, data, _ in memory.messages)
    memory.show({"text/plain": "what comes next"}, {})
    assert "Waiting" not in str(memory.outputs)


def test_beside_other_outputs_one_display_is_used_and_nothing_is_cleared():
    memory = Memory()
    memory.show({"text/plain": "printed before"}, {})
    text = [REPLY[at : at + 5] for at in range(0, len(REPLY), 5)]
    _Session(Scripted(saying(*text, thinking="Hm.", pace=0.003)), GuestPainter(memory)).run()
    assert memory.outputs[0][1] == {"text/plain": "printed before"}
    assert len(memory.outputs) == 2
    assert not any(kind == "clear_output" for kind, _, _ in memory.messages)


# -- pictures and videos ---------------------------------------------------------------------------------------------


def waiting(memory: Memory, seen: list[str], media: tuple[object, ...], *, guest: bool = False) -> None:
    """Paint a reply whose first text comes only after the painter has shown something; ``seen`` is what it showed."""

    def events():
        until = time.monotonic() + 10
        while not memory.outputs:
            assert time.monotonic() < until, "nothing was shown while nothing had arrived"
            time.sleep(0.01)
        seen.append(memory.shown)
        yield from saying("Two ", "pictures.", thinking="Hm.", pace=0.15)

    painter = GuestPainter(memory) if guest else LivePainter(memory)
    _Session(Scripted(events(), media), painter).run()


@pytest.mark.parametrize("guest", [False, True])
def test_what_was_sent_is_shown_before_anything_arrives_and_stays(guest):
    memory, seen, made = Memory(), [], (picture(), clip())
    waiting(memory, seen, made, guest=guest)
    assert all(uri(medium.thumbnail) in seen[0] for medium in made)
    assert len(memory.outputs) == 1
    _, data, metadata = memory.outputs[0]
    assert all(uri(medium.thumbnail) in data["text/markdown"] for medium in made)
    assert "Two pictures." in data["text/plain"]
    assert [medium["name"] for medium in metadata["minimax_nb"]["media"]] == ["cat.png", "ball.mp4"]


def test_every_painter_leaves_the_same_output_with_pictures():
    left = []
    for painter in (LivePainter, GuestPainter, OncePainter):
        memory = Memory()
        _Session(Scripted(saying("Hello ", "there"), (picture(),)), painter(memory)).run()
        left.append([output[1:] for output in memory.outputs])
    assert left[0] == left[1] == left[2]


def test_thumbnails_go_out_once_at_the_beginning_and_once_at_the_end():
    memory = Memory()
    pieces = [REPLY[at : at + 5] for at in range(0, len(REPLY), 5)]
    _Session(Scripted(saying(*pieces, pace=0.01), (picture(),)), LivePainter(memory)).run()
    with_it = [data for _, data, _ in memory.messages if "data:image/jpeg" in str(data)]
    assert len(memory.messages) > 5
    assert len(with_it) == 2


def test_what_was_sent_stays_when_the_painting_starts_afresh():
    memory = Memory()
    painter = LivePainter(memory)
    painter.begin("the gallery")
    painter.paint("", "secret plan")
    painter.restart()
    painter.paint("secret plan", "")
    assert "the gallery" in memory.shown
    assert memory.shown.count("secret plan") == 1


def test_beside_other_outputs_thumbnails_slow_the_painting_down():
    memory, clock = Memory(), [0.0]
    painter = GuestPainter(memory, lambda: clock[0])
    painter.begin(f"![image a](data:image/png;base64,{'x' * 200_000})")
    for tick in range(1, 101):
        clock[0] = tick * 0.1
        painter.paint("", "word " * tick, paused=tick % 3 == 0)
    assert memory.bytes <= 10 * 100_000 + 200_000 + 10_000
    assert "word " * 81 in memory.shown, "it goes on all the same"


def test_beside_other_outputs_nothing_new_is_not_painted_again():
    memory = Memory()
    painter = GuestPainter(memory)
    assert [painter.paint("", "same", paused=True) for _ in range(5)] == [1, 0, 0, 0, 0]


def test_a_call_that_fails_leaves_what_was_sent_and_why():
    def events():
        raise TransportError("Could not reach the host.")
        yield

    for painter in (LivePainter, GuestPainter, OncePainter):
        memory = Memory()
        stream = Scripted(events(), (picture(),))
        stream.reply.fail(TransportError("Could not reach the host."))
        with pytest.raises(TransportError):
            _Session(stream, painter(memory)).run()
        [(_, data, metadata)] = memory.outputs
        assert uri(picture().thumbnail) in data["text/markdown"]
        assert "Could not reach the host." in data["text/plain"]
        assert metadata["minimax_nb"]["media"][0]["sha256"] == "ab" * 32


def test_a_reply_without_media_costs_not_a_byte_more():
    def messages(painter_of) -> list:
        memory = Memory()
        painter = painter_of(memory)
        painter.begin = None  # it is not even asked
        _Session(Scripted(saying("Hello.")), painter).run()
        return memory.messages

    assert [kind for kind, _, _ in messages(LivePainter)][-1] == "display_data"
    assert len(messages(GuestPainter)) <= 2


def test_a_terminal_names_what_was_sent_under_the_answer():
    out = io.StringIO()
    _Session(Scripted(saying("Hello."), (picture(),)), PlainPainter(out)).run()
    lines = out.getvalue().strip().split("\n")
    assert lines[0] == "Hello."
    assert lines[-2].startswith("[image cat.png · PNG · 640 x 480 pixels")
    assert "data:" not in out.getvalue()


def _whole(text: str):
    stream = Scripted(saying(text))
    for _ in stream:
        pass
    return stream.reply
