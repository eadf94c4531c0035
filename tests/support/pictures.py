"""Make the pictures that README.md shows: ``python -m tests.support.pictures [NAME ...]``; without a name, all of them.

They are cells of a real JupyterLab, used as a reader uses them. The emulator answers at the pace of a model.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Locator

from tests.support.browser import require_chromium, running_browser
from tests.support.environment import ROOT
from tests.support.lab import Lab, Page
from tests.support.notebooks import build
from tests.support.server import Server

FOLDER = ROOT / "notebooks" / "pictures"
WIDEST = 1_400
"""Pixels; a README column shows about half of them, sharp on fine screens."""

PACE_MS = 160
COLOURS = 96
FRAME_MS = 300
"""Between two frames, at least: so that an animation stays small."""

LAST_FRAME_MS = 3_000
CONFIG = f"""
[providers.emulator.faces.anthropic]
headers = {{ "x-emulator" = "delay-ms={PACE_MS}" }}
"""

LOAD = "%load_ext minimax_nb\nfrom minimax_nb import Chat\nreply = Chat().ask('Hello!')"
"""The first reply of a session says why the emulator answers, which README.md says in its text."""

QUESTION = "Write a short Python function, and show me a formula."
SHOP = '''
from minimax_nb import Chat, tool
from minimax_nb.panels import chat_panel

@tool(approve=True)
def set_price(product: str, price: float) -> str:
    """Set the price of a product for all shops."""
    return f"{product} costs {price:.2f} now."

chat = Chat("MiniMax-M3", tools=[set_price], name="shop")
'''


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        cells: What is run first, without being seen.
        cell: The cell that is shown.
        take: Runs and uses it, and gives the picture as a file's content.
        height: Of the page it is on, in CSS pixels: an animation has more frames of a small page.
    """

    cells: tuple[str, ...]
    cell: str
    take: Callable[[Page, int], bytes]
    height: int = 1_800


def streaming(page: Page, index: int) -> bytes:
    """The cell while its reply comes, as an animation that lasts as long as it took."""
    cell = page.cell(index)
    box = cell.bounding_box()
    size = page.view.viewport_size
    assert box is not None
    assert size is not None
    clip: FloatRect = {"x": box["x"], "y": box["y"] + 2, "width": box["width"], "height": size["height"] - box["y"] - 2}
    page.view.mouse.move(0, 0)
    frames = [_shot(page.view.screenshot(clip=clip))]
    page.run_cell(index, wait=False)
    times = [time.monotonic() - 1]
    for picture in _while_it_runs(page, index, clip):
        frames.append(picture)
        times.append(time.monotonic())
    end = cell.bounding_box()
    assert end is not None
    height = round(end["height"] * frames[0].height / clip["height"])
    frames = [frame.crop((0, 0, frame.width, height)) for frame in frames]
    lasting = [round(1000 * (after - before)) for before, after in pairwise(times)]
    return _animated(frames, [*lasting, LAST_FRAME_MS])


def _while_it_runs(page: Page, index: int, clip: FloatRect) -> Iterator[Image.Image]:
    while "*" in page.prompt(index) or not page.count(index):
        began = time.monotonic()
        yield _shot(page.view.screenshot(clip=clip))
        page.view.wait_for_timeout(max(0, FRAME_MS - 1000 * (time.monotonic() - began)))
    page.wait_done(cells=[index])
    yield _shot(page.view.screenshot(clip=clip))


def talking(page: Page, index: int) -> bytes:
    """The chat panel with an answer, and a tool that waits for a yes."""
    cell = page.cell(index)
    _say(cell, "Write a short Python function.")
    cell.locator(".mnb-receipt").last.wait_for(timeout=60_000)
    _say(cell, 'Please set price of "tea" to 2.75 from today.')
    cell.get_by_role("button", name="Approve").wait_for(timeout=60_000)
    return _still(page, cell)


def _say(cell: Locator, text: str) -> None:
    cell.get_by_role("textbox", name="Message").fill(text)
    cell.get_by_role("button", name="Send").click()


def playing(page: Page, index: int) -> bytes:
    """The playground with a call, and the same call as code."""
    cell = page.cell(index)
    cell.get_by_role("button", name="Show code").click()
    cell.get_by_role("tab", name="Python, OpenAI SDK").click()
    return _still(page, cell)


def comparing(page: Page, index: int) -> bytes:
    """Two models side by side, and a winner."""
    cell = page.cell(index)
    cell.get_by_text("All have ended.").wait_for(timeout=60_000)
    cell.get_by_role("button", name="Pick as winner").first.click()
    cell.get_by_role("region", name="Compare").get_by_text("is the winner").wait_for()
    return _still(page, cell)


PICTURES = {
    "streaming": Picture((LOAD,), f"%%minimax\n{QUESTION}", streaming, height=900),
    "chat_panel": Picture((LOAD, SHOP), "chat_panel(chat)", talking),
    "playground": Picture(
        ("%env MINIMAX_API_KEY=of-nobody", "from minimax_nb.panels import playground"),  # nothing is sent
        'playground(system="Be brief.", temperature=0.3, prompt="Why is the sky blue?")',
        playing,
    ),
    "compare": Picture(
        (LOAD, "from minimax_nb.panels import compare"),
        'compare(["MiniMax-M3", "MiniMax-M3.1-Flash"], prompt="Show me a formula.")',
        comparing,
    ),
}


def _still(page: Page, cell: Locator) -> bytes:
    """The widget and the cell's code, without the copy below it."""
    page.wait_drawn()
    page.view.mouse.move(0, 0)
    picture = _shot(cell.screenshot())
    whole, panel = cell.bounding_box(), cell.locator(".mnb-panel").bounding_box()
    assert whole is not None
    assert panel is not None
    bottom = panel["y"] + panel["height"] + 3 - whole["y"]
    shown = picture.crop((0, 0, picture.width, min(picture.height, round(bottom * picture.width / whole["width"]))))
    file = BytesIO()
    _few_colours(shown).save(file, "PNG", optimize=True)
    return file.getvalue()


def _shot(file: bytes) -> Image.Image:
    picture = Image.open(BytesIO(file)).convert("RGB")
    if picture.width <= WIDEST:
        return picture
    return picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)), Image.Resampling.LANCZOS)


def _few_colours(picture: Image.Image, like: Image.Image | None = None) -> Image.Image:
    if like is not None:
        return picture.quantize(palette=like, dither=Image.Dither.NONE)
    return picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _animated(frames: list[Image.Image], lasting: list[int]) -> bytes:
    """An animated PNG. Whatever shows no animations shows its last frame."""
    colours = _few_colours(frames[-1])
    few = [_few_colours(frame, colours) for frame in frames]
    file = BytesIO()
    few[-1].save(file, "PNG", save_all=True, default_image=True, append_images=few, duration=lasting, loop=0)
    return file.getvalue()


def make(names: list[str]) -> None:
    """Make these pictures and save them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pace.toml"
        config.write_text(CONFIG, encoding="utf-8")
        env = {"MINIMAX_NB_CONFIG": str(config)}
        with Server("lab", env) as server, running_browser(require_chromium()) as browser:
            lab = Lab(server, browser)
            for name in names:
                content = _taken(lab, PICTURES[name])
                (FOLDER / f"{name}.png").write_bytes(content)
                print(f"{name}.png: {len(content):,} bytes")


def _taken(lab: Lab, picture: Picture) -> bytes:
    cells = [*picture.cells, picture.cell]
    with lab.open(build(*cells), viewport={"width": 1_050, "height": picture.height}, device_scale_factor=2) as page:
        for index in range(len(picture.cells)):
            page.run_cell(index)
        index = len(picture.cells)
        if not picture.cell.startswith("%%"):
            page.run_cell(index)
        return picture.take(page, index)


if __name__ == "__main__":
    make(sys.argv[1:] or list(PICTURES))
