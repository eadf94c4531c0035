"""Stop is safe: a real kernel, a real interrupt, at every stage of a call."""

from __future__ import annotations

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

SLOW = "/emulate delay-ms=60,text-chars=20000\nTell me a long story."


def cell(options: str = "", prompt: str = SLOW) -> str:
    return f"%%minimax {options}\n{prompt}"


@pytest.fixture
def ready(kernel: Kernel) -> Kernel:
    assert kernel.run("%load_ext minimax_nb").error is None
    assert kernel.run(cell("--alone", "/emulate delay-ms=0\nhello")).error is None
    return kernel


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_an_interrupt_keeps_the_text_and_the_next_call_works(ready: Kernel, face: str):
    run = ready.run(cell(f"--face {face} --think off -o story"), interrupt=lambda run: len(run.markdown) > 600)
    assert run.stopped_after < 0.5
    assert run.error["ename"] == "StoppedByUser"
    assert len(run.error["traceback"]) == 1
    shown = [output for output in run.outputs if output["output_type"] == "display_data"]
    assert len(shown) == 1, "what came is one ordinary output"
    assert "stopped by you" in shown[0]["data"]["text/plain"]
    assert ready.value("(story.partial, story.stop_reason)") == [True, "interrupted"]
    assert ready.value("story.text") in shown[0]["data"]["text/plain"]
    after = ready.run(cell(f"--face {face}", "/emulate delay-ms=0\nWhat did I ask you before?"))
    assert after.error is None
    assert "long story" in after.text


def test_an_interrupt_while_it_thinks_keeps_the_thinking(ready: Kernel):
    run = ready.run(
        cell("-o reply", "/emulate delay-ms=60,thinking-chars=9000\nhello"),
        interrupt=lambda run: "<details" in run.markdown,
    )
    assert run.error["ename"] == "StoppedByUser"
    assert ready.value("len(reply.thinking) > 0 and reply.text == ''")
    assert ready.run(cell("", "/emulate delay-ms=0\nhello")).error is None


def test_an_interrupt_of_a_stalled_stream_closes_its_connection_at_once(ready: Kernel):
    """Over HTTP, where a reader sleeps in the socket: the server sees the client leave."""
    from tests.chat.test_chat import begun_then_silent
    from tests.transport.servers import serving

    with serving(begun_then_silent) as server:
        run = ready.run(
            cell(f"-m m -u {server.url} --face anthropic -o reply", "hello"),
            interrupt=lambda run: "Half an answer" in run.markdown,
        )
        assert server.left.wait(0.5), "the connection was still open half a second after the interrupt"
    assert run.stopped_after < 0.5
    assert ready.value("reply.text") == "Half an answer"
    assert "Half an answer" in run.text


def test_an_interrupt_before_the_first_byte_says_so_in_one_line(ready: Kernel):
    from tests.transport.servers import serving
    from tests.transport.test_http import silent_before_the_head

    with serving(silent_before_the_head) as server:
        run = ready.run(
            cell(f"-m m -u {server.url} --face anthropic", "hello"), interrupt=lambda run: server.connections == 1
        )
        assert server.left.wait(0.5)
    assert run.stopped_after < 0.5
    assert run.error["ename"] == "StoppedByUser"
    assert run.outputs[-1] == run.error
    assert ready.run(cell("", "/emulate delay-ms=0\nhello")).error is None


def test_the_client_in_a_plain_cell_is_interrupted_too(ready: Kernel):
    ready.run("from minimax_nb import Chat\nchat = Chat(provider='emulator')")
    run = ready.run(
        f"stream = chat.stream({SLOW!r})\nfor text in stream.text_stream: print(text, end='', flush=True)",
        interrupt=lambda run: len(run.text) > 100,
    )
    assert run.error["ename"] == "KeyboardInterrupt"
    assert run.stopped_after < 2
    assert ready.value("(stream.reply.stop_reason, stream.reply.partial)") == ["interrupted", True]
    assert ready.value("chat.ask('/emulate delay-ms=0\\nWhat did I ask you before?').stop_reason") == "end_turn"
