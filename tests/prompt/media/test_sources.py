"""A picture can be given in any form that a notebook has one in."""

from __future__ import annotations

import base64
import io
import os
import sys
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import IPython.display as ipd
import numpy as np
import pytest
from PIL import Image as Pillow

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Picture
from minimax_nb.prompt.media import Image, Video
from tests.prompt.media.makers import honest, image_refusal, opened, photo, refusal, same_pixels, saved, sent

PNG = saved(photo(), "PNG")


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    return path


class Unnamed(io.BytesIO):
    """An open file that is neither seekable nor named, like a pipe."""

    def seekable(self) -> bool:
        return False


def test_a_path_in_every_spelling(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(cat.parent))
    monkeypatch.setenv("USERPROFILE", str(cat.parent))
    for source in (cat, str(cat), PurePosixPath(cat), "~/cat.png", Path("~/cat.png"), os.path.relpath(cat)):
        picture = Image(source).prepare()
        assert (picture.name, sent(picture)) == ("cat.png", PNG)


def test_a_name_with_letters_of_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "猫 на фото é.png"
    path.write_bytes(PNG)
    assert Image(path).prepare().name == "猫 на фото é.png"


@pytest.mark.parametrize("source", [PNG, bytearray(PNG), memoryview(PNG), io.BytesIO(PNG), Unnamed(PNG)])
def test_bytes_and_open_files(source: object) -> None:
    picture = Image(source).prepare()
    assert (picture.name, sent(picture)) == ("picture", PNG)


def test_an_open_file_is_read_from_where_it_stands_once_and_left_open(cat: Path) -> None:
    cat.write_bytes(b"before" + PNG)
    with cat.open("rb") as file:
        file.seek(6)
        image = Image(file)
        assert file.tell() == 6, "making an Image reads nothing"
        assert image.prepare().name == "cat.png"
        assert not file.closed
        assert sent(Image(image, detail="low").prepare()) == PNG, "the content was kept"


def test_a_bytearray_that_is_changed_later_is_sent_as_it_was() -> None:
    data = bytearray(PNG)
    image = Image(data)
    data[:8] = b"garbage!"
    assert sent(image.prepare()) == PNG


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64," + base64.b64encode(PNG).decode(),
        "data:;base64," + base64.urlsafe_b64encode(PNG).decode(),
        "DATA:image/jpeg;charset=x;base64," + quote(base64.b64encode(PNG).decode()),
        "data:image/png," + quote(PNG),
    ],
)
def test_data_urls(url: str) -> None:
    assert sent(Image(url).prepare()) == PNG


def test_broken_data_urls() -> None:
    assert "without a comma" in image_refusal("data:image/png;base64")
    assert "base64 is broken" in image_refusal("data:image/png;base64,%%%")
    assert "0 bytes" in image_refusal("data:image/png;base64,")


def test_an_address_is_passed_on_and_not_read() -> None:
    picture = Image("https://example.org/a/cat%20one.png?token=secret", detail="high", max_long_side=512).prepare()
    assert picture == Picture(
        name="cat one.png",
        url="https://example.org/a/cat%20one.png?token=secret",
        detail="high",
        max_long_side=512,
    )
    assert Image("http://user:pass@example.org/").prepare().name == "example.org"


def test_an_address_is_downloaded_once_where_that_is_asked() -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return PNG

    image = Image("https://example.org/cat.png", inline=True)
    first = image.prepare(fetch=fetch)
    assert (sent(first), first.url, first.name) == (PNG, "", "cat.png")
    assert image.prepare() is first
    assert asked == ["https://example.org/cat.png"]


def test_inline_needs_somebody_to_fetch_and_something_to_come() -> None:
    assert "cannot be downloaded here" in image_refusal("https://example.org/cat.png", inline=True)
    image = Image("https://example.org/cat.png", inline=True)
    assert "0 bytes" in refusal(lambda: image.prepare(fetch=lambda url: b""))
    page = Image("https://example.org/cat.png", inline=True)
    assert "is HTML" in refusal(lambda: page.prepare(fetch=lambda url: b"<!doctype html><title>404</title>"))


@pytest.mark.parametrize("url", ["ftp://example.org/cat.png", "s3://bucket/cat.png", "file:///cat.png"])
def test_other_addresses_are_refused_at_once(url: str) -> None:
    assert "cannot be read from" in refusal(lambda: Image(url))


def test_a_missing_file_names_the_nearest_one(cat: Path) -> None:
    said = image_refusal(str(cat.with_name("cta.png")))
    assert "cta.png was not found." in said
    assert "Did you mean cat.png?" in said
    assert "There is no folder" in image_refusal(cat.parent / "nowhere" / "cat.png")
    assert "was not found" in image_refusal(cat / "below")
    assert "The folder looked in is" in image_refusal("nothing at all like it")


def test_a_base64_text_is_no_path(cat: Path) -> None:
    assert "data:image/png;base64, before it" in image_refusal("A" * 5000)
    assert "cannot be read" in image_refusal("a\0b")


def test_what_is_no_file_is_refused_and_nothing_hangs(tmp_path: Path) -> None:
    assert "is a folder" in image_refusal(tmp_path)
    empty = tmp_path / "empty.png"
    empty.touch()
    assert "empty.png is empty: it has 0 bytes." in image_refusal(empty)
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.png")
        assert "is a pipe or a device" in image_refusal(tmp_path / "pipe.png")
        assert "is a pipe or a device" in image_refusal("/dev/zero")
        loop = tmp_path / "loop.png"
        loop.symlink_to(loop)
        assert "cannot be read" in image_refusal(loop)


def test_a_file_that_may_not_be_read(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)  # the tests may run as a user who may read everything
    assert "may not be read" in image_refusal(cat)


def test_a_pil_image_is_sent_without_loss_and_left_alone() -> None:
    image = photo()
    image.info["comment"] = "private"
    picture = Image(image).prepare()
    assert picture.media_type == "image/png"
    assert same_pixels(honest(picture), image)
    assert image.info == {"comment": "private"}
    assert b"private" not in sent(picture)
    opened_lazily = Pillow.open(io.BytesIO(saved(image, "JPEG")))
    assert Image(opened_lazily).prepare().media_type == "image/jpeg", "it had lost something before"


def test_a_pil_image_keeps_its_files_name(cat: Path) -> None:
    with Pillow.open(cat) as image:
        assert Image(image).prepare().name == "cat.png"
        assert Image(image, name="img").prepare().name == "img"


def test_a_figure_is_drawn_opaque_and_not_changed() -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3])
    figure.patch.set_alpha(0)
    before = (figure.get_facecolor(), figure.dpi, figure.get_size_inches().tolist(), type(figure.canvas))
    picture = Image(figure).prepare()
    image = honest(picture)
    assert picture.name == "figure"
    assert image.convert("RGBA").getextrema()[3] == (255, 255)
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert (figure.get_facecolor(), figure.dpi, figure.get_size_inches().tolist(), type(figure.canvas)) == before
    assert pyplot.fignum_exists(figure.number)
    assert same_pixels(opened(Image(axes).prepare()), image)
    figure.patch.set_alpha(1)
    figure.patch.set_facecolor("red")
    assert opened(Image(figure).prepare()).convert("RGB").getpixel((0, 0)) == (255, 0, 0)
    pyplot.close(figure)


def test_axes_in_a_part_of_a_figure_send_the_whole_figure() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    left, _ = figure.subfigures(1, 2)
    axes = left.subplots()
    whole = opened(Image(figure).prepare())
    assert same_pixels(opened(Image(axes).prepare()), whole)
    assert same_pixels(opened(Image(left).prepare()), whole)


def test_a_plotly_figure_that_cannot_be_drawn_says_why() -> None:
    import plotly.graph_objects as graph

    said = image_refusal(graph.Figure(), name="fig")
    assert said.startswith("fig is a plotly figure, and plotly could not draw it: ")
    assert "kaleido" in said

    class Drawable(graph.Figure):
        def to_image(self, format: str) -> bytes:  # noqa: A002 - plotly's own name
            return PNG

    assert sent(Image(Drawable()).prepare()) == PNG


def test_displayed_pictures(cat: Path) -> None:
    assert sent(Image(ipd.Image(PNG)).prepare()) == PNG
    assert sent(Image(ipd.Image(filename=str(cat))).prepare()) == PNG
    assert Image(ipd.Image(filename=str(cat))).prepare().name == "cat.png"
    assert sent(Image(ipd.Image(url=str(cat))).prepare()) == PNG
    assert Image(ipd.Image(url="https://example.org/cat.png")).prepare().url == "https://example.org/cat.png"
    assert "Use Video(...)" in refusal(lambda: Image(ipd.Video("https://example.org/a.mp4")))


def test_an_image_of_an_image_takes_over_what_is_not_given(cat: Path) -> None:
    first = Image(cat, "low", 100, name="the cat", shrink=False)
    second = Image(first, max_long_side=200)
    assert (second.name, second.detail, second.max_long_side, second.shrink) == ("the cat", "low", 200, False)
    inline = Image(Image("https://example.org/cat.png", inline=True), "low")
    assert sent(inline.prepare(fetch=lambda url: PNG)) == PNG
    assert "is a picture, not a video" in refusal(lambda: Video(first))
    assert "is a video, not a picture" in refusal(lambda: Image(Video("a.mp4")))


@pytest.mark.parametrize("source", [None, 3, 2.5, [1], {"a": 1}, object(), (1, 2), print])
def test_what_is_no_source_is_refused_at_once(source: object) -> None:
    said = refusal(lambda: Image(source))
    assert "A picture cannot be made from" in said
    assert "Give a path" in said
    assert "A video cannot be made from" in refusal(lambda: Video(source))


def test_texts_and_text_files_are_refused_at_once(cat: Path) -> None:
    assert "empty text" in refusal(lambda: Image("  "))
    assert 'mode "rb"' in refusal(lambda: Image(io.StringIO("x")))
    assert "only videos are uploaded" in refusal(lambda: Image("mm_file://12"))
    assert "0 bytes from where it stood" in image_refusal(io.BytesIO(b""))
    closed = io.BytesIO(PNG)
    closed.close()
    assert "cannot be read" in image_refusal(closed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"detail": "auto"}, "detail is 'auto'"),
        ({"max_long_side": 0}, "max_long_side is 0"),
        ({"max_long_side": 2.5}, "max_long_side is 2.5"),
        ({"max_long_side": True}, "max_long_side is True"),
    ],
)
def test_wrong_options_are_refused_at_once(options: dict, said: str) -> None:
    for make in (Image, Video):
        assert said in refusal(lambda make=make: make("nothing-is-read.png", **options))


def test_preparing_again_gives_the_same_until_the_file_changes(cat: Path) -> None:
    image = Image(cat)
    first = image.prepare()
    assert image.prepare() is first
    cat.write_bytes(saved(photo(50, 40), "PNG"))
    second = image.prepare()
    assert (second.width, second.height) == (50, 40)
    cat.unlink()
    with pytest.raises(RequestError, match="was not found"):
        image.prepare()


def test_its_repr_is_short_and_holds_no_content() -> None:
    assert repr(Image(PNG, detail="low")) == "Image('picture', detail='low')"
    assert repr(Video(b"x" * 1000, fps=2)) == "Video('video', fps=2)"
    assert len(repr(Image(PNG).prepare())) < 600


def test_without_a_clipboard_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform.startswith("linux"):
        assert "The clipboard cannot be read here: " in refusal(Image.from_clipboard)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "holds no picture"), ([], "holds 0 files"), (["a", "b"], "holds 2 files")],
)
def test_a_clipboard_without_one_picture(content: object, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda: content)
    assert said in refusal(Image.from_clipboard)


def test_a_clipboard_with_a_picture_or_a_copied_file(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", photo)
    picture = Image.from_clipboard("low").prepare()
    assert (picture.name, picture.detail) == ("clipboard", "low")
    assert same_pixels(honest(picture), photo())
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda: [str(cat)])
    assert Image.from_clipboard().prepare().name == "cat.png"


def test_an_array_becomes_the_picture_it_is() -> None:
    pixels = np.asarray(photo())
    assert same_pixels(honest(Image(pixels).prepare()), photo())


def test_numpys_numbers_are_numbers() -> None:
    image = Image(PNG, max_long_side=np.int64(70))
    assert (image.max_long_side, type(image.max_long_side)) == (70, int)
    assert Video("a.mp4", fps=np.float32(2)).fps == 2
