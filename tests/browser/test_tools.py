"""A turn with tools in real front ends: what a reader sees while tools run, how approval is asked, what is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

SETUP = """
import time
from pathlib import Path
from minimax_nb import Chat, show, tool

def weather(city: str) -> str:
    "The weather of a city."
    while not Path("go-on").exists():
        time.sleep(0.05)
    print("looking", city)
    return f"Sunny in {city} <b>today</b>"

@tool(approve=True)
def delete(path: str) -> str:
    "Delete a file."
    deleted.append(path)
    return f"{path} is gone"

deleted = []
chat = Chat(provider="emulator", tools=[weather])
careful = Chat(provider="emulator", tools=[delete])
"""
ROUNDS = (
    'reply = show(chat.stream("/emulate tool=weather,tool=weather,rounds=2\\n'
    'What is the weather in \\"Paris\\" and \\"Rome\\"?"))'
)
ASKING = 'answer = show(careful.stream("/emulate tool=delete\\nDelete \\"<img src=x onerror=alert(1)>.txt\\""))'
BESIDE = f'print("before")\n{ASKING}'
AFTER = "print(len(deleted), len(answer.tool_runs))"
FRONT_ENDS = [("lab", "light"), ("lab", "dark"), ("notebook", "light")]


@pytest.fixture(params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def open_page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Callable[..., Page]]:
    """Open a notebook of these cells below the setup."""
    app, theme = request.param
    opened: list[Page] = []

    def page(*cells: str) -> Page:
        made = lab(app, theme).open(build(SETUP, *cells), viewport={"width": 1100, "height": 1300})
        opened.append(made.__enter__())
        return made

    yield page
    for made in opened:
        made.__exit__()


def buttons(page: Page, index: int) -> list[str]:
    return page.outputs(index).get_by_role("button").all_inner_texts() if page.outputs(index).count() else []


def go_on(page: Page) -> Any:
    """The file that lets the tool of the setup end."""
    return page.lab.server.work / "go-on"


def test_rounds_are_painted_as_they_happen_and_saved_as_they_were_seen(open_page):
    page = open_page(ROUNDS)
    go_on(page).unlink(missing_ok=True)
    page.run_all(wait=False)
    try:
        page.wait(lambda: "Tool · weather(city='Paris') …" in page.text(1), "the call under way", 60)
        page.screenshot(f"tools-under-way-{page.lab.app}-{page.lab.theme}", of=page.cell(1))
    finally:
        go_on(page).touch()
    page.wait(lambda: page.text(1).count("Tool · weather(city='Rome')") == 2, "the second round")
    page.wait_done()
    folds = page.outputs(1).locator("details:not([open]) > summary", has_text="Tool · weather(")
    assert folds.count() == 4
    folds.first.click()
    page.wait(lambda: "Sunny in Paris <b>today</b>" in page.text(1), "the result under its fold")
    assert "looking Paris" in page.text(1)
    assert "3 calls" in page.text(1)
    page.screenshot(f"tools-rounds-{page.lab.app}-{page.lab.theme}", of=page.cell(1))
    [output] = page.save()["cells"][1]["outputs"]
    markdown = "".join(output["data"]["text/markdown"])
    assert markdown.index("Paris") < markdown.index("Rome")
    assert markdown.count("<summary>Tool") == 4
    page.load()
    page.wait(lambda: page.text(1).count("Tool · weather(") == 4, "the same in the notebook opened again")
    assert page.errors == []
    assert page.outside == []


def test_beside_other_outputs_the_question_goes_away_and_nothing_else_does(open_page):
    page = open_page(BESIDE, AFTER)
    ask(page)
    page.outputs(1).get_by_role("button", name="Approve", exact=True).click()
    page.wait_done()
    assert page.text(2) == "1 1"
    assert buttons(page, 1) == []
    assert page.text(1).startswith("before")
    assert "widget-view" not in str(page.save()["cells"][1]["outputs"])


def test_an_interrupt_while_the_question_stands_stops_the_cell_and_the_next_one_works(open_page):
    page = open_page(ASKING)
    ask(page)
    page.interrupt()
    page.wait_done()
    assert "KeyboardInterrupt" in page.text(1)
    assert "interrupted" in page.text(1)
    assert buttons(page, 1) == []
    page.type_into(1, "print(deleted, careful.history[-1].role)")
    page.run_cell(1)
    assert page.text(1) == "[] tool"


def ask(page: Page) -> None:
    """Run all cells until the question stands."""
    page.run_all(wait=False)
    page.wait(lambda: buttons(page, 1) == ["Approve", "Deny", "Always allow"], "the question with its buttons", 60)


@pytest.mark.parametrize(("pressed", "counts", "outcome"), [("Approve", "1 1", ""), ("Deny", "0 1", "denied")])
def test_a_tool_that_needs_approval_is_asked_about_with_buttons(open_page, pressed: str, counts: str, outcome: str):
    page = open_page(ASKING, AFTER)
    ask(page)
    assert "The model wants to call delete. Run it?" in page.text(1)
    assert '"<img src=x onerror=alert(1)>.txt"' in page.text(1)
    assert page.prompt(2) == "[*]:", "the next cell waits"
    page.screenshot(f"tools-question-{page.lab.app}-{page.lab.theme}", of=page.cell(1))
    page.outputs(1).get_by_role("button", name=pressed, exact=True).click()
    page.wait_done()
    assert page.text(2) == counts
    assert buttons(page, 1) == []
    assert page.count(1) == 1
    assert outcome in page.text(1)
    page.screenshot(f"tools-{pressed.lower()}-{page.lab.app}-{page.lab.theme}", of=page.cell(1))
    [output] = page.save()["cells"][1]["outputs"]
    assert set(output["data"]) == {"text/plain", "text/markdown"}
    assert page.view.locator("img[src=x]").count() == 0
    assert page.errors == []
    assert page.outside == []
