"""What Tab offers behind our magics: options, and the values they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from minimax_nb.magics.options import Option

Lists = Mapping[str, Callable[[str], Iterable[str]]]
"""Name of a list of values to a function of the options already typed that gives it."""


def complete(line: str, symbol: str, options: Sequence[Option], lists: Lists) -> list[str]:
    """The completions of the last word of ``line``.

    Args:
        line: The line up to the cursor, magic name included.
        symbol: The word being completed, as IPython cut it.
        options: The magic's options.
        lists: Where values come from.
    """
    typed = line[: len(line) - len(_last_word(line))]
    word = _last_word(line)
    previous = typed.split()[-1] if typed.split() else ""
    by_flag = {flag: option for option in options for flag in option.flags}
    flag, glued, begun = word.partition("=")
    if glued and flag in by_flag:
        found = [f"{flag}={value}" for value in _values(by_flag[flag], typed, lists) if value.startswith(begun)]
    elif (option := by_flag.get(previous)) is not None and option.kind is not None:
        found = [value for value in _values(option, typed, lists) if value.startswith(word)]
    elif word.startswith("-"):
        found = [flag for flag in by_flag if flag.startswith(word)]
    else:
        return []
    # IPython replaces only ``symbol``, which may begin after a dash or dot of the word.
    cut = len(word) - len(symbol) if word.endswith(symbol) else 0
    return [value[cut:] for value in found]


def _last_word(line: str) -> str:
    match = re.search(r"\S*$", line)
    return match[0] if match else ""


def _values(option: Option, typed: str, lists: Lists) -> Iterable[str]:
    if isinstance(option.completes, tuple):
        return option.completes
    source = lists.get(option.completes)
    return source(typed) if source is not None else ()
