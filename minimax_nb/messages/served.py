"""A model as a service itself lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One entry of a service's list of models, in either protocol's shape; what the list does not say is None or "".

    Attributes:
        id: The id to ask it by.
        title: Its name for people.
        owner: Who made it, in the service's words.
        released: The day the service gives for it.
        context: Window in tokens, where the list tells.
        max_output: Most tokens one reply may have, where the list tells.
    """

    id: str
    title: str = ""
    owner: str = ""
    released: date | None = None
    context: int | None = None
    max_output: int | None = None
