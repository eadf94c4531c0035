"""Every input that fuzzing began with or has found keeps every promise; this needs no fuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.oracle import judge
from tests.fuzz.seeds import kept, seeds

SEEDS = list(seeds())


@pytest.mark.parametrize("place", range(len(SEEDS)))
def test_every_seed_keeps_its_promises(place: int) -> None:
    judge(SEEDS[place])


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.name)
def test_every_input_that_was_found_keeps_its_promises(path: Path) -> None:
    judge(path.read_bytes())
