"""Loading and unloading the IPython extension. Loading registers names and nothing else: no network, no output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minimax_nb.magics.cells import LINE_OPTIONS, MinimaxMagics
from minimax_nb.magics.complete import complete
from minimax_nb.magics.options import Option
from minimax_nb.magics.sources import lists
from minimax_nb.magics.transform import PromptWithQuestionMark

_COMPLETES = r"^\s*%%?minimax"


def load(shell: Any, panels: Mapping[str, Callable[..., Any]] | None = None) -> None:  # noqa: ANN401 - IPython's shells are untyped here
    """Register the magics, Tab completion and the question-mark transformer.

    Args:
        shell: IPython's.
        panels: Each kind of panel and what makes it: panels stand on a floor above the magics.
    """
    if _instance(shell) is not None:
        return
    magics = MinimaxMagics(shell)
    magics.panels = panels or {}
    shell.register_magics(magics)
    magics.completer = _completer(magics)
    magics.whereabouts.listen(shell)
    shell.set_hook("complete_command", magics.completer, re_key=_COMPLETES)
    shell.input_transformer_manager.token_transformers.append(PromptWithQuestionMark)


def unload(shell: Any) -> None:  # noqa: ANN401
    """Put everything back as it was before :func:`load`; conversations are forgotten."""
    magics = _instance(shell)
    if magics is None:
        return
    manager = shell.magics_manager
    for kind in ("line", "cell"):
        for name in [name for name, function in manager.magics[kind].items() if _belongs(function, magics)]:
            del manager.magics[kind][name]
    manager.registry.pop(type(magics).__name__, None)
    if magics in shell.configurables:
        shell.configurables.remove(magics)
    _drop_completer(shell, magics.completer)
    magics.whereabouts.leave(shell)
    magics.put_variables_back()
    transformers = shell.input_transformer_manager.token_transformers
    if PromptWithQuestionMark in transformers:
        transformers.remove(PromptWithQuestionMark)
    shell.user_ns.pop("_mm", None)


def _instance(shell: Any) -> Any:  # noqa: ANN401
    return shell.magics_manager.registry.get(MinimaxMagics.__name__)


def _belongs(function: Any, magics: MinimaxMagics) -> bool:  # noqa: ANN401
    return getattr(function, "__self__", None) is magics


def _completer(magics: MinimaxMagics) -> Any:  # noqa: ANN401
    """What IPython calls on Tab behind one of our magics."""
    known = lists(magics)

    def offer(_shell: object, event: Any) -> list[str]:  # noqa: ANN401
        line = event.line[: len(event.text_until_cursor)] if hasattr(event, "text_until_cursor") else event.line
        options = _options(line)
        return complete(line, event.symbol, options, known) if options is not None else []

    return offer


def _options(line: str) -> tuple[Option, ...] | None:
    words = line.lstrip().lstrip("%").split(maxsplit=1)
    return LINE_OPTIONS.get(words[0]) if words and line.lstrip() != words[0] else None


def _drop_completer(shell: Any, completer: Any) -> None:  # noqa: ANN401
    """IPython has no call that takes a hook back: remove ours from its dispatcher."""
    dispatcher = shell.strdispatchers.get("complete_command")
    if dispatcher is None:
        return
    for pattern, chain in list(dispatcher.regexs.items()):
        chain.chain[:] = [
            (priority, hook) for priority, hook in chain.chain if getattr(hook, "__func__", hook) is not completer
        ]
        if not chain.chain:
            del dispatcher.regexs[pattern]
