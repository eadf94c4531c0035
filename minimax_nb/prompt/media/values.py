"""Values of a notebook as sources of pictures and videos: recognised without importing what they come from."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from minimax_nb.errors import RequestError
from minimax_nb.prompt.media.files import data_url, is_url, local_path, read, refused, short, stamp, url_name
from minimax_nb.prompt.media.thumbs import flat
from minimax_nb.prompt.tables import instance_of

What = Literal["picture", "video"]
Form = Literal["address", "data url", "path", "bytes", "file", "pillow", "array", "matplotlib", "plotly"]

_DISPLAYS = ("IPython.core.display", "IPython.lib.display", "IPython.display")
_MOST = 600_000_000
"""Most bytes taken from a picture's file, or from an open file: more than any service takes, less than a memory."""

_TAKEN = (
    "Give a path, an http address, bytes, an open file, a data URL, a PIL image, a numpy array, a figure, "
    "or an IPython.display object."
)


@dataclass(slots=True)
class Source:
    """Where a picture or video comes from.

    Attributes:
        form: How ``value`` is to be read.
        value: An address, a path, bytes, an open file, an image, an array or a figure.
        name: What to call it.
    """

    form: Form
    value: Any
    name: str


def source_of(value: Any, what: What, name: str = "") -> Source:  # noqa: ANN401 - any value of a notebook
    """What a value is as a source. Nothing is read.

    Args:
        value: What the user gave.
        what: Whether it is to be a picture or a video.
        name: What to call it; "" finds a name.

    Raises:
        RequestError: It is no source of pictures or videos.
    """
    if isinstance(value, str):
        return _from_text(value, what, name)
    if isinstance(value, PurePath):
        return Source("path", local_path(str(value), f"a {what}"), name or value.name or str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return Source("bytes", bytes(value), name or what)
    if display_kind(value):
        return _from_display(value, what, name)
    if what == "picture" and (form := drawn_form(value)):
        filename = getattr(value, "filename", "") if form == "pillow" else ""
        found = Path(filename).name if isinstance(filename, str) and filename else ""
        return Source(form, value, name or found or _DRAWN_NAMES[form])
    if callable(getattr(value, "read", None)):
        return _from_file(value, what, name)
    raise RequestError(f"A {what} cannot be made from {_described(value)}.", hint=_TAKEN)


def content_of(source: Source, name: str) -> bytes:
    """The bytes of a source that is a data URL, a path, bytes, an open file or a figure.

    An open file is read once, from where it stands, and is left open; its content is kept.

    Raises:
        RequestError: It cannot be read, or is larger than anything that is sent.
    """
    match source.form:
        case "bytes":
            return source.value  # type: ignore[no-any-return]
        case "data url":
            data = data_url(source.value, name)
        case "path":
            size = stamp(source.value, name).size
            if size > _MOST:
                raise refused(name, f"has {size:,} bytes, more than anything that is sent")
            return read(source.value)
        case "file":
            data = _read_open(source.value, name)
        case "matplotlib":
            return _matplotlib_png(source.value)
        case _:
            return _plotly_png(source.value, name)
    source.form, source.value = "bytes", data
    return data


def display_kind(value: Any) -> What | None:  # noqa: ANN401
    """Whether a value is a picture or a video of IPython's display module."""
    for module in _DISPLAYS:
        if instance_of(value, module, "Image"):
            return "picture"
        if instance_of(value, module, "Video"):
            return "video"
    return None


def drawn_form(value: Any) -> Form | None:  # noqa: ANN401
    """The form of a value that is drawn rather than read: an image, an array, a figure."""
    if instance_of(value, "PIL.Image", "Image"):
        return "pillow"
    if instance_of(value, "numpy", "ndarray"):
        return "array"
    if instance_of(value, "matplotlib.figure", "FigureBase") or instance_of(value, "matplotlib.axes", "Axes"):
        return "matplotlib"
    return "plotly" if instance_of(value, "plotly.basedatatypes", "BaseFigure") else None


_DRAWN_NAMES: dict[Form, str] = {"pillow": "picture", "array": "array", "matplotlib": "figure", "plotly": "figure"}


def _from_text(text: str, what: What, name: str) -> Source:
    if not text.strip():
        raise RequestError(f"A {what} cannot be made from an empty text.", hint=_TAKEN)
    if text[:5].lower() == "data:":
        return Source("data url", text, name or f"{what} from a data URL")
    if is_url(text):
        if what == "picture" and text.lower().startswith("mm_file://"):
            raise refused(text, "is an uploaded file, and only videos are uploaded", "Send the picture itself.")
        return Source("address", text, name or url_name(text))
    path = local_path(text, f"a {what}")
    return Source("path", path, name or path.name or text)


def _from_file(file: Any, what: What, name: str) -> Source:  # noqa: ANN401
    if isinstance(file, io.TextIOBase):
        raise RequestError(f"A {what} cannot be read from a file opened as text.", hint='Open it with mode "rb".')
    own = getattr(file, "name", "")
    return Source("file", file, name or (Path(own).name if isinstance(own, str) and own else what))


def _from_display(value: Any, what: What, name: str) -> Source:  # noqa: ANN401
    """The source behind an IPython.display object: what it holds, else what it points at."""
    if display_kind(value) != what:
        found, other = ("video", "Video") if what == "picture" else ("picture", "Image")
        raise RequestError(f"{short(name) or 'This'} is a {found}, not a {what}.", hint=f"Use {other}(...).")
    filename, url, data = (getattr(value, key, None) for key in ("filename", "url", "data"))
    if isinstance(data, str):
        try:
            data = base64.b64decode(data)
        except (binascii.Error, ValueError):
            raise refused(name or what, "is an IPython.display object whose base64 is broken") from None
    if data:
        return Source("bytes", bytes(data), name or (Path(filename).name if filename else what))
    if url or filename:
        return _from_text(str(url or filename), what, name)
    raise refused(name or what, "is an IPython.display object that holds nothing")


def _read_open(file: Any, name: str) -> bytes:  # noqa: ANN401
    try:
        data = file.read(_MOST + 1)
    except (OSError, ValueError) as fault:
        raise refused(name, f"cannot be read: {short(str(fault)).lower()}", "Is the file still open?") from None
    if not isinstance(data, bytes | bytearray | memoryview):
        raise refused(name, "is an open file that gives no bytes", 'Open it with mode "rb".')
    if not data:
        raise refused(name, "gave 0 bytes from where it stood", "Go back to its beginning: file.seek(0).")
    if len(data) > _MOST:
        raise refused(name, f"has more than {_MOST:,} bytes, more than anything that is sent")
    return bytes(data)


def _matplotlib_png(value: Any) -> bytes:  # noqa: ANN401
    """The figure, or the whole figure around axes, as PNG on an opaque ground. It is not changed and not closed."""
    figure = value
    while (parent := getattr(figure, "figure", None)) is not None and parent is not figure:
        figure = parent
    out = io.BytesIO()
    options = {"facecolor": figure.get_facecolor(), "transparent": False, "bbox_inches": "tight"}
    figure.savefig(out, format="png", dpi="figure", metadata={"Software": None}, **options)
    return _opaque(out.getvalue())


def _opaque(png: bytes) -> bytes:
    """A PNG on white, where it can be seen through: a model has no page behind it."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        if image.mode != "RGBA" or image.getchannel("A").getextrema()[0] == 255:
            return png
        out = io.BytesIO()
        flat(image).save(out, "PNG")
    return out.getvalue()


def _plotly_png(figure: Any, name: str) -> bytes:  # noqa: ANN401
    hint = "Install kaleido (and a browser for it), or send a picture of it made another way."
    try:
        data = figure.to_image(format="png")
    except Exception as fault:  # noqa: BLE001 - plotly and what it starts raise errors of many kinds
        lines = str(fault).strip().splitlines()
        reason = short(lines[0]).rstrip(".:") if lines else type(fault).__name__
        raise refused(name, f"is a plotly figure, and plotly could not draw it: {reason}", hint) from None
    return bytes(data)


def _described(value: Any) -> str:  # noqa: ANN401
    kind = type(value)
    return "None" if value is None else f"a value of type {kind.__module__.partition('.')[0]}.{kind.__qualname__}"
