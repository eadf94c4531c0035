"""Pictures and videos among a notebook's values: each becomes a part, in its place and under its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import IPython.display
import numpy as np
import plotly.graph_objects
import pytest
from matplotlib.figure import Figure

from minimax_nb import Image, Video
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import Part, Text
from minimax_nb.prompt import fill, look_up, media_pieces, register, to_parts, to_pieces
from tests.prompt.media.makers import FILES, opened, photo, saved
from tests.prompt.values import refused, text
from tests.support.environment import ROOT

PNG = saved(photo(), "PNG")


def figure() -> Figure:
    made = Figure(figsize=(2, 1), dpi=50)
    made.add_subplot().plot([1, 2])
    return made


def shape(parts: tuple[Part, ...]) -> list[str]:
    """The parts for reading: texts as they are, media by kind and name."""
    return [
        part.text if isinstance(part, Text) else f"<{type(part).__name__} {part.name}>"  # type: ignore[union-attr]
        for part in parts
    ]


# -- one value ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *(photo(), figure(), figure().axes[0], np.asarray(photo()), IPython.display.Image(data=PNG), PNG),
        *(bytearray(PNG), Image(photo()), Image(PNG)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_picture_becomes_a_picture_that_can_be_opened(value: object) -> None:
    (part,) = to_parts(value, "fig")
    assert isinstance(part, Picture)
    assert opened(part).size == (part.width, part.height)
    assert part.name == ("fig" if not isinstance(value, Image) else value.name)


@pytest.mark.parametrize("value", [FILES / "sound.mp4", Video(FILES / "sound.mp4"), (FILES / "sound.mp4").read_bytes()])
def test_a_video_becomes_a_clip(value: object) -> None:
    (part,) = to_parts(value, "film")
    assert isinstance(part, Clip)
    assert part.media_type == "video/mp4"
    assert part.base64


def test_a_path_is_a_picture_and_keeps_its_name_but_a_text_is_text() -> None:
    assert shape(to_parts(FILES / "plain.jpg", "it")) == ["<Picture plain.jpg>"]
    for said in ("plain.jpg", str(FILES / "plain.jpg"), "https://example.org/cat.png", "data:image/png;base64,AAAA"):
        assert to_parts(said) == (Text(said),)


def test_parts_that_are_ready_stay_as_they_are() -> None:
    (picture,) = to_parts(photo())
    (clip,) = to_parts(FILES / "sound.mp4")
    assert to_parts(picture)[0] is picture
    assert to_parts(clip)[0] is clip


def test_an_address_is_passed_on_and_only_an_inline_one_is_fetched() -> None:
    (part,) = to_parts(Image("https://example.org/cat.png"))
    assert isinstance(part, Picture)
    assert (part.url, part.base64) == ("https://example.org/cat.png", b"")
    asked: list[str] = []
    (part,) = to_parts(Image("https://example.org/cat.png", inline=True), fetch=lambda url: [asked.append(url), PNG][1])
    assert isinstance(part, Picture)
    assert (part.url, part.media_type, asked) == ("", "image/png", ["https://example.org/cat.png"])


def test_the_limits_of_the_service_are_kept_to() -> None:
    (part,) = to_parts(photo(400, 200), "wide", MediaLimits(image_side=100))
    assert isinstance(part, Picture)
    assert (part.width, part.height) == (100, 50)


def test_pieces_are_unread() -> None:
    (piece,) = to_pieces(Path("missing.png"))
    assert isinstance(piece, Image)
    with pytest.raises(RequestError, match=r"missing\.png was not found"):
        to_parts(Path("missing.png"))


def test_a_bad_picture_is_one_sentence_with_its_name() -> None:
    Path("broken.png").write_bytes(PNG[:200])
    for value, name in ((PNG[:200], "img"), (Path("broken.png"), "broken.png"), (Image(PNG[:200], name="cat"), "cat")):
        said = refused(value, "img")
        assert said.startswith(f"{name} ")
        assert "\n" not in said


def test_a_plotly_figure_is_a_picture_even_where_it_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plotly.graph_objects.Figure()
    assert isinstance(to_pieces(made, "chart")[0], Image)
    monkeypatch.setattr(type(made), "to_image", lambda self, **_: PNG)
    assert shape(to_parts(made, "chart")) == ["<Picture chart>"]

    def failing(self: object, **_: Any) -> bytes:
        raise ValueError("no kaleido here")

    monkeypatch.setattr(type(made), "to_image", failing)
    assert "chart is a plotly figure" in refused(made, "chart")


# -- several -----------------------------------------------------------------------------------------------------------


def test_a_list_of_pictures_is_one_after_the_other() -> None:
    assert shape(to_parts([photo(), figure()], "figs")) == ["<Picture figs[0]>", "<Picture figs[1]>"]
    assert shape(to_parts((PNG, FILES / "plain.jpg"))) == ["<Picture picture>", "<Picture plain.jpg>"]
    assert shape(to_parts(["Compare", photo(), "with", photo(), 3], "x")) == [
        *("Compare", "<Picture x[1]>", "with", "<Picture x[3]>", "3")
    ]


def test_the_pictures_of_a_mapping_have_their_keys_before_them() -> None:
    assert shape(to_parts({"before": photo(), "after": photo(), "n": 2}, "d")) == [
        *("before: ", "<Picture d['before']>", "\nafter: ", "<Picture d['after']>", "\nn: ", "2")
    ]


def test_lists_in_lists_and_a_list_that_holds_itself_end() -> None:
    assert shape(to_parts([[photo()], [photo()]], "x")) == ["<Picture x[0][0]>", "<Picture x[1][0]>"]
    endless: list[Any] = [photo()]
    endless.append(endless)
    found = to_parts(endless, "x")
    assert 1 <= sum(isinstance(part, Picture) for part in found) <= 5


def test_a_list_without_pictures_is_laid_out_as_ever() -> None:
    assert text(["a.png", 1, None]) == '["a.png", 1, null]'
    assert text({"a": b"text"}) == "{\"a\": b'text'}"
    assert text([]) == "[]"


def test_a_mapping_that_fails_is_named() -> None:
    class Torn(dict[str, int]):
        def items(self) -> Any:
            raise OSError("torn")

    assert "torn" in refused(Torn(a=1), "d")
    assert refused(Torn(a=1), "d").startswith("d ")


def test_the_frames_of_a_video_have_their_times_before_them() -> None:
    frames = Video(FILES / "sound.mp4").frames(count=3)
    parts = to_parts(frames, "frames")
    assert [type(part) for part in parts] == [Text, Picture] * 3
    for frame, said in zip(frames, parts[::2], strict=True):
        assert isinstance(said, Text)
        assert said.text == f" [{frame.name}] "
        assert said.text.startswith(" [sound.mp4 at 0:0")
    assert to_parts(frames[1]) == parts[2:4], "one frame is treated as one of many"


# -- somebody else's word ----------------------------------------------------------------------------------------------


class Chart:
    """A class of the user's own."""


@pytest.fixture
def charts() -> Iterator[Any]:
    """Registers functions for ``Chart`` and forgets them."""
    undo: list[Any] = []
    yield lambda function: undo.append(register(Chart, function))
    for one in undo:
        one()


@pytest.mark.parametrize(
    "given",
    [Image(PNG, name="v"), Video(FILES / "sound.mp4", name="v"), photo(), figure(), PNG, [Image(PNG, name="v")]],
    ids=lambda value: type(value).__name__,
)
def test_a_registered_function_may_give_a_picture_or_video(charts: Any, given: object) -> None:
    charts(lambda _: given)
    (part,) = to_parts(Chart(), "v")
    assert isinstance(part, Picture | Clip)
    assert part.name == "v"


def test_a_registered_function_may_give_text_and_pictures(charts: Any) -> None:
    charts(lambda _: ("The chart: ", Image(PNG, name="c"), " and a path: ", FILES / "plain.jpg"))
    assert shape(to_parts(Chart())) == ["The chart: ", "<Picture c>", " and a path: ", "<Picture plain.jpg>"]


def test_a_registered_function_goes_before_the_kits_own_word_on_pictures() -> None:
    from PIL import Image as Pillow

    undo = register(Pillow.Image, lambda picture: f"a picture of {picture.size}")
    assert text(Pillow.new("RGB", (2, 3))) == "a picture of (2, 3)"
    undo()


def test_what_fails_while_it_is_given_out_is_named(charts: Any) -> None:
    def failing(_: object) -> Iterator[str]:
        yield "one"
        raise ValueError("torn")

    charts(failing)
    said = refused(Chart(), "v")
    assert "v cannot be put into the prompt" in said
    assert "ValueError: torn" in said


@pytest.mark.parametrize("protocol", ["_repr_llm_", "__llm__", "_ai_repr_"])
def test_a_value_may_give_a_picture_of_itself(protocol: str) -> None:
    made = type("Made", (), {protocol: lambda self: ["It is ", figure()]})()
    assert shape(to_parts(made, "it")) == ["It is ", "<Picture it>"]


def test_media_pieces_are_of_pictures_only(charts: Any) -> None:
    charts(lambda _: Image(PNG, name="c"))
    assert isinstance((media_pieces(Chart()) or ())[0], Image)
    assert len(media_pieces([photo(), photo()]) or ()) == 2
    for value in ("cat.png", 3, [1, 2], {}, None, np.zeros((2, 2))):
        assert media_pieces(value) is None


# -- in the middle of a prompt -----------------------------------------------------------------------------------------


def filled(prompt: str, **names: object) -> list[str]:
    return shape(tuple(part for piece in fill(prompt, names) for part in to_parts(piece)))


def test_a_picture_stands_where_its_marker_stood() -> None:
    names = {"fig": figure(), "img": photo(), "clip": Video(FILES / "sound.mp4"), "n": 3, "run": {"plots": [photo()]}}
    assert filled("Is {{fig}} like {{ img }}, in {{n}} words? {{clip}}", **names) == [
        *("Is ", "<Picture fig>", " like ", "<Picture img>", ", in 3 words? ", "<Clip sound.mp4>")
    ]
    assert filled('{{run["plots"][0]}}', **names) == ['<Picture run["plots"][0]>']
    assert filled("{{fig}}{{img}}", **names) == ["<Picture fig>", "<Picture img>"]


def test_frames_and_mappings_of_pictures_are_filled_in() -> None:
    frames = Video(FILES / "sound.mp4").frames(count=2)
    first, second = (frame.name for frame in frames)
    assert filled("What happens? {{frames}} Say it.", frames=frames) == [
        *("What happens? ", f" [{first}] ", f"<Picture {first}>", f" [{second}] ", f"<Picture {second}>", " Say it.")
    ]
    both = filled("Compare {{both}} now.", both={"a": photo(), "b": photo()})
    assert both == ["Compare\n\na: ", "<Picture both['a']>", "\nb: ", "<Picture both['b']>", "\n\nnow."]


def test_a_path_is_looked_up_as_in_a_marker() -> None:
    fig = figure()
    assert look_up("Out[3]", {"Out": {3: fig}}) == (fig,)
    run = type("Run", (), {"plots": {"loss": fig}})()
    assert look_up('run.plots["loss"]', {"run": run}) == (fig,)
    for said in ("missing", "./cat.png", "a b", "f(x)", ""):
        assert look_up(said, {"a": 1, "f": len}) == ()
    with pytest.raises(RequestError):
        look_up("Out[4]", {"Out": {3: fig}})


# -- lightness ---------------------------------------------------------------------------------------------------------


def test_naming_a_picture_loads_nothing_that_reads_one() -> None:
    code = (
        "import sys\nfrom minimax_nb import Image, Video\nfrom minimax_nb.prompt import to_pieces\n"
        "to_pieces([Image('cat.png'), Video('cat.mp4'), 'text', b'bytes', {1: 2}])\n"
        "print(sorted({'PIL', 'numpy', 'av', 'matplotlib', 'IPython', 'httpx', 'plotly'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
