"""The page's side of a panel: one widget, by which messages go both ways. The one file that knows anywidget.

The widget has no traits of its own. All that is shown travels in messages, so nothing is sent twice, nothing is kept in
the notebook's widget state, and a key that somebody types is in no trait.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from minimax_nb.errors import ConfigError
from minimax_nb.panels.html import styles
from minimax_nb.panels.static import Publishing

VIEW = "application/vnd.jupyter.widget-view+json"
"""The MIME type by which a front end is asked to draw a widget."""

Heard = Callable[[Mapping[str, Any], Sequence[memoryview]], object]

_HERE = Path(__file__).parent
_COMMON = ("shared", "kept_copy", "reply")


class Page:
    """The widget of one panel.

    Args:
        name: What the panel is called.
        files: Its scripts, ``FILE.js``, each with its style ``FILE.css`` if there is one.
        hear: Called with each message of the page: its content, and what was sent beside it as bytes.
        kept_as: The last line of the panel's saved copy.

    Raises:
        ConfigError: anywidget is not installed.
    """

    def __init__(self, name: str, files: tuple[str, ...], hear: Heard, kept_as: str = "") -> None:
        self._publishing = Publishing()
        self.widget = _widget_class(name, files, kept_as)()
        self.widget.on_msg(lambda _widget, content, buffers: hear(content, buffers) if _is_op(content) else None)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message to every page that shows the panel; from any thread."""
        self._publishing(self.widget.send, dict(message))

    @property
    def view(self) -> dict[str, Any]:
        """What asks a front end to draw it, for an output's data."""
        return {VIEW: {"model_id": self.widget.model_id, "version_major": 2, "version_minor": 0}}

    def close(self) -> None:
        """Take it away from every page."""
        self.widget.close()
        self.widget.layout.close()


def _is_op(content: object) -> bool:
    return isinstance(content, dict) and isinstance(content.get("op"), str)


def shows_widgets() -> bool:
    """Whether this is a kernel whose front end has somebody at it, who could press a button.

    Whoever runs cells without a person (nbclient, nbconvert, papermill, nbval) says with each cell that it takes no
    input; a panel then leaves only what can be read.
    """
    module = sys.modules.get("ipykernel.kernelbase")
    if module is None or not module.Kernel.initialized():
        return False
    return bool(getattr(module.Kernel.instance(), "_allow_stdin", False))


@cache
def _widget_class(name: str, files: tuple[str, ...], kept_as: str) -> Any:  # noqa: ANN401 - anywidget is not imported before it is needed
    """The widget's class: the shared scripts and the panel's own, one after the other."""
    try:
        import anywidget
    except ImportError:
        raise ConfigError(
            "Panels need anywidget, which is not installed.", hint='pip install "minimax-nb[panels]", then restart.'
        ) from None
    scripts = [(_HERE / f"{file}.js").read_text(encoding="utf-8") for file in (*_COMMON, *files)]
    looks = [
        style.read_text(encoding="utf-8") for file in (*_COMMON, *files) if (style := _HERE / f"{file}.css").exists()
    ]

    class PanelWidget(anywidget.AnyWidget):
        _esm = "\n".join([f"const MNB_KEPT_AS = {json.dumps(kept_as)};", *scripts])
        _css = "\n".join([*looks, styles()])

    PanelWidget.__name__ = f"PanelWidget_{name}"  # a page holds one style sheet for widgets of one name
    return PanelWidget
