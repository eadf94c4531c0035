"""Presets: how a chat starts, kept in a file and used again; and the examples that stand before a conversation."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb import Chat, ConfigError, Preset, Scene
from minimax_nb.chat.preset import checked_scene
from tests.chat.services import answering, text

NOW = "/emulate delay-ms=0\n"
KEY = "test-key-for-nobody"
FACES = ("anthropic", "openai")
EXAMPLES = (("2 + 2?", "4"), ("3 + 3?", "6"))

words = st.text(min_size=1, max_size=30).filter(str.strip)
pairs = st.lists(st.tuples(words, words), max_size=3).map(tuple)
scenes = st.builds(Scene, character=words, player=words, about_player=words, title=words, samples=pairs)
numbers = st.floats(0, 2, allow_nan=False)
presets = st.builds(
    Preset,
    model=st.none() | words,
    provider=st.none() | words,
    face=st.none() | st.sampled_from(FACES),
    region=st.none() | words,
    system=st.none() | words,
    examples=pairs,
    scene=st.none() | scenes,
    temperature=st.none() | numbers,
    top_p=st.none() | numbers,
    max_tokens=st.none() | st.integers(1, 10**6),
    thinking=st.none() | st.sampled_from(["adaptive", "off"]),
    effort=st.none() | st.sampled_from(["low", "max"]),
    service_tier=st.none() | st.sampled_from(["standard", "priority"]),
)
files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


# -- kept ------------------------------------------------------------------------------------------------------------


@given(preset=presets)
@files
def test_what_was_saved_is_loaded(preset, tmp_path):
    preset.save(tmp_path / "preset.json")
    assert Preset.load(tmp_path / "preset.json") == preset


@given(preset=presets)
def test_a_preset_is_plain_json_and_says_only_what_was_said(preset):
    said = json.loads(json.dumps(preset.to_dict()))
    assert Preset.from_dict(said) == preset
    assert None not in said.values()
    assert hash(Preset.from_dict(said)) == hash(preset)


def test_the_file_can_be_read_by_people(tmp_path):
    Preset(system="Sei kurz. 简短。", examples=EXAMPLES).save(tmp_path / "preset.json")
    written = (tmp_path / "preset.json").read_text(encoding="utf-8")
    assert "Sei kurz. 简短。" in written
    assert json.loads(written)["examples"] == [list(pair) for pair in EXAMPLES]


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "preset.json"
    Preset(system="old").save(path)

    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", broken)
    with pytest.raises(OSError, match="no space"):
        Preset(system="new").save(path)
    monkeypatch.undo()
    assert Preset.load(path).system == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["preset.json"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a preset"),
        (b"\xff\xfe", "is not a preset"),
        (b"[" * 100_000, "is not a preset"),
        (b"[]", "is not a preset"),
        (b'{"format": "minimax_nb chat", "version": 1}', "is not a preset"),
        (b'{"format": "minimax_nb preset"}', "is not a preset"),
        (b'{"format": "minimax_nb preset", "version": true}', "is not a preset"),
        (b'{"format": "minimax_nb preset", "version": 2}', "was saved by a newer version"),
        (b'{"format": "minimax_nb preset", "version": 1, "modle": "x"}', "no 'modle'. Did you mean model?"),
        (b'{"format": "minimax_nb preset", "version": 1, "api_key": "x"}', "no 'api_key'"),
        (b'{"format": "minimax_nb preset", "version": 1, "temperature": "hot"}', "temperature is a number, not 'hot'"),
        (b'{"format": "minimax_nb preset", "version": 1, "temperature": true}', "temperature is a number, not True"),
        (b'{"format": "minimax_nb preset", "version": 1, "system": 5}', "system is a text, not 5"),
        (b'{"format": "minimax_nb preset", "version": 1, "examples": [["a"]]}', "examples are pairs"),
        (b'{"format": "minimax_nb preset", "version": 1, "scene": []}', "A scene is a Scene(...)"),
        (b'{"format": "minimax_nb preset", "version": 1, "scene": {"who": "x"}}', "A scene has no 'who'"),
        (b'{"format": "minimax_nb preset", "version": 1, "scene": {"title": 5}}', "title is a text, not 5"),
        (b'{"format": "minimax_nb preset", "version": 1, "scene": {"samples": "ab"}}', "samples are pairs"),
    ],
)
def test_a_file_that_is_none_is_one_line(tmp_path, content, said):
    (tmp_path / "preset.json").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        Preset.load(tmp_path / "preset.json")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        Preset.load(tmp_path / "nowhere.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        Preset.load(tmp_path)


def test_what_a_file_leaves_open_is_left_open(tmp_path):
    (tmp_path / "preset.json").write_text('{"format": "minimax_nb preset", "version": 1, "scene": null, "model": null}')
    assert Preset.load(tmp_path / "preset.json") == Preset()


# -- what counts -----------------------------------------------------------------------------------------------------

OURS = Preset(provider="emulator", model="MiniMax-M2.7", face="openai", system="Be brief.", temperature=0.5)


def test_a_chat_starts_as_its_preset_says():
    chat = Chat(preset=OURS)
    assert (chat.provider, chat.model, chat.face, chat.system) == ("emulator", "MiniMax-M2.7", "openai", "Be brief.")
    assert chat.ask(NOW + "hello").parameters["temperature"] == 0.5


def test_what_is_said_beside_it_counts_more():
    chat = Chat("MiniMax-M3", preset=OURS, system="Be long.", temperature=0.9)
    assert (chat.provider, chat.model, chat.face, chat.system) == ("emulator", "MiniMax-M3", "openai", "Be long.")
    assert chat.ask(NOW + "hello").parameters["temperature"] == 0.9


def test_what_is_said_beside_it_as_none_says_nothing():
    assert Chat(None, preset=OURS, system=None, temperature=None).preset == OURS


def test_zero_is_said():
    assert Chat(preset=OURS, temperature=0).preset.temperature == 0


@pytest.mark.parametrize("preset", [OURS, Preset(provider="minimax", model="MiniMax-M2.7", face="openai")])
def test_with_another_provider_its_model_and_protocol_are_left_aside(preset):
    chat = Chat(provider="openrouter", api_key=KEY, preset=preset)
    assert chat.provider == "openrouter"
    assert chat.model != "MiniMax-M2.7"
    assert chat.system == preset.system


def test_with_the_same_provider_they_count():
    assert Chat(provider="emulator", preset=OURS).model == "MiniMax-M2.7"


def test_with_an_address_of_ones_own_they_are_left_aside():
    chat = Chat("m", base_url="http://127.0.0.1:9", preset=OURS)
    assert (chat.provider, chat.model, chat.base_url) == ("local", "m", "http://127.0.0.1:9/v1")


def test_a_region_goes_with_its_provider_and_no_address():
    preset = Preset(provider="minimax", region="cn")
    assert Chat(api_key=KEY, preset=preset).base_url.startswith("https://api.minimax.cn/")
    assert Chat(api_key=KEY, preset=preset, face="openai").base_url == "https://api.minimax.cn/v1"
    assert Chat(api_key=KEY, preset=preset, region="global").base_url.startswith("https://api.minimax.io/")
    assert Chat(provider="openrouter", api_key=KEY, preset=preset).provider == "openrouter"
    with_address = Chat(provider="minimax", base_url="http://127.0.0.1:9/v1", face="openai", api_key=KEY, preset=preset)
    assert with_address.base_url == "http://127.0.0.1:9/v1"


def test_a_preset_of_no_provider_goes_with_any():
    preset = Preset(model="MiniMax-M2.7")
    assert Chat(provider="emulator", preset=preset).model == "MiniMax-M2.7"
    assert Chat(base_url="http://127.0.0.1:9", preset=preset).model == "MiniMax-M2.7"


def test_a_preset_counts_more_than_settings_below_it():
    assert Chat(preset=OURS, layer={"model": "MiniMax-M3", "system": "Be long.", "temperature": 0.1}).preset == OURS


def test_the_preset_of_a_chat_makes_the_same_chat():
    chat = Chat(
        "MiniMax-M3", provider="emulator", face="openai", system="Be brief.", examples=EXAMPLES, max_tokens=900,
        thinking="off",
    )  # fmt: skip
    again = Chat(preset=chat.preset)
    assert again.preset == chat.preset
    assert again.preview("hi").body == chat.preview("hi").body
    assert again.history == ()


def test_the_preset_of_a_role_play_makes_the_same_role_play():
    scene = Scene(character="Old Tom", samples=(("Any storms?", "One is coming."),))
    chat = Chat("M2-her", provider="emulator", scene=scene)
    assert Chat(preset=chat.preset).scene == scene


def test_a_preset_of_a_chat_holds_no_key_and_nothing_that_was_said(tmp_path):
    chat = Chat(provider="minimax", api_key=KEY, system="Be brief.")
    chat.preset.save(tmp_path / "preset.json")
    assert KEY not in (tmp_path / "preset.json").read_text()
    assert KEY not in repr(chat.preset)
    with pytest.raises(TypeError):
        Preset(api_key=KEY)


@pytest.mark.parametrize(
    ("said", "shows"),
    [
        ({"temperature": "hot"}, "temperature is a number"),
        ({"model": 3}, "model is a text"),
        ({"scene": 3}, "A scene is"),
    ],
)
def test_a_preset_of_other_kinds_is_refused_where_it_is_made(said, shows):
    with pytest.raises(ConfigError, match=shows):
        Preset(**said)


@pytest.mark.parametrize("preset", ["preset.json", {"model": "MiniMax-M3"}, 3])
def test_what_is_no_preset_is_one_line(preset):
    with pytest.raises(ConfigError) as caught:
        Chat(provider="emulator", preset=preset)
    assert "Preset" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_the_model_does_not_take_is_refused_with_the_call():
    chat = Chat(preset=Preset(provider="emulator", temperature=9))
    with pytest.raises(Exception, match="temperature 9 is out of range"):
        chat.ask("hello")


# -- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_examples_are_sent_before_the_conversation_and_are_not_in_the_history(face):
    chat = Chat(provider="emulator", face=face, examples=EXAMPLES)
    sent = chat.preview("4 + 4?").body["messages"]
    said = [(message["role"], json.dumps(message["content"])) for message in sent if message["role"] != "system"]
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant", "user"]
    assert all(word in content for word, (_, content) in zip(["2 + 2?", "4", "3 + 3?", "6"], said, strict=False))
    assert "It received 5 messages" in chat.ask(NOW + "4 + 4?").text
    assert "It received 7 messages" in chat.ask(NOW + "5 + 5?").text
    assert [message.role for message in chat.history] == ["user", "assistant"] * 2
    assert len(chat.turns) == 2


def test_a_turn_that_is_answered_anew_hears_the_examples():
    chat = Chat(provider="emulator", examples=EXAMPLES)
    chat.ask(NOW + "one", turn="a")
    assert "It received 5 messages" in chat.ask(NOW + "one", turn="a").text


def test_a_fork_and_a_loaded_chat_keep_the_examples(tmp_path):
    chat = Chat(provider="emulator", examples=EXAMPLES)
    chat.ask(NOW + "4 + 4?")
    chat.save(tmp_path / "chat.json")
    for other in (chat.fork(), chat.fork(turn=0), Chat.load(tmp_path / "chat.json")):
        assert other.examples == EXAMPLES
    assert "It received 7 messages" in chat.fork().ask(NOW + "5 + 5?").text
    assert "It received 5 messages" in chat.fork(turn=0).ask(NOW + "5 + 5?").text


def test_a_reset_keeps_the_examples():
    chat = Chat(provider="emulator", examples=EXAMPLES)
    chat.ask(NOW + "4 + 4?")
    chat.reset()
    assert "It received 5 messages" in chat.ask(NOW + "4 + 4?").text


def test_examples_are_counted():
    def tokens(examples) -> int:
        return Chat("m", base_url="http://127.0.0.1:9", examples=examples).gauge("hello").tokens

    assert tokens([("a long question " * 50, "a long answer " * 50)]) > tokens(()) + 200


def test_examples_said_beside_a_preset_stand_in_for_its_own():
    preset = Preset(provider="emulator", examples=EXAMPLES)
    assert Chat(preset=preset).examples == EXAMPLES
    assert Chat(preset=preset, examples=[("a", "b")]).examples == (("a", "b"),)


def test_the_service_is_sent_the_same_words_each_time():
    with answering([text("8")]) as service:
        chat = Chat("m", base_url=service.url, face="anthropic", examples=iter(EXAMPLES))
        for _ in range(2):
            chat.ask("4 + 4?")
    first, second = (body["messages"] for body in service.bodies)
    assert second[:4] == first[:4]


@pytest.mark.parametrize(
    "examples",
    ["ab", ["ab"], [1], 5, [("a",)], [("a", "b", "c")], [("a", 1)], [("a", "")], [(" ", "b")], {"a": "b"}, b"ab"],
)
def test_examples_that_are_none_are_one_line(examples):
    for make in (lambda: Chat(provider="emulator", examples=examples), lambda: Preset(examples=examples)):
        with pytest.raises(ConfigError, match="examples are pairs of a prompt and its answer") as caught:
            make()
        assert "\n" not in str(caught.value)


def test_examples_that_are_very_long_are_not_shown_whole():
    with pytest.raises(ConfigError) as caught:
        Chat(provider="emulator", examples=["x" * 100_000])
    assert len(str(caught.value)) < 300


def test_a_scene_may_be_a_mapping():
    scene = checked_scene({"character": "Old Tom", "samples": [["Hello?", "Aye."]]})
    assert scene == Scene(character="Old Tom", samples=(("Hello?", "Aye."),))
