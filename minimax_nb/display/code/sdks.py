"""A call with the vendors' own SDKs for Python."""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from typing import Any

from minimax_nb.chat import Preview
from minimax_nb.display.code.files import READER, in_python, remarks, with_contents
from minimax_nb.display.code.said import NO_KEY, address, beforehand, key_name

_OPENAI_KNOWN = {
    "model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens",
    "max_completion_tokens", "frequency_penalty", "presence_penalty", "reasoning_effort", "tools",
}  # fmt: skip
_ANTHROPIC_KNOWN = {"model", "messages", "system", "max_tokens", "tools"}  # 2.11 takes no temperature and no top_p


def openai_sdk(preview: Preview) -> str:
    """The call with the package ``openai``. What its signature does not know goes into ``extra_body``."""
    body = with_contents(preview.body, preview.media, in_python)
    return "\n".join(
        [
            *_head("openai", "OpenAI", preview),
            "stream = client.chat.completions.create(",
            *_arguments(body, _OPENAI_KNOWN),
            ")",
            "for chunk in stream:",
            "    if chunk.choices and chunk.choices[0].delta.content:",
            '        print(chunk.choices[0].delta.content, end="")',
        ]
    )


def anthropic_sdk(preview: Preview) -> str:
    """The call with the package ``anthropic``. What its signature does not know goes into ``extra_body``."""
    body = with_contents(preview.body, preview.media, in_python)
    body.pop("stream", None)
    return "\n".join(
        [
            *_head("anthropic", "Anthropic", preview),
            "with client.messages.stream(",
            *_arguments(body, _ANTHROPIC_KNOWN),
            ") as stream:",
            "    for text in stream.text_stream:",
            '        print(text, end="")',
        ]
    )


def _head(module: str, name: str, preview: Preview) -> list[str]:
    """Everything before the call: imports, the reader of files, the client."""
    variable = key_name(preview)
    key = f'os.environ["{variable}"]' if variable else repr(NO_KEY)
    modules = [*(["base64"] if preview.media else []), *(["os"] if variable else [])]
    return [
        *remarks(preview.media, "#"),
        *(f"import {module}" for module in modules),
        *([""] if modules else []),
        f"from {module} import {name}",
        *((READER if preview.media else "").splitlines() or [""]),
        *beforehand(preview, "#"),
        f"client = {name}(base_url={address(preview, preview.base_url)!r}, api_key={key})",
    ]


def _arguments(body: Mapping[str, Any], known: set[str]) -> list[str]:
    extra = {name: value for name, value in body.items() if name not in known}
    said = {name: value for name, value in body.items() if name in known} | ({"extra_body": extra} if extra else {})
    return [f"    {name}={_value(value)}," for name, value in said.items()]


def _value(value: object) -> str:
    return pprint.pformat(value, width=96, sort_dicts=False).replace("\n", "\n    ")
