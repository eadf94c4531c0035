"""The setting of a role-play in the roles that M2-her has for it (MiniMax role-play guide, read 2026-11-20).

The character is the system message, "user_system" whom the user plays, "group" the scene, and the two sample roles
show how they talk. A message of these roles without a name has been refused with code 2013, although the guide's own
examples leave it out (a client's report, read 2026-11-20); so with a scene every message says who speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minimax_nb.messages.scene import Scene

CHARACTER, PLAYER, GROUP = "Character", "User", "Scene"
"""Names for those whom the scene does not name."""

_CHARACTERS = frozenset({"system", "assistant", "sample_message_ai"})


def setting(scene: Scene) -> list[dict[str, Any]]:
    """The messages that set the scene, between the system message and the conversation."""
    return [
        {"role": role, **speaker(scene, role), "content": content} for role, content in _lines(scene) if content.strip()
    ]


def _lines(scene: Scene) -> Iterator[tuple[str, str]]:
    yield "user_system", scene.about_player
    yield "group", scene.title
    for player, character in scene.samples:
        yield "sample_message_user", player
        yield "sample_message_ai", character


def speaker(scene: Scene | None, role: str) -> dict[str, str]:
    """Who speaks in a message of this role, as the member ``name``; nothing without a scene."""
    if scene is None or role == "tool":
        return {}
    if role == "group":
        return {"name": _named(scene.title, GROUP)}
    return {"name": _named(scene.character, CHARACTER) if role in _CHARACTERS else _named(scene.player, PLAYER)}


def _named(name: str, otherwise: str) -> str:
    return " ".join(name.split()) or otherwise
