"""The same cell run twice in real front ends: they say which cell it is, and its turn is answered anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.lab import Lab, Page
from tests.support.server import App

pytestmark = pytest.mark.browser

NOW = "/emulate delay-ms=0\n"


def code(number: int, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None,
        "id": f"cell-{number}",
    }  # fmt: skip


CELLS = ("%load_ext minimax_nb", f"%%minimax\n{NOW}one", f"%%minimax\n{NOW}two", "%minimax_history")
BOOK = {
    "cells": [code(number, source) for number, source in enumerate(CELLS)],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module", params=["lab", "notebook"])
def page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Any:
    """The notebook, one page for all tests of a front end."""
    app: App = request.param
    with lab(app).open(BOOK, name=f"cell_turns-{app}.ipynb", viewport={"width": 1000, "height": 1500}) as opened:
        yield opened


def test_a_cell_that_is_run_twice_has_one_turn(page: Page) -> None:
    page.run_all()
    page.run_cell(2)
    page.run_cell(3)
    assert "2 turns" in page.text(3)
    assert "stale" not in page.text(3)


def test_a_cell_above_makes_the_later_turn_stale_and_the_page_says_so(page: Page) -> None:
    page.run_cell(1)
    assert "This replaces an earlier answer. The turn after it was said without this one and is stale" in page.text(1)
    page.run_cell(3)
    assert "2 turns" in page.text(3)
    assert "2 · user, stale" in page.text(3)
    page.screenshot(f"stale-{page.lab.app}")


def test_running_all_again_leaves_nothing_stale(page: Page) -> None:
    page.run_all()
    assert "2 turns" in page.text(3)
    assert "stale" not in page.text(3)


def test_a_cell_whose_text_has_changed_is_the_same_cell(page: Page) -> None:
    page.type_into(2, f"%%minimax\n{NOW}three")
    page.run_cell(2)
    page.run_cell(3)
    assert "2 turns" in page.text(3)
    assert "three" in page.text(3)
    assert "two" not in page.text(3)


def test_the_page_did_nothing_it_should_not(page: Page) -> None:
    assert page.errors == []
    assert page.outside == []
