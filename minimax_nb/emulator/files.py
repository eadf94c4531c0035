"""MiniMax's files: upload, list, retrieve, delete.

MiniMax file management page and captures, read 2026-11-20. These endpoints answer HTTP 200 even to what they refuse.
What they say to a file they do not have is not documented; the words are ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from minimax_nb.emulator.heard import Refused
from minimax_nb.emulator.ids import CREATED
from minimax_nb.emulator.store import Filed, Store
from minimax_nb.prompt.media.kinds import AVI, HEAD, MKV, MOV, MP4, kind_of

_FINE = {"status_code": 0, "status_msg": "success"}
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^";\s]+))')
_NAMED = re.compile(rb'[;\s]name="([^"]*)"')
_FILENAME = re.compile(rb'[;\s]filename="([^"]*)"')
_MOST_HEAD = 4096
PURPOSES = frozenset({"voice_clone", "prompt_audio", "t2a_async_input", "video_understanding", "retrieval"})
_VIDEOS = (MP4, AVI, MOV, MKV)
_ENDINGS = tuple(ending for kind in _VIDEOS for ending in kind.suffixes)


def answer_files(path: str, headers: Mapping[str, str], body: bytes, query: str, store: Store) -> dict[str, Any]:
    """What a file endpoint says.

    Args:
        path: Its path; the last part tells what is wanted.
        headers: Of the request, with names in lower case.
        body: Of the request.
        query: What stands behind the question mark.
        store: The files so far; an upload and a deletion change it.

    Raises:
        Refused: Something is missing or not taken.
    """
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    match path.rpartition("/")[2]:
        case "upload":
            return {"file": _about(_upload(headers, body, store)), "base_resp": _FINE}
        case "list":
            return {"files": [_about(filed) for filed in store.list(asked.get("purpose", ""))], "base_resp": _FINE}
        case "retrieve":
            filed = find_file(asked.get("file_id", ""), store)
            return {"file": {**_about(filed), "download_url": ""}, "base_resp": _FINE}
        case _:
            number = find_file(_wanted(body), store).file_id
            store.remove(number)
            return {"file_id": number, "base_resp": _FINE}


def find_file(text: str, store: Store) -> Filed:
    """The file of an id.

    Raises:
        Refused: The text is no id, or no file has it.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > 20:
        raise Refused("binding: expr_path=file_id, cause=missing required parameter")
    filed = store.get(int(text))
    if filed is None:
        raise Refused(f"file not found, file_id: {text}")
    return filed


def _about(filed: Filed) -> dict[str, Any]:
    said = {"file_id": filed.file_id, "bytes": filed.size, "created_at": CREATED}
    return {**said, "filename": filed.name, "purpose": filed.purpose}


def _wanted(body: bytes) -> str:
    """The id in the body of a deletion: a number, or the same as text."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("Syntax error at index 0") from None
    wanted = value.get("file_id") if isinstance(value, dict) else None
    return str(wanted) if isinstance(wanted, int | str) and not isinstance(wanted, bool) else ""


def _upload(headers: Mapping[str, str], body: bytes, store: Store) -> Filed:
    fields: dict[bytes, tuple[str, int, int]] = {}
    for head, at, end in _parts(headers.get("content-type", ""), body):
        named, filename = _NAMED.search(head), _FILENAME.search(head)
        if named:
            fields[named[1]] = (filename[1] if filename else b"").decode("utf-8", "replace"), at, end
    for member in ("purpose", "file"):
        _, at, end = fields.get(member.encode(), ("", 0, 0))
        if at == end:
            raise Refused(f"binding: expr_path={member}, cause=missing required parameter")
    _, at, end = fields[b"purpose"]
    purpose = body[at:end].decode("utf-8", "replace")
    if purpose not in PURPOSES:
        raise Refused(f"unknown purpose '{purpose[:40]}'")
    name, at, end = fields[b"file"]
    if end - at > store.most_bytes:
        raise Refused(f"file is larger than {store.most_bytes // 1_000_000} MB")
    if purpose == "video_understanding":
        _check_video(name, body[at : at + HEAD])
    return store.add(name, purpose, body[at:end])


def _check_video(name: str, head: bytes) -> None:
    """Refuse a file that is none of the four kinds of video, by its name or by its first bytes."""
    kind = kind_of(head)
    if not name.lower().endswith(_ENDINGS) or (kind is not None and kind not in _VIDEOS):
        found = kind.label if kind else name.rpartition(".")[2][:20]
        raise Refused(f"unsupported file type '{found}' for video_understanding")


def _parts(content_type: str, body: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each part's own headers, and from and to which byte its content lies: nothing large is copied."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        return
    mark = b"--" + (found[1] or found[2]).encode("utf-8", "replace")
    first = body.find(b"\r\n" + mark)
    at = 0 if body.startswith(mark) else first + 2 if first >= 0 else -1
    while at >= 0:
        at += len(mark)
        blank = body.find(b"\r\n\r\n", at, at + _MOST_HEAD)
        end = body.find(b"\r\n" + mark, at)
        if not 0 <= blank <= end or body.startswith(b"--", at):
            return
        yield body[at : blank + 2], blank + 4, max(end, blank + 4)
        at = end + 2
