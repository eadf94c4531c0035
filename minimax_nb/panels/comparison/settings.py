"""What a comparison's columns are: how each is written, the chat it means, and what its title says.

A column is written as a model id (``"MiniMax-M3"``), as ``"provider:model"`` where the part before a colon is the name
of a provider, as a provider's name alone (its own default model), as a dict of what :class:`~minimax_nb.chat.chat.Chat`
takes by name, as a :class:`~minimax_nb.chat.preset.Preset`, or as a chat, which is forked: itself it hears nothing.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from minimax_nb.catalog import did_you_mean, load_catalog
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat import Chat
from minimax_nb.chat.preset import WHO, Preset
from minimax_nb.chat.saved import without_password
from minimax_nb.errors import ConfigError

LEAST, MOST = 2, 8
"""Columns of a comparison."""

_LONGEST = 40
_OF_A_PROVIDER = (*(name for name in WHO if name not in {"provider", "model"}), "api_key")
_WRITTEN = (
    'A column is a model id, "provider:model", a dict of what Chat takes by name, a Preset or a Chat, such as '
    'compare(["MiniMax-M3", {"model": "MiniMax-M3", "temperature": 0.2}]).'
)
_NAMED = {"temperature": "temperature", "top_p": "top p", "max_tokens": "max tokens", "thinking": "thinking",
          "effort": "effort", "service_tier": "tier"}  # fmt: skip


def without_bare_keys(entry: object) -> object:
    """The same column with its key wrapped, so that no frame of a traceback holds it bare; a complaint if it is none.

    It raises nothing.
    """
    if not isinstance(entry, Mapping) or entry.get("api_key") is None:
        return entry
    key, complaint = wrap_key(entry["api_key"])
    return ConfigError(complaint) if complaint else {**entry, "api_key": key}


def checked_models(models: object) -> list[object]:
    """The columns as they were written, if it is a list of as many as fit.

    Raises:
        ConfigError: It is something else.
    """
    if isinstance(models, str | bytes | Mapping) or not isinstance(models, Sequence):
        raise ConfigError(f"models is a list of columns, not {reprlib.repr(models)}.", hint=_WRITTEN)
    if not LEAST <= len(models) <= MOST:
        raise ConfigError(f"compare takes {LEAST} to {MOST} columns, not {len(models)}.", hint=_WRITTEN)
    return list(models)


def checked_names(said: Mapping[str, object]) -> None:
    """Refuse a name that no chat takes.

    Raises:
        ConfigError: There is one.
    """
    for name in said:
        if name not in _known():
            raise ConfigError(f"There is no option {name!r}.", hint=did_you_mean(str(name), _known()))


@cache
def _known() -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(Chat).parameters if name != "layer")


def spoken(entry: object, common: Mapping[str, Any]) -> dict[str, Any] | Chat:
    """What a column says, over what is said for all of them: the arguments of its chat; or the chat itself.

    A protocol, an address, a region and a key belong to a provider: a column that names another one leaves those that
    were said for all aside.

    Raises:
        ConfigError: It says nothing that can be understood.
    """
    match entry:
        case Chat():
            return entry
        case ConfigError():
            raise entry
        case str():
            own: dict[str, Any] = _written(entry)
        case Preset():
            own = {**entry.settings(), "examples": entry.examples, "scene": entry.scene}
        case Mapping():
            checked_names(entry)
            model = entry.get("model")
            own = {**entry, **(_written(model) if isinstance(model, str) and "provider" not in entry else {})}
        case _:
            raise ConfigError(f"{reprlib.repr(entry)} is no column.", hint=_WRITTEN)
    own = {name: value for name, value in own.items() if value is not None}
    foreign = "provider" in own and own["provider"] != common.get("provider", own["provider"])
    shared = {name: value for name, value in common.items() if not (foreign and name in _OF_A_PROVIDER)}
    return {**shared, **own}


def _written(text: str) -> dict[str, Any]:
    """A model id, or a provider and its model: the longest beginning that is a provider's name counts."""
    providers = load_catalog().providers
    text = text.strip()
    if not text:
        raise ConfigError("A column's model id is empty.", hint=_WRITTEN)
    if text in providers:
        return {"provider": text}
    cuts = [at for at, sign in enumerate(text) if sign == ":" and text[:at] in providers]
    if not cuts:
        return {"model": text}
    return {"provider": text[: cuts[-1]], "model": text[cuts[-1] + 1 :].strip() or None}


def made_chat(said: Mapping[str, Any] | Chat) -> Chat:
    """A chat of the column's own; one without a name is called after what it compares.

    Raises:
        ConfigError: As :class:`~minimax_nb.chat.chat.Chat`.
    """
    if isinstance(said, Chat):
        return said.fork()
    who = said.get("model") or said.get("provider") or "the default model"
    return Chat(**{"name": f"compare: {_short(who)}", **said})


# -- titles ------------------------------------------------------------------------------------------------------------


def described(entry: object, said: Mapping[str, Any] | Chat | None, chat: Chat | None) -> dict[str, str]:
    """What a column is, each setting in words: of its chat, or as far as it was said where there is none."""
    if chat is not None:
        start: Mapping[str, Any] = {**chat.preset.settings(), "examples": chat.examples, "scene": chat.scene}
        start = {**start, "base_url": chat.base_url, "tools": said.get("tools") if isinstance(said, Mapping) else None}
    else:
        start = said if isinstance(said, Mapping) else {"model": reprlib.repr(entry)}
    words = {
        "model": _short(start.get("model") or f"{start.get('provider', '')}'s own model"),
        "provider": _short(start.get("provider") or ""),
        "face": _short(start.get("face") or ""),
        "system": f"system “{_short(start['system'])}”" if start.get("system") else "",
        **{name: f"{title} {_short(start[name])}" for name, title in _NAMED.items() if start.get(name) is not None},
        "examples": f"{len(start['examples'])} examples" if start.get("examples") else "",
        "scene": "scene" if start.get("scene") else "",
        "tools": f"tools {_short(', '.join(map(_tool_name, start['tools'])))}" if start.get("tools") else "",
        "region": f"region {_short(start['region'])}" if start.get("region") else "",
        "base_url": _short(without_password(str(start.get("base_url") or ""))),
    }
    return {name: said for name, said in words.items() if said}


def _tool_name(tool: object) -> str:
    return str(getattr(tool, "name", None) or getattr(tool, "__name__", "tool"))


def _short(value: object) -> str:
    line = "".join(sign if sign.isprintable() else " " for sign in " ".join(str(value)[:1_000].split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


_ONLY_IF_NEEDED = ("provider", "face", "region", "base_url")


def titles(columns: Sequence[Mapping[str, str]]) -> list[str]:
    """A title for each column: the model and the settings in which they differ.

    Provider, protocol and address are in it only where two would be the same without; a number where they still are.
    """
    names = dict.fromkeys(name for column in columns for name in column)
    differing = [name for name in names if len({column.get(name) for column in columns}) > 1]
    used = ["model", *(name for name in differing if name not in {"model", *_ONLY_IF_NEEDED})]
    found = _joined(columns, used)
    for name in (name for name in _ONLY_IF_NEEDED if name in differing):
        if len(set(found)) == len(found):
            break
        used.append(name)
        found = _joined(columns, used)
    return _numbered(found)


def _joined(columns: Sequence[Mapping[str, str]], names: Sequence[str]) -> list[str]:
    return [" · ".join(column[name] for name in names if name in column) for column in columns]


def _numbered(found: Sequence[str]) -> list[str]:
    return [
        f"{title} ({found[: at + 1].count(title)})" if found.count(title) > 1 else title
        for at, title in enumerate(found)
    ]


def below_title(column: Mapping[str, str], title: str) -> str:
    """What else there is to know of a column: who answers, and the settings that its title leaves out."""
    shown = title.split(" · ")
    return " · ".join(
        words for name, words in column.items() if words not in shown and name not in {"model", "base_url"}
    )
