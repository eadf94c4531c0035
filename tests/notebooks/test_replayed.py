"""A notebook that says nothing of recordings is recorded and replayed from outside, and gives the same each time."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.notebooks import FOLDER, Json, code_cells, copy_beside, outputs_of
from tests.support.runners import RUNNERS

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(900)]

_MARKS = re.compile(r" · replayed(?=</sub>|\]$)|(?<=\n)\*?No key was found, so the built-in emulator answers.*\n+")
"""What a replayed reply says besides, and what it need not say: that there is no key."""


@pytest.mark.parametrize("name", ["quickstart", "tools_and_structure", "multimodal"])
def test_replay_gives_what_was_recorded_in_every_runner(name: str, tmp_path: Path) -> None:
    """Conversations, an exception mended, tools and their denial, structured replies, pictures, videos, uploads."""
    example: Json = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    cassette = tmp_path / "talk.cassette"
    recorded = ran(example, tmp_path, "nbclient", cassette, "record")
    assert outputs_of(recorded) == outputs_of(example), "to record changes nothing"
    before = cassette.read_bytes()
    with ThreadPoolExecutor(2) as pool:
        replays = [
            pool.submit(ran, example, tmp_path, runner, cassette, "replay") for runner in ("nbconvert", "papermill")
        ]
    one, other = (replay.result() for replay in replays)
    assert outputs_of(one) == outputs_of(other)
    assert cassette.read_bytes() == before
    live, replayed = replies(recorded), replies(one)
    assert len(live) == len(replayed) > 3
    for was, now in zip(live, replayed, strict=True):
        assert (was["metadata"]["minimax_nb"].pop("replayed"), now["metadata"]["minimax_nb"].pop("replayed")) == (
            False,
            True,
        )
        assert was["metadata"] == now["metadata"]
        for mime in ("text/plain", "text/markdown"):
            assert _MARKS.sub("", was["data"][mime]) == _MARKS.sub("", now["data"][mime])
            assert "replayed" in now["data"][mime]


def ran(example: Json, folder: Path, runner: str, cassette: Path, mode: str) -> Json:
    """The notebook as a runner saves it, its calls recorded or replayed."""
    work = folder / f"{runner}-{mode}"
    copy_beside(FOLDER, work)
    env = {"MINIMAX_NB_CASSETTE": str(cassette), "MINIMAX_NB_CASSETTE_MODE": mode}
    _, saved, said = RUNNERS[runner](example, work, env)
    assert saved, said
    return saved


def replies(notebook: Json) -> list[Json]:
    """The outputs that are replies, each with whether it was replayed."""
    cells = [output for outputs in outputs_of(notebook) for output in outputs]
    assert len(outputs_of(notebook)) == len(code_cells(notebook))
    return [output for output in cells if "replayed" in output.get("metadata", {}).get("minimax_nb", {})]
