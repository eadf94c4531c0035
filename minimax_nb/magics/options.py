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
        flags: Its spellings, the long one last.
        name: The key its value is found under.
        kind: What makes a value of the text, or None for a switch.
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
    Option(("-o", "--output"), "output", _name, "NAME", "bind the Reply to NAME (_mm is always the last one)"),
    CHAT,
    Option(("--new",), "new", None, "", "start that conversation afresh"),
    Option(("--alone",), "alone", None, "", "no history: neither read nor written"),
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
)
"""Options of ``%minimax_doctor``."""

UPLOADS: tuple[Option, ...] = (
    *(option for option in _WHERE if option.name != "face"),
    Option(("--delete",), "delete", str, "ID", "delete this upload, there and here; repeatable", many=True),
    Option(("--delete-all",), "delete_all", None, "", "delete every one of them"),
    _TIMEOUT,
)
"""Options of ``%minimax_uploads``."""


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


def _value(option: Option, flag: str, rest: str) -> tuple[str, str]:
    match = _WORD.match(rest)
    if match is None:
        raise ConfigError(f"{flag} needs a value: {flag} {option.shows}.")
    quoted = match[1] if match[1] is not None else match[2]
    text = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return text, rest[match.end() :].lstrip(" \t")


def _converted(option: Option, flag: str, text: str) -> Any:  # noqa: ANN401 - each option has a type of its own
    assert option.kind is not None
    try:
        value = option.kind(text)
    except ValueError:
        wants = {_number: "a number", int: "a whole number", _name: "a Python name"}.get(option.kind, "a value")
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
    left = [", ".join(option.flags) + (f" {option.shows}" if option.shows else "") for option in options]
    width = max(map(len, left), default=0)
    lines = [f"  {flags:<{width}}  {option.about}" for flags, option in zip(left, options, strict=True)]
    return "\n".join([usage, "", "Options, before the prompt:", *lines])
