"""Files at the service: the calls that upload, list, look up and delete them, and what is answered.

MiniMax file management page and captures, read 2026-11-20. Answers come with HTTP 200 whatever they say, a refused key
included; ``base_resp`` tells. An id is a whole number of 64 bits in captures and a text in the documentation, so it is
kept as text. A file for ``video_understanding`` is kept for seven days at most.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from minimax_nb.catalog.address import with_path
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import RequestError, ServiceError, WireError
from minimax_nb.messages.shown import Shown
from minimax_nb.prompt.media.files import said_bytes, short
from minimax_nb.prompt.media.kinds import KINDS
from minimax_nb.wire.asking import get, post
from minimax_nb.wire.call import Call
from minimax_nb.wire.faults import error_within, excerpt
from minimax_nb.wire.loose import list_of, mapping_of, one_line, parse_json, text_of, whole_of

PURPOSE = "video_understanding"
"""What an uploaded video is for: only such a file may be named in a message."""

SCHEME = "mm_file://"
"""What an address in a message begins with that names an uploaded file."""

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}")
_UNQUOTABLE = re.compile(r'[\x00-\x1f"\\\x7f]')
_LONGEST_NAME = 180
_MOST_BYTES = 10**15
_LAST_SECOND = 4_102_444_800  # the year 2100: what is later is no time in seconds
_LOST = re.compile(
    r"\bfiles?\b.{0,80}(not (?:be )?found|not exist|no such|expired|deleted|unknown|invalid)"
    r"|(no such|unknown|invalid|expired|deleted|not find|not found|not exist).{0,40}\bfiles?\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Uploaded(Shown):
    """A file at the service.

    Attributes:
        file_id: Its id there, digits as a rule.
        name: What it was called when it was uploaded.
        size: Bytes, or None where the service does not say.
        sha256: Of its content, 64 hex digits; "" where it was not uploaded from here.
        created: When the service took it in, or None where it does not say.
        purpose: What it is for: "video_understanding".
    """

    file_id: str
    name: str = ""
    size: int | None = None
    sha256: str = ""
    created: datetime | None = None
    purpose: str = ""

    @property
    def url(self) -> str:
        """The address under which a message names it."""
        return SCHEME + self.file_id


@dataclass(frozen=True, slots=True)
class Form:
    """An upload in three pieces: what stands before the content, the content itself, what stands behind it.

    Attributes:
        call: The call, without a body; its headers tell the length of the whole.
        head: Bytes before the content.
        tail: Bytes behind it.
        size: Bytes of the content.
    """

    call: Call
    head: bytes
    tail: bytes
    size: int


def files_url(endpoint: Endpoint) -> str:
    """Where the endpoint keeps its files: on the host of its calls.

    Raises:
        RequestError: It takes no uploads.
    """
    return with_path(endpoint.base_url, _path(endpoint))


def check_uploads(endpoint: Endpoint, name: str = "", size: int | None = None) -> None:
    """Let an endpoint pass that takes uploads.

    Args:
        endpoint: Where to.
        name: What is to be uploaded, for the message.
        size: Its bytes.

    Raises:
        RequestError: It takes none.
    """
    if endpoint.provider.files_path is not None:
        return
    title = endpoint.provider.title
    if not name:
        raise RequestError(f"{title} takes no uploads.")
    has = f"has {said_bytes(size)}: too much for a request" if size is not None else "is too much for a request"
    raise RequestError(
        f"{short(name)} {has}, and {title} takes no uploads.",
        hint="Make it smaller with Video(...).trim(0, 60) or .scale(1280), send pictures of it with "
        "Video(...).frames(count=20), or ask MiniMax itself (-p minimax), which takes uploads.",
    )


# -- calls -------------------------------------------------------------------------------------------------------------


def encode_upload(endpoint: Endpoint, name: str, size: int, media_type: str = "") -> Form:
    """The form that uploads a content of ``size`` bytes.

    The name gets an ending that fits the type if it has none: a service tells a video by it.

    Raises:
        RequestError: The endpoint takes no uploads.
    """
    mark = secrets.token_hex(16)  # no content can hold it
    fields = (
        f'--{mark}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{PURPOSE}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{_quoted(_fitting(name, media_type))}"\r\n'
        f"Content-Type: {media_type or 'application/octet-stream'}\r\n\r\n"
    )
    head, tail = fields.encode("utf-8", "replace"), f"\r\n--{mark}--\r\n".encode()
    plain = _bearer(get(_at_root(endpoint), f"{_path(endpoint)}/upload"))
    headers = {
        **dict(plain.headers),
        "content-type": f"multipart/form-data; boundary={mark}",
        "content-length": str(len(head) + size + len(tail)),
    }
    call = replace(plain, method="POST", headers=tuple(headers.items()), stream=False)
    return Form(call, head, tail, size)


def encode_list(endpoint: Endpoint) -> Call:
    """The call for the files that were uploaded as videos to look at.

    Raises:
        RequestError: The endpoint takes no uploads.
    """
    return _bearer(get(_at_root(endpoint), f"{_path(endpoint)}/list?purpose={PURPOSE}"))


def encode_retrieve(endpoint: Endpoint, file_id: str) -> Call:
    """The call for what is known of one file.

    Raises:
        RequestError: The endpoint takes no uploads.
    """
    return _bearer(get(_at_root(endpoint), f"{_path(endpoint)}/retrieve?file_id={quote(file_id, safe='')}"))


def encode_delete(endpoint: Endpoint, file_id: str) -> Call:
    """The call that deletes a file.

    Raises:
        RequestError: The endpoint takes no uploads.
    """
    number = int(file_id) if file_id.isascii() and file_id.isdecimal() and len(file_id) < 20 else file_id
    body = {"file_id": number, "purpose": PURPOSE}
    return _bearer(post(_at_root(endpoint), f"{_path(endpoint)}/delete", body, stream=False))


# -- answers -----------------------------------------------------------------------------------------------------------


def decode_file(body: bytes, endpoint: Endpoint) -> Uploaded:
    """The file in the answer to an upload or a look-up.

    Raises:
        ServiceError: The service refused, with HTTP 200 as it does here.
        WireError: It is no such answer.
    """
    found = _file(mapping_of(_value(body, endpoint).get("file")), endpoint)
    if found is None:
        raise WireError(f"{endpoint.provider.title} answered without the id of a file: {_shown(endpoint, body)}.")
    return found


def decode_list(body: bytes, endpoint: Endpoint) -> tuple[Uploaded, ...]:
    """The files in the answer to a listing, in the service's order.

    Raises:
        ServiceError: The service refused, with HTTP 200 as it does here.
        WireError: It is no such answer.
    """
    value = _value(body, endpoint)
    if not isinstance(value.get("files"), list | None):
        raise WireError(f"{endpoint.provider.title} answered without a list of files: {_shown(endpoint, body)}.")
    entries = (_file(mapping_of(entry), endpoint) for entry in list_of(value.get("files")))
    return tuple(entry for entry in entries if entry is not None)


def decode_deleted(body: bytes, endpoint: Endpoint) -> None:
    """Read the answer to a deletion; it says nothing that was not known.

    Raises:
        ServiceError: The service refused, with HTTP 200 as it does here.
        WireError: It is no such answer.
    """
    _value(body, endpoint)


def is_lost(error: BaseException, file_id: str = "") -> bool:
    """Whether an error says that the service does not have a file, or no longer has it.

    No page documents the words, so a message counts that names the id or speaks of a missing file; the code is 2013,
    under which MiniMax puts whatever it does not take.

    Args:
        error: What a call ended with.
        file_id: The file that was asked for.
    """
    if not isinstance(error, ServiceError) or not (error.code == "2013" or error.status == 404):
        return False
    return bool(file_id and file_id in error.what) or SCHEME in error.what or _LOST.search(error.what) is not None


# -- inside ------------------------------------------------------------------------------------------------------------


def _path(endpoint: Endpoint) -> str:
    check_uploads(endpoint)
    return (endpoint.provider.files_path or "").rstrip("/")


def _at_root(endpoint: Endpoint) -> Endpoint:
    """The endpoint with its host alone as its base: files are no part of either protocol."""
    return replace(endpoint, base_url=with_path(endpoint.base_url, ""))


def _bearer(call: Call) -> Call:
    """The call with its key where files want it, whichever place the protocol of the endpoint has for it."""
    return replace(call, key_header="authorization", key_prefix="Bearer ", key_field="")


def _fitting(name: str, media_type: str) -> str:
    """The last part of a name, not too long, with an ending that fits the type."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1].strip() or "file"
    endings = next((kind.suffixes for kind in KINDS if kind.media_type == media_type), ())
    stem, dot, ending = last.rpartition(".")
    if not endings or last.lower().endswith(endings):
        return f"{stem[:_LONGEST_NAME]}{dot}{ending[:20]}"
    return last[:_LONGEST_NAME] + endings[0]


def _quoted(name: str) -> str:
    """A name fit to stand in quotes in a header: what would end the quotes or the line is percent-encoded."""
    return _UNQUOTABLE.sub(lambda found: f"%{ord(found[0]):02X}", name)


def _file(entry: Mapping[str, Any], endpoint: Endpoint) -> Uploaded | None:
    """One file, or None where there is no id that could be sent back. A key among its words is masked."""
    number = entry.get("file_id")
    file_id = str(number) if type(number) is int and number >= 0 else text_of(number).strip()
    if not _ID.fullmatch(file_id):
        return None
    mask = endpoint.key.mask if endpoint.key else str
    seconds = whole_of(entry.get("created_at"), most=_LAST_SECOND)
    return Uploaded(
        file_id,
        name=one_line(mask(text_of(entry.get("filename"))), _LONGEST_NAME),
        size=whole_of(entry.get("bytes"), most=_MOST_BYTES),
        created=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        purpose=one_line(mask(text_of(entry.get("purpose"))), 60),
    )


def _value(body: bytes, endpoint: Endpoint) -> Mapping[str, Any]:
    """The JSON object in a body that reports no error."""
    try:
        value = parse_json(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        what = f"{endpoint.provider.title} did not answer as a service of files does: {_shown(endpoint, body)}."
        raise WireError(what, hint="Check the base URL.")
    error = error_within(endpoint, value, began=False)
    if error is not None:
        raise error
    return value


def _shown(endpoint: Endpoint, body: bytes) -> str:
    return f"“{excerpt(endpoint, body)}”"
