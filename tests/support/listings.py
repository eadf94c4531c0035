"""A service that answers GETs as a test says, and settings that point providers at it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.transport.servers import Wire, serving

KEY = "test-key-for-nobody"
PLAN_KEY = "sk-cp-test-key-for-nobody"


@dataclass
class Answer:
    """What comes back for one request; a body that is no bytes is written as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Service:
    """Where it is, and what it was asked: path, headers and body of each request."""

    url: str
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@contextlib.contextmanager
def answering(answer: Callable[[str, dict[str, str]], Answer | None]) -> Iterator[Service]:
    """Serve on loopback; ``answer`` gets path and headers, and None leaves the client waiting."""
    service = Service("")

    def script(wire: Wire) -> None:
        while raw := wire.request():
            head, _, body = raw.decode("latin-1").partition("\r\n\r\n")
            first, *lines = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            path = first.split(" ")[1]
            service.asked.append((path, headers, body))
            said = answer(path, headers)
            if said is None:
                wire.hang_until_client_leaves()
                return
            data = said.bytes()
            extra = "".join(f"{name}: {value}\r\n" for name, value in said.headers.items())
            wire.send(f"HTTP/1.1 {said.status} X\r\ncontent-length: {len(data)}\r\n{extra}\r\n".encode() + data)

    with serving(script) as server:
        service.url = server.url
        yield service


def always(body: Any, status: int = 200, **headers: str) -> Callable[[str, dict[str, str]], Answer]:
    """The same answer whatever is asked."""
    return lambda path, asked: Answer(body, status, headers)


def ids(*names: str) -> dict[str, Any]:
    """A list of these models in the OpenAI-compatible shape."""
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "x"} for name in names]}


def point(monkeypatch: pytest.MonkeyPatch, path: Path, **places: Mapping[str, Any]) -> None:
    """Write a config file with these provider tables and use it."""
    lines = []
    for name, table in places.items():
        for face, url in table.items():
            if face == "regions":
                lines.append(f"[providers.{name}.regions]")
                lines += [
                    f'{region} = {{ anthropic = "{at}/anthropic", openai = "{at}/v1" }}' for region, at in url.items()
                ]
            else:
                lines += [f"[providers.{name}.faces.{face}]", f'base_url = "{url}"']
    config = path / "config.toml"
    config.write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("MINIMAX_NB_CONFIG", str(config))
