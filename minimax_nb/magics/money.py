"""What ``%minimax_usage`` and ``%minimax_budget`` do. Loaded when the first of them is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from minimax_nb.catalog import did_you_mean
from minimax_nb.chat import Chat
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.budget import as_budget
from minimax_nb.chat.cost import amount_said
from minimax_nb.chat.entries import Entries
from minimax_nb.chat.entry import Entry
from minimax_nb.chat.gauge import counted_exactly
from minimax_nb.chat.notebook_usage import notebook_usage, notebooks_in
from minimax_nb.display import budget_listing, put, usage_listing
from minimax_nb.errors import ConfigError
from minimax_nb.magics.base import KitMagics
from minimax_nb.magics.options import BUDGET, USAGE, Parsed, parse_words
from minimax_nb.magics.session import MAIN, REQUEST
from minimax_nb.magics.sources import notebook_names
from minimax_nb.prompt import fill

_PLOTS = ("cost", "tokens")
_OVER = ("time", "calls")
_WHO = ("chat", "provider", "model")


class _Selected(Entries):
    """Some of a ledger's entries, as they are now."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def __repr__(self) -> str:
        return f"<usage of {len(self._entries)} replies>"


# -- usage -------------------------------------------------------------------------------------------------------------


def usage(magics: KitMagics, parsed: Parsed) -> None:
    """Show what was used in this session or in notebook files, or what the next call would send."""
    if parsed.values.get("next"):
        _next(magics, parsed.values, parsed.rest)
        return
    more, words = parse_words(parsed.rest, USAGE)
    said = {**parsed.values, **more}
    if said.get("next"):
        _next(magics, said, " ".join(words))
        return
    what, over, files = _drawn(said, words)
    used = _used(magics, said, files)
    bound = [name for name in (said.get("output"), said.get("frame")) if name]
    if name := said.get("output"):
        magics.shell.user_ns[name] = used
    if name := said.get("frame"):
        magics.shell.user_ns[name] = used.to_pandas()
    if bound and not what:
        _say(f"{' and '.join(bound)}: {len(used.entries):,} calls.")
    elif what:
        from IPython.display import display

        display(used.plot(what, over))  # type: ignore[no-untyped-call]
    else:
        put(usage_listing(used, said.get("by") or _groups(used, files), _title(said, files)))


def _drawn(said: Mapping[str, Any], words: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """What is to be drawn, "" for nothing; over what; and the words that are left: files."""
    if not said.get("plot"):
        return "", "", words
    _exclude(said, "plot", "by")
    what = next((word for word in words if word in _PLOTS), "cost")
    over = next((word for word in words if word in _OVER), "time")
    return what, over, tuple(word for word in words if word not in {what, over})


def _used(magics: KitMagics, said: Mapping[str, Any], files: tuple[str, ...]) -> Entries:
    chat = said.get("chat")
    if files:
        if chat is not None:
            raise ConfigError("A notebook file does not tell which conversation asked.", hint="Leave --chat out.")
        return notebook_usage([path for file in files for path in notebooks_in(_existing(file))])
    if chat is None:
        return SESSION.usage
    entries = SESSION.usage.entries
    if all(entry.chat != chat for entry in entries):
        _known_chat(magics, chat, also=[entry.chat for entry in entries])
    return _Selected([entry for entry in entries if entry.chat == chat])


def _existing(file: str) -> str:
    """The word, if it is a file's or folder's name; else the nearest right word is told."""
    with suppress(OSError, RuntimeError, ValueError):
        if Path(file).expanduser().exists():
            return file
    flags = [flag for option in USAGE for flag in option.flags]
    near = did_you_mean(
        file, (*notebook_names(file), *flags, *_PLOTS, *_OVER), otherwise="%minimax_usage? shows what there is."
    )
    raise ConfigError(f"There is no notebook {file!r}.", hint=near)


def _groups(used: Entries, files: tuple[str, ...]) -> tuple[str, ...]:
    named = not files and any(entry.chat for entry in used.entries)
    return _WHO if named else ()


def _title(said: Mapping[str, Any], files: tuple[str, ...]) -> str:
    if files:
        return f"Usage of {files[0]}" if len(files) == 1 else "Usage"
    return f"Usage of {said['chat']}" if "chat" in said else "Usage of this session"


def _next(magics: KitMagics, said: Mapping[str, Any], text: str) -> None:
    """Show how full the window is, and with a prompt what the next call would send."""
    _exclude(said, "next", "by", "plot", "output", "frame")
    layer = magics.layer()
    chat = magics.session.chat({"chat": said.get("chat", MAIN), "dry": True}, layer)
    options = {name: layer[name] for name in REQUEST if name in layer}
    prompt = fill(text, magics.shell.user_ns) if text.strip() else ()
    gauge = chat.gauge(*prompt, **options)
    if not prompt:
        put(gauge)
        return
    count = chat.count(*prompt, **options)
    put(counted_exactly(gauge, count.tokens, count.price) if count.exact else gauge)
    if count.note:
        _say(count.note)


def _exclude(said: Mapping[str, Any], one: str, *others: str) -> None:
    for other in others:
        if other in said:
            raise ConfigError(f"--{one} and --{other} exclude each other.")


# -- budgets -----------------------------------------------------------------------------------------------------------


def budget(magics: KitMagics, parsed: Parsed) -> None:
    """Show the budgets, or set one."""
    more, words = parse_words(parsed.rest, BUDGET)
    name = {**parsed.values, **more}.get("chat")
    if not words:
        put(budget_listing(_accounts(magics, name)))
        return
    wanted = as_budget(" ".join(words))
    account = SESSION if name is None else _chat(magics, name).account
    before, account.budget = account.budget, wanted
    _say(_told(account, name, "" if before == wanted else str(before or "off")))


def _accounts(magics: KitMagics, name: str | None) -> list[Account]:
    """The one that is named, or the session's and those of every chat with a budget."""
    chats = magics.session.chats
    if name is None:
        return [SESSION, *SESSION.below]
    _known_chat(magics, name)
    return [chats[name].account]


def _chat(magics: KitMagics, name: str) -> Chat:
    """The conversation of that name; a new one, if it has not begun yet."""
    chats = magics.session.chats
    if name not in chats:
        magics.session.chat({"chat": name}, magics.layer())
        _say(f"{name} is a new conversation.")
    return chats[name]


def _told(account: Account, name: str | None, before: str) -> str:
    """What the budget is now, what is left of it, and how to go back."""
    whose = account.whose[0].upper() + account.whose[1:]
    left = amount_said(account.left)
    now = f"{whose} budget is {account.budget or 'off'}." + (f" Left: {left}." if left else "")
    if not before:
        return now
    said = before.replace("$", "")
    if name is not None:
        said = f'--chat "{name}" {said}' if " " in name else f"--chat {name} {said}"
    return f"{now} It was {before}: %minimax_budget {said} goes back."


def _known_chat(magics: KitMagics, name: str, also: Sequence[str] = ()) -> None:
    """Raise if there is no conversation of that name."""
    known = dict.fromkeys([*magics.session.chats, *filter(None, also)])
    if name in known:
        return
    listed = f"There are: {', '.join(known)}." if known else "%%minimax starts one."
    raise ConfigError(f"There is no conversation {name!r} yet.", hint=did_you_mean(name, known, otherwise=listed))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
