"""Role-play: a conversation with a model that is made for it, and where its setting cannot be sent."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from minimax_nb import Chat, ConfigError, RequestError, Scene

NOW = "/emulate delay-ms=0\n"
HARBOUR = Scene(
    character="Old Tom",
    player="Ada",
    about_player="A young sailor.",
    title="The harbour at dusk",
    samples=(("Is the ship ready?", "Aye, she is."), ("Any storms?", "There's always one coming.")),
)


def play(model: str | None = "M2-her", **more) -> Chat:
    return Chat(model, **{"provider": "emulator", "scene": HARBOUR, "system": "You are Old Tom.", **more})


def sent(chat: Chat, words: str = "Hello?") -> list[dict]:
    return chat.preview(words).body["messages"]


def weather(city: str) -> str:
    """The weather of a city."""
    return "Fog"


# -- a conversation --------------------------------------------------------------------------------------------------


def test_the_character_answers_as_its_samples_say_and_the_talk_goes_on():
    chat = play()
    assert "There's always one coming." in chat.ask(NOW + "Any storms?").text
    assert "Aye, she is." in chat.ask(NOW + "Is the ship ready?").text
    assert [message.role for message in chat.history] == ["user", "assistant"] * 2
    assert chat.history[0].text == NOW + "Any storms?"


def test_everybody_is_named_in_every_message():
    chat = play()
    chat.ask(NOW + "Any storms?")
    assert [(message["role"], message["name"]) for message in sent(chat)] == [
        ("system", "Old Tom"),
        ("user_system", "Ada"),
        ("group", "The harbour at dusk"),
        ("sample_message_user", "Ada"),
        ("sample_message_ai", "Old Tom"),
        ("sample_message_user", "Ada"),
        ("sample_message_ai", "Old Tom"),
        ("user", "Ada"),
        ("assistant", "Old Tom"),
        ("user", "Ada"),
    ]


def test_examples_stand_between_the_scene_and_the_conversation():
    roles = [message["role"] for message in sent(play(examples=[("2 + 2?", "4")]))]
    assert roles[-3:] == ["user", "assistant", "user"]
    assert roles[-4] == "sample_message_ai"


def test_the_reply_streams():
    with play().stream(NOW + "Any storms?") as stream:
        assert "There's always one coming." in "".join(stream.text_stream)


def test_its_protocol_is_chosen_by_itself():
    assert play().face == "openai"
    assert play(provider="minimax", api_key="test-key-for-nobody").face == "openai"


def test_a_scene_is_counted_and_so_are_its_samples():
    def tokens(scene: Scene | None) -> int:
        return play(scene=scene).count("Hello?").tokens

    assert tokens(HARBOUR) > tokens(Scene(samples=HARBOUR.samples)) > tokens(None)
    assert play().gauge("Hello?").tokens > play(scene=None).gauge("Hello?").tokens


def test_a_turn_is_answered_anew_in_its_scene():
    chat = play()
    for word in ("Any storms?", "Is the ship ready?"):
        chat.ask(NOW + word, turn=word)
    assert "There's always one coming." in chat.ask(NOW + "Any storms?", turn="Any storms?").text
    assert [turn.stale for turn in chat.turns] == [False, True]


def test_a_fork_and_a_loaded_chat_keep_the_scene(tmp_path):
    chat = play()
    chat.ask(NOW + "Any storms?")
    chat.save(tmp_path / "play.json")
    for other in (chat.fork(), Chat.load(tmp_path / "play.json")):
        assert other.scene == HARBOUR
        assert sent(other) == sent(chat)
        assert "Aye, she is." in other.ask(NOW + "Is the ship ready?").text


def test_another_scene_counts_from_the_next_prompt_on():
    chat = play()
    chat.scene = Scene(character="The parrot", samples=(("Any storms?", "Squawk!"),))
    assert "Squawk!" in chat.ask(NOW + "Any storms?").text


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_tokens": 2049}, "max_tokens 2,049 is out of range. M2-her takes 1 to 2,048."),
        ({"tools": [weather]}, "M2-her calls no tools."),
        ({"temperature": 0}, "It takes more than 0 and at most 1."),
        ({"temperature": 1.1}, "It takes more than 0 and at most 1."),
        ({"thinking": "adaptive"}, "M2-her does not think."),
        ({"effort": "low"}, "M2-her has no effort levels"),
    ],
)
def test_what_it_does_not_take_is_refused_in_one_line_before_sending(options, said):
    chat = play()
    with pytest.raises(RequestError) as caught:
        chat.ask("Hello?", **options)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert chat.usage.entries == ()
    assert chat.turns == ()


def test_a_picture_is_refused_in_one_line_before_sending():
    chat = play()
    with pytest.raises(RequestError, match="M2-her takes text only") as caught:
        chat.ask("What is this?", Image.new("RGB", (8, 8)))
    assert "\n" not in str(caught.value)
    assert chat.usage.entries == ()


def test_its_most_tokens_are_taken():
    assert play().ask(NOW + "Any storms?", max_tokens=2048).stop_reason == "end_turn"


def test_a_shape_is_asked_for_in_words():
    chat = play()
    sent_with = chat.preview("Hello?", schema={"type": "object", "properties": {}}).body
    assert "response_format" not in sent_with
    assert "tools" not in sent_with
    assert "JSON" in json.dumps(sent_with["messages"])


# -- where it cannot be sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7", None])
def test_another_model_refuses_a_scene_and_names_one_that_takes_it(model):
    chat = play(model)
    with pytest.raises(RequestError, match="takes no scene of a role-play") as caught:
        chat.ask("Hello?")
    assert "M2-her" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert chat.usage.entries == ()


@pytest.mark.parametrize("provider", ["minimax", "emulator"])
def test_over_the_other_protocol_it_is_one_line_that_names_the_right_one(provider):
    chat = play(provider=provider, face="anthropic", api_key="test-key-for-nobody")
    with pytest.raises(RequestError, match="takes a scene over the anthropic protocol") as caught:
        chat.ask("Hello?")
    assert "Use the openai protocol." in str(caught.value)
    assert "\n" not in str(caught.value)
    assert chat.usage.entries == ()


def test_a_chat_that_turns_to_another_model_says_so_with_the_next_call():
    chat = play()
    chat.ask(NOW + "Any storms?")
    chat.use(provider="emulator", model="MiniMax-M3")
    with pytest.raises(RequestError, match="takes no scene"):
        chat.ask("And now?")
    chat.scene = None
    assert chat.ask(NOW + "And now?").stop_reason == "end_turn"


def test_a_saved_scene_that_was_spoilt_is_one_line(tmp_path):
    play().save(tmp_path / "play.json")
    content = json.loads((tmp_path / "play.json").read_text())
    content["scene"]["character"] = 5
    (tmp_path / "play.json").write_text(json.dumps(content))
    with pytest.raises(ConfigError, match="character is a text"):
        Chat.load(tmp_path / "play.json")


@pytest.mark.parametrize("scene", ["The harbour", ["The harbour"], 3, {"who": "Old Tom"}])
def test_what_is_no_scene_is_one_line(scene):
    with pytest.raises(ConfigError, match="scene") as caught:
        play(scene=scene)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("samples", [(("alone",),), (("asked", " "),), (("asked", ""),), ((1, 2),)])
def test_half_a_sample_is_refused_before_sending(samples):
    chat = play(scene=None)
    chat.scene = Scene(samples=samples)
    with pytest.raises(RequestError, match="is not a pair of two lines"):
        chat.ask("Hello?")
    assert chat.usage.entries == ()
