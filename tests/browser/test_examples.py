"""The other example notebooks in JupyterLab, light and dark: they run from top to bottom and show what they saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_quickstart import RECEIPT, last_words, reply_cells, source
from tests.support.lab import Lab, Page
from tests.support.notebooks import FOLDER

pytestmark = pytest.mark.browser

EXAMPLES = sorted(path for path in FOLDER.glob("*.ipynb") if path.stem != "quickstart")


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def page(request: pytest.FixtureRequest, theme: str, lab: Callable[..., Lab]) -> Any:
    """The notebook after Run All."""
    with lab("lab", theme).open(request.param, viewport={"width": 1200, "height": 2000}) as opened:
        opened.run_all(presses=["Deny" for cell in opened.saved["cells"] if asks(cell)])
        yield opened


def asks(cell: dict[str, Any]) -> bool:
    """Whether a cell asks the reader: what it says then is not what it says where nobody can answer."""
    return "asks" in cell["metadata"].get("tags", [])


def test_it_runs_and_shows_each_reply(page: Page) -> None:
    for index, cell in enumerate(page.saved["cells"]):
        if cell["cell_type"] == "code" and source(cell).strip():
            assert page.prompt(index).strip("[]:").isdigit(), source(cell)
    replies = [at for at in reply_cells(page.saved) if source(page.saved["cells"][at]).startswith("%%")]
    assert replies
    for index in replies:
        assert RECEIPT in page.text(index)
        if asks(page.saved["cells"][index]):
            assert "denied" in page.text(index)
            continue
        assert last_words(page.saved, index) in page.text(index)


def test_there_is_a_picture_of_it(page: Page) -> None:
    name = f"{page.path.removesuffix('.ipynb').rpartition('/')[2]}-{page.lab.theme}"
    for index, cell in enumerate(page.saved["cells"]):
        if cell.get("outputs"):
            assert page.screenshot(f"{name}-{index}", of=page.cell(index)).stat().st_size > 2_000


def test_the_page_did_nothing_it_should_not(page: Page) -> None:
    assert page.errors == []
    assert page.outside == []
    outputs = page.view.locator(".jp-Cell-outputArea")
    assert outputs.locator("script, form, iframe, input").count() == 0
