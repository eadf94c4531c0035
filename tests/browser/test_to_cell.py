"""Code of a reply in the next cell of real front ends: there to be read, in its place, and not run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.lab import Lab, Page
from tests.support.server import App

pytestmark = pytest.mark.browser

FAILING = "def half(x):\n    return x / 0\n\nhalf(1)"
MENDED = "def half(x):\n    return x / 2\n\nhalf(1)"
BUILT = "made_by_the_model = 1\nprint(made_by_the_model)"


def emulated(text: str) -> str:
    return f"/emulate delay-ms=0,text-json={json.dumps(text)}"


def code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None,
        "id": f"cell-{abs(hash(source)) % 10**8}",
    }  # fmt: skip


def notebook(*sources: str) -> dict[str, Any]:
    return {
        "cells": [code(source) for source in sources],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


ASKING = (
    f"%%minimax --alone --to cell\n{emulated(f'Set it:{chr(10)}{chr(10)}```python{chr(10)}{BUILT}{chr(10)}```')}\nhi"
)
FIXING = (
    f"%minimax_fix --alone {emulated(f'It divides by zero.{chr(10)}{chr(10)}```python{chr(10)}{MENDED}{chr(10)}```')}"
)
BOOK = notebook("%load_ext minimax_nb", ASKING, "'last'", FAILING, FIXING, "'after'")


def sources(page: Page) -> list[str]:
    """The text of every cell, as saved."""
    return ["".join(cell["source"]) for cell in page.save()["cells"]]


@pytest.fixture(scope="module", params=["lab", "notebook"])
def page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Any:
    """The notebook, one page for all tests of a front end."""
    app: App = request.param
    with lab(app).open(BOOK, name=f"to_cell-{app}.ipynb", viewport={"width": 1000, "height": 1500}) as opened:
        yield opened


def test_run_all_puts_the_code_below_its_reply_and_does_not_run_it(page: Page) -> None:
    page.run_all()
    found = sources(page)
    assert found == ["%load_ext minimax_nb", ASKING, BUILT, "'last'", FAILING, FIXING, "'after'"]
    assert page.prompt(2) == "[ ]:"
    assert page.text(2) == ""
    assert "Set it:" in page.text(1)
    page.screenshot(f"to-cell-{page.lab.app}")


def test_the_mended_cell_is_shown_as_a_change_and_put_below(page: Page) -> None:
    page.run_cell(4)
    page.run_cell(5)
    assert MENDED.partition("\n")[0] in page.text(5)
    assert sources(page)[4:8] == [FAILING, FIXING, MENDED, "'after'"]
    assert page.prompt(6) == "[ ]:"
    change = page.outputs(5).locator("pre code.language-diff")
    assert change.count() == 1
    assert "-    return x / 0\n+    return x / 2\n" in change.inner_text()
    page.screenshot(f"fix-{page.lab.app}")


def test_a_cell_that_is_run_again_puts_another_one(page: Page) -> None:
    before = sources(page)
    page.run_cell(1)
    after = sources(page)
    assert after == [*before[:2], BUILT, *before[2:]]


def test_the_reader_runs_it(page: Page) -> None:
    page.run_cell(2)
    assert page.text(2) == "1"


def test_the_page_did_nothing_it_should_not(page: Page) -> None:
    assert page.errors == []
    assert page.outside == []
