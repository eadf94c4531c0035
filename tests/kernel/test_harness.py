"""The kernel harness itself: what it reports is what the kernel did."""

from __future__ import annotations

import pytest

from tests.support.kernel import Kernel
from tests.support.outputs import text_of

pytestmark = pytest.mark.kernel

STREAMING = """
import time
from IPython.display import display, Markdown, clear_output
shown = display(Markdown("one"), display_id=True)
for word in ("one two", "one two three"):
    time.sleep(0.05)
    shown.update(Markdown(word))
"""


def test_a_cell_has_its_outputs_its_reply_and_its_times(kernel: Kernel) -> None:
    run = kernel.run("print('hello'); 1 + 1")
    assert [output["output_type"] for output in run.outputs] == ["stream", "execute_result"]
    assert run.text == "hello\n\n2"
    assert run.reply["status"] == "ok"
    assert run.sent < run.messages[0].at <= run.messages[-1].at == run.idle
    assert all(message.size > 200 for message in run.messages)
    assert run.error is None


def test_a_display_that_grows_is_one_output_and_many_messages(kernel: Kernel) -> None:
    run = kernel.run(STREAMING)
    assert run.markdown == "one two three"
    assert [message.kind for message in run.shows] == ["display_data", "update_display_data", "update_display_data"]
    assert run.shows[-1].at - run.shows[0].at > 0.09
    assert run.first_with("two").kind == "update_display_data"
    assert [text_of(outputs, "text/markdown") for _, outputs in run.frames()] == ["one", "one two", "one two three"]


def test_an_interrupt_at_a_chosen_moment_is_real(kernel: Kernel) -> None:
    run = kernel.run(
        "print('started', flush=True)\nimport time\ntime.sleep(60)\nprint('never')",
        interrupt=lambda run: "started" in run.text,
    )
    assert run.error["ename"] == "KeyboardInterrupt"
    assert "never" not in run.text
    assert run.stopped_after < 30
    assert kernel.run("print('alive')").text == "alive\n"


def test_an_interrupt_that_comes_too_late_is_no_pass(kernel: Kernel) -> None:
    with pytest.raises(AssertionError, match="before it could be interrupted"):
        kernel.run("print('done')", interrupt=lambda run: "never shown" in run.text)


def test_a_cell_that_does_not_end_is_an_error(kernel: Kernel) -> None:
    with pytest.raises(TimeoutError, match="here"):
        kernel.run("print('here', flush=True)\nimport time\ntime.sleep(30)", timeout=2)


def test_values_completions_and_help_come_from_the_kernel(kernel: Kernel) -> None:
    kernel.run("import os\nsome_name = {'a': [1, None]}")
    assert kernel.value("some_name") == {"a": [1, None]}
    assert "some_name" in kernel.complete("some_na")
    assert "mkdir" in kernel.inspect("os.mkdir")


def test_cpu_and_memory_are_the_kernels_own(kernel: Kernel) -> None:
    cpu, memory = kernel.cpu_s(), kernel.rss_mb()
    kernel.run("x = bytearray(60_000_000)\nsum(range(10_000_000))")
    assert kernel.cpu_s() > cpu
    assert kernel.rss_mb() > memory + 50


def test_a_kernel_can_not_leave_this_computer() -> None:
    with Kernel() as kernel:
        run = kernel.run("import urllib.request\nurllib.request.urlopen('http://192.0.2.1/', timeout=5)")
        assert "Tests may not leave this computer" in run.text
        assert "192.0.2.1" in kernel.refused()[0]


def test_a_kernel_starts_in_clean_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    with Kernel(env={"MINIMAX_NB_PAINT": "once"}) as kernel:
        seen = kernel.value("dict(__import__('os').environ)")
        assert "MINIMAX_API_KEY" not in seen
        assert seen["MINIMAX_NB_PAINT"] == "once"
        assert kernel.value("__import__('os').listdir('.')") == []
