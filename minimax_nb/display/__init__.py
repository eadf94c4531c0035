"""What people see: pure rendering, and painting while a reply arrives."""

from __future__ import annotations

from minimax_nb.display.paint import show
from minimax_nb.display.put import put, put_code
from minimax_nb.display.render import error_line, render
from minimax_nb.display.screen import choose_mode
from minimax_nb.display.tables import model_listing, setting_listing

__all__ = ["choose_mode", "error_line", "model_listing", "put", "put_code", "render", "setting_listing", "show"]
