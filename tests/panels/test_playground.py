"""The playground, with a played front end: settings, rows, calls, code, what is saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minimax_nb import Chat
from minimax_nb.errors import ConfigError
from minimax_nb.panels.play.playground import Playground, playground
from tests.panels.playing import PlayedPage, played

QUICK = "/emulate delay-ms=0"
SLOW = "/emulate text-chars=20000,delay-ms=20"


@pytest.fixture
def front() -> Iterator[Any]:
    with played() as opened:
        yield opened


class Page:
    """A playground and its page."""

    def __init__(self, front: Any, *args: Any, **options: Any) -> None:
        self.panel: Playground = playground(*args, **options)
        self.page: PlayedPage = front.page(self.panel)
        self.first = self.page.state

    def set(self, name: str, value: Any) -> dict[str, Any]:
        self.page.send({"op": "set", "name": name, "value": value})
        return self.settings

    @property
    def settings(self) -> dict[str, Any]:
        told = self.page.named("settings")
        return told[-1]["settings"] if told else self.first["settings"]  # type: ignore[no-any-return]

    def control(self, name: str) -> dict[str, Any]:
        return next(control for control in self.settings["controls"] if control["name"] == name)

    @property
    def names(self) -> list[str]:
        return [control["label"] for control in self.settings["controls"]]

    def send(self, text: str) -> None:
        """Press Send, and wait for the end."""
        begun = len(self.page.named("busy"))
        self.page.send({"op": "send", "text": text})
        self.page.wait(lambda: len(self.page.named("busy")) == begun + 2, "the reply's end")

    def code(self) -> dict[str, str]:
        """The forms of the code by title, once it is written for what is set now."""
        before = len(self.page.named("code"))
        self.page.send({"op": "code", "open": True})
        self.page.wait(lambda: any(op["code"]["forms"] for op in self.page.named("code")[before:]), "the code")
        return {form["title"]: form["text"] for form in self.page.named("code")[-1]["code"]["forms"]}


# -- settings ----------------------------------------------------------------------------------------------------------


def test_it_begins_with_the_emulator_and_every_control_at_its_default(front: Any) -> None:
    page = Page(front)
    assert (page.settings["provider"], page.settings["model"], page.settings["face"]) == (
        "emulator", "MiniMax-M3", "anthropic",
    )  # fmt: skip
    assert page.names == ["Temperature", "Max tokens", "Top p", "Thinking"]
    assert [control["value"] for control in page.settings["controls"]] == [None] * 4
    assert "No key was found" in page.settings["notes"][0]


def test_ranges_and_defaults_are_those_of_the_rows(front: Any) -> None:
    page = Page(front, provider="emulator", model="MiniMax-M3")
    temperature, most = page.control("temperature"), page.control("max_tokens")
    assert (temperature["least"], temperature["most"], temperature["default"]) == (0, 2, "")
    assert (most["least"], most["most"], most["default"], most["stops"][-1]) == (1, 524_288, "65,536", 524_288)
    assert page.control("top_p")["default"] == "0.95"
    assert (page.control("thinking")["default"], page.control("thinking")["choices"]) == (
        "adaptive",
        ["adaptive", "off"],
    )
    page.set("face", "openai")
    assert page.control("max_tokens")["default"] == ""  # nothing is sent over this protocol


def test_a_model_with_levels_of_effort_has_them_and_says_that_it_always_thinks(front: Any) -> None:
    page = Page(front)
    page.set("model", "MiniMax-M3.1-Flash")
    assert page.control("effort")["choices"] == ["low", "medium", "high", "xhigh", "max"]
    assert page.control("effort")["default"] == "max"
    assert "always thinks" in page.control("thinking")["reason"]
    page.set("effort", "low")
    assert page.panel.preset.effort == "low"
    page.set("model", "MiniMax-M3")
    assert "Effort" not in page.names
    assert page.panel.preset.effort is None
    page.set("model", "MiniMax-M3.1-Flash")
    assert page.control("effort")["value"] == "low"  # it was kept


def test_penalties_are_there_where_the_provider_heeds_them(front: Any) -> None:
    page = Page(front, provider="emulator:modelslab")
    assert page.settings["face"] == "openai"
    assert "Frequency penalty" in page.names
    assert "Presence penalty" in page.names
    assert (page.control("frequency_penalty")["least"], page.control("frequency_penalty")["most"]) == (-2, 2)
    page.set("frequency_penalty", 0.5)
    page.set("presence_penalty", -1)
    assert page.panel.chat.preview("?").body["frequency_penalty"] == 0.5
    page.send(f"{QUICK}\nhi")
    assert page.panel.reply is not None
    assert page.panel.reply.metadata("1")["parameters"]["presence_penalty"] == -1
    page.set("face", "anthropic")
    assert "Frequency penalty" not in page.names
    assert "frequency_penalty" not in page.panel.chat.preview("?").body


def test_a_new_provider_brings_its_own_models_and_protocols_and_the_same_model_if_it_has_it(front: Any) -> None:
    page = Page(front, model="MiniMax-M2", provider="emulator")
    settings = page.set("provider", "emulator:modelslab")
    assert [model["id"] for model in settings["models"]] == ["minimax-minimax-m2", "minimax-minimax-m1"]
    assert (settings["model"], settings["face"], settings["faces"]) == (
        "minimax-minimax-m2", "openai", ["openai", "anthropic"],
    )  # fmt: skip
    assert settings["any_model"] is False
    settings = page.set("provider", "emulator:vllm")
    assert settings["any_model"] is True
    assert settings["model"] == "MiniMaxAI/MiniMax-M2"
    assert page.set("model", "mine")["model"] == "mine"
    assert page.control("temperature")["most"] is None  # unknown, so there is no slider


def test_a_provider_without_a_key_says_so_and_shows_its_rows_and_code(front: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("MODELSLAB_API_KEY", raising=False)
    page = Page(front)
    settings = page.set("provider", "modelslab")
    assert "MODELSLAB_API_KEY" in settings["trouble"]
    assert settings["model"] == "minimax-minimax-m2"
    assert "modelslab.com/api/v7/llm/chat/completions" in page.code()["curl"]
    with pytest.raises(ConfigError, match="No key was found for ModelsLab"):
        _ = page.panel.chat
    page.page.send({"op": "send", "text": "kept"})
    assert "No key was found for ModelsLab" in page.page.errors[-1]
    assert page.panel.prompt == "kept"
    assert page.page.named("call") == []
    monkeypatch.setenv("MODELSLAB_API_KEY", "test-key-for-nobody")
    page.page.send({"op": "again"})
    assert page.settings["trouble"] == ""
    assert page.panel.chat.provider == "modelslab"
    assert not any("test-key-for-nobody" in str(message) for message in page.page.messages)


def test_a_provider_named_in_python_without_a_key_opens_all_the_same(front: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("RUNAPI_API_KEY", raising=False)
    page = Page(front, provider="runapi", temperature=0.3)
    assert "RUNAPI_API_KEY" in page.settings["trouble"]
    assert page.control("temperature")["value"] == 0.3


@pytest.mark.parametrize("options", [{"provider": "nobody"}, {"provider": "minimax", "model": "MiniMax-M9"}])
def test_what_does_not_exist_is_refused_at_once(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"no provider called|no model called"):
        playground(**options)


def test_a_value_out_of_range_is_told_at_its_control_and_sends_nothing(front: Any) -> None:
    page = Page(front)
    page.set("temperature", 3)
    assert "temperature 3 is out of range" in page.control("temperature")["note"]
    assert page.control("top_p")["note"] == ""
    page.send("hi")
    assert "temperature 3 is out of range" in page.page.named("trouble")[-1]["text"]
    assert page.panel.reply is None
    assert page.panel.prompt == "hi"
    assert page.panel.chat.history == ()


@pytest.mark.parametrize("value", ["warm", True, [1]])
def test_a_value_of_another_kind_is_refused_and_changes_nothing(front: Any, value: object) -> None:
    page = Page(front)
    page.set("temperature", value)
    assert "Temperature is a number" in page.page.errors[-1]
    assert page.panel.preset.temperature is None


def test_defaults_are_one_click_away(front: Any) -> None:
    page = Page(front, provider="emulator", temperature=0.2, top_p=0.5, system="Be brief.")
    assert page.control("temperature")["value"] == 0.2
    page.set("temperature", None)
    assert "temperature" not in page.panel.chat.preview("?").body
    page.page.send({"op": "defaults"})
    assert "top_p" not in page.panel.chat.preview("?").body
    assert page.panel.preset.system == "Be brief."


# -- calls -------------------------------------------------------------------------------------------------------------


def test_a_prompt_is_answered_with_these_settings_and_readable_in_python(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.set("system", "Be brief.")
    page.set("temperature", 0.5)
    page.send(f"{QUICK}\nhello")
    panel = page.panel
    assert panel.reply is not None
    assert panel.reply.text
    assert panel.reply.metadata("1")["parameters"] == {"temperature": 0.5}
    assert panel.chat.system == "Be brief."
    assert panel.chat.turns[-1].reply is panel.reply
    assert panel.preset.temperature == 0.5
    call = page.page.state["calls"][0]
    assert call["prompt"] == f"{QUICK}\nhello"
    assert call["line"] == "emulator · MiniMax-M3 · anthropic · temperature 0.5"
    assert call["reply"]["end"]["receipt"].startswith("emulator · MiniMax-M3 · anthropic")
    assert panel.prompt == ""
    assert page.page.named("sent") == [{"op": "sent", "text": f"{QUICK}\nhello"}]


def test_what_is_said_is_said_in_the_chat_it_was_opened_with_and_its_settings_stay(front: Any) -> None:
    chat = Chat(provider="emulator", temperature=0.1)
    chat.ask(f"{QUICK}\nfirst")
    page = Page(front, chat, top_p=0.5)
    assert (page.control("temperature")["value"], page.control("top_p")["value"]) == (0.1, 0.5)
    page.set("temperature", 1.5)
    page.set("model", "MiniMax-M2.7")
    page.send(f"{QUICK}\nsecond")
    assert [turn.prompt.text.splitlines()[-1] for turn in chat.turns] == ["first", "second"]
    assert len(chat.usage) == 2
    assert (chat.model, chat.preset.temperature, chat.preset.top_p) == ("MiniMax-M3", 0.1, None)
    assert page.panel.chat.history == chat.history
    chat.ask(f"{QUICK}\nthird")
    assert len(page.panel.chat.turns) == 3


def test_without_the_conversation_each_call_is_alone_and_the_prompt_stays(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.page.send({"op": "keeps", "value": False})
    page.send(f"{QUICK}\none")
    page.send(f"{QUICK}\ntwo")
    assert page.panel.chat.history == ()
    assert len(page.panel.chat.usage) == 2
    assert page.panel.reply is not None
    assert "It received 1 message," in page.panel.reply.text
    assert page.panel.prompt == f"{QUICK}\ntwo"
    assert len(page.page.state["calls"]) == 2


def test_a_key_given_in_python_is_used_again_after_a_look_elsewhere(front: Any) -> None:
    page = Page(front, provider="minimax", api_key="test-key-for-nobody")
    assert page.settings["trouble"] == ""
    page.set("provider", "emulator")
    assert page.set("provider", "minimax")["trouble"] == ""
    assert not any("test-key-for-nobody" in str(message) for message in page.page.messages)
    assert "test-key-for-nobody" not in "".join(page.code().values())


def test_an_address_of_ones_own_stays_while_the_provider_does(front: Any) -> None:
    page = Page(front, base_url="http://localhost:9999/v1", model="mine")
    page.set("temperature", 1)
    page.set("model", "other")
    assert page.panel.chat.base_url == "http://localhost:9999/v1"


def test_stop_keeps_what_came_and_the_prompt(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.page.send({"op": "send", "text": f"{SLOW}\ngo on"})
    page.page.wait(lambda: page.page.named("text", "think"), "some text")
    page.page.send({"op": "send", "text": "another"})
    assert "still being written" in page.page.errors[-1]
    page.page.send({"op": "stop"})
    page.page.wait(lambda: len(page.page.named("busy")) == 2, "the end")
    assert page.panel.reply is not None
    assert page.panel.reply.stop_reason == "interrupted"
    assert page.page.named("end")[-1]["partial"] is True
    assert page.page.named("sent") == []
    page.send(f"{QUICK}\nnext")
    assert page.panel.reply.partial is False


def test_a_call_that_fails_says_why_and_keeps_the_prompt(front: Any) -> None:
    page = Page(front, provider="emulator", retries=0)
    page.send("/emulate fault=overloaded\nhi")
    assert page.panel.prompt == "/emulate fault=overloaded\nhi"
    told = [note for op in page.page.named("end") for note in op["notes"]] + [
        op["text"] for op in page.page.named("trouble")
    ]
    assert any("verload" in text for text in told)


def test_clear_takes_the_calls_away_and_begins_the_conversation_anew(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.send(f"{QUICK}\none")
    page.page.send({"op": "clear"})
    assert page.page.state["calls"] == []
    assert page.panel.chat.history == ()
    assert page.panel.reply is None


def test_an_empty_message_is_not_sent(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.page.send({"op": "send", "text": "  \n"})
    assert "The message is empty" in page.page.errors[-1]
    assert page.page.named("call") == []


# -- counted and written before it is sent -----------------------------------------------------------------------------


def test_tokens_and_price_are_told_before_sending(front: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    page = Page(front, provider="minimax")
    page.page.send({"op": "prompt", "text": "word " * 20_000})
    page.page.wait(lambda: any("tokens in" in op["text"] for op in page.page.named("count")), "the count")
    text = page.page.named("count")[-1]["text"]
    assert text.startswith("about 2")
    assert "before the reply" in text
    assert "$0.00" in text
    page.page.send({"op": "prompt", "text": " "})
    page.page.wait(lambda: page.page.named("count")[-1]["text"] == "", "no count")


def test_the_code_has_every_form_and_follows_the_settings(front: Any) -> None:
    page = Page(front, provider="emulator", prompt="What is 2 + 2?")
    forms = page.code()
    assert list(forms) == [
        "Python, minimax_nb", "curl", "JavaScript, fetch", "PHP, curl", "Python, OpenAI SDK", "Python, Anthropic SDK",
    ]  # fmt: skip
    assert all("What is 2 + 2?" in text for text in forms.values())
    page.set("temperature", 0.25)
    page.page.wait(lambda: "0.25" in page.page.named("code")[-1]["code"]["forms"][0]["text"], "new code")
    compile(page.page.named("code")[-1]["code"]["forms"][0]["cell"], "cell", "exec")
    assert [form["cell"].splitlines()[0] for form in page.page.named("code")[-1]["code"]["forms"][1:4]] == [
        "%%bash", "%%script node", "%%script php",
    ]  # fmt: skip
    page.page.send({"op": "code", "open": False})
    assert page.page.state["code"] is None


def test_with_an_empty_box_the_code_is_that_of_the_call_just_seen(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.send(f"{QUICK}\nfirst")
    page.send(f"{QUICK}\nWhat is 2 + 2?")
    forms = page.code()
    assert "What is 2 + 2?" in forms["Python, minimax_nb"]
    assert "the 2 messages so far" in forms["Python, minimax_nb"]
    assert forms["curl"].count("What is 2 + 2?") == 1
    page.page.send({"op": "keeps", "value": False})
    page.send(f"{QUICK}\nalone")
    page.page.send({"op": "prompt", "text": ""})
    page.page.wait(lambda: "alone" in page.page.named("code")[-1]["code"]["forms"][0]["text"], "its code")
    assert "messages so far" not in page.page.named("code")[-1]["code"]["forms"][0]["text"]


def test_code_that_cannot_be_written_says_why(front: Any) -> None:
    page = Page(front, provider="emulator", prompt="hi", temperature=5)
    page.page.send({"op": "code", "open": True})
    page.page.wait(lambda: any(op["code"]["problem"] for op in page.page.named("code")), "the reason")
    assert "temperature 5 is out of range" in page.page.named("code")[-1]["code"]["problem"]


def test_what_stood_on_the_page_stands_there_after_a_reload(front: Any) -> None:
    page = Page(front, provider="emulator")
    page.set("temperature", 0.5)
    page.page.send({"op": "keeps", "value": False})
    page.send(f"{QUICK}\nhello")
    page.page.send({"op": "prompt", "text": "half a sent"})
    state = page.page.state
    assert state["prompt"] == "half a sent"
    assert state["keeps"] is False
    assert next(one for one in state["settings"]["controls"] if one["name"] == "temperature")["value"] == 0.5
    assert state["calls"][0]["reply"]["sections"][0]["blocks"]
    assert state["calls"][0]["reply"]["end"]


# -- what is saved -----------------------------------------------------------------------------------------------------


def test_the_copy_has_settings_prompt_reply_and_receipt_and_is_the_same_on_every_run(front: Any) -> None:
    def saved() -> dict[str, Any]:
        page = Page(front, provider="emulator", temperature=0.5)
        page.send(f"{QUICK}\nHow <img src=x onerror=alert(1)>?")
        return page.panel.saved()[0]

    one, other = saved(), saved()
    assert one == other
    assert "| Temperature | 0.5 |" in one["text/markdown"]
    assert "| Top p | default |" in one["text/markdown"]
    assert "<img" not in one["text/markdown"]
    assert "How" in one["text/plain"]
    assert "<sub>emulator · MiniMax-M3" in one["text/markdown"]


def test_where_nobody_is_there_a_given_prompt_is_asked_once(capsys: pytest.CaptureFixture[str]) -> None:
    panel = playground(provider="emulator", prompt=f"{QUICK}\nhello")
    assert panel.reply is None
    panel._ipython_display_()
    first = capsys.readouterr().out
    assert "[emulator · MiniMax-M3" in first
    assert "[prompt]" in first
    panel._ipython_display_()
    assert capsys.readouterr().out == first
    assert len(panel.chat.turns) == 1


def test_where_nobody_is_there_and_no_prompt_the_settings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    playground(provider="emulator")._ipython_display_()
    shown = capsys.readouterr().out
    assert "Temperature" in shown
    assert "[prompt]" not in shown


def test_where_nobody_is_there_a_failure_is_part_of_the_copy(capsys: pytest.CaptureFixture[str]) -> None:
    playground(provider="emulator", prompt="hi", temperature=9)._ipython_display_()
    assert "temperature 9 is out of range" in capsys.readouterr().out


def test_a_picture_goes_along_and_leaves_with_the_prompt(front: Any) -> None:
    page = Page(front, provider="emulator")
    picture = (Path(__file__).parents[1] / "prompt" / "media").rglob("*.png")
    data = next(picture).read_bytes()
    page.page.send({"op": "file", "id": "a-1", "name": "a.png", "type": "image/png", "size": len(data)})
    page.page.send({"op": "slice", "id": "a-1", "at": 0}, [data])
    page.page.wait(lambda: page.page.named("attached"), "the picture")
    page.send(f"{QUICK}\nWhat is this?")
    assert page.panel.reply is not None
    assert len(page.panel.reply.media) == 1
    assert page.page.named("call")[0]["call"]["media"][0]["line"].startswith("a.png")
    assert page.page.named("unattached")[-1]["id"] == "a-1"
    assert page.page.state["files"] == []
