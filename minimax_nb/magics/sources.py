"""Where Tab completion takes values from: the catalog's ids, and the kernel's conversations, variables and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from minimax_nb.errors import MiniMaxError
from minimax_nb.magics.base import KitMagics
from minimax_nb.magics.complete import Lists
from minimax_nb.magics.options import ASKING, parse

if TYPE_CHECKING:
    from minimax_nb.magics.named import Kind

_LOOKED_AT = 5000
"""Most names of a folder that are looked at."""


def lists(magics: KitMagics) -> Lists:
    """The lists that options name in ``completes``. Nothing is read before Tab is pressed."""

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

    def own(kind: Kind) -> Callable[[str], Iterable[str]]:
        def names(word: str) -> Iterable[str]:
            from minimax_nb.magics.named import names_of

            return names_of(kind, word, magics.shell.user_ns)

        return names

    return {
        "providers": _providers,
        "models": models,
        "chats": chats,
        "functions": own("functions"),
        "shapes": own("shapes"),
        "presets": own("presets"),
        "pictures": media("--image"),
        "videos": media("--video"),
        "notebooks": notebook_names,
        "recordings": _recordings,
        "speeds": _speeds,
        "groups": _groups,
    }


def _providers(typed: str) -> Iterable[str]:
    del typed
    from minimax_nb.catalog import load_catalog

    return load_catalog().providers


def _groups(typed: str) -> Iterable[str]:
    """What usage can be grouped by."""
    del typed
    from minimax_nb.chat.ledger import Ledger

    return Ledger.GROUPS


def notebook_names(begun: str) -> list[str]:
    """The notebook files and folders, as far as a path is typed; nothing of it is changed in what is offered."""
    return _files(begun, ".ipynb")


def _recordings(begun: str) -> Iterable[str]:
    return ["off", *_files(begun, ".cassette")]


def _speeds(typed: str) -> Iterable[str]:
    del typed
    return ("full", "recorded")


def _files(begun: str, ending: str) -> list[str]:
    at = max(begun.rfind("/"), begun.rfind(os.sep)) + 1
    names: list[str] = []
    with suppress(OSError, RuntimeError, ValueError), os.scandir(Path(begun[:at] or ".").expanduser()) as entries:
        for entry in islice(entries, _LOOKED_AT):
            if entry.name.startswith(".") and not begun[at:].startswith("."):
                continue
            if entry.is_dir():
                names.append(f"{begun[:at]}{entry.name}/")
            elif entry.name.endswith(ending):
                names.append(begun[:at] + entry.name)
    return sorted(names)


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
