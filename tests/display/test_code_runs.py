"""A call as code in each language: it is the chat's own call, it runs, and it fails as loudly as it must."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.chat import Chat
from minimax_nb.display.code import CodeForm, code_forms
from minimax_nb.emulator import Server, serve
from tests.display.codes import LOCAL, run
from tests.display.test_code import NASTY, PNG, double, picture

FACES = ("anthropic", "openai")
CUNNING = (
    NASTY,
    "'; JSON;\nJSON\nEND\n?> <?php // */ ${x} {$y} `ls` %s %(url)s",
    "</script><!-- <script> \u2028\u2029 \u202e \x00 \x85 \u00a0 \U0001f469\u200d\U0001f680 \U000e0041",
    "[file 1] [[file 2] <<END",
    'data: {"error": 1}\r\n\r\n\\" \\u0041 \\\\ \t',
)
CALLS: dict[str, dict[str, Any]] = {
    "plain": {},
    "settings": {"temperature": 0.3, "top_p": 0.9, "max_tokens": 900, "system": CUNNING[1]},
    "thinking off": {"thinking": "off"},
    "tools": {"tools": [double]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(PNG)
    Path("my cat's $HOME.png").write_bytes(PNG)


def by_language(chat: Chat, *prompt: object) -> dict[str, CodeForm]:
    """The forms that repeat the chat's own body."""
    return {form.language: form for form in code_forms(chat, prompt, {}) if form.language != "python"}


def body(form: CodeForm) -> Any:
    """The body that a form sends, read from its source; contents of files are put where they are read."""
    if form.language == "bash":
        script = "curl() { cat; }\n" + form.text
        return json.loads(subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True).stdout)
    if form.language == "javascript":
        literal = form.text.split("JSON.stringify(", 1)[1].split("),\n  });\n", 1)[0]
        reading = re.compile(r'(?:"([^"]*)" \+ )?content\(("(?:[^"\\]|\\.)*")\)')
        return json.loads(reading.sub(lambda read: json.dumps((read[1] or "") + content(json.loads(read[2]))), literal))
    text, _, rest = form.text.split("<<<'JSON'\n", 1)[1].partition("\nJSON;\n")
    for mark, name in re.findall(r"'(\[+file \d+\])' => base64_encode\(file_get_contents\('(.+)'\)\),", rest):
        assert text.count(mark) == 1
        text = text.replace(mark, content(name.replace("\\'", "'")))
    return json.loads(text)


def content(name: str) -> str:
    return base64.b64encode(Path(name).read_bytes()).decode()


def sent(chat: Chat, *prompt: object) -> Any:
    """The body of the chat's own call, contents included."""
    words = json.dumps(chat.preview(*prompt).body)
    return json.loads(re.sub(r"<image/png, \d+ bytes, sha256 abab\\u2026>", content("cat.png"), words))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("call", CALLS)
def test_every_language_sends_the_very_body(face: str, call: str) -> None:
    chat = Chat(provider="emulator", face=face, **CALLS[call])
    chat.ask("Before.")
    for prompt in [*CUNNING, "\n".join(CUNNING)]:
        wanted = sent(chat, prompt)
        for language, form in by_language(chat, prompt).items():
            assert body(form) == wanted, language


@pytest.mark.parametrize("face", FACES)
def test_every_language_sends_the_contents_of_files(face: str) -> None:
    chat = Chat(provider="emulator", face=face)
    chat.ask("First: ", picture())
    prompt = (CUNNING[2], picture(), NASTY, picture("my cat's $HOME.png"))
    for language, form in by_language(chat, *prompt).items():
        assert content("cat.png") not in form.text
        assert body(form) == sent(chat, *prompt), language


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("prompt", CUNNING)
def test_no_source_hides_anything_or_ends_the_script_around_it(face: str, prompt: str) -> None:
    chat = Chat(provider="emulator", face=face, system=prompt)
    for language, form in by_language(chat, prompt, picture()).items():
        assert form.text.replace("\n", "").isprintable(), language
        assert language != "javascript" or not re.search("<(/|!|script)", form.text, re.IGNORECASE)
        assert language != "php" or "?>" not in form.text.replace(prompt.splitlines()[-1], ""), "outside of the nowdoc"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("call", CALLS)
def test_every_form_says_what_the_chat_would(face: str, call: str, server: Server, tmp_path: Path) -> None:
    chat = Chat(provider="emulator", face=face, **CALLS[call])
    prompt = ("Tell me in Chinese and with an emoji: 你好 🙂", CUNNING[1], CUNNING[2])
    for form in code_forms(chat, prompt, {}):
        if form.language == "bash" or ("minimax_nb" in form.title and call == "tools"):
            continue  # what it sends is compared above; the notebook's functions are not here
        done = run(form, server, tmp_path)
        here = form.title.split()[1].lower() if "SDK" in form.title else face
        wanted = chat.fork(face=here, turn=0).ask(*prompt).text.strip()
        assert done is None or (done.returncode, done.stdout.strip()) == (0, wanted), (form.title, done.stderr)


@pytest.mark.parametrize("face", FACES)
def test_pictures_are_read_when_it_runs(face: str, server: Server, tmp_path: Path) -> None:
    chat = Chat(provider="emulator", face=face)
    prompt = ("What is in ", picture(), " and in ", picture("my cat's $HOME.png"), "?")
    wanted = chat.fork().ask(*prompt).text.strip()
    for language in ("javascript", "php"):
        form = by_language(chat, *prompt)[language]
        done = run(form, server, tmp_path)
        assert done is None or done.stdout.strip() == wanted, (language, done.stderr)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "fault", ["bytes", "cut-characters", "lumps", "crlf", "no-space", "comments", "pings", "nulls"]
)
def test_awkward_streams_are_read_to_the_last_character(face: str, fault: str, server: Server, tmp_path: Path) -> None:
    chat = Chat(provider="emulator", face=face)
    prompt = f"/emulate fault={fault},delay-ms=0\nSay it in Chinese: 你好 🙂"
    wanted = chat.fork().ask(prompt).text.strip()
    for language in ("javascript", "php"):
        done = run(by_language(chat, prompt)[language], server, tmp_path)
        assert done is None or (done.returncode, done.stdout.strip()) == (0, wanted), (language, done.stderr)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("fault", ["1004", "429", "html-502", "html-200", "2056-200", "error-mid", "cut"])
def test_what_goes_wrong_is_an_error_and_not_an_empty_answer(
    face: str, fault: str, server: Server, tmp_path: Path
) -> None:
    chat = Chat(provider="emulator", face=face)
    for language in ("javascript", "php"):
        form = by_language(chat, f"/emulate fault={fault},delay-ms=0\nHello.")[language]
        done = run(form, server, tmp_path)
        assert done is None or done.returncode != 0, (language, done.stdout)
        assert done is None or done.stderr.strip(), language


def test_a_key_is_read_from_the_environment_by_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Chat(provider="minimax", base_url=f"{server.url}/anthropic", api_key="test-key-for-nobody")
    for key, works in (("another-key-for-nobody", True), ("bad-key", False)):
        monkeypatch.setenv("MINIMAX_API_KEY", key)
        for language in ("javascript", "php"):
            form = by_language(chat, "Hello.")[language]
            assert LOCAL not in form.text
            done = run(form, server, tmp_path)
            assert done is None or (done.returncode == 0) is works, (language, done.stderr)
            assert done is None or bool(done.stdout) is works, language
