"""``Image``: a picture for a prompt, from anything in a notebook that is one."""

from __future__ import annotations

from typing import Any, ClassVar

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Detail, MediaLimits, Picture
from minimax_nb.prompt.media.arrays import image_of
from minimax_nb.prompt.media.files import digest
from minimax_nb.prompt.media.medium import Fetch, Medium
from minimax_nb.prompt.media.picture import Ready, ready_file, ready_pixels
from minimax_nb.prompt.media.values import What, content_of


class Image(Medium):
    """A picture for a prompt.

    Making one is cheap and reads nothing; what is wrong with the picture itself is found by :meth:`prepare`, which the
    kit calls before it sends anything. A figure, array or image is drawn when it is first prepared, and not again: to
    send it as it looks later, make another ``Image``.

    Args:
        source: A path, an http(s) address, bytes, an open binary file, a data URL, a PIL image, a numpy array
            (height x width, or height x width x 1, 3 or 4), a matplotlib or plotly figure, an IPython.display.Image,
            or another ``Image``. An address is passed on as it is.
        detail: How closely the service is to look: "low", "default" or "high"; None leaves it to the service.
        max_long_side: Pixels the service is to scale the longer side down to, 1 or more; None leaves it to the service.
        name: What to call it; found from the source if empty.
        inline: Download what stands at an address, and send the picture instead of the address.
        shrink: Scale a picture down that is too large; else it is refused.

    Raises:
        RequestError: The source is no picture's, or an option has a wrong value.
    """

    _what: ClassVar[What] = "picture"

    def __init__(
        self,
        source: Any,  # noqa: ANN401 - any value of a notebook
        detail: Detail | None = None,
        max_long_side: int | None = None,
        *,
        name: str = "",
        inline: bool = False,
        shrink: bool = True,
    ) -> None:
        super().__init__(source, detail, max_long_side, name=name, inline=inline)
        self.shrink: bool = bool(shrink and (not isinstance(source, Image) or source.shrink))

    @classmethod
    def from_clipboard(
        cls,
        detail: Detail | None = None,
        max_long_side: int | None = None,
        *,
        name: str = "clipboard",
        shrink: bool = True,
    ) -> Image:
        """The picture that was last copied, on the computer on which the kernel runs.

        Args:
            detail: As for ``Image``.
            max_long_side: As for ``Image``.
            name: What to call it.
            shrink: As for ``Image``.

        Raises:
            RequestError: There is no clipboard that can be read, or no picture in it.
        """
        from PIL import ImageGrab

        hint = "Save the picture to a file and give its path."
        try:
            found = ImageGrab.grabclipboard()
        except Exception as fault:  # noqa: BLE001 - each system fails in its own way, often for want of a program
            reason = " ".join(str(fault).split()) or type(fault).__name__
            raise RequestError(f"The clipboard cannot be read here: {reason}.", hint=hint) from None
        if isinstance(found, list):
            if len(found) != 1:
                raise RequestError(f"The clipboard holds {len(found)} files, not one picture.", hint=hint)
            return cls(found[0], detail, max_long_side, shrink=shrink)
        if found is None:
            raise RequestError("The clipboard holds no picture.", hint="Copy one, or give a path.")
        return cls(found, detail, max_long_side, name=name, shrink=shrink)

    def prepare(self, limits: MediaLimits = MediaLimits(), fetch: Fetch | None = None) -> Picture:  # noqa: B008
        """Read, check and fit the picture; the result is kept until its file changes, so base64 is made once.

        Args:
            limits: What the service takes.
            fetch: Downloads what stands at an address; needed for ``inline=True`` alone.

        Raises:
            RequestError: It cannot be found or read, is no picture, is cut short, or is too large.
        """
        if address := self._address():
            return Picture(name=self.name, url=address, detail=self.detail, max_long_side=self.max_long_side)
        stamp = self._stamp()
        kept = self._ready.get(limits)
        if kept and kept[0] == stamp and isinstance(kept[1], Picture):
            return kept[1]
        ready = self._made(limits, fetch)
        content = digest(ready.data, len(ready.data), encode=True)
        picture = Picture(
            name=self.name,
            media_type=ready.media_type,
            base64=content.base64,
            sha256=content.sha256,
            size=content.size,
            width=ready.width,
            height=ready.height,
            detail=self.detail,
            max_long_side=self.max_long_side,
            thumbnail=ready.thumbnail,
            thumbnail_type=ready.thumbnail_type,
            notes=ready.notes,
        )
        self._ready[limits] = (stamp, picture)
        return picture

    def _made(self, limits: MediaLimits, fetch: Fetch | None) -> Ready:
        form, value = self._source.form, self._source.value
        if form == "pillow":
            return ready_pixels(value, self.name, limits, shrink=self.shrink)
        if form == "array":
            image, notes = image_of(value, self.name)
            return ready_pixels(image, self.name, limits, notes, shrink=self.shrink)
        data = self._downloaded(fetch) if form == "address" else content_of(self._source, self.name)
        return ready_file(data, self.name, limits, shrink=self.shrink)
