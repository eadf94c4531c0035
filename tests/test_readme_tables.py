"""The README's tables of abilities say what the catalog says."""

from __future__ import annotations

import pytest

from tests.support import abilities
from tests.support.environment import ROOT


@pytest.mark.parametrize("write", [abilities.models, abilities.providers], ids=["models", "providers"])
def test_the_readme_has_the_catalogs_table(write) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert write() in readme, "python -m tests.support.abilities prints the tables as they are now"
