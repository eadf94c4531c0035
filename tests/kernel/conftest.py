"""Kernels for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.kernel import Kernel


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """A fresh kernel; what it starts with is IPython alone. It must not try to leave this computer."""
    with Kernel() as fresh:
        yield fresh
        assert fresh.refused() == []
