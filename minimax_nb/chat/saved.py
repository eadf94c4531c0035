"""A conversation as a file: plain JSON, no key, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimax_nb.errors import ConfigError

FORMAT = "minimax_nb chat"
VERSION = 1


def write_chat(path: str | os.PathLike[str], content: Mapping[str, Any]) -> None:
    """Save ``content``; a failure leaves what was there before."""
    target = Path(path)
    text = json.dumps({"format": FORMAT, "version": VERSION, **content}, ensure_ascii=False, indent=1)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
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


def without_password(url: str) -> str:
    """The address without a user name or password in it."""
    scheme, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    return scheme + slashes + host.rpartition("@")[2] + slash + path
