"""What this installation can do, as a list of findings. No prompt is sent, and no key is shown.

Each service whose key is found is asked for its list of models, which costs nothing. With no key, or offline, nothing
leaves the computer.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from minimax_nb.catalog import (
    Choice,
    Endpoint,
    config_path,
    default_config_path,
    find_key,
    key_status,
    load_catalog,
    on_plan,
    resolve,
)
from minimax_nb.chat import Chat
from minimax_nb.chat.options import limits_of
from minimax_nb.chat.served import Answered, ask_each, list_models, lists_of, open_to_all, too_slow
from minimax_nb.chat.whom import Where, at_home, elsewhere, keyed_endpoints, services
from minimax_nb.errors import AuthError, MiniMaxError, ServiceError, TransportError
from minimax_nb.messages.served import ServedModel
from minimax_nb.messages.shown import Shown
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits, Stop, Stopped

_PACKAGES = (
    "minimax-nb", "httpx", "ipython", "ipykernel", "jupyterlab", "notebook", "ipywidgets", "pydantic",
    "keyring", "pandas",
)  # fmt: skip
TIMEOUT_S = 5.0
"""Seconds that one question to a service may take, unless said otherwise."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_NOWHERE: Where = MappingProxyType({})
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


def examine(
    layer: Mapping[str, Any] | None = None,
    *,
    where: Where = _NOWHERE,
    offline: bool = False,
    local: bool = False,
    timeout: float = TIMEOUT_S,
    front_end: str = "",
    paint: str = "",
) -> Report:
    """Look at Python, packages, settings and keys, try the emulator, and ask services for their lists of models.

    Args:
        layer: Settings of the magics.
        where: One service to ask in place of every one whose key is found (provider, face, base_url, region).
        offline: Ask nobody outside this process.
        local: Look for model servers on their usual ports of this computer.
        timeout: Seconds that each question may take.
        front_end: What shows the outputs, where the caller knows.
        paint: How replies are painted there.

    Raises:
        ConfigError: The time limit is none.
    """
    limits = replace(limits_of(Choice(timeout=timeout)), retries=0, retry_wait=0.0)
    findings = [*_machine(front_end, paint), *_settings(layer), *_keys(), *_emulator()]
    if not offline:
        findings += _services(layer, where, limits)
        findings += _on_this_computer(limits) if local else ()
    return Report(tuple(findings))


def _machine(front_end: str, paint: str) -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} on {platform.system()}", sys.version_info >= (3, 11))
    yield Finding("packages", ", ".join(filter(None, map(_package, _PACKAGES))))
    if front_end:
        yield Finding("front end", front_end)
    if paint:
        yield Finding("painting", paint)
    proxies = _proxies()
    yield Finding("proxy", f"set: {', '.join(proxies)}" if proxies else "none set")
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates and not Path(certificates).is_file():
        yield Finding("certificates", "SSL_CERT_FILE names a file that is not there", fine=False)


def _proxies() -> list[str]:
    """Names of the variables that say something of proxies and certificates; what they say may hold a password."""
    return [name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())]


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
        status, rows = key_status(), load_catalog().providers
    except MiniMaxError as error:
        yield Finding("keys", str(error), fine=False)
        return
    for provider, where in status.items():
        try:
            find_key(provider, rows[provider])
            yield Finding(f"key for {provider}", where)
        except MiniMaxError as error:  # what is set there cannot be a key
            yield Finding(f"key for {provider}", str(error), fine=False)


def _emulator() -> Iterator[Finding]:
    """Let the emulator answer once over each protocol; whatever the settings say, this stays inside the process."""
    try:
        row = load_catalog().providers["emulator"]
    except MiniMaxError:
        return  # what is wrong with the file stands in the report already
    for name, face in row.faces.items():
        try:
            chat = Chat(row.default_model, provider="emulator", face=name, base_url=face.base_url)
            reply = chat.ask("/emulate delay-ms=0\nhello")
            yield Finding(f"emulator, {name}", f"answered with {len(reply.text)} characters", bool(reply.text))
        except MiniMaxError as error:
            yield Finding(f"emulator, {name}", str(error), fine=False)


# -- services ----------------------------------------------------------------------------------------------------------


def _services(layer: Mapping[str, Any] | None, where: Where, limits: Limits) -> list[Finding]:
    """What each service says to the key that is set for it."""
    named = any(where.values())
    try:
        endpoints = services(where, layer)
    except MiniMaxError as error:
        if named:
            return [Finding("service", str(error), fine=False)]
        endpoints = _keyed()  # what is wrong with the settings stands in the report already
    found = ask_each(endpoints, lambda endpoint, stop: _asked(endpoint, limits, stop), 2 * limits.timeout + 3)
    return [
        finding
        for endpoint, findings in zip(endpoints, found, strict=True)
        for finding in findings or _failed(endpoint, too_slow(endpoint, limits.timeout))
    ]


def _keyed() -> list[Endpoint]:
    try:
        return keyed_endpoints()
    except MiniMaxError:
        return []


def _asked(endpoint: Endpoint, limits: Limits, stop: Stop) -> list[Finding]:
    """The findings about one service. Raises nothing."""
    try:
        models = list_models(endpoint, limits, stop)
        return _answered(endpoint, models, open_to_all(endpoint, limits, stop) if _own_key(endpoint) else None)
    except AuthError as error:
        return _refused(endpoint, error, limits)
    except MiniMaxError as error:
        return _failed(endpoint, error)
    except Stopped:
        return _failed(endpoint, too_slow(endpoint, limits.timeout))


def _answered(endpoint: Endpoint, models: Sequence[ServedModel], open_list: bool | None) -> list[Finding]:
    name, row = endpoint.provider_name, endpoint.provider
    ids = [model.id for model in models]
    others = [face for face in row.faces if face != endpoint.face_name]
    spoken = ", ".join([f"{endpoint.face_name} (asked here)", *others])
    counted = [face_name for face_name, face in row.faces.items() if face.count_path]
    counts = f"counted by the service over {' and '.join(counted)}" if counted else "estimated by the kit"
    return [
        Finding(name, _key_state(endpoint, open_list)),
        Finding(f"{name} models", _listed(endpoint, ids), fine=row.any_model or endpoint.model_id in ids),
        Finding(f"{name} protocols", f"{spoken}; tokens are {counts}"),
    ]


def _listed(endpoint: Endpoint, ids: Sequence[str]) -> str:
    """How many models there are, and whether the one that is asked by default is among them."""
    default = endpoint.model_id
    if default in ids:
        return f"{len(ids):,} listed, {default} (asked by default) among them"
    if endpoint.provider.any_model and ids:
        more = ", …" if len(ids) > 3 else ""
        return f"{len(ids):,} listed ({', '.join(ids[:3])}{more}); name one with -m"
    return f"{len(ids):,} listed, but not {default}, which is asked by default; name another with -m"


def _key_state(endpoint: Endpoint, open_list: bool | None) -> str:
    """What the answer says of the key. A list that is open to all says nothing."""
    place = _place(endpoint)
    if not _own_key(endpoint):
        return f"answers without a key of yours {place}"
    kind = "; by its look a key of a MiniMax subscription plan" if on_plan(endpoint) else ""
    if open_list:
        return f"answers {place}; its list is open to all, so the key was not put to the test{kind}"
    return f"key accepted {place}{kind}"


def _refused(endpoint: Endpoint, error: AuthError, limits: Limits) -> list[Finding]:
    """The finding about a key that was refused: a key belongs to one region, so the others are tried."""
    name = endpoint.provider_name
    request = f" (request {error.request_id})" if error.request_id else ""
    elsewhere_too = ""
    for answer in lists_of(elsewhere(endpoint) if _own_key(endpoint) else [], limits):
        region = answer.endpoint.region
        if answer.error is None:
            use = f"this key works in region {region}: use --region {region}, or set MINIMAX_NB_REGION={region}"
            return [Finding(name, f"key refused {_place(endpoint)}; {use}", fine=False)]
        tried = "refused it too" if isinstance(answer.error, AuthError) else "could not be asked"
        elsewhere_too += f" Region {region} {tried}."
    return [Finding(name, f"{error.what} {error.hint}{elsewhere_too}{request}", fine=False)]


def _failed(endpoint: Endpoint, error: MiniMaxError) -> list[Finding]:
    """The finding about a service that said nothing of the key."""
    advice = ""
    if isinstance(error, TransportError):
        if "certificate" in str(error):
            advice = " Behind a company's proxy, SSL_CERT_FILE must name the company's certificates."
        elif proxies := _proxies():
            advice = f" The network's settings count too: {', '.join(proxies)}."
    elif isinstance(error, ServiceError) and error.status in {404, 405, 501}:
        return [
            Finding(
                endpoint.provider_name,
                f"no list of models {_place(endpoint)} (HTTP {error.status}), so the key was not tried; "
                "if calls fail too, check the address",
                fine=False,
            )
        ]
    return [Finding(endpoint.provider_name, f"{_words(error)}{advice}", fine=False)]


def _words(error: MiniMaxError) -> str:
    """An error's kind and sentence."""
    return f"{type(error).__name__}: {error}"


def _own_key(endpoint: Endpoint) -> bool:
    """Whether a key of the user's goes out, not a placeholder."""
    return endpoint.key is not None and endpoint.key != Secret.of(endpoint.provider.placeholder_key)


def _place(endpoint: Endpoint) -> str:
    return f"in region {endpoint.region}" if endpoint.region else f"at {endpoint.base_url}"


# -- servers on this computer ------------------------------------------------------------------------------------------


def _on_this_computer(limits: Limits) -> list[Finding]:
    """What answers where the catalog's model servers usually listen. No key of the user's is sent."""
    usual = {}
    for name, row in load_catalog().providers.items():
        face = row.faces.get("openai")
        if face is not None and row.any_model and urlsplit(face.base_url).hostname in _HERE:
            key = Secret.of(row.placeholder_key)
            # Several rows may share an address; the later ones name the server.
            usual[face.base_url] = replace(
                at_home(name, row, key), face_name="openai", face=face, base_url=face.base_url
            )
    answers = lists_of(list(usual.values()), limits)
    return [Finding(answer.endpoint.base_url, _local_state(answer)) for answer in answers]


def _local_state(answer: Answered) -> str:
    name, title = answer.endpoint.provider_name, answer.endpoint.provider.title
    if isinstance(answer.error, AuthError):
        return f"a server that asks for a key (usually {title}): {answer.error.hint}"
    if isinstance(answer.error, TransportError):
        return f"nobody answers (usually {title})"
    if answer.error is not None:
        return f"something else than a model server answers (usually {title})"
    ids = [model.id for model in answer.models]
    ask = f"; ask it with -p {name} -m {ids[0]}" if ids else ""
    return f"a model server (usually {title}), models: {len(ids):,}{ask}"
