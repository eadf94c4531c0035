"""What the emulator can talk about: one small function a subject, chosen by words of the prompt.

Each writes Markdown about what the request really held. The first skill that fits writes the answer; the last fits
everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from minimax_nb.emulator import gallery, memory, playing, reading
from minimax_nb.emulator.controls import without_lines
from minimax_nb.emulator.evidence import find_grid, find_source, find_trace
from minimax_nb.emulator.heard import Media
from minimax_nb.emulator.lesson import long_text
from minimax_nb.emulator.shaped import asked_in, wanted_schema
from minimax_nb.emulator.toolbox import plausible
from minimax_nb.emulator.topic import Topic, block, code, details, quote, receipt, table

SHAPED = "schema"
"""The skill that writes an answer of a shape that was asked for."""

HONEST = "the emulator of minimax_nb, a script and not a model"
_HEAD_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Skill:
    """One subject.

    Attributes:
        name: What it is called in the thinking text.
        about: What the prompt asks for, as the end of a sentence.
        fits: Whether it answers this prompt.
        write: The answer.
    """

    name: str
    about: str
    fits: Callable[[Topic], bool]
    write: Callable[[Topic], str]


def _ends(prompt: str) -> str:
    """The beginning and the end of a prompt: what is asked stands there, what was filled in between."""
    return prompt if len(prompt) <= 2 * _HEAD_CHARS else f"{prompt[:_HEAD_CHARS]}\n{prompt[-_HEAD_CHARS:]}"


def _words(pattern: str) -> Callable[[Topic], bool]:
    """Whether the beginning or the end of the prompt holds one of the words."""
    words = re.compile(pattern, re.IGNORECASE)

    def fits(topic: Topic) -> bool:
        return bool(words.search(_ends(topic.prompt)))

    return fits


def _greet(topic: Topic) -> str:
    return (
        topic.say(
            "Hello! I am **the emulator of `minimax_nb`**: a script that speaks the protocols of the services, not a "
            "model. Nothing you type reaches a service, and nothing is billed.\n\nAsk me for a *table*, some *code*, a "
            "*formula*, a *list*, *JSON* or something *long* to see how each arrives in a cell.",
            "你好！我是 **`minimax_nb` 的模拟器**：一个按脚本说话的程序，不是模型。"
            "你输入的内容不会发给任何服务，也不会产生费用。\n\n"
            "可以让我写*表格*、*代码*、*公式*、*列表*、*JSON* 或者*长文*，看看它们在单元格里如何出现。",
        )
        + f"\n\n{receipt(topic)}"
    )


def _tabulate(topic: Topic) -> str:
    said = topic.say("Here is a table of what I received:", "这是我收到的内容：")
    head = (topic.say("What", "项目"), topic.say("Value", "内容"))
    return f"{said}\n\n{table(head, details(topic))}"


def _program(topic: Topic) -> str:
    line = " ".join(topic.prompt.split())[:60]
    words = len(line.split())
    program = (
        "def count_words(text: str) -> int:\n"
        '    """Count the words of a text."""\n'
        "    return len(text.split())\n\n\n"
        f"print(count_words({line!r}))  # {words}"
    )
    said = topic.say(
        "A small Python function, tried on the beginning of your prompt:",
        "一个小的 Python 函数，用你的提问开头试一下：",
    )
    why = topic.say(
        f"`str.split` without arguments cuts at any run of blanks, so the call prints **{words}**.",
        f"不带参数的 `str.split` 会在任意空白处切开，所以这次调用打印 **{words}**。",
    )
    return f"{said}\n\n{block(program, 'python')}\n\n{why}"


def _formulas(topic: Topic) -> str:
    tokens = topic.input_tokens
    said = topic.say(
        "Inline, $e^{i\\pi} + 1 = 0$ sits within a sentence. A formula of its own:",
        "行内公式：$e^{i\\pi} + 1 = 0$。独立公式：",
    )
    then = topic.say(
        f"With the $n = {tokens}$ tokens you sent, the sum of the first $n$ odd numbers is $n^2 = {tokens**2}$:",
        f"你发来 $n = {tokens}$ 个 token，前 $n$ 个奇数之和是 $n^2 = {tokens**2}$：",
    )
    integral = "$$\\int_0^1 x^2 \\, dx = \\left[ \\frac{x^3}{3} \\right]_0^1 = \\frac{1}{3}$$"
    total = "$$\\sum_{k=1}^{n} (2k - 1) = n^2$$"
    return f"{said}\n\n{integral}\n\n{then}\n\n{total}"


def _enumerate(topic: Topic) -> str:
    numbered = re.search(r"\bnumbered\b|\bsteps?\b|编号|步骤", topic.prompt, re.IGNORECASE)
    lines = [
        f"{f'{at}.' if numbered else '-'} **{name}**: {value}"
        for at, (name, value) in enumerate(details(topic), start=1)
    ]
    wanted = reading.wanted_number(topic.prompt)
    said = topic.say("What I received, as a list:", "我收到的内容，列成清单：")
    return said + "\n\n" + "\n".join(lines[: wanted or len(lines)])


def _json(topic: Topic) -> str:
    value = {
        "from": HONEST,
        "model": topic.heard.model,
        "protocol": topic.heard.face,
        "messages": len(topic.heard.turns),
        "prompt_characters": len(topic.prompt),
        "input_tokens": topic.input_tokens,
        "thinking": topic.heard.thinking,
    }
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if re.search(r"\b(?:only|just|nothing (?:but|else)|raw|bare)\b|只要|仅", topic.prompt, re.IGNORECASE):
        return text
    said = topic.say("What I received, as a JSON object:", "我收到的内容，写成 JSON：")
    return f"{said}\n\n{block(text, 'json')}\n\n{receipt(topic)}"


def _structured(topic: Topic) -> str:
    schema = wanted_schema(topic.heard) or {}
    if schema.get("properties") or "$ref" in schema:
        return json.dumps(plausible(schema, without_lines(asked_in(topic.heard))), ensure_ascii=False)
    return json.dumps({"from": HONEST, "messages": len(topic.heard.turns), "input_tokens": topic.input_tokens})


def _long(topic: Topic) -> str:  # noqa: ARG001
    return long_text()


def _results(topic: Topic) -> str:
    names = {call.id: call.name for turn in topic.heard.turns for call in turn.calls}
    lines = []
    for result in topic.heard.answers:
        name = code(names.get(result.call_id, "?"))
        verb = topic.say("failed and said" if result.failed else "answered", "失败，返回" if result.failed else "返回")
        lines.append(f"- {name} {verb} {quote(result.text, 300)}")
    lines += [f"- {_measured(topic, media)}" for media in topic.heard.brought]
    said = topic.say("The tools have run. This is what came back:", "工具已经运行，结果如下：")
    return said + "\n\n" + "\n".join(lines) + f"\n\n{receipt(topic)}"


def _measured(topic: Topic, media: Media) -> str:
    """A picture or video of a tool's, in a few words."""
    kind = topic.say("a picture", "一张图片") if media.kind == "image" else topic.say("a video", "一段视频")
    size = f", {media.width} x {media.height}" if media.width else ""
    return f"{kind} ({media.about}{size})"


def _anything(topic: Topic) -> str:
    heard = topic.heard
    ask = topic.say(
        "Words I have a script for: *table*, *code*, *math*, *list*, *json*, *long*, *hello*. Send a traceback, a "
        "table of data or a function, and I describe it.",
        "我有脚本可用的词：*表格*、*代码*、*公式*、*列表*、*json*、*长文*、*你好*。发来回溯、数据表或函数，我会描述它。",
    )
    said = topic.say(
        f"**This is the emulator of `minimax_nb`, not a model**, so I cannot answer {quote(topic.prompt)}. What I can "
        f"do is tell you what arrived at {code(heard.model)}:",
        f"**这是 `minimax_nb` 的模拟器，不是模型**，所以我无法回答 {quote(topic.prompt)}。"
        f"我可以告诉你 {code(heard.model)} 收到了什么：",
    )
    lines = "\n".join(f"- **{name}**: {value}" for name, value in details(topic))
    return f"{said}\n\n{lines}\n\n{ask}\n\n{receipt(topic)}"


def _repeat(topic: Topic) -> str:
    earlier = memory.last_question(topic)
    again = replace(topic, prompt=earlier)
    said = topic.say(f"Once more, for {quote(earlier)}:", f"再来一次，针对 {quote(earlier)}：")
    return f"{said}\n\n{choose(again).write(again)}"


_SECTIONS: tuple[tuple[re.Pattern[str], Callable[[Topic], str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), write)
    for pattern, write in (
        (r"\b(?:math|maths|latex|formulas?|equations?|integrals?)\b|公式|数学|方程|积分", _formulas),
        (r"\btables?\b|表格", _tabulate),
        (r"\b(?:code|python|functions?|program)\b|代码|函数|程序", _program),
        (r"\b(?:lists?|bullets?|bullet points?|steps)\b|列表|清单|要点", _enumerate),
    )
)
"""Pieces that can stand in one reply: the words that ask for each."""


def _shown(topic: Topic) -> list[Callable[[Topic], str]]:
    """The pieces a prompt asks for, in its own order."""
    ends = _ends(topic.prompt)
    found = [(match.start(), at, write) for at, (words, write) in enumerate(_SECTIONS) if (match := words.search(ends))]
    return [write for _, _, write in sorted(found, key=lambda one: one[:2])]


def _show(topic: Topic) -> str:
    return "\n\n".join([*(write(topic) for write in _shown(topic)), receipt(topic)])


_HELLO = re.compile(
    r"\A\W*(?:hello|hi|hey|good (?:morning|evening|day)|greetings|你好|您好|嗨)(?!\w)|\A\W*(?:你好|您好)", re.IGNORECASE
)

SKILLS: tuple[Skill, ...] = (
    Skill(SHAPED, "an object that follows a schema", lambda topic: wanted_schema(topic.heard) is not None, _structured),
    Skill("tool results", "what the tools gave back", lambda topic: bool(topic.heard.answers), _results),
    Skill("role-play", "a line of a play", playing.has_scene, playing.play),
    Skill("earlier prompts", "something said earlier", memory.asks_before, memory.say_before),
    Skill("again", "the same once more", memory.asks_again, _repeat),
    Skill("facts", "something the user told before", memory.asks_fact, memory.say_fact),
    Skill("picture", "pictures or videos", gallery.asks_media, gallery.describe_media),
    Skill("traceback", "an error explained", lambda topic: bool(find_trace(topic.prompt)), reading.explain_trace),
    Skill("data", "a table of data described", lambda topic: bool(find_grid(topic.prompt)), reading.describe_grid),
    Skill("source", "source code described", lambda topic: bool(find_source(topic.prompt)), reading.describe_source),
    Skill("json", "a JSON object", _words(r"\bjson\b"), _json),
    Skill("long", "a long text", _words(r"\b(?:long|story|essay)\b|长文|故事|很长"), _long),
    Skill("showpiece", "something to look at", lambda topic: bool(_shown(topic)), _show),
    Skill("noting", "something to remember", memory.tells_fact, memory.note_fact),
    Skill("greeting", "a greeting", lambda topic: bool(_HELLO.search(topic.prompt)), _greet),
    Skill("anything", "something without a script of its own", lambda topic: True, _anything),  # noqa: ARG005
)


def choose(topic: Topic) -> Skill:
    """The skill that answers this prompt."""
    return next(skill for skill in SKILLS if skill.fits(topic))
