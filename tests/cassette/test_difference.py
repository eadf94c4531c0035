"""What is said of a call that is not in the recording: the part that changed, readable."""

from __future__ import annotations

import hashlib

import pytest

from minimax_nb.cassette.asked import LONG, asked_by, asked_download
from minimax_nb.cassette.difference import difference
from minimax_nb.messages.media import Picture
from minimax_nb.wire.call import Call
from tests.cassette.making import asked, call

TOOL = {"name": "weather", "description": "The weather.", "input_schema": {"type": "object", "properties": {}}}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            asked("Explain it in three bullets."),
            asked("Explain it in four bullets."),
            ["  message 1 (user)", "    - Explain it in three bullets.", "    + Explain it in four bullets."],
        ),
        (asked(temperature=0.2), asked(temperature=0.7), ["  temperature", "    - 0.2", "    + 0.7"]),
        (asked(), asked(system="Be brief."), ["  system", "    + Be brief."]),
        (asked(system="Be brief."), asked(), ["  system", "    - Be brief."]),
        (asked(), asked(provider="runapi"), ["  provider", "    - minimax", "    + runapi"]),
        (asked(stream=True), asked(stream=False), ["  stream", "    - true", "    + false"]),
        (
            asked("one\ntwo\nthree"),
            asked("one\n2\nthree"),
            ["  message 1 (user)", "    - two", "    + 2"],
        ),
    ],
)
def test_the_part_that_changed_is_named_with_both_its_texts(old, new, lines):
    assert difference(new, [old]).splitlines() == lines


def test_a_tool_that_came_or_changed_is_named():
    old, new = asked(tools=[TOOL]), asked(tools=[{**TOOL, "description": "Weather now."}, {"name": "news"}])
    text = difference(new, [old])
    assert "  tool weather\n" in text
    assert "  tool news\n" in text


def test_the_nearest_call_is_taken():
    recorded = [asked("What is entropy?"), asked("Name three colours of the rainbow."), asked("hello", system="x")]
    assert "three colours" in difference(asked("Name four colours of the rainbow."), recorded)


def test_a_long_text_is_shown_where_it_differs():
    old, new = asked("a" * 900 + " blue " + "b" * 900), asked("a" * 900 + " red " + "b" * 900)
    text = difference(new, [old])
    assert "blue" in text
    assert "red" in text
    assert max(map(len, text.splitlines())) < 120


def test_a_text_behind_what_is_kept_counts_and_is_told_by_its_hash():
    old, new = asked("a" * (LONG + 500) + "x"), asked("a" * (LONG + 500) + "y")
    assert old.fingerprint != new.fingerprint
    assert "sha256" in difference(new, [old])


def test_a_call_of_another_kind_is_not_near():
    assert difference(asked(), []) == ""
    count = asked_by(call(url="https://service.example/anthropic/v1/messages/count_tokens"), "minimax")
    assert difference(asked(), [count]) == ""


def test_control_characters_are_not_shown():
    assert "\x1b" not in difference(asked("red \x1b[31m"), [asked("red")])


def test_host_and_key_are_no_part_of_what_is_asked():
    assert asked_by(call(url="http://127.0.0.1:4711/v1/messages"), "minimax") == asked()
    assert asked_by(call(url="emulator:/anthropic/v1/messages"), "minimax") == asked()


def test_a_picture_counts_by_its_hash():
    def sent(content: bytes) -> Call:
        part = Picture(name="p", media_type="image/png", base64=content, sha256=hashlib.sha256(content).hexdigest())
        body = b'{"messages":[{"role":"user","content":[{"data":"data:image/png;base64,' + content + b'"}]}]}'
        return Call("POST", "https://service.example/v1/messages", body=body, media=(part,))

    one, other = asked_by(sent(b"QUJD" * 100), "minimax"), asked_by(sent(b"QUJE" * 100), "minimax")
    assert one.fingerprint != other.fingerprint
    assert "QUJD" not in str(one.request)
    assert "sha256" in difference(other, [one])


def test_a_signed_address_is_not_kept():
    download = asked_download("https://user:word@host.example/a.png?signature=abcdef")
    assert "abcdef" not in str(download)
    assert "word" not in str(download)
    assert download.fingerprint != asked_download("https://host.example/a.png?signature=other").fingerprint
