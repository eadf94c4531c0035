"""Thinking, and calls that leaked, told from text where a service sends all in one stream of text, marked by tags.

MiniMax's own tags are ``<think>`` and, for M3 weights served elsewhere, ``<mm:think>`` (vLLM's parser pages, read
2026-11-20). Streams come with both tags, with the closing one alone (the template opened the block), with the opening
one alone (cut short), or with none; tags may be cut at any character.

The rules of the file:

1. Text is held back only while it may be the beginning of a tag, and white space while a tag may follow it.
2. Text has no blank lines left over from tags: white space before a tag goes, and line ends after it go.
3. Tags in code of the answer are text. In thinking, any closing tag closes, in code or not.
4. Markup of a tool call (:mod:`~minimax_nb.wire.markup`) that is no code is found in the answer, and in thinking that
   stands in the same text: M2.x goes from its thinking right into a call without closing the tag (pull request 108 of
   ai-dynamo/frontend-crates, read 2026-11-21). What follows the call goes on as what came before it. Thinking in a
   field or block of its own is not looked at: the reports are of the answer's text, and it goes back as it came.
5. However the text is cut into pieces, the verdicts say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from minimax_nb.wire.codespans import CodeSpans
from minimax_nb.wire.markup import CLOSERS as LEAKS
from minimax_nb.wire.markup import WORD, Leak, opens

Verdict = Literal["text", "thinking", "call", "markup", "end", "was thinking", "was text"]
"""More text, more thinking, a call that leaked, more of its markup, the end of the open part, or what the open part was
after all."""

Found = tuple[Verdict, str]
"""A verdict and the text it is about: the name of a call ("" for none), "" for verdicts that are about a part."""

_CLOSERS = ("</think>", "</mm:think>")
_TAGS = ("<think>", "<mm:think>", *_CLOSERS)
_ALL = tuple(dict.fromkeys((*_TAGS, *LEAKS, *LEAKS.values())))
_TAG = re.compile(f"({'|'.join(map(re.escape, _ALL))})")
_LONGEST = max(map(len, _ALL))


def _begun(tags: Iterable[str]) -> re.Pattern[str]:
    """Finds, at the end of a text, the beginning of one of the tags."""
    starts = {tag[:length] for tag in tags for length in range(1, len(tag))}
    return re.compile(rf"(?:{'|'.join(map(re.escape, sorted(starts, reverse=True)))})\Z")


_TAG_BEGUN = _begun(_ALL)
_CLOSER_BEGUN = _begun(_CLOSERS)


def _solid_end(text: str, unfinished: re.Pattern[str]) -> int:
    """Where the part of ``text`` ends that no tag can claim: before an unfinished tag and the white space before it."""
    found = unfinished.search(text, max(0, len(text) - _LONGEST))
    return len((text[: found.start()] if found else text).rstrip())


class Scanner:
    """Reads one stream of text and says what each piece of it is.

    Attributes:
        kind: What the stream is in: "text" or "thinking".
        thought: Whether the message had thinking already; a closing tag without an opening one is then just dropped.
        tagged: Whether a tag of thinking was found, so that the text as sent is more than the text as shown.
        shorn: Whether something else was taken out of it: a call that leaked, or white space at a part's end.
    """

    __slots__ = ("_after", "_assumed", "_code", "_gap", "_held", "_leak", "_said", "kind", "shorn", "tagged", "thought")

    def __init__(self, *, inside: bool = False, thought: bool = False) -> None:
        self.kind: Literal["text", "thinking"] = "thinking" if inside else "text"
        self.thought = thought
        self.tagged = self.shorn = False
        self._assumed = inside  # no tag has said yet that this is thinking
        self._after = inside  # a tag has just gone: line ends that follow go too
        self._gap = ""  # white space before a closing tag that was dropped amid text
        self._said = False  # the open part has something in it
        self._held: list[str] = []  # white space, then perhaps the beginning of a tag
        self._code = CodeSpans()
        self._leak: Leak | None = None  # the call whose markup is being read

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
        if not self._said or self._after or "<" in piece or piece[-1] == "]":
            return ""
        held = self._held
        if held:
            if len(held) > 1 or not held[0].isspace():
                return ""
            piece = held[0] + piece
        body = piece.rstrip()
        if not body:
            return ""
        if held:
            held.clear()
        if len(body) < len(piece):
            held.append(piece[len(body) :])
        self._code.advance(body)
        return body

    def feed(self, piece: str) -> list[Found]:
        """What the next piece of the stream brings."""
        if self._leak is None and not piece.strip() and not (self._held and _may_end(self._held[-1])):
            self._held.append(piece)  # joined only when something solid comes, so that long blanks stay linear
            return []
        texts = _TAG.split("".join([*self._held, piece]))  # text, tag, text, ..., text
        self._held.clear()
        found: list[Found] = []
        for at in range(1, len(texts), 2):
            after = texts[at + 1].lstrip()[:1] or ("<" if at + 2 < len(texts) else "")
            if not self._take(texts[at - 1], texts[at], after, found):
                self._held[-1] += texts[at + 1]
                return found
        self._rest(texts[-1], found)
        return found

    def _take(self, before: str, tag: str, after: str, found: list[Found]) -> bool:
        """Read a text and the tag behind it; False if both are held back until what follows the tag has come."""
        if self._leak is not None:
            found += self._leak.feed(before + tag)
            if tag == self._leak.closer:
                self._close(found)
            return True
        self._code.advance(before)
        code = self._code.inside()
        call = tag in LEAKS and not code and opens(tag, after)
        if call is None:
            body = before.rstrip()
            self._say(body, found)
            self._held.append(before[len(body) :] + tag)
            return False
        if call:
            self._open(tag, before, found)
        elif not (tag in _TAGS and not (code and self.kind == "text") and self._heed(tag, before, found)):
            self._code.advance(tag)
            self._say(before + tag, found)
        return True

    def _rest(self, text: str, found: list[Found]) -> None:
        """Read the text behind the last tag; what may be the beginning of another is held back."""
        if self._leak is not None:
            unfinished = _TAG_BEGUN.search(text, max(0, len(text) - _LONGEST))
            end = unfinished.start() if unfinished else len(text)
            found += self._leak.feed(text[:end])
        else:
            end = _solid_end(text, _TAG_BEGUN)
            self._code.advance(text[:end])
            self._say(text[:end], found)
        if end < len(text):
            self._held.append(text[end:])

    def _open(self, opener: str, before: str, found: list[Found]) -> None:
        """A call begins, after the text before it."""
        self.shorn = True
        self._assumed = False
        self._say(before.rstrip(), found)
        self._turn(self.kind, found)
        self._leak = Leak(opener)
        found += self._leak.feed(opener)

    def _close(self, found: list[Found]) -> None:
        """The call ends."""
        if self._leak is not None:
            found += [*self._leak.end(), ("end", "")]
            self._leak = None

    def release(self) -> list[Found]:
        """What is held back, as it stands."""
        found: list[Found] = []
        text = "".join(self._held)
        self._held.clear()
        if WORD in text:
            self._open(WORD, "", found)
            text = text.lstrip().removeprefix(WORD)
        if self._leak is not None:
            found += [*self._leak.feed(text), *self._leak.end()]
        elif text.strip() or not self._after:
            self._say(text, found)
        else:
            self.shorn = self.shorn or bool(text)
        return found

    def end(self) -> list[Found]:
        """The end of the open part: what is held back, and a last word on thinking that no tag has confirmed."""
        found = self.release()
        self._close(found)
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
        self.shorn = self.shorn or said != lead
        return said + body


def _may_end(held: str) -> bool:
    """Whether white space would end what is held back: it may be the beginning of a tag, not a tag that waits."""
    return not held.isspace() and not held.rstrip().endswith(WORD)


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
        if not piece.strip() and not (self._held and _CLOSER_BEGUN.search(self._held[-1])):
            self._held.append(piece)
            return ""
        text = "".join([*self._held, piece])
        end = _solid_end(text, _CLOSER_BEGUN)
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
