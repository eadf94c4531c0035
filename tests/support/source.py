"""The package's source as a graph: which module imports which, read from the syntax and never executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.environment import ROOT

PACKAGE = ROOT / "minimax_nb"
NAME = "minimax_nb"


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the package.

    Attributes:
        name: Its dotted name.
        path: Its file.
        tree: Its syntax.
        lines: How many lines it has.
    """

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def floor(self) -> str:
        """The first name below the package: "wire" for ``minimax_nb.wire.sse``; "__init__" for the package itself."""
        return self.name.split(".")[1] if "." in self.name else "__init__"

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return self.path.relative_to(ROOT).as_posix()


@cache
def modules() -> dict[str, Module]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(text), len(text.splitlines()))
    return found


def imports(module: Module) -> set[str]:
    """The dotted names a module imports, anywhere in it: at the top, in functions, for types only, by string.

    ``from a import b`` counts as ``a.b`` where that is a module of the package, else as ``a``.
    """
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= set(_from(module, node))
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            found |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return found


def computed_imports(module: Module) -> list[int]:
    """Lines where a module imports something whose name stands nowhere in the source."""
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and _called(node) in {"import_module", "__import__"}
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]


def own_imports(module: Module) -> set[str]:
    """The modules of the package that a module imports, itself left out."""
    return {_nearest(name) for name in imports(module) if name.split(".")[0] == NAME} - {module.name}


def foreign_imports(module: Module) -> set[str]:
    """The top-level names of everything else that a module imports."""
    return {name.split(".")[0] for name in imports(module)} - {NAME}


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module, nested ones included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def undocumented(module: Module) -> list[str]:
    """Public things of a module without a docstring: itself, classes, functions, methods."""
    found = [] if ast.get_docstring(module.tree) else ["(module)"]
    pending: list[tuple[str, ast.AST]] = [("", node) for node in module.tree.body]
    while pending:
        within, node = pending.pop()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node) and not _is_overload(node):
                found.append(f"{within}{node.name} (line {node.lineno})")
            if isinstance(node, ast.ClassDef):
                pending += [(f"{within}{node.name}.", child) for child in node.body]
    return found


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """A way round in a graph of names, first name first and last, or an empty list."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            found = walk(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def _from(module: Module, node: ast.ImportFrom) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        package = module.name.split(".") if module.path.name == "__init__.py" else module.name.split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    for alias in node.names:
        whole = f"{base}.{alias.name}"
        yield whole if whole in modules() else base


def _nearest(name: str) -> str:
    """The module a dotted name lies in: ``minimax_nb.errors`` for ``minimax_nb.errors.WireError``."""
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_overload(node: ast.AST) -> bool:
    return any("overload" in ast.dump(decorator) for decorator in getattr(node, "decorator_list", ()))
