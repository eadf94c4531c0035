"""What pictures and videos cost, measured in a process of its own: ``python -m tests.bench.media WHAT ...``.

It prints its figures as JSON: seconds of CPU, or bytes. Peaks of memory are taken in two ways that cannot share a
process: with tracemalloc, which sees what Python allocates and takes memory itself, and by the resident set, which sees
the decoders' memory too.
"""

from __future__ import annotations

import binascii
import io
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import psutil

from minimax_nb import Chat, Image, Video
from minimax_nb.catalog import resolve
from minimax_nb.chat.files import upload as upload_file
from minimax_nb.chat.uploads import with_uploads
from minimax_nb.messages.media import MediaLimits
from minimax_nb.messages.parts import Message, Text
from minimax_nb.messages.request import Request
from minimax_nb.transport import Limits, Stop

SMALL = Path(__file__).parents[1] / "prompt" / "media" / "files" / "index-first.mp4"
"""A real video of 2.8 kB."""

PHOTOGRAPH = (4000, 3000)
QUALITY = 90
"""JPEG quality at which the kit encodes a picture anew, and so the floor too."""

_PIECE = 3 << 18


# -- what is measured -------------------------------------------------------------------------------------------------


def photograph(path: Path, size: tuple[int, int] = PHOTOGRAPH) -> Path:
    """A JPEG as large as a photograph of its size: soft colours under a fine grain, the same at every run."""
    from PIL import Image as Pillow

    dice = Random(4)
    soft = Pillow.frombytes("RGB", (50, 40), dice.randbytes(6000)).resize(size, Pillow.Resampling.BICUBIC)
    grain = Pillow.frombytes("L", size, dice.randbytes(size[0] * size[1]))
    Pillow.blend(soft, grain.convert("RGB"), 0.06).save(path, "JPEG", quality=92)
    return path


def film(path: Path, size: int, mark: int = 0) -> Path:
    """A real MP4 of exactly ``size`` bytes: a box of free space behind its index is part of one.

    Args:
        path: Where to.
        size: At least 3000.
        mark: Stands at its end, so that two films differ.
    """
    head = SMALL.read_bytes()
    with path.open("wb") as file:
        file.write(head + (size - len(head)).to_bytes(4, "big") + b"free")
        file.truncate(size - 8)  # zeros, which take no room on most disks
        file.seek(0, io.SEEK_END)
        file.write(mark.to_bytes(8, "big"))
    return path


def chat(face: str, url: str) -> Chat:
    """A conversation with somebody who takes pictures, videos and uploads as MiniMax does."""
    options: dict[str, Any] = {"provider": "minimax", "face": face, "base_url": url, "api_key": "test-key-for-nobody"}
    return Chat("MiniMax-M3", retries=0, **options)


# -- instruments ------------------------------------------------------------------------------------------------------


def highest_rss() -> int:
    """The most bytes of memory this process has had.

    ``ru_maxrss`` is only the second choice: on Linux it begins with what the parent process had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


class Peak:
    """The most memory in use at one moment since it was made, over what was in use then.

    Args:
        how: "traced" or "resident".
    """

    def __init__(self, how: str) -> None:
        self._traced = how == "traced"
        if self._traced:
            tracemalloc.start()
            self._before = tracemalloc.get_traced_memory()[0]
        else:
            with suppress(OSError):  # Linux forgets the highest figure so far; elsewhere it can only make ours larger
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            self._before = psutil.Process().memory_info().rss

    def read(self) -> int:
        """Bytes."""
        return (tracemalloc.get_traced_memory()[1] if self._traced else highest_rss()) - self._before


@contextmanager
def base64_counted() -> Iterator[list[int]]:
    """Every call that makes or reads base64, by the bytes it was handed; the module ``base64`` goes this way too."""
    handed: list[int] = []

    def counted(true: Callable[..., bytes]) -> Callable[..., bytes]:
        def call(data: Any, *args: Any, **options: Any) -> bytes:
            handed.append(len(data))
            return true(data, *args, **options)

        return call

    with ExitStack() as patches:
        for name in ("b2a_base64", "a2b_base64"):
            patches.enter_context(patch.object(binascii, name, counted(getattr(binascii, name))))
        yield handed


# -- measurements -----------------------------------------------------------------------------------------------------


def jpeg(path: str, side: str, rounds: str) -> dict[str, list[float]]:
    """Seconds of CPU for a photograph from its file to what is sent, ours and Pillow's in turns; one round warms up."""
    limits = MediaLimits(image_side=int(side))
    found: dict[str, list[float]] = {"kit": [], "floor": []}
    for number in range(int(rounds) + 1):
        began = time.process_time()
        picture = Image(path).prepare(limits)
        between = time.process_time()
        alone = pillow(path, int(side))
        ended = time.process_time()
        if binascii.a2b_base64(picture.base64) != alone:
            raise SystemExit("the two did not make the same picture")
        if number:
            found["kit"].append(between - began)
            found["floor"].append(ended - between)
    return found


def pillow(path: str, side: int) -> bytes:
    """What Pillow alone makes of a photograph, in the same steps; its decoder scales by powers of two where it may."""
    from PIL import Image as Pillow

    with Pillow.open(path) as image:
        size = (side, round(image.height * side / image.width))
        image.draft(None, size)
        out = io.BytesIO()
        image.resize(size, Pillow.Resampling.LANCZOS).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def request(who: str, face: str, url: str, path: str, how: str) -> dict[str, int]:
    """Peaks of memory from a video's file to the bytes of the request, and to the end of the call."""
    if who == "floor":
        return _request_by_hand(face, url, path, how)
    chat(face, url).ask("So that all is loaded.", Video(SMALL))
    peak = Peak(how)
    with chat(face, url).stream("What happens?", Video(path)) as stream:
        made = peak.read()
        stream.until_done()
        return {"made": made, "sent": peak.read()}


def _request_by_hand(face: str, url: str, path: str, how: str) -> dict[str, int]:
    """The least there can be: the body alone, the file never whole beside it, sent in pieces."""
    import httpx

    size = Path(path).stat().st_size
    client = httpx.Client(trust_env=False, timeout=60)
    address = url + ("/chat/completions" if face == "openai" else "/v1/messages")
    client.post(address, content=b"{}")
    peak = Peak(how)
    body = io.BytesIO(bytes(-(-size // 3) * 4))
    with Path(path).open("rb") as file:
        while data := file.read(_PIECE):
            body.write(binascii.b2a_base64(data, newline=False))
    made, whole = peak.read(), body.getbuffer()
    pieces = (bytes(whole[at : at + 65536]) for at in range(0, len(whole), 65536))
    client.post(address, content=pieces, headers={"content-length": str(len(whole))}).raise_for_status()
    return {"made": made, "sent": peak.read()}


def twice(face: str, url: str, path: str) -> dict[str, int]:
    """Bytes handed to base64 over two turns with one video: it is read once and sent twice."""
    with base64_counted() as handed:
        asked = chat(face, url)
        asked.ask("What happens?", Video(path))
        asked.ask("And then?")
    return {"handed": sum(handed), "size": Path(path).stat().st_size}


def upload(who: str, url: str, path: str, how: str, inside: int = 50_000_000) -> dict[str, int]:
    """Peak of memory from a video's file to the end of its upload; ``inside`` bytes would not have to be uploaded."""
    if who == "floor":
        return _upload_by_hand(url, path, how)
    endpoint = resolve(provider="minimax", face="anthropic", base_url=url, api_key="test-key-for-nobody")
    limits = Limits(retries=0)
    Video(SMALL).prepare()  # so that all is loaded
    upload_file(endpoint, SMALL, "small.mp4", limits)
    peak = Peak(how)
    clip = Video(path).prepare(MediaLimits(video_bytes=inside))
    asked = Request("MiniMax-M3", (Message("user", (Text("What happens?"), clip)),))
    sent = with_uploads(asked, endpoint, limits, Stop())
    if not sent.messages[0].media[0].url:
        raise SystemExit("it was not uploaded")
    return {"peak": peak.read()}


def _upload_by_hand(url: str, path: str, how: str) -> dict[str, int]:
    """The least there can be: a file read and sent in pieces."""
    import httpx

    def pieces() -> Iterator[bytes]:
        with Path(path).open("rb") as file:
            while data := file.read(65536):
                yield data

    client = httpx.Client(trust_env=False, timeout=60)
    client.post(f"{url}/v1/files/upload", content=SMALL.read_bytes()).raise_for_status()
    peak = Peak(how)
    length = {"content-length": str(Path(path).stat().st_size)}
    client.post(f"{url}/v1/files/upload", content=pieces(), headers=length).raise_for_status()
    return {"peak": peak.read()}


def main(what: str, *said: str) -> None:
    """Measure and print."""
    measures: dict[str, Callable[..., object]] = {"jpeg": jpeg, "request": request, "twice": twice, "upload": upload}
    print(json.dumps(measures[what](*said)))


if __name__ == "__main__":
    main(*sys.argv[1:])
