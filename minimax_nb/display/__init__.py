"""What people see: pure rendering, and painting while a reply arrives."""

from __future__ import annotations

from minimax_nb.display.bills import bill_table
from minimax_nb.display.budget import budget_listing
from minimax_nb.display.conversation import conversation
from minimax_nb.display.paint import show
from minimax_nb.display.put import put, put_code
from minimax_nb.display.render import error_line, render
from minimax_nb.display.screen import choose_mode
from minimax_nb.display.tables import model_listing, setting_listing
from minimax_nb.display.usage import usage_listing

__all__ = [
    "bill_table",
    "budget_listing",
    "choose_mode",
    "conversation",
    "error_line",
    "model_listing",
    "put",
    "put_code",
    "render",
    "setting_listing",
    "show",
    "usage_listing",
]
