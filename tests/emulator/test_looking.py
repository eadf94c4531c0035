"""What the emulator says of the pictures and videos it gets: measured facts, each in its place."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from minimax_nb.prompt.media.tokens import image_tokens, video_tokens
from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, error_of, say, text_of, value_of
from tests.emulator.making import BLACK, BLUE, GREEN, RED, WHITE, film, halves, message, part, plain, saved, tell


def tokens(path: str, *pieces: Any, **fields: Any) -> int:
    usage = value_of(ask(path, [message(path, *pieces)], **fields))["usage"]
    return int(usage.get("input_tokens", usage.get("prompt_tokens", 0)))


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize(("form", "media_type"), [("PNG", "png"), ("JPEG", "jpeg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_picture_is_described_by_what_it_is(path: str, form: str, media_type: str) -> None:
    data = saved(halves(RED, BLUE, (640, 480)), form)
    text = tell("What is in this picture?", part(path, data, f"image/{media_type}"), path=path, reasoning_split=True)
    name = {"WEBP": "WebP"}.get(form, form)
    assert "**Picture 1 of 1** (after `What is in this picture?`" in text
    assert f"base64, image/{media_type}, {len(data):,} bytes" in text
    assert f"- {name}, 640 × 480 pixels." in text
    assert "Main colours, about: blue 50 %, red 50 %" in text
    assert "Left half mostly red, right half mostly blue" in text
    assert "Nothing in it is transparent" in text


@pytest.mark.parametrize(
    ("colour", "name", "bright"),
    [
        (BLACK, "black", "about 0 %: dark"),
        (WHITE, "white", "about 100 %: bright"),
        ((128, 128, 128), "grey", "about 50 %: neither"),
        ((135, 206, 235), "sky blue", "about 70 %: bright"),
        ((255, 165, 0), "orange", "about 70 %: bright"),
    ],
)
def test_colours_have_names_and_brightness(colour: tuple[int, int, int], name: str, bright: str) -> None:
    text = tell("Look", saved(plain(colour)))
    assert f"about: {name} 100 %" in text
    assert f"brightness {bright}" in text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_small_errors_of_a_decoder_do_not_show(form: str) -> None:
    base = halves((200, 30, 30), (30, 30, 200), (400, 300))
    off = base.point([max(0, value - 1) for value in range(256)] * 3)
    types = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}
    one, other = (tell("Look", part(ANTHROPIC, saved(image, form), f"image/{types[form]}")) for image in (base, off))
    facts = [line for line in one.split("\n") if line.startswith("- ") and "pixels" not in line]
    assert facts == [line for line in other.split("\n") if line.startswith("- ") and "pixels" not in line]


def test_transparency_is_told() -> None:
    clear = halves((255, 0, 0, 255), (0, 0, 0, 0))
    text = tell("Look", saved(clear))
    assert "Transparent: about 50 % of its area" in text
    assert "about: red 100 %" in text
    assert "Transparent: about 100 %" in tell("Look", saved(plain((0, 0, 0, 0))))


def test_a_table_of_colours_is_counted() -> None:
    image = halves(RED, BLUE).quantize(16)
    text = tell("Look", saved(image))
    assert "2 different colours, from a table of" in text
    noise = Image.effect_noise((64, 64), 120).convert("RGB")
    noise.putpixel((0, 0), (1, 2, 3))
    gradient = Image.merge(
        "RGB",
        [Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90), noise.getchannel(0).resize((256, 256))],
    )
    assert "More than 256 different colours" in tell("Look", saved(gradient))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "P"])
def test_every_kind_of_pixel_is_seen(mode: str) -> None:
    white = {"LA": (255, 255), "I;16": 65535, "1": 1}.get(mode, 255)
    image = plain(WHITE).quantize(4) if mode == "P" else Image.new(mode, (40, 30), white)
    text = tell("Look", saved(image))
    assert "about: white 100 %" in text
    assert "about 100 %: bright" in text


def test_a_moving_picture_says_so() -> None:
    data = saved(plain(RED), "GIF", save_all=True, append_images=[plain(BLUE), plain(GREEN)], duration=100)
    assert "It moves: 3 frames" in tell("Look", part(ANTHROPIC, data, "image/gif"))


def test_a_picture_is_described_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(halves(RED, BLUE, (640, 320)), "JPEG", exif=exif)
    text = tell("Look", part(ANTHROPIC, data, "image/jpeg"))
    assert "320 × 640 pixels" in text
    assert "Upper half mostly red, lower half mostly blue" in text


def test_a_type_that_is_not_true_is_named() -> None:
    text = tell("Look", part(ANTHROPIC, saved(plain(), "JPEG"), "image/png"))
    assert "- JPEG, 64 × 48 pixels." in text
    assert "It came as image/png, which it is not" in text


def test_a_picture_that_breaks_off_is_said_to_be_broken() -> None:
    text = tell("Look", saved(Image.effect_noise((64, 64), 90))[:900])
    assert "64 × 64 pixels" in text
    assert "cannot be decoded" in text


def test_a_picture_too_large_to_look_at_is_not_decoded() -> None:
    data = bytearray(saved(plain()))
    data[16:24] = (50_000).to_bytes(4, "big") * 2
    assert "too many pixels" in tell("Look", bytes(data))


def test_what_stands_at_an_address_is_not_fetched() -> None:
    text = tell("Look", part(ANTHROPIC, "https://example.com/cat.png"))
    assert "`by address, https://example.com/cat.png`" in text
    assert "opens no addresses" in text


# -- places and comparisons --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
def test_parts_are_named_in_their_places(path: str) -> None:
    clip = part(path, film([RED]), "video/mp4")
    pieces = (saved(plain()), "Compare this", clip, saved(plain(BLUE)), "with that")
    text = tell(*pieces, path=path, reasoning_split=True)
    at = [
        text.index(words)
        for words in (
            "**Picture 1 of 2** (before all words",
            "**Video 1 of 1** (after `Compare this`",
            "**Picture 2 of 2** (right after the one before",
        )
    ]
    assert at == sorted(at)
    assert "3 attachments arrived" in text


def test_the_same_picture_twice() -> None:
    data = saved(plain())
    assert "Picture 1 of 2 and picture 2 of 2 are the same file." in tell("Compare", data, data)
    other = saved(plain(), compress_level=0)
    assert "the same pixels in another file" in tell("Compare", data, other)


def test_a_changed_corner_is_found() -> None:
    image = halves(RED, BLUE, (300, 300))
    changed = image.copy()
    changed.paste(WHITE, (260, 250, 290, 270))
    text = tell("Compare the two", saved(image), saved(changed))
    assert "600 pixels differ, at the bottom right, within 30 × 20 pixels from x = 260, y = 250" in text


def test_other_sizes_formats_and_colours_are_told() -> None:
    jpeg = part(ANTHROPIC, saved(plain(WHITE, (80, 60)), "JPEG"), "image/jpeg")
    text = tell("Compare", saved(plain(BLACK)), jpeg)
    for said in (
        "different formats (PNG, JPEG)",
        "different sizes (64 × 48, 80 × 60 pixels)",
        "the second is brighter (about 0 %, 100 %)",
        "only the first has black",
        "only the second has white",
    ):
        assert said in text


def test_lossy_pictures_are_compared_coarsely() -> None:
    def jpeg(quality: int, *, mark: bool = False) -> dict[str, Any]:
        image = halves(RED, BLUE, (300, 300))
        if mark:
            image.paste(WHITE, (0, 0, 300, 100))
        return part(ANTHROPIC, saved(image, "JPEG", quality=quality), "image/jpeg")

    assert "no clear difference" in tell("Compare", jpeg(95), jpeg(90))
    assert "about 30 % of the pixels differ clearly, at the top" in tell("Compare", jpeg(95), jpeg(95, mark=True))


def test_chinese_prompts_get_chinese_facts() -> None:
    text = tell("这张图里有什么？", saved(halves(RED, BLUE)))
    assert "主要颜色（约）：蓝色 50 %, 红色 50 %" in text
    assert "左半 红色，右半 蓝色" in text


def test_pictures_that_came_before_can_be_asked_about() -> None:
    messages = [message(ANTHROPIC, "Here", saved(plain())), {"role": "assistant", "content": "Fine."}]
    later = text_of(ask(ANTHROPIC, [*messages, {"role": "user", "content": "Which colour was the picture?"}]))
    assert "came earlier in the conversation" in later
    assert "about: red 100 %" in later
    other = text_of(ask(ANTHROPIC, [*messages, {"role": "user", "content": "hello"}]))
    assert "red" not in other
    assert "Picture" not in say("What is in the picture?")


# -- videos ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "codec", "media_type", "said"),
    [
        (
            "mp4",
            "mpeg4",
            "video/mp4",
            "MP4, 3.0 s long, 64 × 48 pixels, 30 frames, 10 frames a second, codec MPEG-4 Part 2",
        ),
        ("mp4", "libx264", "video/mp4", "MP4, 3.0 s long, 64 × 48 pixels, 30 frames, 10 frames a second, codec H.264"),
        (
            "mov",
            "mjpeg",
            "video/mov",
            "MOV, 3.0 s long, 64 × 48 pixels, 30 frames, 10 frames a second, codec Motion JPEG",
        ),
        (
            "avi",
            "mpeg4",
            "video/avi",
            "AVI, 3.0 s long, 64 × 48 pixels, 30 frames, 10 frames a second, codec MPEG-4 Part 2",
        ),
        (
            "matroska",
            "mpeg4",
            "video/x-matroska",
            "MKV, 3.0 s long, 64 × 48 pixels, 10 frames a second, codec MPEG-4 Part 2",
        ),
    ],
)
def test_a_video_is_described_with_what_happens_when(form: str, codec: str, media_type: str, said: str) -> None:
    data = film([RED, RED, BLUE], form=form, codec=codec)
    text = tell("What happens in the clip, when?", part(ANTHROPIC, data, media_type))
    assert f"- {said}, without sound." in text
    assert "3 frames looked at, 1 change seen" in text
    assert "At 0:00.0: Main colours, about: red 100 %" in text
    assert "From about 0:02.0: Main colours, about: blue 100 %" in text


def test_more_frames_a_second_are_looked_at_when_asked() -> None:
    clip = part(ANTHROPIC, film([RED, BLUE]), "video/mp4", fps=5)
    assert "10 frames looked at" in tell("Look", clip)


def test_without_pyav_the_header_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = part(ANTHROPIC, film([RED, BLUE]), "video/mp4")
    whole = tell("Look", clip)
    monkeypatch.setitem(sys.modules, "av", None)
    bare = tell("Look", clip)
    line = next(line for line in whole.split("\n") if line.startswith("- MP4"))
    assert line in bare
    assert "PyAV is not installed" in bare
    assert "red" not in bare


def test_without_pillow_format_and_size_are_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(plain())
    monkeypatch.setitem(sys.modules, "PIL", None)
    text = tell("Look", data)
    assert "- PNG, 64 × 48 pixels." in text
    assert "Pillow is not installed" in text


def test_a_broken_video_is_said_to_be_broken() -> None:
    assert "cannot be looked at" in tell("Look", part(ANTHROPIC, film([RED])[:600], "video/mp4"))
    assert "no format known here" in tell("Look", part(ANTHROPIC, b"hello", "video/mp4"))


def test_the_same_video_twice() -> None:
    clip = part(ANTHROPIC, film([RED]), "video/mp4")
    assert "Video 1 of 2 and video 2 of 2 are the same file" in tell("Compare", clip, clip)
    longer = part(ANTHROPIC, film([RED, RED]), "video/mp4")
    assert "different files, 1.0 s and 2.0 s long" in tell("Compare", clip, longer)


# -- counts, and models that cannot see --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("knobs", [{}, {"detail": "low"}, {"detail": "high"}, {"max_long_side_pixel": 280}])
def test_a_picture_costs_its_squares_of_28_pixels(path: str, knobs: dict[str, Any]) -> None:
    bare = tokens(path, "Look")
    with_one = tokens(path, "Look", part(path, saved(plain(RED, (3000, 2000))), **knobs))
    assert with_one - bare == image_tokens(3000, 2000, knobs.get("detail"), knobs.get("max_long_side_pixel"))
    small = tokens(path, "Look", part(path, saved(plain(RED, (672, 672)))))
    assert small - bare == 24 * 24 + 2


@pytest.mark.parametrize("path", FACES)
def test_a_video_costs_by_its_length_and_frame_rate(path: str) -> None:
    data, bare = film([RED, BLUE, GREEN]), tokens(path, "Look")
    for fps in (None, 3):
        knobs = {} if fps is None else {"fps": fps}
        counted = tokens(path, "Look", part(path, data, "video/mp4", **knobs)) - bare
        assert counted == video_tokens(64, 48, 3.0, fps)


def test_the_endpoint_that_counts_counts_pictures_too() -> None:
    body = {"model": "MiniMax-M3", "messages": [message(ANTHROPIC, "Look", saved(plain(RED, (672, 672))))]}
    counted = value_of(ask("/anthropic/v1/messages/count_tokens", body["messages"]))["input_tokens"]
    assert counted == tokens(ANTHROPIC, "Look") + 578
    url = part(OPENAI, saved(plain(RED, (672, 672))))["image_url"]["url"]
    for image_url in (url, {"url": url}):
        items = [{"role": "user", "content": [{"type": "input_image", "image_url": image_url}]}]
        answer = ask("/v1/responses/input_tokens", "", input=items)
        assert value_of(answer)["input_tokens"] == 4 + 578


@pytest.mark.parametrize("path", FACES)
def test_a_model_of_text_drops_media_without_a_word(path: str) -> None:
    with_one, without = (
        ask(path, [message(path, "hello", *media)], model="MiniMax-M2.7", reasoning_split=True)
        for media in ([saved(plain())], [])
    )
    assert with_one.status == 200
    assert text_of(with_one) == text_of(without)
    assert value_of(with_one)["usage"] == value_of(without)["usage"]


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("data", ["aGVsbG8", "a b=", "%%%%", "ä===", "aGVs\nbG8="])
def test_what_is_no_base64_is_refused(path: str, data: str) -> None:
    made = json.dumps(part(path, b"mark")).replace("bWFyaw==", json.dumps(data)[1:-1])
    assert "base64" in error_of(ask(path, [message(path, json.loads(made))]))[2]


@pytest.mark.parametrize("path", FACES)
def test_a_video_has_a_largest_size(path: str) -> None:
    status, _, said = error_of(ask(path, [message(path, part(path, bytes(50_000_100), "video/mp4"))]))
    assert "video is larger than 50 MB" in said
    assert status == (413 if path == ANTHROPIC else 400)


def test_a_data_url_without_base64_is_refused() -> None:
    assert "invalid image url" in error_of(ask(OPENAI, [message(OPENAI, part(OPENAI, "data:image/png,hello"))]))[2]


@pytest.mark.parametrize(
    ("path", "block", "said"),
    [
        (OPENAI, {"type": "input_audio", "input_audio": {}}, "history message not support audio"),
        (OPENAI, {"type": "file", "file": {}}, "unknown content type 'file'"),
        (ANTHROPIC, {"type": "document", "source": {}}, "content type 'document' is not supported"),
        (ANTHROPIC, {"type": "audio", "source": {}}, "content type 'audio' is not supported"),
    ],
)
def test_sound_and_documents_are_refused(path: str, block: dict[str, Any], said: str) -> None:
    assert said in error_of(ask(path, [message(path, "Look", block)]))[2]


def test_the_frame_rate_has_its_place_on_the_anthropic_protocol_too() -> None:
    block = part(ANTHROPIC, "https://example.com/a.mp4", "video/mp4")
    assert "fps must be inside" in error_of(ask(ANTHROPIC, [message(ANTHROPIC, {**block, "fps": 1})]))[2]
    inside = part(ANTHROPIC, "https://example.com/a.mp4", "video/mp4", fps=2)
    assert ask(ANTHROPIC, [message(ANTHROPIC, inside)]).status == 200


# -- anything ----------------------------------------------------------------------------------------------------------

FILES = (
    ("image/png", saved(halves(RED, BLUE))),
    ("image/jpeg", saved(plain(), "JPEG")),
    ("image/gif", saved(plain(), "GIF")),
    ("image/webp", saved(plain(), "WEBP")),
    ("video/mp4", film([RED])),
    ("video/x-matroska", film([RED], form="matroska")),
    ("video/avi", film([RED], form="avi")),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 3000), st.binary(max_size=8), st.booleans())
def test_any_broken_file_gets_an_answer(file: tuple[str, bytes], at: int, junk: bytes, cut: bool) -> None:
    media_type, data = file
    at %= len(data)
    broken = data[:at] + junk + (b"" if cut else data[at + len(junk) :])
    messages = [message(ANTHROPIC, part(ANTHROPIC, broken or b"x", media_type))]
    assert ask(ANTHROPIC, messages).status in {200, 400}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[0])
def test_the_same_file_gets_the_same_answer(file: tuple[str, bytes]) -> None:
    clip = part(ANTHROPIC, file[1], file[0])
    assert tell("Look", clip) == tell("Look", clip)
