"""What a docstring says of a function and of its parameters, in the styles people write."""

from __future__ import annotations

import pytest

from minimax_nb.tools.docstrings import read_docstring

GOOGLE = """Find flights.

Only direct ones.

Args:
    origin (str): Where from,
        as a code: "VIE".
    *days: When.
    limit (int, optional): At most
        so many.

        Never more than ten.

Returns:
    list: The flights.
"""

NUMPY = """Find flights.

Only direct ones.

Parameters
----------
origin : str
    Where from,
    as a code: "VIE".
*days
    When.
limit, most : int, optional
    At most
    so many.

    Never more than ten.

Returns
-------
list
    The flights.
"""

SPHINX = """Find flights.

Only direct ones.

:param str origin: Where from,
    as a code: "VIE".
:type origin: str
:param days: When.
:keyword limit: At most
    so many.
    Never more than ten.
:returns: The flights.
:raises ValueError: On Sundays.
"""


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_every_style_describes_its_parameters(text: str) -> None:
    found = read_docstring(text).parameters
    assert found["origin"] == 'Where from, as a code: "VIE".'
    assert found["days"] == "When."
    assert found["limit"] == "At most so many. Never more than ten."


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_the_rest_is_the_description(text: str) -> None:
    said = read_docstring(text).description
    assert said.startswith("Find flights.\n\nOnly direct ones.")
    assert "The flights." in said
    assert "Where from" not in said
    assert "---" not in said or "Returns" in said


def test_names_that_share_a_text_each_have_it() -> None:
    assert read_docstring(NUMPY).parameters["most"].startswith("At most")


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_no_docstring_says_nothing(text: str | None) -> None:
    found = read_docstring(text)
    assert (found.description, found.parameters) == ("", {})


def test_a_heading_without_entries_and_a_docstring_cut_short_are_no_trouble() -> None:
    for text in ("Do.\n\nArgs:", "Do.\n\nParameters\n----------", "Do.\n\n:param", "Do.\n\n:param :"):
        assert read_docstring(text).description.startswith("Do.")


def test_what_only_looks_like_a_section_stays() -> None:
    said = read_docstring("Do.\n\nArgs: none of them.\nParameters are free.").description
    assert said == "Do.\n\nArgs: none of them.\nParameters are free."
