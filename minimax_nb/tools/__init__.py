"""Tools: Python functions that a model may call. How they are described, checked, approved and run."""

from __future__ import annotations

from minimax_nb.tools.approve import Approvals, Approver, Consent, ask_in_kernel, ask_in_terminal, deny_all
from minimax_nb.tools.batch import Batch, not_run
from minimax_nb.tools.tool import TIMEOUT_S, Tool, as_tool, as_tools, tool

__all__ = [
    "TIMEOUT_S",
    "Approvals",
    "Approver",
    "Batch",
    "Consent",
    "Tool",
    "as_tool",
    "as_tools",
    "ask_in_kernel",
    "ask_in_terminal",
    "deny_all",
    "not_run",
    "tool",
]
