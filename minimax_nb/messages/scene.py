"""The setting of a role-play, for models that are made for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays whom, where, and how they talk. The character the model plays is the system message.

    Only M2-her knows the roles that carry it (MiniMax role-play guide, read 2026-11-20).

    Attributes:
        character: Name of the character the model plays.
        player: Name of whom the user plays.
        about_player: Who the user plays, in a sentence or two.
        title: Name of the scene or of the conversation.
        samples: Pairs of what the player says and what the character answers: how they talk. One to three pairs are
            suggested; they are billed as input.
    """

    character: str = ""
    player: str = ""
    about_player: str = ""
    title: str = ""
    samples: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The scene as plain JSON values."""
        return {**asdict(self), "samples": [list(pair) for pair in self.samples]}
