"""A reply is the fold of its events, readable at any moment."""

from __future__ import annotations

import json
import threading

import pytest

from minimax_nb.errors import ConfigError, ServiceError
from minimax_nb.messages.events import (
    ArgumentsDelta,
    Failed,
    Finished,
    PartEnded,
    PartStarted,
    Reclassified,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageSeen,
)
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Origin, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.messages.saved import message_from_dict, message_to_dict
from minimax_nb.messages.usage import Usage


def folded(*events) -> Reply:
    reply = Reply(provider="p", face="anthropic", asked_model="m", prompt="hi")
    for event in events:
        reply.apply(event)
    return reply


def test_text_and_thinking_are_kept_apart():
    reply = folded(
        Started("id", "served"),
        PartStarted(0, "thinking"),
        ThinkingDelta(0, "hm"),
        ThinkingDelta(0, "m"),
        PartEnded(0, "sig"),
        PartStarted(1, "text"),
        TextDelta(1, "Hel"),
        TextDelta(1, "lo"),
        PartEnded(1),
        Finished("end_turn"),
    )
    assert (reply.thinking, reply.text, reply.model, reply.asked_model) == ("hmm", "Hello", "served", "m")
    assert reply.parts == (Thinking("hmm", "sig"), Text("Hello"))
    assert reply.done
    assert not reply.partial


def test_a_reply_can_be_read_while_it_streams():
    reply = folded(PartStarted(0, "text"), TextDelta(0, "Hel"))
    assert reply.text == "Hel"
    assert not reply.done
    assert reply.stop_reason is None


def test_two_text_parts_are_apart_by_a_blank_line_unless_they_already_are():
    def two(first: str, second: str) -> str:
        return folded(PartStarted(0, "text"), TextDelta(0, first), PartStarted(1, "text"), TextDelta(1, second)).text

    assert two("one", "two") == "one\n\ntwo"
    assert two("one\n", "two") == "one\ntwo"
    assert two("one", "\ntwo") == "one\ntwo"
    assert two("", "two") == "two"


@pytest.mark.parametrize(
    ("raw", "arguments", "malformed"),
    [
        ('{"a": 1}', {"a": 1}, False),
        ("", {}, False),
        ("{", {}, True),
        ("[1]", {}, True),
        ("null", {}, True),
    ],
)
def test_arguments_that_are_no_object_are_kept_raw_and_marked(raw, arguments, malformed):
    reply = folded(PartStarted(0, "tool_call", id="c1", name="f"), *([ArgumentsDelta(0, raw)] if raw else []))
    assert reply.tool_calls == (ToolCall("c1", "f", arguments, raw, malformed),)


def test_text_that_turns_out_to_be_thinking_moves_over_and_is_noticed():
    reply = folded(PartStarted(0, "text"), TextDelta(0, "pondering"))
    before = reply.reshaped
    reply.apply(Reclassified(0, "thinking"))
    assert (reply.thinking, reply.text) == ("pondering", "")
    assert reply.reshaped == before + 1


def test_usage_is_merged_field_by_field():
    reply = folded(
        UsageSeen(Usage(input_tokens=10)), UsageSeen(Usage(output_tokens=5)), UsageSeen(Usage(input_tokens=12))
    )
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.total_tokens) == (12, 5, 17)


def test_an_unknown_count_makes_no_total_up():
    assert Usage(input_tokens=3).total_tokens is None
    assert Usage(reported_total=73).total_tokens == 73


def test_a_failure_keeps_what_came_and_marks_it_partial():
    error = ServiceError("busy")
    reply = folded(PartStarted(0, "text"), TextDelta(0, "half"), Failed(error))
    assert (reply.text, reply.partial, reply.stop_reason, reply.error) == ("half", True, "error", error)


def test_metadata_holds_the_provenance_and_nothing_else():
    reply = folded(PartStarted(0, "text"), TextDelta(0, "x"), Finished("end_turn"))
    assert list(reply.metadata("1")) == [
        "version", "provider", "face", "model", "asked_model", "parameters", "prompt_sha256", "usage", "cost",
        "timing", "request_id", "stop_reason", "partial", "replayed",
    ]  # fmt: skip


def test_a_reader_on_another_thread_never_sees_text_that_is_not_a_prefix():
    reply = folded(PartStarted(0, "text"))
    whole = "".join(chr(97 + i % 26) for i in range(20_000))
    bad: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen = reply.text
            if not whole.startswith(seen):
                bad.append(seen)

    reader = threading.Thread(target=read)
    reader.start()
    for character in whole:
        reply.apply(TextDelta(0, character))
    reply.apply(Finished("end_turn"))
    done.set()
    reader.join()
    assert not bad
    assert reply.text == whole


MESSAGES = [
    user("hello"),
    Message("assistant", (Thinking("t", "s"), Text("x")), Origin("p", "anthropic", "m"), {"content": "raw"}),
    Message("assistant", (ToolCall("c", "f", {"a": 1}, '{"a": 1}'), Opaque({"type": "odd"})), partial=True),
    Message("tool", (ToolResult("c", "42", True),)),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_survives_saving(message):
    assert message_from_dict(message_to_dict(message)) == message


@pytest.mark.parametrize(
    "saved", [{}, {"role": "user"}, {"role": "king", "parts": []}, {"role": "user", "parts": [{"kind": "odd"}]}, 7]
)
def test_a_saved_message_of_another_shape_is_refused(saved):
    with pytest.raises(ConfigError):
        message_from_dict(saved)


def test_the_fingerprint_follows_the_words_and_not_the_model():
    def sha(model: str, *texts: str, system: str | None = None) -> str:
        return Request(model, tuple(user(text) for text in texts), system=system).prompt_sha256()

    assert sha("a", "x") == sha("b", "x")
    assert len({sha("a", "x"), sha("a", "y"), sha("a", "x", "x"), sha("a", "x", system="s")}) == 4


# -- what was sent ---------------------------------------------------------------------------------------------------


def test_metadata_tells_what_was_sent_and_never_its_content():
    content = b"aGVsbG8=" * 50
    picture = Picture(
        name="cat.png", media_type="image/png", base64=content, sha256="ab" * 32, size=300, width=6, height=4,
        detail="low", thumbnail=b"thumb" * 50, thumbnail_type="image/png", notes=("scaled",),
    )  # fmt: skip
    clip = Clip(
        name="a.mp4", media_type="video/mp4", base64=content, sha256="cd" * 32, size=300, fps=0.5, duration_s=2.0,
        codec="h264", audio=False, path="/home/somebody/a.mp4",
    )  # fmt: skip
    saved = Reply(provider="p", face="openai", asked_model="m", media=(picture, clip)).metadata("1")
    assert json.loads(json.dumps(saved)) == saved
    assert saved["media"] == [
        {
            "kind": "image", "name": "cat.png", "type": "image/png", "size": 300, "sha256": "ab" * 32,
            "width": 6, "height": 4, "detail": "low", "notes": ["scaled"],
        },
        {
            "kind": "video", "name": "a.mp4", "type": "video/mp4", "size": 300, "sha256": "cd" * 32,
            "width": None, "height": None, "fps": 0.5, "duration_s": 2.0, "codec": "h264", "audio": False,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.com/a.png?signature=secret#here", "https://example.com/a.png"),
        ("https://me:secret@example.com/a.png", "https://example.com/a.png"),
        ("HTTP://example.com?secret", "HTTP://example.com"),
        ("https://example.com/a@b.png", "https://example.com/a@b.png"),
        ("mm_file://123456", "mm_file://123456"),
        ("data:image/png;base64,secret", None),
        ("javascript:secret", None),
    ],
)
def test_an_address_is_kept_without_what_may_be_secret(url, kept):
    [saved] = Reply(provider="p", face="openai", asked_model="m", media=(Clip(name="a", url=url),)).metadata("1")[
        "media"
    ]
    assert saved.get("url") == kept
    assert "secret" not in json.dumps(saved)
    assert (saved["type"], saved["size"], saved["sha256"]) == (None, None, None)


def test_metadata_has_no_media_where_none_was_sent():
    assert "media" not in folded().metadata("1")


def test_the_fingerprint_of_a_video_is_the_same_wherever_its_file_lies():
    def fingerprint(path, sha256="1a2b"):
        clip = Clip(name="clip.mp4", path=path, sha256=sha256)
        return Request("m", (Message("user", (clip,)),)).prompt_sha256()

    assert fingerprint("/tmp/one/clip.mp4") == fingerprint("/tmp/two/clip.mp4")
    assert fingerprint("/tmp/one/clip.mp4") != fingerprint("/tmp/one/clip.mp4", "3c4d")
