"""What a script may talk about: the request as the emulator counted it, and words for it.

Every reply says that it is the emulator's; nothing in it pretends that a model read the prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from minimax_nb.emulator.controls import without_lines
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.tokens import is_wide

QUOTE_CHARS = 80
_PROTOCOLS = {"anthropic": "Anthropic-compatible", "openai": "OpenAI-compatible"}
_TICKS = re.compile("`+")
_WITHOUT_EFFECT = ("stop", "stop_sequences", "presence_penalty", "frequency_penalty", "logit_bias", "top_k")


@dataclass(frozen=True)
class Topic:
    """A request and its counts.

    Attributes:
        heard: The request.
        input_tokens: What all of it counts.
        cached_tokens: The part of that which an earlier call left in the cache.
        prompt: The last prompt without its ``/emulate`` lines.
    """

    heard: Heard
    input_tokens: int
    cached_tokens: int
    prompt: str

    @cached_property
    def chinese(self) -> bool:
        """Whether to answer in Chinese: the prompt holds at least one Chinese character."""
        return any(is_wide(character) for character in self.prompt[:400])

    def say(self, english: str, chinese: str) -> str:
        """The sentence in the prompt's language."""
        return chinese if self.chinese else english

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """What the user wrote, turn by turn, the last prompt included."""
        return tuple(filter(None, map(without_lines, self.heard.prompts)))

    @cached_property
    def parameters(self) -> str:
        """The parameters that were sent, as short JSON, or "none"."""
        said = {name: value for name, value in self.heard.said.items() if name not in {"metadata", "stream_options"}}
        short = (f"{name}={_short(value)}" for name, value in said.items())
        return ", ".join(short) or self.say("none", "无")

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """Parameters that were sent and that the service does not heed."""
        return tuple(name for name in _WITHOUT_EFFECT if name in self.heard.said)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def plural(number: int, thing: str) -> str:
    """The number and the thing, as in 1 message and 2 messages."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def code(text: str) -> str:
    """The text as inline code, whatever backticks it holds: nothing in it is Markdown any more."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def quote(text: str, most: int = QUOTE_CHARS) -> str:
    """The beginning of a text on one line, as inline code."""
    line = " ".join(text[: most * 8].split())
    return code(line if len(line) <= most else line[: most - 1] + "…") if line else "``"


def block(text: str, language: str = "") -> str:
    """The text as a fenced block, whatever fences it holds."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def details(topic: Topic) -> list[tuple[str, str]]:
    """What was received, as names and values; the same whether the reply is streamed or not."""
    heard = topic.heard
    cached = topic.say(f", {topic.cached_tokens:,} of them cached", f"，其中缓存 {topic.cached_tokens:,}")
    rows = [
        (topic.say("Model", "模型"), code(heard.model)),
        (topic.say("Protocol", "协议"), _PROTOCOLS[heard.face]),
        (topic.say("Messages", "消息"), f"{len(heard.turns):,}"),
        (
            topic.say("Last prompt", "最后一条"),
            topic.say(plural(len(topic.prompt), "character"), f"{len(topic.prompt):,} 字符"),
        ),
        (topic.say("Input tokens", "输入 token"), f"{topic.input_tokens:,}" + (cached if topic.cached_tokens else "")),
        (topic.say("Parameters", "参数"), topic.parameters),
        (topic.say("Thinking", "思考"), topic.say("on" if heard.thinking else "off", "开" if heard.thinking else "关")),
    ]
    if heard.system:
        rows.append((topic.say("System message", "系统消息"), quote(heard.system)))
    if heard.tools:
        rows.append((topic.say("Tools", "工具"), ", ".join(code(tool.name) for tool in heard.tools)))
    rows.extend((media.kind.capitalize(), media.about) for media in heard.last.media)
    if topic.ignored:
        rows.append((topic.say("Ignored, as by the service", "被忽略的参数"), ", ".join(topic.ignored)))
    return rows


def receipt(topic: Topic) -> str:
    """One line under a reply: what was received, and by whom."""
    heard = topic.heard
    return topic.say(
        f"*Written by the emulator of minimax_nb, not by a model. It received {plural(len(heard.turns), 'message')}, "
        f"{plural(len(topic.prompt), 'character')} in the last prompt, {topic.input_tokens:,} input tokens for "
        f"{code(heard.model)}.*",
        f"*这是 minimax_nb 的模拟器写的，不是模型的回答。它收到 {len(heard.turns):,} 条消息，"
        f"最后一条 {len(topic.prompt):,} 个字符，"
        f"共 {topic.input_tokens:,} 个输入 token，模型名 {code(heard.model)}。*",
    )
