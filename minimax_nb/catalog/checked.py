"""Marks on the fields of a row: what a value of a user's file must get past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from minimax_nb.catalog.address import address_complaint


@dataclass(frozen=True, slots=True)
class Checked:
    """A mark on a field for the validation of a user's file: what its value must get past, before or after its type.

    The schema is asked for by pydantic alone, which only a user's file needs: the built-in rows are data of our own,
    held against the same schema by a test, and pydantic would cost a kernel 10 MB and 100 ms.
    """

    check: Any
    before: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: Any) -> Any:  # noqa: ANN401
        from pydantic_core import core_schema

        wrap = (
            core_schema.no_info_before_validator_function
            if self.before
            else core_schema.no_info_after_validator_function
        )
        return wrap(self.check, handler(source))


def usable(url: str) -> str:
    """A base URL, or a ValueError with what is wrong with it."""
    if complaint := address_complaint(url):
        raise ValueError(complaint)
    return url


def some(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table that is not empty, or a ValueError."""
    if not table:
        raise ValueError("expected at least one entry")
    return table


def blank_is_none(value: object) -> object:
    """TOML has no null, so a user's file takes a flag away with an empty string."""
    return None if value == "" else value


Address = Annotated[str, Checked(usable)]
Blank = Checked(blank_is_none, before=True)
