"""One client, measured in a process of its own: ``python -m tests.bench.client WHO FACE BASE_URL DELTAS GAP_MS``.

It makes one call to warm up, a second short one, then the long one, and prints its CPU for each as JSON. The short
call's CPU is what a call costs; the difference of the two, divided by the difference of their deltas, is what a delta
costs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.bench.bodies import body

SHORT = 20
"""Deltas of the short call."""

Ask = Callable[[str], str | None]
"""Takes a base URL, makes one call, and gives the text it read, or None where it reads nothing but bytes."""


def _httpx(face: str) -> Ask:
    import httpx

    client = httpx.Client(trust_env=False, timeout=60)
    path = "/chat/completions" if face == "openai" else "/v1/messages"

    def ask(url: str) -> None:
        with client.stream("POST", url + path, json={"model": "load-model", "stream": True}) as answer:
            for _ in answer.iter_bytes():
                pass

    return ask


def _kit_ask(face: str) -> Ask:
    from minimax_nb import Chat

    def ask(url: str) -> str:
        return str(Chat("load-model", base_url=url, face=face).ask("Go.").text)

    return ask


def _kit_stream(face: str) -> Ask:
    from minimax_nb import Chat

    def ask(url: str) -> str:
        with Chat("load-model", base_url=url, face=face).stream("Go.") as stream:
            return "".join(stream.text_stream)

    return ask


def _openai(face: str) -> Ask:
    import openai

    # One connection pool for all calls, as a careful user has it: a client per call would cost 40 to 90 ms more.
    client = openai.OpenAI(api_key="test-key-for-nobody", base_url="http://127.0.0.1:1/v1")

    def ask(url: str) -> str:
        bound = client.with_options(base_url=url)
        messages: Any = [{"role": "user", "content": "Go."}]
        chunks = bound.chat.completions.create(model="load-model", messages=messages, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    return ask


def _anthropic(face: str) -> Ask:
    import anthropic

    client = anthropic.Anthropic(api_key="test-key-for-nobody", base_url="http://127.0.0.1:1")

    def ask(url: str) -> str:
        bound = client.with_options(base_url=url)
        messages: Any = [{"role": "user", "content": "Go."}]
        events = bound.messages.create(model="load-model", messages=messages, max_tokens=10, stream=True)
        return "".join(
            event.delta.text
            for event in events
            if event.type == "content_block_delta" and event.delta.type == "text_delta"
        )

    return ask


CLIENTS: dict[str, Callable[[str], Ask]] = {
    "httpx": _httpx,
    "kit.ask": _kit_ask,
    "kit.stream": _kit_stream,
    "openai": _openai,
    "anthropic": _anthropic,
}


def _cpu(ask: Ask, url: str, expected: str) -> float:
    """CPU seconds of one call, all threads of the process together; the text must be right."""
    before = time.process_time()
    text = ask(url)
    used = time.process_time() - before
    if text is not None and text != expected:
        raise SystemExit(f"the text is not what was sent: {len(text)} characters instead of {len(expected)}")
    return used


def measure(who: str, face: str, base: str, deltas: int, gap: float) -> dict[str, float]:
    """The figures of one client: seconds of CPU for the first, a short and the long call, and for a delta."""
    short_url, long_url = (base.replace("deltas=0", f"deltas={count},gap={gap}") for count in (SHORT, deltas))
    short_text, long_text = (body(face, "plain", count).text for count in (SHORT, deltas))
    ask = CLIENTS[who](face)
    first = _cpu(ask, short_url, short_text)
    short = min(_cpu(ask, short_url, short_text) for _ in range(3)) if not gap else _cpu(ask, short_url, short_text)
    long = _cpu(ask, long_url, long_text)
    return {"first": first, "short": short, "long": long, "delta": (long - short) / (deltas - SHORT)}


def refused(who: str) -> dict[str, float]:
    """CPU of the second call to an https address where nobody listens: what is made anew for every call."""
    expected: tuple[type[Exception], ...]
    if who == "httpx":
        import httpx

        client, expected = httpx.Client(trust_env=False), (httpx.ConnectError,)

        def call() -> None:
            client.post("https://127.0.0.1:1/v1", json={})

    else:
        from minimax_nb import Chat, TransportError

        expected = (TransportError,)

        def call() -> None:
            Chat("load-model", base_url="https://127.0.0.1:1/v1", face="openai", retries=0).ask("Go.")

    used = []
    for _ in range(3):
        before = time.process_time()
        with suppress(*expected):
            call()
            raise SystemExit("somebody listens on port 1 of this computer")
        used.append(time.process_time() - before)
    return {"first": used[0], "second": used[1]}


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[0] == "refused":
        print(json.dumps(refused(arguments[1])))
    else:
        print(json.dumps(measure(*arguments[:3], int(arguments[3]), float(arguments[4]))))
