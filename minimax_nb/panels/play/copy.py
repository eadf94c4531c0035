"""What the notebook keeps of a playground: its settings, the last prompt, the reply with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minimax_nb.display.render import Bundle, render, safe_line, table
from minimax_nb.display.safe import safe_quote
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.play.rows import LABELS
from minimax_nb.panels.play.settings import Settings

_LONGEST = 2_000

Row = tuple[str, str]


def setting_rows(settings: Settings) -> list[Row]:
    """What is set, a row each: who answers, the system message, and every setting that there is."""
    here = settings.endpoint
    values = settings.values
    rows = [("Provider", here.provider.title), ("Model", here.model_id), ("Protocol", here.face_name)]
    rows += [("System message", _cut(settings.system) if settings.system else "none")]
    return rows + [(LABELS[name], "default" if value is None else f"{value}") for name, value in values.items()]


def copy_of(rows: Sequence[Row], prompt: str, reply: Reply | None, trouble: str) -> Bundle:
    """The copy.

    Args:
        rows: What was set when the prompt was sent, or is set now.
        prompt: The last prompt that was sent, or "".
        reply: What came of it, if anything did.
        trouble: What went wrong, where there is no reply to say it.
    """
    plain, markdown = table(("Setting", "Value"), rows)
    texts, pieces = [f"Playground\n\n{plain}"], [f"**Playground**\n\n{markdown}"]
    metadata: dict[str, Any] = {}
    if prompt:
        texts.append(f"[prompt] {_cut(prompt)}")
        pieces.append(f"**Prompt**\n\n{safe_quote(_cut(prompt))}")
    if reply is not None:
        data, about = render(reply)
        metadata = {"minimax_nb": {"panel": "playground", "replies": [about["minimax_nb"]]}}
        texts.append(data["text/plain"])
        pieces.append(f"**Reply**\n\n{data['text/markdown']}")
    elif trouble:
        texts.append(f"[{' '.join(trouble.split())}]")
        pieces.append(f"*{safe_line(trouble)}*")
    return {"text/plain": "\n\n".join(texts), "text/markdown": "\n\n".join(pieces)}, metadata


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… {len(text) - _LONGEST:,} more characters"
