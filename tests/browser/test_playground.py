"""The playground in real front ends: each control by role and name, a call, Stop, code copied and put into a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

OPEN = "from minimax_nb.panels.play.playground import playground\np = playground(provider='emulator')\np"
TOLD = "print(p.preset)"
SAID = "print(p.reply.stop_reason, len(p.chat.turns), p.prompt)"
BUSY = "import time\ntime.sleep(3)"
CELLS = (OPEN, TOLD, SAID, BUSY)
FRONT_ENDS = [("lab", "dark"), ("notebook", "light")]
QUICK = "/emulate delay-ms=0"
PERMISSIONS = ["clipboard-read", "clipboard-write"]


class Seen:
    """The playground on a page, as a person finds its controls."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.view.get_by_role("region", name="Playground")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def choice(self, name: str) -> Locator:
        return self.panel.get_by_role("combobox", name=name, exact=True)

    def number(self, name: str) -> Locator:
        return self.panel.get_by_role("spinbutton", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.panel.get_by_role("slider", name=name)

    def text(self, name: str) -> Locator:
        return self.panel.get_by_role("textbox", name=name, exact=True)

    @property
    def replies(self) -> Locator:
        return self.panel.get_by_role("region", name="Replies")

    @property
    def code(self) -> Locator:
        return self.panel.get_by_role("region", name="Code", exact=True)

    def type(self, name: str, value: str) -> None:
        """Type into a number's box and leave it."""
        self.number(name).fill(value)
        self.number(name).blur()

    def told(self) -> str:
        """The settings as Python has them."""
        self.page.run_cell(1)
        return self.page.text(1)

    def send(self, prompt: str) -> None:
        """Type a prompt, press Send, wait for the end."""
        before = self.replies.get_by_role("article").count()
        self.text("Message").fill(prompt)
        self.button("Send").click()
        expect(self.replies.get_by_role("article")).to_have_count(before + 1)
        expect(self.button("Send")).to_be_enabled(timeout=20_000)

    def shot(self, name: str) -> None:
        lab = self.page.lab
        self.page.screenshot(f"playground-{name}-{lab.app}-{lab.theme}")


@pytest.fixture(params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def seen(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Seen]:
    app, theme = request.param
    viewport = {"width": 1280, "height": 1500}
    with lab(app, theme).open(build(*CELLS), viewport=viewport, permissions=PERMISSIONS) as page:
        page.run_cell(0)
        found = Seen(page)
        expect(found.button("Send")).to_be_enabled(timeout=30_000)
        yield found
        assert page.errors == []
        assert page.outside == []


def test_each_setting_is_made_by_its_control_and_known_in_python(seen: Seen) -> None:
    assert seen.told() == "Preset(model='MiniMax-M3', provider='emulator', face='anthropic')"
    seen.text("System message").fill("Be brief.")
    seen.choice("Protocol").select_option("openai")
    seen.type("Temperature", "0.5")
    seen.type("Max tokens", "500")
    seen.slider("Top p").focus()
    seen.page.view.keyboard.press("ArrowLeft")
    expect(seen.number("Top p")).to_have_value("0.9")
    seen.choice("Thinking").select_option("off")
    seen.shot("settings")
    told = seen.told()
    for said in (
        "face='openai'",
        "system='Be brief.'",
        "temperature=0.5",
        "max_tokens=500",
        "top_p=0.9",
        "thinking='off'",
    ):
        assert said in told
    seen.choice("Model").select_option("MiniMax-M3.1-Flash")
    seen.choice("Effort").select_option("low")
    expect(seen.choice("Thinking")).to_be_disabled()
    assert "effort='low'" in seen.told()


def test_who_types_while_other_settings_come_goes_on_typing(seen: Seen) -> None:
    """A kernel that is busy answers late: by then the next setting is being typed."""
    seen.page.run_cell(3, wait=False)
    seen.choice("Protocol").select_option("openai")
    seen.number("Temperature").focus()
    seen.page.view.keyboard.type("0.")
    expect(seen.panel.get_by_text("emulator · MiniMax-M3 · openai").first).to_be_attached(timeout=15_000)
    seen.page.view.keyboard.type("25")
    expect(seen.number("Temperature")).to_have_value("0.25")
    expect(seen.number("Temperature")).to_be_focused()
    seen.number("Temperature").blur()
    assert "face='openai', temperature=0.25" in seen.told()


def test_one_click_goes_back_to_the_default(seen: Seen) -> None:
    expect(seen.button("default temperature")).to_be_disabled()
    seen.type("Temperature", "3")
    expect(seen.panel.get_by_text("temperature 3 is out of range")).to_be_visible()
    expect(seen.number("Temperature")).to_have_attribute("aria-invalid", "true")
    seen.shot("out-of-range")
    seen.button("use default temperature").click()
    expect(seen.number("Temperature")).to_have_value("")
    expect(seen.panel.get_by_text("temperature 3 is out of range")).to_be_hidden()
    seen.type("Top p", "0.4")
    seen.choice("Thinking").select_option("off")
    seen.button("All defaults").click()
    expect(seen.choice("Thinking")).to_have_value("")
    assert seen.told() == "Preset(model='MiniMax-M3', provider='emulator', face='anthropic')"


def test_a_provider_brings_its_models_protocols_and_penalties(seen: Seen) -> None:
    seen.choice("Provider").select_option("modelslab")
    expect(seen.panel.get_by_text("No key was found for ModelsLab")).to_be_visible()
    expect(seen.button("Look again")).to_be_visible()
    seen.text("Message").fill("kept")
    seen.button("Send").click()
    expect(seen.panel.get_by_role("alert")).to_contain_text("No key was found for ModelsLab")
    expect(seen.text("Message")).to_have_value("kept")
    seen.shot("no-key")
    seen.choice("Provider").select_option("emulator:modelslab")
    expect(seen.choice("Model")).to_have_value("minimax-minimax-m2")
    seen.slider("Frequency penalty").focus()
    seen.page.view.keyboard.press("ArrowRight")
    seen.type("Presence penalty", "-1")
    assert "frequency_penalty=0.1, presence_penalty=-1" in seen.told()
    seen.send(f"{QUICK}\nhi")
    expect(seen.replies.get_by_text("frequency penalty 0.1 · presence penalty -1")).to_be_visible()
    seen.choice("Provider").select_option("emulator:vllm")
    expect(seen.panel.get_by_text("Settings · emulator:vllm")).to_be_visible()
    seen.choice("Model").fill("mine")
    seen.choice("Model").blur()
    assert "model='mine'" in seen.told()


def test_a_prompt_is_counted_sent_answered_and_kept_with_the_notebook(seen: Seen) -> None:
    seen.text("Message").fill(f"{QUICK}\nShow me a table and a formula")
    expect(seen.panel.get_by_text("tokens in · free")).to_be_visible()
    seen.page.view.keyboard.press("Shift+Enter")
    seen.page.view.keyboard.press("Enter")
    expect(seen.replies.get_by_text("emulator · MiniMax-M3 · anthropic ·")).to_be_visible(timeout=20_000)
    expect(seen.replies.get_by_role("table")).to_be_visible()
    expect(seen.text("Message")).to_have_value("")
    seen.shot("reply")
    seen.page.run_cell(2)
    assert seen.page.text(2).startswith("end_turn 1")
    seen.panel.get_by_role("checkbox", name="Keep the conversation").uncheck()
    seen.send(f"{QUICK}\nAgain")
    expect(seen.text("Message")).to_have_value(f"{QUICK}\nAgain")
    seen.page.run_cell(2)
    assert seen.page.text(2).startswith("end_turn 1")
    copies = [output["data"].get("text/markdown", "") for output in seen.page.save()["cells"][0]["outputs"]]
    assert any("| Provider | Emulator |" in "".join(copy) and "> Again" in "".join(copy) for copy in copies)
    seen.page.load()
    expect(seen.replies.get_by_role("article")).to_have_count(2, timeout=60_000)
    expect(seen.text("Message")).to_have_value(f"{QUICK}\nAgain")
    expect(seen.panel.get_by_role("checkbox", name="Keep the conversation")).not_to_be_checked()
    seen.button("Clear").click()
    expect(seen.replies).to_be_hidden()


def test_stop_keeps_what_came_and_the_message(seen: Seen) -> None:
    prompt = "/emulate text-chars=40000,delay-ms=20\nGo on"
    seen.text("Message").fill(prompt)
    seen.button("Send").click()
    expect(seen.replies.locator(".mnb-tail")).to_contain_text(re.compile(r"\w+"), timeout=20_000)
    expect(seen.button("Send")).to_be_disabled()
    full = "(log) => log.scrollHeight > log.clientHeight + 40"
    seen.page.wait(lambda: seen.replies.evaluate(full), "a box that grows no more, so that Stop stays", 60)
    seen.button("Stop").click()
    expect(seen.replies.get_by_text("stopped by you")).to_be_visible()
    expect(seen.button("Send")).to_be_enabled()
    expect(seen.text("Message")).to_have_value(prompt)
    seen.page.run_cell(2)
    assert seen.page.text(2).startswith("interrupted 1")


def test_samples_fill_the_message_and_one_brings_a_picture(seen: Seen) -> None:
    samples = seen.panel.get_by_role("group", name="Sample prompts")
    samples.get_by_role("button", name="Table").click()
    expect(seen.text("Message")).to_have_value(re.compile("bubble sort"))
    samples.get_by_role("button", name="Picture").click()
    expect(seen.panel.get_by_role("list", name="Attachments")).to_contain_text("rainy-days.png")
    expect(seen.panel.get_by_role("img", name="Preview of rainy-days.png")).to_be_visible()
    seen.button("Send").click()
    expect(seen.replies.get_by_text("rainy-days.png").first).to_be_visible()
    expect(seen.text("Message")).to_have_value("", timeout=20_000)
    expect(seen.panel.get_by_role("list", name="Attachments").get_by_role("listitem")).to_have_count(0)
    seen.shot("picture")
    seen.choice("Model").select_option("MiniMax-M2")
    expect(samples.get_by_role("button", name="Picture")).to_be_disabled()


def test_code_is_shown_copied_and_put_into_a_cell(seen: Seen) -> None:
    view = seen.page.view
    seen.text("Message").fill("What is 2 + 2?")
    seen.button("Show code").click()
    tabs = seen.code.get_by_role("tab")
    expect(tabs).to_have_count(6)
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    seen.type("Temperature", "0.25")
    expect(seen.code).to_contain_text("temperature=0.25")
    seen.code.get_by_role("tab", name="curl", exact=True).click()
    expect(seen.code).to_contain_text('"temperature": 0.25')
    seen.code.get_by_role("button", name="Copy code").click()
    expect(seen.code.get_by_role("button", name="Copied")).to_be_visible()
    copied = view.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# first")
    assert "What is 2 + 2?" in copied
    seen.shot("code")
    view.keyboard.press("Tab")
    seen.code.get_by_role("tab", name="curl", exact=True).focus()
    view.keyboard.press("ArrowLeft")
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    seen.code.get_by_role("button", name="Put into a cell").click()
    expect(seen.code.get_by_text("It is in a new cell below")).to_be_visible()
    expect(seen.page.cell(1)).to_contain_text("What is 2 + 2?")
    assert seen.page.prompt(1) == "[ ]:"
    seen.page.type_into(1, "print(6 * 7)")
    seen.page.run_cell(1)
    assert seen.page.text(1) == "42"
    seen.button("Hide code").click()
    expect(seen.code).to_be_hidden()


def test_a_second_view_shows_the_same_and_follows(lab: Callable[..., Lab]) -> None:
    with lab("lab", "light").open(build(*CELLS, "p"), viewport={"width": 1280, "height": 1500}) as page:
        page.run_cell(0)
        first = Seen(page)
        first.panel = page.outputs(0).get_by_role("region", name="Playground")
        first.type("Temperature", "0.5")
        first.send(f"{QUICK}\nhi")
        page.run_cell(4)
        second = Seen(page)
        second.panel = page.outputs(4).get_by_role("region", name="Playground")
        expect(second.number("Temperature")).to_have_value("0.5")
        expect(second.replies.get_by_role("article")).to_have_count(1)
        second.type("Top p", "0.5")
        expect(first.number("Top p")).to_have_value("0.5")
        second.send(f"{QUICK}\nand again")
        expect(first.replies.get_by_role("article")).to_have_count(2)
        first.button("Clear").click()
        expect(second.replies).to_be_hidden()
        assert page.errors == []


def test_a_narrow_cell_has_one_column_and_nothing_beside_it(lab: Callable[..., Lab]) -> None:
    with lab("notebook", "dark").open(build(*CELLS), viewport={"width": 360, "height": 1500}) as page:
        page.run_cell(0)
        seen = Seen(page)
        seen.send(f"{QUICK}\nShow me a table, some code and a formula")
        seen.button("Show code").click()
        expect(seen.code.get_by_role("tab")).to_have_count(6)
        page.screenshot("playground-narrow", of=seen.panel)
        wide = seen.panel.evaluate("panel => panel.scrollWidth - panel.clientWidth")
        assert wide <= 0
        left = {round(seen.text(name).bounding_box()["x"]) for name in ("System message", "Message")}  # type: ignore[index]
        assert len(left) == 1
