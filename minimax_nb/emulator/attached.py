"""Pictures and videos in a message: read as each protocol writes them, checked, decoded, and found if they are files.

MiniMax OpenAI-compatible, Anthropic-compatible and Responses API pages, read 2026-11-20.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minimax_nb.emulator.files import find_file
from minimax_nb.emulator.films import film_of
from minimax_nb.emulator.heard import Heard, Media, Refused, Turn
from minimax_nb.emulator.rules import check_media_knobs, check_media_type, check_media_url
from minimax_nb.emulator.sizes import measure
from minimax_nb.emulator.store import Store

_FILE = "mm_file://"


def from_openai(part: Mapping[str, Any], kind: str, after: str) -> Media:
    """A part of the OpenAI-compatible protocol.

    Args:
        part: The part.
        kind: "image_url" or "video_url", the member with its address.
        after: The text right before it.

    Raises:
        Refused: It breaks one of the service's rules.
    """
    holder = part.get(kind)
    if isinstance(holder, str):
        holder = {"url": holder}
    url = holder.get("url") if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or not isinstance(url, str) or not url:
        raise Refused(f"binding: expr_path={kind}.url, cause=missing required parameter")
    check_media_knobs(holder, part)
    return _addressed("image" if kind == "image_url" else "video", url, holder, after)


def from_responses(part: Mapping[str, Any], kind: str, after: str) -> Media:
    """A part of a Responses input; ``kind`` is "input_image" or "input_video".

    Raises:
        Refused: It breaks one of the service's rules.
    """
    member = kind.replace("input_", "") + "_url"
    named = {name: value for name, value in part.items() if name in {"detail", "fps", "max_long_side_pixel"}}
    holder = part.get(member)
    return from_openai({member: {"url": holder, **named} if isinstance(holder, str) else holder}, member, after)


def from_anthropic(block: Mapping[str, Any], kind: str, after: str) -> Media:
    """A block of the Anthropic-compatible protocol; ``kind`` is "image" or "video".

    Raises:
        Refused: It breaks one of the service's rules.
    """
    source = block.get("source")
    if not isinstance(source, dict):
        raise Refused(f"binding: expr_path={kind}.source, cause=missing required parameter")
    check_media_knobs(source, block)
    match source.get("type"):
        case "url" if isinstance(source.get("url"), str):
            check_media_url(kind, source["url"])
            return _media(kind, about_url(source["url"]), source, after, url=source["url"])
        case "base64" if isinstance(source.get("data"), str):
            media_type = str(source.get("media_type") or "no type")
            data = source["data"]
            check_media_type(kind, media_type, len(data) * 3 // 4, "anthropic")
            return _media(kind, about_base64(media_type, data), source, after, media_type=media_type, base64=data)
        case _:
            raise Refused(f"binding: expr_path={kind}.source, cause=missing required parameter")


def _addressed(kind: str, url: str, holder: Mapping[str, Any], after: str) -> Media:
    """Something with an address, or a data URL."""
    if not url.startswith("data:"):
        check_media_url(kind, url)
        return _media(kind, about_url(url), holder, after, url=url)
    head, _, data = url[5:].partition(",")
    media_type, _, coding = head.partition(";")
    check_media_type(kind, media_type, len(data) * 3 // 4, "openai")
    if coding != "base64":
        raise Refused(f"invalid {kind} url")
    return _media(kind, about_base64(media_type, data), holder, after, media_type=media_type, base64=data)


def _media(
    kind: str,
    about: str,
    holder: Mapping[str, Any],
    after: str,
    *,
    url: str = "",
    media_type: str = "",
    base64: str = "",
) -> Media:
    fps = holder.get("fps")
    return Media(
        "image" if kind == "image" else "video",
        about,
        detail=str(holder.get("detail") or "default"),
        fps=None if fps is None else float(fps),
        max_side=holder.get("max_long_side_pixel"),
        after=after,
        url=url,
        media_type=media_type,
        base64=base64,
    )


def about_url(url: str) -> str:
    """How something was sent that stands at an address, in a few words."""
    return f"by address, {url[:80]}"


def about_base64(media_type: str, data: str) -> str:
    """The type and the size of base64 data, in a few words."""
    return f"base64, {media_type}, {len(data) * 3 // 4 - data[-2:].count('='):,} bytes"


# -- what a model gets to see ------------------------------------------------------------------------------------------


def behold(heard: Heard, store: Store, *, sees: bool) -> Heard:
    """The request as its model gets it: media decoded and measured, or dropped without a word for one without eyes.

    Args:
        heard: The request.
        store: The uploaded files.
        sees: Whether the model takes pictures and videos.

    Raises:
        Refused: Something is no base64, or a file is not there.
    """
    if not any(turn.media or any(result.media for result in turn.results) for turn in heard.turns):
        return heard
    return replace(heard, turns=tuple(_turn(turn, store, sees=sees) for turn in heard.turns))


def _turn(turn: Turn, store: Store, *, sees: bool) -> Turn:
    def seen(shown: tuple[Media, ...]) -> tuple[Media, ...]:
        return tuple(_found(media, store) for media in shown) if sees else ()

    results = tuple(replace(result, media=seen(result.media)) for result in turn.results)
    return replace(turn, media=seen(turn.media), results=results)


def _found(media: Media, store: Store) -> Media:
    if media.url.startswith(_FILE):
        return _filed(media, store)
    if media.url:
        return media
    try:
        content = b64decode(media.base64, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"invalid {media.kind} base64 data") from None
    media = replace(media, base64="", content=content)
    if media.kind == "image":
        sized = measure(content)
        return replace(media, width=sized.width, height=sized.height)
    film = film_of(content)
    return replace(media, width=film.width, height=film.height, duration_s=film.duration_s)


def _filed(media: Media, store: Store) -> Media:
    filed = find_file(media.url.removeprefix(_FILE), store)
    if filed.watched is None:
        raise Refused(f"file purpose must be video_understanding, file_id: {filed.file_id}")
    film, about = filed.watched.film, f"by file id, {filed.name}, {filed.size:,} bytes"
    return replace(
        media,
        about=about,
        width=film.width,
        height=film.height,
        duration_s=film.duration_s,
        watched=filed.watched,
    )
