"""Modes and speeds: what is none is told with the nearest right one."""

from __future__ import annotations

import pytest

from minimax_nb import CassetteError, ConfigError
from minimax_nb.cassette import MODES, Cassette, checked_mode, checked_speed
from tests.cassette.making import made, on_line


@pytest.mark.parametrize(
    ("said", "pace"), [("full", 0.0), ("recorded", 1.0), ("2", 0.5), (4, 0.25), (0.5, 2.0), ("10", 0.1)]
)
def test_a_speed_is_at_once_as_recorded_or_a_factor(said, pace):
    assert checked_speed(said) == pace


@pytest.mark.parametrize("said", ["fast", "0", 0, -1, "nan", "inf", None, ()])
def test_what_is_no_speed_is_told(said):
    with pytest.raises(ConfigError, match="no cassette speed"):
        checked_speed(said)


def test_a_mode_is_one_of_four():
    assert [checked_mode(mode) for mode in MODES] == ["off", "auto", "record", "replay"]
    with pytest.raises(ConfigError, match="replay"):
        checked_mode("reply")


def test_there_must_be_something_to_replay(tmp_path):
    with pytest.raises(CassetteError, match="no recording"):
        Cassette(tmp_path / "talk.cassette", "replay")
    assert len(Cassette(made(tmp_path / "b.cassette", [on_line()]), "replay").tape.exchanges) == 1
