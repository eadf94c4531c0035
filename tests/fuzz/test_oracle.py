"""The judge itself: a decoder that breaks a promise is found out by the seeds."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.errors import MiniMaxError
from minimax_nb.wire import faults
from minimax_nb.wire.sse import Frames
from minimax_nb.wire.thinking import Scanner
from tests.fuzz.oracle import READERS, judge
from tests.fuzz.seeds import seeds
from tests.wire.helpers import KEY

STREAM = b'o\x28data: {"choices":[{"delta":{"content":"abc <think>d</think> e"}}]}\n\ndata: [DONE]\n\n'


def found_out(data: bytes) -> str:
    """What the judge says of an input."""
    with pytest.raises(Exception) as caught:
        judge(data)
    assert not isinstance(caught.value, MiniMaxError)
    return f"{type(caught.value).__name__}: {caught.value}"


def test_an_error_that_is_not_the_kits_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(self: Frames, chunk: bytes) -> Any:
        raise KeyError("choices")

    judge(STREAM)
    monkeypatch.setattr(Frames, "feed", feed)
    assert found_out(STREAM).startswith("KeyError")


def test_pieces_that_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Frames.feed
    monkeypatch.setattr(Frames, "feed", lambda self, chunk: feed(self, chunk.lstrip()))
    assert found_out(STREAM).startswith("AssertionError")


def test_work_that_grows_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    feed = Scanner.feed

    def forgetful(scanner: Scanner, piece: str) -> Any:
        said.append(piece)
        "".join(said).count("x")  # all there was, for every piece
        return feed(scanner, piece)

    monkeypatch.setattr(Scanner, "feed", forgetful)
    monkeypatch.setattr(Scanner, "quick", lambda scanner, piece: "")
    frame = b'data: {"choices":[{"delta":{"content":"%b"}}]}\n\n' % (b"a" * 50)
    assert "work" in found_out(b"o\x38" + frame * 800)


def test_a_key_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"e\0" + b'{"error":{"message":"key %b is wrong"}}' % KEY.encode()
    judge(data)
    monkeypatch.setattr(faults, "_masked", lambda endpoint, text: text)
    assert "the key is in an error" in found_out(data)


def test_the_seeds_reach_every_reader_and_hold_the_key() -> None:
    begun = list(seeds())
    assert {chr(seed[0]) for seed in begun} == set(READERS)
    assert any(KEY.encode() in seed for seed in begun)


def test_an_input_too_short_says_nothing() -> None:
    judge(b"")
    judge(b"o")
