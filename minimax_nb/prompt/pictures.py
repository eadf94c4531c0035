"""Values that are pictures or videos: recognised, so that they are refused and not sent as their ``repr``."""

from __future__ import annotations

from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.prompt.tables import instance_of

_PICTURES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("PIL.Image", ("Image",), "a picture"),
    ("matplotlib.figure", ("FigureBase",), "a figure"),
    ("matplotlib.axes", ("Axes",), "a plot"),
    ("IPython.core.display", ("Image",), "a picture"),
    ("IPython.display", ("Image",), "a picture"),
    ("IPython.display", ("Video",), "a video"),
)


def refuse_picture(value: Any, name: str = "") -> None:  # noqa: ANN401 - any value of a notebook
    """Let everything pass but pictures, figures, videos, and arrays of bytes in the shape of a picture.

    Raises:
        RequestError: The value is one of those.
    """
    for module, kinds, what in _PICTURES:
        if instance_of(value, module, *kinds):
            raise _refusal(what, name)
    if instance_of(value, "numpy", "ndarray") and value.dtype.name == "uint8" and value.shape[2:] in {(3,), (4,)}:
        raise _refusal("an array with the shape of a picture", name)


def _refusal(what: str, name: str) -> RequestError:
    subject = f"{name} is {what}" if name else f"This is {what}"
    return RequestError(
        f"{subject}; pictures in a prompt are not supported by this version yet.",
        hint="Send what it shows as text: the numbers behind a plot, or a description.",
    )
