"""README.md as a list of things that must work: its code blocks, the commands in them, and the words set as code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import ROOT

README = ROOT / "README.md"
_FENCED = re.compile(r"^(?P<fence>`{3,})(?P<kind>[^\n`]*)\n(?P<text>.*?)^(?P=fence)`*[ \t]*$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- ([\w-]+) -->\s*\Z")
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)#\s]+)")
_VARIABLE = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        kind: The word behind its fence.
        text: What is in it.
        line: The line of the file it begins in.
        mark: The word of an HTML comment right before it, or "".
    """

    kind: str
    text: str
    line: int
    mark: str

    def __str__(self) -> str:
        return f"README.md, line {self.line}: ```{self.kind}"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a shell block.

    Attributes:
        words: Its words; a program of the virtual environment by its bare name.
        variables: What is set for it alone.
        block: Where it stands.
    """

    words: tuple[str, ...]
    variables: dict[str, str]
    block: Block

    def __str__(self) -> str:
        return f"{self.block}: {shlex.join(self.words)}"


def read() -> str:
    """The whole text."""
    return README.read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks, from top to bottom."""
    found = []
    for match in _FENCED.finditer(text):
        mark = _MARK.search(text, 0, match.start())
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match["kind"].strip(), match["text"], line, mark[1] if mark else ""))
    return found


def spans(text: str) -> list[str]:
    """What is set as code within the prose, tables included."""
    return _SPAN.findall(_FENCED.sub("", text))


def linked_files(text: str) -> list[Path]:
    """The files of the repository that links and pictures name."""
    return [ROOT / target for target in _LINK.findall(_FENCED.sub("", text)) if "://" not in target]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a shell block: a line each, or several with && between them; comments left out."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            yield _command(words[:end], block)
            words = words[end + 1 :]


def _command(words: list[str], block: Block) -> Command:
    variables = {}
    while words and _VARIABLE.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    program = words[0].removeprefix(".venv/bin/") if words else ""
    return Command((program, *words[1:]), variables, block)
