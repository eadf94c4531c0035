"""``%minimax_uploads`` in a shell: what is at a service is listed, and deleted there and here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from minimax_nb import AuthError, Chat, ConfigError, RequestError, Video
from minimax_nb.chat import uploads
from minimax_nb.chat.kept import Kept
from minimax_nb.emulator import serve
from minimax_nb.prompt.media.files import said_bytes
from minimax_nb.wire.files import Uploaded
from tests.emulator.making import BLUE, RED, film
from tests.magics.conftest import Shell

KEY = "test-key-for-nobody"
NONE = "Nothing is uploaded."


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(uploads, "_kept", Kept())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture
def where(server) -> str:
    return f"-p minimax -u {server.openai_url}"


def sent(server, tmp_path: Path, name: str) -> str:
    """Upload a video by asking about it; gives its id."""
    path = tmp_path / name
    path.write_bytes(film([RED, BLUE]) + b"\0\0\0\x20free" + os.urandom(24))
    chat = Chat("MiniMax-M3", provider="minimax", face="openai", base_url=server.openai_url, api_key=KEY)
    chat.ask("What?", Video(path, upload=True))
    return chat.uploads()[0].file_id


def row(text: str, file_id: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(file_id))


def offered(shell: Shell, line: str) -> list[str]:
    """What Tab offers at the end of a line."""
    return shell.shell.complete(None, line, len(line))[1]


def test_uploads_are_listed_with_size_date_and_whether_they_are_kept_here(
    shell: Shell, server, where, tmp_path, monkeypatch
):
    theirs = sent(server, tmp_path, "theirs.mp4")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another computer"))
    monkeypatch.setattr(uploads, "_kept", Kept())
    ours = sent(server, tmp_path, "ours.mp4")
    text = shell.ok(f"%minimax_uploads {where}")
    size = said_bytes((tmp_path / "ours.mp4").stat().st_size)
    assert re.split(" {2,}", row(text, ours))[1:3] == ["ours.mp4", size]
    assert " UTC" in row(text, ours)
    assert row(text, ours).endswith("yes")
    assert row(text, theirs).endswith("no")
    assert text == shell.ok(f"%minimax_uploads {where}"), "the same each time"
    assert f"| {ours} |" in shell.outputs[-1]["text/markdown"]
    assert KEY not in str(shell.outputs)


def test_where_nothing_is_uploaded_a_sentence_says_so(shell: Shell, where, capsys):
    for line in ("", "--delete-all"):
        shell.ok(f"%minimax_uploads {where} {line}")
        assert capsys.readouterr().out.startswith(NONE)
        assert shell.outputs == []


def test_without_a_key_the_emulators_are_listed(shell: Shell, tmp_path, capsys):
    shell.ok("%minimax_uploads -p emulator --delete-all")
    path = tmp_path / "mine.mp4"
    path.write_bytes(film([RED]) + b"\0\0\0\x20free" + os.urandom(24))
    Chat("MiniMax-M3", provider="emulator").ask("/emulate delay-ms=0\nWhat?", Video(path, upload=True))
    assert "mine.mp4" in shell.ok("%minimax_uploads")
    capsys.readouterr()
    shell.ok("%minimax_uploads --delete-all")
    assert "(mine.mp4)" in capsys.readouterr().out
    shell.ok("%minimax_uploads")
    assert NONE in capsys.readouterr().out


def test_the_uploads_that_are_named_are_deleted(shell: Shell, server, where, tmp_path, capsys):
    first, second, third = (sent(server, tmp_path, f"{number}.mp4") for number in "123")
    shell.ok(f"%minimax_uploads {where} --delete {first} --delete mm_file://{second} --delete 77")
    out = capsys.readouterr().out
    assert out.splitlines() == [
        f"Deleted: {first}.",
        f"Deleted: mm_file://{second}.",
        "The service has no upload 77.",
    ]
    text = shell.ok(f"%minimax_uploads {where}")
    assert third in text
    assert first not in text
    assert second not in text


def test_all_are_deleted_and_their_names_told(shell: Shell, server, where, tmp_path, capsys):
    made = [(sent(server, tmp_path, name), name) for name in ("a.mp4", "b.mp4")]
    shell.ok(f"%minimax_uploads {where} --delete-all")
    said = capsys.readouterr().out.splitlines()
    assert sorted(said) == sorted(f"Deleted: {file_id} ({name})." for file_id, name in made)
    shell.ok(f"%minimax_uploads {where}")
    assert NONE in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("please", "takes no words"),
        ("77", "--delete ID"),
        ("--delete", "--delete needs a value"),
        ("--delete 1 --delete-all", "exclude each other"),
        ("--delete-al", "--delete-all"),
    ],
)
def test_a_line_that_is_wrong_deletes_nothing_and_says_why_in_one_line(
    shell: Shell, server, where, tmp_path, line, words
):
    file_id = sent(server, tmp_path, "stays.mp4")
    error = shell.fails(f"%minimax_uploads {where} {line}")
    assert isinstance(error, ConfigError)
    assert words in str(error)
    assert len(shell.lines()) == 1
    assert file_id in shell.ok(f"%minimax_uploads {where}")


def test_a_region_that_is_not_there_is_told(shell: Shell, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    assert "moon" in str(shell.fails("%minimax_uploads -p minimax --region moon"))


def test_a_provider_without_uploads_says_so(shell: Shell, monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    for line in ("", "--delete 7", "--delete-all"):
        error = shell.fails(f"%minimax_uploads -p openrouter {line}")
        assert isinstance(error, RequestError)
        assert "OpenRouter takes no uploads" in str(error)


def test_a_refused_key_is_told(shell: Shell, where, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "bad-key")
    assert isinstance(shell.fails(f"%minimax_uploads {where}"), AuthError)
    assert len(shell.lines()) == 1


def test_help_and_completion_know_its_options(shell: Shell, capsys):
    shell.run("%minimax_uploads?")
    text = capsys.readouterr().out + str(shell.outputs)
    for words in ("--delete-all", "--region", "-p, --provider", "again from here", "No prompt is sent"):
        assert words in text
    assert any(word.endswith("delete-all") for word in offered(shell, "%minimax_uploads --del"))
    assert "minimax" in offered(shell, "%minimax_uploads -p mini")


def test_one_upload_is_a_table_and_its_words_are_shown_as_they_are(shell: Shell):
    shell.shell.user_ns["file"] = Uploaded("77", name="<script>alert(1)</script> | *a*\n# b", size=1500)
    text = shell.ok("display(file)")
    assert "77  <script>" in text
    assert "1.5 kB" in text
    markdown = shell.outputs[-1]["text/markdown"]
    assert "<script>" not in markdown
    assert "*a*" not in markdown
    assert "\n# b" not in markdown
