"""The reading of imports that the architecture's rules stand on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.environment import ROOT
from tests.support.source import Module, computed_imports, cycle, imports, modules, own_imports, undocumented


def module(text: str, name: str = "minimax_nb.messages.made_up") -> Module:
    path = ROOT / Path(*name.split(".")).with_suffix(".py")
    return Module(name, path, ast.parse(text), len(text.splitlines()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import minimax_nb.errors", "minimax_nb.errors"),
        ("import minimax_nb.errors as e", "minimax_nb.errors"),
        ("from minimax_nb.errors import WireError", "minimax_nb.errors"),
        ("from minimax_nb.messages import parts", "minimax_nb.messages.parts"),
        ("from minimax_nb import errors", "minimax_nb.errors"),
        ("from minimax_nb import Chat", "minimax_nb"),
        ("from . import parts", "minimax_nb.messages.parts"),
        ("from .parts import Text", "minimax_nb.messages.parts"),
        ("from ..errors import WireError", "minimax_nb.errors"),
        ("def f():\n    from minimax_nb.secrets import Secret", "minimax_nb.secrets"),
        ("if TYPE_CHECKING:\n    from minimax_nb.secrets import Secret", "minimax_nb.secrets"),
        ("importlib.import_module('minimax_nb.secrets')", "minimax_nb.secrets"),
    ],
)
def test_every_way_to_import_is_seen(text: str, found: str) -> None:
    assert own_imports(module(text)) == {found}


def test_other_peoples_modules_are_kept_by_their_whole_names() -> None:
    assert imports(module("import os.path\nfrom httpx import Client")) == {"os.path", "httpx"}


def test_a_computed_import_is_seen() -> None:
    assert computed_imports(module("x = 'a'\nimport_module(x)\nimport_module('a')")) == [2]


def test_a_way_round_is_found_and_named() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_missing_docstrings_are_named() -> None:
    text = '"""Here."""\nclass A:\n    def f(self): ...\n    def _g(self): ...\ndef h():\n    """There."""\n'
    assert sorted(undocumented(module(text))) == ["A (line 2)", "A.f (line 3)"]
    assert undocumented(module("x = 1")) == ["(module)"]


def test_the_whole_package_is_read() -> None:
    assert {"minimax_nb", "minimax_nb.errors", "minimax_nb.messages.reply"} <= set(modules())
