"""Notebook files totalled from their outputs: what counts, what does not, and files that are no notebooks."""

from __future__ import annotations

import json
import math
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.chat.notebook_usage import NotebookUsage, notebook_usage, notebooks_in
from minimax_nb.display import render
from minimax_nb.errors import ConfigError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.usage import Usage
from tests.support.environment import ROOT


def said(**changes: Any) -> dict[str, Any]:
    """The metadata of a reply, as the kit writes it."""
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3", prompt_sha256="0" * 64)
    reply.own_usage, reply.own_bill = Usage(100, 40, 0, 10, None), Bill(Decimal("0.0015"))
    reply.stop_reason = "end_turn"
    return reply.metadata("0.1.0") | changes


def output(metadata: object, kind: str = "display_data") -> dict[str, Any]:
    return {"output_type": kind, "data": {"text/plain": "A reply."}, "metadata": {"minimax_nb": metadata}}


def cell(*outputs: object) -> dict[str, Any]:
    return {"cell_type": "code", "source": "%%minimax\nhello", "metadata": {}, "outputs": list(outputs)}


def written(path: Path, *cells: object, **top: Any) -> Path:
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **top}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def used(tmp_path: Path):
    """What a notebook with these cells used."""

    def total(*cells: object) -> NotebookUsage:
        return notebook_usage(written(tmp_path / "n.ipynb", *cells))

    return total


def one(used, **changes: Any) -> NotebookUsage:
    return used(cell(output(said(**changes))))


# -- what counts ---------------------------------------------------------------------------------------------------


def test_every_reply_in_the_outputs_counts(used):
    found = used(
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        cell(output(said()), output(said(), "execute_result")),
        cell({"output_type": "stream", "name": "stdout", "text": "no reply"}),
        cell(output(said(model="MiniMax-M2.7", cost=None))),
    )
    first, second = found.lines
    assert (first.provider, first.model, first.replies) == ("minimax", "MiniMax-M3", 2)
    assert (first.input_tokens, first.cached_tokens, first.output_tokens, first.cost) == (
        200,
        80,
        20,
        Decimal("0.0030"),
    )
    assert (first.thinking_tokens, first.unknown["thinking_tokens"]) == (None, 2)
    assert (second.model, second.cost, second.unknown_cost) == ("MiniMax-M2.7", None, 1)
    assert (found.cells, found.repeated, found.unreadable) == (2, 0, 0)
    assert [entry.cell for entry in found.entries] == [2, 2, 4]


def test_what_the_kit_renders_is_what_is_read(tmp_path: Path):
    reply = Reply(provider="minimax", face="openai", asked_model="MiniMax-M3")
    reply.own_usage = Usage(1_000, 200, 0, 50, 20, 1_050, frozenset({"input_tokens"}))
    reply.own_bill = Bill(Decimal("1.23E-7"))
    reply.fail(KeyboardInterrupt(), "interrupted")
    data, metadata = render(reply)
    shown = {"output_type": "display_data", "data": data, "metadata": metadata}
    (entry,) = notebook_usage(written(tmp_path / "n.ipynb", cell(shown))).entries
    assert (entry.cost, entry.partial, entry.stop_reason, entry.face) == (reply.cost, True, "interrupted", "openai")
    assert entry.usage.to_dict() == reply.usage.to_dict()


def test_the_projects_own_notebooks_are_read():
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    found = notebook_usage(paths)
    assert found.files == tuple(map(str, paths))
    held = sum(path.read_text(encoding="utf-8").count('"prompt_sha256"') for path in paths)
    assert len(found.entries) + found.repeated == held > found.repeated  # a panel shows what a cell has said
    assert (found.total.unknown_cost, found.unreadable, found.version) == (0, 0, "0.1.0")
    asked = sum(entry.cost or 0 for entry in notebook_usage(ROOT / "notebooks" / "quickstart.ipynb").entries)
    assert asked == 0  # the emulator's price list in the notebook on cost is that notebook's own


def test_a_replayed_reply_cost_nothing(used):
    found = one(used, replayed=True, cost="5")
    assert (found.total.replayed, found.total.cost, found.total.input_tokens) == (1, Decimal(0), 0)


def test_a_partial_reply_counts_with_what_is_known(used):
    found = one(used, partial=True, stop_reason="error", usage={"input_tokens": 7}, cost=None)
    line = found.total
    assert (line.partial, line.input_tokens, line.output_tokens, line.cost) == (1, 7, None, None)


def test_estimates_stay_estimates(used):
    line = one(used, usage={"input_tokens": 7, "output_tokens": 2, "estimated": True}).total
    assert (line.estimated, line.estimates["input_tokens"], line.estimates["cached_tokens"]) == (1, 1, 0)


def test_a_reply_shown_or_copied_again_counts_once(used):
    copied = said(request_id="r1")
    found = used(cell(output(copied)), cell(output(copied)), cell(output(said(request_id="r2"))))
    assert (len(found.entries), found.repeated, found.total.cost) == (2, 1, Decimal("0.0030"))


def test_a_copied_notebook_counts_once_and_a_file_named_twice_is_read_once(tmp_path: Path):
    first = written(tmp_path / "a.ipynb", cell(output(said(request_id="r1"))))
    copy = written(tmp_path / "b.ipynb", cell(output(said(request_id="r1"))), cell(output(said())))
    found = notebook_usage([first, copy, str(first), tmp_path / "." / "a.ipynb"])
    assert found.files == (str(first), str(copy))
    assert [(dict(line.group)["file"], line.replies) for line in found.by("file")] == [(str(first), 1), (str(copy), 1)]
    assert found.repeated == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"request_id": None},
        {"request_id": "r1", "provider": "emulator"},
        {"request_id": "r1", "provider": "emulator:minimax"},
        {"request_id": "r1", "replayed": True},
    ],
)
def test_replies_that_only_look_alike_all_count(used, changes):
    found = used(cell(output(said(**changes))), cell(output(said(**changes))))
    assert (len(found.entries), found.repeated) == (2, 0)


def test_another_provider_or_prompt_is_another_reply(used):
    ids = {"request_id": "chatcmpl-7"}  # local servers number their replies from a small range
    found = used(cell(*(output(said(**ids, **more)) for more in ({}, {"provider": "local"}, {"prompt_sha256": "1"}))))
    assert len(found.entries) == 3


def test_the_earliest_version_is_told(used):
    versions = ("0.10.0", "unknown", "0.9.1", "1.0", 7, "9" * 400)
    assert used(cell(*(output(said(version=version)) for version in versions))).version == "0.9.1"
    assert one(used, version="unknown").version == "unknown"
    assert used().version == ""


def test_replies_are_grouped_by_cell_and_by_file(used):
    found = used(cell(output(said()), output(said())), cell(), cell(output(said(model="MiniMax-M2.7"))))
    assert [(dict(line.group)["cell"], line.model, line.replies) for line in found.by("cell")] == [
        (1, "MiniMax-M3", 2), (3, "MiniMax-M2.7", 1)
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="not grouped by 'chat'"):
        found.by("chat")


def test_it_is_a_dataframe_and_a_plot_as_well(used):
    found = used(cell(output(said()), output(said(cost=None))))
    assert found.to_pandas()["cost"].tolist() == [Decimal("0.0015"), None]
    assert found.plot("tokens").axes[0].get_xlabel() == "reply"


def test_it_is_plain_json_when_asked(used):
    told = json.loads(json.dumps(one(used).to_dict()))
    assert (told["cells"], told["total"]["cost"], told["lines"][0]["input_tokens"]) == (1, "0.0015", 100)
    by_cell = one(used).to_dict("cell", "provider", "model")
    assert by_cell["lines"][0]["group"] == {"cell": 1, "provider": "minimax", "model": "MiniMax-M3"}


# -- values that are not what they should be -----------------------------------------------------------------------

NO_COUNTS = [-1, 10**30, 1.5, "100", True, [1], {"n": 1}, math.nan, math.inf, "1e3", 2**63]
NO_COSTS = [
    0.25,
    1,
    -1,
    "-0.1",
    "NaN",
    "Infinity",
    "1e400",
    "1E+12",
    "0x10",
    "1_000",
    " 1",
    "１",
    "",
    "free",
    [],
    {},
    True,
]


@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens", "cached_tokens", "thinking_tokens"])
def test_a_count_that_is_none_is_unknown(used, name, value):
    found = one(used, usage={"input_tokens": 100, "output_tokens": 10} | {name: value})
    assert (getattr(found.total, name), found.total.unknown[name], found.unreadable) == (None, 1, 1)


@pytest.mark.parametrize("value", NO_COSTS, ids=repr)
def test_a_cost_that_is_none_is_unknown(used, value):
    found = one(used, cost=value)
    assert (found.total.cost, found.total.unknown_cost, found.unreadable) == (None, 1, 1)


def test_a_part_larger_than_its_whole_is_unknown(used):
    found = one(used, usage={"input_tokens": 5, "cached_tokens": 6, "output_tokens": 2, "thinking_tokens": 3})
    assert (found.total.cached_tokens, found.total.thinking_tokens, found.unreadable) == (None, None, 2)


@pytest.mark.parametrize("usage", [[], "junk", 7, {"input_tokens": {"deep": [[[]]]}}])
def test_a_usage_that_is_none_is_unknown(used, usage):
    found = one(used, usage=usage)
    assert (found.total.input_tokens, found.unreadable, found.total.cost) == (None, 1, Decimal("0.0015"))


def test_replies_of_models_nobody_knows_are_not_added(used):
    found = used(cell(output(said(model=7)), output(said(model=None))))
    (line,) = found.lines
    assert (line.provider, line.model, line.mixed, line.input_tokens) == ("minimax", "", True, None)
    assert (line.cost, found.unreadable) == (Decimal("0.0030"), 1)


@pytest.mark.parametrize("junk", [None, 7, "text", [], [said()]])
def test_metadata_that_is_no_object_is_no_reply(used, junk):
    found = used(cell(output(junk), output(said())))
    assert (len(found.entries), found.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "broken",
    [
        7, None, [], {"outputs": 7}, {"outputs": {}}, {"outputs": [7, None, []]}, {"outputs": [{"metadata": []}]},
        {"outputs": [{"metadata": {"other": 1}}]}, {"outputs": [{}]},
    ],
)  # fmt: skip
def test_a_cell_that_is_none_hides_no_other(used, broken):
    assert len(used(broken, cell(output(said()))).entries) == 1


def test_names_that_no_terminal_or_file_could_take_are_made_harmless(used):
    found = one(used, model="\ud800\x1b[31mred\n| x |" + "m" * 10**5)
    (line,) = found.lines
    line.model.encode("utf-8")
    assert line.model.isprintable()
    assert len(line.model) <= 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([*said(), *said()["usage"], *said()["timing"]])


@settings(max_examples=150)
@given(
    changes=st.dictionaries(names, json_values, max_size=6),
    usage=st.dictionaries(names, json_values, max_size=4),
    timing=st.dictionaries(names, json_values, max_size=3),
)
def test_whatever_the_metadata_holds_there_is_a_total_and_a_table(tmp_path_factory, changes, usage, timing):
    path = tmp_path_factory.mktemp("junk") / "n.ipynb"
    metadata = said(usage=usage, timing=timing) | changes
    found = notebook_usage(written(path, cell(output(metadata)), cell(output(said(request_id="r2")))))
    assert len(found.entries) == 2
    assert found.total.cost is not None
    assert found.total.cost >= Decimal("0.0015")
    data, _ = render(found)
    data["text/plain"].encode("utf-8")
    data["text/markdown"].encode("utf-8")
    json.dumps(found.to_dict(), allow_nan=False)
    assert len(found.to_pandas()) == 2


# -- files that are no notebook ------------------------------------------------------------------------------------

GOOD = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell(output(said()))]}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"# A page\n", "is not JSON or was cut short"),
        (GOOD[:-20], "is not JSON or was cut short"),
        (GOOD + GOOD, "is not JSON or was cut short"),
        (b"[" * 200_000, "is not JSON or was cut short"),
        (GOOD.decode().encode("utf-16"), "is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "is not UTF-8 text"),
        (b"7", "is JSON, but it is no notebook"),
        (b"[]", "is JSON, but it is no notebook"),
        (b"{}", "is JSON, but it is no notebook"),
        (b'{"nbformat": 4}', "is JSON, but it is no notebook"),
        (b'{"nbformat": 4, "cells": {}}', "is JSON, but it is no notebook"),
        (b'{"nbformat": "4", "cells": []}', "is JSON, but it is no notebook"),
        (b'{"nbformat": true, "cells": []}', "is JSON, but it is no notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3; format 4 is read here. Open it in Jupyter"),
        (b'{"nbformat": 5, "cells": []}', "format 5; format 4 is read here"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path: Path, content, words):
    path = tmp_path / "odd.ipynb"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        notebook_usage(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_device_are_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="There is no file"):
        notebook_usage(tmp_path / "none.ipynb")
    with pytest.raises(ConfigError, match="is a folder, not a notebook"):
        notebook_usage(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.ipynb")
        with pytest.raises(ConfigError, match="no ordinary file"):
            notebook_usage(tmp_path / "pipe.ipynb")


@pytest.mark.parametrize("name", ["a\0b.ipynb", "~nobody-of-that-name/n.ipynb", "n" * 5_000])
def test_a_path_that_leads_nowhere_is_refused(name):
    with pytest.raises(ConfigError):
        notebook_usage(name)


def test_a_loop_of_links_is_refused(tmp_path: Path):
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    with pytest.raises(ConfigError):
        notebook_usage(tmp_path / "loop.ipynb")


def test_the_home_folder_can_be_written_short(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    written(tmp_path / "n.ipynb", cell(output(said())))
    assert len(notebook_usage("~/n.ipynb").entries) == 1


def test_a_folder_stands_for_the_notebooks_in_and_below_it(tmp_path: Path):
    (tmp_path / "deep" / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("b.ipynb", "deep/a.ipynb", "deep/.ipynb_checkpoints/a-checkpoint.ipynb"):
        written(tmp_path / name, cell(output(said())))
    (tmp_path / "notes.txt").write_text("no notebook")
    assert notebooks_in(tmp_path) == (tmp_path / "b.ipynb", tmp_path / "deep" / "a.ipynb")
    assert notebooks_in(tmp_path / "b.ipynb") == (tmp_path / "b.ipynb",)
    (tmp_path / "bare").mkdir()
    with pytest.raises(ConfigError, match="holds no notebook"):
        notebooks_in(tmp_path / "bare")


def test_twice_the_replies_are_twice_the_work(tmp_path: Path):
    def calls(replies: int) -> int:
        path = written(tmp_path / "n.ipynb", *(cell(output(said(request_id=f"r{n}"))) for n in range(replies)))
        seen = []
        sys.setprofile(lambda frame, event, value: seen.append(event))
        try:
            found = notebook_usage(path)
        finally:
            sys.setprofile(None)
        assert len(found.entries) == replies
        return len(seen)

    assert calls(800) < 2.2 * calls(400)


# -- panels ----------------------------------------------------------------------------------------------------------


def panel(*replies: object) -> dict[str, Any]:
    return output({"panel": "chat", "digest": "0", "replies": list(replies)})


@pytest.mark.parametrize("provider", ["minimax", "emulator"])
def test_what_a_panel_shows_counts_once_wherever_it_stands(used, provider):
    first = said(provider=provider, request_id="r1")
    second = said(provider=provider, request_id="r2")
    assert len(used(cell(panel(first, second))).entries) == 2
    assert len(used(cell(panel(first, second)), cell(output(second)), cell(panel(first, second))).entries) == 2
    assert len(used(cell(output(first)), cell(panel(first))).entries) == 1


def test_equal_cells_of_the_emulator_still_count_each(used):
    reply = said(provider="emulator", request_id="r1")
    assert len(used(cell(output(reply)), cell(output(reply)), cell(panel(reply))).entries) == 2


def test_a_panel_without_replies_counts_nothing_and_what_is_no_reply_is_told(used):
    assert len(used(cell(output({"panel": "connect"}))).entries) == 0
    total = used(cell(panel("text", None, said(request_id="r1"))))
    assert len(total.entries) == 1
    assert total.unreadable == 2
