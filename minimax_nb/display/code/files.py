"""Pictures and videos in a call that is shown as code: read from files by name, since base64 is for no reader."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from minimax_nb.display.code.said import json_source
from minimax_nb.messages.media import Clip, Media
from minimax_nb.messages.parts import Part, Text
from minimax_nb.prompt.media.kinds import KINDS

READER = """
def content(name):
    with open(name, "rb") as file:
        return base64.b64encode(file.read()).decode()

"""
"""The function that the SDK forms read files with; it wants the module ``base64``."""

_SUFFIXES: Mapping[str, tuple[str, ...]] = {kind.media_type: kind.suffixes for kind in KINDS}
_UNFIT = re.compile(r"[^\w.-]+")
_SPECIAL = re.compile(r"[\\$`]")


class Expression:
    """Python source that stands in a literal as it is."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __repr__(self) -> str:
        return self._source


def file_name(part: Media) -> str:
    """The file that holds the content: the part's own name if it is one of a file of this type, else one to save it as.

    Args:
        part: A picture or video whose content is sent.
    """
    suffixes = _SUFFIXES.get(part.media_type, (".bin",))
    if part.name.isprintable() and part.name.lower().endswith(suffixes):
        return part.name
    return (_UNFIT.sub("-", part.name).strip("-.") or "attachment") + suffixes[0]


def remarks(media: Iterable[Media], comment: str) -> list[str]:
    """Comments on the files the code reads: what must be saved first, and what was sent in another form than saved.

    Args:
        media: The pictures and videos whose content is sent.
        comment: How a comment begins in this language.
    """
    lines = []
    for part in media:
        name = file_name(part)
        said = "; ".join(part.notes)
        if name != part.name:
            lines.append(
                f"{comment} {_one_line(part.name)} is no file of this type: save it as {_one_line(name)} first"
            )
        elif said:
            lines.append(f"{comment} {_one_line(name)} is read as it is; this call sends it changed: {_one_line(said)}")
    return list(dict.fromkeys(lines))


def kit_prompt(parts: Sequence[Part], literal: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """The arguments of ``chat.ask`` for a prompt, and the names to import for them.

    Args:
        parts: The prompt's parts.
        literal: Writes a text as a Python literal.
    """
    arguments: list[str] = []
    names: set[str] = set()
    text = ""
    for part in parts:
        if isinstance(part, Text):
            text += part.text
        elif isinstance(part, Media):
            arguments += [literal(text)] if text else []
            text = ""
            names.add(_class_of(part))
            arguments.append(_medium(part))
    arguments += [literal(text)] if text or not arguments else []
    return arguments, sorted(names)


def _class_of(part: Media) -> str:
    return "Video" if isinstance(part, Clip) else "Image"


def _medium(part: Media) -> str:
    source = part.url or file_name(part)
    options = {
        "fps": part.fps if isinstance(part, Clip) else None,
        "detail": part.detail,
        "max_long_side": part.max_long_side,
    }
    said = "".join(f", {name}={value!r}" for name, value in options.items() if value is not None)
    return f"{_class_of(part)}({source!r}{said})"


def with_contents(
    body: Mapping[str, Any], media: Iterable[Media], write: Callable[[str, str], object]
) -> dict[str, Any]:
    """A body with something in place of each content.

    Args:
        body: The body, with a few words where contents would stand.
        media: Whose contents these are, in the body's order.
        write: What is to stand there, from what comes before it in the same string ("data:image/png;base64," or
            nothing) and the name of its file.
    """
    left = iter(media)

    def filled(part: Mapping[str, Any]) -> dict[str, Any]:
        kind = part["type"]
        inner: dict[str, Any] = part.get("source" if kind in {"image", "video"} else kind, {})
        if kind in {"image", "video"} and inner["type"] == "base64":
            return {**part, "source": {**inner, "data": write("", file_name(next(left)))}}
        if kind in {"image_url", "video_url"} and inner["url"].startswith("data:"):
            before, comma, _ = inner["url"].partition(",")
            return {**part, kind: {**inner, "url": write(before + comma, file_name(next(left)))}}
        return dict(part)

    def message(said: Mapping[str, Any]) -> dict[str, Any]:
        listed = said["role"] == "user" and isinstance(said.get("content"), list)
        return {**said, "content": [filled(part) for part in said["content"]]} if listed else dict(said)

    return {**body, "messages": [message(said) for said in body["messages"]]}


def in_python(before: str, name: str) -> Expression:
    """A content as a Python expression."""
    return Expression(f"{before!r} + content({name!r})" if before else f"content({name!r})")


def with_marks(body: Mapping[str, Any], media: Iterable[Media]) -> tuple[dict[str, Any], dict[str, str]]:
    """A body with a mark such as "[file 1]" in place of each content, and the name of the file behind each mark.

    No mark stands anywhere else in the body.

    Args:
        body: The body, with a few words where contents would stand.
        media: Whose contents these are, in the body's order.
    """
    text, opening = json.dumps(body, ensure_ascii=False), "["
    while f"{opening}file " in text:
        opening += "["
    files: dict[str, str] = {}

    def marked(before: str, name: str) -> str:
        mark = f"{opening}file {len(files) + 1}]"
        files[mark] = name
        return before + mark

    return with_contents(body, media, marked), files


def in_shell(body: Mapping[str, Any], media: Iterable[Media]) -> str:
    """The JSON of a body for a here-document without quotes, in which the shell puts the contents of files.

    Args:
        body: The body, with a few words where contents would stand.
        media: Whose contents these are, in the body's order.
    """
    marked, files = with_marks(body, media)
    text = _SPECIAL.sub(lambda special: "\\" + special[0], json_source(marked))
    return re.sub(_any_of(files), lambda mark: f"$(base64 < {shlex.quote(files[mark[0]])} | tr -d '\\n')", text)


def in_javascript(body: Mapping[str, Any], media: Iterable[Media], literal: Callable[[object], str]) -> str:
    """A body as a JavaScript expression, in which the function ``content`` reads files.

    Args:
        body: The body, with a few words where contents would stand.
        media: Whose contents these are, in the body's order.
        literal: Writes plain JSON values as source, those of a whole body on several lines.
    """
    marked, files = with_marks(body, media)
    if not files:
        return literal(marked)

    def read(found: re.Match[str]) -> str:
        before, reading = found[1], f"content({literal(files[found[2]])})"
        return f'"{before}" + {reading}' if before else reading

    return re.sub(f'"([^"]*?)({_any_of(files)})"', read, literal(marked))


def _any_of(marks: Iterable[str]) -> str:
    return "|".join(map(re.escape, marks))


def _one_line(text: str) -> str:
    """A text for a comment of any language: on one line, and without what would end PHP or a page's script."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(line.split()).replace("?>", "? >").replace("</", "< /")
