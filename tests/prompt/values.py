"""What the tests of values share."""

from __future__ import annotations

import pytest

from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Text
from minimax_nb.prompt import to_parts


def text(value: object, name: str = "") -> str:
    """The one text that a value becomes."""
    (part,) = to_parts(value, name)
    assert isinstance(part, Text)
    return part.text


def refused(value: object, name: str = "") -> str:
    """Why a value is not taken."""
    with pytest.raises(RequestError) as caught:
        to_parts(value, name)
    return str(caught.value)
