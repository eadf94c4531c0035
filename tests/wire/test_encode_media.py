"""Pictures and videos in a call: their form on both protocols, their place, and their content joined in untouched."""

from __future__ import annotations

import base64
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog.rows import FaceName, MediaRow
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Part, Text, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.prompt.media import Video
from minimax_nb.wire import FACES, Call
from tests.wire.helpers import KEY, endpoint

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])
PIXELS = base64.b64encode(b"\x89PNG some pixels" * 3)
FRAMES = base64.b64encode(b"some frames" * 5)


def picture(**said: Any) -> Picture:
    known = {"name": "cat.png", "media_type": "image/png", "base64": PIXELS, "sha256": "1a2b" * 16, "size": 48}
    return Picture(**{**known, **said})


def clip(**said: Any) -> Clip:
    known = {"name": "run.mp4", "media_type": "video/mp4", "base64": FRAMES, "sha256": "ff00" * 16, "size": 55}
    return Clip(**{**known, **said})


def call(face: FaceName, *messages: Message, **how: Any) -> Call:
    return FACES[face].encode(Request("MiniMax-M3", messages), endpoint(face, **how))


def sent(face: FaceName, *messages: Message, **how: Any) -> list[dict[str, Any]]:
    return json.loads(call(face, *messages, **how).body)["messages"]  # type: ignore[no-any-return]


def only(face: FaceName, part: Part) -> dict[str, Any]:
    """The one part that is left of a message of it alone."""
    ((found,),) = [message["content"] for message in sent(face, user(part))]
    return found  # type: ignore[no-any-return]


# -- forms -------------------------------------------------------------------------------------------------------------


def test_the_forms_of_the_openai_face() -> None:
    data = PIXELS.decode()
    assert only("openai", picture()) == {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    assert only("openai", picture(detail="high", max_long_side=700)) == {
        "type": "image_url",
        "image_url": {"url": f"data:image/png;base64,{data}", "detail": "high", "max_long_side_pixel": 700},
    }
    assert only("openai", clip(fps=0.5, detail="low", max_long_side=504)) == {
        "type": "video_url",
        "video_url": {
            "url": f"data:video/mp4;base64,{FRAMES.decode()}",
            "detail": "low",
            "fps": 0.5,
            "max_long_side_pixel": 504,
        },
    }


def test_the_forms_of_the_anthropic_face() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": PIXELS.decode()}
    assert only("anthropic", picture()) == {"type": "image", "source": source}
    assert only("anthropic", picture(detail="high", max_long_side=700)) == {
        "type": "image",
        "source": {**source, "detail": "high", "max_long_side_pixel": 700},
    }
    source = {"type": "base64", "media_type": "video/mp4", "data": FRAMES.decode()}
    assert only("anthropic", clip(fps=0.5, detail="low", max_long_side=504)) == {
        "type": "video",
        "source": {**source, "detail": "low", "fps": 0.5, "max_long_side_pixel": 504},
    }


@pytest.mark.parametrize("url", ["https://example.invalid/a?b=c", "http://example.invalid/a", "mm_file://3217"])
def test_an_address_is_passed_on_as_it_is(url: str) -> None:
    part = Clip(name="a", url=url, fps=2)
    assert only("openai", part) == {"type": "video_url", "video_url": {"url": url, "fps": 2}}
    assert only("anthropic", part) == {"type": "video", "source": {"type": "url", "url": url, "fps": 2}}


def test_an_address_of_a_picture_too() -> None:
    part = Picture(name="a", url="https://example.invalid/a.png", detail="low")
    assert only("openai", part)["image_url"] == {"url": part.url, "detail": "low"}
    assert only("anthropic", part) == {"type": "image", "source": {"type": "url", "url": part.url, "detail": "low"}}


@pytest.mark.parametrize(
    ("held", "named"),
    [
        ("video/quicktime", "video/mov"),
        ("video/mp4", "video/mp4"),
        ("video/x-msvideo", "video/x-msvideo"),
        ("video/x-matroska", "video/x-matroska"),
    ],
)
def test_the_names_of_video_types_where_base64_is_sent(held: str, named: str) -> None:
    assert only("openai", clip(media_type=held))["video_url"]["url"].startswith(f"data:{named};base64,")
    assert only("anthropic", clip(media_type=held))["source"]["media_type"] == named


@pytest.mark.parametrize("held", ["image/jpeg", "image/png", "image/gif", "image/webp"])
def test_the_names_of_picture_types(held: str) -> None:
    assert only("openai", picture(media_type=held))["image_url"]["url"].startswith(f"data:{held};base64,")
    assert only("anthropic", picture(media_type=held))["source"]["media_type"] == held


# -- places ------------------------------------------------------------------------------------------------------------


def outline(face: FaceName, *messages: Message) -> list[tuple[str, list[str]]]:
    """Who says what: texts as they are, media by their kind, tool calls and results by theirs."""
    heard = []
    for message in sent(face, *messages):
        content = message.get("content") or []
        parts = [content] if isinstance(content, str) else [part.get("text", part["type"][:5]) for part in content]
        heard.append((message["role"], parts))
    return heard


@BOTH
def test_media_stand_where_they_were_among_the_texts(face: FaceName) -> None:
    said = user("Here ", "is ", picture(), " and here", clip(), picture(), "?")
    assert outline(face, said) == [("user", ["Here is ", "image", " and here", "video", "image", "?"])]


@BOTH
def test_a_picture_alone_is_a_prompt(face: FaceName) -> None:
    assert outline(face, user(picture())) == [("user", ["image"])]
    assert outline(face, user(" \n", picture(), "\n")) == [("user", ["image"])], "no text is empty"


def test_a_message_without_media_stays_a_string_beside_one_with_media() -> None:
    answer = Message("assistant", (Text("A cat."),))
    first, second, third = sent("openai", user("See: ", picture()), answer, user("Sure?"))
    assert isinstance(first["content"], list)
    assert (second["content"], third["content"]) == ("A cat.", "Sure?")


@BOTH
def test_neighbouring_messages_of_the_user_become_one_with_a_blank_line_between(face: FaceName) -> None:
    assert outline(face, user("Look.", picture()), user("And here.", clip()), user("Well?")) == [
        ("user", ["Look.", "image", "\n\nAnd here.", "video", "\n\nWell?"])
    ]
    assert outline(face, user("Look."), user(picture())) == [("user", ["Look.\n\n", "image"])]


@BOTH
def test_media_that_stand_with_tool_results_follow_in_a_message_of_the_user(face: FaceName) -> None:
    results = Message("tool", (ToolResult("c", "42"), picture(), Text("seen?")))
    heard = sent(face, user("Hi"), Message("assistant", (ToolCall("c", "f"),)), results)
    assert [message["role"] for message in heard[2:]] == ["tool" if face == "openai" else "user", "user"]
    assert [part["type"][:5] for part in heard[-1]["content"]] == ["image", "text"]
    assert json.dumps(heard[2]).count("42") == 1
    assert "image" not in json.dumps(heard[2])


@BOTH
def test_media_of_the_assistant_are_not_sent_back(face: FaceName) -> None:
    answer = Message("assistant", (picture(), Text("Drawn."), clip()))
    assert outline(face, user("Draw."), answer, user("Thanks."))[1] == ("assistant", ["Drawn."])
    assert len(outline(face, user("Draw."), Message("assistant", (picture(),)), user("Thanks."))) == 1


def test_a_token_count_asks_with_the_same_messages() -> None:
    asked = Request("MiniMax-M3", (user("What?", picture()),))
    counted = FACES["anthropic"].encode_count(asked, endpoint("anthropic"))
    assert counted is not None
    assert json.loads(counted.body)["messages"] == sent("anthropic", user("What?", picture()))


# -- what cannot be sent -----------------------------------------------------------------------------------------------


@BOTH
def test_a_video_that_is_still_to_be_uploaded_is_refused_by_name(face: FaceName) -> None:
    waiting = Clip(name="long.mp4", media_type="video/mp4", path="/tmp/long.mp4", size=312_000_000)
    with pytest.raises(RequestError, match=r"long\.mp4 has 312.0 MB"):
        call(face, user(waiting))
    assert call(face, user(Clip(name="long.mp4", path="/tmp/long.mp4", url="mm_file://3"))).media == ()


@BOTH
@pytest.mark.parametrize("bad", [b'AA"}]', b"AA AA", b"AA\n", b"=AAA", "\u00e4".encode(), b"A\\u0041"])
def test_what_is_not_base64_cannot_break_out_of_its_string(face: FaceName, bad: bytes) -> None:
    with pytest.raises(RequestError, match=r"cat\.png holds something that is not base64"):
        call(face, user(picture(base64=bad)))


@BOTH
def test_a_part_that_holds_nothing_is_refused(face: FaceName) -> None:
    with pytest.raises(RequestError, match=r"cat\.png holds neither"):
        call(face, user(picture(base64=b"")))


@BOTH
def test_a_body_may_be_as_long_as_the_provider_takes_and_no_longer(face: FaceName) -> None:
    exact = len(call(face, user("Hi", picture())).body)
    within = call(face, user("Hi", picture()), provider={"media": MediaRow(body_bytes=exact)})
    assert len(within.body) == exact
    with pytest.raises(RequestError, match=f"{exact:,} bytes.*MiniMax takes {exact - 1:,}"):
        call(face, user("Hi", picture()), provider={"media": MediaRow(body_bytes=exact - 1)})


# -- the bytes ---------------------------------------------------------------------------------------------------------


@BOTH
def test_the_outline_is_the_body_with_words_for_contents(face: FaceName) -> None:
    made = call(face, user("Look: ", picture(), clip(size=213_000, media_type="video/quicktime")))
    assert made.media == (picture(), clip(size=213_000, media_type="video/quicktime"))
    words = (b"<image/png, 48 bytes, sha256 1a2b\xe2\x80\xa6>", b"<video/mov, 213 kB, sha256 ff00\xe2\x80\xa6>")
    whole = made.outline
    for word, content in zip(words, (PIXELS, FRAMES), strict=True):
        assert whole.count(word) == 1
        whole = whole.replace(word, content)
    assert whole == made.body


@BOTH
def test_without_media_the_outline_is_the_body(face: FaceName) -> None:
    made = call(face, user("Look."))
    assert made.outline is made.body
    assert made.media == ()


@BOTH
def test_no_text_is_taken_for_a_content(face: FaceName) -> None:
    first = call(face, user("Look: ", picture())).outline.decode()
    heard = json.loads(call(face, user(first, picture(), first, clip(), first)).body)["messages"][0]["content"]
    assert [part["text"] for part in heard[::2]] == [first] * 3


@BOTH
def test_the_same_call_is_always_the_same_bytes(face: FaceName) -> None:
    assert call(face, user("a", picture(), clip())).body == call(face, user("a", picture(), clip())).body


def test_a_key_in_the_body_goes_before_everything_else() -> None:
    made = call("openai", user("Look: ", picture()), auth="body")
    assert KEY.encode() not in made.body
    assert json.loads(made.sent_body())["key"] == KEY
    assert len(made.sent_body()) == len(made.body) + len(f'"key":"{KEY}",')


def test_neither_content_nor_outline_is_part_of_a_repr() -> None:
    assert PIXELS.decode() not in repr(call("openai", user("Look: ", picture())))


def box(kind: bytes, size: int) -> bytes:
    return size.to_bytes(4, "big") + kind


@BOTH
def test_a_video_is_in_memory_as_base64_and_as_the_body_and_nothing_more(
    face: FaceName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minimax_nb.prompt.media.film.available", lambda: False)  # there is nothing to see in it
    size = 5_000_000
    path = tmp_path / "run.mp4"
    head = box(b"ftyp", 16) + b"isom\0\0\0\0" + box(b"moov", 8)
    path.write_bytes(head + box(b"mdat", size - len(head)) + bytes(size - len(head) - 8))
    call(face, user("So that all is loaded.", Video(path).prepare()))
    tracemalloc.start()
    try:
        part = Video(path).prepare()
        made = call(face, user("Look: ", part))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(made.body) > len(part.base64) >= size * 4 / 3
    assert peak <= 3.2 * size
