"""The cells that the kernel rows run: the kit's, and the floor's that reads everything and shows it once."""

from __future__ import annotations

METER = """
import time
_meter = {}
def _before(info):
    _meter["start"] = time.process_time()
def _after(result):
    _meter["used"] = time.process_time() - _meter["start"]
get_ipython().events.register("pre_run_cell", _before)
get_ipython().events.register("post_run_cell", _after)
"""
"""Measures the CPU of each cell inside the kernel, all its threads together."""

METERED = "print(_meter['used'])"
"""What the cell before this one used, in seconds."""

LOAD = "get_ipython().run_line_magic('load_ext', 'minimax_nb')"
IMPORT_HTTPX = "import httpx"

FLOOR = """
import json
from IPython.display import Markdown, display
client = httpx.Client(trust_env=False, timeout=60)
def read_all_show_once(url):
    pieces, rest = [], b""
    sent = {"model": "load-model", "stream": True, "messages": [{"role": "user", "content": "Go."}]}
    with client.stream("POST", url + "/chat/completions", json=sent) as answer:
        for data in answer.iter_bytes():
            *lines, rest = (rest + data).split(b"\\n")
            for line in lines:
                if line.startswith(b"data: {"):
                    for choice in json.loads(line[6:])["choices"]:
                        pieces.append(choice["delta"].get("content") or "")
    display(Markdown("".join(pieces)))
"""
"""Reads a whole reply and then shows it: the least that a notebook can do with one."""


def kit(url: str) -> str:
    """A cell that streams the reply into its output."""
    return f"%%minimax -m load-model --face openai -u {url} --alone\nGo."


def floor(url: str) -> str:
    """A cell that reads the whole reply and shows it once."""
    return f"read_all_show_once({url!r})"
