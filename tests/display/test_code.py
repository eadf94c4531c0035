"""A call with pictures and videos as code: every form runs, reads files by name, and sends what the chat would."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.chat import Chat
from minimax_nb.display import code as module
from minimax_nb.display.code import as_code
from minimax_nb.emulator import serve
from minimax_nb.messages.media import Clip, Picture

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
    pieces = as_code(chat, prompt, options).split("\n\n**")
    bodies = {piece.lstrip("*").split("**", 1)[0]: piece.split("```", 1)[1].rsplit("```", 1)[0] for piece in pieces}
    return {title: text.split("\n", 1)[1] for title, text in bodies.items()}


def emulated(**said: Any) -> Chat:
    return Chat(provider="emulator", **said)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(PNG)
    Path("my cat's $HOME.png").write_bytes(PNG)


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_python_of_every_form_runs_and_reads_the_files(face: str, monkeypatch: Any, capsys: Any) -> None:
    with serve(delay_ms=0) as server:
        monkeypatch.setattr(module, "_LOCAL", server.url)
        forms = blocks(
            emulated(face=face), "What is in ", picture(detail="low"), " and in ", picture("my cat's $HOME.png")
        )
        python = {title: text for title, text in forms.items() if title.startswith("Python")}
        assert list(python) == ["Python, minimax_nb", "Python, Anthropic SDK", "Python, OpenAI SDK"]
        for title, source in python.items():
            exec(compile(source, title, "exec"), {})
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
    assert not any("base64" in text or "open(" in text for text in forms.values())
    assert "<<'END'" in forms["curl"]


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_curl_sends_the_very_body(face: str, tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    chat = emulated(face=face)
    prompt = (NASTY, picture(), NASTY, picture("my cat's $HOME.png"))
    source = blocks(chat, *prompt)["curl"]
    assert base64.b64encode(PNG).decode() not in source
    assert len(source.splitlines()) < 8, "it stays short"
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
        assert f"# {name} is no file of this type: save it as {saved} first" in text, title
        assert saved in text.split("first", 1)[1], title


def test_a_name_cannot_end_its_comment_or_its_string() -> None:
    name = "a'\nimport os #.png"
    forms = blocks(emulated(), "Look: ", picture(name, notes=("scaled\nimport sys",)))
    for text in forms.values():
        assert not [line for line in text.splitlines() if line.startswith(("import sys", "import os #"))]
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
