"""The one seam between values and their notebook representation.

A value says "I can be shown"; how it looks is decided by whoever called :func:`use_renderer` (the package's
``__init__`` does, with a function that loads the renderer on first use). Values stay unaware of rendering.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Bundle = tuple[dict[str, Any], dict[str, Any]]
"""MIME type to content, and MIME type or namespace to metadata: what IPython takes from ``_repr_mimebundle_``."""

_renderers: list[Callable[[Any], Bundle]] = []


def use_renderer(renderer: Callable[[Any], Bundle]) -> None:
    """Let ``renderer`` decide how shown values look, from now on."""
    _renderers[:] = [renderer]


class Shown:
    """A value with a notebook representation."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        return _renderers[0](self) if _renderers else ({"text/plain": repr(self)}, {})
