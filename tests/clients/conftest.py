"""The server the clients talk to, and what it heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from minimax_nb.emulator import Answer, Asked, Server, serve
from minimax_nb.emulator import server as loopback


class Heard(list[Asked]):
    """The requests that came, in order."""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Their bodies, as JSON."""
        return [json.loads(asked.body) for asked in self]

    @property
    def last(self) -> dict[str, Any]:
        """The body of the last one."""
        return self.bodies[-1]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The emulator on loopback, without its ordinary waits."""
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """What the server is asked from here on."""
    heard, handle = Heard(), loopback.handle

    def listening(asked: Asked, **wishes: Any) -> Answer:
        heard.append(asked)
        return handle(asked, **wishes)

    monkeypatch.setattr(loopback, "handle", listening)
    return heard
