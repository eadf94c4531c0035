"""What is built from the repository is the whole package and nothing else."""

from __future__ import annotations

import os
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import minimax_nb
from tests.support.environment import ROOT
from tests.support.source import PACKAGE


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The ``[project]`` table."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built in this process by the project's own build backend, without a network."""
    from hatchling import build

    folder = tmp_path_factory.mktemp("wheel")
    here = Path.cwd()
    os.chdir(ROOT)  # where a build front end calls the backend
    try:
        name = build.build_wheel(str(folder))
    finally:
        os.chdir(here)
    return zipfile.ZipFile(folder / name)


def metadata(wheel: zipfile.ZipFile, file: str) -> str:
    """A file of the wheel's metadata."""
    name = next(name for name in wheel.namelist() if name.endswith(f".dist-info/{file}"))
    return wheel.read(name).decode()


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == here
    assert {"minimax_nb/py.typed", "minimax_nb/catalog/providers.toml", "minimax_nb/catalog/models.toml"} <= packed


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert sum(entry.compress_size for entry in wheel.infolist()) < 1_000_000, "to download"
    assert sum(entry.file_size for entry in wheel.infolist()) < 2_600_000, "on the disk, panels included"


def test_the_wheel_carries_the_licence_and_the_readme(wheel: zipfile.ZipFile) -> None:
    assert metadata(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert (ROOT / "README.md").read_text(encoding="utf-8").strip() in metadata(wheel, "METADATA")


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    assert "minimax-nb = minimax_nb.cli:main" in metadata(wheel, "entry_points.txt")


def test_the_version_is_one(project: dict[str, Any], wheel: zipfile.ZipFile) -> None:
    assert minimax_nb.__version__ == project["version"]
    assert f"\nVersion: {project['version']}\n" in metadata(wheel, "METADATA")


def test_this_python_is_one_that_is_promised(project: dict[str, Any]) -> None:
    promised = {
        tuple(map(int, match.groups()))
        for classifier in project["classifiers"]
        if (match := re.fullmatch(r"Programming Language :: Python :: (\d+)\.(\d+)", classifier))
    }
    assert project["requires-python"] == f">={'.'.join(map(str, min(promised)))}"
    assert sys.version_info[:2] in promised


def test_every_requirement_has_a_lower_bound(project: dict[str, Any]) -> None:
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    assert [one for group in groups for one in group if ">=" not in one and not one.startswith("minimax-nb")] == []


def test_a_reader_needs_the_lab_extra_and_no_more(project: dict[str, Any]) -> None:
    lab = {re.split(r"[<>=\[]", one)[0] for one in project["optional-dependencies"]["lab"]}
    assert {"jupyterlab", "ipykernel"} <= lab
    assert not {"pytest", "playwright", "mypy", "ruff"} & lab
