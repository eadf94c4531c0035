"""The other example notebooks in JupyterLab, light and dark: they run from top to bottom and show what they saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator

from tests.browser.test_quickstart import RECEIPT, last_words, reply_cells, source
from tests.support.lab import Lab, Page
from tests.support.notebooks import FOLDER, copy_beside, outputs_of

WIDGET = "application/vnd.jupyter.widget-view+json"
Role = Literal["button", "combobox", "group", "log", "region", "textbox"]

pytestmark = pytest.mark.browser

REPLAYED = "replayed"
"""What the receipt of an answer from a recording says, whoever it was that answered."""

EXAMPLES = sorted(path for path in FOLDER.glob("*.ipynb") if path.stem != "quickstart")
PANELS = {"panels": ["Chat", "Chat", "Chat", "Playground", "Usage", "Compare", "Compare", "Providers and keys"]}
"""The panels of a notebook by the names that a screen reader says, from top to bottom."""

CONTROLS: dict[str, list[tuple[Role, str]]] = {
    "Chat": [("log", "Conversation"), ("textbox", "Message"), ("button", "Send")],
    "Playground": [("combobox", "Model"), ("textbox", "System message"), ("button", "Show code")],
    "Compare": [("button", "Pick as winner"), ("textbox", "Message")],
    "Usage": [("textbox", "Budget"), ("region", "Table of usage")],
    "Providers and keys": [("button", "Store key"), ("button", "Test")],
}
"""What must be there for a reader to use each of them."""

SIDE_BY_SIDE: dict[str, Role] = {
    "Playground": "combobox",
    "Compare": "region",
    "Usage": "textbox",
    "Providers and keys": "group",
}
"""What stands side by side in each, two or more to a row, where its own style holds."""


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def page(request: pytest.FixtureRequest, theme: str, lab: Callable[..., Lab]) -> Any:
    """The notebook after Run All."""
    front = lab("lab", theme)
    copy_beside(FOLDER, front.server.work)
    with front.open(request.param, viewport={"width": 1200, "height": 2000}) as opened:
        opened.run_all(presses=["Deny" for cell in opened.saved["cells"] if asks(cell)])
        yield opened


def asks(cell: dict[str, Any]) -> bool:
    """Whether a cell asks the reader: what it says then is not what it says where nobody can answer."""
    return "asks" in cell["metadata"].get("tags", [])


def waits(cell: dict[str, Any]) -> bool:
    """Whether a panel tells what comes of a button, which nobody has pressed here."""
    return "waits" in cell["metadata"].get("tags", [])


def stem(page: Page) -> str:
    """The notebook's name."""
    return page.path.removesuffix(".ipynb").rpartition("/")[2]


def panels(page: Page) -> list[Locator]:
    """The panels on the page."""
    return page.view.locator(".jp-Cell-outputArea section.mnb-panel").all()


def is_panel(outputs: list[dict[str, Any]]) -> bool:
    """Whether a cell's outputs begin with a widget."""
    return bool(outputs) and WIDGET in outputs[0].get("data", {})


def test_it_runs_and_shows_each_reply(page: Page) -> None:
    for index, cell in enumerate(page.saved["cells"]):
        if cell["cell_type"] == "code" and source(cell).strip():
            assert page.prompt(index).strip("[]:").isdigit(), source(cell)
    replies = [at for at in reply_cells(page.saved) if source(page.saved["cells"][at]).startswith("%%")]
    assert replies
    for index in replies:
        assert any(mark in page.text(index) for mark in (RECEIPT, REPLAYED))
        if asks(page.saved["cells"][index]):
            assert "denied" in page.text(index)
            continue
        assert last_words(page.saved, index) in page.text(index)


def test_each_panel_is_drawn_with_what_a_reader_needs(page: Page) -> None:
    drawn = panels(page)
    assert [panel.get_attribute("aria-label") for panel in drawn] == PANELS.get(stem(page), [])
    for panel in drawn:
        for role, name in CONTROLS[str(panel.get_attribute("aria-label"))]:
            assert panel.get_by_role(role, name=name, exact=True).first.is_visible(), name


def test_each_kind_of_panel_keeps_its_own_style(page: Page) -> None:
    for panel in panels(page):
        if role := SIDE_BY_SIDE.get(str(panel.get_attribute("aria-label"))):
            left, right = (panel.get_by_role(role).nth(at).bounding_box() for at in (0, 1))
            assert left
            assert right
            assert (left["y"], left["x"] + left["width"] <= right["x"]) == (right["y"], True), role


def test_a_panel_is_saved_as_a_copy_that_needs_no_widget(page: Page) -> None:
    saved = page.save()
    kept = [outputs for cell in saved["cells"] if is_panel(outputs := cell.get("outputs", []))]
    assert len(kept) == len(PANELS.get(stem(page), []))
    for _, copy in kept:
        assert {"text/plain", "text/markdown"} <= set(copy["data"])
    assert "widgets" not in saved["metadata"]


def test_there_is_a_picture_of_it(page: Page) -> None:
    name = f"{stem(page)}-{page.lab.theme}"
    for index, cell in enumerate(page.saved["cells"]):
        if cell.get("outputs"):
            assert page.screenshot(f"{name}-{index}", of=page.cell(index)).stat().st_size > 2_000


def test_the_page_did_nothing_it_should_not(page: Page) -> None:
    assert page.errors == []
    assert page.outside == []
    outputs = page.view.locator(".jp-Cell-outputArea")
    assert outputs.locator("script, form, iframe").count() == 0
    assert outputs.locator("input:not(section.mnb-panel input)").count() == 0


def test_it_saves_what_the_file_holds_to_the_last_field(page: Page) -> None:
    before = json.loads((FOLDER / page.path).read_text(encoding="utf-8"))
    saved = page.save()
    told = [not asks(cell) and not waits(cell) for cell in before["cells"] if cell["cell_type"] == "code"]
    above = [int(is_panel(cell["outputs"])) for cell in saved["cells"] if cell["cell_type"] == "code"]
    assert len(told) == len(outputs_of(before))
    for is_told, widgets, expected, outputs in zip(told, above, outputs_of(before), outputs_of(saved), strict=True):
        assert not is_told or outputs[widgets:] == expected
