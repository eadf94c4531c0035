"""What this installation can do, as a list of findings. No prompt is sent, and no key is shown.

Each service whose key is found is asked for its list of models, which costs nothing. With no key, or offline, nothing
leaves the computer. :func:`scan` looks for keys and for too much in notebook files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from minimax_nb.catalog import Choice
from minimax_nb.chat.options import limits_of
from minimax_nb.chat.whom import Where
from minimax_nb.doctor.machine import emulator_tried, keys_found, machine, settings_read
from minimax_nb.doctor.nearby import on_this_computer
from minimax_nb.doctor.notebooks import BIG_BYTES, scan
from minimax_nb.doctor.report import Finding, Report
from minimax_nb.doctor.services import services_asked

__all__ = ["BIG_BYTES", "TIMEOUT_S", "Finding", "Report", "examine", "scan"]

TIMEOUT_S = 5.0
"""Seconds that one question to a service may take, unless said otherwise."""

_NOWHERE: Where = MappingProxyType({})


def examine(
    layer: Mapping[str, Any] | None = None,
    *,
    where: Where = _NOWHERE,
    offline: bool = False,
    local: bool = False,
    timeout: float = TIMEOUT_S,
    front_end: str = "",
    paint: str = "",
) -> Report:
    """Look at Python, packages, settings and keys, try the emulator, and ask services for their lists of models.

    Args:
        layer: Settings of the magics.
        where: One service to ask in place of every one whose key is found (provider, face, base_url, region).
        offline: Ask nobody outside this process.
        local: Look for model servers on their usual ports of this computer.
        timeout: Seconds that each question may take.
        front_end: What shows the outputs, where the caller knows.
        paint: How replies are painted there.

    Raises:
        ConfigError: The time limit is none.
    """
    limits = replace(limits_of(Choice(timeout=timeout)), retries=0, retry_wait=0.0)
    findings = [*machine(front_end, paint), *settings_read(layer), *keys_found(), *emulator_tried()]
    if not offline:
        findings += services_asked(layer, where, limits)
        findings += on_this_computer(limits) if local else ()
    return Report(tuple(findings))
