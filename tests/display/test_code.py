"""A call as code: which forms there are, what the kit's own says, and how pictures are read from files by name."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from minimax_nb.chat import Chat
from minimax_nb.display.code import as_code, code_forms
from minimax_nb.emulator import serve
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.scene import Scene
from tests.display.codes import LOCAL

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NASTY = 'Costs $5 `now`? \\n {"type": "image"} \'EOF\' "\\u0000" $(date) END é'


def picture(name: str = "cat.png", **said: Any) -> Picture:
    return Picture(
        name=name, media_type="image/png", base64=base64.b64encode(PNG), size=len(PNG), sha256="ab" * 32, **said
    )


def blocks(chat: Chat, *prompt: object, **options: Any) -> dict[str, str]:
    """The forms by their titles."""
    return {form.title: form.text for form in code_forms(chat, prompt, options)}


def emulated(**said: Any) -> Chat:
    return Chat(provider="emulator", **said)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(PNG)
    Path("my cat's $HOME.png").write_bytes(PNG)


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_python_of_every_form_runs_and_reads_the_files(face: str, capsys: Any) -> None:
    with serve(delay_ms=0) as server:
        forms = blocks(
            emulated(face=face), "What is in ", picture(detail="low"), " and in ", picture("my cat's $HOME.png")
        )
        python = {title: text for title, text in forms.items() if title.startswith("Python")}
        assert list(python) == ["Python, minimax_nb", "Python, OpenAI SDK", "Python, Anthropic SDK"]
        for title, source in python.items():
            exec(compile(source.replace(LOCAL, server.url), title, "exec"), {})
            assert len(capsys.readouterr().out.strip()) > 20, title


def test_the_kits_own_form_says_pictures_as_its_user_would() -> None:
    clip = Clip(name="a.mp4", url="https://example.invalid/a.mp4", fps=0.5)
    source = blocks(emulated(), "Compare ", picture(detail="low", max_long_side=700), " with ", clip, "!")[
        "Python, minimax_nb"
    ]
    assert source.splitlines()[0] == "from minimax_nb import Chat, Image, Video"
    assert (
        "chat.ask('Compare ', Image('cat.png', detail='low', max_long_side=700), ' with ', "
        "Video('https://example.invalid/a.mp4', fps=0.5), '!')" in source
    )


def test_without_pictures_nothing_is_read() -> None:
    forms = blocks(emulated(), "Hello", Clip(name="a.mp4", url="https://example.invalid/a.mp4"))
    assert not any(
        word in text for word in ("base64", "open(", "readFile", "strtr", "file_get") for text in forms.values()
    )
    assert "<<'END'" in forms["curl"]


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_curl_sends_the_very_body(face: str, tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    chat = emulated(face=face)
    prompt = (NASTY, picture(), NASTY, picture("my cat's $HOME.png"))
    source = blocks(chat, *prompt)["curl"]
    assert base64.b64encode(PNG).decode() not in source
    assert len(source.splitlines()) < 9, "it stays short"
    script = "curl() { cat; }\n" + source
    done = subprocess.run([shell], input=script, capture_output=True, text=True, check=True, cwd=tmp_path)
    content = base64.b64encode(PNG).decode()
    words = chat.preview(*prompt).body
    wanted = json.dumps(words, ensure_ascii=False).replace(f"<image/png, {len(PNG)} bytes, sha256 abab…>", content)
    assert json.loads(done.stdout) == json.loads(wanted)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("name", "saved"),
    [("fig", "fig.png"), ("clip.mp4 at 0:03.20", "clip.mp4-at-0-03.20.png"), ("x.heic", "x.heic.png")],
)
def test_what_is_no_file_is_to_be_saved_first_and_every_form_says_so(name: str, saved: str) -> None:
    for title, text in blocks(emulated(), "Look: ", picture(name)).items():
        assert f" {name} is no file of this type: save it as {saved} first" in text, title
        assert saved in text.split("first", 1)[1], title


def test_a_name_cannot_end_its_comment_or_its_string() -> None:
    name = "a'\nimport os \u2028 \u202e ?> </script> #.png"
    forms = blocks(emulated(), "Look: ", picture(name, notes=("scaled\nimport sys",)))
    for text in forms.values():
        assert not [line for line in text.splitlines() if line.startswith(("import sys", "import os #"))]
        assert not [mark for mark in ("\u2028", "\u202e", "?>", "</script") if mark in text]
    compile(forms["Python, OpenAI SDK"], "code", "exec")


def test_a_file_that_is_sent_changed_is_said_to_be() -> None:
    text = blocks(emulated(), "Look: ", picture(notes=("scaled from 9000 x 6000 to 3584 x 2389",)))[
        "Python, minimax_nb"
    ]
    assert "# cat.png is read as it is; this call sends it changed: scaled from 9000 x 6000 to 3584 x 2389" in text


def test_a_call_is_previewed_with_words_for_contents() -> None:
    shown = emulated(face="openai").preview("Look: ", picture())
    (_, part) = shown.body["messages"][0]["content"]
    assert part["image_url"]["url"] == f"data:image/png;base64,<image/png, {len(PNG)} bytes, sha256 abab…>"
    assert shown.count.parts["attachments"] > 0
    assert base64.b64encode(PNG).decode() not in str(shown._repr_mimebundle_()) + repr(shown)


def test_pictures_of_earlier_messages_are_read_in_their_order() -> None:
    chat = emulated()
    chat.ask("First ", picture())
    text = blocks(chat, "Second ", picture("fig.png"))["Python, OpenAI SDK"]
    assert text.index("content('cat.png')") < text.index("content('fig.png')")


# -- which forms -------------------------------------------------------------------------------------------------------


def test_the_forms_are_these_in_this_order() -> None:
    forms = code_forms(emulated(), ["Hello"], {})
    assert [(form.title, form.language) for form in forms] == [
        ("Python, minimax_nb", "python"),
        ("curl", "bash"),
        ("JavaScript, fetch", "javascript"),
        ("PHP, curl", "php"),
        ("Python, OpenAI SDK", "python"),
        ("Python, Anthropic SDK", "python"),
    ]


def test_markdown_holds_every_form_whole_also_with_fences_in_the_prompt() -> None:
    prompt = ["What does it do?\n```python\nprint(1)\n```\nAnd ````?"]
    markdown = as_code(emulated(), prompt, {})
    for form in code_forms(emulated(), prompt, {}):
        assert f"**{form.title}**\n\n```" in markdown
        assert f"{form.language}\n{form.text}\n```" in markdown
    opened = [line for line in markdown.splitlines() if line.startswith("`") and line.strip("`") in {"bash", "php"}]
    assert all(line.startswith("`````") for line in opened)


def test_nothing_is_sent_and_nothing_is_remembered() -> None:
    chat = emulated()
    code_forms(chat, ["Hello"], {"temperature": 0.5})
    assert chat.history == ()
    assert len(chat.usage) == 0


def test_an_sdk_whose_protocol_cannot_carry_the_call_is_left_out() -> None:
    chat = Chat("M2-her", provider="emulator", face="openai", scene=Scene(character="Nell"))
    titles = [form.title for form in code_forms(chat, ["Are we lost?"], {})]
    assert "Python, OpenAI SDK" in titles
    assert "Python, Anthropic SDK" not in titles
    with pytest.raises(RequestError):
        code_forms(Chat("M2-her", provider="emulator", face="anthropic", scene=Scene(character="Nell")), ["Lost?"], {})


@pytest.mark.parametrize(("face", "prefix"), [("openai", "Bearer "), ("anthropic", "")])
def test_a_key_is_named_and_never_shown(face: str, prefix: str) -> None:
    chat = Chat(provider="runapi", face=face, api_key="test-key-for-nobody")
    forms = blocks(chat, "Hello")
    assert not [title for title, text in forms.items() if "test-key-for-nobody" in text or "none-needed" in text]
    assert f"{prefix}$RUNAPI_API_KEY" in forms["curl"]
    assert f"`{prefix}${{process.env.RUNAPI_API_KEY}}`" in forms["JavaScript, fetch"]
    assert f"{prefix}' . getenv('RUNAPI_API_KEY')" in forms["PHP, curl"]
    assert 'os.environ["RUNAPI_API_KEY"]' in forms["Python, OpenAI SDK"]
    assert 'os.environ["RUNAPI_API_KEY"]' in forms["Python, Anthropic SDK"]


def test_an_address_cannot_be_a_command() -> None:
    chat = Chat("m", base_url="http://localhost:9/$(touch${IFS}bad)'\"`date`/v1")
    forms = blocks(chat, "Hello")
    script = "curl() { printf '%s\\n' \"$2\"; }\n" + forms["curl"]
    done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == chat.preview("Hello").url
    assert not Path("bad").exists()
    for title in ("Python, OpenAI SDK", "Python, Anthropic SDK", "Python, minimax_nb"):
        compile(forms[title], title, "exec")


# -- the kit's own form ------------------------------------------------------------------------------------------------


def double(number: int) -> int:
    """Twice a number."""
    return 2 * number


class City(BaseModel):
    name: str


def kit(chat: Chat, *prompt: object, **options: Any) -> str:
    return blocks(chat, *prompt, **options)["Python, minimax_nb"]


def ran(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"double": double, "City": City}
    exec(compile(source, "kit", "exec"), names)
    return names


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"model": "MiniMax-M2.7", "face": "openai", "temperature": 0.3, "max_tokens": 900},
        {"provider": "emulator:runapi", "face": "anthropic", "system": "Say 'no' to \"all\".\nAlways."},
        {"thinking": "off", "top_p": 0.5, "examples": [("2 + 2?", "4"), ("1 + 1?", "2")]},
        {"model": "M2-her", "face": "openai", "scene": Scene(character="Nell", samples=(("Lost?", "Never."),))},
    ],
)
def test_it_makes_the_same_chat(said: dict[str, Any], capsys: Any) -> None:
    chat = Chat(**{"provider": "emulator", **said})
    made = ran(kit(chat, "Hello"))["chat"]
    assert made.preset == chat.preset
    assert made.fork(turn=0).preview("Hello").body == chat.preview("Hello").body
    assert made.history[-1].parts == chat.fork().ask("Hello").message.parts
    assert capsys.readouterr().out.strip()


def test_a_region_and_an_address_of_ones_own_are_said() -> None:
    there = Chat(provider="minimax", region="cn", api_key="test-key-for-nobody")
    assert "region='cn'" in kit(there, "Hello")
    assert "base_url" not in kit(there, "Hello")
    own = Chat(provider="minimax", base_url="http://localhost:9000/anthropic", api_key="test-key-for-nobody")
    assert "base_url='http://localhost:9000/anthropic'" in kit(own, "Hello")
    local = Chat("m", base_url="http://localhost:9000/v1")
    assert "provider='local'" in kit(local, "Hello")
    assert "base_url='http://localhost:9000/v1'" in kit(local, "Hello")


def test_what_the_call_says_is_said_once_and_the_cells_name_not_at_all() -> None:
    source = kit(emulated(temperature=0.3), "Hello", temperature=0.9, top_p=None, turn="cell-7")
    assert "chat.ask('Hello', temperature=0.9)" in source
    assert "0.3" not in source
    assert "top_p" not in source
    assert "cell-7" not in source


def test_tools_and_types_of_the_notebook_are_named(capsys: Any) -> None:
    source = kit(emulated(tools=[double]), "How much is double of 4?")
    assert source.startswith("# double: as they are in the notebook\n")
    assert [run.call.name for run in ran(source)["reply"].tool_runs] == ["double"]
    source = kit(emulated(), "Name it: Ms Silva in Lisbon.", schema=list[City])
    assert "schema=list[City])" in source
    assert all(isinstance(city, City) for city in ran(source)["reply"].parsed)
    assert "City(" in capsys.readouterr().out
    assert ran(kit(emulated(), "An object, please.", schema="json"))["reply"].parsed
    assert ran(kit(emulated(), "An object.", schema={"type": "object", "properties": {"a": {"type": "string"}}}))
    assert "tools" not in kit(emulated(tools=[double]), "Hello", tools=[])


def test_earlier_messages_are_left_out_and_said_to_be() -> None:
    chat = emulated()
    chat.ask("First.")
    assert "the 2 messages so far are not in it" in kit(chat, "Second.")


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\ntwo\n", 'ends with "\n"', 'a """ in\nit', "a\\nb\n\u2028", NASTY])
def test_a_prompt_of_any_kind_is_the_same_text_again(text: str) -> None:
    (message, _) = ran(kit(emulated(), text))["chat"].history
    assert message.parts == emulated().preview(text).prompt
