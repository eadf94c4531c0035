"""A conversation as a file: plain JSON, no key, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from minimax_nb.errors import ConfigError
from minimax_nb.messages.saved import message_from_dict, message_to_dict
from minimax_nb.messages.turns import Turn, in_turns

FORMAT = "minimax_nb chat"
VERSION = 2
"""Version 1 knew messages only; it is still read."""


def write_chat(path: str | os.PathLike[str], content: Mapping[str, Any]) -> None:
    """Save ``content``; a failure leaves what was there before."""
    text = json.dumps({"format": FORMAT, "version": VERSION, **content}, ensure_ascii=False, indent=1)
    replace_file(path, text + "\n")


def replace_file(path: str | os.PathLike[str], text: str) -> None:
    """Write a file whole, or not at all."""
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def read_chat(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What :func:`write_chat` saved.

    Raises:
        ConfigError: There is no such file, or it is not a saved chat of this version or an older one.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The saved chat {path} cannot be read ({error.strerror or error}).") from None
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ConfigError(f"{path} is not a saved chat.", hint="Chat.save(path) writes one.")
    if not isinstance(content.get("version"), int) or content["version"] > VERSION:
        raise ConfigError(f"{path} was saved by a newer version.", hint="Update minimax_nb to load it.")
    return content


def turns_to_save(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """The turns as plain JSON values."""
    return [
        {
            "messages": [message_to_dict(message) for message in turn.messages],
            **({"name": turn.name} if turn.name else {}),
            **({"stale": True} if turn.stale else {}),
        }
        for turn in turns
    ]


def turns_of(content: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The turns of a saved chat.

    Raises:
        ConfigError: A message has another shape.
        KeyError: There are neither turns nor messages.
        TypeError: They are of another type.
    """
    if "turns" not in content:
        return in_turns(message_from_dict(message) for message in content["messages"])
    return tuple(
        Turn(
            tuple(message_from_dict(message) for message in turn["messages"]),
            str(turn.get("name", "")),
            bool(turn.get("stale", False)),
        )
        for turn in content["turns"]
        if turn["messages"]
    )


def without_password(url: str) -> str:
    """The address without a user name or password in it."""
    scheme, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    return scheme + slashes + host.rpartition("@")[2] + slash + path
