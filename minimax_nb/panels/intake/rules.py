"""What files a panel takes: by the model and the provider that would answer, and by how much may wait at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from minimax_nb.catalog.attachments import check_media
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Kind
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import user
from minimax_nb.messages.request import Request
from minimax_nb.prompt.media.files import refused, said_bytes
from minimax_nb.prompt.media.kinds import KINDS, by_suffix

SLICE = 4_000_000
"""Most bytes of one slice."""

MOST_FILES = 16
"""Most files that wait for a prompt to go with."""

MOST_BYTES = 1_024_000_000
"""Most bytes of all of them: two of the largest videos that MiniMax takes."""

MOST_PICTURE = 30_000_000
"""Most bytes of a picture. It is scaled down to what the service takes, so this is more than any service does."""

WORDS: dict[Kind, str] = {"image": "picture", "video": "video"}
AGAIN = "Attach it again."


class Rules:
    """What is taken.

    Args:
        endpoint: Gives who would answer now; it is asked anew each time, since a panel's model may change.
    """

    def __init__(self, endpoint: Callable[[], Endpoint]) -> None:
        self._endpoint = endpoint

    @property
    def limits(self) -> MediaLimits:
        """What pictures and videos are made to fit."""
        return self._endpoint().provider.media.limits()

    def said(self) -> dict[str, Any]:
        """All of it as plain values, for :meth:`Intake.takes`."""
        why = {kind: self.unwanted(kind, "This") for kind in WORDS}
        return {
            "kinds": [kind for kind, sentence in why.items() if not sentence],
            "instead": {kind: sentence for kind, sentence in why.items() if sentence},
            **{f"{kind}_bytes": self.most(kind) for kind in WORDS},
            "count": MOST_FILES,
            "slice": SLICE,
            "suffixes": {kind: _suffixes(word) for kind, word in WORDS.items()},
        }

    def most(self, kind: Kind) -> int:
        """Most bytes of one file of a kind, as it comes from the page."""
        row, limits = self._endpoint().provider, self.limits
        if kind == "image":
            return max(MOST_PICTURE, limits.image_bytes)
        return limits.video_bytes if row.files_path is None else max(limits.video_bytes, limits.upload_bytes)

    def unwanted(self, kind: Kind, name: str, before: Collection[Kind] = ()) -> str:
        """Why a file of a kind is not taken beside those before it, in a sentence; "" if it is."""
        try:
            self.allow(*(_stand_in(kind, "") for other in before if other == kind), _stand_in(kind, name))
        except RequestError as error:
            return str(error)
        return ""

    def allow(self, *media: Picture | Clip) -> None:
        """Let pictures and videos pass that can go into one prompt.

        Raises:
            RequestError: They cannot.
        """
        endpoint = self._endpoint()
        check_media(Request(endpoint.model_id, (user(*media),)), endpoint)

    def check_new(
        self, name: str, kind: Kind | None, size: object, before: Collection[tuple[Kind, int]]
    ) -> tuple[Kind, int]:
        """Kind and size of a file that is announced, if it is taken.

        Args:
            name: What it is called.
            kind: What it is said to be; None for neither picture nor video.
            size: Its bytes as the page says.
            before: Kinds and bytes of those that wait.

        Raises:
            RequestError: It is not taken.
        """
        if kind is None:
            raise refused(name, "is neither a picture nor a video", "Pictures are PNG, JPEG, GIF or WebP, videos MP4.")
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise refused(name, "has no size that is known", AGAIN)
        if size == 0:
            raise refused(name, "is empty: it has 0 bytes")
        if len(before) >= MOST_FILES:
            reason = f"is one more than the {MOST_FILES} files that can wait for a prompt"
            raise refused(name, reason, "Send the others first.")
        if why := self.unwanted(kind, name, [other for other, _ in before]):
            raise RequestError(why)
        most = self.most(kind)
        if size > most:
            reason = f"has {said_bytes(size)}, and a {WORDS[kind]} may have {said_bytes(most)} here"
            raise refused(name, reason, "Cut or scale it first." if kind == "video" else "Scale it down first.")
        if size + sum(waiting for _, waiting in before) > MOST_BYTES:
            reason = f"is too much: all files together may have {said_bytes(MOST_BYTES)}"
            raise refused(name, reason, "Send the others first, or remove some.")
        return kind, size


def announced(name: object, media_type: object) -> Kind | None:
    """What the page says a file is: by its type, else by the ending of its name; None for neither."""
    said = media_type.partition("/")[0].strip().lower() if isinstance(media_type, str) else ""
    ending = by_suffix(name) if isinstance(name, str) else None
    for kind, word in WORDS.items():
        if kind == said or (said not in WORDS and ending is not None and ending.family == word):
            return kind
    return None


def _suffixes(family: str) -> list[str]:
    return [suffix for kind in KINDS if kind.family == family for suffix in kind.suffixes]


def _stand_in(kind: Kind, name: str) -> Picture | Clip:
    """A picture or video of which nothing is known but its kind; its size is checked on its own."""
    if kind == "video":
        return Clip(name=name, media_type="video/mp4", size=0)
    return Picture(name=name, media_type="image/png", size=0)
