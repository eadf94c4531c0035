"""``compare()``: one prompt to several models or settings side by side; the best reply is picked into a variable."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any

from minimax_nb.catalog.keys import wrap_key
from minimax_nb.errors import ConfigError
from minimax_nb.panels.comparison.board import Board
from minimax_nb.panels.comparison.column import Column
from minimax_nb.panels.comparison.settings import checked_models, checked_names, without_bare_keys


def compare(  # noqa: PLR0917 - the order is part of what users type
    models: Sequence[object],
    prompt: object = None,
    provider: str | None = None,
    face: str | None = None,
    base_url: str | None = None,
    output: str = "best",
    **options: Any,  # noqa: ANN401 - whatever Chat takes by name
) -> Board:
    """Ask several models, providers or settings the same, and see their replies side by side.

    In a notebook with somebody at it this returns at once and the replies stream into the panel. Elsewhere (nbconvert,
    papermill, a script) it waits for all of them.

    Args:
        models: 2 to 8 columns, each a model id, ``"provider:model"``, a dict of what
            :class:`~minimax_nb.chat.chat.Chat` takes by name, a :class:`~minimax_nb.chat.preset.Preset`, or a chat (a
            fork of it answers).
        prompt: A text, or a list of texts and other objects (pictures, videos, DataFrames ...). Without one the panel
            asks for it.
        provider: Who answers, for columns that do not say.
        face: Protocol, for columns that do not say.
        base_url: Address, for columns that do not say.
        output: Name of the variable that gets the reply that is picked; nothing is bound before one is.
        options: More of what Chat takes by name, for all columns; and ``schema``, what every reply must be.

    Raises:
        ConfigError: There are too few columns or too many, or there is no such option. What is wrong with one column
            is told in it, and the others run.
        RequestError: The prompt is empty.
    """
    models = [without_bare_keys(entry) for entry in models] if isinstance(models, list | tuple) else models
    options["api_key"], complaint = wrap_key(options.get("api_key"))
    if complaint:
        raise ConfigError(complaint)
    asking = {"schema": options.pop("schema")} if "schema" in options else {}
    common = {"provider": provider, "face": face, "base_url": base_url, **options}
    checked_names(common)
    common = {name: value for name, value in common.items() if value is not None}
    entries = checked_models(models)
    board = Board([Column(f"c{at}", entry, common) for at, entry in enumerate(entries, 1)], _checked(output), asking)
    if prompt is not None:
        board.ask(*(prompt if isinstance(prompt, list | tuple) else (prompt,)))
    return board


def _checked(output: object) -> str:
    if not isinstance(output, str) or not output.isidentifier() or keyword.iskeyword(output):
        raise ConfigError(f"output is the name of a variable, not {output!r}.", hint='Such as output="best".')
    return output
