"""Keeps keys out of a recording: finds them in whatever form they are written, and masks them.

Looked for are the keys that are in use here (the call's own, and those in the environment of any provider), plain or
encoded, and whatever has the shape of a key that a service gives out.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.loader import load_catalog
from minimax_nb.secrets import Secret

MASK = "[key]"
_SHORTEST = 6  # shorter texts are words, not keys
_Span = tuple[int, int]
_Change = tuple[int, int, str]

_SHAPES = re.compile(
    r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))(?:"  # in JSON a line's first word follows the n of \\n
    r"sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}"  # MiniMax, OpenRouter and those who copied OpenAI
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"  # a JSON web token: MiniMax's older keys
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|hf_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{35}"
    r")(?![A-Za-z0-9_-])"
    r"|(?i:(?<=bearer ))(?=[A-Za-z._~+/-]*[0-9])[A-Za-z0-9._~+/-]{20,}=*"
)
_DATA = re.compile(r"^data:[ ]?(.*)$", re.MULTILINE)
_UNICODE = re.compile(r"\\+u([0-9A-Fa-f]{4})")


class Scan:
    """Looks for keys in text.

    Args:
        keys: The keys that must not be found. They stay wrapped: nothing here shows them.
    """

    __slots__ = ("_keys", "_known")

    def __init__(self, keys: Iterable[Secret | None] = ()) -> None:
        self._keys = [key for key in keys if key is not None and len(key.reveal()) >= _SHORTEST]
        self._known = _finder(self._keys)

    def spans(self, text: str) -> list[_Span]:
        """Where keys stand in the text, from first to last; what overlaps is one."""
        found = sorted([*self._known(text), *(match.span() for match in _SHAPES.finditer(text))])
        whole: list[_Span] = []
        for begin, end in found:
            if whole and begin < whole[-1][1]:
                whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
            else:
                whole.append((begin, end))
        return whole

    def mask(self, text: str) -> str:
        """The text with each key in it replaced."""
        return "".join(self.mask_pieces([text]))

    def mask_pieces(self, pieces: Sequence[str]) -> list[str]:
        """The same for a text in pieces: a key that is spread over some of them is masked where it begins."""
        return _changed(pieces, [(begin, end, MASK) for begin, end in self.spans("".join(pieces))])

    def mask_stream(self, pieces: Sequence[str]) -> list[str]:
        """The same for an answer: a key that its events spell out, a few letters each, is masked as well."""
        masked = self.mask_pieces(pieces)
        events = list(_events("".join(masked)))
        told: dict[str, list[str]] = {}
        for _, value in events:
            _walk(value, "", told)
        if not any(self.spans("".join(words)) for words in told.values()):
            return masked
        said = {path: iter(self.mask_pieces(words)) for path, words in told.items()}
        renewed = [(span, value, _renewed(value, "", said)) for span, value in events]
        return _changed(masked, [(*span, json.dumps(new)) for span, old, new in renewed if new != old])

    def mask_value(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """A JSON value with the keys in its texts and names replaced."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            return [self.mask_value(item) for item in value]
        if isinstance(value, dict):
            return {self.mask(name): self.mask_value(item) for name, item in value.items()}
        return value

    def finds(self, text: str) -> bool:
        """Whether a key stands in the text, plain or in any form that can be read back."""
        if self.spans(text):
            return True
        if not self._keys:
            return False
        views = list(_views(text))
        return any(key.reveal() in view for view in views for key in self._keys)

    def __repr__(self) -> str:
        return f"<scan for {len(self._keys)} keys>"


def scan_for(*keys: Secret | None) -> Scan:
    """A scan for these keys and those in the environment, of whichever provider.

    What is sent where no key is needed is none.
    """
    environment, rows = Environment.of(None), load_catalog().providers.values()
    none = {row.placeholder_key for row in rows}
    found = (*keys, *(environment.secret(variable) for row in rows for variable in row.keys))
    return Scan(key for key in dict.fromkeys(found) if key is not None and key.reveal() not in none)


def _finder(keys: Sequence[Secret]) -> Callable[[str], list[_Span]]:
    """What finds these keys; they stand in its closure, where no repr shows them."""
    forms = sorted({form for key in keys for form in _forms(key.reveal())}, key=len, reverse=True)
    if not forms:
        return lambda _text: []
    pattern = re.compile("|".join(map(re.escape, forms)))
    return lambda text: [match.span() for match in pattern.finditer(text)]


def _forms(key: str) -> Iterator[str]:
    """The ways a key may be written."""
    codes = [ord(letter) for letter in key]
    yield from (key, json.dumps(key)[1:-1], html.escape(key), quote(key, safe=""), quote(key))
    for digits in ("x", "X"):
        yield "".join(f"\\u{code:04{digits}}" for code in codes)
        yield "".join(f"%{code:02{digits}}" for code in codes)
        yield "".join(f"{code:02{digits}}" for code in codes)
    for shift in range(3):  # base64 of a text that the key stands in depends on where it stands
        coded = base64.b64encode(b"\0" * shift + key.encode()).decode()
        # The letters at both ends hold bits of what stands beside the key.
        inner = coded[-(-8 * shift // 6) : 8 * (shift + len(key.encode())) // 6]
        if len(inner) >= _SHORTEST:
            yield from (inner, inner.translate(_URL_SAFE))


_URL_SAFE = str.maketrans("+/", "-_")


def _views(text: str) -> Iterator[str]:
    """The text as a reader of JSON, of an address or of a page would read it."""
    plain = _UNICODE.sub(lambda match: chr(int(match[1], 16)), text)
    bare = plain.replace("\\", "")
    unquoted = unquote(unquote(bare))
    yield from (plain, bare, unquoted, html.unescape(unquoted))


def _events(text: str) -> Iterator[tuple[_Span, Any]]:
    """The JSON values of a stream's events, and where they stand in it."""
    for match in _DATA.finditer(text):
        try:
            yield match.span(1), json.loads(match[1])
        except (ValueError, RecursionError):
            continue


def _walk(value: Any, path: str, told: dict[str, list[str]]) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        told.setdefault(path, []).append(value)
    elif isinstance(value, list):
        for item in value:
            _walk(item, f"{path}[]", told)
    elif isinstance(value, dict):
        for name, item in value.items():
            _walk(item, f"{path}.{name}", told)


def _renewed(value: Any, path: str, said: Mapping[str, Iterator[str]]) -> Any:  # noqa: ANN401 - any JSON value
    """A value with its texts replaced by the next ones of their paths, in the order of :func:`_walk`."""
    if isinstance(value, str):
        return next(said[path])
    if isinstance(value, list):
        return [_renewed(item, f"{path}[]", said) for item in value]
    if isinstance(value, dict):
        return {name: _renewed(item, f"{path}.{name}", said) for name, item in value.items()}
    return value


def _changed(pieces: Sequence[str], changes: Sequence[_Change]) -> list[str]:
    """A text in pieces with parts of it replaced; what replaces a part stands in the piece in which that began."""
    changed, at = [], 0
    for piece in pieces if changes else ():
        kept, here, end = [], at, at + len(piece)
        for begin, over, new in changes:
            if over > at and begin < end:
                kept += [piece[here - at : max(begin, here) - at], new if begin >= at else ""]
                here = min(over, end)
        changed.append("".join((*kept, piece[here - at :])))
        at = end
    return changed or list(pieces)
