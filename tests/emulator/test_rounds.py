"""What the emulator makes of a round of tools, with what they show, and of a scene to play."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, text_of, value_of

URL = "https://example.com/a.png"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LOOK: dict[str, Any] = {
    OPENAI: [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
    ANTHROPIC: [{"name": "look", "input_schema": {"type": "object"}}],
}


def round_of(path: str, *shown: tuple[str, str]) -> list[Any]:
    """Two calls of ``look`` with their results, and what follows them: pairs of a text and a picture's address."""
    if path == OPENAI:
        calls = [{"id": f"c{at}", "type": "function", "function": {"name": "look", "arguments": "{}"}} for at in (1, 2)]
        talk = [
            {"role": "user", "content": "Please look."},
            {"role": "assistant", "tool_calls": calls},
            {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
            {"role": "tool", "tool_call_id": "c2", "content": "a dog"},
        ]
        parts = [
            part
            for text, url in shown
            for part in ({"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}})
        ]
    else:
        talk = [
            {"role": "user", "content": "Please look."},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": f"c{at}", "name": "look", "input": {}} for at in (1, 2)],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "a cat"},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "a dog"},
                ],
            },
        ]
        parts = [
            part
            for text, url in shown
            for part in ({"type": "text", "text": text}, {"type": "image", "source": {"type": "url", "url": url}})
        ]
    return [*talk, *([{"role": "user", "content": parts}] if parts else [])]


def said(path: str, talk: list[Any], **fields: Any) -> str:
    return text_of(ask(path, talk, tools=LOOK[path], reasoning_split=True, **fields))


@pytest.mark.parametrize("path", FACES)
def test_every_result_of_a_round_is_told(path: str) -> None:
    text = said(path, round_of(path))
    assert "- `look` answered `a cat`" in text
    assert "- `look` answered `a dog`" in text


@pytest.mark.parametrize("path", FACES)
def test_pictures_that_follow_a_round_are_part_of_it(path: str) -> None:
    text = said(path, round_of(path, ("Picture 1, from the result of look:", URL), ("And one more of look:", URL)))
    assert "- `look` answered `a cat`" in text
    assert text.count("- a picture (by address, https://example.com/a.png)") == 2


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("words", ["What is this?", ""])
def test_a_picture_of_the_users_own_after_a_round_is_a_new_prompt(path: str, words: str) -> None:
    talk = round_of(path, (words, URL))
    talk[-1]["content"] = [part for part in talk[-1]["content"] if part.get("text") != ""]
    text = said(path, talk)
    assert "answered" not in text
    assert "1 attachment arrived" in text


def test_a_picture_inside_a_result_is_measured_and_counted() -> None:
    talk = round_of(ANTHROPIC)
    before = value_of(ask(ANTHROPIC, talk))["usage"]
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    talk[2]["content"][1]["content"] = [{"type": "text", "text": "a dog"}, {"type": "image", "source": source}]
    answer = ask(ANTHROPIC, talk)
    assert "- a picture (base64, image/png, 70 bytes, 1 x 1)" in text_of(answer)
    assert value_of(answer)["usage"]["input_tokens"] > before["input_tokens"]
    blind = ask(ANTHROPIC, talk, model="MiniMax-M2.7")
    assert "a picture" not in text_of(blind)


def test_words_asked_for_once_are_said_once() -> None:
    talk = round_of(OPENAI, ("Picture 1, from the result of look:", URL))
    talk[0]["content"] = "look\n/emulate text=Once."
    assert "Once." not in said(OPENAI, talk)


# -- scenes ------------------------------------------------------------------------------------------------------------


def play(prompt: str, *samples: tuple[str, str], title: str = "") -> str:
    lines: list[Any] = [{"role": "group", "name": "Scene", "content": title}] if title else []
    for player, character in samples:
        lines.append({"role": "sample_message_user", "name": "Ada", "content": player})
        lines.append({"role": "sample_message_ai", "name": "Tom", "content": character})
    persona = {"role": "user_system", "name": "Ada", "content": "A sailor."}
    return text_of(ask(OPENAI, [persona, *lines, {"role": "user", "name": "Ada", "content": prompt}], model="M2-her"))


def test_a_line_is_that_of_the_sample_most_like_the_prompt() -> None:
    samples = (("Is the ship ready?", "Aye, she is."), ("Any storms coming?", "There's always one."))
    assert play("Are there storms?", *samples).startswith("**`Tom`**: There's always one.")
    assert play("is she READY", *samples, title="Dusk").startswith("**`Tom`**, in `Dusk`: Aye, she is.")


@pytest.mark.parametrize("prompt", ["Banana", "香蕉"])
def test_without_a_sample_that_fits_it_says_so(prompt: str) -> None:
    for samples in ((), (("Hello.", "Ahoy."),)):
        text = play(prompt, *samples)
        assert f"`{prompt}`" in text
        assert "`Ada`" in text
        assert "emulator" in text or "模拟器" in text
