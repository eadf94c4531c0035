"""The limits on a call's waits, as a user sets them."""

from __future__ import annotations

import pytest

from minimax_nb import Chat, ConfigError
from minimax_nb.catalog import choose
from minimax_nb.chat.options import limits_of
from minimax_nb.transport.exchange import Limits
from tests.transport.servers import Wire, anthropic_frames, serving


def test_a_timeout_that_was_said_is_exact_and_the_default_is_not():
    assert limits_of(choose({})) == Limits(timeout=120, retries=2, retry_wait=60, exact=False)
    assert limits_of(choose({"timeout": 5})) == Limits(timeout=5, exact=True)
    assert not limits_of(choose({"retries": 0})).exact


@pytest.mark.parametrize("said", [{"timeout": float("inf")}, {"timeout": float("nan")}, {"retry_wait": float("inf")}])
def test_a_wait_without_end_cannot_be_asked_for(said):
    with pytest.raises(ConfigError, match=next(iter(said))):
        Chat(provider="emulator", **said)


def test_a_pause_of_the_reader_is_no_silence_of_the_service():
    """The limit bounds the service, not what the user does between two pieces."""
    import time

    def script(wire: Wire) -> None:
        wire.request()
        wire.head()
        for frame in anthropic_frames("one ", "two ", "three"):
            wire.chunk(frame)
        wire.end()

    with serving(script) as server:
        chat = Chat("m", provider="local", base_url=server.url, face="anthropic", timeout=0.2, retries=0)
        with chat.stream("hello") as stream:
            pieces = stream.text_stream
            first = next(pieces)
            time.sleep(0.5)
            assert first + "".join(pieces) == "one two three"
