"""Transfers that are awkward but right: other bytes, the same events; and those that are wrong in the middle."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.asking import CHATS, MESSAGES, MODELS, bytes_of, call, value_of

PROMPT = "写一个表格 and some code, please."


def lines(data: bytes) -> list[Any]:
    """The JSON of all data lines, read as the rules of server-sent events have it."""
    text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = [line[5:].removeprefix(" ") for line in text.split("\n") if line.startswith("data:")]
    return [one if one == "[DONE]" else json.loads(one) for one in found]


def transfer(path: str, *faults: str, stream: bool = True):
    return call(path, PROMPT, stream=stream, faults=faults)


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize(
    "fault", ["bom", "giant-line", "no-space", "cr", "crlf", "comments", "open-end", "bytes", "lumps", "cut-characters"]
)
def test_the_same_events_in_other_bytes(path: str, fault: str) -> None:
    usual = lines(bytes_of(transfer(path)))
    assert lines(bytes_of(transfer(path, fault))) == usual
    assert lines(bytes_of(transfer(path, fault, "lumps"))) == usual


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("fault", ["bom", "giant-line", "bytes", "lumps", "cut-characters"])
def test_the_same_body_in_other_bytes(path: str, fault: str) -> None:
    answer = transfer(path, fault, stream=False)
    assert json.loads(bytes_of(answer)) == value_of(transfer(path, stream=False))


@pytest.mark.parametrize("path", MODELS)
def test_what_each_of_them_does(path: str) -> None:
    usual = bytes_of(transfer(path))
    assert bytes_of(transfer(path, "bom")) == b"\xef\xbb\xbf" + usual
    assert max(map(len, bytes_of(transfer(path, "giant-line")).split(b"\n"))) > 1_000_000
    assert b"data: " not in bytes_of(transfer(path, "no-space"))
    assert b"\n" not in bytes_of(transfer(path, "cr"))
    assert bytes_of(transfer(path, "open-end")) == usual.rstrip(b"\n")
    comments = bytes_of(transfer(path, "comments"))
    frames = usual.count(b"\n\n") - usual.count(b": OPENROUTER")
    for line in (b": keep-alive\n\n", b"id: 7\n", b"retry: 3000\n"):
        assert comments.count(line) >= frames


@pytest.mark.parametrize("path", MODELS)
def test_pieces_end_inside_characters(path: str) -> None:
    chunks = [chunk.data for chunk in transfer(path, "cut-characters").chunks]
    assert b"".join(chunks) == bytes_of(transfer(path))
    broken = 0
    for data in chunks:
        try:
            data.decode()
        except UnicodeDecodeError:
            broken += 1
    assert broken > 5


@pytest.mark.parametrize("path", MODELS)
def test_lumps_go_over_the_border_of_events(path: str) -> None:
    chunks = [chunk.data for chunk in transfer(path, "lumps").chunks]
    assert {len(data) for data in chunks[:-1]} <= {100} or sum(len(data) != 100 for data in chunks) <= len(chunks) // 3
    assert any(b"\n\n" in data[:-2] for data in chunks)


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("stream", [True, False])
def test_bytes_that_are_no_utf8_stand_inside_a_text(path: str, stream: bool) -> None:
    data = bytes_of(transfer(path, "invalid-utf8", stream=stream))
    with pytest.raises(UnicodeDecodeError):
        data.decode()
    mended = data.replace(b"\xc3\x28\xff", b"")
    assert mended == bytes_of(transfer(path, stream=stream))


@pytest.mark.parametrize("path", MESSAGES)
def test_pings_between_all_events(path: str) -> None:
    usual = lines(bytes_of(transfer(path)))
    found = lines(bytes_of(transfer(path, "pings")))
    pings = [value for value in found if value == {"type": "ping"}]
    assert len(pings) >= len(usual)
    assert [value for value in found if value != {"type": "ping"}] == [v for v in usual if v != {"type": "ping"}]


@pytest.mark.parametrize("path", CHATS)
def test_waits_are_kept(path: str) -> None:
    usual = sum(chunk.after_s for chunk in transfer(path).chunks)
    for fault in ("bytes", "lumps", "cut-characters", "comments", "giant-line", "crlf"):
        assert sum(chunk.after_s for chunk in transfer(path, fault).chunks) == pytest.approx(usual)
