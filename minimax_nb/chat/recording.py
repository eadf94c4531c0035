"""What carries a chat's calls: the transport, or a recording around it, as the settings say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from minimax_nb.cassette import DIRECT, Asking, Carrier, Cassette, Place, Wanted, WantedUpload, checked_mode
from minimax_nb.catalog import Choice, Endpoint, Recorded
from minimax_nb.messages.media import Clip
from minimax_nb.prompt.media.files import open_file
from minimax_nb.secrets import Secret
from minimax_nb.wire.call import Call
from minimax_nb.wire.files import encode_upload

if TYPE_CHECKING:
    import tenacity

_PIECE = 1_000_000
_SOME_KEY = Secret("-")


def carrier_of(choice: Choice) -> Carrier:
    """What carries the calls of whoever has these settings. A mode or speed without a file means nothing.

    Raises:
        CassetteError: The recording cannot be used.
        ConfigError: No such mode or speed.
    """
    mode = checked_mode(choice.cassette_mode or "auto")
    if choice.cassette is None or mode == "off":
        return DIRECT
    return Cassette(choice.cassette, mode, choice.cassette_speed or "full")


def recorded_by(carrier: Carrier) -> Recorded:
    """Whose answers are there without a key."""
    if not isinstance(carrier, Cassette) or carrier.mode == "record":
        return Recorded()
    return Recorded(carrier.providers, only=carrier.mode == "replay")


def wanted(call: Call, endpoint: Endpoint, *, place: Place | None = None) -> Wanted:
    """A request as a carrier takes it."""
    return Wanted(call, endpoint.provider_name, may_ask=may_ask(endpoint), place=place)


def unhurried(tries: tenacity.Retrying, asking: Asking) -> tenacity.Retrying:
    """The tries of a call; from a recording they follow each other at once, since there is nobody to wait for."""
    if asking.replayed:
        tries.sleep = _at_once
    return tries


def unhurried_async(tries: tenacity.AsyncRetrying, asking: Asking) -> tenacity.AsyncRetrying:
    """The same for coroutines."""
    if asking.replayed:
        tries.sleep = _at_once_async  # type: ignore[assignment]  # the base class knows of no coroutines
    return tries


def _at_once(_seconds: float) -> None:
    """No wait."""


async def _at_once_async(_seconds: float) -> None:
    """No wait."""


def as_recorded(endpoint: Endpoint, asking: Asking) -> Endpoint:
    """The endpoint as it was when it was recorded: with some key, so that what it refused is explained as it was."""
    if not asking.replayed or may_ask(endpoint):
        return endpoint
    return replace(endpoint, key=_SOME_KEY)


def may_ask(endpoint: Endpoint) -> bool:
    """Whether a service can be asked: there is a key, or none is needed."""
    return endpoint.key is not None or not endpoint.provider.keys or endpoint.provider.key_optional


@dataclass(frozen=True, slots=True)
class Uploading:
    """What carries the uploads for a call.

    Attributes:
        carrier: What carries them.
        replayed: The call is answered from a recording: so are they.
        answered: The recording has the answer, so that an upload which it does not hold is not missed.
    """

    carrier: Carrier = DIRECT
    replayed: bool = False
    answered: bool = False

    def ask(self, clip: Clip, endpoint: Endpoint) -> Asking:
        """Settle how a video is uploaded. Nothing is sent."""
        if not self.carrier.records:
            return DIRECT
        return self.carrier.ask(
            WantedUpload(
                encode_upload(endpoint, clip.name, clip.size or 0, clip.media_type).call,
                endpoint.provider_name,
                may_ask(endpoint),
                fresh=not self.replayed,
                name=clip.name,
                media_type=clip.media_type,
                size=clip.size,
                sha256=content_hash(clip),
            )
        )


STRAIGHT = Uploading()
"""Uploads that go straight to the service."""


def content_hash(clip: Clip) -> str:
    """Hash of a video's content; a file is read for it.

    Raises:
        RequestError: The file cannot be read.
    """
    if clip.sha256:
        return clip.sha256
    seen = hashlib.sha256()
    with open_file(Path(clip.path)) as file:
        while data := file.read(_PIECE):
            seen.update(data)
    return seen.hexdigest()
