"""The chat panel in real front ends, driven as a person drives it: by what is seen, typed and pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator

from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

SETUP = """
from minimax_nb import Chat
from minimax_nb.panels import chat_panel
chat = Chat(provider="emulator")
"""
PANEL = "panel = chat_panel(chat)\npanel"
FRONT_ENDS = [("lab", "dark"), ("notebook", "light")]
LONG = "/emulate delay-ms=60,chunk-chars=40,text-chars=40000\ntell me more"


@pytest.fixture(params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def open_page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Callable[..., Page]]:
    """Open a notebook of these cells below the setup, run it, and wait for the panel."""
    app, theme = request.param
    opened: list[Page] = []

    def page(*cells: str, width: int = 1100) -> Page:
        made = lab(app, theme).open(build(SETUP, *(cells or [PANEL])), viewport={"width": width, "height": 1300})
        opened.append(made.__enter__())
        made.run_all()
        made.view.get_by_role("textbox", name="Message").first.wait_for()
        return made

    yield page
    for made in opened:
        made.__exit__()


def button(page: Page | Locator, name: str) -> Locator:
    where = page.view if isinstance(page, Page) else page
    return where.get_by_role("button", name=name, exact=True)


def message(page: Page) -> Locator:
    return page.view.get_by_role("textbox", name="Message")


def log(page: Page) -> Locator:
    return page.view.get_by_role("log", name="Conversation")


def turn(page: Page, number: int) -> Locator:
    return page.view.get_by_role("article", name=f"Turn {number}", exact=True)


def say(page: Page, text: str) -> None:
    """Type a message and press Enter; a line break in it is Shift+Enter."""
    message(page).click()
    for at, line in enumerate(text.split("\n")):
        if at:
            page.view.keyboard.press("Shift+Enter")
        page.view.keyboard.type(line)
    page.view.keyboard.press("Enter")


def ended(page: Page, number: int, words: str) -> None:
    """Wait until a turn shows its receipt, and these words."""
    page.wait(lambda: turn(page, number).locator(".mnb-receipt").count(), f"the receipt of turn {number}")
    assert words in turn(page, number).inner_text()


def test_a_message_is_sent_by_enter_and_its_reply_streams_into_the_panel(open_page):
    page = open_page()
    say(page, "Hello\nwith two lines")
    ended(page, 1, "I am the emulator of minimax_nb")
    assert "Hello\nwith two lines" in turn(page, 1).inner_text()
    assert message(page).input_value() == ""
    assert message(page).evaluate("element => element === document.activeElement")
    say(page, "Show me a table, some code and a formula")
    ended(page, 2, "")
    page.screenshot(f"chat-{page.lab.app}-{page.lab.theme}")
    assert page.errors == []
    assert page.outside == []


def test_the_thinking_grows_live_and_folds_when_the_answer_begins(open_page):
    page = open_page()
    say(page, "/emulate delay-ms=50,chunk-chars=30,thinking-chars=2000,text-chars=600\nwhat")
    thinking = turn(page, 1).locator("details.mnb-thinking")
    page.wait(lambda: thinking.get_attribute("open") is not None, "the thinking, open")
    first = len(thinking.inner_text())
    page.wait(lambda: len(thinking.inner_text()) > first, "more of it")
    ended(page, 1, "2,000 characters")
    assert thinking.get_attribute("open") is None
    turn(page, 1).locator("summary", has_text="Thinking").click()
    assert thinking.get_attribute("open") is not None


def test_stop_in_mid_stream_keeps_what_came_and_the_next_message_works(open_page):
    page = open_page()
    say(page, LONG)
    full = "(log) => log.scrollHeight > log.clientHeight + 40"
    page.wait(lambda: log(page).evaluate(full), "a reply that fills the box, so that Stop stays", 60)
    assert button(page, "Send").is_disabled()
    message(page).fill("a draft, written meanwhile")
    button(page, "Stop").click()
    ended(page, 1, "stopped by you")
    assert button(page, "Stop").count() == 0
    assert message(page).input_value() == "a draft, written meanwhile"
    assert message(page).evaluate("element => element === document.activeElement")
    button(page, "Send").click()
    ended(page, 2, "emulator")
    assert page.errors == []


def test_a_reply_is_regenerated_in_its_place_and_later_ones_are_stale(open_page):
    page = open_page()
    say(page, "Hello")
    ended(page, 1, "emulator")
    say(page, "Hello again")
    ended(page, 2, "emulator")
    button(turn(page, 1), "Regenerate").click()
    page.wait(lambda: turn(page, 2).get_by_text("Stale", exact=True).is_visible(), "the mark on the turn after it")
    ended(page, 1, "emulator")
    page.screenshot(f"chat-stale-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))
    button(page, "Undo").click()
    page.wait(lambda: not turn(page, 2).get_by_text("Stale", exact=True).is_visible(), "the mark gone")


def test_a_message_is_edited_and_resent_and_escape_leaves_it_as_it_was(open_page):
    page = open_page()
    say(page, "/emulate text=first answer")
    ended(page, 1, "first answer")
    button(turn(page, 1), "Edit").click()
    box = page.view.get_by_role("textbox", name="Edit message")
    assert box.input_value() == "/emulate text=first answer"
    page.view.keyboard.type("nothing")
    page.view.keyboard.press("Escape")
    assert box.count() == 0
    assert button(turn(page, 1), "Edit").evaluate("element => element === document.activeElement")
    page.view.keyboard.press("Enter")
    box.fill("/emulate text=second answer")
    page.screenshot(f"chat-edit-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))
    button(page, "Resend").click()
    page.wait(lambda: "second answer" in turn(page, 1).inner_text(), "the new answer")
    ended(page, 1, "/emulate text=second answer")
    assert "first answer" not in log(page).inner_text()
    page.type_into(0, "print(len(chat.turns), chat.history[-1].text)")
    page.run_cell(0)
    assert page.text(0) == "1 second answer"


def test_a_turn_is_deleted_and_brought_back(open_page):
    page = open_page()
    for text in ("one", "two", "three"):
        say(page, f"/emulate text={text}")
        ended(page, ("one", "two", "three").index(text) + 1, text)
    button(turn(page, 2), "Delete").click()
    page.wait(lambda: turn(page, 3).count() == 0, "the turn gone")
    assert "two" not in log(page).inner_text()
    assert turn(page, 2).evaluate("element => element === document.activeElement")
    assert page.view.get_by_text("Turn 2 was deleted.").first.is_visible()
    button(page, "Undo").click()
    page.wait(lambda: turn(page, 3).count() == 1, "the turn again")
    assert "two" in turn(page, 2).inner_text()


def test_a_branch_and_a_new_chat_are_conversations_of_their_own(open_page):
    page = open_page(PANEL, "print([len(one.turns) for one in panel.chats], panel.chat is panel.chats[1])")
    say(page, "/emulate text=one")
    ended(page, 1, "one")
    say(page, "/emulate text=two")
    ended(page, 2, "two")
    button(turn(page, 1), "Branch").click()
    page.wait(lambda: turn(page, 2).count() == 0, "the branch")
    say(page, "/emulate text=other")
    ended(page, 2, "other")
    page.run_cell(2)
    assert page.text(2) == "[2, 2] True"
    button(page, "New chat").click()
    page.view.get_by_text("Nothing was said yet.").first.wait_for()
    assert message(page).evaluate("element => element === document.activeElement")
    page.view.get_by_label("Conversation", exact=True).and_(page.view.locator("select")).select_option(index=0)
    page.wait(lambda: turn(page, 2).count() and "two" in turn(page, 2).inner_text(), "the first conversation")
    page.screenshot(f"chat-branches-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))


def test_what_a_cell_says_appears_in_the_panel_and_the_reverse(open_page):
    page = open_page(PANEL, 'print(chat.ask("/emulate text=from a cell").text)', "print(chat.history[-1].text)")
    page.wait(lambda: turn(page, 1).count() and "from a cell" in turn(page, 1).inner_text(), "the cell's turn")
    say(page, "/emulate text=from the panel")
    ended(page, 2, "from the panel")
    page.run_cell(3)
    assert page.text(3) == "from the panel"


def test_a_reload_in_mid_stream_goes_on_and_shows_it_all(open_page):
    page = open_page()
    page.save()
    say(page, "/emulate delay-ms=100,chunk-chars=40,text-chars=6000\ntell me more")
    page.wait(lambda: len(turn(page, 1).inner_text()) > 500, "the reply under way")
    page.save()
    page.load()
    if page.lab.app == "notebook":
        page.run_cell(1)  # Notebook 7 does not draw widgets again by itself
    page.wait(lambda: turn(page, 1).count() > 0, "the panel again", 60)
    page.wait(lambda: len(turn(page, 1).inner_text()) > 700, "what came before the reload")
    page.wait(lambda: turn(page, 1).locator(".mnb-receipt").count(), "the end of the reply", 60)
    assert len(turn(page, 1).text_content()) > 6000
    page.wait(lambda: "tell me more" in kept(page), "the copy in the file")


def kept(page: Page) -> str:
    """The Markdown that the file has under the panel's cell."""
    page.view.wait_for_timeout(1500)  # while the page still saves, JupyterLab passes over the wish to save again
    outputs = page.save()["cells"][1]["outputs"]
    return "".join("".join(output["data"].get("text/markdown", "")) for output in outputs if "data" in output)


def test_the_saved_file_holds_the_conversation_and_the_page_does_not_show_it_twice(open_page):
    page = open_page()
    say(page, "/emulate text=an answer to keep")
    ended(page, 1, "an answer to keep")
    page.wait(lambda: "an answer to keep" in kept(page), "the conversation in the file")
    assert "an answer to keep" in str(page.saved["cells"][1]["outputs"][-1]["data"]["text/plain"])
    assert page.view.get_by_text("Saved copy of the chat panel", exact=True).is_hidden()
    button(page, "Show saved copy").click()
    assert page.view.get_by_text("Saved copy of the chat panel", exact=True).is_visible()
    button(page, "Hide saved copy").click()
    assert page.view.get_by_text("Saved copy of the chat panel", exact=True).is_hidden()


def test_the_newest_copy_is_in_the_file_that_is_saved_at_once(open_page):
    page = open_page()
    say(page, "/emulate text=an answer to keep")
    ended(page, 1, "an answer to keep")
    page.view.wait_for_timeout(1000)  # the copy comes after the reply; it is set much later
    assert "an answer to keep" not in saved_copy(page).text_content()
    assert "an answer to keep" in kept(page)
    say(page, "/emulate text=and another one")
    ended(page, 2, "and another one")
    button(page, "Show saved copy").click()
    page.wait(lambda: "and another one" in saved_copy(page).inner_text(), "the newest copy, when it is looked at")


def test_the_copy_comes_into_the_notebook_when_nothing_was_touched_for_a_while(open_page):
    page = open_page()
    say(page, "/emulate text=an answer to keep")
    ended(page, 1, "an answer to keep")
    page.wait(lambda: "an answer to keep" in saved_copy(page).text_content(), "the copy, set without being asked for")
    assert saved_copy(page).is_hidden()


def saved_copy(page: Page) -> Locator:
    """The copy below the panel, folded away or not."""
    return page.view.locator(".jp-RenderedMarkdown").filter(has_text="Saved copy of the chat panel")


def test_two_panels_on_a_page_do_not_disturb_each_other(open_page):
    page = open_page(PANEL, 'other = chat_panel(provider="emulator")\nother')
    panels = [page.outputs(index) for index in (1, 2)]
    for index, panel in enumerate(panels):
        panel.get_by_role("textbox", name="Message").fill(
            f"/emulate delay-ms=30,chunk-chars=4,text=panel number {index} speaks at length"
        )
        button(panel, "Send").click()
    for index, panel in enumerate(panels):
        page.wait(lambda panel=panel: panel.locator(".mnb-receipt").count() == 1, "both receipts")
        assert f"panel number {index} speaks" in panel.get_by_role("log").inner_text()
        assert f"panel number {1 - index}" not in panel.get_by_role("log").inner_text()


def test_two_views_of_a_panel_show_the_same(open_page):
    page = open_page(PANEL, "panel")
    logs = [page.outputs(index).get_by_role("log") for index in (1, 2)]
    box = page.outputs(2).get_by_role("textbox", name="Message")
    box.fill("/emulate delay-ms=20,chunk-chars=5,text=seen in both places")
    box.press("Enter")
    for one in logs:
        page.wait(lambda one=one: one.locator(".mnb-receipt").count() == 1, "the receipt in both")
    assert logs[0].inner_text() == logs[1].inner_text()


def test_a_call_that_fails_before_anything_came_gives_the_prompt_back(open_page):
    page = open_page()
    say(page, "/emulate error=1008,fault=error-first\nprecious words")
    failure = page.view.locator(".mnb-chat-failure")
    failure.wait_for()
    assert message(page).input_value().endswith("precious words")
    page.screenshot(f"chat-failed-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))
    message(page).fill("Hello")
    button(page, "Send").click()
    ended(page, 1, "emulator")
    assert failure.is_hidden()


TOOL = """
from minimax_nb import tool

@tool(approve=True)
def delete(path: str) -> str:
    "Delete a file."
    return f"{path} is gone"

panel = chat_panel(provider="emulator", tools=[delete])
panel
"""


def test_a_tool_waits_for_a_yes(open_page):
    page = open_page(TOOL)
    say(page, '/emulate tool=delete\nDelete "<img src=x onerror=alert(1)>.txt"')
    button(page, "Approve").wait_for()
    assert '"<img src=x onerror=alert(1)>.txt"' in turn(page, 1).inner_text()
    page.screenshot(f"chat-question-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))
    button(page, "Approve").click()
    ended(page, 1, "2 calls")
    assert button(page, "Approve").count() == 0
    say(page, '/emulate tool=delete\nDelete "b.txt"')
    button(page, "Deny").click()
    ended(page, 2, "denied")


def test_the_conversation_is_exported(open_page):
    page = open_page()
    say(page, "/emulate text=an answer")
    ended(page, 1, "an answer")
    for name, words in (("Markdown", "**You**"), ("JSON", '"minimax_nb chat"')):
        page.view.locator("summary", has_text="Export").click()
        with page.view.expect_download() as download:
            button(page, name).click()
        assert words in download.value.path().read_text(encoding="utf-8")
    page.view.locator("summary", has_text="Export").click()
    button(page, "To cells").click()
    page.wait(lambda: page.view.locator(".jp-Notebook .jp-Cell").count() >= 4, "the new cells")
    cells = page.save()["cells"]
    assert "".join(cells[2]["source"]).startswith("%%minimax")
    assert "an answer" in "".join(cells[3]["source"])


def test_a_reply_is_copied(open_page):
    page = open_page()
    page.view.context.grant_permissions(["clipboard-read", "clipboard-write"])
    say(page, "/emulate text=words *to copy*")
    ended(page, 1, "to copy")
    button(turn(page, 1), "Copy").click()
    page.wait(lambda: page.view.evaluate("navigator.clipboard.readText()") == "words *to copy*", "the clipboard")


def test_the_reader_who_scrolled_up_is_left_alone_and_can_jump_to_the_end(open_page):
    page = open_page()
    say(page, LONG)
    area = log(page)
    page.wait(lambda: area.evaluate("e => e.scrollHeight > e.clientHeight + 600"), "a long reply", 60)
    assert area.evaluate("e => e.scrollTop + e.clientHeight > e.scrollHeight - 60")
    area.hover()
    page.view.mouse.wheel(0, -400)
    button(page, "Jump to the end").wait_for()
    page.view.wait_for_timeout(300)
    before = area.evaluate("e => e.scrollTop")
    page.view.wait_for_timeout(600)
    assert area.evaluate("e => e.scrollTop") == before
    button(page, "Jump to the end").click()
    page.wait(lambda: area.evaluate("e => e.scrollTop + e.clientHeight > e.scrollHeight - 60"), "the end again")
    button(page, "Stop").click()
    ended(page, 1, "stopped by you")


def test_everything_is_reached_by_the_keyboard(open_page):
    page = open_page()
    say(page, "/emulate text=an answer")
    ended(page, 1, "an answer")
    page.wait(button(turn(page, 1), "Delete").is_enabled, "the end of the reply")
    reached = []
    message(page).focus()
    for _ in range(14):
        page.view.keyboard.press("Shift+Tab")
        reached.append(
            page.view.evaluate(
                "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
            )
        )
    for name in ("Delete", "Branch", "Copy", "Edit", "Regenerate", "Conversation", "Export", "New chat"):
        assert name in reached, reached
    message(page).fill("x")
    message(page).press("Tab")
    reached = []
    for _ in range(3):
        reached.append(page.view.evaluate("document.activeElement.textContent.trim()"))
        page.view.keyboard.press("Tab")
    assert reached[:2] == ["Attach file", "Send"]


def test_a_narrow_cell_holds_the_panel(open_page):
    page = open_page(width=560)
    say(page, "Show me a table, some code and a formula. مرحبا بالعالم 你好，世界")
    ended(page, 1, "")
    root = page.view.get_by_role("region", name="Chat")
    assert root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.screenshot(f"chat-narrow-{page.lab.app}-{page.lab.theme}")


def test_a_file_is_attached_by_the_picker_and_by_pasting(open_page, tmp_path):
    from PIL import Image

    Image.new("RGB", (320, 200), "teal").save(tmp_path / "sea.png")
    page = open_page()
    with page.view.expect_file_chooser() as chooser:
        button(page, "Attach file").click()
    chooser.value.set_files(tmp_path / "sea.png")
    page.view.get_by_role("img", name="Preview of sea.png").wait_for()
    message(page).evaluate(
        """async (box) => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
            const blob = await new Promise((done) => canvas.toBlob(done));
            const data = new DataTransfer();
            data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    page.view.get_by_role("img", name="Preview of pasted.png").wait_for()
    page.screenshot(f"chat-attached-{page.lab.app}-{page.lab.theme}", of=page.outputs(1))
    say(page, "What is in these?")
    ended(page, 1, "sea.png")
    assert turn(page, 1).get_by_role("img").count() == 2
    assert page.view.get_by_role("list", name="Attachments").get_by_role("listitem").count() == 0


def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(open_page):
    page = open_page()
    message(page).fill("にほん")
    message(page).evaluate(
        """(box) => box.dispatchEvent(new KeyboardEvent("keydown",
            { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    assert message(page).input_value() == "にほん"
    message(page).press("Enter")
    ended(page, 1, "にほん")
