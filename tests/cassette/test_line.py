"""One exchange as a line: what is written is read back, what was changed is told, and no key gets in."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import CassetteError, TransportError
from minimax_nb.cassette.line import Fault, read, written
from minimax_nb.cassette.scan import Scan
from minimax_nb.secrets import Secret
from tests.cassette.making import KEY, asked, on_line, taped

TIMES = st.floats(0, 1e6, allow_nan=False).map(lambda value: round(value, 6))
PIECES = st.lists(
    st.tuples(TIMES, st.binary(max_size=40) | st.text(max_size=40).map(lambda s: s.encode("utf-8", "replace")))
)


@given(PIECES, st.sampled_from(["whole", "left", "failed", "stopped", "broken"]), st.none() | st.integers(100, 599))
def test_what_is_written_is_read_back_with_the_same_pieces_and_times(pieces, end, status):
    before = on_line("hello", *pieces, end=end, status=status, headers={"trace-id": "1"})
    again = read(before.line)
    assert (again.pieces, again.end, again.status, again.seconds) == (tuple(pieces), end, status, before.seconds)
    assert (again.asked, again.headers) == (before.asked, {"trace-id": "1"})
    assert b"\n" not in before.line


@given(st.text(max_size=60))
def test_any_request_is_read_back(prompt):
    assert read(on_line(prompt).line).asked == asked(prompt)


def test_half_a_surrogate_pair_is_written_too():
    line = on_line(of=asked("\ud800")).line
    assert read(line).asked.request["messages"][0]["content"] == "\ud800"


def test_text_stands_as_text_and_what_is_none_as_base64():
    row = json.loads(on_line("hello", (0.1, "Grüße".encode()), (0.2, b"\xff\xfe")).line)
    assert row["pieces"] == [[0.1, "Grüße"], [0.2, {"base64": "//4="}]]


def test_a_fault_is_read_back_as_the_same_error():
    fault = Fault.of(TransportError("It was cut.", hint="Again.", retryable=False))
    error = read(on_line(end="broken", fault=fault).line).fault.error()
    assert (type(error), error.what, error.hint, error.retryable) == (TransportError, "It was cut.", "Again.", False)


@given(st.data())
def test_a_line_that_was_changed_anywhere_is_refused(data):
    line = on_line("hello", (0.1, b"some words")).line
    at = data.draw(st.integers(0, len(line) - 1))
    letter = data.draw(st.integers(32, 126).filter(lambda code: code != line[at]))
    with pytest.raises(ValueError):
        read(line[:at] + bytes([letter]) + line[at + 1 :])


@pytest.mark.parametrize("cut", [0, 1, 7, 30, 200, -1])
def test_a_line_that_was_cut_is_refused(cut):
    with pytest.raises(ValueError):
        read(on_line("hello", (0.1, b"some words")).line[:cut])


# -- keys --------------------------------------------------------------------------------------------------------------

FORMS = {
    "plain": KEY,
    "percent": quote(KEY, safe=""),
    "every letter percent": "".join(f"%{ord(letter):02X}" for letter in KEY),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 in a header": base64.b64encode(f"user:{KEY}".encode()).decode(),
    "base64 one further": base64.b64encode(f"u{KEY}!".encode()).decode(),
    "hexadecimal": KEY.encode().hex(),
    "escaped": "".join(f"\\u{ord(letter):04x}" for letter in KEY),
}


def readable(text: str) -> str:
    """A file's text with every escape of JSON and of addresses undone, so that nothing can hide."""
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"%([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)
    return html.unescape(text).replace("\\", "")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("place", ["body", "headers", "request", "error"])
def test_a_key_is_masked_in_whatever_form_and_place(form, place):
    words = f"the key is {form}, keep it"
    exchange = {
        "body": taped("hi", (0.1, words.encode())),
        "headers": taped("hi", headers={"trace-id": words}),
        "request": taped(words),
        "error": taped(end="broken", fault=Fault("TransportError", words)),
    }[place]
    line = written(exchange, Scan([Secret(KEY)])).line.decode()
    assert form not in line
    assert KEY not in readable(line)
    assert "[key]" in line


@given(st.data())
def test_a_key_that_is_spread_over_pieces_gets_in_nowhere(data):
    text = data.draw(st.text("ab \n", max_size=8)) + KEY + data.draw(st.text("ab \n", max_size=8))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    bounds = [0, *cuts, len(text)]
    pieces = [(0.1, text[a:b].encode()) for a, b in itertools.pairwise(bounds)]
    safe = written(taped("hi", *pieces), Scan([Secret(KEY)]))
    body = b"".join(piece for _, piece in safe.pieces).decode()
    assert body == text.replace(KEY, "[key]")
    assert len(safe.pieces) == len(pieces)


def delta(text: str) -> bytes:
    """An event of a stream that brings some letters."""
    return f"event: delta\ndata: {json.dumps({'type': 'text_delta', 'delta': {'text': text}})}\n\n".encode()


@given(st.lists(st.integers(1, len(KEY) - 1), min_size=1, max_size=5), st.integers(0, 400))
def test_a_key_that_a_model_spells_out_event_by_event_is_masked_where_it_begins(cuts, split):
    bounds = [0, *sorted(set(cuts)), len(KEY)]
    words = ["It is ", *(KEY[a:b] for a, b in itertools.pairwise(bounds)), ", said I."]
    body = b"".join(map(delta, words))
    safe = written(taped("hi", (0.1, body[:split]), (0.2, body[split:])), Scan([Secret(KEY)]))
    frames = b"".join(piece for _, piece in safe.pieces).decode().split("\n\n")[:-1]
    told = [json.loads(frame.partition("data: ")[2])["delta"]["text"] for frame in frames]
    assert "".join(told) == "It is [key], said I."
    assert len(told) == len(words)


def test_events_that_spell_no_key_are_recorded_byte_by_byte():
    pieces = [(0.1, delta(word)) for word in ("sk-", "learn", "ing is fun, ", "\u00fc", "\ud83d\ude00")]
    assert written(taped("hi", *pieces), Scan([Secret(KEY)])).pieces == tuple(pieces)


def test_an_answer_that_is_nested_without_end_is_recorded_or_refused_in_one_sentence():
    for depth in (100, 900, 5000):
        body = b"data: " + b'{"a":' * depth + b"1" + b"}" * depth
        try:
            assert written(taped("hi", (0.1, body)), Scan([Secret(KEY)])).pieces == ((0.1, body),)
        except CassetteError as error:
            assert "nested" in str(error)  # noqa: PT017 - either is right


LETTER = st.sampled_from(["{0}", "%{1:02x}", "%{1:02X}", "\\u{1:04x}", "\\\\u{1:04X}", "&#{1};"])


@given(st.lists(LETTER, min_size=len(KEY), max_size=len(KEY)), st.sampled_from(["prompt", "body", "header", "path"]))
def test_a_key_in_any_mixture_of_forms_gets_in_nowhere(forms, place):
    words = "x " + "".join(form.format(letter, ord(letter)) for form, letter in zip(forms, KEY, strict=True)) + " y"
    exchange = {
        "prompt": lambda: taped(words),
        "body": lambda: taped("hi", (0.1, words.encode())),
        "header": lambda: taped("hi", headers={"trace-id": words}),
        "path": lambda: taped(of=replace(asked(), path=words)),
    }[place]()
    try:
        line = written(exchange, Scan([Secret(KEY)])).line.decode()
    except CassetteError:
        return
    assert KEY not in readable(line)


@pytest.mark.parametrize(
    "shape",
    [
        "sk-cp-AbCdEf0123456789AbCdEf0123456789",
        "sk-or-v1-0123456789abcdef0123456789abcdef",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJub2JvZHkifQ.c2lnbmF0dXJl01",
        "ghp_0123456789abcdefABCDEF0123456789abcd",
        "Bearer abcdefghijklmnopqrstuvwx0123",
    ],
)
def test_what_looks_like_somebodys_key_is_masked(shape):
    for words in (f"key: {shape}", f'{{"text":"so:\\n{shape}\\n"}}'):
        line = written(taped("hi", (0.1, words.encode())), Scan()).line.decode()
        assert shape.removeprefix("Bearer ") not in line
        assert "[key]" in line


@pytest.mark.parametrize(
    "words", ["task-management-for-beginners", "sk-learn pipelines", "Bearer of bad news", "eyJ.a.b"]
)
def test_words_that_are_no_keys_are_left_alone(words):
    assert written(taped("hi", (0.1, words.encode())), Scan()).pieces == ((0.1, words.encode()),)


def test_a_scan_shows_no_key():
    assert KEY not in repr(Scan([Secret(KEY)]))
