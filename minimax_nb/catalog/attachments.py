"""Pictures and videos held against what a model and its provider take, before anything is sent.

Everything here is told from the values: nothing is opened or decoded. Ranges are those of MiniMax's OpenAI- and
Anthropic-compatible API pages, read 2026-11-20. A model that takes text only must never be sent a picture: MiniMax-M2.7
answers such a call with status 200 and has not seen it (capture of April 2026).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, get_args

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.loader import load_catalog
from minimax_nb.catalog.nearest import listed
from minimax_nb.catalog.rows import Kind, Provider
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import FPS_RANGE, Clip, Detail, Media, Picture
from minimax_nb.messages.parts import Message, Text, Thinking, ToolResult
from minimax_nb.messages.request import Request

_WORDS: dict[Literal["text", "image", "video"], str] = {"text": "text", "image": "picture", "video": "video"}
_ALIASES = {"video/avi": "video/x-msvideo", "video/mov": "video/quicktime", "image/jpg": "image/jpeg"}
_SMALLER = "Make it smaller: Video(...).trim(0, 60) or Video(...).scale(1280)."


def check_media(request: Request, endpoint: Endpoint) -> None:
    """Refuse a picture or video of the user that the endpoint does not take, whichever message it stands in.

    Those that tools gave back are never refused for what they are: the encoder leaves out what is not taken
    (:func:`kept_out`), so that no tool's result ends its own round.

    Raises:
        RequestError: One sentence that names the part, and what to do instead.
    """
    for part in _sent(request):
        _check_part(part, endpoint, earlier=not any(part is last for last in request.messages[-1].media))
    parts = _going(request, endpoint)
    _check_number(parts, endpoint)
    check_length(_length(request, parts), endpoint.provider)


def kept_out(part: Media, endpoint: Endpoint) -> str:
    """Why a picture or video that a tool gave back is not sent to this endpoint, in a sentence, or ""."""
    if not part.url and not part.base64:
        return f"{part.name} is too large for a request."
    try:
        _check_part(part, endpoint, earlier=False)
    except RequestError as error:
        return error.what
    return ""


def left_behind(request: Request, endpoint: Endpoint) -> str:
    """A note about what the tools of the round at hand gave back and is not sent."""
    spoken = [at for at, message in enumerate(request.messages) if message.role != "tool"]
    last = request.messages[spoken[-1] + 1 :] if spoken else request.messages
    reasons = list(filter(None, (kept_out(part, endpoint) for part in _given_back(last))))
    if not reasons:
        return ""
    more = f" (and {len(reasons) - 1} more)" if reasons[1:] else ""
    return f"A tool's result goes without it: {reasons[0].rstrip('.')}{more}."


def _check_part(part: Media, endpoint: Endpoint, *, earlier: bool) -> None:
    _check_kind(part, endpoint, earlier=earlier)
    _check_place(part)
    _check_size(part, endpoint)
    _check_tuning(part)


def check_length(size: int, provider: Provider) -> None:
    """Let a body pass that is not longer than the provider takes.

    Args:
        size: Its bytes.
        provider: The provider's row.

    Raises:
        RequestError: It is too long.
    """
    most = provider.media.body_bytes
    if most is not None and size > most:
        raise RequestError(
            f"The request has {size:,} bytes or more, and {provider.title} takes {most:,} in one.",
            hint="Send fewer or smaller pictures and videos, or less text; those of earlier messages go along as well.",
        )


def unseen(request: Request, endpoint: Endpoint) -> str:
    """A note where no page says that the provider carries media; a server of one's own serves what its model can."""
    parts = _going(request, endpoint)
    if not parts or endpoint.face.takes is not None or endpoint.provider.any_model:
        return ""
    what = listed(sorted({f"{_WORDS[_kind(part)]}s" for part in parts}), last="and")
    return (
        f"No page says whether {endpoint.provider.title} passes {what} on to {endpoint.model_id}; "
        "a reply that ignores them has not seen them."
    )


def _sent(request: Request) -> list[Media]:
    return [part for message in request.messages if message.role != "assistant" for part in message.media]


def _going(request: Request, endpoint: Endpoint) -> list[Media]:
    """What is sent: all of the user's, and of the tools' what is not kept out."""
    given = _given_back(request.messages)
    return [*_sent(request), *(part for part in given if not kept_out(part, endpoint))]


def _given_back(messages: Iterable[Message]) -> list[Media]:
    """What tools gave back."""
    held = (part for message in messages if message.role != "assistant" for part in message.parts)
    return [medium for part in held if isinstance(part, ToolResult) for medium in part.media]


def _length(request: Request, parts: Iterable[Media]) -> int:
    """Bytes that the body has at least: contents and texts, without what stands around them."""
    texts = [request.system or ""]
    for message in request.messages:
        texts += [part.text for part in message.parts if isinstance(part, Text | Thinking)]
        texts += [part.content for part in message.parts if isinstance(part, ToolResult)]
    return sum(len(part.base64) for part in parts) + sum(map(len, texts))


def _kind(part: Media) -> Kind:
    return "video" if isinstance(part, Clip) else "image"


def _check_kind(part: Media, endpoint: Endpoint, *, earlier: bool) -> None:
    kind, model_id = _kind(part), endpoint.model_id
    what = f"{part.name} is a {_WORDS[kind]}"
    takes = endpoint.face.takes
    inputs = endpoint.model.inputs
    if kind in inputs and (takes is None or kind in takes):
        return
    if not inputs:
        wanted = (
            "[" + ", ".join(f'"{name}"' for name in ("text", "image", "video")[: 3 if kind == "video" else 2]) + "]"
        )
        raise RequestError(
            f"{what}, and nothing is known of what {model_id} takes besides text.",
            hint=f'If it takes {_WORDS[kind]}s, say so in your configuration: [models."{model_id}"] inputs = {wanted}.',
        )
    if kind not in inputs:
        only = listed((_WORDS[name] + ("s" if name != "text" else "") for name in inputs), last="and")
        raise RequestError(f"{what}, and {model_id} takes {only} only.", hint=_instead(kind, endpoint, earlier=earlier))
    raise RequestError(
        f"{what}, and {endpoint.provider.title} takes none over the {endpoint.face_name} protocol.",
        hint=_other_face(kind, endpoint),
    )


def _instead(kind: Kind, endpoint: Endpoint, *, earlier: bool) -> str:
    """What to do where the model takes none: the provider's models that do, and how to leave the part behind."""
    catalog, row = load_catalog(), endpoint.provider
    seeing = [model_id for model_id, offer in row.models.items() if kind in catalog.model(model_id, offer).inputs]
    named = f"No model of {row.title} that is known takes {_WORDS[kind]}s."
    if seeing:
        can = "takes" if len(seeing) == 1 else "take"
        named = f"At {row.title} {listed(seeing, most=4, last='and')} {can} {_WORDS[kind]}s."
    frames = (
        "Video(...).frames() makes pictures of it. " if kind == "video" and "image" in endpoint.model.inputs else ""
    )
    anew = "It is from an earlier message: begin a new conversation, or ask without it." if earlier else ""
    return f"{named} {frames}{anew}".rstrip()


def _other_face(kind: Kind, endpoint: Endpoint) -> str:
    others = [name for name, face in endpoint.provider.faces.items() if face.takes is None or kind in face.takes]
    return f"Use the {listed(others)} protocol." if others else "Choose another provider."


def _check_place(part: Media) -> None:
    """What the content is, and where: here, at an address that a service can fetch, or in a file that was uploaded."""
    kind = _WORDS[_kind(part)]
    address = part.url.lower()
    if address.startswith("mm_file://"):
        if isinstance(part, Picture):
            raise RequestError(
                f"{part.name} is an uploaded file, and only videos are uploaded.", hint="Send the picture itself."
            )
    elif address and not address.startswith(("http://", "https://")):
        scheme = address.partition(":")[0]
        raise RequestError(
            f"{part.name} is at an address of the kind {scheme}:, which no service fetches.",
            hint=f"Give the {kind} itself, or an http or https address.",
        )


def _check_size(part: Media, endpoint: Endpoint) -> None:
    if part.url:
        return
    row, title = endpoint.provider.media, endpoint.provider.title
    most, hint = row.image_bytes, "Scale it down: Image(...) does so by itself."
    if isinstance(part, Clip):
        most, hint = (row.upload_bytes if part.path else row.video_bytes), _SMALLER
    size = len(part.base64) * 3 // 4 if part.size is None else part.size
    if most is not None and size > most:
        raise RequestError(
            f"{part.name} has {size:,} bytes, and {title} takes {most:,} a {_WORDS[_kind(part)]}.", hint=hint
        )
    limits = row.limits()
    types = limits.video_types if isinstance(part, Clip) else limits.image_types
    if _ALIASES.get(part.media_type, part.media_type) not in types:
        names = listed((name.partition("/")[2].removeprefix("x-") for name in types), last="and")
        raise RequestError(
            f"{part.name} is of the type {part.media_type or 'unknown'}, which is not sent as a {_WORDS[_kind(part)]}.",
            hint=f"The types are {names}.",
        )


def _check_tuning(part: Media) -> None:
    if part.detail not in {None, *get_args(Detail)}:
        raise RequestError(f"{part.name} has detail {part.detail!r}, and it is low, default or high.")
    side = part.max_long_side
    if side is not None and (isinstance(side, bool) or not isinstance(side, int) or side < 1):
        raise RequestError(f"{part.name} has max_long_side {side!r}, and it is a whole number, 1 or more.")
    fps = part.fps if isinstance(part, Clip) else None
    low, high = FPS_RANGE
    if fps is not None and (isinstance(fps, bool) or not math.isfinite(fps) or not low <= fps <= high):
        raise RequestError(f"{part.name} has fps {fps!r}, and it is a number from {low:g} to {high:g}.")


def _check_number(parts: Iterable[Media], endpoint: Endpoint) -> None:
    row = endpoint.provider.media
    most_of: dict[Kind, int | None] = {"image": row.images, "video": row.videos}
    kinds = [_kind(part) for part in parts]
    for kind, most in most_of.items():
        found = kinds.count(kind)
        if most is not None and found > most:
            raise RequestError(
                f"The conversation holds {found} {_WORDS[kind]}s, and {endpoint.provider.title} takes {most} a call.",
                hint="Send fewer, or begin a new conversation.",
            )
