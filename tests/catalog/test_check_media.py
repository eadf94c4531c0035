"""Pictures and videos held against their endpoint before anything is sent."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog import check, load_catalog, resolve
from minimax_nb.catalog.rows import MediaRow
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import Message, Text, user
from minimax_nb.messages.request import Request

SMALL = base64.b64encode(b"x" * 30)
SEEING = ("MiniMax-M3", "MiniMax-M3.1-Flash", "MiniMax-M3.1-Flash-Preview")
BLIND = ("MiniMax-M2.7", "MiniMax-M2.5-highspeed", "MiniMax-M2.1", "MiniMax-M2", "M2-her")


def picture(**said: Any) -> Picture:
    return Picture(**{"name": "cat.png", "media_type": "image/png", "base64": SMALL, "size": 30, **said})


def clip(**said: Any) -> Clip:
    return Clip(**{"name": "run.mp4", "media_type": "video/mp4", "base64": SMALL, "size": 30, **said})


def checked(
    *parts: Any,
    model: str = "MiniMax-M3",
    provider: str = "minimax",
    face: str | None = None,
    config: Path | None = None,
    before: tuple[Message, ...] = (),
) -> tuple[str, ...]:
    env = {"MINIMAX_NB_CONFIG": str(config)} if config else {}
    here = resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env=env)
    return check(Request(model, (*before, user("What is this?", *parts))), here)


def refused(*parts: Any, **where: Any) -> str:
    with pytest.raises(RequestError) as caught:
        checked(*parts, **where)
    return str(caught.value)


@pytest.mark.parametrize("face", ["anthropic", "openai"])
@pytest.mark.parametrize("provider", ["minimax", "emulator"])
@pytest.mark.parametrize("model", SEEING)
def test_models_that_see_take_both_on_both_protocols(model: str, provider: str, face: str) -> None:
    where = {"model": model, "provider": provider, "face": face}
    assert checked(picture(), clip(), **where) == checked(**where)


@pytest.mark.parametrize("provider", ["minimax", "emulator"])
@pytest.mark.parametrize("model", BLIND)
def test_models_that_would_drop_a_picture_are_never_sent_one(model: str, provider: str) -> None:
    message = refused(picture(), model=model, provider=provider)
    assert message.startswith(f"cat.png is a picture, and {model} takes text only. ")
    assert "MiniMax-M3.1-Flash, MiniMax-M3.1-Flash-Preview" in message
    assert message.index(model) < message.index("MiniMax-M3.1-Flash")
    assert "run.mp4 is a video" in refused(clip(), model=model, provider=provider)


def test_the_models_named_are_those_of_this_provider() -> None:
    assert "At RunAPI MiniMax-M3 takes pictures." in refused(picture(), model="MiniMax-M2", provider="runapi")
    assert "No model of ModelsLab that is known takes pictures" in refused(
        picture(), model="minimax-minimax-m2", provider="modelslab"
    )


def test_a_video_is_refused_where_only_pictures_are_taken() -> None:
    where = {"model": "minimax/minimax-01", "provider": "openrouter"}
    message = refused(clip(), **where)
    assert "run.mp4 is a video, and minimax/minimax-01 takes text and pictures only." in message
    assert "minimax/minimax-m3 takes videos" in message
    assert ".frames()" in message
    assert checked(picture(), **where)


def test_a_picture_from_an_earlier_message_says_so() -> None:
    earlier = (user("See", picture()), Message("assistant", (Text("A cat."),)))
    message = refused(model="MiniMax-M2", before=earlier)
    assert "cat.png" in message
    assert "earlier message" in message
    assert "earlier message" not in refused(picture(), model="MiniMax-M2")
    drawn = (user("Draw"), Message("assistant", (picture(), Text("Done."))))
    assert checked(model="MiniMax-M2", before=drawn) == (), "what is not sent back is not in the way"


# -- where nothing is known --------------------------------------------------------------------------------------------


def test_a_reseller_of_which_nothing_is_known_is_tried_with_a_note() -> None:
    (note,) = checked(picture(), provider="runapi")
    assert "No page says whether RunAPI passes pictures on" in note
    (note,) = checked(picture(), clip(), provider="openrouter", model="minimax/minimax-m3")
    assert "pictures and videos" in note
    assert checked(provider="runapi") == ()


def test_a_model_of_your_own_takes_what_its_row_says(tmp_path: Path) -> None:
    assert checked(picture(), clip(), provider="vllm", model="MiniMaxAI/MiniMax-M3") == ()
    assert "text only" in refused(picture(), provider="vllm", model="MiniMaxAI/MiniMax-M2")
    message = refused(clip(), provider="local", model="my-model")
    assert "nothing is known of what my-model takes" in message
    row = '[models."my-model"] inputs = ["text", "image", "video"]'
    assert row in message
    config = tmp_path / "config.toml"
    config.write_text(row.replace("] inputs", "]\ninputs"))
    assert checked(clip(), provider="local", model="my-model", config=config) == ()


def test_a_protocol_that_is_known_to_carry_none_names_the_other(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[providers.minimax.faces.anthropic]\ntakes = ["image"]\n')
    assert checked(picture(), config=config) == ()
    message = refused(clip(), config=config)
    assert "takes none over the anthropic protocol" in message
    assert "openai" in message


# -- how much ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "most", "said"),
    [
        (picture, 10_000_000, "cat.png has 10,000,001 bytes, and MiniMax takes 10,000,000 a picture."),
        (clip, 50_000_000, "run.mp4 has 50,000,001 bytes, and MiniMax takes 50,000,000 a video."),
    ],
)
def test_one_may_be_as_big_as_is_documented_and_no_bigger(part: Any, most: int, said: str) -> None:
    assert checked(part(size=most)) == ()
    assert said in refused(part(size=most + 1))
    assert checked(part(size=most + 1), provider="vllm", model="MiniMaxAI/MiniMax-M3") == (), "unknown is unchecked"


def test_an_uploaded_video_may_be_bigger() -> None:
    assert checked(clip(base64=b"", path="/tmp/run.mp4", size=512_000_000)) == ()
    assert "512,000,000" in refused(clip(base64=b"", path="/tmp/run.mp4", size=512_000_001))


def test_size_is_told_from_the_content_where_it_is_not_said() -> None:
    assert "12,000,000 bytes" in refused(picture(size=None, base64=bytes(16_000_000).replace(b"\0", b"A")))


def test_all_together_may_fill_a_body_and_no_more() -> None:
    content = b"A" * 8_000_000
    assert checked(*[picture(base64=content, size=6_000_000)] * 7) == ()
    message = refused(*[picture(base64=content, size=6_000_000)] * 8)
    assert "64,0" in message
    assert "MiniMax takes 64,000,000 in one" in message
    earlier = (user("one", *[picture(base64=content, size=6_000_000)] * 5),)
    assert "64,000,000" in refused(*[picture(base64=content, size=6_000_000)] * 3, before=earlier)
    assert "64,000,000" in refused("x" * 64_000_000), "text counts too"


def test_a_number_is_checked_where_one_is_known(tmp_path: Path) -> None:
    assert checked(*[picture()] * 200, *[clip()] * 50) == (), "no page of MiniMax names a number"
    config = tmp_path / "config.toml"
    config.write_text("[providers.minimax.media]\nimages = 2\nvideos = 1\n")
    assert checked(picture(), picture(), clip(), config=config) == ()
    assert "3 pictures, and MiniMax takes 2" in refused(*[picture()] * 3, config=config)
    assert "2 videos, and MiniMax takes 1" in refused(clip(), clip(), config=config)


# -- how and where -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [0.2, 1, 5])
def test_frames_a_second_within_the_range(fps: float) -> None:
    assert checked(clip(fps=fps)) == ()


@pytest.mark.parametrize("fps", [0, 0.19, 5.01, -1, float("nan"), float("inf"), True])
def test_frames_a_second_outside_of_it(fps: float) -> None:
    message = refused(clip(fps=fps))
    assert f"run.mp4 has fps {fps!r}" in message
    assert "0.2 to 5" in message


@pytest.mark.parametrize("detail", ["low", "default", "high"])
def test_details_there_are(detail: Any) -> None:
    assert checked(picture(detail=detail), clip(detail=detail)) == ()


@pytest.mark.parametrize("detail", ["auto", "original", "", 3])
def test_details_there_are_not(detail: Any) -> None:
    assert "low, default or high" in refused(picture(detail=detail))


@pytest.mark.parametrize("side", [0, -28, 1.5, True, "700"])
def test_a_longest_side_is_a_whole_number(side: Any) -> None:
    assert checked(picture(max_long_side=1)) == ()
    assert "whole number" in refused(clip(max_long_side=side))


@pytest.mark.parametrize(
    "media_type", ["image/svg+xml", "image/tiff", "application/pdf", "audio/mpeg", "video/mp4", ""]
)
def test_types_that_are_no_pictures(media_type: str) -> None:
    message = refused(picture(media_type=media_type))
    assert (media_type or "unknown") in message
    assert "jpeg, png, gif and webp" in message


@pytest.mark.parametrize("media_type", ["video/webm", "audio/mpeg", "image/gif"])
def test_types_that_are_no_videos(media_type: str) -> None:
    assert media_type in refused(clip(media_type=media_type))


def test_names_that_types_have_besides() -> None:
    assert checked(clip(media_type="video/avi"), clip(media_type="video/mov"), picture(media_type="image/jpg")) == ()


def test_addresses_that_a_service_fetches() -> None:
    for url in ("https://example.invalid/a.png", "HTTP://example.invalid/a"):
        assert checked(Picture(name="a", url=url), Clip(name="b", url=url)) == ()
    assert checked(Clip(name="b", url="mm_file://12")) == ()
    assert "only videos are uploaded" in refused(Picture(name="a", url="mm_file://12"))
    for url in ("file:///etc/passwd", "ftp://h/a", "data:image/png;base64,AAAA"):
        assert url.partition(":")[0] in refused(Picture(name="a", url=url))


# -- the rows ----------------------------------------------------------------------------------------------------------


def test_the_limits_of_minimax_are_those_of_its_pages() -> None:
    row = MediaRow(image_bytes=10_000_000, video_bytes=50_000_000, upload_bytes=512_000_000, body_bytes=64_000_000)
    for name in ("minimax", "emulator"):
        provider = load_catalog().providers[name]
        assert provider.media == row
        assert {face.takes for face in provider.faces.values()} == {("image", "video")}


def test_media_are_made_to_fit_what_is_known_and_the_body() -> None:
    limits = MediaRow(image_bytes=5_000_000).limits()
    assert (limits.image_bytes, limits.upload_bytes) == (5_000_000, MediaLimits().upload_bytes)
    assert limits.video_bytes * 4 / 3 < limits.body_bytes < 50_000_000 * 4 / 3
    assert MediaRow(video_bytes=20_000_000).limits().video_bytes == 20_000_000
    assert MediaRow(body_bytes=10**9, video_bytes=10**8).limits().video_bytes == 10**8


def test_a_mistake_in_a_row_is_named_with_its_place(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[providers.minimax.media]\nimage_byte = 3\n")
    with pytest.raises(ConfigError, match=r"providers\.minimax\.media\.image_byte.*Did you mean image_bytes"):
        checked(picture(), config=config)
