"""Attaching files in a real page: picked, dropped, pasted; sent in slices to a real desk; shown, refused, removed.

The page holds what a panel's page holds, without a notebook around it. Its kernel is an ``IntakeDesk`` in this process.
"""

from __future__ import annotations

import base64
import json
import queue
import re
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

import minimax_nb
from minimax_nb import Video
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.resolve import resolve
from minimax_nb.panels.intake.desk import IntakeDesk
from minimax_nb.panels.intake.rules import SLICE
from tests.prompt.media.makers import FILES, photo, saved
from tests.support.browser import require_chromium, running_browser

pytestmark = pytest.mark.browser

LITTLE = 50_000
PANELS = Path(minimax_nb.__file__).parent / "panels"
HOSTILE = '<img src=x onerror="document.title=1">.png'
GLUE = """
document.title = "quiet";
window.heard = [];
const root = document.querySelector("section");
let sent = Promise.resolve();
window.attach = mnbAttach({
  send: (op, buffers) => {
    const headers = { "x-op": encodeURIComponent(JSON.stringify(op)) };
    sent = sent.then(() => fetch("kernel", { method: "POST", headers, body: buffers?.[0] ?? "" }));
  },
  announce: (text) => window.heard.push(text),
  takes: TAKES,
});
root.append(attach.element, attach.button);
attach.dropZone(root);
(async function listen() {
  for (const op of await (await fetch("kernel")).json()) attach.handle(op);
  setTimeout(listen, 10);
})();
"""
GIVE = """([files, how, text]) => {
  const data = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  if (text) data.setData("text/plain", text);
  const area = document.querySelector("textarea");
  const event = how === "paste"
    ? new ClipboardEvent(how, { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(how, { dataTransfer: data, bubbles: true, cancelable: true });
  let passed = false;
  const above = () => (passed = true);
  document.body.addEventListener(how, above);
  area.dispatchEvent(event);
  document.body.removeEventListener(how, above);
  return [event.defaultPrevented, passed];
}"""
TAKEN, LEFT = [True, False], [False, True]
"""Whether the event's usual effect was prevented, and whether the page around the panel saw the event."""


class Kernel(ThreadingHTTPServer):
    """The desk, and every message that reached it. The page is served and spoken with from here."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.posts: queue.Queue[dict[str, Any]] = queue.Queue()
        self.desk = IntakeDesk(self.posts.put, lambda: self.endpoint)
        self.endpoint = endpoint
        self.heard: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.busy = False
        self.waiting: list[tuple[dict[str, Any], bytes]] = []

    def hear(self, op: dict[str, Any], data: bytes) -> None:
        self.waiting.append((op, data))
        if not self.busy:
            self.work()

    def work(self) -> None:
        """Read the messages that wait, as when a cell has ended."""
        while self.waiting:
            op, data = self.waiting.pop(0)
            self.heard.append(op)
            self.sizes += [len(data)] if data else []
            getattr(self.desk, f"on_{op['op']}")(op, [memoryview(data)] if data else [])

    def slices(self, name: str) -> list[int]:
        """Where the slices of a file began, in the order in which they came."""
        mark = next(op["id"] for op in self.heard if op["op"] == "file" and op["name"] == name)
        return [op["at"] for op in self.heard if op["op"] == "slice" and op["id"] == mark]

    def page(self) -> str:
        style, script = (
            "\n".join((PANELS / f"{name}.{kind}").read_text(encoding="utf-8") for name in ("shared", "intake/attach"))
            for kind in ("css", "js")
        )
        takes = json.dumps(self.desk.intake.takes())
        box = '<section class="mnb-panel"><label>Message<textarea></textarea></label></section>'
        script = f"{script}\n{GLUE.replace('TAKES', takes)}"
        return f"<!doctype html><link rel=icon href=data:,><style>{style}</style>{box}<script>{script}</script>"


class Door(BaseHTTPRequestHandler):
    """Requests of the page."""

    server: Kernel

    def do_GET(self) -> None:
        if self.path == "/kernel":
            posts = self.server.posts
            self._answer("application/json", json.dumps([posts.get() for _ in range(posts.qsize())]))
        else:
            self._answer("text/html; charset=utf-8", self.server.page())

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["content-length"]))
        self.server.hear(json.loads(unquote(self.headers["x-op"])), data)
        self._answer("text/plain", "")

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def padded(size: int) -> bytes:
    """A real MP4 with free space behind it."""
    data = (FILES / "red-blue.mp4").read_bytes()
    more = size - len(data)
    return data + more.to_bytes(4, "big") + b"free" + bytes(more - 8)


def given(*files: tuple[str, str, bytes]) -> list[list[str]]:
    return [[name, mime, base64.b64encode(content).decode()] for name, mime, content in files]


PNG = saved(photo(), "PNG")
CAT = ("cat.png", "image/png", PNG)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser(require_chromium()) as running:
        yield running


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with Kernel(resolve(provider="emulator", model="MiniMax-M3")) as made:
        threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        made.shutdown()
        made.desk.close()


@pytest.fixture
def page(browser: Browser, kernel: Kernel) -> Iterator[Page]:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("filechooser", lambda _: None)  # from the first moment on, so that no chooser opens unseen
    page.clock.install()
    page.goto(f"http://127.0.0.1:{kernel.server_port}/")
    yield page
    assert complaints == []
    assert page.title() == "quiet", "nothing of a file's name became part of the page"
    page.close()


def pick(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Choose files from a folder of their own."""
    folder = Path(tempfile.mkdtemp(dir=Path.cwd()))
    paths = [folder / name for name, _, _ in files]
    for path, (_, _, content) in zip(paths, files, strict=True):
        path.write_bytes(content)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach file", exact=True).click()
    chooser.value.set_files(paths)


def in_small_slices(page: Page, kernel: Kernel) -> None:
    """Have the page send slices of :data:`LITTLE` bytes, which is quicker."""
    page.evaluate("takes => attach.handle({ op: 'takes', takes })", {**kernel.desk.intake.takes(), "slice": LITTLE})


def arrived(page: Page, kernel: Kernel, count: int = 1) -> None:
    """Wait until so many messages wait for the kernel."""
    for _ in range(1000):
        if len(kernel.waiting) >= count:
            return
        page.wait_for_timeout(10)
    pytest.fail(f"only {len(kernel.waiting)} messages came")


def emptied(page: Page, kernel: Kernel) -> None:
    """Wait until the kernel holds no file."""
    for _ in range(1000):
        if not kernel.desk.intake.state():
            return
        page.wait_for_timeout(10)
    pytest.fail("the kernel was not told")


def same(video: Any, content: bytes) -> bool:
    """Whether a video is sent as it is when it comes from elsewhere."""
    return bool(video.prepare().base64 == Video(content).prepare().base64)


def item(page: Page, name: str) -> Any:
    return page.get_by_role("list", name="Attachments").get_by_role("listitem").filter(has_text=name)


def ready(page: Page) -> bool:
    return bool(page.evaluate("attach.ready()"))


def attached(page: Page, name: str = "cat.png") -> Any:
    found = item(page, name)
    expect(found).to_have_attribute("data-state", "attached", timeout=30_000)
    return found


def test_a_picture_is_picked_by_keyboard_and_shown_with_its_preview(page: Page, kernel: Kernel) -> None:
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.press("Tab")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    assert chooser.value.is_multiple()
    Path("cat.png").write_bytes(PNG)
    chooser.value.set_files("cat.png")
    found = attached(page)
    picture = found.get_by_role("img", name="Preview of cat.png")
    assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [96, 64]
    expect(found).to_contain_text("PNG · 96 x 64 pixels")
    assert page.evaluate("heard")[-1].startswith("cat.png is attached. PNG")
    assert ready(page)
    (image,) = kernel.desk.intake.objects()
    assert base64.b64decode(image.prepare().base64) == PNG


def test_the_chooser_offers_what_the_model_takes(page: Page) -> None:
    accept = page.locator("input[type=file]").get_attribute("accept")
    assert accept is not None
    assert accept.startswith("image/*,")
    assert {"video/*", ".mkv", ".heic"} <= set(accept.split(","))


def test_a_large_video_comes_in_slices_each_after_the_answer_to_the_last(page: Page, kernel: Kernel) -> None:
    content = padded(20_000_000)
    kernel.busy = True
    pick(page, ("clip.mp4", "video/mp4", content))
    bar = page.get_by_role("progressbar", name="Uploading clip.mp4")
    expect(bar).to_be_visible()
    assert not ready(page)
    for sent in range(5):
        expect(bar).to_have_js_property("value", sent * SLICE)
        arrived(page, kernel)
        assert len(kernel.waiting) == 1, "the next slice waits for the answer"
        kernel.work()
        if sent == 0:  # that was the announcement
            arrived(page, kernel)
            kernel.work()
    kernel.busy = False
    found = attached(page, "clip.mp4")
    expect(found).to_contain_text("MP4, h264 · ")
    expect(bar).to_have_count(0)
    assert kernel.slices("clip.mp4") == [0, SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE]
    assert max(kernel.sizes) == SLICE
    (video,) = kernel.desk.intake.objects()
    assert same(video, content)


def test_two_files_at_a_time_go_and_all_stand_in_their_order(page: Page, kernel: Kernel) -> None:
    in_small_slices(page, kernel)
    files = [(f"v{at}.mp4", "video/mp4", padded(2 * LITTLE + at)) for at in range(4)]
    pick(page, *files)
    for at in range(4):
        attached(page, f"v{at}.mp4")
    order = [op["id"] for op in kernel.heard if op["op"] == "slice"]
    begun, done = [], []
    for mark in order:
        begun += [mark] if mark not in begun else []
        done += [mark] if order.count(mark) == (order[: len(done) + 1].count(mark)) else []
    first, last = {mark: order.index(mark) for mark in order}, {mark: at for at, mark in enumerate(order)}
    most = max(sum(first[mark] <= at <= last[mark] for mark in first) for at in range(len(order)))
    assert most == 2
    assert [op["name"] for op in kernel.heard if op["op"] == "file"] == [name for name, _, _ in files]
    assert [medium.name for medium in kernel.desk.intake.objects()] == [name for name, _, _ in files]


def test_files_are_dropped_where_a_sign_says_so(page: Page, kernel: Kernel) -> None:
    sign = page.get_by_text("Drop pictures and videos here")
    files = given(CAT)
    expect(sign).to_have_count(0)
    assert page.evaluate(GIVE, [files, "dragenter", ""]) == TAKEN
    expect(sign).to_be_visible()
    assert page.evaluate(GIVE, [files, "dragover", ""]) == TAKEN
    page.evaluate(  # from the text box into another part of the panel: entered there before it is left here
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "a.png", { type: "image/png" }));
          const fire = (element, how) =>
            element.dispatchEvent(new DragEvent(how, { dataTransfer: data, bubbles: true, cancelable: true }));
          fire(document.querySelector("section"), "dragenter");
          fire(document.querySelector("textarea"), "dragleave");
        }"""
    )
    expect(sign).to_be_visible()
    assert page.evaluate(GIVE, [files, "drop", ""]) == TAKEN
    expect(sign).to_have_count(0)
    attached(page)
    assert kernel.sizes == [len(PNG)]


def test_the_sign_goes_when_the_files_are_dragged_away(page: Page) -> None:
    page.evaluate(GIVE, [given(CAT), "dragenter", ""])
    page.evaluate(GIVE, [given(CAT), "dragenter", ""])  # Firefox says so twice
    page.evaluate(GIVE, [given(CAT), "dragleave", ""])
    expect(page.get_by_text("Drop pictures and videos here")).to_have_count(0)


def test_text_is_dragged_and_pasted_as_ever(page: Page, kernel: Kernel) -> None:
    for how in ("dragenter", "dragover", "drop", "paste"):
        assert page.evaluate(GIVE, [[], how, "words"]) == LEFT
    assert page.evaluate(GIVE, [given(("image.png", "image/png", PNG)), "paste", "a\tb\n1\t2"]) == LEFT, "a spreadsheet"
    expect(page.get_by_text("Drop pictures and videos here")).to_have_count(0)
    assert page.get_by_role("listitem").count() == 0
    assert kernel.heard == []


def test_pictures_are_pasted_and_none_has_the_name_of_another(page: Page, kernel: Kernel) -> None:
    screenshot = given(("image.png", "image/png", PNG))
    for _ in range(3):
        assert page.evaluate(GIVE, [screenshot, "paste", ""]) == TAKEN
    for name in ("image.png", "image (2).png", "image (3).png"):
        attached(page, name)
    assert [medium.name for medium in kernel.desk.intake.objects()] == ["image.png", "image (2).png", "image (3).png"]


def test_files_copied_in_a_file_manager_are_pasted_although_their_names_come_as_text(page: Page) -> None:
    two = given(CAT, ("dog.png", "image/png", PNG))
    assert page.evaluate(GIVE, [two, "paste", "/home/me/cat.png\n/home/me/dog.png"]) == TAKEN
    attached(page, "cat.png")
    attached(page, "dog.png")


@pytest.mark.parametrize(
    ("name", "mime", "size", "says"),
    [
        ("film.mp4", "video/mp4", 513_000_000, "This has 513.0 MB, and a video may have 512.0 MB here."),
        ("wall.png", "image/png", 31_000_000, "This has 31.0 MB, and a picture may have 30.0 MB here."),
        ("empty.png", "image/png", 0, "This is empty: it has 0 bytes."),
        ("words.txt", "text/plain", 10, "This is neither a picture nor a video."),
        (f"{HOSTILE}.html", "text/html", 10, "This is neither a picture nor a video."),
    ],
)
def test_what_cannot_be_taken_is_refused_without_a_message(
    page: Page, kernel: Kernel, name: str, mime: str, size: int, says: str
) -> None:
    page.evaluate(
        """([name, type, size]) => {
          const part = new Blob([new Uint8Array(1000000)]);
          const whole = [...Array(Math.floor(size / 1000000)).fill(part), new Uint8Array(size % 1000000)];
          attach.take([new File(whole, name, { type })]);
        }""",
        [name, mime, size],
    )
    found = item(page, name)
    expect(found).to_contain_text(says)
    assert page.evaluate("heard") == [f"{name} is not attached. {says}"]
    assert ready(page)
    found.get_by_role("button", name=f"Remove {name}", exact=True).click()
    expect(found).to_have_count(0)
    assert kernel.heard == []


def test_what_the_kernel_finds_out_stands_in_place(page: Page, kernel: Kernel) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=1'/>"
    pick(
        page,
        ("logo.png", "image/png", svg),
        (HOSTILE, "image/png", PNG),
        ("cut.png", "image/png", PNG[:99]),
    )
    expect(item(page, "logo.png")).to_contain_text("logo.png is an SVG drawing, which the service does not take.")
    expect(item(page, "cut.png")).to_have_attribute("data-state", "refused")
    found = attached(page, HOSTILE)
    expect(found.get_by_role("img")).to_have_count(1)
    assert ready(page)
    assert [medium.name for medium in kernel.desk.intake.objects()] == [HOSTILE]


def test_no_more_files_than_can_wait_are_taken(page: Page, kernel: Kernel) -> None:
    kernel.busy = True
    pick(page, *((f"p{at}.png", "image/png", PNG) for at in range(17)))
    expect(item(page, "p16.png")).to_contain_text("No more than 16 files can wait for a prompt.")
    assert page.locator("[data-state=refused]").count() == 1


def test_a_bunch_of_very_many_files_does_not_fill_the_page(page: Page, kernel: Kernel) -> None:
    page.evaluate(
        "attach.take([...Array(5000).keys()].map((at) => new File(['x'], `${at}.png`, { type: 'image/png' })))"
    )
    expect(item(page, "4968 more")).to_contain_text("No more than 16 files can wait for a prompt.")
    assert page.get_by_role("listitem").count() == 33


def test_removing_a_file_tells_the_kernel_and_keeps_the_focus_near(page: Page, kernel: Kernel) -> None:
    pick(page, *((name, "image/png", PNG) for name in ("a.png", "b.png")))
    attached(page, "a.png")
    attached(page, "b.png")
    page.get_by_role("button", name="Remove a.png", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove b.png", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Attach file", exact=True)).to_be_focused()
    assert page.evaluate("heard")[-2:] == ["a.png is removed", "b.png is removed"]
    emptied(page, kernel)


def test_removing_a_file_on_its_way_ends_it_and_lets_the_next_go(page: Page, kernel: Kernel) -> None:
    in_small_slices(page, kernel)
    kernel.busy = True
    pick(page, *((f"v{at}.mp4", "video/mp4", padded(LITTLE + 1)) for at in range(3)))
    arrived(page, kernel, 3)
    kernel.work()  # the announcements
    expect(page.locator("[data-state=sending]")).to_have_count(2)
    expect(item(page, "v2.mp4")).to_contain_text("Waiting for its turn")
    page.get_by_role("button", name="Remove v0.mp4", exact=True).click()
    expect(item(page, "v2.mp4")).to_have_attribute("data-state", "sending")
    kernel.busy = False
    kernel.work()
    attached(page, "v1.mp4")
    attached(page, "v2.mp4")
    assert [medium.name for medium in kernel.desk.intake.objects()] == ["v1.mp4", "v2.mp4"]
    assert kernel.slices("v0.mp4") == [0]


def test_a_busy_kernel_is_no_error(page: Page, kernel: Kernel) -> None:
    kernel.busy = True
    pick(page, CAT)
    page.clock.fast_forward(14_000)
    expect(item(page, "cat.png")).to_contain_text("Uploading")
    page.clock.fast_forward(2_000)
    expect(item(page, "cat.png")).to_contain_text("Waiting for the kernel")
    assert page.evaluate("heard") == ["cat.png: waiting for the kernel"]
    assert not ready(page)
    kernel.busy = False
    kernel.work()
    attached(page)
    assert kernel.slices("cat.png") == [0], "nothing was sent twice meanwhile"


def test_an_upload_goes_on_where_it_was_after_messages_were_lost(page: Page, kernel: Kernel) -> None:
    in_small_slices(page, kernel)
    content = padded(3 * LITTLE)
    kernel.busy = True
    pick(page, ("clip.mp4", "video/mp4", content), CAT)
    arrived(page, kernel, 2)
    del kernel.waiting[1]  # the picture's announcement is lost
    kernel.work()
    arrived(page, kernel)
    kernel.work()
    arrived(page, kernel)
    kernel.waiting.clear()  # the second slice is lost, too
    kernel.busy = False
    page.evaluate("list => attach.state(list)", kernel.desk.intake.state())
    attached(page, "clip.mp4")
    attached(page, "cat.png")
    assert kernel.slices("clip.mp4") == [0, LITTLE, 2 * LITTLE]
    video, _ = kernel.desk.intake.objects()
    assert same(video, content)


def test_asking_anew_in_the_middle_sends_nothing_for_ever_twice(page: Page, kernel: Kernel) -> None:
    """The answer to the slice that was on its way, and that to the one sent again, do not start two chains."""
    in_small_slices(page, kernel)
    kernel.busy = True
    pick(page, ("clip.mp4", "video/mp4", padded(5 * LITTLE)))
    arrived(page, kernel)
    kernel.work()
    arrived(page, kernel)
    page.evaluate("list => attach.state(list)", kernel.desk.intake.state())
    arrived(page, kernel, 2)
    kernel.busy = False
    kernel.work()
    attached(page, "clip.mp4")
    assert kernel.slices("clip.mp4") == [0, 0, LITTLE, 2 * LITTLE, 3 * LITTLE, 4 * LITTLE]


def test_a_page_that_begins_anew_shows_what_the_kernel_has(page: Page, kernel: Kernel) -> None:
    kernel.desk.intake.begin("old", "cat.png", "image/png", len(PNG))
    kernel.desk.intake.take("old", 0, PNG)
    kernel.desk.intake.look("old")
    kernel.desk.intake.begin("half", "half.mp4", "video/mp4", 1000)
    page.evaluate("list => attach.state(list)", kernel.desk.intake.state())
    found = attached(page)
    assert found.get_by_role("img", name="Preview of cat.png").evaluate("one => one.naturalWidth") == 96
    expect(item(page, "half.mp4")).to_contain_text("remove it and attach it again")
    assert not ready(page), "the kernel would not send a prompt without it"
    assert page.evaluate("heard") == []
    page.get_by_role("button", name="Remove half.mp4", exact=True).click()
    expect(item(page, "half.mp4")).to_have_count(0)
    assert ready(page)
    page.evaluate("attach.clear()")
    expect(page.get_by_role("listitem")).to_have_count(0)
    page.wait_for_timeout(50)
    assert [one["name"] for one in kernel.desk.intake.state()] == ["cat.png"], "clearing is the page's own affair"


def test_a_preview_is_a_picture_in_the_message_or_none(page: Page) -> None:
    for at, uri in enumerate(
        ["https://example.com/a.png", "data:image/svg+xml;base64,PHN2Zy8+", "data:text/html,<b>", "javascript:1", ""]
    ):
        op = {
            "op": "attached",
            "id": f"x{at}",
            "kind": "video",
            "name": f"{at}.mp4",
            "caption": "<b>x</b>",
            "preview": uri,
        }
        assert page.evaluate("op => attach.handle(op)", op) is True
    expect(page.get_by_role("img")).to_have_count(0)
    expect(page.get_by_text("<b>x</b>")).to_have_count(5)
    assert page.evaluate("attach.handle({ op: 'delta', text: 'x' })") is False


def test_a_model_that_reads_only_takes_none_and_says_why(page: Page, kernel: Kernel) -> None:
    kernel.endpoint = resolve(provider="emulator", model="MiniMax-M2.7")
    kernel.desk.post_takes()
    button = page.get_by_role("button", name="Attach file", exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", re.compile("MiniMax-M2.7 takes text only"))
    page.evaluate(GIVE, [given(CAT), "drop", ""])
    expect(item(page, "cat.png")).to_contain_text("MiniMax-M2.7 takes text only. ")
    assert kernel.heard == []
    kernel.endpoint = resolve(provider="emulator", model="MiniMax-M3")
    kernel.desk.post_takes()
    expect(button).to_be_enabled()


def test_a_file_that_was_changed_after_it_was_chosen_is_told_in_place(page: Page, kernel: Kernel) -> None:
    kernel.busy = True
    pick(page, CAT)
    arrived(page, kernel)
    next(Path.cwd().rglob("cat.png")).unlink()
    kernel.busy = False
    kernel.work()
    expect(item(page, "cat.png")).to_contain_text("This cannot be read any more. Was it moved or changed?")
    emptied(page, kernel)
