"""So that ``pytest --nbval notebooks/`` compares what a reader sees: the fold of display updates is the tests' own."""

from tests.conftest import pytest_configure

__all__ = ["pytest_configure"]
