"""``%minimax_panel``: which panel, over which conversation. The panels themselves stand on a floor above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minimax_nb.errors import ConfigError
from minimax_nb.magics.base import KitMagics
from minimax_nb.magics.options import PANEL, PANELS, parse_words
from minimax_nb.magics.session import MAIN

Openers = Mapping[str, Callable[..., Any]]
"""Each kind of panel and the function that makes it."""


def panel(magics: KitMagics, line: str) -> Any:  # noqa: ANN401 - each kind has a class of its own
    """The panel that a line asks for; it is shown as the value of its cell.

    Raises:
        ConfigError: There is no such panel, or it takes no such words; or as :class:`Chat`.
    """
    values, words = parse_words(line, PANEL)
    kind, words = (words[0], words[1:]) if words else ("chat", ())
    if kind not in PANELS:
        from minimax_nb.catalog import did_you_mean

        raise ConfigError(f"There is no panel {kind!r}.", hint=did_you_mean(kind, PANELS) or f"There are {_KINDS}.")
    if words and kind != "compare":
        raise ConfigError(
            f"The {kind} panel takes no words, but was given {words[0]!r}.", hint="%minimax_panel? helps."
        )
    opened = _opened(magics, kind, words, dict(values))
    if "output" in values and kind != "compare":
        magics.shell.user_ns[values["output"]] = opened
    return opened


_KINDS = ", ".join(PANELS)


def _opened(magics: KitMagics, kind: str, words: tuple[str, ...], values: dict[str, Any]) -> Any:  # noqa: ANN401
    make = magics.panels[kind]
    if kind == "connect":
        return make()
    if kind == "usage":
        return make(_there(magics, values["chat"])) if "chat" in values else make()
    if kind == "compare":
        if len(words) < 2:
            raise ConfigError(
                "compare takes two models or more.", hint="%minimax_panel compare MiniMax-M3 MiniMax-M3.1-Flash"
            )
        names = ("provider", "face", "base_url", "output")
        return make(list(words), **{name: values[name] for name in names if name in values})
    return make(magics.session.chat(values, magics.layer()))


def _there(magics: KitMagics, name: str) -> Any:  # noqa: ANN401
    """The conversation of that name.

    Raises:
        ConfigError: There is none yet.
    """
    chats = magics.session.chats
    if name not in chats:
        known = f"There are: {', '.join(chats)}." if chats else f"%%minimax starts {MAIN}."
        raise ConfigError(f"There is no conversation {name!r} yet.", hint=known)
    return chats[name]
