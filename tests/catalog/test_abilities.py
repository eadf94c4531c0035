"""What an endpoint can be asked for, and requests for it that are refused or noted before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog import Endpoint, check, load_catalog, resolve, takes_format, takes_scene, takes_tools
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, ToolCall, ToolResult, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec

LOOK = ToolSpec("look", "Looks.", {"type": "object", "properties": {}})
PICTURE = Picture(name="plot.png", media_type="image/png", base64=b"AAAA", size=3)


def at(model: str, provider: str = "minimax", face: str | None = None, config: Path | None = None) -> Endpoint:
    env = {"MINIMAX_NB_CONFIG": str(config)} if config else {}
    return resolve(provider=provider, model=model, face=face, api_key="test-key-for-nobody", env=env)


def checked(where: Endpoint, *talk: Message, **said: Any) -> tuple[str, ...]:
    return check(Request(where.model_id, talk or (user("Hi"),), **said), where)


def refused(where: Endpoint, *talk: Message, **said: Any) -> str:
    with pytest.raises(RequestError) as caught:
        checked(where, *talk, **said)
    return str(caught.value)


@pytest.mark.parametrize(
    ("provider", "model", "face", "tools", "json", "schema", "scene"),
    [
        ("minimax", "MiniMax-M3", "openai", True, True, True, False),
        ("minimax", "MiniMax-M3", "anthropic", True, False, False, False),
        ("minimax", "MiniMax-M3.1-Flash", "openai", True, False, False, False),
        ("minimax", "MiniMax-M2.7", "openai", True, False, False, False),
        ("minimax", "M2-her", "openai", False, False, False, True),
        ("minimax", "M2-her", "anthropic", False, False, False, False),
        ("emulator", "MiniMax-M3", "openai", True, True, True, False),
        ("emulator", "M2-her", "openai", False, False, False, True),
        ("modelslab", "minimax-minimax-m2", "openai", True, False, False, False),
        ("modelslab", "minimax-minimax-m1", "openai", None, False, False, False),
        ("runapi", "MiniMax-M3", "openai", None, False, False, False),
        ("openrouter", "minimax/minimax-m3", "openai", True, False, False, False),
        ("openrouter", "minimax/minimax-m3", "anthropic", None, False, False, False),
        ("vllm", "anything", "openai", None, False, False, False),
    ],
)
def test_what_each_endpoint_can_be_asked_for(
    provider: str, model: str, face: str, tools: bool | None, json: bool, schema: bool, scene: bool
) -> None:
    where = at(model, provider, face)
    assert takes_tools(where) is tools
    assert (takes_format(where, "json"), takes_format(where, "json_schema")) == (json, schema)
    assert takes_scene(where) is scene


def test_a_users_file_can_say_what_a_server_takes(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        "[providers.vllm.faces.openai]\ntools = true\nformats = ['json_schema']\ntool_choices = ['none', 'named']\n"
        "[models.mine]\ntools = true\nformats = ['json', 'json_schema']\n",
        "utf-8",
    )
    where = at("mine", "vllm", config=config)
    assert takes_tools(where) is True
    assert (takes_format(where, "json"), takes_format(where, "json_schema")) == (False, True)
    assert checked(where, tools=(LOOK,), tool_choice="look") == ()


# -- tools -------------------------------------------------------------------------------------------------------------


def test_a_model_without_tools_is_not_sent_any() -> None:
    message = refused(at("M2-her"), tools=(LOOK,))
    assert message.startswith("M2-her calls no tools. MiniMax-M3.1-Flash, ")
    assert message.endswith(" can.")
    assert checked(at("M2-her"), tools=()) == ()


@pytest.mark.parametrize("name", ["", "two words", "a.b", "é", "x" * 65, "a\n"])
def test_a_tool_has_a_name_that_services_take(name: str) -> None:
    assert "1 to 64 letters" in refused(at("MiniMax-M3"), tools=(ToolSpec(name, "", {}),))


def test_tools_are_told_apart_and_take_an_object() -> None:
    assert refused(at("MiniMax-M3"), tools=(LOOK, LOOK)).startswith("Two tools are called look.")
    odd = ToolSpec("odd", "", {"type": "array"})
    assert refused(at("MiniMax-M3"), tools=(odd,)).startswith("The arguments of the tool odd are described as 'array'.")
    assert checked(at("MiniMax-M3"), tools=(ToolSpec("x" * 64, "", {}), LOOK)) == ()


def test_a_choice_is_of_a_tool_that_is_offered() -> None:
    assert refused(at("MiniMax-M3"), tools=(LOOK,), tool_choice="lok") == (
        'There is no tool "lok" to choose. There are look.'
    )
    for choice in (None, "auto", "none"):
        assert checked(at("MiniMax-M3"), tools=(LOOK,), tool_choice=choice) == ()


def test_a_choice_that_cannot_be_said_is_noted() -> None:
    (note,) = checked(at("MiniMax-M3"), tools=(LOOK,), tool_choice="look")
    assert note == "MiniMax cannot be told to call look (anthropic protocol); the model decides."
    where = at("minimax-minimax-m2", "modelslab", "anthropic")
    assert checked(where, tools=(LOOK,), tool_choice="look") == ()
    (note,) = checked(where, tools=(LOOK,), tool_choice="none")
    assert "cannot be told to call no tool" in note


def test_tools_that_may_not_get_through_are_noted() -> None:
    (note,) = checked(at("MiniMax-M3", "runapi"), tools=(LOOK,))
    assert note.startswith("No page says whether RunAPI passes tools on to MiniMax-M3;")
    assert checked(at("anything", "vllm"), tools=(LOOK,)) == ()
    assert checked(at("MiniMax-M3", "runapi")) == ()


# -- what tools gave back ----------------------------------------------------------------------------------------------


def gave_back(*media: Picture | Clip) -> tuple[Message, ...]:
    call = Message("assistant", (ToolCall("c1", "look"),))
    return (user("Look."), call, Message("tool", (ToolResult("c1", "", media=media),)))


def test_a_tools_picture_is_never_refused_but_what_is_left_out_is_said() -> None:
    assert checked(at("MiniMax-M3"), *gave_back(PICTURE)) == ()
    (*_, note) = checked(at("MiniMax-M2.1"), *gave_back(PICTURE, PICTURE))
    assert note == (
        "A tool's result goes without it: plot.png is a picture, and MiniMax-M2.1 takes text only (and 1 more)."
    )
    later = (*gave_back(PICTURE), user("And?"))
    assert checked(at("MiniMax-M2.1"), *later) == (), "it was said when it came"


@pytest.mark.parametrize(
    "broken",
    [
        Picture(name="x.bmp", media_type="image/bmp", base64=b"AAAA", size=3),
        Picture(name="x.png", media_type="image/png", base64=b"AAAA", size=20_000_000),
        Clip(name="x.mp4", media_type="video/mp4", path="/nowhere", size=9),
    ],
)
def test_a_picture_that_cannot_be_sent_is_said(broken: Picture | Clip) -> None:
    (note,) = checked(at("MiniMax-M3"), *gave_back(broken))
    assert note.startswith(f"A tool's result goes without it: {broken.name} ")


def test_tools_pictures_count_against_the_limits_of_a_request(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[providers.minimax.media]\nimages = 1\n", "utf-8")
    where = at("MiniMax-M3", config=config)
    assert checked(where, *gave_back(PICTURE)) == ()
    assert "holds 2 pictures" in refused(where, *gave_back(PICTURE, PICTURE))
    huge = Picture(name="huge.png", media_type="image/png", base64=b"A" * 9_000_000, size=6_700_000)
    assert "64,000,000" in refused(at("MiniMax-M3"), *gave_back(*[huge] * 8))


# -- formats and scenes ------------------------------------------------------------------------------------------------


def test_a_format_is_json_or_a_schema() -> None:
    for wanted in (None, "json", JsonSchema("x", {})):
        assert checked(at("MiniMax-M3"), format=wanted) == ()
    assert refused(at("MiniMax-M3"), format="yaml") == "There is no format 'yaml'. It is \"json\", or a JSON schema."


def test_a_scene_goes_to_the_model_that_is_made_for_it() -> None:
    assert checked(at("M2-her"), scene=Scene()) == ()
    assert refused(at("MiniMax-M3"), scene=Scene()) == (
        "MiniMax-M3 takes no scene of a role-play. M2-her takes it. Or ask without one."
    )
    assert "Use the openai protocol." in refused(at("M2-her", face="anthropic"), scene=Scene())
    assert refused(at("minimax/minimax-m2-her", "openrouter"), scene=Scene()).endswith("Ask without a scene.")


@pytest.mark.parametrize("samples", [(("Hi.", ""),), (("Hi.", "Ahoy."), (" ", "x")), (("Hi.",),), (("Hi.", 3),)])
def test_a_sample_is_a_pair_of_lines(samples: Any) -> None:
    assert refused(at("M2-her"), scene=Scene(samples=samples)).startswith(f"Sample {len(samples)} of the scene is not")


def test_the_models_for_role_play_are_known_by_their_rows() -> None:
    assert {name for name, model in load_catalog().models.items() if model.scenes} == {"M2-her"}
