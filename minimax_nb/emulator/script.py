"""What will be said in one call, before either protocol: thinking, text, tool calls, counts and pace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from minimax_nb.emulator.calling import LASTING, ToolCall, calls_of, forced, leaked, offered, rounds_done
from minimax_nb.emulator.controls import Controls, lines_of, parse, without_lines
from minimax_nb.emulator.frames import cut_pieces
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.lesson import lesson, thoughts_of
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.shaped import asked_in, spoilt
from minimax_nb.emulator.skills import SHAPED, Skill, choose
from minimax_nb.emulator.tokens import clip, count, count_cached, count_input
from minimax_nb.emulator.topic import Topic, code, plural, receipt

Stop = Literal["end", "length", "tools"]

FIRST_S = 0.040
GAP_S = 0.012
STALL_S = 60.0

INLINE_SHAPES = {
    "unclosed-think": ("<think>\n", ""),
    "bare-closer": ("", "\n</think>"),
    "no-tags": ("", ""),
    "bare-mm-closer": ("", "\n</mm:think>"),
    "mm-think": ("<mm:think>\n", "\n</mm:think>"),
    "reasoning-inline": ("<think>\n", "\n</think>"),
}
_APART = frozenset(
    {
        *("dup-reasoning", "two-names", "think-tail", "empty-content"),
        *("reasoning-content", "reasoning-field", "reasoning-openrouter"),
    }
)
_SHAPES_THAT_THINK = frozenset({*INLINE_SHAPES, *_APART, "late-blocks", "interleaved", "no-signature"})
_CUT_TAGS = frozenset({"tags-cut", "think-tail"})
_TAGS = re.compile(r"(</?(?:mm:)?think>|</?minimax:tool_call>|\]<\]minimax\[>\[)")
_TAGS_IN_A_FENCE = (
    "Some models write their thinking between tags. It looks like this:\n\n"
    "```text\n<think>\nThis is no thinking of mine, it is an example in a code fence.\n</think>\n\n"
    "And this is the answer.\n```\n\n"
    "Inside a sentence the tag `<think>` is only a word as well."
)
_SENTENCES_BY_EFFORT = {"low": 1, "medium": 2, "high": 3, "xhigh": 4, "max": 5}


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens of one call: ``input`` holds the cached ones, ``output`` the thinking ones."""

    input: int
    cached: int
    output: int
    thinking: int


@dataclass(frozen=True, slots=True)
class Script:
    """Everything one reply says.

    Attributes:
        thinking: The thinking, or "".
        text: The answer.
        calls: Tools to call.
        stop: Why the reply ends.
        counts: Token counts.
        first_s: Wait before the first piece, in seconds.
        gap_s: Wait between two pieces, in seconds.
        exactly: Characters a piece, or None for about 24 cut between words.
        shapes: The faults of kind "shape" that were asked for.
    """

    thinking: str
    text: str
    calls: tuple[ToolCall, ...]
    stop: Stop
    counts: Counts
    first_s: float = FIRST_S
    gap_s: float = GAP_S
    exactly: int | None = None
    shapes: frozenset[str] = frozenset()

    @property
    def inline(self) -> str:
        """The answer with the thinking in front of it between tags: the default of the OpenAI-compatible protocol.

        The service closes the tag itself when the limit was reached while thinking.
        """
        shape = next((shape for shape in INLINE_SHAPES if shape in self.shapes), None)
        opening, closing = INLINE_SHAPES[shape] if shape else ("<think>\n", "\n</think>")
        if not self.thinking:
            return self.text
        gap = "\n\n" if self.text or self.calls else "\n"
        return f"{opening}{self.thinking}{closing}{gap}{self.text}"

    @property
    def forces_inline(self) -> bool:
        """Whether a fault puts the thinking into the text whatever the request says."""
        return bool(self.shapes & INLINE_SHAPES.keys())

    @property
    def forces_apart(self) -> bool:
        """Whether a fault puts the thinking into fields of its own whatever the request says."""
        return bool(self.shapes & _APART)

    @property
    def apart(self) -> str:
        """The thinking as it stands in fields of its own."""
        tail = "\n</think>" if self.thinking and "think-tail" in self.shapes else ""
        return self.thinking + tail

    def pieces(self, text: str) -> Iterator[str]:
        """A text in the pieces in which it is sent."""
        if not self.shapes & _CUT_TAGS:
            return cut_pieces(text, self.exactly)
        parts = enumerate(_TAGS.split(text))  # every other part is a tag
        return (piece for at, part in parts for piece in cut_pieces(part, 1 if at % 2 else self.exactly))


def wishes(heard: Heard, wider: Controls) -> Controls:
    """All wishes of the call, those of the prompt's own ``/emulate`` lines first.

    What a line says or breaks counts until the tools it called have answered, in the last round it asks for, or the
    answer was sent back as unfit; then only its pace still holds, and its faults that last.

    Raises:
        Refused: A line holds something the emulator does not know.
    """
    asked = asked_in(heard)
    own = parse(lines_of(asked))
    if asked != heard.prompt or (heard.answers and rounds_done(heard) >= (own.rounds or 1)):
        own = own.afterwards(LASTING)
    return own.over(wider)


def compose(heard: Heard, facts: Facts, controls: Controls, shapes: frozenset[str], *, obeys: bool = False) -> Script:
    """Write the script of one call. The same request gives the same script.

    Args:
        heard: The request.
        facts: The model's.
        controls: The wishes of the call.
        shapes: The faults of kind "shape" and "mode".
        obeys: Whether a tool the request says must be called is called. MiniMax was seen to do as it likes.
    """
    sees = facts.sees
    counted, cached = count_input(heard, sees=sees), count_cached(heard, sees=sees)
    topic = Topic(heard, counted, cached, without_lines(heard.prompt))
    skill = choose(topic)
    calls = calls_of(topic, controls, shapes, forced(heard) if obeys else "")
    text = _text(topic, skill, controls, calls, shapes)
    thinking = ""
    if heard.thinking or shapes & _SHAPES_THAT_THINK:
        thinking = _thinking(topic, skill, controls)
    draft = Script(
        thinking,
        text,
        calls,
        "tools" if calls else "end",
        Counts(counted, cached, 0, 0),
        first_s=0.0 if controls.delay_ms == 0 else FIRST_S,
        gap_s=GAP_S if controls.delay_ms is None else controls.delay_ms / 1000,
        exactly=controls.chunk_chars,
        shapes=shapes,
    )
    return _reshaped(_within(draft, heard.max_tokens or facts.max_output))


def _reshaped(script: Script) -> Script:
    """The script with the oddities that change what is said."""
    shapes = script.shapes
    if "reasoning-none" in shapes:
        script = replace(script, thinking="")
    if "empty-content" in shapes:
        script = replace(script, thinking="\n".join(filter(None, (script.thinking, script.text))), text="", calls=())
    if "finish-stop" in shapes and script.stop == "tools":
        script = replace(script, stop="end")
    if markup := leaked(script.calls, shapes):
        script = replace(script, text=f"{script.text}\n{markup}", calls=())
    return script if script.calls or script.stop != "tools" else replace(script, stop="end")


def _within(draft: Script, limit: int) -> Script:
    """The script cut to the limit and counted: thinking goes first, then the text, then the calls."""
    thinking = clip(draft.thinking, limit)
    thought = count(thinking)
    text = clip(draft.text, limit - thought) if thinking == draft.thinking else ""
    said = thought + count(text)
    called = sum(count(call.name) + count(call.arguments) for call in draft.calls)
    fits = (thinking, text) == (draft.thinking, draft.text) and said + called <= limit
    counts = replace(draft.counts, output=said + called if fits else said, thinking=thought)
    if fits:
        return replace(draft, counts=counts)
    return replace(draft, thinking=thinking, text=text, calls=(), stop="length", counts=counts)


def _text(topic: Topic, skill: Skill, controls: Controls, calls: Sequence[ToolCall], shapes: frozenset[str]) -> str:
    if controls.text is not None:
        text = controls.text
    elif "tags-in-fence" in shapes:
        text = _TAGS_IN_A_FENCE
    elif controls.text_chars is not None:
        text = lesson(controls.text_chars)
    elif calls:
        names = ", ".join(code(call.name) for call in calls)
        text = topic.say(f"The emulator calls {names} with made-up arguments.", f"模拟器用编造的参数调用 {names}。")
    elif missing := [name for name in controls.tools if name not in offered(topic.heard)]:
        names = ", ".join(code(name) for name in missing)
        text = f"You asked for a call of {names}, which this request does not offer.\n\n{receipt(topic)}"
    else:
        text = skill.write(topic)
        text = spoilt(text, shapes) if skill.name == SHAPED else text
    return "\n\n".join([text] * controls.repeat) if controls.repeat else text


def _thinking(topic: Topic, skill: Skill, controls: Controls) -> str:
    """A few honest sentences on what was looked at; more of them with more effort."""
    if controls.thinking is not None:
        return controls.thinking
    if controls.thinking_chars is not None:
        return thoughts_of(controls.thinking_chars)
    heard = topic.heard
    cached = f", {topic.cached_tokens:,} of them from the cache" if topic.cached_tokens else ""
    sentences = (
        f"The conversation holds {plural(len(heard.turns), 'message')}; the last prompt is "
        f"{plural(len(topic.prompt), 'character')} long and asks for {skill.about}.",
        f"It counts {topic.input_tokens:,} input tokens{cached}.",
        f"I am the emulator of minimax_nb and follow the script '{skill.name}', so I weigh nothing; these lines stand "
        "where a model would reason.",
        f"The parameters that came along: {topic.parameters}.",
        "The answer follows in small pieces at a steady pace.",
    )
    output = heard.said.get("output_config")
    effort = output.get("effort") if isinstance(output, dict) else heard.said.get("reasoning_effort")
    return "\n".join(sentences[: _SENTENCES_BY_EFFORT.get(str(effort), 4)])
