"""How a chat starts, as a value: it can be kept in a file, given to others and used again."""

from __future__ import annotations

import json
import os
import reprlib
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from minimax_nb.catalog import did_you_mean
from minimax_nb.chat.saved import replace_file
from minimax_nb.errors import ConfigError
from minimax_nb.messages.parts import Message, Text
from minimax_nb.messages.request import Effort, ThinkingMode
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.shown import Shown

FORMAT = "minimax_nb preset"
VERSION = 1

WHO = ("provider", "model", "face", "base_url", "region")
"""The settings that say who answers."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Preset(Shown):
    """Who answers, what it is told beforehand, and with which settings. No key is ever part of it.

    Attributes:
        model: Model id, or None for the provider's own.
        provider: Provider, or None for the first whose key is found.
        face: Protocol, or None for the provider's first.
        region: Which of the provider's hosts, or None for the usual one.
        system: System message.
        examples: Pairs of a prompt and the answer it should get: the model sees them before every conversation.
        scene: The setting of a role-play, for models made for it.
        temperature: Sampling temperature.
        top_p: Nucleus sampling.
        max_tokens: Most tokens of a reply, thinking included.
        frequency_penalty: Against words that come often.
        presence_penalty: Against words that came at all.
        thinking: "adaptive" or "off".
        effort: "low" to "max".
        service_tier: "standard" or "priority".

    Raises:
        ConfigError: A value is of another kind. Whether the model takes it is checked with each call.
    """

    model: str | None = None
    provider: str | None = None
    face: str | None = None
    region: str | None = None
    system: str | None = None
    examples: tuple[tuple[str, str], ...] = ()
    scene: Scene | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    thinking: ThinkingMode | None = None
    effort: Effort | None = None
    service_tier: str | None = None

    def __post_init__(self) -> None:
        for name in _SETTINGS:
            _check_kind(name, getattr(self, name))
        object.__setattr__(self, "examples", checked_examples(self.examples))
        if self.scene is not None:
            object.__setattr__(self, "scene", checked_scene(self.scene))

    def settings(self) -> dict[str, Any]:
        """What is said of the chat's settings, by name; the examples and the scene apart."""
        return {name: value for name in _SETTINGS if (value := getattr(self, name)) is not None}

    def __repr__(self) -> str:
        return f"Preset({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"

    def under(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """These settings with what was said of each put in its place; None says nothing.

        A model, a protocol and a region belong to a provider: where another one was said, the preset's are left aside.
        An address without a provider says "local", as it does everywhere; with one it stands in for a region.
        """
        spoken = {name: value for name, value in said.items() if value is not None}
        mine = self.settings()
        here = spoken.get("provider", "local" if "base_url" in spoken else self.provider)
        if self.provider is not None and here != self.provider:
            mine = {name: value for name, value in mine.items() if name not in WHO}
        if "base_url" in spoken:
            mine.pop("region", None)
        return {**said, **mine, **spoken}

    def to_dict(self) -> dict[str, Any]:
        """Everything that is said, as plain JSON values."""
        said = self.settings()
        if self.examples:
            said["examples"] = [list(pair) for pair in self.examples]
        if self.scene is not None:
            said["scene"] = self.scene.to_dict()
        return said

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Self:
        """The preset that :meth:`to_dict` wrote.

        Raises:
            ConfigError: It says something a preset does not know, or in another shape.
        """
        for name in said:
            if name not in _NAMES:
                raise ConfigError(f"A preset has no {name!r}.", hint=did_you_mean(name, _NAMES))
        return cls(**{name: value for name, value in said.items() if value is not None})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a JSON file."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **self.to_dict()}, ensure_ascii=False, indent=1)
        replace_file(path, text + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The preset of a file.

        Raises:
            ConfigError: There is no preset of this version in it.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"The preset {path} cannot be read ({error.strerror or error}).") from None
        except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested deeper than anything that was saved
            content = None
        version = content.pop("version", None) if isinstance(content, dict) else None
        if type(version) is not int or version < 1 or content.pop("format", None) != FORMAT:
            raise ConfigError(f"{path} is not a preset.", hint="Preset(...).save(path) writes one.")
        if version > VERSION:
            raise ConfigError(f"{path} was saved by a newer version.", hint="Update minimax_nb to load it.")
        return cls.from_dict(content)


_NAMES = tuple(field.name for field in fields(Preset))
_SETTINGS = tuple(name for name in _NAMES if name not in {"examples", "scene"})
_NUMBERS = ("temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty")


def _check_kind(name: str, value: object) -> None:
    """Refuse a text that is a number and a number that is a text; what each may be is checked with the call."""
    wanted, what = ((int, float), "a number") if name in _NUMBERS else (str, "a text")
    if value is not None and (isinstance(value, bool) or not isinstance(value, wanted)):
        raise ConfigError(f"A preset's {name} is {what}, not {_short(value)}.")


def checked_preset(value: Any) -> Preset:  # noqa: ANN401 - what a user gave
    """The preset; one that says nothing for None.

    Raises:
        ConfigError: Something else.
    """
    if value is None:
        return Preset()
    if not isinstance(value, Preset):
        raise ConfigError(f"preset is a Preset, not {_short(value)}.", hint="Preset.load(path) reads one from a file.")
    return value


def checked_examples(pairs: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - what a user gave
    """Pairs of a prompt and an answer.

    Raises:
        ConfigError: Something else.
    """
    found = _pairs(pairs)
    if found is None:
        raise ConfigError(
            f"examples are pairs of a prompt and its answer, two texts each, not {_short(pairs)}.",
            hint='Such as [("2 + 2?", "4")].',
        )
    return found


def checked_scene(value: Any) -> Scene:  # noqa: ANN401 - what a user gave
    """The setting of a role-play, or a mapping of its parts as one.

    Raises:
        ConfigError: Something else.
    """
    said = value.to_dict() if isinstance(value, Scene) else value
    parts = tuple(field.name for field in fields(Scene))
    if not isinstance(said, Mapping):
        raise ConfigError(f"A scene is a Scene(...), not {_short(value)}.")
    for name, part in said.items():
        if name not in parts:
            raise ConfigError(f"A scene has no {name!r}.", hint=did_you_mean(str(name), parts))
        if name != "samples" and not isinstance(part, str):
            raise ConfigError(f"A scene's {name} is a text, not {_short(part)}.")
    samples = _pairs(said.get("samples", ()))
    if samples is None:
        raise ConfigError("A scene's samples are pairs of what the player says and what the character answers.")
    return Scene(**{**said, "samples": samples})


def _pairs(value: object) -> tuple[tuple[str, str], ...] | None:
    """Pairs of texts that say something; None for anything else."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return None
    found = tuple(tuple(pair) if isinstance(pair, list | tuple) else () for pair in value)
    sound = all(len(pair) == 2 and all(isinstance(text, str) and text.strip() for text in pair) for pair in found)
    return found if sound else None


def _short(value: object) -> str:
    return textwrap.shorten(reprlib.repr(value), 80, placeholder="...")


def shown_before(examples: tuple[tuple[str, str], ...]) -> tuple[Message, ...]:
    """The examples as the messages a model sees before the conversation."""
    return tuple(
        message
        for asked, answer in examples
        for message in (Message("user", (Text(asked),)), Message("assistant", (Text(answer),)))
    )
