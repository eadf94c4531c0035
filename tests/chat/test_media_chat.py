"""Pictures and videos in a conversation: sent in their place, kept with it, and never lost when something fails."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from minimax_nb import Chat, Image, RequestError, ServiceError, TransportError, Video
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Text
from tests.prompt.media.makers import FILES, opened, photo, saved
from tests.transport.servers import Wire, anthropic_frames, serving

FACES = ("anthropic", "openai")
NOW = "/emulate delay-ms=0\n"
PNG = saved(photo(), "PNG")


def emulator(face: str = "anthropic", **more) -> Chat:
    return Chat("MiniMax-M3", provider="emulator", face=face, **more)


def kinds(chat: Chat) -> list[str]:
    return [type(part).__name__ for part in chat.history[0].parts]


@pytest.mark.parametrize("face", FACES)
def test_pictures_and_videos_are_sent_in_their_place(face):
    chat = emulator(face)
    reply = chat.ask(NOW, "Compare ", photo(), " with ", Video(FILES / "sound.mp4"), " please.")
    assert reply.text
    assert kinds(chat) == ["Text", "Text", "Picture", "Text", "Clip", "Text"]
    assert [medium.media_type for medium in reply.media] == ["image/png", "video/mp4"]
    assert reply.prompt.endswith("Compare  with  please.")


def test_what_a_notebook_holds_needs_no_wrapper():
    figure = Figure(figsize=(2, 1))
    figure.add_subplot()
    Path("cat.png").write_bytes(PNG)
    chat = emulator()
    chat.ask(NOW, figure, np.asarray(photo()), Path("cat.png"), PNG, [photo(), photo()])
    assert kinds(chat) == ["Text", *["Picture"] * 6]
    assert [part.name for part in chat.history[0].media] == [
        *("figure", "array", "cat.png", "picture", "picture", "picture")
    ]


@pytest.mark.parametrize("value", [photo(), Image(PNG), FILES / "plain.jpg", [FILES / "plain.jpg"]])
def test_a_picture_alone_is_a_prompt(value):
    reply = emulator().ask(value)
    assert reply.text
    assert len(reply.media) == 1


def test_a_plain_string_is_text_whatever_it_names():
    Path("cat.png").write_bytes(PNG)
    chat = emulator()
    chat.ask(NOW + "cat.png")
    assert chat.history[0].parts == (Text(NOW + "cat.png"),)


def test_frames_go_with_their_times():
    chat = emulator()
    frames = Video(FILES / "sound.mp4").frames(count=2)
    chat.ask(NOW + "What happens?", frames)
    assert kinds(chat) == ["Text", "Text", "Picture", "Text", "Picture"]
    assert "[sound.mp4 at 0:0" in chat.history[0].text


def test_counting_and_previewing_read_pictures_and_send_nothing():
    chat = emulator()
    text = chat.count("What is it?").tokens
    assert chat.count("What is it?", photo(560, 560)).tokens > text
    shown = str(chat.preview("What is it?", photo(560, 560)).body)
    assert "image" in shown
    with pytest.raises(RequestError, match="missing"):
        chat.preview("What is it?", Path("missing.png"))
    assert not chat.history


def test_coroutines_send_pictures_too():
    reply = asyncio.run(emulator().ask_async(NOW + "What is it?", photo()))
    assert reply.text
    assert len(reply.media) == 1


def test_reading_a_picture_does_not_hold_up_other_coroutines():
    """A value that is read slowly lets another coroutine run meanwhile; were it read on the loop, none could."""
    others = threading.Event()

    class Slow:
        def _repr_llm_(self) -> str:
            assert others.wait(5), "nobody else ran while this was read"
            return "slow"

    async def both():
        async def other():
            await asyncio.sleep(0)
            others.set()

        reply, _ = await asyncio.gather(emulator().ask_async(NOW + "What is it?", Slow()), other())
        return reply

    assert asyncio.run(both()).text


# -- failing -----------------------------------------------------------------------------------------------------------


def script(wire: Wire) -> None:
    if wire.request():
        wire.head()
        for frame in anthropic_frames("Seen."):
            wire.chunk(frame)
        wire.end()


def test_a_bad_picture_sends_nothing_and_the_prompt_can_be_sent_again():
    with serving(script) as server:
        chat = Chat("MiniMax-M3", face="anthropic", base_url=server.url)
        with pytest.raises(RequestError) as caught:
            chat.ask("What is it?", Path("cat.png"))
        assert str(caught.value).startswith("cat.png was not found.")
        assert "\n" not in str(caught.value)
        assert (server.connections, chat.history) == (0, ())
        with pytest.raises(RequestError, match=r"cat\.png was not found"):
            chat.retry()
    emulated = emulator()
    with pytest.raises(RequestError):
        emulated.ask(NOW + "What is it?", Path("cat.png"))
    Path("cat.png").write_bytes(PNG)
    assert emulated.retry().media[0].name == "cat.png"
    with pytest.raises(RequestError, match="nothing to send again"):
        emulated.retry()


def test_an_empty_prompt_does_not_displace_one_that_failed():
    chat = emulator()
    with pytest.raises(RequestError):
        chat.ask(Path("cat.png"))
    with pytest.raises(RequestError, match="empty"):
        chat.ask(" ")
    with pytest.raises(RequestError, match=r"cat\.png"):
        chat.retry()


def test_a_prompt_that_the_service_refused_is_sent_again_with_its_pictures():
    bodies: list[bytes] = []

    def second_time(wire: Wire) -> None:
        bodies.append(wire.request())
        if len(bodies) == 1:
            wire.send(b"HTTP/1.1 500 Oh\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            return
        wire.head()
        for frame in anthropic_frames("Seen."):
            wire.chunk(frame)
        wire.end()

    with serving(second_time) as server:
        chat = Chat("MiniMax-M3", face="anthropic", base_url=server.url, retries=0)
        with pytest.raises(ServiceError):
            chat.ask("What is it?", Image(PNG, name="cat"))
        assert chat.history == ()
        assert chat.retry().text == "Seen."
    base64 = chat.history[0].media[0].base64
    assert [body.count(base64) for body in bodies] == [1, 1]


def test_a_model_that_cannot_see_is_not_sent_a_picture():
    chat = Chat("MiniMax-M2.7", provider="emulator")
    with pytest.raises(RequestError) as caught:
        chat.ask("What is it?", photo())
    assert "MiniMax-M3" in str(caught.value)
    chat.use(provider="emulator", model="MiniMax-M3")
    assert chat.retry().media[0].width == 96


# -- keeping -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_a_saved_conversation_keeps_its_pictures(face):
    chat = emulator(face)
    chat.ask(NOW + "What is it?", Image(PNG, detail="low"), Video(FILES / "sound.mp4", fps=2))
    chat.save("talk.json")
    again = Chat.load("talk.json")
    assert again.history == chat.history
    picture, clip = again.history[0].media
    assert isinstance(picture, Picture)
    assert isinstance(clip, Clip)
    assert opened(picture).size == (96, 64)
    assert (picture.detail, clip.fps) == ("low", 2)
    assert again.ask(NOW + "And now?").text
    assert (
        json.loads(Path("talk.json").read_text(encoding="utf-8"))["turns"][0]["messages"][0]["parts"][1]["kind"]
        == "picture"
    )


def test_a_fork_has_the_same_pictures_and_goes_its_own_way():
    chat = emulator()
    chat.ask(NOW + "What is it?", photo())
    twin = chat.fork(face="openai")
    twin.ask(NOW + "And this?", photo(50, 50))
    assert [len(message.media) for message in twin.history] == [1, 0, 1, 0]
    assert len(chat.history) == 2
    assert twin.history[0].media[0] is chat.history[0].media[0], "the content is there once"


# -- fetching ----------------------------------------------------------------------------------------------------------


def site(requests: list[bytes]):
    def script(wire: Wire) -> None:
        request = wire.request()
        requests.append(request)
        if request.startswith(b"GET /moved"):
            wire.send(b"HTTP/1.1 302 Found\r\nlocation: /cat.png\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        elif request.startswith(b"GET /round"):
            wire.send(b"HTTP/1.1 301 Moved\r\nlocation: /round\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        elif request.startswith(b"GET /page"):
            wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<!doctype html>")
        elif request.startswith(b"GET /cut"):
            wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\nconnection: close\r\n\r\n" + PNG[:100])
        elif request.startswith(b"GET /cat.png"):
            wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(PNG), PNG))
        else:
            wire.send(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    return script


def test_an_address_is_passed_on_and_nothing_is_fetched():
    requests: list[bytes] = []
    with serving(site(requests)) as server:
        body = emulator().preview("What is it?", Image(f"{server.url}/cat.png")).body
        assert f"{server.url}/cat.png" in str(body)
    assert requests == []


@pytest.mark.parametrize("path", ["/cat.png?size=3", "/moved"])
def test_an_inline_address_is_fetched_without_any_key(path):
    requests: list[bytes] = []
    with serving(site(requests)) as server:
        chat = emulator(api_key="test-key-for-nobody")
        reply = chat.ask(NOW + "What is it?", Image(server.url + path, inline=True))
    (picture,) = reply.media
    assert (picture.url, picture.media_type, picture.width) == ("", "image/png", 96)
    said = b"".join(requests).lower()
    assert b"test-key" not in said
    assert not {b"authorization", b"x-api-key", b"cookie"} & {line.partition(b":")[0] for line in said.splitlines()}


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("/none.png?token=abc", RequestError, "answered 404 (Not Found)"),
        ("/round", RequestError, "leads on to other addresses more than 5 times"),
        ("/page", RequestError, "is HTML, not a picture"),
        ("/cut.png", TransportError, "cut off in the middle"),
    ],
)
def test_an_address_with_nothing_good_is_one_sentence_and_the_prompt_is_kept(path, error, said):
    requests: list[bytes] = []
    chat = emulator()
    with serving(site(requests)) as server:
        with pytest.raises(error) as caught:
            chat.ask(NOW + "What is it?", Image(server.url + path, inline=True))
        message = str(caught.value)
        assert said in message
        assert "\n" not in message
        assert "abc" not in message
        assert chat.history == ()
        with pytest.raises(error):
            chat.retry()
    assert requests
