"""Pictures and videos for prompts: read, checked, fitted to what a service takes, and shown small.

Importing this loads nothing: each name loads what it needs on first use, since most prompts are words alone. Pillow,
numpy and PyAV are loaded when there is something to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minimax_nb.prompt.media.image import Image
    from minimax_nb.prompt.media.recognise import as_media
    from minimax_nb.prompt.media.tokens import image_tokens, video_tokens
    from minimax_nb.prompt.media.video import Video

__all__ = ["Image", "Video", "as_media", "image_tokens", "video_tokens"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - each name has a type of its own
    match name:
        case "Image":
            from minimax_nb.prompt.media.image import Image

            return Image
        case "Video":
            from minimax_nb.prompt.media.video import Video

            return Video
        case "as_media":
            from minimax_nb.prompt.media.recognise import as_media

            return as_media
        case "image_tokens" | "video_tokens":
            from minimax_nb.prompt.media import tokens

            return getattr(tokens, name)
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
