"""Pictures and videos in a cell: --image and --video, and {{fig}} in the middle of the prompt."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest

from minimax_nb import ConfigError, Image, RequestError, Video
from minimax_nb.messages.parts import Text
from tests.prompt.media.makers import FILES, photo, saved

NOW = "/emulate delay-ms=0\n"
PNG = saved(photo(), "PNG")
FIGURE = "from matplotlib.figure import Figure\nfig = Figure(figsize=(2, 1))\naxes = fig.add_subplot()\n"


@pytest.fixture
def files() -> Path:
    """Some files in the working directory."""
    Path("plots").mkdir()
    for name in ("cat.png", "my cat.png", "plots/dog.jpg", ".hidden.png"):
        Path(name).write_bytes(PNG)
    shutil.copy(FILES / "sound.mp4", "clip.mp4")
    Path("notes.txt").write_text("no picture", encoding="utf-8")
    return Path.cwd()


def names(shell) -> list[str]:
    """What the last cell sent, media by their names."""
    return [medium.name for medium in shell["_mm"].media]


def order(shell, name: str = "main") -> list[str]:
    """The last prompt's parts: texts as they are, media by name."""
    magics = shell.shell.magics_manager.registry["MinimaxMagics"]
    message = [message for message in magics.session.chats[name].history if message.role == "user"][-1]
    return [part.text if isinstance(part, Text) else f"<{part.name}>" for part in message.parts]


# -- what X is ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "sent"),
    [
        ("--image cat.png", "cat.png"),
        ("--image ./cat.png", "cat.png"),
        ('--image "my cat.png"', "my cat.png"),
        ("--image plots/dog.jpg", "dog.jpg"),
        ("--image img", "img"),
        ("--image fig", "fig"),
        ("--image axes", "axes"),
        ("--image array", "array"),
        ("--image floats", "floats"),
        ("--image data", "data"),
        ("--image path", "cat.png"),
        ("--image text", "cat.png"),
        ("--image ready", "ready"),
        ("--image pair[1]", "pair[1]"),
        ("--image named['a']", "named['a']"),
        ("--image opened", "opened"),
        ("--image https://example.org/cat.png?size=3", "cat.png"),
        ("--image url", "cat.png"),
        ("--video clip.mp4", "clip.mp4"),
        ("--video film", "clip.mp4"),
    ],
)
def test_a_path_an_address_or_a_variable_of_any_kind(shell, files, option, sent):
    shell.ok(FIGURE)
    with Path("cat.png").open("rb") as opened:
        shell.shell.user_ns.update(
            img=photo(),
            array=np.asarray(photo()),
            floats=np.linspace(0, 1, 64).reshape(8, 8),
            data=PNG,
            path=Path("cat.png"),
            text="cat.png",
            url="https://example.org/cat.png",
            ready=Image(PNG, name="ready"),
            pair=[photo(), photo()],
            named={"a": photo()},
            film=Video("clip.mp4", fps=1),
            opened=opened,
        )
        shell.ok(f"%%minimax --alone {option}\n{NOW}What is it?")
    assert names(shell) == [sent]


def test_a_file_at_the_service_and_a_data_url_are_taken(shell):
    assert "mm_file://123" in shell.ok("%%minimax --dry --video mm_file://123\nWhat is it?")
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    shell.ok(f"%%minimax --image {url}\n{NOW}What is it?")
    assert shell["_mm"].media[0].width == 96


def test_they_stand_before_the_text_in_the_order_they_were_said(shell, files):
    shell.ok(FIGURE)
    shell.ok(f"%%minimax --image fig --video clip.mp4 --image cat.png\n{NOW}Compare {{{{axes}}}} with them.")
    assert order(shell) == ["<fig>", "<clip.mp4>", "<cat.png>", f"{NOW}Compare ", "<axes>", " with them."]
    assert shell["_mm"].prompt == f"{NOW}Compare  with them."


def test_the_line_form_and_raw_take_them_too(shell, files):
    shell.ok("%minimax --image cat.png what is this?")
    assert order(shell) == ["<cat.png>", "what is this?"]
    shell.ok(f"%%minimax --raw --image cat.png\n{NOW}as {{{{typed}}}}")
    assert order(shell) == ["<cat.png>", f"{NOW}as {{{{typed}}}}"]


def test_a_list_of_pictures_is_several(shell, files):
    shell.shell.user_ns["frames"] = Video("clip.mp4").frames(count=2)
    shell.ok(f"%%minimax --image frames\n{NOW}What happens?")
    first, second = (frame.name for frame in shell["frames"])
    assert order(shell) == [f" [{first}] ", f"<{first}>", f" [{second}] ", f"<{second}>", f"{NOW}What happens?"]


def test_pictures_alone_are_sent(shell, files):
    shell.ok("%minimax --image cat.png")
    assert names(shell) == ["cat.png"]


# -- markers -----------------------------------------------------------------------------------------------------------


def test_figures_pictures_and_videos_are_filled_in_where_they_stand(shell, files):
    shell.ok(FIGURE)
    shell.shell.user_ns.update(img=photo(), clip=Video("clip.mp4"))
    shell.ok(f"%%minimax\n{NOW}Is {{{{fig}}}} like {{{{img}}}} or {{{{clip}}}}?")
    assert order(shell) == [f"{NOW}Is ", "<fig>", " like ", "<img>", " or ", "<clip.mp4>", "?"]


def test_what_ipython_kept_of_an_output_is_a_picture_too(shell):
    shell.shell.user_ns["photo"] = photo
    shell.ok("from matplotlib.figure import Figure\nFigure(figsize=(2, 1))")
    figure_at = shell.shell.execution_count - 1
    shell.ok("photo()")
    picture_at = shell.shell.execution_count - 1
    shell.ok(f"%%minimax\n{NOW}{{{{_}}}} {{{{Out[{figure_at}]}}}} {{{{_{picture_at}}}}} {{{{In[{picture_at}]}}}}")
    assert order(shell) == [NOW, "<_>", " ", f"<Out[{figure_at}]>", " ", f"<_{picture_at}>", " photo()"]
    shell.ok(f"%%minimax --alone --image Out[{picture_at}] --image _{picture_at}\n{NOW}hi")
    assert names(shell) == [f"Out[{picture_at}]", f"_{picture_at}"]


def test_frames_are_filled_in_with_their_times(shell, files):
    shell.shell.user_ns["frames"] = Video("clip.mp4").frames(count=2)
    shell.ok(f"%%minimax\n{NOW}What happens? {{{{frames}}}}")
    assert len(names(shell)) == 2
    assert "[clip.mp4 at 0:0" in shell["_mm"].prompt


# -- which one ---------------------------------------------------------------------------------------------------------


def test_a_variable_goes_before_a_file_of_its_name_if_it_is_a_picture(shell, files):
    Path("thing").write_bytes(PNG)
    shell.shell.user_ns["thing"] = photo(50, 40)
    shell.ok(f"%%minimax --alone --image thing\n{NOW}hi")
    assert shell["_mm"].media[0].width == 50
    shell.ok(f"%%minimax --alone --image ./thing\n{NOW}hi")
    assert shell["_mm"].media[0].width == 96
    for other in ({"no": "picture"}, 3, "no such file"):
        shell.shell.user_ns["thing"] = other
        shell.ok(f"%%minimax --alone --image thing\n{NOW}hi")
        assert shell["_mm"].media[0].width == 96


def test_an_error_says_which_of_the_two_was_taken(shell, files):
    Path("thing").write_bytes(PNG)
    shell.shell.user_ns["thing"] = PNG[:200]
    said = str(shell.fails("%%minimax --image thing\nhi"))
    assert said.startswith("thing ")
    assert "thing is the variable here; --image ./thing is the file." in said
    Path("thing").unlink()
    assert "the variable here" not in str(shell.fails("%%minimax --image thing\nhi"))


def test_a_file_wins_over_an_attribute_that_is_none(shell, files):
    shell.ok("class Cat:\n    age = 3\ncat = Cat()")
    shell.ok(f"%%minimax --image cat.png\n{NOW}hi")
    assert names(shell) == ["cat.png"]


# -- mistakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--image cta.png", "neither a variable nor a file cta.png, which --image asks for. Did you mean cat.png?"),
        ("--image figg", "neither a variable nor a file figg, which --image asks for. Did you mean fig?"),
        ("--image plots/dig.jpg", "plots/dig.jpg was not found. Did you mean dog.jpg?"),
        ("--image nowhere/dog.jpg", "There is no folder nowhere."),
        ("--image number", "number is a variable of type int, which is no picture, and there is no such file."),
        ("--image film", "film is a video, not a picture. Use --video film."),
        ("--video fig", "fig is a picture, not a video. Use --image fig."),
        ("--image clip.mp4", "clip.mp4 is a video (MP4), not a picture. Use Video(...) or --video."),
        ("--image notes.txt", "notes.txt"),
        ("--image plots", "plots"),
        ("--image ftp://h/cat.png", "ftp://h/cat.png"),
        ("--image", "--image needs a value: --image X."),
        ("--imag cat.png", "Did you mean --image?"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_sent(shell, files, options, said):
    shell.ok(FIGURE)
    shell.shell.user_ns.update(number=3, film=Video("clip.mp4"))
    error = shell.fails(f"%%minimax {options}\nWhat is it?")
    assert isinstance(error, RequestError | ConfigError)
    (line,) = shell.lines()
    assert said in line
    assert "\n" not in line
    assert "_mm" not in shell.shell.user_ns


def test_a_model_that_cannot_see_is_named_with_those_that_can(shell, files):
    error = shell.fails(f"%%minimax -m MiniMax-M2.7 --image cat.png\n{NOW}hi")
    assert "MiniMax-M3" in str(error)
    assert "_mm" not in shell.shell.user_ns


def test_a_bad_picture_in_the_text_is_one_line_too(shell):
    shell.shell.user_ns["img"] = PNG[:200]
    shell.fails("%%minimax\nWhat is {{img}}?")
    (line,) = shell.lines()
    assert line.startswith("RequestError: img ")


# -- showing -----------------------------------------------------------------------------------------------------------


def test_dry_and_code_send_nothing(shell, files):
    for option in ("--dry", "--show-code"):
        text = shell.ok(f"%%minimax {option} --image cat.png\nWhat is it?")
        assert "cat.png" in text or "image/png" in text
        assert "_mm" not in shell.shell.user_ns


def test_help_names_them(shell, capsys):
    shell.run("%minimax --help")
    shown = capsys.readouterr().out
    assert "--image X" in shown
    assert "--video X" in shown


@pytest.mark.parametrize(
    ("line", "offers", "not_offered"),
    [
        (
            "%%minimax --image ",
            {"fig", "img", "cat.png", "plots/", "pair"},
            {"clip.mp4", "film", "number", "notes.txt"},
        ),
        ("%%minimax --image ca", {"cat.png"}, {"fig"}),
        ("%%minimax --image fi", {"fig"}, {"film"}),
        ("%%minimax --image plots/", {"plots/dog.jpg"}, {"cat.png"}),
        ("%%minimax --image ./c", {"./cat.png"}, {"cat.png"}),
        ("%minimax --video ", {"film", "clip.mp4", "plots/"}, {"fig", "cat.png"}),
        ("%minimax --image img --video cl", {"clip.mp4"}, set()),
        ("%minimax --image .h", {".hidden.png"}, set()),
        ("%minimax --ima", {"--image"}, set()),
    ],
)
def test_tab_completes_variables_that_are_media_and_files(shell, files, line, offers, not_offered):
    shell.ok(FIGURE)
    shell.shell.user_ns.update(img=photo(), film=Video("clip.mp4"), number=3, pair=[photo()])
    symbol, found = shell.shell.complete(None, line, len(line))
    word = line.split(" ")[-1]
    whole = {word[: len(word) - len(symbol)] + one for one in found}
    assert offers <= whole
    assert not not_offered & whole


def test_tab_completes_a_name_with_a_blank_behind_a_quote(shell, files):
    line = '%%minimax --image "my'
    _, found = shell.shell.complete(None, line, len(line))
    assert any(one.endswith('my cat.png"') for one in found)
