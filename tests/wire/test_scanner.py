"""Thinking told from text by tags: a corpus, whole and cut at every place."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from minimax_nb.wire.once import Once
from minimax_nb.wire.thinking import Found, Scanner, Tail
from tests.wire.helpers import cuts

TEXT, THINK = "text", "thinking"

CORPUS = {
    # both tags
    "usual": ("<think>\nHm.\n</think>\n\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "no line ends": ("<think>Hm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "mm tags": ("<mm:think>\nHm.\n</mm:think>\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "mm opened, plain closed": ("<mm:think>Hm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "plain opened, mm closed": ("<think>Hm.</mm:think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "windows line ends": ("<think>\r\nHm.\r\n</think>\r\n\r\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "space before the opener": (" \n<think>Hm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "indented code after the closer": ("<think>Hm.</think>\n\n    x = 1", [(THINK, "Hm."), (TEXT, "    x = 1")]),
    "blank lines inside stay": ("<think>a\n\nb</think>c\n\nd", [(THINK, "a\n\nb"), (TEXT, "c\n\nd")]),
    "thinking alone": ("<think>\nHm.\n</think>\n", [(THINK, "Hm.")]),
    "empty thinking": ("<think></think>Yes.", [(TEXT, "Yes.")]),
    "blank thinking": ("<think>\n\n</think>\n\nYes.", [(TEXT, "Yes.")]),
    "two thoughts": ("<think>a</think>b<think>c</think>d", [(THINK, "a"), (TEXT, "b"), (THINK, "c"), (TEXT, "d")]),
    "two thoughts in a row": ("<think>a</think>\n<think>b</think>c", [(THINK, "a"), (THINK, "b"), (TEXT, "c")]),
    "text before the thought": ("So.\n\n<think>a</think>\n\nb", [(TEXT, "So."), (THINK, "a"), (TEXT, "b")]),
    "opened twice": ("<think>\n<think>\nHm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "opener within thinking": ("<think>a <think> b</think>c", [(THINK, "a <think> b"), (TEXT, "c")]),
    # the opener alone
    "never closed": ("<think>\nHm, so", [(THINK, "Hm, so")]),
    "closer cut short": ("<think>Hm.</thi", [(THINK, "Hm.</thi")]),
    "nothing after the opener": ("<think>\n", []),
    # the closer alone
    "never opened": ("Hm.\n</think>\n\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "never opened, mm": ("Hm.</mm:think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "never opened, long": ("One. Two.\n\nThree.\n</think>\nYes.", [(THINK, "One. Two.\n\nThree."), (TEXT, "Yes.")]),
    "closer first": ("</think>\n\nYes.", [(TEXT, "Yes.")]),
    "closer after blanks": ("\n\n</think>\n\nYes.", [(TEXT, "Yes.")]),
    "closer twice": ("Hm.</think>\n</think>\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    "closer after the thought": ("<think>a</think>b\n</think>\n\nc", [(THINK, "a"), (TEXT, "b\n\nc")]),
    "closer within a line": ("<think>a</think>b </think> c", [(THINK, "a"), (TEXT, "b c")]),
    "closer before a paragraph": ("<think>a</think>b</think>\n\nc", [(THINK, "a"), (TEXT, "b\n\nc")]),
    "closer at the very end": ("<think>a</think>b\n</think>\n", [(THINK, "a"), (TEXT, "b")]),
    # no tags
    "no tags": ("Just text.", [(TEXT, "Just text.")]),
    "blanks around stay": ("\n Just text. \n", [(TEXT, "\n Just text. \n")]),
    "nothing": ("", []),
    "other tags": ("<b>bold</b> <thinking>x</thinking>", [(TEXT, "<b>bold</b> <thinking>x</thinking>")]),
    "less than": ("a < b and b <= c <", [(TEXT, "a < b and b <= c <")]),
    "nearly tags": ("<thin> </thinks> <mm:thin", [(TEXT, "<thin> </thinks> <mm:thin")]),
    "bracket upon bracket": ("<<think>a</think>b", [(TEXT, "<"), (THINK, "a"), (TEXT, "b")]),
    # code of the answer
    "in inline code": ("Write `<think>` and `</think>`.", [(TEXT, "Write `<think>` and `</think>`.")]),
    "in double backticks": ("``a ` <think> b``", [(TEXT, "``a ` <think> b``")]),
    "after inline code": ("Use `x`.</think>Yes.", [(THINK, "Use `x`."), (TEXT, "Yes.")]),
    "stray backtick on an earlier line": ("The ` key.\n</think>\nYes.", [(THINK, "The ` key."), (TEXT, "Yes.")]),
    "in a fence": ("```\n<think>\n</think>\n```\nDone.", [(TEXT, "```\n<think>\n</think>\n```\nDone.")]),
    "in a tilde fence": ("~~~ xml\n</think>\n~~~\nDone.", [(TEXT, "~~~ xml\n</think>\n~~~\nDone.")]),
    "in a fence in a list": ("- ```\n  <think>\n  ```", [(TEXT, "- ```\n  <think>\n  ```")]),
    "in a quoted fence": ("> ```\n> <think>\n> ```", [(TEXT, "> ```\n> <think>\n> ```")]),
    "longer fence": ("````\n```\n<think>\n```\n````", [(TEXT, "````\n```\n<think>\n```\n````")]),
    "fence within a fence": ("```\n```py\n<think>\n```", [(TEXT, "```\n```py\n<think>\n```")]),
    "fence never closed": ("```\n<think>a</think>", [(TEXT, "```\n<think>a</think>")]),
    "after a fence": ("```\nx\n```\n</think>\nYes.", [(THINK, "```\nx\n```"), (TEXT, "Yes.")]),
    "glued to a fence": ("```\nx\n```</think>Yes.", [(THINK, "```\nx\n```"), (TEXT, "Yes.")]),
    "three backticks amid a line": ("a ```<think>``` b", [(TEXT, "a ```<think>``` b")]),
    "three backticks closed on their line": ("```<think>``` b", [(TEXT, "```<think>``` b")]),
    "text after inline fence": ("```x``` <think>a</think>b", [(TEXT, "```x```"), (THINK, "a"), (TEXT, "b")]),
    "code after the thought": ("<think>a</think>`</think>`", [(THINK, "a"), (TEXT, "`</think>`")]),
    # code of the thinking
    "closer in code of the thinking": ("<think>a `b</think>c` d", [(THINK, "a `b"), (TEXT, "c` d")]),
    "closer in a fence of the thinking": ("<think>```\na\n</think>\nb", [(THINK, "```\na"), (TEXT, "b")]),
    "unicode": ("<think>思考\u2028中</think>\n答え 🙂", [(THINK, "思考\u2028中"), (TEXT, "答え 🙂")]),
}


def parts(found: Iterable[Found]) -> list[tuple[str, str]]:
    """What a reader of the verdicts ends up with."""
    made: list[tuple[str, str]] = []
    open_part = False
    for verdict, text in found:
        if verdict == "end":
            open_part = False
        elif verdict in ("was thinking", "was text"):
            made[-1] = (verdict.removeprefix("was "), made[-1][1])
        elif open_part and made[-1][0] == verdict:
            made[-1] = (verdict, made[-1][1] + text)
        else:
            made.append((verdict, text))
            open_part = True
    return made


def scan(pieces: Iterable[str], **how: bool) -> list[tuple[str, str]]:
    scanner = Scanner(**how)
    found = [verdict for piece in pieces for verdict in scanner.feed(piece)]
    return parts([*found, *scanner.end()])


def scan_any_way(text: str, **how: bool) -> list[tuple[str, str]]:
    whole = scan([text], **how)
    for pieces in cuts(text):
        assert scan(pieces, **how) == whole
    return whole


@pytest.mark.parametrize("case", CORPUS)
def test_a_stream_is_told_apart(case: str) -> None:
    text, expected = CORPUS[case]
    assert scan_any_way(text) == expected


@pytest.mark.parametrize("case", CORPUS)
def test_pieces_that_pass_as_they_are_make_no_difference(case: str) -> None:
    text, expected = CORPUS[case]
    scanner = Scanner()
    found: list[Found] = []
    for piece in text:
        said = scanner.quick(piece)
        found += [(scanner.kind, said)] if said else scanner.feed(piece)
    assert parts([*found, *scanner.end()]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hm.\n</think>\n\nYes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
        ("\nHm.</mm:think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
        ("</think>Yes.", [(TEXT, "Yes.")]),
        ("Hm. `</think>Yes.", [(THINK, "Hm. `"), (TEXT, "Yes.")]),
        ("Yes, no tag at all.", [(TEXT, "Yes, no tag at all.")]),
        ("<think>Hm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
        ("<think>Hm, so", [(THINK, "Hm, so")]),
        ("a <think> b</think>c", [(THINK, "a <think> b"), (TEXT, "c")]),
        ("", []),
    ],
)
def test_a_stream_that_starts_in_thinking(text: str, expected: list[tuple[str, str]]) -> None:
    assert scan_any_way(text, inside=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.\n</think>\n\nMore.", [(TEXT, "Yes.\n\nMore.")]),
        ("\n</think>\n\nYes.", [(TEXT, "Yes.")]),
        ("<think>Hm.</think>Yes.", [(THINK, "Hm."), (TEXT, "Yes.")]),
    ],
)
def test_a_closer_is_just_dropped_once_there_was_thinking(text: str, expected: list[tuple[str, str]]) -> None:
    assert scan_any_way(text, thought=True) == expected


def test_text_is_held_back_only_while_it_may_be_a_tag() -> None:
    text = "The answer `is` <b>no</b> <thinking> and so\non, a < b."
    scanner = Scanner()
    given = ""
    for at, char in enumerate(text):
        given += "".join(piece for _, piece in scanner.feed(char))
        held = text[len(given) : at + 1].lstrip()
        assert any(tag.startswith(held) for tag in ("<think>", "</think>", "<mm:think>", "</mm:think>"))


def test_a_tag_in_code_is_given_out_at_once() -> None:
    scanner = Scanner()
    assert scanner.feed("Write `<think>") == [("text", "Write `<think>")]


def test_a_wrongly_read_text_is_told_when_its_closer_comes() -> None:
    scanner = Scanner()
    assert scanner.feed("Hm, so") == [("text", "Hm, so")]
    assert scanner.feed(".\n</think>") == [("text", "."), ("was thinking", ""), ("end", "")]


def test_after_thinking_from_another_field_the_answer_begins_at_its_first_word() -> None:
    scanner = Scanner()
    scanner.thinking_came()
    assert parts([*scanner.feed("\n\nYes."), *scanner.end()]) == [(TEXT, "Yes.")]


def test_what_is_held_back_when_a_stream_is_cut_is_given_out() -> None:
    scanner = Scanner()
    assert scanner.feed("Yes \n <thi") == [("text", "Yes")]
    assert scanner.release() == [("text", " \n <thi")]
    assert scanner.release() == []


def test_endless_blanks_and_backticks_cost_no_more_than_they_are_long() -> None:
    # Joining what is held at every piece would copy 200 GB here.
    for blank in ("\n       ", "````````"):
        scanner = Scanner()
        found = [verdict for _ in range(200_000) for verdict in scanner.feed(blank)]
        found += scanner.feed("x")
        assert sum(len(text) for _, text in found) == 8 * 200_000 + 1


# -- a closing tag at the end of a thinking field ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hm.", "Hm."),
        ("Hm.\n</think>", "Hm."),
        ("Hm.\n</think>\n\n", "Hm."),
        ("Hm.</mm:think>", "Hm."),
        ("</think>", ""),
        ("Hm. </think> is how it ends.", "Hm. </think> is how it ends."),
        ("Hm. </think> so </think>", "Hm. </think> so"),
        ("Hm.</thi", "Hm.</thi"),
        ("Hm. \n", "Hm. \n"),
        ("a < b <b>", "a < b <b>"),
    ],
)
def test_a_closing_tag_at_the_end_of_a_field_is_not_shown(text: str, expected: str) -> None:
    for pieces in ([text], *cuts(text)):
        tail = Tail()
        assert "".join([*(tail.feed(piece) for piece in pieces if piece), tail.end()]) == expected


# -- the same thinking under two names ---------------------------------------------------------------------------------


def heard(*said: tuple[str, str]) -> str:
    once = Once()
    return "".join(once.new(source, piece) for source, piece in said)


def test_a_second_name_in_step_with_the_first_is_passed_over() -> None:
    assert heard(("a", "One "), ("b", "One "), ("a", "two."), ("b", "two.")) == "One two."


def test_a_second_name_that_follows_at_length_is_passed_over() -> None:
    assert heard(("a", "One "), ("a", "two."), ("b", "On"), ("b", "e two"), ("b", ".")) == "One two."


def test_a_second_name_that_runs_ahead_leads_from_there() -> None:
    assert heard(("a", "One "), ("b", "One two."), ("a", "two."), ("b", " Three."), ("a", " Three.")) == (
        "One two. Three."
    )


def test_white_space_at_the_start_and_end_of_a_repetition_is_no_news() -> None:
    assert heard(("a", "\n"), ("a", "One."), ("b", " "), ("b", "One."), ("b", "\n")) == "\nOne."


def test_another_thought_is_told_whole() -> None:
    assert heard(("a", "The user asks."), ("b", "The user "), ("b", "waits."), ("a", " Yes.")) == (
        "The user asks.The user waits. Yes."
    )
