"""Where Tab completion takes values from: the catalog's ids, and the kernel's conversations, variables and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from minimax_nb.errors import MiniMaxError
from minimax_nb.magics.base import KitMagics
from minimax_nb.magics.complete import Lists
from minimax_nb.magics.options import ASKING, parse


def lists(magics: KitMagics) -> Lists:
    """The lists that options name in ``completes``. Nothing is read before Tab is pressed."""

    def providers(typed: str) -> Iterable[str]:
        del typed
        from minimax_nb.catalog import load_catalog

        return load_catalog().providers

    def models(typed: str) -> Iterable[str]:
        from minimax_nb.catalog import load_catalog, model_table

        provider = _said(typed, "provider") or magics.provider or None
        known = provider if provider in load_catalog().providers else None
        return dict.fromkeys(line.id for line in model_table(load_catalog(), known))

    def chats(typed: str) -> Iterable[str]:
        del typed
        return magics.session.chats

    def media(flag: str) -> Callable[[str], Iterable[str]]:
        def names(word: str) -> Iterable[str]:
            from minimax_nb.magics.attach import file_names, media_names

            return dict.fromkeys([*media_names(flag, magics.shell.user_ns), *file_names(flag, word)])

        return names

    return {
        "providers": providers,
        "models": models,
        "chats": chats,
        "pictures": media("--image"),
        "videos": media("--video"),
    }


def _said(typed: str, name: str) -> str | None:
    """The value an option was given earlier on the line."""
    options = typed.split(maxsplit=1)[1] if len(typed.split(maxsplit=1)) > 1 else ""
    words = options.split()
    # The last word is the option being completed; without it the line parses.
    try:
        value = parse(" ".join(words[:-1]), ASKING).values.get(name)
    except MiniMaxError:
        return None
    return str(value) if value is not None else None
