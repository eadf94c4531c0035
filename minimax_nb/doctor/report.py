"""What the doctor found, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from minimax_nb.messages.shown import Shown


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``fine`` is False where something needs a look."""

    subject: str
    state: str
    fine: bool = True


@dataclass(frozen=True, slots=True)
class Report(Shown):
    """What the doctor found."""

    findings: tuple[Finding, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing needs a look."""
        return all(finding.fine for finding in self.findings)
