"""The file: whole or refused, in one sentence; written whole or not at all; shared without loss."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from minimax_nb import CassetteError
from minimax_nb.cassette import file as cassette_file
from minimax_nb.cassette.file import read_file
from minimax_nb.cassette.scan import Scan
from minimax_nb.cassette.tape import Tape, tape_at
from tests.cassette.making import KEY, asked, made, on_line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "talk.cassette", [on_line("one", (0.1, b"1")), on_line("two", (0.1, "zwei ü".encode()))])


def test_a_file_is_text_with_an_exchange_a_line(path):
    data = path.read_bytes()
    head, *lines = data.decode().splitlines()
    assert json.loads(head) == {"format": "minimax_nb cassette", "version": 1, "exchanges": 2}
    assert [json.loads(line)["request"]["messages"][0]["content"] for line in lines] == ["one", "two"]
    assert data.endswith(b"\n")
    assert b"\r" not in data
    assert [taped.asked for taped in read_file(path, Scan())] == [asked("one"), asked("two")]


def test_line_ends_that_version_control_changed_are_taken(path):
    before = [taped.line for taped in read_file(path, Scan())]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert [taped.line for taped in read_file(path, Scan())] == before


def edited(old: bytes, new: bytes):
    """A change to the file's bytes."""
    return lambda data: data.replace(old, new, 1)


BAD = {
    "empty": (lambda data: b"", "is empty, so it was cut off"),
    "no cassette": (lambda data: b'{"cells": []}\n', "is no cassette"),
    "no JSON": (lambda data: b"\x89PNG\r\n", "is no cassette"),
    "newer": (edited(b'"version":1', b'"version":2'), "is of format version 2, which is newer"),
    "version of another kind": (edited(b'"version":1', b'"version":"x"'), "newer"),
    "count of another kind": (edited(b'"exchanges":2', b'"exchanges":"2"'), "was edited in line 1"),
    "answer edited": (edited(b"zwei", b"drei"), "was cut or edited in line 3"),
    "prompt edited": (edited(b'"one"', b'"on "'), "was cut or edited in line 2"),
    "time edited": (edited(b"0.1", b"0.2"), "was cut or edited in line 2"),
    "line taken out": (lambda data: b"\n".join(data.split(b"\n")[:2]) + b"\n", "says that it holds 2 exchanges"),
    "line twice": (lambda data: data + data.split(b"\n")[2] + b"\n", "was edited: it says that it holds 2"),
    "conflict of a merge": (lambda data: b"<<<<<<< HEAD\n" + data, "is no cassette"),
    "line of nothing": (lambda data: data.replace(data.split(b"\n")[1], b"{}", 1), "line 2"),
}


@pytest.mark.parametrize(("change", "says"), BAD.values(), ids=BAD)
def test_a_damaged_file_is_told_in_one_sentence_and_left_as_it_is(path, change, says):
    path.write_bytes(damaged := change(path.read_bytes()))
    with pytest.raises(CassetteError, match=r"talk\.cassette") as caught:
        read_file(path, Scan())
    assert says in caught.value.what
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == damaged


def test_a_file_that_was_cut_anywhere_is_refused(path):
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(CassetteError):
            read_file(path, Scan())


def test_a_file_with_a_planted_key_is_refused_and_the_key_is_not_repeated(tmp_path, monkeypatch):
    path = made(tmp_path / "talk.cassette", [on_line("one", (0.1, f"it is {KEY}".encode()))])
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with pytest.raises(CassetteError, match="holds a key in line 2") as caught:
        tape_at(path)
    assert KEY not in str(caught.value)


def test_a_folder_or_a_missing_folder_is_told(tmp_path):
    with pytest.raises(CassetteError, match="cannot be read"):
        tape_at(tmp_path)
    with pytest.raises(CassetteError, match="there is no folder"):
        tape_at(tmp_path / "no" / "talk.cassette")


def test_a_run_that_fails_while_it_writes_leaves_what_was_there(path, monkeypatch):
    before = path.read_bytes()

    def full(_number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cassette_file.os, "fsync", full)
    with pytest.raises(CassetteError, match="no space left"):
        Tape(path).put([on_line("three")])
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["talk.cassette"]


def test_an_interrupt_while_it_writes_leaves_what_was_there(path, monkeypatch):
    before = path.read_bytes()

    def interrupted(_number):
        raise KeyboardInterrupt

    monkeypatch.setattr(cassette_file.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Tape(path).put([on_line("three")])
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["talk.cassette"]


def test_a_file_that_was_damaged_meanwhile_is_not_written_over(path):
    tape = Tape(path)
    path.write_bytes(damaged := path.read_bytes()[:-20])
    with pytest.raises(CassetteError, match="cut"):
        tape.put([on_line("three")])
    assert path.read_bytes() == damaged


def prompts(path: Path) -> list[str]:
    return [taped.asked.request["messages"][0]["content"] for taped in read_file(path, Scan())]


def test_two_programs_that_write_one_file_lose_nothing(path):
    one, other = Tape(path), Tape(path)
    one.put([on_line("of one")])
    other.put([on_line("of the other")])
    one.put([on_line("of one again")])
    assert sorted(prompts(path)) == ["of one", "of one again", "of the other", "one", "two"]


def test_what_another_program_replaced_stays_replaced(path):
    one, other = Tape(path), Tape(path)
    other.put([on_line("one", (0.1, b"new"))], other.answers(asked("one")))
    one.put([on_line("three")])
    assert sorted(prompts(path)) == ["one", "three", "two"]
    (renewed,) = (taped for taped in read_file(path, Scan()) if taped.asked == asked("one"))
    assert renewed.pieces == ((0.1, b"new"),)


def test_many_threads_and_tapes_write_every_exchange(tmp_path):
    path = tmp_path / "talk.cassette"
    tapes = [Tape(path) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda tape=tape, name=name: tape.put([on_line(name)]))
        for number, tape in enumerate(tapes)
        for name in (f"{number}a", f"{number}b", f"{number}c")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(prompts(path)) == sorted(f"{number}{letter}" for number in range(4) for letter in "abc")
    assert [entry.name for entry in tmp_path.iterdir()] == ["talk.cassette"]


def test_a_lock_that_a_crash_left_behind_is_taken_over(path):
    lock = path.with_name(f".{path.name}.lock")
    lock.touch()
    os.utime(lock, (1, 1))
    Tape(path).put([on_line("three")])
    assert prompts(path) == ["one", "two", "three"]


def test_a_lock_that_is_held_is_waited_for_and_then_told(path, monkeypatch):
    monkeypatch.setattr(cassette_file, "_PATIENCE_S", 0.1)
    path.with_name(f".{path.name}.lock").touch()
    with pytest.raises(CassetteError, match="being written by another program"):
        Tape(path).put([on_line("three")])
    assert prompts(path) == ["one", "two"]


def test_a_file_that_changed_is_read_anew(path):
    tape = tape_at(path)
    Tape(path).put([on_line("three")])
    assert len(tape.exchanges) == 2
    assert tape_at(path) is tape
    assert len(tape.exchanges) == 3
