"""Answers about what a prompt carries: the traceback, the table or the source that was filled into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from minimax_nb.emulator.evidence import Grid, Trace, find_grid, find_source, find_trace
from minimax_nb.emulator.topic import Topic, block, code, plural, quote, receipt

_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NUMBERS_ZH = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ASKED_CELL = re.compile(r"\nThe cell:\n\n(`{3,})python\n(.*?)\n\1(?:\n|\Z)", re.DOTALL)
"""The failing cell, as ``%minimax_fix`` sends it."""

_WANTED = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?:\w+\s+)?(?:bullets?|points?|items?|sentences?|steps?|lines?)\b"
    rf"|(\d{{1,2}}|[{''.join(_NUMBERS_ZH)}])\s*(?:个要点|条|点)",
    re.IGNORECASE,
)


def wanted_number(prompt: str) -> int | None:
    """How many bullets the prompt asks for, or None."""
    match = _WANTED.search(prompt)
    if match is None:
        return None
    word = (match[1] or match[2]).lower()
    return int(word) if word.isdigit() else _NUMBERS.get(word) or _NUMBERS_ZH.get(word)


def explain_trace(topic: Topic) -> str:
    """Name the exception and the line it came from, and say where to look."""
    trace = find_trace(topic.prompt)
    if trace is None:
        return receipt(topic)
    kind, last = code(trace.kind), block(trace.last)
    said = topic.say(f"The traceback you sent ends with **{kind}**:", f"你发来的回溯以 **{kind}** 结束：")
    where = code(trace.where) if trace.where else topic.say("a place that is not shown", "未显示的位置")
    look = topic.say(f"It was raised at {where}", f"它发生在 {where}")
    cell = _ASKED_CELL.search(topic.prompt)
    if trace.line:  # where a mended cell is given below, that is the reply's Python
        look += topic.say(", by this line:", "，由这一行引起：") + f"\n\n{block(trace.line, '' if cell else 'python')}"
    else:
        look += topic.say("; the line itself is not in the prompt.", "，但提问里没有那一行。")
    if cell is not None:
        catch = topic.say(
            "I am a script, so this cell only catches it; a model would mend the cause:",
            "我只是脚本，所以下面的单元格只是捕获它；真正的模型会修正原因：",
        )
        return (
            f"{said}\n\n{last}\n\n{look}\n\n{catch}\n\n{block(_catching(cell[2], trace), 'python')}\n\n{receipt(topic)}"
        )
    check = topic.say(
        f"Check that line first: print the values it uses, and compare them with what the message says"
        f"{f' ({code(trace.message)})' if trace.message else ''}. I am a script, so I only read the traceback; a model "
        "would go on to mend the code.",
        "先检查这一行：打印它用到的值，再和错误信息对照。我只是脚本，只会读回溯；真正的模型会接着改代码。",
    )
    return f"{said}\n\n{last}\n\n{look}\n\n{check}\n\n{receipt(topic)}"


def _catching(cell: str, trace: Trace) -> str:
    """The cell with the failing line in a try block; all of it where the line is not found or goes on."""
    lines = cell.split("\n")
    at = next((at for at, line in enumerate(lines) if trace.line and line.strip() == trace.line), None)
    whole = at is None or trace.line.endswith((":", "(", "[", "{", ",", "\\"))
    first, end = (0, len(lines)) if at is None or whole else (at, at + 1)
    lead = "" if whole else lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    kind = trace.kind if trace.kind.isidentifier() else "Exception"
    inside = [f"    {line}" if line.strip() else line for line in lines[first:end]]
    caught = [f"{lead}except {kind} as error:", f"{lead}    print(error)"]
    return "\n".join([*lines[:first], f"{lead}try:", *inside, *caught, *lines[end:]])


def _numbers(cells: Sequence[str]) -> list[float] | None:
    """The cells as numbers, or None if one is none."""
    try:
        return [float(cell.replace(",", "")) for cell in cells if cell]
    except ValueError:
        return None


def _column(topic: Topic, grid: Grid, at: int) -> str:
    cells = [row[at] for row in grid.rows if at < len(row)]
    name = code(grid.columns[at])
    numbers = _numbers(cells)
    if numbers:
        least, most = f"{min(numbers):g}", f"{max(numbers):g}"
        return topic.say(f"{name} holds numbers from {least} to {most}", f"{name} 是从 {least} 到 {most} 的数")
    if not cells:
        return topic.say(f"{name} has no rows here", f"{name} 没有数据行")
    different = len(set(cells))
    return topic.say(
        f"{name} holds {plural(different, 'different value')}, the first is {quote(cells[0], 40)}",
        f"{name} 有 {different} 个不同的值，第一个是 {quote(cells[0], 40)}",
    )


def describe_grid(topic: Topic) -> str:
    """Count the rows and columns of the table in the prompt and name the columns."""
    grid = find_grid(topic.prompt)
    if grid is None:
        return receipt(topic)
    named = [at for at, name in enumerate(grid.columns) if name]  # a column without a name holds the row labels
    names = ", ".join(code(grid.columns[at]) for at in named)
    rows, columns, shown = plural(grid.all_rows, "row"), plural(len(named), "column"), len(grid.rows)
    said = topic.say(
        f"The table in your prompt has **{rows}** and **{columns}**.",
        f"你的表格有 **{grid.all_rows} 行**、**{len(named)} 列**。",
    )
    if shown < grid.all_rows:
        said += topic.say(f" {shown:,} of the rows are shown.", f"其中显示了 {shown} 行。")
    lines = [
        topic.say(f"The columns are {names}", f"列名：{names}"),
        *(_column(topic, grid, at) for at in named),
    ]
    wanted = wanted_number(topic.prompt) or 6
    bullets = "\n".join(f"- {line}." for line in lines[:wanted])
    return f"{said}\n\n{bullets}\n\n{receipt(topic)}"


def describe_source(topic: Topic) -> str:
    """Name the function or class in the prompt, its parameters and its length."""
    source = find_source(topic.prompt)
    if source is None:
        return receipt(topic)
    what = topic.say("function" if source.kind == "def" else "class", "函数" if source.kind == "def" else "类")
    names = ", ".join(code(name) for name in source.parameters) or topic.say("none", "无")
    said = topic.say(
        f"You sent the Python {what} **{code(source.name)}**, {plural(source.lines, 'line')} long.",
        f"你发来 Python {what} **{code(source.name)}**，共 {source.lines} 行。",
    )
    then = topic.say(
        f"- Its parameters: {names}.\n- I am a script and neither run nor judge code; a model would explain it.",
        f"- 参数：{names}。\n- 我只是脚本，不运行也不评价代码；真正的模型会解释它的作用。",
    )
    return f"{said}\n\n{then}\n\n{receipt(topic)}"
