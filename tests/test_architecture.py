"""The shape of the package: floors, who may import what, sizes, docstrings, public names, dependencies."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import minimax_nb
from tests.support.environment import ROOT
from tests.support.source import (
    NAME,
    PACKAGE,
    computed_imports,
    cycle,
    foreign_imports,
    functions,
    modules,
    own_imports,
    undocumented,
)

FLOORS = [
    *(
        "errors",
        "secrets",
        "messages",
        "catalog",
        "prompt",
        "wire",
        "emulator",
        "transport",
        "cassette",
        "tools",
        "structured",
        "chat",
    ),
    *("doctor", "display", "magics", "panels", "cli", "__main__", "__init__"),
]
"""Bottom first: a file imports from floors below its own, and from its own."""

PUBLIC_NAMES = [
    *("AsyncStream", "AuthError", "BalanceError", "BudgetError", "CassetteError", "Chat", "ConfigError"),
    *("ContentFilterError", "ContextLengthError", "InvalidRequestError", "MiniMaxError", "OverloadedError"),
    *("PlanLimitError", "RateLimitError", "Reply", "RequestError", "ServiceError", "Stream", "Timing", "TokenCount"),
    *("ToolCall", "ToolError", "TransportError", "UnknownModelError", "Usage", "WireError", "register", "show"),
    *("Image", "Video", "Budget", "Preset", "Scene", "SchemaError", "tool", "quote"),
]
"""Every name that ``from minimax_nb import *`` gives; a change here is a change of what users type."""

DEPENDENCIES = {"httpx", "ipython", "pillow", "platformdirs", "pydantic", "python-dotenv", "tenacity"}
"""What everybody who installs the package installs too."""

MODULE_OF = {"pillow": "pil"}
"""Where the imported name is not the installed one, in small letters."""

TOP_LEVEL = {"pyproject.toml", "minimax_nb", "notebooks", "tests", "binder", "README.md", "LICENSE"}
HIDDEN_TOP_LEVEL = {".ci", ".gitattributes", ".gitignore"}

FILE_LINES, FUNCTION_LINES = 350, 60
NEVER = {"requests", "openai", "anthropic", "urllib3", "aiohttp"}
PURE_DISPLAY = {"render", "safe", "blocks", "receipt", "gallery", "thumbs"}
APART = {
    "chat": {"display"},
    "magics": {"transport", "wire", "panels"},
    "panels": {"transport", "wire", "magics"},
}


def test_every_file_stands_on_a_floor_of_the_design() -> None:
    assert [module.place for module in modules().values() if module.floor not in FLOORS] == []


def test_imports_go_only_to_lower_floors() -> None:
    wrong = [
        f"{module.place} imports {target}"
        for module in modules().values()
        for target in sorted(own_imports(module))
        if FLOORS.index(modules()[target].floor) > FLOORS.index(module.floor)
    ]
    assert wrong == []


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: own_imports(module) for name, module in modules().items()}
    assert cycle(graph) == []


def test_a_part_of_a_package_does_not_import_the_whole() -> None:
    packages = {name for name, module in modules().items() if module.path.name == "__init__.py"} - {NAME}
    wrong = [
        f"{module.place} imports {package}"
        for module in modules().values()
        for package in sorted(own_imports(module) & packages)
        if module.name.startswith(f"{package}.") and not module.name.endswith(".__main__")
    ]
    assert wrong == []


def test_an_import_names_what_it_imports() -> None:
    """An import by a computed name would hide the floors; the package's own table of public names is checked below."""
    wrong = [f"{module.place}:{line}" for module in modules().values() for line in computed_imports(module)]
    assert [place for place in wrong if not place.startswith(f"{NAME}/__init__.py:")] == []


def test_only_the_transport_talks_http() -> None:
    wrong = [
        module.place
        for module in modules().values()
        if module.floor != "transport" and {"httpx", "httpcore"} & foreign_imports(module)
    ]
    assert wrong == []


def test_the_kit_wraps_no_vendors_sdk() -> None:
    assert [module.place for module in modules().values() if NEVER & foreign_imports(module)] == []


def test_each_floor_keeps_to_its_side() -> None:
    wrong = [
        f"{module.place} imports {target}"
        for module in modules().values()
        for target in sorted(own_imports(module))
        if modules()[target].floor in APART.get(module.floor, ())
    ]
    assert wrong == []


def test_rendering_needs_no_notebook() -> None:
    pending = [f"{NAME}.display.{name}" for name in PURE_DISPLAY if f"{NAME}.display.{name}" in modules()]
    assert f"{NAME}.display.render" in pending
    seen: set[str] = {NAME}
    while pending:
        module = modules()[pending.pop()]
        if module.name in seen:
            continue
        seen.add(module.name)
        notebook = {"IPython", "ipywidgets", "ipykernel", "anywidget", "traitlets"} & foreign_imports(module)
        assert not notebook, f"{module.place}: rendering is pure, but it imports {notebook}"
        pending += own_imports(module)


def test_files_are_short() -> None:
    assert [f"{m.place}: {m.lines} lines" for m in modules().values() if m.lines > FILE_LINES] == []


def test_functions_are_short() -> None:
    long = [
        f"{module.place}:{function.lineno} {function.name}: {lines} lines"
        for module in modules().values()
        for function in functions(module)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_every_function_says_what_it_returns() -> None:
    silent = [
        f"{module.place}:{function.lineno} {function.name}"
        for module in modules().values()
        for function in functions(module)
        if function.returns is None
    ]
    assert silent == []


def test_everything_public_is_documented() -> None:
    assert [f"{m.place}: {name}" for m in modules().values() for name in undocumented(m)] == []


def test_nothing_is_left_for_later() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [m.place for m in modules().values() if pattern.search(m.path.read_text(encoding="utf-8"))] == []


def test_the_public_names_are_these_and_all_are_there() -> None:
    assert sorted(minimax_nb.__all__) == sorted(PUBLIC_NAMES)
    for name in PUBLIC_NAMES:
        assert getattr(minimax_nb, name) is not None
    assert set(PUBLIC_NAMES) <= set(dir(minimax_nb))
    with pytest.raises(AttributeError, match="no_such_name"):
        minimax_nb.no_such_name  # noqa: B018 - the look-up is the test


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_type_checkers_see_the_same_public_names() -> None:
    for_types = {
        alias.asname or alias.name
        for node in ast.walk(modules()[NAME].tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{NAME}.")
        for alias in node.names
    }
    assert set(PUBLIC_NAMES) <= for_types


def test_the_dependencies_are_these_and_all_are_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert named == DEPENDENCIES
    imported = {name.lower() for module in modules().values() for name in foreign_imports(module)}
    assert {MODULE_OF.get(name, name.removeprefix("python-")) for name in DEPENDENCIES} <= imported


def test_the_top_level_is_the_designs() -> None:
    git = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)
    entries = {Path(line).parts[0] for line in listed.stdout.splitlines()}
    assert entries <= TOP_LEVEL | HIDDEN_TOP_LEVEL
    assert entries >= {"pyproject.toml", "minimax_nb", "notebooks", "tests", "README.md", "LICENSE"}
