"""A call with this kit, as its user would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minimax_nb.catalog import load_catalog
from minimax_nb.chat import Chat, Preview
from minimax_nb.display.code.files import kit_prompt, remarks
from minimax_nb.messages.media import Media
from minimax_nb.messages.scene import Scene

_WIDTH = 100
_DOTTED = re.compile(r"\b(?:\w+\.)+(?=\w)")
_UNSAID = {"turn", "tools", "schema"}


def kit(chat: Chat, preview: Preview, options: Mapping[str, Any]) -> str:
    """The call in Python with ``minimax_nb``. Functions and types of the notebook are named, not repeated.

    Args:
        chat: The chat.
        preview: The call.
        options: What the call takes by name.
    """
    said = {name: value for name, value in options.items() if value is not None}
    seen = [part for part in preview.prompt if isinstance(part, Media) and part.base64]
    asked, names = kit_prompt(preview.prompt, _literal)
    who = dict(_who(chat, preview, said))
    wanted = [f"{name}={value!r}" for name, value in said.items() if name not in _UNSAID]
    tools = _tools(chat, preview, said)
    if tools:
        wanted.append(f"tools=[{', '.join(tools)}]")
    schema = said.get("schema")
    if schema is not None:
        wanted.append(f"schema={_schema(schema)}")
    named = [*tools, *([] if schema is None or isinstance(schema, str | Mapping) else [_schema(schema)])]
    return "\n".join(
        [
            *remarks(seen, "#"),
            *([f"# {', '.join(named)}: as they are in the notebook"] if named else []),
            *([f"# a new conversation: the {len(chat.history)} messages so far are not in it"] if chat.history else []),
            f"from minimax_nb import {', '.join(['Chat', *names, *(['Scene'] if chat.scene else [])])}",
            "",
            f"chat = {_call('Chat', [repr(preview.model), *(f'{name}={value}' for name, value in who.items())])}",
            f"reply = chat.ask({', '.join([*asked, *wanted])})",
            f"print(reply.{'text' if schema is None else 'parsed'})",
        ]
    )


def _who(chat: Chat, preview: Preview, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The chat's settings by name, as source; those that the call itself says are left to it."""
    start = chat.preset
    yield "provider", repr(preview.provider)
    yield "face", repr(preview.face)
    if _elsewhere(preview, start.region):
        yield "base_url", repr(preview.base_url)
    for name, value in start.settings().items():
        if name not in {"provider", "model", "face", *said}:
            yield name, repr(value)
    if start.examples:
        yield "examples", repr(list(start.examples))
    if start.scene is not None:
        yield "scene", _scene(start.scene)


def _elsewhere(preview: Preview, region: str | None) -> bool:
    """Whether the address is the user's own, and not the one of the provider's row."""
    if preview.provider == "local":
        return True
    row = load_catalog().providers.get(preview.provider)
    return row is not None and not region and all(face.base_url != preview.base_url for face in row.faces.values())


def _tools(chat: Chat, preview: Preview, said: Mapping[str, Any]) -> list[str]:
    """The names of the tools the model may call; a shape for the reply may add one that is not the user's."""
    if "schema" in said:  # the same call without it; what is asked makes no difference to the tools
        preview = chat.preview("-", **{name: value for name, value in said.items() if name != "schema"})
    return [tool.get("function", tool)["name"] for tool in preview.body.get("tools", ())]


def _schema(schema: object) -> str:
    """What the reply must be, as it is named in the notebook."""
    if isinstance(schema, str | Mapping):
        return repr(schema)
    if isinstance(schema, type) and not getattr(schema, "__args__", ()):
        return schema.__name__
    return _DOTTED.sub("", repr(schema))


def _scene(scene: Scene) -> str:
    return f"Scene({', '.join(f'{name}={value!r}' for name, value in scene.to_dict().items() if value)})"


def _call(name: str, arguments: Sequence[str]) -> str:
    """A call on one line where it fits, else an argument a line."""
    line = f"{name}({', '.join(arguments)})"
    return line if len(line) <= _WIDTH else "\n".join([f"{name}(", *(f"    {said}," for said in arguments), ")"])


def _literal(text: str) -> str:
    """A Python literal of the text, on several lines where it has several."""
    plain = text.replace("\n", "").isprintable() and '"""' not in text and "\\" not in text
    if "\n" in text and plain and not text.endswith('"'):
        return f'"""{text}"""'
    return repr(text)
