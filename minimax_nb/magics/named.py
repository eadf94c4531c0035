"""What the options name in the notebook: functions that are tools, types that are shapes, presets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from minimax_nb.catalog import did_you_mean
from minimax_nb.chat.preset import Preset
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.prompt.template import look_up
from minimax_nb.tools import Tool

Kind = Literal["functions", "shapes", "presets"]
"""What the options name that is the notebook's own."""

_LIST = re.compile(r"\s*list\s*\[(.+)\]\s*", re.IGNORECASE)
_PLAIN: Mapping[str, type] = {kind.__name__: kind for kind in (str, int, float, bool, list, dict)}


def tools_named(names: Iterable[str], namespace: Mapping[str, object]) -> tuple[Callable[..., Any], ...]:
    """The functions of those names.

    Raises:
        ConfigError: No name, none of that name, or it is no function.
    """
    found: list[Callable[..., Any]] = []
    for name in names:
        value: Any = _found("--tools", name, namespace, _names("functions", namespace))
        if not callable(value):
            raise ConfigError(f"--tools: {name} is no function.", hint=_near(name, _names("functions", namespace)))
        found.append(value)
    if not found:
        raise ConfigError("--tools names no function.")
    return tuple(found)


def schema_named(text: str, namespace: Mapping[str, object]) -> object:
    """The type or JSON schema of that name; ``list[NAME]`` is a list of such.

    Raises:
        ConfigError: There is none of that name.
    """
    if (several := _LIST.fullmatch(text)) is not None:
        item: Any = schema_named(several[1], namespace)
        return {"type": "array", "items": item} if isinstance(item, Mapping) else list[item]
    if text in _PLAIN and text not in namespace:
        return _PLAIN[text]
    if not _values(text, namespace) and "[" in text:
        raise ConfigError(
            f"--schema: there is no {text!r} in the notebook.",
            hint=f"Only list[NAME] can be written here; SHAPE = {text} makes a name of any type.",
        )
    return _found("--schema", text, namespace, _names("shapes", namespace))


def preset_named(text: str, namespace: Mapping[str, object]) -> Preset:
    """The preset of a variable, or of a file.

    Raises:
        ConfigError: There is neither.
    """
    found = _values(text, namespace)
    if found and isinstance(found[0], Preset):
        return found[0]
    if Path(text).expanduser().is_file():
        return Preset.load(Path(text).expanduser())
    near = _near(text, _names("presets", namespace))
    raise ConfigError(f"--preset: {text} is neither a Preset of the notebook nor a file.", hint=near)


def names_of(kind: Kind, word: str, namespace: Mapping[str, object]) -> list[str]:
    """The notebook's own names of a kind, as completions of ``word``; functions may stand behind each other."""
    names = _names(kind, namespace)
    if kind == "shapes":
        return [*names, *(f"list[{name}]" for name in names)]
    before, comma, _ = word.rpartition(",") if kind == "functions" else ("", "", "")
    return [f"{before}{comma}{name}" for name in names]


def _names(kind: Kind, namespace: Mapping[str, object]) -> list[str]:
    fits = _FITS[kind]
    return [name for name, value in namespace.items() if not name.startswith("_") and fits(value)]


def _is_own_function(value: object) -> bool:
    """Whether a value is a function of the notebook, or a method of something in it, with a name of its own."""
    if type(value).__name__ not in {"function", "method"} or getattr(value, "__module__", "") != "__main__":
        return False
    return getattr(value, "__name__", "<lambda>") != "<lambda>"


def _is_shape(value: object) -> bool:
    if not isinstance(value, type):
        return False
    marks = ("model_fields", "__dataclass_fields__", "__required_keys__", "__optional_keys__", "__members__")
    return any(getattr(value, mark, None) for mark in marks)


_FITS: Mapping[Kind, Callable[[object], bool]] = {
    "functions": lambda value: isinstance(value, Tool) or _is_own_function(value),
    "shapes": _is_shape,
    "presets": lambda value: isinstance(value, Preset),
}


def _found(flag: str, name: str, namespace: Mapping[str, object], known: Iterable[str]) -> object:
    values = _values(name, namespace)
    if not values:
        raise ConfigError(f"{flag}: there is no {name!r} in the notebook.", hint=_near(name, known))
    return values[0]


def _values(name: str, namespace: Mapping[str, object]) -> tuple[object, ...]:
    """The value of a name or path, in a tuple; an empty one if there is none."""
    try:
        return look_up(name.strip(), namespace)
    except RequestError:  # what it says is of {{name}} in a prompt
        return ()


def _near(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, tuple(known))
