"""The options of the magics: one table, from which parsing, help and completion all come.

Options stand before the prompt. The first word that is no option begins the prompt, and from there on everything is
kept as typed: quotes, braces, percent signs, blanks. ``--`` ends the options too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from minimax_nb.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes:
        flags: Its spellings, the long one last; none for the words that stand beside the options.
        name: The key its value is found under.
        kind: What makes a value of the text, or None for a switch; what a switch completes is a word behind it.
        shows: The placeholder in the help text.
        about: What it does, one line.
        completes: Name of the list its values complete from, or the values themselves.
        many: Whether it may be said more than once; its value is then a tuple.
    """

    flags: tuple[str, ...]
    name: str
    kind: Callable[[str], Any] | None
    shows: str
    about: str
    completes: str | tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture or video that was asked for: with which option, and its path, address or variable."""

    flag: Literal["--image", "--video"]
    said: str


def _image(text: str) -> Wanted:
    return Wanted("--image", text)


def _video(text: str) -> Wanted:
    return Wanted("--video", text)


def _number(text: str) -> float:
    return float(text)


def _name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError(text)
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[,\s]+", text) if name)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _names(text))


EFFORTS = ("low", "medium", "high", "xhigh", "max")

CHAT = Option(("--chat",), "chat", str, "NAME", "which conversation (default: main)", "chats")
ASKING: tuple[Option, ...] = (
    Option(("-m", "--model"), "model", str, "ID", "the model, spelled as the provider spells it", "models"),
    Option(("-p", "--provider"), "provider", str, "NAME", "who answers", "providers"),
    Option(("--face",), "face", str, "NAME", "the protocol: anthropic or openai", ("anthropic", "openai")),
    Option(("-u", "--base-url"), "base_url", str, "URL", "another address for the protocol"),
    Option(("--region",), "region", str, "NAME", "a provider's other hosts, such as cn", ("global", "cn")),
    Option(
        ("--image",), "media", _image, "X", "send a picture: a path, URL or variable; repeatable", "pictures", many=True
    ),
    Option(
        ("--video",), "media", _video, "X", "send a video: a path, URL or variable; repeatable", "videos", many=True
    ),
    Option(("-s", "--system"), "system", str, "TEXT", "system message of the conversation"),
    Option(("-t", "--temperature"), "temperature", _number, "N", "sampling temperature"),
    Option(("--top-p",), "top_p", _number, "N", "nucleus sampling"),
    Option(("--max-tokens",), "max_tokens", int, "N", "most tokens of the reply, thinking included"),
    Option(("--think",), "thinking", str, "MODE", "thinking: adaptive or off", ("adaptive", "off")),
    Option(("--effort",), "effort", str, "LEVEL", "how hard to think: low to max", EFFORTS),
    Option(("--tools",), "tools", _names, "A,B", "functions of the notebook that the model may call", "functions"),
    Option(("--schema",), "schema", str, "NAME", "what the reply must be: a pydantic model, list[NAME], ...", "shapes"),
    Option(("--json",), "json", None, "", "the reply is JSON; reply.parsed is its value"),
    Option(("--to",), "to", str, "PLACE", "cell: put the reply's code into the next cell; it is not run", ("cell",)),
    Option(("-o", "--output"), "output", _name, "NAME", "bind the Reply to NAME (_mm is always the last one)"),
    CHAT,
    Option(("--new",), "new", None, "", "start that conversation afresh"),
    Option(("--alone",), "alone", None, "", "no history: neither read nor written"),
    Option(("--append",), "append", None, "", "add a turn, even if this cell has said one before"),
    Option(("--preset",), "preset", str, "NAME", "how a new conversation starts: a Preset, or its file", "presets"),
    Option(("--raw",), "raw", None, "", "send the prompt without filling in {{names}}"),
    Option(("--dry",), "dry", None, "", "send nothing: show what would be sent, its tokens and price"),
    Option(("--show-code",), "show_code", None, "", "send nothing: show the same call as code"),
    Option(("-h", "--help"), "help", None, "", "show this help"),
)

_WHERE = tuple(option for option in ASKING if option.name in {"provider", "face", "base_url", "region"})
_TIMEOUT = Option(("--timeout",), "timeout", _number, "SECONDS", "how long a service may take to answer")

LISTING: tuple[Option, ...] = (
    Option(("--live",), "live", None, "", "ask the services what they list for your keys; sends no prompt"),
    *_WHERE,
    _TIMEOUT,
)
"""Options of ``%minimax_models``."""

EXAMINING: tuple[Option, ...] = (
    *_WHERE,
    Option(("--offline",), "offline", None, "", "ask nobody outside this process"),
    Option(("--local",), "local", None, "", "look for model servers on their usual ports of this computer"),
    _TIMEOUT,
    Option(
        ("--scan",),
        "scan",
        str,
        "FILE",
        "look through a notebook (or a folder's) for keys and heavy outputs; repeatable",
        "notebooks",
        many=True,
    ),
    Option(("--fix",), "fix", None, "", "with --scan: mask the keys, take the heavy outputs out"),
)
"""Options of ``%minimax_doctor``."""

HISTORY: tuple[Option, ...] = (
    CHAT,
    Option(("--drop",), "drop", _numbers, "N,N", "take these turns out; -1 is the last"),
    Option(("--undo",), "undo", None, "", "take back the last drop, reset or replaced turn of that conversation"),
    Option(("--fork",), "fork", str, "NAME", "begin the conversation NAME with the same past"),
    Option(("--turn",), "turn", int, "N", "with --fork: its past ends with this turn; 0 is none of it"),
)
"""Options of ``%minimax_history``."""

UPLOADS: tuple[Option, ...] = (
    *(option for option in _WHERE if option.name != "face"),
    Option(("--delete",), "delete", str, "ID", "delete this upload, there and here; repeatable", many=True),
    Option(("--delete-all",), "delete_all", None, "", "delete every one of them"),
    _TIMEOUT,
)
"""Options of ``%minimax_uploads``."""

BUDGET: tuple[Option, ...] = (
    Option(("--chat",), "chat", str, "NAME", "the budget of that conversation; else the session's", "chats"),
    Option((), "amount", str, "AMOUNT", "USD (0.50), tokens (20000 tokens), or off", ("off", "tokens")),
)
"""Options of ``%minimax_budget``."""

_PLOTS = ("cost", "tokens", "time", "calls")
USAGE: tuple[Option, ...] = (
    Option(("--by",), "by", _names, "A,B", "what to group by: chat, provider, model, face, ...", "groups"),
    Option(("--chat",), "chat", str, "NAME", "only that conversation; with --next, whose next call", "chats"),
    Option(("--next",), "next", None, "", "what the next call would send, with the prompt behind it if there is one"),
    Option(
        ("--plot",),
        "plot",
        None,
        "[WHAT]",
        "draw it: cost or tokens, over time or calls",
        ("cost", "tokens", "time", "calls"),
    ),
    Option(("-o", "--output"), "output", _name, "NAME", "bind what was used to NAME"),
    Option(("--frame",), "frame", _name, "NAME", "bind it to NAME as a DataFrame, a row a call"),
    Option((), "file", str, "FILE.ipynb", "what a notebook file used instead, or all in a folder", "notebooks"),
)
"""Options of ``%minimax_usage``."""


PANELS = ("chat", "playground", "compare", "usage", "connect")
PANEL: tuple[Option, ...] = (
    *(option for option in ASKING if option.name in {"model", "provider", "face", "base_url", "region", "system"}),
    CHAT,
    Option(("--new",), "new", None, "", "start that conversation afresh"),
    Option(("-o", "--output"), "output", _name, "NAME", "bind the panel to NAME; with compare, the winner's reply"),
    Option((), "kind", str, "KIND", "chat (if nothing is said), playground, compare, usage or connect", PANELS),
)
"""Options of ``%minimax_panel``."""


RECORD: tuple[Option, ...] = (
    Option(("--mode",), "mode", str, "MODE", "auto, record, replay or off", ("auto", "record", "replay", "off")),
    Option(("--speed",), "speed", str, "SPEED", "of what is replayed: full (at once), recorded, or a factor", "speeds"),
    Option(("--tidy",), "tidy", None, "", "take out of the file what was not used since the kernel began"),
    Option((), "file", str, "FILE", "the recording; off ends it", "recordings"),
)
"""Options of ``%minimax_record``."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The options that were said, by name, and the rest of the line as typed."""

    values: Mapping[str, Any]
    rest: str


_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+))')
_FLAG = re.compile(r"(--?[A-Za-z][\w-]*)(=|\s+|$)")


def parse(line: str, options: Sequence[Option]) -> Parsed:
    """Take the options off the front of a line.

    Raises:
        ConfigError: An unknown option, a missing value, or a value of the wrong kind.
    """
    by_flag = {flag: option for option in options for flag in option.flags}
    values: dict[str, Any] = {}
    rest = line.lstrip()
    while match := _FLAG.match(rest):
        flag, rest = match[1], rest[match.end() :]
        option = by_flag.get(flag)
        if option is None:
            raise _unknown(flag, tuple(by_flag))
        if option.kind is None:
            values[option.name] = True
        else:
            text, rest = _value(option, flag, rest)
            value = _converted(option, flag, text)
            values[option.name] = (*values.get(option.name, ()), value) if option.many else value
    if rest == "--" or rest.startswith("-- "):
        rest = rest[3:]
    return Parsed(values, rest)


def parse_words(line: str, options: Sequence[Option]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The options and the words of a line without a prompt: they stand in any order, and quotes hold a word together.

    Raises:
        ConfigError: As :func:`parse`.
    """
    values: dict[str, Any] = {}
    words: list[str] = []
    rest = line
    while rest:
        parsed = parse(rest, options)
        values.update(parsed.values)
        word, rest = _word(parsed.rest)
        words += [word] if word is not None else []
    return values, tuple(words)


def _value(option: Option, flag: str, rest: str) -> tuple[str, str]:
    text, rest = _word(rest)
    if text is None:
        raise ConfigError(f"{flag} needs a value: {flag} {option.shows}.")
    if option.kind is _names and text.endswith(","):
        raise ConfigError(f"{flag} {text} ends with a comma.", hint="Write them without a blank between, or in quotes.")
    return text, rest


def _word(line: str) -> tuple[str | None, str]:
    """The first word, quotes taken off, and what follows it; None if there is none."""
    match = _WORD.match(line)
    if match is None:
        return None, ""
    quoted = match[1] if match[1] is not None else match[2]
    text = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return text, line[match.end() :].lstrip(" \t")


_KINDS: Mapping[Any, str] = {
    _number: "a number", int: "a whole number", _numbers: "whole numbers", _name: "a Python name"
}  # fmt: skip


def _converted(option: Option, flag: str, text: str) -> Any:  # noqa: ANN401 - each option has a type of its own
    assert option.kind is not None
    try:
        value = option.kind(text)
    except ValueError:
        wants = _KINDS.get(option.kind, "a value")
        raise ConfigError(f"{flag} takes {wants}, not {text!r}.") from None
    if isinstance(option.completes, tuple) and option.completes and value not in option.completes:
        if option.name == "region":  # a provider row of the user's own may have others
            return value
        from minimax_nb.catalog import did_you_mean

        raise ConfigError(
            f"{flag} takes one of {', '.join(option.completes)}, not {text!r}.",
            hint=did_you_mean(text, option.completes),
        )
    return value


def _unknown(flag: str, flags: tuple[str, ...]) -> ConfigError:
    from minimax_nb.catalog import did_you_mean

    hint = did_you_mean(flag, flags) or "%%minimax? lists them all."
    return ConfigError(f"There is no option {flag}.", hint=f"{hint} A prompt that begins with a dash goes after --.")


def help_text(usage: str, options: Sequence[Option]) -> str:
    """The options as a table of plain text."""
    left = [" ".join(filter(None, (", ".join(option.flags), option.shows))) for option in options]
    width = max(map(len, left), default=0)
    lines = [f"  {flags:<{width}}  {option.about}" for flags, option in zip(left, options, strict=True)]
    return "\n".join([usage, "", "Options, before the prompt:", *lines])
