"""Pictures and videos for the tests: the files of other programs, and small ones made on the spot."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import ImageChops

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Media, Picture
from minimax_nb.prompt.media import Image, Video

FILES = Path(__file__).parent / "files"


def photo(width: int = 96, height: int = 64) -> Pillow.Image:
    """Something with many colours and no two corners alike."""
    red = Pillow.linear_gradient("L").resize((width, height))
    blue = Pillow.radial_gradient("L").resize((width, height))
    return Pillow.merge("RGB", (red, red.transpose(Pillow.Transpose.ROTATE_180).point(lambda v: v // 2), blue))


def saved(image: Pillow.Image, form: str, **options: Any) -> bytes:
    """An image as a file's content."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def with_place(orientation: int = 1) -> Pillow.Exif:
    """EXIF as a telephone writes it: a maker, a place, a direction."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker-of-phones"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 27.7)
    exif.get_ifd(0x8825)[29] = "2031:07:14"
    return exif


def stored(name: str) -> Pillow.Image:
    """A picture of another program, as Pillow reads it."""
    return Pillow.open(io.BytesIO((FILES / name).read_bytes()))


def sent(media: Media) -> bytes:
    """The bytes as they are sent."""
    return base64.b64decode(media.base64, validate=True)


def opened(media: Media) -> Pillow.Image:
    """The picture as the service would decode it, whole."""
    image = Pillow.open(io.BytesIO(sent(media)))
    image.load()
    return image


def same_pixels(one: Pillow.Image, other: Pillow.Image) -> bool:
    """Whether two pictures look exactly alike."""
    return one.size == other.size and not ImageChops.difference(one.convert("RGBA"), other.convert("RGBA")).getbbox(
        alpha_only=False
    )


def refusal(act: Callable[[], object]) -> str:
    """What the error says that an act ends with; it is one line."""
    with pytest.raises(RequestError) as caught:
        act()
    assert "\n" not in caught.value.what
    assert caught.value.what.endswith(".")
    return str(caught.value)


def image_refusal(source: object, **options: Any) -> str:
    """What is said of a picture that cannot be sent."""
    return refusal(lambda: Image(source, **options).prepare())


def video_refusal(source: object, **options: Any) -> str:
    """What is said of a video that cannot be sent."""
    return refusal(lambda: Video(source, **options).prepare())


def honest(picture: Picture) -> Pillow.Image:
    """The picture as sent, after checking that everything said of it is true."""
    import hashlib

    data, image = sent(picture), opened(picture)
    assert picture.media_type == Pillow.MIME[image.format or ""]
    assert (picture.width, picture.height) == image.size
    assert (picture.size, picture.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert 0 < len(picture.thumbnail) <= 20_000
    small = Pillow.open(io.BytesIO(picture.thumbnail))
    assert picture.thumbnail_type == Pillow.MIME[small.format or ""]
    assert max(small.size) <= 320
    return image
