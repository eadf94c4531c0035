"""README.md keeps its word: every code block and every command in it is executed here, or is what .ci/run executes.

A block of a kind, or a command of a program, that is not known here fails: give it a way to be executed.
"""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from minimax_nb import Chat
from minimax_nb.catalog import load_catalog
from minimax_nb.magics import LINE_OPTIONS
from tests.support.environment import ROOT
from tests.support.kernel import Kernel
from tests.support.readme import Block, Command, blocks, commands, linked_files, read, spans

CELLS, SHELL, SETTINGS = {"python", "text"}, {"bash"}, {"toml"}
MARKED = ("lab-command", "test-command")
FOREIGN_FLAGS = {"--allow-root"}
"""Flags set as code that belong to other programs."""

AT_HAND = """
import IPython, matplotlib, pandas as pd, PIL.Image
matplotlib.use("agg")
import matplotlib.pyplot as plt
sales = pd.DataFrame({"city": ["Lisbon", "Oslo"], "units": [120, 75]})
df = sales
fig = plt.figure(figsize=(1, 1))
for name in ("before", "after", "plot", "cat", "chart"):
    PIL.Image.new("RGB", (40, 30), "orange").save(f"{name}.png")
import av
with av.open("clip.mp4", "w") as film:
    track = film.add_stream("mpeg4", rate=1)
    track.width, track.height = 64, 48
    for second in range(30):
        frame = av.VideoFrame.from_image(PIL.Image.new("RGB", (64, 48), (8 * second, 90, 90)))
        for packet in track.encode(frame):
            film.mux(packet)
    for packet in track.encode(None):
        film.mux(packet)
"""
"""What a reader would have: the files that are named, a table, a figure."""


def of_kind(*kinds: str) -> list[Block]:
    return [block for block in blocks(read()) if block.kind in kinds]


def test_every_block_is_of_a_kind_that_is_executed() -> None:
    unknown = [str(block) for block in blocks(read()) if block.kind not in CELLS | SHELL | SETTINGS]
    assert not unknown, f"No test executes blocks of this kind; tests/test_readme.py wants to know how: {unknown}"
    odd = [str(block) for block in of_kind("text") if not block.text.startswith("%")]
    assert not odd, f"A text block is a cell, so it begins with a magic: {odd}"


@pytest.mark.kernel
def test_every_cell_runs_in_one_notebook(tmp_path: Path) -> None:
    """And every magic that is named anywhere is one."""
    with Kernel(cwd=tmp_path) as kernel:
        ready = kernel.run(AT_HAND, timeout=120)
        assert ready.error is None, ready.text
        cells = of_kind(*CELLS)
        assert len(cells) > 3
        for block in cells:
            run = kernel.run(block.text, timeout=120)
            assert run.error is None, f"{block}\n{block.text}\n{run.text}"
        named = sorted({name for span in spans(read()) for name in re.findall(r"^%%?(\w+)", span)})
        assert "minimax" in named
        asked = kernel.run(f"[name for name in {named} if not get_ipython().find_magic(name)]")
        assert asked.text.strip() == "[]", f"There is no such magic: {asked.text}"
        assert kernel.refused() == []


# -- commands ----------------------------------------------------------------------------------------------------------


def test_the_two_commands_are_marked_and_are_what_is_run_elsewhere() -> None:
    """The test command is .ci/run's own; the lab command's parts are each run below."""
    marked = {block.mark: block for block in of_kind(*SHELL) if block.mark}
    assert sorted(marked) == sorted(MARKED)
    for block in marked.values():
        assert len(block.text.strip().splitlines()) == 1, f"{block}: one line to copy"
        assert next(commands(block)).words == ("python3", "-m", "venv", ".venv")
    *_, lab = commands(marked["lab-command"])
    assert lab.words[:2] == ("jupyter", "lab")
    assert (ROOT / lab.words[-1]).is_file()
    *_, tests = commands(marked["test-command"])
    assert tests.words == ("python", "-m", "tests")
    runner = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test-command -->" in runner
    assert 'bash -euo pipefail -c "$test_command"' in runner


def test_every_command_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    found = [command for block in of_kind(*SHELL) for command in commands(block)]
    assert len(found) > 5
    for command in found:
        if command.words[0]:  # else variables alone
            way(command)(command, tmp_path)


def way(command: Command) -> Callable[[Command, Path], None]:
    """How to execute it."""
    program, *rest = command.words
    if program in {"python", "python3"} and rest[:1] == ["-m"]:
        return MODULES.get(rest[1], _unknown)
    return PROGRAMS.get(program, _unknown)


def _unknown(command: Command, folder: Path) -> None:
    pytest.fail(f"{command}: no test executes this; tests/test_readme.py wants to know how.")


def _installs(command: Command, folder: Path) -> None:
    """Installing is .ci/run's part: what is asked for must exist."""
    wanted = [word for word in command.words[2:] if not word.startswith("-")]
    assert command.words[1] == "install", command
    assert wanted, command
    for requirement in wanted:
        name, _, extras = requirement.partition("[")
        assert name in {".", "minimax-nb"}, command
        assert set(filter(None, re.split(r"[,\]]", extras))) <= extras_there(), command


def extras_there() -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"])


def _runs(command: Command, folder: Path, *instead: str) -> None:
    """Run it, or the same program with other arguments where it would take all day."""
    done = subprocess.run(
        instead or real(command),
        cwd=folder,
        env={**os.environ, **command.variables, "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}{os.pathsep}{ROOT}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert done.stdout + done.stderr, f"{command} said nothing"


def real(command: Command) -> list[str]:
    """Its words, with this environment's programs for the README's."""
    program, *rest = command.words
    if program in {"python", "python3"}:
        return [sys.executable, *rest]
    return [str(Path(sys.executable).parent / program), *rest]


def _helps(command: Command, folder: Path) -> None:
    """A program that runs for long says what it would do."""
    _runs(command, folder, sys.executable, *command.words[1:3], "--help")


def _is_the_first_step(command: Command, folder: Path) -> None:
    assert command.words[2:] == ("venv", ".venv"), command
    assert importlib.util.find_spec("venv"), command


def _tests(command: Command, folder: Path) -> None:
    """Not once more inside itself, and no notebook of the repository is rewritten: what is named must exist."""
    assert importlib.util.find_spec(command.words[2]), command
    assert all((ROOT / word).exists() for word in command.words[3:] if not word.startswith("-")), command


def _fuzzes(command: Command, folder: Path) -> None:
    """Its own documentation names the same command; atheris need not be here."""
    module = importlib.util.find_spec(command.words[2])
    assert module is not None
    assert module.origin is not None
    assert " ".join(command.words) in Path(module.origin).read_text(encoding="utf-8")


def _jupyter(command: Command, folder: Path) -> None:
    """A front end is started and driven in tests/browser; here, it is there and knows the options. The rest is run."""
    if command.words[1] not in {"lab", "notebook"}:
        _runs(command, folder)
        return
    options = [word for word in command.words[2:] if word.startswith("-")]
    assert all((ROOT / word).is_file() for word in command.words[2:] if not word.startswith("-")), command
    _runs(command, folder, sys.executable, "-m", "jupyter", command.words[1], *options, "--version")


def _kit(command: Command, folder: Path) -> None:
    if command.words[1] == "emulator":
        _serves(command, folder)
    else:
        _runs(command, folder)


def _serves(command: Command, folder: Path) -> None:
    """A server answers at the port it names until it is interrupted; here at any free one."""
    words = [re.sub(r"^\d{4,5}$", "0", word) for word in real(command)]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        server.send_signal(signal.SIGINT)
        rest = server.stdout.read()
    assert "http://127.0.0.1:" in said, f"{command}\n{said}{rest}"
    assert server.returncode == 0, f"{command}\n{said}{rest}"


MODULES: dict[str, Callable[[Command, Path], None]] = {
    "venv": _is_the_first_step,
    "pytest": _tests,
    "tests": _tests,
    "minimax_nb.emulator": _serves,
    "papermill": _runs,
    "tests.bench": _helps,
    "tests.support.refresh": _tests,
    "tests.fuzz.target": _fuzzes,
}
PROGRAMS: dict[str, Callable[[Command, Path], None]] = {
    "pip": _installs,
    "jupyter": _jupyter,
    "minimax-nb": _kit,
    "papermill": _runs,
}


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_every_file_of_settings_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, block in enumerate(of_kind(*SETTINGS)):
        path = tmp_path / f"{number}.toml"
        path.write_text(block.text, encoding="utf-8")
        monkeypatch.setenv("MINIMAX_NB_CONFIG", str(path))
        settings = tomllib.loads(block.text)
        for name, row in settings.get("providers", {}).items():
            assert name in load_catalog(path).providers, block
            for key in row.get("keys", ()):
                monkeypatch.setenv(key, "test-key-for-nobody")
        if "provider" in settings.get("defaults", {}):
            assert Chat("any-model").provider == settings["defaults"]["provider"], block


def test_every_option_that_is_named_is_one() -> None:
    known = {flag for options in LINE_OPTIONS.values() for option in options for flag in option.flags} | FOREIGN_FLAGS
    known |= {flag for command in subcommands() for flag in re.findall(r"--?[a-z][\w-]*", helped(command))}
    named = {
        flag
        for span in spans(read())
        if re.match(r"-|%|minimax-nb ", span)
        for flag in re.findall(r"(?<!\S)--?[a-z][\w-]*", span)
    }
    assert len(named) > 10
    assert named <= known, f"There is no such option: {sorted(named - known)}"


def subcommands() -> list[str]:
    return re.findall(r"^    (\w+) ", helped(), re.MULTILINE)


def helped(*command: str) -> str:
    code = f"from minimax_nb.cli import main; main({[*command, '--help']!r})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_every_command_that_is_named_in_passing_is_there() -> None:
    there = subcommands()
    for span in spans(read()):
        if span.startswith("minimax-nb "):
            assert span.split()[1] in there, span
        elif module := re.match(r"(?:\.venv/bin/)?python3? -m ([\w.]+)", span):
            assert importlib.util.find_spec(module[1]), span
        elif extras := re.match(r'pip install "?(?:minimax-nb|\.)\[([\w,]+)\]', span):
            assert set(extras[1].split(",")) <= extras_there(), span
        elif re.fullmatch(r"minimax_nb(\.\w+)+", span):
            pkgutil.resolve_name(span)


def test_every_link_into_the_repository_leads_somewhere() -> None:
    files = linked_files(read())
    assert files
    assert [str(file) for file in files if not file.exists()] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("```python\nx = 1\n```\n", ["python"]),
        ("````markdown\n```python\n```\n````\n\n```text\n%%minimax\n```", ["markdown", "text"]),
        ("<!-- lab-command -->\n```bash\na && b\n```\n", ["bash"]),
    ],
)
def test_blocks_are_found(text: str, kinds: list[str]) -> None:
    assert [block.kind for block in blocks(text)] == kinds


def test_an_unknown_command_is_no_pass(tmp_path: Path) -> None:
    block = Block("bash", "A=1 .venv/bin/minimax-nb doctor && curl http://x  # a remark\nmake all\n", 1, "")
    first, second, third = commands(block)
    assert (first.words, first.variables) == (("minimax-nb", "doctor"), {"A": "1"})
    assert way(first) is _kit
    for command in (second, third):
        with pytest.raises(pytest.fail.Exception, match="no test executes this"):
            way(command)(command, tmp_path)
