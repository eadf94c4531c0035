"""Notebook representations of the kit's other values: chats, counts, usage, previews, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog import ModelLine
from minimax_nb.chat import Chat, Ledger, Preview, TokenCount, UsageLine
from minimax_nb.display.receipt import money
from minimax_nb.display.render import Bundle, markdown_answer, register, safe_line, table
from minimax_nb.doctor import Report
from minimax_nb.messages.parts import Message, Thinking, ToolCall, ToolResult
from minimax_nb.messages.shown import Shown

_EXCERPT = 2_000


@dataclass(frozen=True, slots=True)
class Listing(Shown):
    """A table with a title and closing remarks."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


def model_listing(lines: Sequence[ModelLine]) -> Listing:
    """The models that are known, with window, limits and prices in USD per million tokens."""
    headers = ("provider", "model", "window", "most out", "takes", "thinking", "in", "out", "cached in", "status")
    rows = tuple(
        (
            line.provider, line.id, _count(line.context), _count(line.max_output), " ".join(line.inputs),
            line.thinking or "?", _price(line.input_price), _price(line.output_price), _price(line.cache_price),
            line.status,
        )
        for line in lines
    )  # fmt: skip
    notes = dict.fromkeys(f"{line.id}: {line.note}" for line in lines if line.note)
    return Listing("Models", headers, rows, ("Prices: USD per million tokens; ? is unknown.", *notes))


def setting_listing(rows: Iterable[tuple[str, str, str]]) -> Listing:
    """The magics' defaults."""
    remark = "Set one with %minimax_config name=value; what is not set comes from the environment or the config file."
    return Listing("Defaults of the magics", ("setting", "value", "meaning"), tuple(rows), (remark,))


def _listing(value: Listing) -> Bundle:
    plain, markdown = table(value.headers, value.rows)
    remarks = "\n".join(value.remarks)
    quiet = "\n".join(f"- {safe_line(remark)}" for remark in value.remarks)
    return {
        "text/plain": f"{value.title}\n\n{plain}\n\n{remarks}".rstrip(),
        "text/markdown": f"**{safe_line(value.title)}**\n\n{markdown}\n\n{quiet}".rstrip(),
    }, {}


def _ledger(value: Ledger) -> Bundle:
    return _usage(value.lines)


def _usage(lines: Sequence[UsageLine]) -> Bundle:
    headers = ("provider", "model", "replies", "in", "cached", "out", "thinking", "price")
    rows = tuple(
        (
            line.provider, line.model, str(line.replies), _count(line.input_tokens), _count(line.cached_tokens),
            _count(line.output_tokens), _count(line.thinking_tokens), _sum(line),
        )
        for line in lines
    )  # fmt: skip
    return _listing(Listing("Usage", headers, rows, () if rows else ("Nothing was asked yet.",)))


def _sum(line: UsageLine) -> str:
    if line.cost is None:
        return "unknown"
    more = f" + {line.unknown_cost} unknown" if line.unknown_cost else ""
    return money(line.cost) + more


def _token_count(value: TokenCount) -> Bundle:
    kind = "counted by the service" if value.exact else "the kit's estimate"
    parts = ", ".join(f"{name} {tokens:,}" for name, tokens in value.parts.items() if tokens)
    price = "price unknown" if value.price is None else f"{money(value.price)} for the input"
    text = f"{value.tokens:,} tokens ({kind}; estimate by part: {parts}), {price}."
    return {"text/plain": text, "text/markdown": safe_line(text)}, {}


def _preview(value: Preview) -> Bundle:
    key = f"{value.key_header}: (the key)" if value.key_header else "(no key is sent)"
    head = [f"{value.method} {value.url}", *(f"{name}: {text}" for name, text in value.headers.items()), key]
    body = json.dumps(value.body, ensure_ascii=False, indent=2)
    count = _token_count(value.count)[0]["text/plain"]
    title = f"Not sent. To {value.provider} over {value.face} this would go out:"
    http = "\n".join(head) + "\n\n" + body
    notes = "".join(f"\n\n{note}" for note in value.notes)
    fence = "```" if "```" not in http else "`" * (_longest_run(http) + 1)
    return {
        "text/plain": f"{title}\n\n{http}\n\n{count}{notes}",
        "text/markdown": f"**{safe_line(title)}**\n\n{fence}http\n{http}\n{fence}\n\n{safe_line(count)}"
        + "".join(f"\n\n{safe_line(note)}" for note in value.notes),
    }, {}


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _chat(value: Chat) -> Bundle:
    title = f"{value.provider} · {value.model} · {value.face} · {len(value.history)} messages"
    plain, markdown = [title], [f"**{safe_line(title)}**"]
    if value.system:
        plain.append(f"[system] {value.system}")
        markdown.append(f"**system** {safe_line(value.system)}")
    for message in value.history:
        said, more = _said(message)
        mark = f"{message.role}, cut short" if message.partial else message.role
        plain.append(f"[{mark}] {said}{more}")
        markdown.append(f"**{mark}**\n\n{_quoted(markdown_answer(said + more))}")
    usage = _ledger(value.usage)[0]
    plain.append(usage["text/plain"])
    markdown.append(usage["text/markdown"])
    return {"text/plain": "\n\n".join(plain), "text/markdown": "\n\n".join(markdown)}, {}


def _said(message: Message) -> tuple[str, str]:
    """A message's text, shortened, and a remark on what else it holds."""
    text = message.text
    more = f"\n… {len(text) - _EXCERPT:,} more characters" if len(text) > _EXCERPT else ""
    extras = []
    thinking = sum(len(part.text) for part in message.parts if isinstance(part, Thinking))
    if thinking:
        extras.append(f"thinking, {thinking:,} characters")
    extras += [f"call of {part.name}" for part in message.parts if isinstance(part, ToolCall)]
    extras += ["tool result" for part in message.parts if isinstance(part, ToolResult)]
    return text[:_EXCERPT], more + (f"\n\n({'; '.join(extras)})" if extras else "")


def _quoted(markdown: str) -> str:
    return "\n".join("> " + line for line in markdown.splitlines())


def _report(value: Report) -> Bundle:
    rows = tuple((finding.subject, finding.state, "" if finding.fine else "look here") for finding in value.findings)
    remark = "All is well." if value.fine else "Something needs a look."
    return _listing(Listing("minimax_nb doctor", ("what", "state", ""), rows, (remark,)))


def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _price(value: Decimal | None) -> str:
    return "?" if value is None else f"{value.normalize():f}"


register(Listing, _listing)
register(Ledger, _ledger)
register(UsageLine, lambda value: _usage((value,)))
register(TokenCount, _token_count)
register(Preview, _preview)
register(Chat, _chat)
register(Report, _report)
