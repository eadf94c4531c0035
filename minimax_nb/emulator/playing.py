"""Playing along where a request sets a scene: a line in the manner of its samples, said by its character.

The roles are those of MiniMax's role-play guide, read 2026-11-20.
"""

from __future__ import annotations

import re

from minimax_nb.emulator.rules import PERSONAS
from minimax_nb.emulator.topic import Topic, code, quote, receipt

_WORD = re.compile(r"\w+")


def has_scene(topic: Topic) -> bool:
    """Whether the request holds a role of role-play."""
    return any(turn.role in PERSONAS for turn in topic.heard.turns)


def play(topic: Topic) -> str:
    """A line of the character's: that of the sample most like the prompt, or one that says there is none."""
    character = _name(topic, ("sample_message_ai", "assistant"), topic.say("The character", "角色"))
    player = _name(topic, ("user", "user_system", "sample_message_user"), topic.say("you", "你"))
    title = next((turn.text for turn in topic.heard.turns if turn.role == "group"), "")
    place = topic.say(f", in {quote(title)}", f"，在{quote(title)}") if title else ""
    line = _nearest(topic)
    said = " ".join(line.split()) if line else ""
    if not said:
        said = topic.say(
            f"{quote(topic.prompt)}, says {code(player)}? None of my samples has an answer to that.",
            f"{code(player)} 说 {quote(topic.prompt)}？我的示例里没有对应的回答。",
        )
    return f"**{code(character)}**{place}: {said}\n\n{receipt(topic)}"


def _name(topic: Topic, roles: tuple[str, ...], otherwise: str) -> str:
    """The name that the first of these roles has in the request."""
    named = {turn.role: turn.name for turn in topic.heard.turns if turn.name}
    return next((named[role] for role in roles if role in named), otherwise)


def _nearest(topic: Topic) -> str:
    """What the character answers in the sample whose prompt has most words in common with this one, or ""."""
    turns, wanted = topic.heard.turns, _words(topic.prompt)
    found = [
        (len(wanted & _words(turn.text)), turns[at + 1].text)
        for at, turn in enumerate(turns[:-1])
        if turn.role == "sample_message_user" and turns[at + 1].role == "sample_message_ai"
    ]
    common, line = max(found, key=lambda one: one[0], default=(0, ""))
    return line if common else ""


def _words(text: str) -> set[str]:
    """The words of a text; each Chinese character is one."""
    return {word for found in _WORD.findall(text.lower()) for word in (list(found) if not found.isascii() else [found])}
