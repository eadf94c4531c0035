"""The environment's variables, wrapped so that a traceback with local variables cannot show them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from minimax_nb.secrets import Secret


class Environment:
    """Reads variables. Unlike ``os.environ`` its repr shows none of them, so it is safe as a local variable."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read

    @classmethod
    def of(cls, env: Mapping[str, str] | Environment | None) -> Environment:
        """The mapping wrapped, the process's own environment for None, or the value itself if it already is one."""
        if isinstance(env, Environment):
            return env
        if env is None:
            return cls(lambda name: os.environ.get(name))  # noqa: PLW0108 - a bound method's repr shows every variable
        return cls(lambda name: env.get(name))  # noqa: PLW0108 - as above

    def get(self, name: str) -> str | None:
        """The value of a variable that is no secret; None if it is unset or blank."""
        return (self._read(name) or "").strip() or None

    def secret(self, name: str) -> Secret | None:
        """The key in a variable, wrapped; None if it is unset or blank."""
        return Secret.of(self._read(name))

    def __repr__(self) -> str:
        return "<environment>"
