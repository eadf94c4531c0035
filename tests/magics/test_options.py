"""Options are parsed off the front of a line; the prompt behind them is kept as typed."""

from __future__ import annotations

import pytest

from minimax_nb.errors import ConfigError
from minimax_nb.magics.complete import complete
from minimax_nb.magics.options import ASKING, help_text, parse


@pytest.mark.parametrize(
    "prompt",
    [
        "what's up?",
        'say "hi"',
        "a -m b",
        "{x} {{y}} $z %s",
        "- a bullet",
        "-5 + 3",
        "--",
        "\\frac{a}{b}",
        "tab\tand  two  blanks",
        "-> arrow",
        "--- rule",
    ],
)
def test_a_prompt_is_kept_as_typed(prompt):
    parsed = parse(f"-t 0.5 {prompt}", ASKING)
    assert parsed.values == {"temperature": 0.5}
    assert parsed.rest == ("" if prompt == "--" else prompt)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("-m MiniMax-M3 --face openai", {"model": "MiniMax-M3", "face": "openai"}),
        ("--max-tokens=12 --top-p 0.5", {"max_tokens": 12, "top_p": 0.5}),
        ('-s "two words" --raw', {"system": "two words", "raw": True}),
        ("-s 'it\\'s' -o name", {"system": "it's", "output": "name"}),
        ('--system="a b" --new', {"system": "a b", "new": True}),
        ("--think off --effort low --alone", {"thinking": "off", "effort": "low", "alone": True}),
        ("-u http://127.0.0.1:1/v1 --chat two", {"base_url": "http://127.0.0.1:1/v1", "chat": "two"}),
    ],
)
def test_values_and_switches(line, values):
    assert dict(parse(line, ASKING).values) == values


def test_two_dashes_end_the_options():
    assert parse("-- -m is an option", ASKING).rest == "-m is an option"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--modle x", "--model"),
        ("--max-token 5", "--max-tokens"),
        ("-t warm", "a number"),
        ("--max-tokens 1.5", "a whole number"),
        ("-o 1st", "a Python name"),
        ("-m", "needs a value"),
        ("--face opnai", "openai"),
        ("--think on", "adaptive, off"),
        ("-z", "There is no option -z"),
    ],
)
def test_a_mistake_is_one_line_with_the_nearest_right_thing(line, said):
    with pytest.raises(ConfigError) as caught:
        parse(line, ASKING)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--image a.png", ["--image a.png"]),
        ("--image fig --video clip --image=b.png", ["--image fig", "--video clip", "--image b.png"]),
        ("--image \"my plot.png\" --video='my clip.mp4'", ["--image my plot.png", "--video my clip.mp4"]),
    ],
)
def test_pictures_and_videos_are_said_as_often_as_wanted_and_keep_their_order(line, said):
    parsed = parse(f"{line} what is it?", ASKING)
    assert [f"{one.flag} {one.said}" for one in parsed.values["media"]] == said
    assert parsed.rest == "what is it?"


LISTS = {
    "models": lambda typed: ("MiniMax-M3", "MiniMax-M2"),
    "providers": lambda typed: ("minimax",),
    "pictures": lambda word: ("fig", "cat.png", "my plot.png", "my plots/"),
}


@pytest.mark.parametrize(
    ("line", "symbol", "offers"),
    [
        ("%minimax --fa", "--fa", ["--face"]),
        ("%minimax --face ", "", ["anthropic", "openai"]),
        ("%minimax --face o", "o", ["openai"]),
        ("%minimax --face=an", "an", ["anthropic"]),
        ("%%minimax -m MiniMax-", "MiniMax-", ["MiniMax-M3", "MiniMax-M2"]),
        ("%%minimax -m MiniMax-M", "M", ["M3", "M2"]),
        ("%%minimax -p mini", "mini", ["minimax"]),
        ("%minimax hello wor", "wor", []),
        ("%minimax -t ", "", []),
        ("%minimax --image ", "", ["fig", "cat.png"]),
        ("%minimax --image fig --image ca", "ca", ["cat.png"]),
        ("%minimax --image=f", "f", ["fig"]),
        ('%minimax --image "my', "my", ['my plot.png"', "my plots/"]),
        ("%minimax --image 'my plo", "plo", ["plot.png'", "plots/"]),
        ('%minimax --image "my plot.png" --fa', "--fa", ["--face"]),
        ("%minimax what's", "what's", []),
        ('%minimax "fi', "fi", []),
    ],
)
def test_tab_offers_options_and_their_values(line, symbol, offers):
    assert complete(line, symbol, ASKING, LISTS) == offers


def test_help_lists_every_option():
    text = help_text("usage", ASKING)
    assert all(flag in text for option in ASKING for flag in option.flags)
