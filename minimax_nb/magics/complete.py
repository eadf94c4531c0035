"""What Tab offers behind our magics: options, and the values they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from minimax_nb.magics.options import Option

if TYPE_CHECKING:
    from minimax_nb.chat.served import Answered

Lists = Mapping[str, Callable[[str], Iterable[str]]]
"""Name of a list of values to a function that gives it: of the line before the word that is completed; for pictures,
videos, notebooks and recordings, which may be files, of that word itself."""

_OF_WORD = {"pictures", "videos", "notebooks", "recordings", "functions"}
_QUOTED = re.compile(r"""(?:^|[\s=])(["'])((?:(?!\1)[^\\])*)$""")
"""An option's value in quotes that are still open; one with a backslash is left to the user."""

_listed: dict[str, tuple[str, ...]] = {}


def remember(answers: Iterable[Answered]) -> None:
    """Keep the ids of the last live lists, for the places that take any id; completion itself asks nobody."""
    for answer in answers:
        if answer.error is None and answer.endpoint.provider.any_model:
            _listed[answer.endpoint.provider_name] = tuple(model.id for model in answer.models)


def complete(line: str, symbol: str, options: Sequence[Option], lists: Lists) -> list[str]:
    """The completions of the last word of ``line``.

    Args:
        line: The line up to the cursor, magic name included.
        symbol: The word being completed, as IPython cut it.
        options: The magic's options.
        lists: Where values come from.
    """
    quoted = _QUOTED.search(line)
    if quoted:
        return _in_quotes(line, symbol, options, lists, quoted)
    typed = line[: len(line) - len(_last_word(line))]
    word = _last_word(line)
    previous = typed.split()[-1] if typed.split() else ""
    by_flag = {flag: option for option in options for flag in option.flags}
    flag, glued, begun = word.partition("=")
    if glued and flag in by_flag:
        values = _values(by_flag[flag], typed, begun, lists)
        found = [f"{flag}={value}" for value in values if value.startswith(begun)]
    elif (option := by_flag.get(previous)) is not None and (
        option.kind is not None or (option.completes and not word.startswith("-"))
    ):
        found = [value for value in _values(option, typed, word, lists) if value.startswith(word)]
    elif word.startswith("-"):
        found = [flag for flag in by_flag if flag.startswith(word)]
    else:
        found = _positional(options, typed, word, lists)
    # A value with a blank in it must stand in quotes: it is offered once a quote is typed.
    return _cut([value for value in found if " " not in value], word, symbol)


def _in_quotes(line: str, symbol: str, options: Sequence[Option], lists: Lists, quoted: re.Match[str]) -> list[str]:
    """The completions of an option's value behind an open quote, which is closed after all but folders."""
    typed, quote, word = line[: quoted.start(1)], quoted[1], quoted[2]
    flag = re.split(r"[\s=]+", typed.rstrip(" \t="))[-1]
    option = next((option for option in options if flag in option.flags and option.kind is not None), None)
    if option is None:
        values = _positional(options, typed, word, lists)
    else:
        values = [value for value in _values(option, typed, word, lists) if value.startswith(word)]
    return _cut([value if value.endswith("/") else value + quote for value in values], word, symbol)


def _positional(options: Sequence[Option], typed: str, word: str, lists: Lists) -> list[str]:
    """What may stand beside the options."""
    beside = [option for option in options if not option.flags]
    return [value for option in beside for value in _values(option, typed, word, lists) if value.startswith(word)]


def _cut(values: list[str], word: str, symbol: str) -> list[str]:
    """IPython replaces only ``symbol``, which may begin after a dash, dot or blank of the word."""
    cut = len(word) - len(symbol) if word.endswith(symbol) else 0
    return [value[cut:] for value in values]


def _last_word(line: str) -> str:
    match = re.search(r"\S*$", line)
    return match[0] if match else ""


def _values(option: Option, typed: str, word: str, lists: Lists) -> Iterable[str]:
    if isinstance(option.completes, tuple):
        return option.completes
    source = lists.get(option.completes)
    values = source(word if option.completes in _OF_WORD else typed) if source is not None else ()
    return dict.fromkeys([*values, *_live(typed)]) if option.completes == "models" else values


def _live(typed: str) -> Iterable[str]:
    """Ids of the live list of the provider that the line names; an address of one's own means the local one."""
    words = set(re.split(r"[\s=]+", typed))
    names = words & set(_listed) or ({"local"} if words & {"-u", "--base-url"} else set())
    return [name for provider in names for name in _listed.get(provider, ())]
