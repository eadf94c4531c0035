"""Every form of a call: which there are, and all of them as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minimax_nb.chat import Chat, Preview
from minimax_nb.display.code.curl import curl
from minimax_nb.display.code.javascript import javascript
from minimax_nb.display.code.kit import kit
from minimax_nb.display.code.php import php
from minimax_nb.display.code.sdks import anthropic_sdk, openai_sdk
from minimax_nb.errors import MiniMaxError

_WITHOUT_SDK = (("curl", "bash", curl), ("JavaScript, fetch", "javascript", javascript), ("PHP, curl", "php", php))
_SDKS = (("openai", "Python, OpenAI SDK", openai_sdk), ("anthropic", "Python, Anthropic SDK", anthropic_sdk))


@dataclass(frozen=True, slots=True)
class CodeForm:
    """A call in one language.

    Attributes:
        title: What people read above it, such as "Python, minimax_nb".
        language: Its name for highlighting: "python", "bash", "javascript" or "php".
        text: The source, complete: it runs as it stands, once the variable that it reads the key from is set.
    """

    title: str
    language: str
    text: str


def code_forms(chat: Chat, prompt: Sequence[object], options: Mapping[str, Any]) -> tuple[CodeForm, ...]:
    """The same call in every form that fits its provider. Nothing is sent.

    All but the last two speak the chat's own protocol. An SDK's form is left out where the provider does not speak
    its protocol, or cannot be told there what the call says.

    Args:
        chat: The conversation; the kit's own form begins a new one, the others repeat its history.
        prompt: What would be sent.
        options: What the call takes by name, as :meth:`minimax_nb.Chat.ask` does.

    Raises:
        MiniMaxError: The chat could not make the call either.
    """
    here = chat.preview(*prompt, **options)
    forms = [CodeForm("Python, minimax_nb", "python", kit(chat, here, options))]
    forms += [CodeForm(title, language, write(here)) for title, language, write in _WITHOUT_SDK]
    by_face = dict(_previews(chat, here, prompt, options))
    forms += [CodeForm(title, "python", write(by_face[face])) for face, title, write in _SDKS if face in by_face]
    return tuple(forms)


def as_code(chat: Chat, prompt: Sequence[object], options: Mapping[str, Any]) -> str:
    """:func:`code_forms` as Markdown: a title and a fenced block each."""
    return "\n\n".join(
        f"**{form.title}**\n\n{_fenced(form.text, form.language)}" for form in code_forms(chat, prompt, options)
    )


def _previews(
    chat: Chat, here: Preview, prompt: Sequence[object], options: Mapping[str, Any]
) -> Iterator[tuple[str, Preview]]:
    """The call over each protocol that carries it."""
    yield here.face, here
    for face in chat.faces:
        if face != here.face:
            try:
                there = chat.fork(face=face).preview(*prompt, **options)
            except MiniMaxError:  # a scene, a format or a picture that only the other protocol takes
                continue
            yield face, there


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
