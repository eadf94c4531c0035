"""The style of the HTML: one sheet, in the colours of the front end."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def styles() -> str:
    """CSS for everything that this package writes, for elements with the class ``mnb-block`` and for code anywhere.

    Colours come from JupyterLab's variables, else from those of VS Code, else they are fitting for a light page, or for
    a dark one where the page says so.
    """
    return Path(__file__).with_name("html.css").read_text(encoding="utf-8")
