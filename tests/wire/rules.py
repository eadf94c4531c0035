"""The services' rules on a request, read once more: nothing here is shared with the encoders or the emulator.

MiniMax's OpenAI- and Anthropic-compatible API pages and the issue threads of public clients (opencode 32609,
MiniMax-M2 27, 51, 69, 76, openclaw 19386, pi 5468, 9router 817 and 2509, qwen-code 11905), read 2026-11-20. Each breach
is HTTP 400 there.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
PERSONAS = ("user_system", "group", "sample_message_user", "sample_message_ai")


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def strict(text: str | bytes) -> Any:
    """JSON as a strict parser reads it: UTF-8, no NaN, no half surrogate pairs."""
    value = json.loads(text, parse_constant=no_constant)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def check_tool(name: str, schema: Any) -> None:
    """A tool has a name and a schema of an object."""
    assert NAME.fullmatch(name)
    assert schema
    assert schema["type"] == "object"


def check_openai(body: dict[str, Any]) -> None:
    """Every rule of the chat completions face."""
    messages = body["messages"]
    assert body.get("tools", True), "no empty list of tools"
    for tool in body.get("tools", []):
        assert tool["type"] == "function"
        check_tool(tool["function"]["name"], tool["function"]["parameters"])
    assert "tools" in body or "tool_choice" not in body
    assert body.get("response_format", {"type": "json_object"})["type"] in {"json_object", "json_schema"}
    speaking = [message for message in messages if message["role"] in PERSONAS]
    assert all(message["name"].strip() and message["content"].strip() for message in speaking)
    messages = [message for message in messages if message["role"] not in PERSONAS]
    roles = [message["role"] for message in messages]
    assert roles.count("system") <= 1
    assert "system" not in roles[1:], "a system message comes first"
    spoken = [role for role in roles if role != "system"]
    assert spoken[0] == "user", "the user speaks first"
    assert set(spoken) <= {"user", "assistant", "tool"}
    assert all(role == "tool" or role != after for role, after in pairwise(spoken)), "turns"
    known: set[str] = set()
    waiting: list[str] = []
    for message in messages:
        calls = message.get("tool_calls", [])
        assert "tool_calls" not in message or (calls and message["role"] == "assistant")
        content = message.get("content")
        assert isinstance(content, str | list) or ("content" not in message and calls), "left out, and beside calls"
        assert not isinstance(content, list) or message["role"] == "user", "media are the user's"
        texts = [part["text"] for part in content if "text" in part] if isinstance(content, list) else [content]
        assert all(text is None or text.strip() for text in texts), "no content is empty"
        assert content != [], "no content is empty"
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0), "results follow their calls"
            continue
        assert not waiting, "every call is answered at once"
        for call in calls:
            assert call["type"] == "function"
            assert call["function"]["name"].strip()
            assert isinstance(strict(call["function"]["arguments"]), dict)
            assert call["id"]
            assert call["id"] not in known, "ids are unique"
            known.add(call["id"])
            waiting.append(call["id"])
        details = message.get("reasoning_details", [])
        assert all(isinstance(detail, dict) for detail in details)
    assert not waiting


def check_result(content: Any) -> None:
    """What a tool gave back on the messages face: a text, or blocks of text and pictures."""
    if isinstance(content, str):
        assert content.strip()
        return
    assert content[0]["text"].strip()
    assert {block["type"] for block in content} == {"text", "image"}


def check_anthropic(body: dict[str, Any]) -> None:
    """Every rule of the messages face."""
    assert body["max_tokens"] >= 1
    assert body.get("tools", True), "no empty list of tools"
    for tool in body.get("tools", []):
        check_tool(tool["name"], tool["input_schema"])
    assert body.get("tool_choice", {"type": "auto"})["type"] in {"auto", "none"}
    assert "tools" in body or "tool_choice" not in body
    assert "format" not in body.get("output_config", {}), "refused by M2.7"
    assert body.get("system", "x").strip()
    messages = body["messages"]
    assert messages[0]["role"] == "user"
    known: set[str] = set()
    waiting: list[str] = []
    before: tuple[str, bool] = ("", False)
    for message in messages:
        blocks = message["content"]
        assert isinstance(blocks, list)
        assert blocks, "no content is empty"
        kinds = {block["type"] for block in blocks}
        results = "tool_result" in kinds
        assert message["role"] in {"user", "assistant"}
        assert message["role"] != before[0] or before[1], "turns, but for what the user says after results"
        before = (message["role"], results)
        if results:
            assert message["role"] == "user"
            assert kinds == {"tool_result"}, "results stand alone"
            assert [block["tool_use_id"] for block in blocks] == waiting, "and right after their calls"
            for block in blocks:
                check_result(block["content"])
            waiting = []
            continue
        assert not waiting, "every call is answered at once"
        assert message["role"] == "assistant" or kinds <= {"text", "image", "video"}
        assert message["role"] == "user" or kinds & {"text", "tool_use"}, "thinking alone is an empty content"
        assert message["role"] == "user" or not kinds & {"image", "video"}, "media are the user's"
        assert not kinds & {"document", ""}
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        assert all(block.get("signature") or block["thinking"] for block in blocks if block["type"] == "thinking")
        for block in blocks:
            if block["type"] == "tool_use":
                assert block["name"].strip()
                assert isinstance(block["input"], dict)
                assert block["id"]
                assert block["id"] not in known, "ids are unique"
                known.add(block["id"])
                waiting.append(block["id"])
    assert not waiting


RULES = {"openai": check_openai, "anthropic": check_anthropic}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/anthropic/v1/messages"}
