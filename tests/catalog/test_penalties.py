"""Penalties: taken where a provider documents that it heeds them, refused elsewhere, sent as its page spells them.

ModelsLab advanced-parameters page (2026-04-07): both from -2 to 2 on chat completions.
MiniMax's OpenAI-compatible API page (read 2026-11-20) says that both are ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minimax_nb import Chat
from minimax_nb.catalog import check, load_catalog, resolve
from minimax_nb.chat.preset import Preset
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request

NAMES = ("frequency_penalty", "presence_penalty")


def checked(provider: str, face: str, **said: Any) -> tuple[str, ...]:
    here = resolve(provider=provider, face=face, api_key="test-key-for-nobody", env={})
    return check(Request(here.model_id, (user("hi"),), **said), here)


def test_one_protocol_of_one_provider_heeds_them() -> None:
    known = {
        (name, face) for name, row in load_catalog(env={}).providers.items() if not row.twin_of
        for face, place in row.faces.items() if place.penalties
    }  # fmt: skip
    assert known == {("modelslab", "openai")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-2, -0.5, 0, 2])
def test_values_within_the_range_are_sent_as_they_are(name: str, value: float) -> None:
    assert checked("modelslab", "openai", **{name: value}) == ()
    chat = Chat(provider="emulator:modelslab", **{name: value})  # type: ignore[arg-type]
    assert chat.preview("hi").body[name] == value
    assert chat.ask("/emulate delay-ms=0\nhi").metadata("1")["parameters"] == {name: value}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-2.1, 3, True, "1", float("nan")])
def test_other_values_are_refused_with_the_range(name: str, value: Any) -> None:
    with pytest.raises(RequestError, match=rf"{name} .* is out of range. It takes -2 to 2."):
        checked("modelslab", "openai", **{name: value})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("provider", "face"), [("minimax", "openai"), ("modelslab", "anthropic"), ("local", "openai")])
def test_where_nobody_documents_them_they_are_refused(provider: str, face: str, name: str) -> None:
    with pytest.raises(RequestError, match=f"No {name} is known at"):
        checked(provider, face, **{name: 0.5})


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_sent_when_nothing_is_said(name: str) -> None:
    assert name not in Chat(provider="emulator:modelslab").preview("hi").body


@pytest.mark.parametrize("name", NAMES)
def test_they_are_part_of_a_preset_and_of_a_saved_chat(name: str, tmp_path: Path) -> None:
    preset = Preset(provider="emulator:modelslab", **{name: 0.5})  # type: ignore[arg-type]
    preset.save(tmp_path / "preset.json")
    chat = Chat(preset=Preset.load(tmp_path / "preset.json"))
    assert chat.preview("hi").body[name] == 0.5
    chat.save(tmp_path / "chat.json")
    assert Chat.load(tmp_path / "chat.json").preview("hi").body[name] == 0.5
    with pytest.raises(ConfigError, match=f"{name} is a number"):
        Preset(**{name: "much"})  # type: ignore[arg-type]


def test_a_row_of_ones_own_may_have_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[providers.mine]\nfaces.openai = { base_url = "http://localhost:9/v1", penalties = [0.0, 1.0] }\n')
    monkeypatch.setenv("MINIMAX_NB_CONFIG", str(file))
    chat = Chat("any", provider="mine", frequency_penalty=1.0)
    assert chat.preview("hi").body["frequency_penalty"] == 1.0
    with pytest.raises(RequestError, match=r"It takes 0 to 1\."):
        chat.preview("hi", presence_penalty=1.5)
