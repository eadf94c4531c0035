"""Thinking told from text where a service sends both in one stream of text, marked by tags.

MiniMax's own tags are ``<think>`` and, for M3 weights served elsewhere, ``<mm:think>`` (vLLM's parser pages, read
2026-11-20). Streams come with both tags, with the closing one alone (the template opened the block), with the opening
one alone (cut short), or with none; tags may be cut at any character.

The rules of the file:

1. Text is held back only while it may be the beginning of a tag, and white space while a tag may follow it.
2. Text has no blank lines left over from tags: white space before a tag goes, and line ends after it go.
3. Tags in code of the answer are text. In thinking, any closing tag closes, in code or not.
4. However the text is cut into pieces, the verdicts say the same.
"""

from __future__ import annotations

import re
from typing import Literal

from minimax_nb.wire.codespans import CodeSpans

Verdict = Literal["text", "thinking", "end", "was thinking", "was text"]
"""More text, more thinking, the end of the open part, or what the open part was after all."""

Found = tuple[Verdict, str]
"""A verdict and the text it is about; "" for those that are about a part."""

_CLOSERS = ("</think>", "</mm:think>")
_TAGS = ("<think>", "<mm:think>", *_CLOSERS)
_TAG = re.compile(r"</?(?:mm:)?think>")
_LONGEST = max(map(len, _TAGS))


def _unfinished(text: str) -> int:
    """Where a tag begins that ``text`` ends amid, or the text's length if it does not."""
    cut = text.rfind("<", max(0, len(text) - _LONGEST + 1))
    if cut >= 0 and any(tag.startswith(text[cut:]) and len(tag) > len(text) - cut for tag in _TAGS):
        return cut
    return len(text)


def _solid_end(text: str) -> int:
    """Where the part of ``text`` ends that no tag can claim: before an unfinished tag and the white space before it."""
    return len(text[: _unfinished(text)].rstrip())


class Scanner:
    """Reads one stream of text and says what each piece of it is.

    Attributes:
        kind: What the stream is in: "text" or "thinking".
        thought: Whether the message had thinking already; a closing tag without an opening one is then just dropped.
        tagged: Whether a tag was found, so that the text as sent is more than the text as shown.
    """

    __slots__ = ("_after", "_assumed", "_code", "_gap", "_held", "_said", "kind", "tagged", "thought")

    def __init__(self, *, inside: bool = False, thought: bool = False) -> None:
        self.kind: Literal["text", "thinking"] = "thinking" if inside else "text"
        self.thought = thought
        self.tagged = False
        self._assumed = inside  # no tag has said yet that this is thinking
        self._after = inside  # a tag has just gone: line ends that follow go too
        self._gap = ""  # white space before a closing tag that was dropped amid text
        self._said = False  # the open part has something in it
        self._held: list[str] = []  # white space, then perhaps the beginning of a tag
        self._code = CodeSpans()

    def thinking_came(self) -> None:
        """Another field brought thinking: what comes here is the answer, without the line ends that follow a tag."""
        if self._assumed:
            self.kind, self._assumed = "text", False
        self._after = self._after or not self._said
        self.thought = True

    def quick(self, piece: str) -> str:
        """What of ``piece`` (not empty) goes on with the open part, if that is plain to see; it then counts as read.

        "" means it is not plain, and nothing was read: :meth:`feed` must look.
        """
        if not self._said or self._after or "<" in piece:
            return ""
        held = self._held
        if held:
            if len(held) > 1 or "<" in held[0]:
                return ""
            piece = held[0] + piece
        body = piece.rstrip()
        if not body:
            return ""
        if held:
            held.clear()
        if len(body) < len(piece):
            held.append(piece[len(body) :])
        if self.kind == "text":
            self._code.advance(body)
        return body

    def feed(self, piece: str) -> list[Found]:
        """What the next piece of the stream brings."""
        if not piece.strip() and not (self._held and "<" in self._held[-1]):
            self._held.append(piece)  # joined only when something solid comes, so that long blanks stay linear
            return []
        text = "".join([*self._held, piece])
        self._held.clear()
        found: list[Found] = []
        start = seen = 0  # what is dealt with, and what the code spans know of
        for tag in _TAG.finditer(text):
            if self.kind == "text":
                self._code.advance(text[seen : tag.start()])
                seen = tag.start()
            if self._heed(tag[0], text[start : tag.start()], found):
                start = seen = tag.end()
        end = start + _solid_end(text[start:])
        if self.kind == "text":
            self._code.advance(text[seen:end])
        self._say(text[start:end], found)
        if end < len(text):
            self._held.append(text[end:])
        return found

    def release(self) -> list[Found]:
        """What is held back, as it stands."""
        found: list[Found] = []
        text = "".join(self._held)
        self._held.clear()
        if text.strip() or not self._after:
            self._say(text, found)
        return found

    def end(self) -> list[Found]:
        """The end of the open part: what is held back, and a last word on thinking that no tag has confirmed."""
        found = self.release()
        if self._assumed:
            self.kind, self._assumed = "text", False
            if self._said:
                found.append(("was text", ""))
        if self._said:
            found.append(("end", ""))
        self._said = False
        self._code = CodeSpans()
        return found

    def _heed(self, tag: str, before: str, found: list[Found]) -> bool:
        """Act on a tag, after the text before it; False if the tag is no more than text here."""
        closing = tag in _CLOSERS
        if self.kind == "text" and self._code.inside():
            return False
        if self.kind == "thinking" and not closing and (self._said or before.strip()):
            return False  # thinking may speak of tags; only at its very start is a second opening tag a repetition
        self.tagged = True
        self._say(before.rstrip(), found)
        if not closing:
            self._assumed = False
            self._turn("thinking", found)
        elif self.kind == "thinking":
            self._assumed = False
            self._turn("text", found)
        elif self._said and self.thought:
            self._after, self._gap = True, before[len(before.rstrip()) :]
        else:
            if self._said:
                found.append(("was thinking", ""))
            self._turn("text", found)
        self.thought = self.thought or closing
        return True

    def _turn(self, kind: Literal["text", "thinking"], found: list[Found]) -> None:
        """End the open part; what follows is of ``kind``."""
        if self._said:
            found.append(("end", ""))
        self.kind, self._said, self._after, self._gap = kind, False, True, ""
        self._code = CodeSpans()

    def _say(self, text: str, found: list[Found]) -> None:
        if not text:
            return
        if self._after:
            text = self._without_lead(text)
        self._said = True
        self.thought = self.thought or (self.kind == "thinking" and not self._assumed)
        found.append((self.kind, text))

    def _without_lead(self, text: str) -> str:
        """The text after a tag, without the line ends the tag left; amid text the wider of the two gaps stays."""
        body = text.lstrip()
        lead = text[: len(text) - len(body)]
        amid = max(self._gap, lead, key=lambda gap: gap.count("\n"))
        first = lead[lead.rfind("\n") + 1 :]
        self._after, said, self._gap = False, amid if self._said else first, ""
        return said + body


class Tail:
    """Takes a closing tag off the end of a field of thinking.

    MiniMax-M3 can end ``reasoning_content`` with a literal ``</think>``, cut over chunks (a capture of a public
    client, read 2026-11-20). Anywhere but at the end the tag is text: thinking may speak of tags.
    """

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: list[str] = []

    def feed(self, piece: str) -> str:
        """What of the field is thinking for certain, ``piece`` (not empty) included."""
        if not self._held and "<" not in piece and not piece[-1].isspace():
            return piece
        if not piece.strip() and not (self._held and _unfinished(self._held[-1]) < len(self._held[-1])):
            self._held.append(piece)
            return ""
        text = "".join([*self._held, piece])
        end = _solid_end(text)
        for tag in _CLOSERS:
            if text.endswith(tag, 0, end):
                end = len(text[: end - len(tag)].rstrip())
                break
        self._held = [text[end:]] if end < len(text) else []
        return text[:end]

    def end(self) -> str:
        """What was held back and is thinking after all: everything but a closing tag and the space around it."""
        text = "".join(self._held)
        self._held.clear()
        return "" if text.rstrip().endswith(_CLOSERS) else text
