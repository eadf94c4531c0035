"""The SDK code in ``from_the_openai_sdk.ipynb`` is honest: it runs, and says what the cell below it says."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import PIL.Image
import pytest

import minimax_nb
from minimax_nb import Chat
from minimax_nb.emulator import Server, serve
from tests.support.notebooks import FOLDER, Json

NOTEBOOK = FOLDER / "from_the_openai_sdk.ipynb"
SERVICE = "https://api.minimax.io"
SAME_ANSWER = ("One question", "Streaming", "A list of messages", "Pictures", "Tools", "Async")
"""Sections whose SDK code prints the answer that the next cell prints."""

FAULTS = {
    "the key is refused": "1004",
    "no credit is left": "1008",
    "too many calls": "1002",
    "the plan's window is used up": "2056",
    "the same, told with status 200": "2056-200",
    "the service is busy": "529",
    "a parameter is not taken": "2013",
    "the prompt is refused for its content": "1026",
    "the connection is cut": "cut",
}


def sections() -> Iterator[tuple[str, list[str], str]]:
    """Title, SDK blocks and the output of the next code cell, of every Markdown cell with code in it."""
    cells: list[Json] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    title = ""
    for at, cell in enumerate(cells):
        text = "".join(cell["source"])
        title = (
            (re.findall(r"^## (.+)$", text, re.MULTILINE) or [title])[0] if cell["cell_type"] == "markdown" else title
        )
        blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if cell["cell_type"] == "markdown" and blocks:
            printed = "".join("".join(output.get("text", "")) for output in cells[at + 1].get("outputs", ()))
            yield title, blocks, printed


def run(source: str, names: dict[str, Any]) -> str:
    """What a block prints. It may await at its top level, as a cell may."""
    code = compile(source, "SDK code", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        waiting = eval(code, names)
        if inspect.iscoroutine(waiting):
            asyncio.run(waiting)
    return said.getvalue()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(delay_ms=0) as running:
        yield running


def test_every_block_runs_and_says_what_the_cell_below_says(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    chart = PIL.Image.new("RGB", (320, 200), "white")
    chart.paste("navy", (40, 60, 120, 200))
    chart.paste("orange", (180, 20, 260, 200))
    chart.save("chart.png")
    names: dict[str, Any] = {"__name__": "__main__"}
    same = set()
    for title, blocks, printed in sections():
        for block in blocks:
            said = run(block.replace(SERVICE, server.url), names)
            assert said.strip() or title in {"The client", "Another server"}, block
            if title in SAME_ANSWER:
                assert said.split("\n\n")[0].strip() == printed.split("\n\n")[0].strip(), title
                same.add(title)
    assert same == set(SAME_ANSWER)


def test_there_is_sdk_code_for_both_and_none_of_it_holds_a_key() -> None:
    blocks = [block for _, blocks, _ in sections() for block in blocks]
    assert len(blocks) >= 15
    assert {name for name in ("openai", "anthropic") for block in blocks if f"from {name} import" in block} == {
        "openai",
        "anthropic",
    }
    assert not [block for block in blocks if re.search(r"api_key=(?!os\.environ|\"none-needed\")", block)]


def test_the_table_of_errors_is_right(server: Server) -> None:
    text = "\n".join("".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])
    _, *rows = re.findall(r"^\| ([^|`]+?) \| `(\w+)`[^|]* \| `(\w+)`[^|]* \| `(\w+)` \|$", text, re.MULTILINE)
    assert [row[0] for row in rows] == list(FAULTS)
    for what, in_openai, in_anthropic, ours in rows:
        prompt = f"/emulate fault={FAULTS[what]}\nHello!"
        for face, expected in (("openai", in_openai), ("anthropic", in_anthropic)):
            assert type(sdk_error(server, face, prompt)).__name__ == expected, what
            with pytest.raises(getattr(minimax_nb, ours)) as raised:
                Chat("MiniMax-M3", provider="emulator", face=face, retries=0).ask(prompt)
            assert type(raised.value).__name__ == ours


def sdk_error(server: Server, face: str, prompt: str) -> BaseException:
    """What an SDK's user meets, retries left aside."""
    key: dict[str, Any] = {"api_key": "test-key-for-nobody", "max_retries": 0}
    asked: dict[str, Any] = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": prompt}]}
    client, messenger = (
        openai.OpenAI(base_url=server.openai_url, **key),
        anthropic.Anthropic(base_url=server.anthropic_url, **key),
    )
    with pytest.raises((openai.APIError, anthropic.APIError, TypeError)) as raised:  # noqa: PT012 - the one call or the other
        if face == "openai":
            client.chat.completions.create(**asked).choices[0]
        else:
            messenger.messages.create(max_tokens=500, **asked).content[0]
    return raised.value


def test_the_notebook_needs_no_sdk() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert not re.search(r"^\s*(import|from) (openai|anthropic)", code, re.MULTILINE)
    assert Path(NOTEBOOK).stat().st_size < 200_000
