"""The recording beside ``reproducible.ipynb``, made of the service's own bytes: ``python -m tests.support.cassettes``.

The answer is a file of ``tests/wire/samples`` as it was published, event by event. The request that belongs to it was
not published, nor when each event came: the request is one that fits the answer, and the times are all zero. The
notebook says so. A test makes the recording anew and compares it with the one that is there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from minimax_nb import Chat
from minimax_nb.cassette.asked import asked_by
from minimax_nb.cassette.line import Taped, written
from minimax_nb.cassette.scan import Scan
from minimax_nb.cassette.tape import Tape
from minimax_nb.wire.call import Call
from tests.support.environment import ROOT

RECORDING = ROOT / "notebooks" / "cassettes" / "odd-numbers.cassette"
SAMPLE = ROOT / "tests" / "wire" / "samples" / "openai-stream-m2.7-reasoning-split.sse"
PROMPT = "Prove that the sum of two odd numbers is even."


def make(path: Path) -> None:
    """Write the recording, in place of the one that is there."""
    chat = Chat("MiniMax-M2.7", provider="minimax", face="openai", api_key="test-key-for-nobody")
    preview = chat.preview(PROMPT)
    asked = asked_by(Call(preview.method, preview.url, body=json.dumps(preview.body).encode()), preview.provider)
    events = re.findall(rb".*?\n\n", SAMPLE.read_bytes(), re.DOTALL)
    pieces = tuple((0.0, event) for event in events)
    path.unlink(missing_ok=True)
    answer = Taped(asked, 200, {"content-type": "text/event-stream"}, pieces, "whole", 0.0)
    Tape(path).put([written(answer, Scan())])


if __name__ == "__main__":
    make(RECORDING)
