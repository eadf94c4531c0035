"""Values as notebook bundles."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import PIL.Image
import pytest

from minimax_nb.chat import Chat
from minimax_nb.display.render import (
    closing,
    error_line,
    markdown_answer,
    register,
    render,
    table,
    thinking_folded,
    thinking_live,
)
from minimax_nb.errors import AuthError, OverloadedError, RequestError, TransportError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.events import ArgumentsDelta, Finished, PartStarted, TextDelta, ThinkingDelta
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Part, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.saved import message_to_dict
from minimax_nb.messages.usage import Usage
from minimax_nb.prompt.media import Image, Video
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab, read
from tests.display.media import CONTENT, clip, picture, uri

ANSWER = "# Answer\n\nIt is `x < 3`, **sure**.\n\n```python\nx = 2\n```\n"


def reply_of(
    text: str = "", thinking: str = "", calls: tuple[tuple[str, str], ...] = (), notes: tuple[str, ...] = ()
) -> Reply:
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3", notes=notes)
    reply.own_bill = Bill(Decimal("0.0005"))
    for kind, delta, said in (("thinking", ThinkingDelta, thinking), ("text", TextDelta, text)):
        if said:
            index = len(reply.parts)
            reply.apply(PartStarted(index, kind))
            reply.apply(delta(index, said))
    for name, arguments in calls:
        index = len(reply.parts)
        reply.apply(PartStarted(index, "tool_call", f"id{index}", name))
        reply.apply(ArgumentsDelta(index, arguments))
    return reply


def ended(reply: Reply) -> Reply:
    reply.apply(Finished("end_turn"))
    return reply


def shown(value: object) -> tuple[str, str]:
    data, _ = render(value)
    return data["text/plain"], data["text/markdown"]


# -- replies ---------------------------------------------------------------------------------------------------------


def test_plain_text_is_the_whole_answer_as_it_is_then_the_receipt():
    plain, _ = shown(ended(reply_of(ANSWER)))
    assert plain.startswith(ANSWER)
    assert plain.removeprefix(ANSWER).startswith("\n[minimax · MiniMax-M3 · ")
    assert plain.endswith("]")


def test_notes_and_tool_calls_stand_between_the_answer_and_the_receipt():
    calls = (("weather", '{"city": "Oslo", "days": 2}'), ("broken", '{"a": '))
    plain, markdown = shown(ended(reply_of("Wait.", calls=calls, notes=("First note.", "Second note."))))
    lines = [line for line in plain.split("\n") if line]
    assert lines[:3] == ["Wait.", "weather(city='Oslo', days=2)", 'broken(malformed arguments: {"a": )']
    assert lines[3:5] == ["First note.", "Second note."]
    assert lines[5].startswith("[minimax")
    assert "weather(city='Oslo', days=2)\n" in read(jupyterlab(markdown)).code
    assert "*First note.*\n\n*Second note.*\n\n<sub>minimax · " in markdown


def test_markdown_is_thinking_folded_then_the_answer_then_the_receipt():
    _, markdown = shown(ended(reply_of(ANSWER, "I think\n\n- so")))
    thinking, answer, receipt = markdown.index("> I think"), markdown.index("# Answer"), markdown.index("<sub>minimax")
    assert thinking < markdown.index("</details>") < answer < receipt
    assert markdown.startswith("<details>\n<summary>Thinking · 13 characters</summary>\n\n> I think\n")
    assert "`x < 3`" in markdown
    assert "```python\nx = 2\n```" in markdown


def test_metadata_is_the_provenance_and_plain_json():
    _, metadata = render(ended(reply_of(ANSWER)))
    saved = json.loads(json.dumps(metadata))["minimax_nb"]
    assert (saved["provider"], saved["asked_model"], saved["cost"]) == ("minimax", "MiniMax-M3", "0.0005")
    assert set(saved) == {
        *("version", "provider", "face", "model", "asked_model", "parameters", "prompt_sha256", "usage", "cost"),
        *("timing", "request_id", "stop_reason", "partial", "replayed"),
    }


def test_a_reply_without_an_answer_shows_its_thinking_opened_and_says_so():
    plain, markdown = shown(ended(reply_of(thinking="I only think.")))
    assert "only thinking" in plain
    assert "I only think." in plain
    assert markdown.startswith("<details open>")
    assert "only thinking" in markdown


def test_an_open_code_block_is_closed_before_notes_and_receipt():
    reply = reply_of("So:\n\n```python\nx = 1", notes=("A note.",))
    reply.fail(TransportError("The stream was cut."))
    plain, markdown = shown(reply)
    html = jupyterlab(markdown)
    assert read(html).code == ["x = 1\n"]
    assert "<em>A note.</em>" in html
    assert "TransportError: The stream was cut. What had arrived is kept." in plain
    assert "The stream was cut. What had arrived is kept." in markdown
    assert "cut off" in markdown


def test_an_error_before_anything_came_promises_nothing():
    reply = reply_of()
    reply.fail(TransportError("No connection."))
    assert "kept" not in shown(reply)[0]


def test_a_reply_can_be_shown_at_any_moment():
    plain, markdown = shown(reply_of("Half a sen"))
    assert plain.startswith("Half a sen\n\n[")
    assert markdown.startswith("Half a sen\n\n<sub>")


def test_a_terminal_gets_no_control_characters():
    plain, _ = shown(ended(reply_of("a\x1b]0;title\x07b\x9bc\td\n")))
    assert plain.startswith("a\ufffd]0;title\ufffdb\ufffdc\td\n\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_part_of_a_reply_gets_through(name):
    text = HOSTILE[name]
    reply = ended(reply_of(text, text, ((text, json.dumps({text: text})), ("t", text)), (text,)))
    assert complaints(shown(reply)[1]) == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_part_of_a_painted_reply_gets_through(name):
    text = HOSTILE[name]
    pieces = thinking_folded(text) + markdown_answer(text) + "\n\n" + thinking_live(text)
    assert complaints(pieces) == {}


def test_the_same_reply_is_shown_the_same_way_every_time():
    assert render(ended(reply_of(ANSWER, "t"))) == render(ended(reply_of(ANSWER, "t")))


# -- the painter's pieces --------------------------------------------------------------------------------------------


def test_thinking_in_progress_shows_how_much_there_is_and_its_end():
    thinking = "".join(f"thought {number}. " for number in range(500))
    live = thinking_live(thinking)
    assert live.startswith("<details open>\n<summary>Thinking … 6,390 characters</summary>\n\n> … ")
    assert "thought 499." in live
    assert "thought 400." not in live
    assert len(live) < 600


def test_folded_thinking_can_be_followed_by_an_answer():
    html = jupyterlab(thinking_folded("- a\n\n```\nb") + markdown_answer("# c"))
    assert html.count("</details>") == 1
    assert html.index("</details>") < html.index("<h1")


def test_the_closing_is_notes_and_receipt():
    assert closing(reply_of("x", notes=("A *note*.",))).startswith("*A &#42;note&#42;.*\n\n<sub>minimax · ")


# -- errors ----------------------------------------------------------------------------------------------------------


def test_an_error_is_its_kind_in_bold_its_sentence_and_what_to_do():
    error = AuthError("The key was refused.", hint="Check MINIMAX_API_KEY.", status=401, billed=False)
    plain, markdown = shown(error)
    assert plain == "AuthError: The key was refused. It was not billed. Check MINIMAX_API_KEY."
    assert markdown.startswith("**AuthError** The key was refused. ")
    assert "Check MINIMAX_API_KEY." in "".join(read(jupyterlab(markdown)).text)


def test_an_error_tells_that_partial_text_was_kept():
    error = OverloadedError("Too busy.", reply=reply_of("twelve chars"))
    assert "12 characters of the answer had arrived" in shown(error)[0]


def test_an_error_line_is_one_line():
    assert error_line(RequestError("Two\nlines.", hint="Do\nthis.")) == "RequestError: Two lines. Do this."
    assert error_line(KeyboardInterrupt()).startswith("KeyboardInterrupt")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_error_gets_through(name):
    assert complaints(shown(TransportError(HOSTILE[name], hint=HOSTILE[name]))[1]) == {}


# -- small values ----------------------------------------------------------------------------------------------------


def test_counts_and_times_are_tables_that_say_what_is_unknown():
    plain, markdown = shown(Usage(1200, None, None, 5, None))
    assert "input_tokens        1,200" in plain
    assert "cached_tokens       unknown" in plain
    assert "estimated           no" in plain
    assert "<td>unknown</td>" in jupyterlab(markdown)
    assert "first_token_s  0.5" in shown(Timing(0.5))[0]


def test_a_table_is_aligned_in_text_and_escaped_in_markdown():
    plain, markdown = table(("name", "n"), [("a|b", "1"), ("<b>\nc", "22")])
    assert plain.split("\n") == ["name   n", "-----  --", "a|b    1", "<b> c  22"]
    html = jupyterlab(markdown)
    assert "<td>a|b</td>" in html
    assert "<td>&lt;b&gt; c</td>" in html


def test_a_table_may_have_no_rows():
    assert table(("a",), [])[0] == "a\n-"


def test_floors_above_add_their_own_values_and_types_below_inherit():
    class Value:
        pass

    class Special(Value):
        pass

    register(Value, lambda value: ({"text/plain": "a value"}, {}))
    assert render(Special()) == ({"text/plain": "a value"}, {})


def test_what_nobody_registered_is_its_repr():
    assert render(3) == ({"text/plain": "3"}, {})


# -- pictures and videos ---------------------------------------------------------------------------------------------


def with_media(*media: Picture | Clip, text: str = ANSWER, notes: tuple[str, ...] = ()) -> Reply:
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3", media=media, notes=notes)
    reply.apply(PartStarted(0, "thinking"))
    reply.apply(ThinkingDelta(0, "Hm."))
    reply.apply(PartStarted(1, "text"))
    reply.apply(TextDelta(1, text))
    return ended(reply)


def test_a_reply_begins_with_what_was_sent():
    made = (picture(), clip())
    _, markdown = shown(with_media(*made))
    pictures = [uri(medium.thumbnail) for medium in made]
    assert complaints(markdown, pictures) == {}
    html = jupyterlab(markdown)
    assert read(html, pictures).pictures == pictures
    places = ["ball.mp4", pictures[1], "60 frames", "<details>", "<h1", "minimax ·"]
    assert sorted(places, key=html.index) == places


def test_plain_text_names_what_was_sent_between_the_answer_and_the_receipt():
    plain, _ = shown(with_media(picture(), clip(), notes=("A note.",)))
    assert plain.startswith(ANSWER)
    lines = plain.removeprefix(ANSWER).strip("\n").split("\n")
    assert [line[:16] for line in lines] == ["[image cat.png ·", "[video ball.mp4 ", "A note.", "[minimax · MiniM"]
    assert all(line.endswith("]") for line in (*lines[:2], lines[3]))


def test_a_reply_without_media_says_nothing_of_them():
    data, metadata = render(with_media())
    assert "media" not in metadata["minimax_nb"]
    assert data["text/markdown"].startswith("<details>")
    assert data["text/plain"].removeprefix(ANSWER).startswith("\n[minimax · ")


def test_the_content_of_what_was_sent_is_nowhere_in_the_output():
    made = picture(base64=CONTENT), clip(base64=CONTENT)
    saved = json.dumps(render(with_media(*made)))
    assert CONTENT[:60].decode() not in saved
    assert saved.count("ab" * 32) == 1
    assert len(saved) <= sum(4 * len(medium.thumbnail) / 3 for medium in made) + 4_500


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_cannot_reach_into_the_gallery(name):
    made = picture()
    assert complaints(shown(with_media(made, text=HOSTILE[name]))[1], [uri(made.thumbnail)]) == {}


def test_a_picture_shows_itself():
    out = io.BytesIO()
    PIL.Image.new("RGB", (90, 60), "teal").save(out, "PNG")
    plain, markdown = shown(Image(out.getvalue(), name="teal.png"))
    assert plain.startswith("image teal.png · PNG · 90 x 60 pixels · ")
    assert markdown.count("](data:image/png;base64,") == 1
    assert render(Image("nothing-there.png"))[0]["text/plain"].startswith("RequestError: nothing-there.png")


def test_a_video_that_cannot_be_sent_says_why():
    plain, markdown = shown(Video(b"no video", name="<b>.mp4"))
    assert plain == "RequestError: <b>.mp4 is not a video. Videos are MP4, MOV, MKV or AVI."
    assert complaints(markdown) == {}


def loaded(path: Path, *parts: Part | str) -> Chat:
    """A chat from a file that holds one message."""
    Chat("MiniMax-M3", provider="emulator").save(path)
    saved = json.loads(path.read_text())
    saved["turns"] = [{"messages": [message_to_dict(user(*parts))]}]
    path.write_text(json.dumps(saved))
    return Chat.load(path)


def test_a_conversation_names_its_pictures_by_caption(tmp_path):
    plain, markdown = shown(loaded(tmp_path / "chat.json", "What is it, <b>?", picture(), clip()))
    assert "[1 · user] What is it, <b>?\n(image cat.png · PNG · 640 x 480 pixels" in plain
    assert "\n(video ball.mp4 · " in plain
    assert "data:" not in markdown
    assert "60 frames" in "".join(read(jupyterlab(markdown)).text)
    assert complaints(markdown) == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_saved_picture_gets_through_when_the_chat_is_loaded(name, tmp_path):
    text = HOSTILE[name]
    made = picture(name=text, notes=(text,), media_type=text, thumbnail=b"<svg onload='alert(1)'>")
    assert complaints(shown(loaded(tmp_path / "chat.json", text, made))[1]) == {}
