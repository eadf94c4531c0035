"""What counting a history costs, in a process of its own: ``python -m tests.bench.counting KIND REPEAT``.

The history is a million tokens by the kit's own estimate, in messages of a few hundred to a few thousand characters.
The floor is ``json.dumps`` of the same messages, ``[{"role": ..., "content": ...}]``. Both sides take turns.
"""

from __future__ import annotations

import inspect
import json
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle

from minimax_nb.messages.parts import Message, Text, user
from minimax_nb.messages.request import Request
from minimax_nb.prompt.tokens import Tally, estimate

TOKENS = 1_000_000
KINDS = ("english", "chinese", "code", "json", "mixed")
_WORDS = (
    "the a of and to in it is that was for on with as they at this had not are but from have an you which one were all "
    "there would their we him been has when who will more no if out so said what up its about into than them can only "
    "other new some could time these two may then do first any my now such like our over man me even most made after "
    "model training gradient temperature average measurement notebook parameter uncertainty laboratory"
)
ENGLISH = _WORDS.split()
CHINESE = (
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家"
)


def _prose(rng: random.Random) -> str:
    return " ".join(
        " ".join(rng.choices(ENGLISH, k=rng.randint(6, 20))).capitalize() + rng.choice(".!?") for _ in range(20)
    )


def _chinese(rng: random.Random) -> str:
    return "".join("".join(rng.choices(CHINESE, k=rng.randint(5, 25))) + rng.choice("，。？") for _ in range(30))


def _code(rng: random.Random) -> str:
    lines = inspect.getsource(random).splitlines(keepends=True)
    start = rng.randrange(len(lines) - 60)
    return "".join(lines[start : start + 60])


def _json(rng: random.Random) -> str:
    rows = [
        {"id": rng.randrange(10**6), "name": rng.choice(ENGLISH), "score": rng.random(), "open": rng.random() < 0.5}
        for _ in range(20)
    ]
    return json.dumps(rows, indent=rng.choice([None, 2]))


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "english": _prose,
    "chinese": _chinese,
    "code": _code,
    "json": _json,
}


def history(kind: str) -> tuple[Message, ...]:
    """Messages of a million tokens, users and assistants in turn."""
    rng, tokens, found = random.Random(7), 0, []
    makers = cycle(MAKERS.values() if kind == "mixed" else [MAKERS[kind]])
    roles = cycle(("user", "assistant"))
    while tokens < TOKENS:
        text = next(makers)(rng)
        tokens += estimate(text)
        found.append(Message(next(roles), (Text(text),)))  # type: ignore[arg-type]  # cycle() forgets what is literal
    return tuple(found)


def _cpu(run: Callable[[], object]) -> float:
    before = time.process_time()
    run()
    return time.process_time() - before


def measure(kind: str, repeat: int) -> dict[str, list[float]]:
    """CPU seconds of a first count, of json.dumps, and of a recount; a first round is not counted."""
    messages = history(kind)
    plain = [{"role": message.role, "content": message.text} for message in messages]
    first, more = Request("m", messages), Request("m", (*messages, user("and now?")))
    found: dict[str, list[float]] = {"first": [], "dumps": [], "again": []}
    for number in range(repeat + 1):
        tally = Tally()
        figures = {
            "first": _cpu(lambda: tally.request(first)),  # noqa: B023 - called at once
            "dumps": _cpu(lambda: json.dumps(plain)),
            "again": _cpu(lambda: tally.request(more)),  # noqa: B023 - called at once
        }
        for name, seconds in figures.items() if number else ():
            found[name].append(seconds)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
