"""What was sent, in real front ends and in a page made of the saved notebook: seen at once, and kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import nbformat.v4 as nb
import pytest
from nbconvert import HTMLExporter

from tests.support.browser import NOT_LOOPBACK
from tests.support.lab import Lab, Page

pytestmark = pytest.mark.browser

MAKE = """
import time
from io import BytesIO
from pathlib import Path
import PIL.Image, PIL.ImageDraw
from minimax_nb import show
from minimax_nb.display import put
from minimax_nb.messages.events import Finished, PartStarted, TextDelta
from minimax_nb.messages.media import Clip
from minimax_nb.messages.reply import Reply
from minimax_nb.prompt.media import Image

def drawn(size, colour):
    image = PIL.Image.new("RGB", size, colour)
    PIL.ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill="gold")
    return image

def jpeg(image):
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()

first = Image(drawn((1280, 960), "teal"), name="teal.png").prepare()
second = Image(drawn((300, 700), "maroon"), name="<img src=x onerror=alert(1)>.png", detail="low").prepare()
clip = Clip(name="ball.mp4", media_type="video/mp4", sha256="ab" * 32, size=1_250_000, width=320, height=180,
            duration_s=5.0, frames=60, codec="h264", thumbnail=jpeg(drawn((484, 182), "navy")),
            thumbnail_type="image/jpeg", notes=("its sound was left out",))

class Stream:
    def __init__(self, media, go_on=None):
        self.reply = Reply(provider="emulator", face="anthropic", asked_model="MiniMax-M3", media=media)
        self.reply.free, self.go_on = True, go_on
    def events(self):
        while self.go_on is not None and not self.go_on.exists():
            time.sleep(0.05)
        yield PartStarted(0, "text")
        for word in "Two circles and a ball.".split(" "):
            time.sleep(0.1)
            yield TextDelta(0, word + " ")
        yield Finished("end_turn")
    def __iter__(self):
        for event in self.events():
            self.reply.apply(event)
            yield event
    def stop(self):
        pass
"""
WAITING = 'show(Stream((first, second, clip), Path("go-on")));'
BESIDE = 'print("before")\nshow(Stream((first,)));'
ALONE = "put(Image(drawn((640, 400), 'indigo'), name='indigo.png'))"
FRONT_ENDS = [("lab", "light"), ("lab", "dark"), ("notebook", "light")]

WIDTHS = """area => [...area.querySelectorAll('img')].map(image => image.complete ? image.naturalWidth : 0)"""


@pytest.fixture(scope="module", params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Page]:
    """A notebook that has sent pictures and a video; the first reply was kept waiting until they were seen."""
    made = nb.new_notebook(cells=[nb.new_code_cell(cell) for cell in (MAKE, WAITING, BESIDE, ALONE)])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    app, theme = request.param
    with lab(app, theme).open(dict(made), viewport={"width": 1200, "height": 2400}) as opened:
        go_on = opened.lab.server.work / "go-on"
        go_on.unlink(missing_ok=True)
        opened.run_all(wait=False)
        try:
            opened.wait(lambda: widths(opened, 1) == [320, 137, 484], "the thumbnails, before anything has arrived")
            assert "circles" not in opened.text(1)
        finally:
            go_on.touch()
        opened.wait_done()
        yield opened


def widths(page: Page, index: int) -> list[int]:
    """The widths of the pictures under a cell, in their own pixels; 0 for one that does not show."""
    area = page.outputs(index)
    return list(area.evaluate(WIDTHS)) if area.count() else []


def test_the_reply_stands_under_what_was_sent_as_one_output(page: Page) -> None:
    assert page.count(1) == 1
    assert widths(page, 1) == [320, 137, 484]
    seen = page.text(1)
    for words in (
        "teal.png",
        "1280 x 960 pixels",
        "detail low",
        "ball.mp4",
        "5 s, 60 frames",
        "its sound was left out",
    ):
        assert words in seen
    assert seen.index("teal.png") < seen.index("Two circles and a ball.") < seen.index("emulator · ")


def test_beside_other_outputs_it_is_one_output_too(page: Page) -> None:
    assert page.count(2) == 2
    assert widths(page, 2) == [320]
    assert page.text(2).startswith("before")
    assert "Two circles and a ball." in page.text(2)


def test_a_picture_is_shown_with_its_caption(page: Page) -> None:
    assert widths(page, 3) == [320]
    assert "indigo.png" in page.text(3)
    assert "640 x 400 pixels" in page.text(3)


def test_the_thumbnails_fit_the_page(page: Page) -> None:
    for index in (1, 2, 3):
        area = page.outputs(index)
        assert area.evaluate("area => [...area.querySelectorAll('*')].every(e => e.scrollWidth <= area.clientWidth)")
        assert page.screenshot(f"media-{page.lab.app}-{page.lab.theme}-{index}", of=page.cell(index)).exists()


def test_a_hostile_name_is_text(page: Page) -> None:
    assert "<img src=x onerror=alert(1)>.png" in page.text(1)
    assert page.view.locator(".jp-Cell-outputArea img[src=x], .jp-Cell-outputArea script").count() == 0
    assert page.errors == []
    assert page.outside == []


def test_it_is_there_when_the_notebook_is_opened_again(page: Page) -> None:
    saved = page.save()
    [output] = saved["cells"][1]["outputs"]
    assert output["output_type"] == "display_data"
    assert len(output["metadata"]["minimax_nb"]["media"]) == 3
    assert len(json.dumps(output)) < 3 * 27_000
    page.load()
    page.wait(lambda: widths(page, 1) == [320, 137, 484], "the thumbnails in the notebook opened again")


def test_an_exported_page_shows_them(page: Page, tmp_path: Path) -> None:
    html, _ = HTMLExporter().from_notebook_node(nbformat.reads(json.dumps(page.save()), as_version=4))
    file = tmp_path / "exported.html"
    file.write_text(html, encoding="utf-8")
    context = page.lab.browser.new_context(viewport={"width": 1200, "height": 1500})
    try:
        context.route(NOT_LOOPBACK, lambda route: route.abort())
        view = context.new_page()
        view.goto(file.as_uri(), wait_until="domcontentloaded")
        outputs = view.locator(".jp-OutputArea-output img")
        outputs.last.wait_for()
        assert outputs.evaluate_all("all => all.map(image => image.naturalWidth)") == [320, 137, 484, 320, 320]
        assert view.locator("img[src=x]").count() == 0
        assert "<img src=x onerror=alert(1)>.png" in view.locator("main").inner_text()
        shot = page.screenshot(f"media-export-{page.lab.app}-{page.lab.theme}", of=view.locator("main"))
        assert shot.stat().st_size > 20_000
    finally:
        context.close()
