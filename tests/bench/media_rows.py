"""Rows of pictures and videos: preparing, memory, base64, uploads, and what the notebook keeps."""

from __future__ import annotations

import json
import socketserver
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from minimax_nb import Image
from tests.bench import cells, media
from tests.bench.bodies import body
from tests.bench.kernel_rows import outputs_of
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row
from tests.support.kernel import Kernel, Run

Say = Callable[[str], None]
FACES = ("openai", "anthropic")
SIDES = (3584, 1024)
"""Pixels of the longer side: what pictures are scaled down to by default, and one where the decoder can halve first."""

VIDEO_BYTES = 46_000_000
"""As base64 61 MB: of what MiniMax takes in one request, 64 MB, little is left."""

UPLOAD_BYTES = 200_000_000
CAPTION_BYTES = 1_000
"""What a picture may cost the notebook beside its thumbnail: a caption, a line of plain text, its entry in metadata."""

PROMPT = "What is it?"


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Say) -> Iterator[Row]:
    """Every row of pictures and videos."""
    folder = Path(around.env["HOME"])
    yield from _prepared(around, folder, repeat, say)
    yield from _requests(around, server, folder, repeat, say)
    yield from _uploads(around, folder, repeat, say)
    yield from _notebook(around, server, folder, say)


# -- CPU --------------------------------------------------------------------------------------------------------------


def _prepared(around: Surroundings, folder: Path, repeat: int, say: Say) -> Iterator[Row]:
    path = media.photograph(folder / "photograph.jpg")
    for side in SIDES:
        say(f"media, a photograph scaled to {side} pixels")
        found = around.python("tests.bench.media", "jpeg", str(path), str(side), str(repeat))
        kit, floor = (tuple(1e3 * seconds for seconds in found[who]) for who in ("kit", "floor"))
        name = f"a JPEG of 4000 x 3000 to {side}, CPU / Pillow alone"
        yield Row("media", name, "ms", kit, floor, 1.3, times_floor=True, by="pairs")


# -- memory -----------------------------------------------------------------------------------------------------------


def _requests(around: Surroundings, server: LoadServer, folder: Path, repeat: int, say: Say) -> Iterator[Row]:
    path = str(media.film(folder / "film.mp4", VIDEO_BYTES))
    rounds = min(repeat, 3)  # memory hardly differs from run to run
    for face in FACES:
        url = server.url(face, deltas=5)
        for how in ("traced", "resident"):
            say(f"media, memory of a request with a video, {face}, {how}")
            found: dict[str, list[float]] = defaultdict(list)
            for _ in range(rounds):
                for who in ("kit", "floor"):
                    peaks = around.python("tests.bench.media", "request", who, face, url, path, how)
                    for moment, peak in peaks.items():
                        found[f"{who} {moment}"].append(peak / VIDEO_BYTES)
            for moment, words in (("made", "to the request's bytes"), ("sent", "to the end of the call")):
                name = f"{face}: a video of 46 MB {words}, {how} memory / its size"
                sides = tuple(found[f"kit {moment}"]), tuple(found[f"floor {moment}"])
                yield Row("media", name, "x", *sides, 3.2, by="max")
        say(f"media, base64 of a video over two turns, {face}")
        once = around.python("tests.bench.media", "twice", face, url, path)
        name = f"{face}: bytes through base64 in two turns with a video"
        yield Row("media", name, "B", (once["handed"],), (once["size"],), float(once["size"]))


def _uploads(around: Surroundings, folder: Path, repeat: int, say: Say) -> Iterator[Row]:
    with Shelf() as shelf:
        for how in ("traced", "resident"):
            say(f"media, memory of an upload, {how}")
            found: dict[str, list[float]] = {"kit": [], "floor": []}
            for number in range(min(repeat, 3)):
                path = media.film(folder / "long.mp4", UPLOAD_BYTES, mark=shelf.taken + number)
                for who, figures in found.items():
                    before = shelf.taken
                    peak = around.python("tests.bench.media", "upload", who, shelf.url, str(path), how)["peak"]
                    assert shelf.taken - before >= UPLOAD_BYTES, "it was not uploaded whole"
                    figures.append(peak / 1e6)
            name = f"an upload of 200 MB, {how} memory, over what was in use"
            yield Row("media", name, "MB", tuple(found["kit"]), tuple(found["floor"]), 64.0, by="max")


class Shelf:
    """A loopback service that takes files in and keeps nothing of them.

    Attributes:
        taken: Bytes of bodies that have come so far.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_for(shelf: Shelf) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                length = 0
                while header := self.rfile.readline().strip().lower():
                    length = int(header.partition(b":")[2]) if header.startswith(b"content-length:") else length
                left = length
                while left and (data := self.rfile.read(min(left, 65536))):
                    left -= len(data)
                    shelf.taken += len(data)
                file = {"file_id": shelf.taken, "bytes": length, "purpose": "video_understanding"}
                said = json.dumps({"file": file, "base_resp": {"status_code": 0, "status_msg": "success"}}).encode()
                kind = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
                self.wfile.write(kind % len(said) + said)

    return Handler


# -- what the notebook keeps ------------------------------------------------------------------------------------------


def _notebook(around: Surroundings, server: LoadServer, folder: Path, say: Say) -> Iterator[Row]:
    say("media, bytes in the notebook")
    path = folder / "photograph.jpg"
    thumbnail = len(Image(path).prepare().thumbnail)
    for face in FACES:
        url = server.url(face, deltas=50)
        with Kernel(env={**around.env, "MINIMAX_API_KEY": "test-key-for-nobody"}, closed=False) as kernel:
            kernel.run(cells.LOAD)
            without, with_one = (_reply(kernel, cell(face, url, image)) for image in ("", str(path)))
        saved, to_page = saved_bytes(with_one) - saved_bytes(without), _travelled(with_one) - _travelled(without)
        bound = 1.34 * thumbnail + CAPTION_BYTES
        name = f"{face}: a picture with a reply, bytes in the notebook (floor: thumbnail)"
        yield Row("media", name, "B", (saved,), (thumbnail,), bound)
        yield Row("media", f"{face}: the same, bytes to the page", "B", (to_page,), (thumbnail,))


def cell(face: str, url: str, image: str = "") -> str:
    """A cell that asks, with a picture or without."""
    attached = f"--image '{image}' " if image else ""
    return f"%%minimax -p minimax -m MiniMax-M3 --face {face} -u {url} --alone {attached}\n{PROMPT}"


def _reply(kernel: Kernel, text: str) -> Run:
    run = kernel.run(text, timeout=60)
    assert run.error is None, run.text
    assert body("openai", "plain", 50).text.strip() in run.markdown, "the reply is not whole"
    return run


def saved_bytes(run: Run) -> int:
    """Bytes of the cell's outputs in a notebook file."""
    return len(json.dumps(run.outputs, ensure_ascii=False).encode())


def _travelled(run: Run) -> int:
    return sum(message.size for message in outputs_of(run))
