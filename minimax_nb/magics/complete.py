"""What Tab offers behind our magics: options, and the values they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from minimax_nb.magics.options import Option

if TYPE_CHECKING:
    from minimax_nb.chat.served import Answered

Lists = Mapping[str, Callable[[str], Iterable[str]]]
"""Name of a list of values to a function of the options already typed that gives it."""

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
    values = source(typed) if source is not None else ()
    return dict.fromkeys([*values, *_live(typed)]) if option.completes == "models" else values


def _live(typed: str) -> Iterable[str]:
    """Ids of the live list of the provider that the line names; an address of one's own means the local one."""
    words = set(re.split(r"[\s=]+", typed))
    names = words & set(_listed) or ({"local"} if words & {"-u", "--base-url"} else set())
    return [name for provider in names for name in _listed.get(provider, ())]
