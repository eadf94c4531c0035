"""The setting of a role-play, and the format of a reply: what is sent of them, and where nothing is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.catalog import Endpoint, check, resolve
from minimax_nb.catalog.rows import FaceName
from minimax_nb.emulator import Asked, handle
from minimax_nb.messages.parts import Message, Text, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.wire import FACES
from tests.wire.rules import RULES

HARBOUR = Scene(
    character="Old Tom",
    player="Ada",
    about_player="A young sailor.",
    title="The harbour at dusk",
    samples=(("Is the ship ready?", "Aye, she is."), ("Any storms?", "There's always one coming.")),
)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def at(model: str, face: FaceName | None = None, provider: str = "minimax") -> Endpoint:
    return resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env={})


def body(where: Endpoint, *talk: Message, **said: Any) -> dict[str, Any]:
    request = Request(where.model_id, talk or (user("Any storms today?"),), stream=False, **said)
    check(request, where)
    return json.loads(FACES[where.face_name].encode(request, where).body)  # type: ignore[no-any-return]


def played(sent: dict[str, Any]) -> str:
    """What the emulator answers."""
    RULES["openai"](sent)
    answer = handle(Asked("POST", "/v1/chat/completions", {}, json.dumps(sent).encode()))
    told = json.loads(b"".join(chunk.data for chunk in answer.chunks))
    assert answer.status == 200, told
    return str(told["choices"][0]["message"]["content"])


# -- scenes ------------------------------------------------------------------------------------------------------------


def test_a_scene_in_the_roles_that_are_made_for_it() -> None:
    talk = (user("Hello!"), Message("assistant", (Text("Ahoy."),)), user("Any storms today?"))
    sent = body(at("M2-her"), *talk, system="You are Old Tom, a retired captain.", scene=HARBOUR)
    assert sent["messages"] == [
        {"role": "system", "name": "Old Tom", "content": "You are Old Tom, a retired captain."},
        {"role": "user_system", "name": "Ada", "content": "A young sailor."},
        {"role": "group", "name": "The harbour at dusk", "content": "The harbour at dusk"},
        {"role": "sample_message_user", "name": "Ada", "content": "Is the ship ready?"},
        {"role": "sample_message_ai", "name": "Old Tom", "content": "Aye, she is."},
        {"role": "sample_message_user", "name": "Ada", "content": "Any storms?"},
        {"role": "sample_message_ai", "name": "Old Tom", "content": "There's always one coming."},
        {"role": "user", "name": "Ada", "content": "Hello!"},
        {"role": "assistant", "name": "Old Tom", "content": "Ahoy."},
        {"role": "user", "name": "Ada", "content": "Any storms today?"},
    ]
    assert "There's always one coming." in played(sent)


def test_names_always_go_out_and_nothing_empty_does() -> None:
    sent = body(at("M2-her"), scene=Scene(about_player=" ", samples=(("Hi.", "Ahoy."),)))
    assert [(message["role"], message["name"]) for message in sent["messages"]] == [
        ("sample_message_user", "User"),
        ("sample_message_ai", "Character"),
        ("user", "User"),
    ]
    played(sent)
    lines = body(at("M2-her"), scene=Scene(character=" Old\nTom ", title="a\nb"))["messages"]
    assert [message["name"] for message in lines] == ["a b", "User"]


def test_without_a_scene_nobody_is_named() -> None:
    sent = body(at("M2-her"), system="You are Old Tom.")
    assert [set(message) for message in sent["messages"]] == [{"role", "content"}] * 2


def test_samples_are_input() -> None:
    def tokens(scene: Scene) -> int:
        sent = body(at("M2-her"), scene=scene)
        answer = handle(Asked("POST", "/v1/chat/completions", {}, json.dumps(sent).encode()))
        return int(json.loads(b"".join(chunk.data for chunk in answer.chunks))["usage"]["prompt_tokens"])

    assert tokens(HARBOUR) > tokens(Scene()) + 20


# -- formats -----------------------------------------------------------------------------------------------------------


def test_formats_where_model_and_server_heed_them() -> None:
    where = at("MiniMax-M3", "openai")
    assert body(where, format="json")["response_format"] == {"type": "json_object"}
    sent = body(where, format=JsonSchema("A reply: Städte", SCHEMA))
    assert sent["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "A_reply_St_dte", "schema": SCHEMA},
    }
    assert json.loads(played({**sent, "thinking": {"type": "disabled"}})).keys() == {"city"}
    assert body(where, format=JsonSchema("", SCHEMA))["response_format"]["json_schema"]["name"] == "reply"
    assert "response_format" not in body(where)


@pytest.mark.parametrize(
    ("model", "face", "provider"),
    [
        ("MiniMax-M3", "anthropic", "minimax"),
        ("MiniMax-M2.7", "openai", "minimax"),
        ("MiniMax-M2.7", "anthropic", "minimax"),
        ("MiniMax-M3.1-Flash", "openai", "minimax"),
        ("minimax-minimax-m2", "openai", "modelslab"),
        ("MiniMax-M3", "openai", "runapi"),
        ("minimax/minimax-m3", "openai", "openrouter"),
        ("MiniMaxAI/MiniMax-M3", "openai", "vllm"),
    ],
)
@pytest.mark.parametrize("wanted", ["json", JsonSchema("reply", SCHEMA)])
def test_no_format_is_sent_where_it_is_not_heeded(model: str, face: FaceName, provider: str, wanted: Any) -> None:
    where = at(model, face, provider)
    assert body(where, format=wanted) == body(where)
