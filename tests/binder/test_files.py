"""What binder/ says, and what Binder's own program makes of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from functools import cache

import pytest

from tests.support.environment import ROOT

BINDER = ROOT / "binder"


def test_the_folder_holds_these_files_and_its_scripts_can_be_run() -> None:
    assert sorted(path.name for path in BINDER.iterdir()) == ["postBuild", "requirements.txt", "runtime.txt", "start"]
    for name in ("postBuild", "start"):
        text = (BINDER / name).read_text(encoding="utf-8")
        assert text.startswith("#!/bin/bash\n")
        assert "\nset -euo pipefail\n" in text
        assert "\r" not in text
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "--stage", f"binder/{name}"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert not listed.stdout or listed.stdout.startswith("100755")
        assert os.access(BINDER / name, os.X_OK) or sys.platform == "win32"
    assert (BINDER / "start").read_text(encoding="utf-8").rstrip().endswith('exec "$@"')


def test_everything_the_notebooks_need_is_pinned() -> None:
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted[0] == ".[lab]"
    pins = {}
    for line in wanted[1:]:
        name, _, version = line.partition("==")
        assert re.fullmatch(r"\d+(\.\d+)+", version), line
        pins[_flat(name)] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    assert {_flat(re.split(r"[<>=!~\[; ]", one)[0]) for one in needed} <= set(pins)


def _flat(name: str) -> str:
    return name.lower().replace("_", "-")


@cache
def _dockerfile() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def test_repo2docker_takes_the_folder_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from repo2docker.app import Repo2Docker
    from repo2docker.buildpacks import PythonBuildPack

    monkeypatch.chdir(ROOT)
    pack = PythonBuildPack(base_image=Repo2Docker.base_image.default_value)
    assert pack.detect()
    assert pack.binder_dir == "binder"
    assert pack.python_version == (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")


def test_repo2docker_installs_the_requirements_after_it_has_copied_the_repository() -> None:
    text = _dockerfile()
    copied = text.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    installed = text.index('pip install --no-cache-dir -r "binder/requirements.txt"')
    built = text.index("RUN ./binder/postBuild")
    assert copied < installed < built, "a local path can be installed only once the files are there"
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in text
