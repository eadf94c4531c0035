"""The main job in real front ends: open the quickstart, run it, read the replies, save it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.lab import Lab, Page
from tests.support.notebooks import FOLDER

pytestmark = pytest.mark.browser

QUICKSTART = FOLDER / "quickstart.ipynb"
FRONT_ENDS = [("lab", "light"), ("lab", "dark"), ("notebook", "light"), ("notebook", "dark")]

RECEIPT = "emulator"
THINKING = "details"


def source(cell: dict[str, Any]) -> str:
    """A cell's text."""
    return "".join(cell["source"])


def reply_cells(notebook: dict[str, Any]) -> list[int]:
    """The cells whose output is a reply."""
    return [
        index
        for index, cell in enumerate(notebook["cells"])
        if any("minimax_nb" in output.get("metadata", {}) for output in cell.get("outputs", ()))
    ]


def mends(cell: dict[str, Any]) -> bool:
    """Whether a cell puts another one below itself: the mended cell, which is not run."""
    return source(cell).startswith("%minimax_fix")


def place(notebook: dict[str, Any], index: int) -> int:
    """Where a cell of the notebook stands on the page after Run All."""
    return index + sum(map(mends, notebook["cells"][:index]))


def last_words(notebook: dict[str, Any], index: int) -> str:
    """The last words of a reply's plain text before its receipt, as a reader must find them on the page."""
    plain = "".join(notebook["cells"][index]["outputs"][0]["data"]["text/plain"])
    words = [word for line in plain.splitlines() for word in line.split() if word.isalpha()]
    return words[-1]


@pytest.fixture(scope="module", params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Any:
    """The quickstart after Run All, one page for all tests of a front end."""
    app, theme = request.param
    with lab(app, theme).open(QUICKSTART, viewport={"width": 1200, "height": 2000}) as opened:
        opened.run_all()
        yield opened


def test_every_cell_ran(page: Page) -> None:
    cells = page.saved["cells"]
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "code" and source(cell).strip():
            assert page.prompt(place(page.saved, index)).strip("[]:").isdigit(), source(cell)
        if mends(cell):
            assert page.prompt(index + 1).strip("[]: ") == "", "the mended cell is not run"


def test_the_reader_sees_each_reply_and_its_receipt(page: Page) -> None:
    replies = reply_cells(page.saved)
    assert replies, "the quickstart shows replies"
    for index in replies:
        at = place(page.saved, index)
        seen = page.text(at)
        assert last_words(page.saved, index) in seen
        assert RECEIPT in seen
        assert page.count(at) == (2 if mends(page.saved["cells"][index]) else 1)  # the second is the difference


def test_there_is_a_picture_of_it(page: Page) -> None:
    name = f"quickstart-{page.lab.app}-{page.lab.theme}"
    for index in reply_cells(page.saved):
        assert page.screenshot(f"{name}-{index}", of=page.cell(place(page.saved, index))).stat().st_size > 5_000


def test_the_thinking_is_there_and_folded_away(page: Page) -> None:
    folded = page.view.locator(".jp-Cell-outputArea").locator(THINKING)
    assert folded.count() >= 1
    for number in range(folded.count()):
        assert folded.nth(number).get_attribute("open") is None
    first = folded.first
    hidden = first.evaluate("element => element.textContent")
    assert len(hidden) > len(first.inner_text()), "there is more in it than its summary"
    first.locator("summary").click()
    assert len(first.inner_text()) >= len(hidden.strip()) - 20


def test_the_page_did_nothing_it_should_not(page: Page) -> None:
    assert page.errors == []
    assert page.outside == []
    outputs = page.view.locator(".jp-Cell-outputArea")
    assert outputs.locator("script, form, iframe, input").count() == 0


def test_what_is_saved_is_what_the_example_says(page: Page) -> None:
    before = page.lab.server.read(page.path)
    saved = page.save()
    for index in reply_cells(before):
        outputs = saved["cells"][place(before, index)]["outputs"]
        assert {output["output_type"] for output in outputs} == {"display_data"}
        assert len(outputs) == (2 if mends(before["cells"][index]) else 1)
        assert outputs == before["cells"][index]["outputs"]
