"""Questions about the conversation itself, answered from the history that was sent along with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from minimax_nb.emulator.topic import Topic, plural, quote, receipt

SHORT = 160

_BEFORE = re.compile(
    r"\bwhat did i (?:just )?(?:ask|say|write|tell)|\bwhat (?:was|were) my (?:last|previous|earlier|first) "
    r"(?:question|prompt|message)|我(?:刚才|刚刚|之前|前面|上次)(?:问|说|写)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bfirst\b|第一", re.IGNORECASE)
_FURTHER = re.compile(r"\A\W*(?:and )?(?:what (?:about )?|the one )?before that\b|再之前|更早|再往前", re.IGNORECASE)
_AGAIN = re.compile(
    r"\A\W*(?:(?:please )?(?:do|say|show)? ?(?:it|that)? ?(?:once )?(?:again|more)|repeat(?: (?:that|it))?|"
    r"再来一次|再说一遍)\W*\Z",
    re.IGNORECASE,
)
_FACT = re.compile(r"\bmy ([a-z][a-z ]{0,30}?) is (?:called )?([^.,;!?\n]{1,60})", re.IGNORECASE)
_FACT_ZH = re.compile(r"我叫(?!什么)([^\s，。！？,.!?]{1,12})")
_WHAT = re.compile(r"\bwhat(?:'s|’s| is| was) my ([a-z][a-z ]{0,30}?)\s*(?:\?|$)", re.IGNORECASE | re.MULTILINE)
_WHAT_ZH = re.compile(r"我叫什么|我的名字是什么")
_TELLS = re.compile(
    r"\A\W*(?:(?:hello|hi|hey)\b\W*)?my [a-z][a-z ]{0,30}? is\b|\A\W*(?:你好\W*)?我叫(?!什么)", re.IGNORECASE
)


def _is_meta(prompt: str) -> bool:
    return len(prompt) <= SHORT and any(pattern.search(prompt) for pattern in (_BEFORE, _FURTHER, _AGAIN))


def asks_before(topic: Topic) -> bool:
    """Whether the prompt asks what was said before, or before that."""
    short = len(topic.prompt) <= SHORT
    return short and bool(_BEFORE.search(topic.prompt) or _FURTHER.search(topic.prompt))


def asks_again(topic: Topic) -> bool:
    """Whether the prompt asks for the same again, and there is something to say again."""
    return bool(_AGAIN.search(topic.prompt)) and bool(last_question(topic))


def asks_fact(topic: Topic) -> bool:
    """Whether the prompt asks for something the user said about themselves."""
    return len(topic.prompt) <= SHORT and bool(_WHAT.search(topic.prompt) or _WHAT_ZH.search(topic.prompt))


def tells_fact(topic: Topic) -> bool:
    """Whether the prompt says something about the user."""
    return len(topic.prompt) <= SHORT and bool(_TELLS.search(topic.prompt))


def last_question(topic: Topic) -> str:
    """The newest earlier prompt that was no question about the conversation, or ""."""
    return next((prompt for prompt in reversed(topic.prompts[:-1]) if not _is_meta(prompt)), "")


def _meant(prompts: Sequence[str]) -> str | None:
    """The prompt a chain of "before" and "before that" has arrived at, or None past the beginning."""
    questions: list[str] = []
    at = 0
    for prompt in prompts:
        if not _is_meta(prompt):
            questions.append(prompt)
            at = len(questions)
        elif not _AGAIN.search(prompt):
            at = 0 if _FIRST.search(prompt) else at - 1
    return questions[at] if 0 <= at < len(questions) else None


def say_before(topic: Topic) -> str:
    """Name the prompt that was asked about."""
    meant = _meant(topic.prompts)
    if meant is None:
        return (
            topic.say(
                f"There is nothing before that: {plural(len(topic.prompts), 'prompt')} of this conversation came.",
                f"在那之前没有内容：这次对话里我只收到 {len(topic.prompts)} 条提问。",
            )
            + f"\n\n{receipt(topic)}"
        )
    said = topic.say(f"You asked: {quote(meant, 200)}", f"你问的是：{quote(meant, 200)}")
    why = topic.say(
        "I know it because the conversation is sent along with every prompt; the service itself remembers nothing.",
        "我知道这一点，是因为每次提问都会带上整段对话；服务本身什么也不记得。",
    )
    return f"{said}\n\n{why}\n\n{receipt(topic)}"


def _facts(topic: Topic) -> dict[str, str]:
    """What the user said about themselves, the newest last."""
    facts: dict[str, str] = {}
    for prompt in topic.prompts:
        facts.update({name.lower(): value.strip() for name, value in _FACT.findall(prompt)})
        for value in _FACT_ZH.findall(prompt):
            facts["name"] = value
    return facts


def say_fact(topic: Topic) -> str:
    """Give back what the user said about themselves."""
    asked = _WHAT.search(topic.prompt)
    name = asked[1].lower() if asked else "name"
    value = _facts(topic).get(name)
    if value is None:
        said = topic.say(f"You have not told me your {name} in this conversation.", "这次对话里你没有告诉过我。")
    else:
        said = topic.say(f"Your {name} is **{value}**.", f"你叫 **{value}**。")
    return f"{said}\n\n{receipt(topic)}"


def note_fact(topic: Topic) -> str:
    """Confirm what the user said about themselves."""
    facts = list(_facts(topic).items())
    if not facts:
        return receipt(topic)
    name, value = facts[-1]
    said = topic.say(
        f"Noted: your {name} is **{value}**. Ask me later: what is my {name}?", f"记下了：你叫 **{value}**。"
    )
    return f"{said}\n\n{receipt(topic)}"
