"""What a page shows of a reply, and how far it has got: only what is new is sent, and finished blocks once, as HTML.

A turn is a row of sections, one for each call: thinking, finished blocks, the tail that still grows, tool calls. The
script that draws them is reply.js; both sides know the same operations:

======== ============================= ===========================================================================
op       with                          meaning
======== ============================= ===========================================================================
section  r, s                          the next call of the turn begins
think    r, s, add                     more thinking
text     r, s, add                     more of the tail
block    r, s, html, tail              a block is finished; the tail now is this
wipe     r, s                          what was text is thinking, or the reverse: the section begins anew
draft    r, s, html                    a structured reply as far as it has come
calls    r, s, calls                   tool calls under way, a line each
run      r, s, run                     a tool call has ended
status   r, text                       what is being waited for
end      r, receipt, notes, partial    the reply has ended
======== ============================= ===========================================================================

``r`` names the reply, ``s`` counts its sections.
"""

from __future__ import annotations

from typing import Any

from minimax_nb.display.blocks import BlockCutter, split_long
from minimax_nb.display.gallery import kind_of, media_lines
from minimax_nb.display.receipt import receipt, seconds
from minimax_nb.display.render import remarks
from minimax_nb.display.structured import parsed_table
from minimax_nb.display.thumbs import data_uri
from minimax_nb.display.tool_runs import besides, call_line
from minimax_nb.messages.media import Media
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun
from minimax_nb.panels.html import code_html, to_html

Op = dict[str, Any]

_LONG_TAIL = 12_000
"""Characters after which a tail is cut although its block goes on: a page lays out a block anew at each letter."""

_LONG_CODE = 200_000
"""The same for a code block, which is copied as a whole."""

_SHOWN = 20_000
"""Characters of a tool call's arguments, result and output that are shown; the model had all of it."""


class ReplySheet:
    """What a page shows of one turn's reply. Not for two threads at once: a panel's lock is held.

    Args:
        name: What the page knows it by.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._sections: list[_Section] = []
        self._status = ""
        self._end: Op | None = None

    def news(self, reply: Reply) -> list[Op]:
        """What the page does not have yet of the reply, which is the last one of its turn so far."""
        ops: list[Op] = []
        for place, each in enumerate((*reply.earlier, reply)):
            begins = place == len(self._sections)
            section = _Section(each) if begins else self._sections[place]
            added = section.news(last=each is reply) if section.open else []
            if begins and section.open and not added:
                break  # nothing to see yet: a message that says only this would hold up the first word
            if begins:
                self._sections.append(section)
                ops.append({"op": "section"})
            ops += [{**op, "s": place} for op in added]
        if reply.status != self._status:
            self._status = reply.status
            ops.append({"op": "status", "text": reply.status})
        if reply.done and self._end is None and reply.stop_reason != "tool_use":
            ops += self.end(reply)
        return [{"r": self.name, **op} for op in ops]

    def ended(self, reply: Reply) -> list[Op]:
        """All that is left to say of a reply after which no other comes in its turn."""
        ops = self.news(reply)
        return ops if self._end is not None else [*ops, *({"r": self.name, **op} for op in self.end(reply))]

    def end(self, reply: Reply) -> list[Op]:
        """How it ended."""
        self._end = {
            "receipt": receipt(reply),
            "notes": remarks(reply),
            "partial": reply.partial,
            "reason": reply.stop_reason or "",
        }
        return [{"op": "end", **self._end}]

    def state(self) -> Op:
        """All that the page was told, as one value."""
        return {
            "r": self.name,
            "sections": [section.state() for section in self._sections],
            "status": self._status,
            "end": self._end,
        }


class _Section:
    """One call of a turn."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.open = True  # whether more may come of it
        self._afresh()

    def _afresh(self) -> None:
        self._reshaped = self._reply.reshaped
        self._thinking = self._fed = 0
        self._cutter = BlockCutter()
        self._blocks: list[str] = []
        self._draft, self._drafted = "", None
        self._runs: list[Op] = []
        self._told: list[ToolRun] = []
        self._calls: list[str] = []

    def news(self, *, last: bool) -> list[Op]:
        """What is new of it. Once another call has begun after it, nothing more comes."""
        reply, ops = self._reply, list[Op]()
        over = reply.done and (not last or reply.stop_reason != "tool_use")
        if reply.reshaped != self._reshaped:
            self._afresh()
            ops.append({"op": "wipe"})
        ops += self._thought(reply.thinking)
        if reply.drafting is None:
            ops += self._written(reply.text, over=reply.done)
        else:
            ops += self._formed(reply, over=reply.done, given=over and last)
        ops += self._called(reply)
        self.open = not over
        return ops

    def state(self) -> Op:
        """What the page has of it."""
        thinking = self._reply.thinking[: self._thinking]
        return {
            "thinking": thinking,
            "blocks": list(self._blocks),
            "tail": self._cutter.tail,
            "draft": self._draft,
            "runs": list(self._runs),
            "calls": list(self._calls),
        }

    def _thought(self, thinking: str) -> list[Op]:
        add = thinking[self._thinking :]
        self._thinking = len(thinking)
        return [{"op": "think", "add": add}] if add else []

    def _written(self, text: str, *, over: bool) -> list[Op]:
        add = text[self._fed :]
        self._fed = len(text)
        before = len(self._cutter.tail)
        finished = self._cutter.feed(add) if add else []
        finished += self._too_long()
        if over and self._cutter.tail:
            finished.append(self._cutter.tail)
            self._cutter = BlockCutter()
        if not finished:
            return [{"op": "text", "add": self._cutter.tail[before:]}] if add else []
        return self._blocked("".join(to_html(block) for block in finished))

    def _blocked(self, html: str) -> list[Op]:
        self._blocks.append(html)
        return [{"op": "block", "html": html, "tail": self._cutter.tail}]

    def _too_long(self) -> list[str]:
        """Parts cut off a block that has grown long, so that the page need not lay out all of it again and again."""
        cut = []
        while len(tail := self._cutter.tail) > _LONG_TAIL:
            code = tail.lstrip().startswith(("```", "~~~"))
            parts = split_long(tail, _LONG_CODE if code else _LONG_TAIL // 2)
            if parts is None:
                break
            head, rest = parts
            self._cutter = BlockCutter()
            cut += [head, *self._cutter.feed(rest)]
        return cut

    def _formed(self, reply: Reply, *, over: bool, given: bool) -> list[Op]:
        """A structured reply: a table of what has come; at the end that of its value, and the JSON."""
        if given and reply.parsed is not None:
            raw = next((call.raw for call in reply.own_calls if call.name == reply.answer_tool), reply.text)
            self._draft, self._cutter = "", BlockCutter()
            html = _table(reply.parsed) + code_html(raw, "json")
            return [{"op": "draft", "html": ""}, *self._blocked(html)]
        if over:  # it did not fit, or was cut off
            ops = self._written(reply.text, over=True)
            gone = [{"op": "draft", "html": ""}] if self._draft else []
            self._draft = ""
            return [*gone, *ops]
        draft = reply.draft
        if draft is None or draft is self._drafted:
            return []
        self._drafted, self._draft = draft, _table(draft)
        return [{"op": "draft", "html": self._draft}]

    def _called(self, reply: Reply) -> list[Op]:
        """Tool calls: those that have ended, and those under way."""
        ops: list[Op] = []
        for run in besides(reply.runs, self._told):
            self._told.append(run)
            self._runs.append(_run(run))
            ops.append({"op": "run", "run": self._runs[-1]})
        taken = reply.answer_tool
        asked = (call for call in reply.own_calls if not (taken and call.name == taken))
        calls = [_capped(call_line(call)) for call in besides(asked, self._told)]
        if calls != self._calls:
            self._calls = calls
            ops.append({"op": "calls", "calls": calls})
        return ops


def _table(value: object) -> str:
    """A value as HTML tables. What the Markdown of the kit escapes with elements needs none here."""
    return to_html(parsed_table(value)[1].replace("<span>", "").replace("</span>", ""))


def _run(run: ToolRun) -> Op:
    return {
        "name": run.call.name,
        "call": _capped(call_line(run.call)),
        "outcome": run.outcome,
        "seconds": "" if run.seconds is None else seconds(run.seconds),
        "result": _capped(run.result.content),
        "media": sent_media(run.result.media),
        "printed": _capped(run.printed),
        "traceback": _capped(run.traceback),
    }


def sent_media(media: tuple[Media, ...]) -> list[Op]:
    """Pictures and videos as a page shows them: kind, a small preview, and a line about them."""
    return [
        {"kind": kind_of(medium), "preview": data_uri(medium.thumbnail, medium.thumbnail_type), "line": line}
        for medium, line in zip(media, media_lines(media), strict=True)
    ]


def _capped(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be sent
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\n… {len(text) - _SHOWN:,} more characters"
