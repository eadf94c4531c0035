"""Pictures and videos for prompts: read, checked, fitted to what a service takes, and shown small.

Importing this loads neither Pillow nor numpy nor PyAV; they are loaded when there is something to read.
"""

from __future__ import annotations

from minimax_nb.prompt.media.image import Image
from minimax_nb.prompt.media.recognise import as_media
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens
from minimax_nb.prompt.media.video import Video

__all__ = ["Image", "Video", "as_media", "image_tokens", "video_tokens"]
