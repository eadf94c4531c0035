"""What :class:`Image` and :class:`Video` have in common: a source, a name, and options that are checked at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Detail, Media, MediaLimits, Picture
from minimax_nb.messages.shown import Shown
from minimax_nb.prompt.media.files import Stamp, refused, stamp

if TYPE_CHECKING:
    from minimax_nb.prompt.media.values import Source, What

Fetch = Callable[[str], bytes]
"""Downloads what stands at an address; it raises errors of its own."""


def whole_number(option: str, value: object, least: int) -> int:
    """An option's value as an int; numpy's whole numbers are taken too.

    Raises:
        RequestError: It is no whole number, or is below ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise RequestError(f"{option} is {value!r}, and it is a whole number, {least} or more.")
    return int(value)


class Medium(Shown, ABC):
    """A picture or a video as the user named it. Making one reads nothing."""

    _what: ClassVar[What]

    def __init__(
        self,
        source: Any,  # noqa: ANN401 - any value of a notebook
        detail: Detail | None,
        max_long_side: int | None,
        *,
        name: str,
        inline: bool,
    ) -> None:
        if isinstance(source, Medium):
            if source._what != self._what:
                other = type(source).__name__
                raise RequestError(f"{source.name} is a {source._what}, not a {self._what}.", hint=f"Use {other}(...).")
            name, inline = name or source.name, inline or source.inline
            detail = source.detail if detail is None else detail
            max_long_side = source.max_long_side if max_long_side is None else max_long_side
            self._source: Source = source._source
        else:
            from minimax_nb.prompt.media.values import source_of  # not before there is something to read

            self._source = source_of(source, self._what, name)
        if detail not in {None, *get_args(Detail)}:
            raise RequestError(f"detail is {detail!r}, and it is low, default or high.")
        if max_long_side is not None:
            max_long_side = whole_number("max_long_side", max_long_side, 1)
        self.name: str = name or self._source.name
        self.detail: Detail | None = detail
        self.max_long_side: int | None = max_long_side
        self.inline: bool = bool(inline)
        self._ready: dict[MediaLimits, tuple[Stamp | None, Media]] = {}

    @abstractmethod
    def prepare(self, limits: MediaLimits = MediaLimits(), fetch: Fetch | None = None) -> Picture | Clip:  # noqa: B008
        """Read and check it, and make it fit what a service takes."""

    def __repr__(self) -> str:
        options = {"detail": self.detail, "max_long_side": self.max_long_side, **self._options()}
        said = "".join(f", {key}={value!r}" for key, value in options.items() if value is not None)
        return f"{type(self).__name__}({self.name!r}{said})"

    def _options(self) -> dict[str, object]:
        """More options than all media have, for the repr."""
        return {}

    def _address(self) -> str:
        """The address that is passed on as it is, or ""."""
        return self._source.value if self._source.form == "address" and not self.inline else ""

    def _stamp(self) -> Stamp | None:
        """What tells whether the source was changed since it was read; None if that cannot be told."""
        return stamp(self._source.value, self.name) if self._source.form == "path" else None

    def _downloaded(self, fetch: Fetch | None) -> bytes:
        """What stands at the source's address."""
        address = str(self._source.value)
        if address.lower().startswith("mm_file://"):
            raise refused(self.name, "is a file at the service, which cannot be downloaded", "Leave out inline=True.")
        if fetch is None:
            raise refused(self.name, "cannot be downloaded here", "Leave out inline=True: the service will fetch it.")
        data = bytes(fetch(address))
        if not data:
            raise refused(self.name, "was downloaded, and is empty: it has 0 bytes")
        self._source.form, self._source.value = "bytes", data
        return data
