"""Notebook representations of the kit's other values: chats, counts, usage, previews, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog import ModelLine, load_catalog, model_table
from minimax_nb.catalog.table import LiveLine, live_table
from minimax_nb.chat import Preview, TokenCount
from minimax_nb.chat.served import Answered
from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.receipt import money
from minimax_nb.display.render import Bundle, error_line, register, safe_line, table
from minimax_nb.doctor import Report
from minimax_nb.errors import ConfigError, MiniMaxError
from minimax_nb.messages.media import Media
from minimax_nb.messages.shown import Shown
from minimax_nb.prompt.media.files import said_bytes
from minimax_nb.prompt.media.medium import Medium
from minimax_nb.wire.files import Uploaded


@dataclass(frozen=True, slots=True)
class Listing(Shown):
    """A table with a title and closing remarks."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


def known_models(provider: str | None = None, words: str = "") -> Listing:
    """The models the kit knows whose provider and id hold each of these words.

    Raises:
        ConfigError: There is no such provider, or no model that matches.
    """
    lines = model_table(load_catalog(), provider)
    wanted = words.lower().split()
    found = [line for line in lines if all(word in f"{line.provider} {line.id}".lower() for word in wanted)]
    if not found:
        hint = "Without words all are listed; --live asks the services for theirs."
        raise ConfigError(f"No model known here matches {words.strip()!r}.", hint=hint)
    return model_listing(found)


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


_MOST_NEW = 40


def live_listing(answers: Sequence[Answered], words: str = "") -> Listing:
    """What services list for a key beside what the kit knows; one that failed has a line below the table.

    Args:
        answers: What each service answered. Of models the kit has no row for, the first 40 of each are shown.
        words: Only models whose provider and id hold each of these words.

    Raises:
        ConfigError: Models were listed, but none that matches.
    """
    headers = ("provider", "model", "window", "most out", "in", "out", "cached in", "here")
    shown: list[LiveLine] = []
    more: list[str] = []
    for answer in answers:
        known, new = _matching(answer, words.lower().split())
        shown += [*known, *new[:_MOST_NEW]]
        if len(new) > _MOST_NEW:
            name, hidden = answer.endpoint.provider_name, len(new) - _MOST_NEW
            more.append(f"{name} lists {hidden:,} more that are new here; words behind --live narrow the list down.")
    if words.strip() and not shown and any(answer.models for answer in answers):
        raise ConfigError(f"No model listed now matches {words.strip()!r}.", hint="Without words all are listed.")
    if any(line.known is None and not line.usable for line in shown):
        more.append(_HOW_NEW)
    if any(line.known is not None and line.served is None for line in shown):
        more.append("What is not in a key's list may be refused: the key's plan, its region or the service lacks it.")
    prices = ("Prices: USD per million tokens, as the kit knows them; ? is unknown.",) if shown else ()
    failed = [f"{answer.endpoint.provider_name}: {error_line(answer.error)}" for answer in answers if answer.error]
    rows = tuple(map(_live_row, shown))
    return Listing("Models, as the services list them now", headers, rows, (*prices, *more, *failed))


def _matching(answer: Answered, words: Sequence[str]) -> tuple[list[LiveLine], list[LiveLine]]:
    """The lines of one answer that hold all the words: those the kit has a row for, and the others."""
    if answer.error is not None:
        return [], []
    lines = live_table(load_catalog(), answer.endpoint, answer.models)
    found = [line for line in lines if all(word in f"{line.provider} {line.id}".lower() for word in words)]
    return [line for line in found if line.known], [line for line in found if not line.known]


_HOW_NEW = (
    "A model the kit has no row for is taken with -m once the config file has a line for it: "
    '[providers.NAME.models."ID"].'
)


def _live_row(line: LiveLine) -> tuple[str, ...]:
    known, served = line.known, line.served
    window = _beside(known.context if known else None, served.context if served else None)
    most = _beside(known.max_output if known else None, served.max_output if served else None)
    prices = (known.input_price, known.output_price, known.cache_price) if known else (None, None, None)
    return (line.provider, line.id, window, most, *map(_price, prices), _standing(line))


def _beside(ours: int | None, theirs: int | None) -> str:
    """The kit's figure, and the service's where it says another: neither replaces the other."""
    if theirs is None or theirs == ours:
        return _count(ours)
    return f"{_count(ours)} (service: {theirs:,})" if ours is not None else f"(service: {theirs:,})"


def _standing(line: LiveLine) -> str:
    """What the id is good for with this key."""
    if line.known is None:
        title = line.served.title if line.served and line.served.title not in {"", line.id} else ""
        use = "new here: usable with -m" if line.usable else "new here: needs a row"
        return f"{use} ({title})" if title else use
    if line.served is None:
        return f"listed as {line.spelled}" if line.spelled else "not in this key's list"
    return "listed" if line.known.status == "current" else f"listed; {line.known.status}"


def setting_listing(rows: Iterable[tuple[str, str, str]]) -> Listing:
    """The magics' defaults."""
    remark = "Set one with %minimax_config name=value; what is not set comes from the environment or the config file."
    return Listing("Defaults of the magics", ("setting", "value", "meaning"), tuple(rows), (remark,))


def upload_listing(files: Sequence[Uploaded]) -> Listing:
    """The videos at a service: id, name, size, when it took them in, and whether a prompt uses them again from here."""
    rows = tuple(
        (
            file.file_id, file.name or "?", "?" if file.size is None else said_bytes(file.size),
            f"{file.created:%Y-%m-%d %H:%M} UTC" if file.created else "?", "yes" if file.sha256 else "no",
        )
        for file in files
    )  # fmt: skip
    remark = "Kept here: the same video goes by this id again, and is not uploaded anew."
    return Listing("Uploads", ("id", "name", "size", "uploaded", "kept here"), rows, (remark,))


def _listing(value: Listing) -> Bundle:
    plain, markdown = table(value.headers, value.rows)
    remarks = "\n".join(value.remarks)
    quiet = "\n".join(f"- {safe_line(remark)}" for remark in value.remarks)
    return {
        "text/plain": f"{value.title}\n\n{plain}\n\n{remarks}".rstrip(),
        "text/markdown": f"**{safe_line(value.title)}**\n\n{markdown}\n\n{quiet}".rstrip(),
    }, {}


_PARTS = {"built-in": "added by the service"}


def _token_count(value: TokenCount) -> Bundle:
    kind = "counted by the service" if value.exact else "the kit's estimate"
    named = ((_PARTS.get(name, name), tokens) for name, tokens in value.parts.items())
    parts = ", ".join(f"{name} {tokens:,}" for name, tokens in named if tokens)
    price = "price unknown" if value.price is None else f"{money(value.price)} for the input"
    text = f"{value.tokens:,} tokens ({kind}; estimate by part: {parts}), {price}. {value.note}".rstrip()
    return {"text/plain": text, "text/markdown": safe_line(text)}, {}


def _preview(value: Preview) -> Bundle:
    key = f"{value.key_header}: (the key)" if value.key_header else "(no key is sent)"
    head = [f"{value.method} {value.url}", *(f"{name}: {text}" for name, text in value.headers.items()), key]
    body = json.dumps(value.body, ensure_ascii=False, indent=2)
    count = _token_count(value.count)[0]["text/plain"]
    title = f"Not sent. To {value.provider} over {value.face} this would go out:"
    top = "\n".join(head)
    http = f"{top}\n\n{body}"
    notes = "".join(f"\n\n{note}" for note in value.notes)
    fence = "```" if "```" not in http else "`" * (_longest_run(http) + 1)
    return {
        "text/plain": f"{title}\n\n{http}\n\n{count}{notes}",
        "text/markdown": f"**{safe_line(title)}**\n\n{fence}text\n{top}\n{fence}\n\n{fence}json\n{body}\n{fence}\n\n"
        + safe_line(count)
        + "".join(f"\n\n{safe_line(note)}" for note in value.notes),
    }, {}


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _media(value: Media) -> Bundle:
    return {"text/plain": media_lines((value,))[0], "text/markdown": gallery((value,))}, {}


def _medium(value: Medium) -> Bundle:
    """A picture or video as it would be sent; if it cannot be, the reason."""
    try:
        return _media(value.prepare())
    except MiniMaxError as error:
        line = error_line(error)
        return {"text/plain": line, "text/markdown": safe_line(line)}, {}


def _report(value: Report) -> Bundle:
    rows = tuple((finding.subject, finding.state, "" if finding.fine else "look here") for finding in value.findings)
    remark = "All is well." if value.fine else "Something needs a look."
    return _listing(Listing("minimax_nb doctor", ("what", "state", ""), rows, (remark,)))


def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _price(value: Decimal | None) -> str:
    return "?" if value is None else f"{value.normalize():f}"


register(Listing, _listing)
register(TokenCount, _token_count)
register(Preview, _preview)
register(Media, _media)
register(Medium, _medium)
register(Report, _report)
register(Uploaded, lambda value: _listing(upload_listing((value,))))
