"""MiniMax's files: what an upload answers. Nothing is kept, so the list is empty and any id can be looked up.

MiniMax file management page and captures, read 2026-11-20. These endpoints answer HTTP 200 even to what they refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from minimax_nb.emulator.heard import Refused
from minimax_nb.emulator.ids import CREATED, digest

_FINE = {"status_code": 0, "status_msg": "success"}
_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAMED = re.compile(rb'[;\s]name="([^"]*)"')
_FILENAME = re.compile(rb'filename="([^"]*)"')
PURPOSES = frozenset({"voice_clone", "prompt_audio", "t2a_async_input", "video_understanding", "retrieval"})


def answer_files(path: str, headers: Mapping[str, str], body: bytes, query: str) -> dict[str, Any]:
    """What a file endpoint says.

    Raises:
        Refused: Something is missing or not taken.
    """
    match path.rpartition("/")[2]:
        case "upload":
            return {"file": _uploaded(headers, body), "base_resp": _FINE}
        case "list":
            return {"files": [], "base_resp": _FINE}
        case "retrieve":
            number = _number(parse_qs(query).get("file_id", [""])[-1])
            about = {"bytes": 0, "created_at": CREATED, "filename": "file", "purpose": "video_understanding"}
            return {"file": {"file_id": number, **about, "download_url": ""}, "base_resp": _FINE}
        case _:
            found = re.search(rb'"file_id"\s*:\s*"?(\d+)', body)
            return {"file_id": _number(found[1].decode() if found else ""), "base_resp": _FINE}


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 20:
        raise Refused("binding: expr_path=file_id, cause=missing required parameter")
    return int(text)


def _uploaded(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    boundary = _BOUNDARY.search(headers.get("content-type", ""))
    parts = body.split(b"--" + boundary[1].encode("utf-8", "replace")) if boundary else []
    purpose, name, data = "", "", b""
    for part in parts:
        head, found, rest = part.partition(b"\r\n\r\n")
        named = _NAMED.search(head)
        if not found or named is None:
            continue
        rest = rest.removesuffix(b"\r\n")
        if named[1] == b"purpose":
            purpose = rest.decode("utf-8", "replace")
        elif named[1] == b"file":
            filename = _FILENAME.search(head)
            name, data = (filename[1] if filename else b"").decode("utf-8", "replace"), rest
    for member, value in (("purpose", purpose), ("file", data)):
        if not value:
            raise Refused(f"binding: expr_path={member}, cause=missing required parameter")
    if purpose not in PURPOSES:
        raise Refused(f"unknown purpose '{purpose}'")
    number = int(digest(name, str(len(data)), data[:64].hex())[:15], 16)
    return {"file_id": number, "bytes": len(data), "created_at": CREATED, "filename": name, "purpose": purpose}
