"""A call as code to take away: this kit, curl, and the vendors' SDKs. No key stands in any of it."""

from __future__ import annotations

import json
import pprint
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minimax_nb.chat import Chat, Preview
from minimax_nb.display.code_files import READER, in_python, in_shell, kit_prompt, remarks, with_contents
from minimax_nb.messages.media import Media

_LOCAL = "http://127.0.0.1:8765"
_NO_KEY = "none-needed"
_OPENAI_KNOWN = {
    "model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens",
    "max_completion_tokens", "reasoning_effort",
}  # fmt: skip
_ANTHROPIC_KNOWN = {"model", "messages", "system", "max_tokens", "temperature", "top_p"}


def as_code(chat: Chat, prompt: Sequence[object], options: Mapping[str, Any]) -> str:
    """Markdown with the same call in every form that fits its provider.

    Args:
        chat: The conversation; the SDK forms and curl repeat its history, the kit's own form does not.
        prompt: What would be sent.
        options: Request parameters of the call, by name.
    """
    here = chat.preview(*prompt, **options)
    by_face = {here.face: here}
    for face in chat.faces:
        if face not in by_face:
            by_face[face] = chat.fork(face=face).preview(*prompt, **options)
    sections = [("Python, minimax_nb", "python", _kit(chat, here, options)), ("curl", "bash", _curl(here))]
    writers: dict[str, tuple[str, Callable[[Preview], str]]] = {
        "anthropic": ("Python, Anthropic SDK", _anthropic_sdk),
        "openai": ("Python, OpenAI SDK", _openai_sdk),
    }
    for face, (title, write) in writers.items():
        if face in by_face:
            sections.append((title, "python", write(by_face[face])))
    return "\n\n".join(f"**{title}**\n\n{_fenced(text, language)}" for title, language, text in sections)


def _kit(chat: Chat, preview: Preview, options: Mapping[str, Any]) -> str:
    """The call with this kit."""
    who = [repr(preview.model), f"provider={preview.provider!r}", f"face={preview.face!r}"]
    if preview.provider == "local":
        who.append(f"base_url={preview.base_url!r}")
    if chat.system:
        who.append(f"system={chat.system!r}")
    said = "".join(f", {name}={value!r}" for name, value in options.items())
    asked, names = kit_prompt(preview.prompt, _literal)
    seen = [part for part in preview.prompt if isinstance(part, Media) and part.base64]
    return "\n".join(
        [
            *remarks(seen),
            f"from minimax_nb import {', '.join(['Chat', *names])}",
            "",
            f"chat = Chat({', '.join(who)})",
            f"reply = chat.ask({', '.join(asked)}{said})",
            "print(reply.text)",
        ]
    )


def _curl(preview: Preview) -> str:
    lines = [*remarks(preview.media), f"curl -N {_address(preview, preview.url)} \\"]
    if preview.key_header:
        prefix = "Bearer " if preview.key_header == "authorization" else ""
        key = f"${preview.key_names[0]}" if preview.key_names else _NO_KEY
        lines.append(f'  -H "{preview.key_header}: {prefix}{key}" \\')
    lines += [f"  -H '{name}: {value}' \\" for name, value in preview.headers.items()]
    # One line of JSON: no line of it can be the end marker. A quoted marker lets the shell change nothing in it.
    if preview.media:
        return "\n".join([*lines, "  --data-binary @- <<END", in_shell(preview.body, preview.media), "END"])
    return "\n".join([*lines, "  --data-binary @- <<'END'", json.dumps(preview.body, ensure_ascii=False), "END"])


def _openai_sdk(preview: Preview) -> str:
    body = with_contents(preview.body, preview.media, in_python)
    extra = {name: body.pop(name) for name in list(body) if name not in _OPENAI_KNOWN}
    arguments = _arguments(body) + ([f"    extra_body={_value(extra)},"] if extra else [])
    return "\n".join(
        [
            *_imports("openai", "OpenAI", preview),
            "stream = client.chat.completions.create(",
            *arguments,
            ")",
            "for chunk in stream:",
            "    if chunk.choices and chunk.choices[0].delta.content:",
            '        print(chunk.choices[0].delta.content, end="")',
        ]
    )


def _anthropic_sdk(preview: Preview) -> str:
    body = with_contents(preview.body, preview.media, in_python)
    body.pop("stream", None)
    extra = {name: body.pop(name) for name in list(body) if name not in _ANTHROPIC_KNOWN}
    arguments = _arguments(body) + ([f"    extra_body={_value(extra)},"] if extra else [])
    return "\n".join(
        [
            *_imports("anthropic", "Anthropic", preview),
            "with client.messages.stream(",
            *arguments,
            ") as stream:",
            "    for text in stream.text_stream:",
            '        print(text, end="")',
        ]
    )


def _imports(module: str, name: str, preview: Preview) -> list[str]:
    key = f'os.environ["{preview.key_names[0]}"]' if preview.key_names else repr(_NO_KEY)
    modules = [*(["base64"] if preview.media else []), *(["os"] if preview.key_names else [])]
    head = [*remarks(preview.media), *(f"import {name}" for name in modules), *([""] if modules else [])]
    note = [f"# first, in a terminal: python -m minimax_nb.emulator --port {_LOCAL.rpartition(':')[2]}"]
    return [
        *head,
        f"from {module} import {name}",
        *((READER if preview.media else "").splitlines() or [""]),
        *(note if preview.base_url.startswith("emulator:") else []),
        f"client = {name}(base_url={_address(preview, preview.base_url)!r}, api_key={key})",
    ]


def _address(preview: Preview, url: str) -> str:
    """The address; the emulator inside the process has none, its loopback server does."""
    return url.replace("emulator:", _LOCAL, 1) if preview.base_url.startswith("emulator:") else url


def _arguments(body: Mapping[str, Any]) -> list[str]:
    return [f"    {name}={_value(value)}," for name, value in body.items()]


def _value(value: object) -> str:
    return pprint.pformat(value, width=96, sort_dicts=False).replace("\n", "\n    ")


def _literal(text: str) -> str:
    """A Python literal of the text, on several lines where it has several."""
    if "\n" in text and '"""' not in text and "\\" not in text and not text.endswith('"'):
        return f'"""{text}"""'
    return repr(text)


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
