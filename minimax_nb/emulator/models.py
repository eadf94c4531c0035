"""What each service of the emulator knows of its models.

Figures: MiniMax models and reference pages, ModelsLab and RunAPI model pages, all read 2026-11-20. Days of release
that those pages do not print are rounded to what the press said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Thinks = Literal["switch", "always", "refuses-off", "none"]


@dataclass(frozen=True, slots=True)
class Facts:
    """One model.

    Attributes:
        context: Window in tokens.
        max_output: Most tokens of one reply, thinking included.
        thinks: "switch" (on or off), "always" (a request to switch it off is ignored), "refuses-off" (such a request
            is refused), "none".
        sees: Whether it takes pictures and videos.
        json_mode: Whether it heeds ``response_format``.
        effort: Whether it takes an effort level.
        personas: Whether it knows the roles of role-play.
        since: Day of release as Unix seconds, for model lists.
    """

    context: int
    max_output: int
    thinks: Thinks
    sees: bool = False
    json_mode: bool = False
    effort: bool = False
    personas: bool = False
    since: int = 1_780_272_000


_FLASH = Facts(1_000_000, 524_288, "refuses-off", sees=True, json_mode=True, effort=True, since=1_792_281_600)
_M3 = Facts(1_000_000, 524_288, "switch", sees=True, json_mode=True)
_M27 = Facts(204_800, 204_800, "always", since=1_773_799_200)
_M25 = Facts(204_800, 204_800, "always", since=1_770_861_600)
_M21 = Facts(204_800, 204_800, "always", since=1_766_455_200)
_M2 = Facts(204_800, 204_800, "always", since=1_761_530_400)
_HER = Facts(65_536, 2_048, "none", personas=True, since=1_769_479_200)
_M1 = Facts(1_000_000, 40_000, "none", since=1_750_039_200)
_01 = Facts(1_000_192, 40_000, "none", sees=True, since=1_736_906_400)

MINIMAX: dict[str, Facts] = {
    "MiniMax-M3.1-Flash": _FLASH,
    "MiniMax-M3.1-Flash-Preview": _FLASH,
    "MiniMax-M3": _M3,
    "MiniMax-M2.7": _M27,
    "MiniMax-M2.7-highspeed": _M27,
    "MiniMax-M2.5": _M25,
    "MiniMax-M2.5-highspeed": _M25,
    "MiniMax-M2.1": _M21,
    "MiniMax-M2.1-highspeed": _M21,
    "MiniMax-M2": _M2,
    "M2-her": _HER,
}
MODELSLAB: dict[str, Facts] = {"minimax-minimax-m2": _M2, "minimax-minimax-m1": _M1}
RUNAPI: dict[str, Facts] = {
    name: MINIMAX[name]
    for name in (
        "MiniMax-M3",
        "MiniMax-M2.7",
        "MiniMax-M2.7-highspeed",
        "MiniMax-M2.5",
        "MiniMax-M2.5-highspeed",
        "MiniMax-M2.1",
        "MiniMax-M2",
    )
}
OPENROUTER: dict[str, Facts] = {
    "minimax/minimax-m3": _M3,
    "minimax/minimax-m2.7": _M27,
    "minimax/minimax-m2.5": _M25,
    "minimax/minimax-m2.1": _M21,
    "minimax/minimax-m2": _M2,
    "minimax/minimax-m1": _M1,
    "minimax/minimax-01": _01,
}

LOCAL: dict[str, Facts] = {
    "MiniMaxAI/MiniMax-M3": _M3,
    "MiniMaxAI/MiniMax-M2.7": _M27,
    "MiniMaxAI/MiniMax-M2.5": _M25,
    "MiniMaxAI/MiniMax-M2.1": _M21,
    "MiniMaxAI/MiniMax-M2": _M2,
    "minimax-m3:cloud": _M3,
    "minimax-m2.7:cloud": _M27,
    "minimax-m2.5:cloud": _M25,
    "minimax-m2.1:cloud": _M21,
    "minimax-m2:cloud": _M2,
}
LISTED_LOCAL: dict[str, Facts] = {name: facts for name, facts in LOCAL.items() if not name.endswith(":cloud")}
ANY_LOCAL = _M2
"""What a local server serves under any other name."""

RETIRED = ("M2.5", "M2.7")
"""What MiniMax announced to stop on 2026-11-18."""

_ELSEWHERE: dict[str, Facts] = {
    "MiniMax-M1": _M1,
    "MiniMax-01": _01,
    "minimax/minimax-m2-her": _HER,
    **LOCAL,
}
"""Names that are in use and that none of the four services answers to today."""

EVERYWHERE: dict[str, Facts] = {**_ELSEWHERE, **OPENROUTER, **MODELSLAB, **MINIMAX}
"""What the emulator's own paths take: they stand in for every provider at once."""
