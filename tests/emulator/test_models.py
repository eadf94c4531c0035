"""The emulator's models are those of the catalog, with the same limits."""

from __future__ import annotations

import pytest

from minimax_nb.catalog import load_catalog
from tests.emulator.asking import ANTHROPIC, OPENAI, ask, error_of, get, text_of, value_of

CATALOG = load_catalog()
KNOWN = sorted(CATALOG.providers["emulator"].models)


def row(name: str):
    return CATALOG.model(name, CATALOG.providers["emulator"].models[name])


@pytest.mark.parametrize("name", KNOWN)
def test_every_id_of_the_catalog_is_answered_on_both_protocols(name: str) -> None:
    for path in (OPENAI, ANTHROPIC):
        assert value_of(ask(path, model=name))["model"] == name


@pytest.mark.parametrize("name", [name for name in KNOWN if row(name).max_output])
def test_output_limits_are_the_catalogs(name: str) -> None:
    most = row(name).max_output
    assert ask(OPENAI, model=name, max_completion_tokens=most).status == 200
    assert error_of(ask(OPENAI, model=name, max_completion_tokens=most + 1))[2].endswith(f"> {most} (2013)")


@pytest.mark.parametrize("name", [name for name in KNOWN if row(name).thinking])
def test_who_thinks_is_the_catalogs(name: str) -> None:
    assert ("<think>" in text_of(ask(OPENAI, model=name))) is (row(name).thinking != "none")


@pytest.mark.parametrize("name", [name for name in KNOWN if (row(name).context or 0) in range(1, 300_000)])
def test_windows_are_the_catalogs(name: str) -> None:
    window = row(name).context
    assert ask(OPENAI, "word" * (window - 100), model=name).status == 200
    assert "context window" in error_of(ask(OPENAI, "word" * (window + 100), model=name))[2]


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("minimax", "/v1/models"),
        ("modelslab", "/modelslab/api/v7/llm/v1/models"),
        ("runapi", "/runapi/v1/models"),
        ("local", "/local/v1/models"),
    ],
)
def test_lists_are_the_catalogs(provider: str, path: str) -> None:
    assert {entry["id"] for entry in value_of(get(path))["data"]} == set(CATALOG.providers[provider].models)
