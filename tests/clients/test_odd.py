"""What the SDKs make of every oddity the emulator can be asked for: the table is exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import anthropic
import openai
import pytest

from minimax_nb.emulator import FAULTS, Server
from tests.clients.judging import ADAPTIVE, HELLO, KEY, Kind, unlisted

SKIPPED = {"stall", "slow"}
"""Faults of time alone, whose replies are whole."""

SOFT = {"2061-200", "processing", "error-first"}
"""Three of the many errors inside HTTP 200, which are all of these shapes."""

_NO_REPLY = {"content", "id", "model", "role", "type", "usage"}
_NO_COMPLETION = {"choices", "created", "id", "model", "object"}
_NO_COUNTS = {"message.usage", "usage"}

ODD: Mapping[tuple[str, str], set[str]] = {
    # An error inside HTTP 200 is no error to the SDKs: they give an object whose members are None.
    ("openai", "2061-200"): {"choices", "object"},
    ("anthropic", "2061-200"): _NO_REPLY,
    ("openai", "processing"): _NO_COMPLETION,
    ("anthropic", "processing"): _NO_REPLY,
    # In a stream they raise it; a reply that is not streamed is such an object again.
    ("openai", "error-first"): {"APIError", *_NO_COMPLETION},
    ("anthropic", "error-first"): {"APIStatusError", *_NO_REPLY},
    ("openai", "error-mid"): {"APIError", *_NO_COMPLETION},
    ("anthropic", "error-mid"): {"APIStatusError", *_NO_REPLY},
    ("openai", "base-resp-mid"): {"choices", "object"},  # without a word, in a stream too
    ("anthropic", "base-resp-mid"): {"APIStatusError", *_NO_REPLY},
    # A cut stream raises the HTTP library's own error from the Anthropic SDK.
    ("openai", "cut"): {"APIConnectionError"},
    ("anthropic", "cut"): {"APIConnectionError", "RemoteProtocolError"},
    ("openai", "cut-early"): {"APIConnectionError"},
    ("anthropic", "cut-early"): {"APIConnectionError", "RemoteProtocolError"},
    # The whole body alone: a stream that ends early is taken for whole.
    ("openai", "end-early"): {"JSONDecodeError"},
    ("anthropic", "end-early"): {"JSONDecodeError"},
    **{(face, "garbage"): {"JSONDecodeError", "UnicodeDecodeError"} for face in ("openai", "anthropic")},
    **{(face, "invalid-utf8"): {"UnicodeDecodeError"} for face in ("openai", "anthropic")},
    ("openai", "comments"): {"JSONDecodeError"},  # a comment with a blank line after it is an empty event to the SDK
    ("anthropic", "usage-missing"): _NO_COUNTS,
    ("anthropic", "usage-null"): _NO_COUNTS,
    ("openai", "usage-partial"): {"usage.completion_tokens", "usage.prompt_tokens"},
    ("anthropic", "usage-partial"): {"usage.input_tokens"},
    ("openai", "finish-missing"): {"choices.finish_reason"},
    ("openai", "finish-null"): {"choices.finish_reason"},
    ("openai", "summary-tail"): {"choices.delta", "object", "service_tier"},
    ("openai", "role-empty"): {"choices.delta.role"},
    ("anthropic", "unknown"): {
        *("content.text", "content.type", "content_block.text", "content_block.type", "delta", "message", "type"),
    },
    ("anthropic", "no-signature"): {"content.signature"},
}
"""By protocol and fault: the members that do not fit, and the error that is raised. What each fault is and where it was
seen stands in the emulator's own list (``python -m minimax_nb.emulator --help``)."""


def verdict(kind: Kind, values: Any) -> set[str]:
    """The places that do not fit, and the name of the error that ended it."""
    found: set[str] = set()
    try:
        for value in values():
            found |= unlisted(kind, value)
    except Exception as error:
        return {*found, type(error).__name__}
    return found


def openai_verdict(server: Server, name: str) -> set[str]:
    asked: Any = {"model": "MiniMax-M3", "messages": HELLO, "extra_headers": {"x-emulator": f"fault={name}"}}
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as client:
        return verdict("chat.completion", lambda: [client.chat.completions.create(**asked)]) | verdict(
            "chat.completion.chunk", lambda: client.chat.completions.create(**asked, stream=True)
        )


def anthropic_verdict(server: Server, name: str) -> set[str]:
    asked: Any = {
        "model": "MiniMax-M3",
        "messages": HELLO,
        "max_tokens": 1000,
        "thinking": ADAPTIVE,
        "extra_headers": {"x-emulator": f"fault={name}"},
    }

    def whole() -> Iterable[Any]:
        return [client.messages.create(**asked)]

    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY, max_retries=0) as client:
        return verdict("message", whole) | verdict("event", lambda: client.messages.create(**asked, stream=True))


ASKED = [
    (face, name)
    for name, fault in FAULTS.items()
    for face in ("openai", "anthropic")
    if name not in SKIPPED and (fault.kind in ("shape", "stream") or name in SOFT)
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(("face", "name"), ASKED)
def test_an_oddity_that_is_asked_for_misfits_where_it_is_listed_and_nowhere_else(
    server: Server, face: str, name: str
) -> None:
    judge = openai_verdict if face == "openai" else anthropic_verdict
    assert judge(server, name) == ODD.get((face, name), set())


def test_no_oddity_is_listed_that_cannot_be_asked_for() -> None:
    assert set(ODD) <= set(ASKED)
