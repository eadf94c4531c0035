"""Links that lead to a page or a mail, and pictures that are links: nothing in the result is fetched by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST_ADDRESS = 2_000
"""Characters of an address that is found in the text; a longer one is no link."""

# No name and password before the host: https://known.example@other.example leads to the second.
_HARMLESS = re.compile(r"https?://(?:[\w.\-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?=[/?#]|\Z)|mailto:[^\s]", re.IGNORECASE)
# Not a part of any address: white space, quotation marks, and the wide signs that end a sentence.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9])(?:https?://|www\.(?=[A-Za-z0-9]))[^\s<>\"`{}|\\^\u3000-\u303f\uff00-\uffef‘’“”«»]+",
    re.IGNORECASE,
)
_OPENING = {")": "(", "]": "["}


def only_harmless_links(state: StateCore) -> None:
    """Leave the text of a link that leads elsewhere, make pictures links, and find addresses that stand in the text."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = _linked(token.children, state)


def _linked(children: list[Token], state: StateCore) -> list[Token]:
    out: list[Token] = []
    kept = inside = False
    for token in children:
        if token.type == "link_open":
            inside, kept = True, _HARMLESS.match(str(token.attrGet("href") or "")) is not None
            out += [_link(str(token.attrGet("href")))] if kept else []
        elif token.type == "link_close":
            out += [token] if kept else []
            inside = kept = False
        elif token.type == "image":
            out += _picture(token, linked=kept)
        elif token.type == "text" and not inside:
            out += _addresses(token, state)
        else:
            out.append(token)
    return out


def _token(kind: str, tag: str, nesting: Literal[-1, 0, 1], content: str = "") -> Token:
    from markdown_it.token import Token

    return Token(kind, tag, nesting, content=content)


def _text(content: str) -> Token:
    return _token("text", "", 0, content)


def _link(address: str) -> Token:
    opening = _token("link_open", "a", 1)
    opening.attrSet("href", address)
    return opening


def _picture(token: Token, *, linked: bool) -> list[Token]:
    """A link to the picture, named by its text; only the text within a link or where there is no address to go to."""
    address = str(token.attrGet("src") or "")
    label = _text(_words(token) or "picture")
    if linked or not _HARMLESS.match(address):
        return [label]
    return [_link(address), label, _token("link_close", "a", -1)]


def _words(token: Token) -> str:
    """The text of a picture, without any markup, at most 300 characters."""
    pending, out = [token], []
    while pending:
        one = pending.pop()
        if one.type in ("text", "text_special", "code_inline", "formula"):
            out.append(one.content)
        pending += reversed(one.children or [])
    return "".join(out)[:300].strip()


def _addresses(token: Token, state: StateCore) -> list[Token]:
    out, at, text = [], 0, token.content
    for found in _ADDRESS.finditer(text):
        address = _ended(found[0])
        whole = state.md.normalizeLink(address if "://" in address[:8] else f"https://{address}")
        if len(address) <= LONGEST_ADDRESS and _HARMLESS.match(whole):
            out += [_text(text[at : found.start()]), _link(whole), _text(address), _token("link_close", "a", -1)]
            at = found.start() + len(address)
    return [*out, _text(text[at:])] if out else [token]


def _ended(address: str) -> str:
    """The address without the signs after it that belong to the sentence, or close a bracket opened before it."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _OPENING.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in ".,:;!?'*_~":
            break
        end -= 1
    return address[:end]
