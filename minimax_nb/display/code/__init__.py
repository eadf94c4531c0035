"""A call as code to take away: this kit, curl, JavaScript, PHP and the vendors' SDKs. No key stands in any of it."""

from __future__ import annotations

from minimax_nb.display.code.forms import CodeForm, as_code, code_forms

__all__ = ["CodeForm", "as_code", "code_forms"]
