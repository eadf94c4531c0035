"""Whether the browser tests really ran: ``python -m tests.support.no_skips REPORT.xml`` reads pytest's JUnit report."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

FOLDER = "tests.browser"


def complaints(report: str) -> list[str]:
    """What is wrong with a run, by its report: no browser test in it, or one that was skipped."""
    cases = [case for case in ET.fromstring(report).iter("testcase") if case.get("classname", "").startswith(FOLDER)]
    skipped = [f"{case.get('classname')}::{case.get('name')}" for case in cases if case.find("skipped") is not None]
    if not cases:
        return [f"no test of {FOLDER} was run"]
    return [f"skipped: {name}" for name in skipped]


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    path = Path(sys.argv[1])
    found = complaints(path.read_text(encoding="utf-8")) if path.exists() else ["the tests left no report"]
    print("\n".join(found) or "no browser test was skipped")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
