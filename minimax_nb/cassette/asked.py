"""What a call asks, without saying of whom: enough to find its answer in a recording, and to tell what has changed.

Host, key, headers and the random marks of a form are no part of it. The content of a picture or video counts by its
hash. Long texts are kept shortened, with the hash of the whole: the fingerprint is of the whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from minimax_nb.messages.media import Media
from minimax_nb.wire.call import Call

LONG, LONG_BEFORE = 2000, 200
"""Letters that are kept of a text: in the last messages, and in those before."""

_VERSION = re.compile(r".*/v\d+/")
_HASH = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks.

    Attributes:
        provider: Name of the provider that is asked.
        method: "POST" or "GET".
        path: The path behind the address's version, with the query: "messages", "models", "files/list?purpose=...".
        fingerprint: Hash of method, path and whole body, 32 hex digits.
        request: The body as JSON, long texts shortened and contents by their hash; None where there is none.
    """

    provider: str
    method: str
    path: str
    fingerprint: str
    request: Any = None


def asked_by(call: Call, provider: str) -> Asked:
    """What a call asks."""
    return _asked(provider, call.method, _path(call.url), _content(call))


def asked_upload(call: Call, provider: str, form: Mapping[str, Any]) -> Asked:
    """What an upload asks: its body, with the marks of a form and the content itself, is not looked at."""
    return _asked(provider, call.method, _path(call.url), dict(form))


def asked_download(url: str) -> Asked:
    """What a download asks; the query, which may hold a signature, counts by its hash."""
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        parts, plain = None, url.partition("?")[0]
    signed = {"query sha256": _sha(parts.query)[:_HASH]} if parts is not None and parts.query else {}
    return _asked("", "GET", "download", {"url": plain, **signed})


def _asked(provider: str, method: str, path: str, content: Any) -> Asked:  # noqa: ANN401 - any JSON value
    whole = json.dumps([method, path, content], sort_keys=True, ensure_ascii=True)
    return Asked(provider, method, path, _sha(whole)[:32], _kept(content))


def _path(url: str) -> str:
    """The part of an address that says what is asked: behind its version, else its last two names."""
    address, mark, query = url.partition("?")
    path, versions = _VERSION.subn("", address)
    return (path if versions else "/".join(address.split("/")[-2:])) + mark + query


def _content(call: Call) -> Any:  # noqa: ANN401 - any JSON value
    """The body's JSON, contents of pictures and videos replaced by what is known of them."""
    if not call.body:
        return None
    known = {part.base64.decode("ascii", "replace"): _in_words(part) for part in call.media}
    try:
        return _replaced(json.loads(call.body), known)
    except (ValueError, RecursionError):
        return {"sha256": hashlib.sha256(call.body).hexdigest()}


def _replaced(value: Any, known: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        before, comma, last = value.rpartition(",")
        return before + comma + known[last] if known and last in known else value
    if isinstance(value, list):
        return [_replaced(item, known) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, known) for name, item in value.items()}
    return value


def _in_words(part: Media) -> str:
    return f"<{part.media_type or 'content'}, {len(part.base64) * 3 // 4} bytes, sha256 {_hash_of(part)}>"


def _hash_of(part: Media) -> str:
    return part.sha256 or hashlib.sha256(part.base64).hexdigest()


def _kept(content: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The content as it is written down: messages before the last two keep less of their texts."""
    if not isinstance(content, dict):
        return _short(content, LONG)
    return {
        name: _messages(value) if name == "messages" and isinstance(value, list) else _short(value, LONG)
        for name, value in content.items()
    }


def _messages(messages: list[Any]) -> list[Any]:
    last = len(messages) - 2
    return [_short(message, LONG if at >= last else LONG_BEFORE) for at, message in enumerate(messages)]


def _short(value: Any, most: int) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str) and len(value) > most + 60:
        return f"{value[:most]}… ({len(value):,} characters, sha256 {_sha(value)[:_HASH]})"
    if isinstance(value, list):
        return [_short(item, most) for item in value]
    if isinstance(value, dict):
        return {name: _short(item, most) for name, item in value.items()}
    return value


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
