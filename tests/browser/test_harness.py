"""The browser harness itself: what it reports is what a reader of the page would see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.browser import NOT_LOOPBACK
from tests.support.lab import Lab
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

FOLDED = """
from IPython.display import HTML, Markdown, display
shown = display(Markdown("first"), display_id=True)
shown.update(Markdown("**last**\\n\\n<details><summary>more</summary>\\n\\nhidden words\\n\\n</details>"))
"""


@pytest.mark.parametrize(("app", "theme"), [("lab", "light"), ("lab", "dark"), ("notebook", "light")])
def test_a_notebook_is_run_read_and_saved(lab: Callable[..., Lab], app: str, theme: str) -> None:
    with lab(app, theme).open(build("print('hello')", FOLDED)) as page:
        page.run_all()
        assert page.text(0) == "hello"
        assert page.prompt(1) == "[2]:"
        assert page.count(1) == 1
        assert "last" in page.text(1)
        assert "first" not in page.text(1)
        assert "hidden words" not in page.text(1), "a folded part is not what a reader sees"
        page.outputs(1).get_by_text("more").click()
        assert "hidden words" in page.text(1)
        light = page.view.evaluate("document.body.dataset.jpThemeLight")
        assert light == ("true" if theme == "light" else "false")
        saved = page.save()
        assert "**last**" in "".join(saved["cells"][1]["outputs"][0]["data"]["text/markdown"])
        assert page.errors == []
        assert page.outside == []
        assert page.screenshot(f"harness-{app}-{theme}").stat().st_size > 10_000


def test_an_error_ends_run_all_and_the_rest_stays_unrun(lab: Callable[..., Lab]) -> None:
    with lab().open(build("print('before')", "1 / 0", "print('never')")) as page:
        page.run_all()
        assert [page.prompt(index) for index in range(3)] == ["[1]:", "[2]:", "[ ]:"]
        saved = page.save()
        assert saved["cells"][1]["outputs"][0]["ename"] == "ZeroDivisionError"
        assert saved["cells"][2]["outputs"] == []


def test_an_interrupt_from_the_menu_stops_a_cell(lab: Callable[..., Lab]) -> None:
    with lab().open(build("import time\nprint('started', flush=True)\ntime.sleep(60)", "print('never')")) as page:
        page.run_all(wait=False)
        page.wait(lambda: "started" in page.text(0), "the cell to start")
        page.interrupt()
        page.wait_done(20)
        assert "KeyboardInterrupt" in page.text(0)
        assert page.text(1) == ""


def test_a_cell_can_be_written_and_run_by_hand(lab: Callable[..., Lab]) -> None:
    with lab("notebook").open(build("1", "2")) as page:
        page.type_into(1, "print(6 * 7)")
        page.run_cell(1)
        assert page.text(1) == "42"
        assert page.text(0) == ""
        page.run_cell(1)
        assert page.prompt(1) == "[2]:", "a cell that is run again is waited for again"


def test_what_a_page_asks_of_the_outside_is_refused_and_counted(lab: Callable[..., Lab]) -> None:
    picture = "from IPython.display import HTML\nHTML('<img src=\"https://example.com/a.png\">')"
    with lab().open(build(picture)) as page:
        page.run_all()
        page.wait(lambda: page.outside, "the request")
        assert set(page.outside) == {"https://example.com/a.png"}  # the page may ask again
        page.wait(lambda: page.errors, "the console's complaint")


def test_a_script_error_is_reported(lab: Callable[..., Lab]) -> None:
    script = "from IPython.display import HTML\nHTML('<script>throw new Error(\"broken\")</script>')"
    with lab().open(build(script)) as page:
        page.run_all()
        page.wait(lambda: page.errors, "the console's complaint")
        assert "broken" in page.errors[0]


@pytest.mark.parametrize(
    "url", ["https://example.com/", "http://127.0.0.1.example.com/", "wss://a.b:1/", "http://10.0.0.1/"]
)
def test_outside_is_told_from_inside(url: str) -> None:
    assert NOT_LOOPBACK.match(url)
    assert not NOT_LOOPBACK.match("http://127.0.0.1:8888/lab?next=https://example.com/")
