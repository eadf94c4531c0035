"""What this installation can do, as a list of findings; nothing is sent anywhere, no key is shown."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from minimax_nb.catalog import config_path, default_config_path, key_status, load_catalog, resolve
from minimax_nb.chat import Chat
from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.shown import Shown

_PACKAGES = (
    "minimax-nb", "httpx", "ipython", "ipykernel", "jupyterlab", "notebook", "ipywidgets", "pydantic",
    "keyring", "pandas",
)  # fmt: skip
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``fine`` is False where something needs a look."""

    subject: str
    state: str
    fine: bool = True


@dataclass(frozen=True, slots=True)
class Report(Shown):
    """What the doctor found."""

    findings: tuple[Finding, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing needs a look."""
        return all(finding.fine for finding in self.findings)


def examine(layer: Mapping[str, Any] | None = None, *, front_end: str = "", paint: str = "") -> Report:
    """Look at Python, packages, settings and keys, and let the emulator answer once over each protocol.

    Args:
        layer: Settings of the magics.
        front_end: What shows the outputs, where the caller knows.
        paint: How replies are painted there.
    """
    findings = [*_machine(front_end, paint), *_settings(layer), *_keys(), *_emulator()]
    return Report(tuple(findings))


def _machine(front_end: str, paint: str) -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} on {platform.system()}", sys.version_info >= (3, 11))
    yield Finding("packages", ", ".join(filter(None, map(_package, _PACKAGES))))
    if front_end:
        yield Finding("front end", front_end)
    if paint:
        yield Finding("painting", paint)
    proxies = [name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    yield Finding("proxy", f"set: {', '.join(proxies)}" if proxies else "none set")


def _package(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return ""


def _settings(layer: Mapping[str, Any] | None) -> Iterator[Finding]:
    try:
        path = config_path()
        load_catalog()
        yield Finding("config file", str(path) if path else f"none ({default_config_path()} would be read)")
        here = resolve(layer=layer)
        yield Finding("answers now", f"{here.provider_name} {here.model_id} over {here.face_name} at {here.base_url}")
        if here.note:
            yield Finding("why", here.note)
    except MiniMaxError as error:
        yield Finding("settings", str(error), fine=False)


def _keys() -> Iterator[Finding]:
    try:
        for provider, where in key_status().items():
            yield Finding(f"key for {provider}", where)
    except MiniMaxError as error:
        yield Finding("keys", str(error), fine=False)


def _emulator() -> Iterator[Finding]:
    for face in ("anthropic", "openai"):
        try:
            reply = Chat(provider="emulator", face=face).ask("/emulate delay-ms=0\nhello")
            yield Finding(f"emulator, {face}", f"answered with {len(reply.text)} characters", bool(reply.text))
        except MiniMaxError as error:
            yield Finding(f"emulator, {face}", str(error), fine=False)
