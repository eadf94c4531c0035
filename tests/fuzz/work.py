"""How much work a call does, in numbers that are the same every time."""

from __future__ import annotations

import sys
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any


class Work:
    """Counts what happens inside its ``with`` block, on this thread.

    Attributes:
        calls: Python functions entered, generators resumed and methods of strings and bytes called.
        items: Characters and bytes those were handed: arguments of Python functions, and the text or bytes whose
            method is called. What is read again counts again, so that reading all there is for every piece shows as
            the square it is.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.items = 0

    @property
    def total(self) -> int:
        """Calls and what they were handed."""
        return self.calls + self.items

    def __enter__(self) -> Work:
        self._before = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def _note(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "call":
            self.calls += 1
            code = frame.f_code
            if code.co_flags & CO_GENERATOR:
                return  # entered anew for each of its values, but handed its arguments once
            held = frame.f_locals
            for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
                value = held.get(name)
                if isinstance(value, str | bytes):
                    self.items += len(value)
        elif event == "c_call":
            owner = getattr(arg, "__self__", None)
            if isinstance(owner, str | bytes):
                self.calls += 1
                self.items += len(owner)
