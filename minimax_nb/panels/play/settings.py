"""The settings of a playground: who answers, what it is told beforehand, and how. They are the page's and no chat's.

A provider without a key can be looked at and set all the same; only sending waits for the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minimax_nb.catalog import Endpoint, Offer, Provider, did_you_mean, find_key, load_catalog, resolve
from minimax_nb.chat import Chat
from minimax_nb.chat.options import Options
from minimax_nb.chat.preset import Preset
from minimax_nb.errors import ConfigError, MiniMaxError, RequestError
from minimax_nb.panels.play.rows import LABELS, NUMBERS, Control, controls, general_notes, note_on
from minimax_nb.secrets import Secret

_NO_KEY = Secret("no-key-was-found")
"""Stands in for a missing key, so that the rows of a provider can be looked up. It is never sent."""

_SAID = (*LABELS, "system")


class Settings:
    """What is set on the page.

    Args:
        chat: Whose conversation goes on; its own settings are where the page begins.
        trouble: Why the chat could not be asked (no key), or "".

    Attributes:
        endpoint: Who answers.
        trouble: Why nobody can be asked now, in a sentence or two, or "".
    """

    def __init__(self, chat: Chat, trouble: str = "") -> None:
        self._chat = chat
        self._home = chat.endpoint
        self._start = chat.preset
        self._values: dict[str, Any] = {name: getattr(self._start, name) for name in _SAID}
        self._values["system"] = chat.system
        self.endpoint, self.trouble = self._home, trouble
        pinned = None if trouble else self._home.key
        self._pinned = None if pinned == _found(self._home) else pinned
        self._limit = self._sent_limit()

    # -- what is set -----------------------------------------------------------------------------------------------

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls there are now."""
        return controls(self.endpoint, self._limit)

    @property
    def values(self) -> dict[str, Any]:
        """What is set of the controls there are, by name; None is the default."""
        return {control.name: None if control.reason else self._values[control.name] for control in self.controls}

    @property
    def system(self) -> str:
        """The system message, or ""."""
        return self._values["system"] or ""

    @property
    def preset(self) -> Preset:
        """All of it as a value."""
        here, values = self.endpoint, self.values
        said: dict[str, Any] = {name: values.get(name) for name in LABELS}
        return replace(
            self._start,
            provider=here.provider_name,
            model=here.model_id,
            face=here.face_name,
            region=here.region or None,
            system=self.system or None,
            **said,
        )

    def notes(self) -> dict[str, str]:
        """What the kit says of each setting, by its name; what is all well is left out."""
        said = {name: note_on(self.endpoint, name, value) for name, value in self.values.items() if value is not None}
        return {name: note for name, note in said.items() if note}

    def general_notes(self) -> tuple[str, ...]:
        """What it says of the model and the protocol."""
        return general_notes(self.endpoint)

    def line(self) -> str:
        """Who answers and what is set, as one line."""
        here = self.endpoint
        said = [f"{LABELS[name].lower()} {_shown(value)}" for name, value in self.values.items() if value is not None]
        return " · ".join([here.provider_name, here.model_id, here.face_name, *said])

    # -- setting it ------------------------------------------------------------------------------------------------

    def change(self, name: str, value: object) -> None:
        """Set one of them; None is the default.

        Raises:
            ConfigError: There is no such provider, model or protocol.
            RequestError: The value is of another kind.
        """
        if name == "provider":
            self._use(str(value), None, None)
        elif name == "model":
            self._use(self.endpoint.provider_name, str(value or "").strip(), self.endpoint.face_name)
        elif name == "face":
            self._use(self.endpoint.provider_name, self.endpoint.model_id, str(value))
        elif name in NUMBERS:
            self._values[name] = _number(name, value)
        elif name in _SAID:
            self._values[name] = _text(name, value)
        else:
            raise ConfigError(f"There is no setting {name!r}.", hint=did_you_mean(name, _SAID))

    def to_defaults(self) -> None:
        """Set everything but who answers and the system message back to its default."""
        self._values.update(dict.fromkeys(LABELS))

    def look_again(self) -> None:
        """Look for the key once more."""
        here = self.endpoint
        self._use(here.provider_name, here.model_id, here.face_name)

    def _use(self, provider: str, model: str | None, face: str | None) -> None:
        row = load_catalog().providers.get(provider)
        if row is not None and model is None:
            model = _same_model(self.endpoint, row)
        who: dict[str, Any] = {"provider": provider, "model": model or None, "face": face}
        home = self._home
        if provider == home.provider_name and face == home.face_name and _elsewhere(home):
            who["base_url"] = home.base_url
        elif provider == home.provider_name and home.region:
            who["region"] = home.region
        pinned = self._pinned if provider == home.provider_name else None
        try:
            self.endpoint, self.trouble = resolve(**who, api_key=pinned), ""
        except ConfigError as error:
            self.endpoint, self.trouble = resolve(**who, api_key=_NO_KEY), str(error)
        self._limit = self._sent_limit()

    def _sent_limit(self) -> int | None:
        """The output limit that is sent when none is set: some protocols and servers want one."""
        plain = self._chat.fork(turn=0).beside(self.endpoint, None, {})
        plain.scene = None
        try:
            body = plain.preview("?").body
        except MiniMaxError:  # something of the chat (a tool, an example) that is not taken here; the call will say so
            return None
        limit: int | None = body.get("max_tokens", body.get("max_completion_tokens"))
        return limit

    # -- asking with it --------------------------------------------------------------------------------------------

    def chat(self) -> Chat:
        """A chat with these very settings over the same conversation: what is said in one is there in the other.

        Raises:
            ConfigError: The provider has no key.
        """
        if self.trouble:
            self.look_again()
        if self.trouble:
            raise ConfigError(self.trouble)
        return self._beside()

    def shown_chat(self) -> Chat:
        """The same, to be looked at only: it is there without a key, too."""
        return self._beside()

    def _beside(self) -> Chat:
        preset = self.preset
        said = {name: getattr(preset, name) for name in Options.__annotations__}
        return self._chat.beside(self.endpoint, preset.system, said)


def opened(chat: Chat | None, options: Mapping[str, Any]) -> Settings:
    """The settings a playground opens with: a chat's, those of a new chat, or those said beside a chat.

    Raises:
        ConfigError: Something does not fit; a missing key alone is no error.
    """
    if chat is not None:
        settings = Settings(chat)
        names = {"provider": "provider", "model": "model", "face": "face", **{name: name for name in _SAID}}
        for name in options:
            if name not in names:
                raise ConfigError(f"There is no setting {name!r}.", hint=did_you_mean(name, names))
        for name in (name for name in names if name in options):
            settings.change(name, options[name])
        return settings
    try:
        return Settings(Chat(**options))
    except ConfigError as error:
        if options.get("api_key") is not None:
            raise
        return Settings(Chat(**{**options, "api_key": _NO_KEY}), trouble=str(error))


def _found(endpoint: Endpoint) -> Secret | None:
    """The key that is found for an endpoint's provider without anybody giving it."""
    try:
        return find_key(endpoint.provider_name, endpoint.provider) or Secret.of(endpoint.provider.placeholder_key)
    except ConfigError:
        return None


def _elsewhere(endpoint: Endpoint) -> bool:
    """Whether it is at an address of the user's own."""
    return not endpoint.region and endpoint.base_url != endpoint.face.base_url


def _same_model(here: Endpoint, row: Provider) -> str | None:
    """The same model as another provider calls it, else that provider's default, else its first."""
    if row.offer(here.model_id) is not None:
        return here.model_id
    wanted = _maker_id(here.model_id, here.offer)
    same = (id_ for id_, offer in row.models.items() if _maker_id(id_, offer) == wanted)
    return next(same, None) or row.default_model or next(iter(row.models), None)


def _maker_id(model_id: str, offer: Offer) -> str:
    return offer.of or model_id


def _number(name: str, value: object) -> float | int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RequestError(f"{LABELS[name]} is a number, not {value!r}.")
    return int(value) if name == "max_tokens" and float(value).is_integer() else value


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RequestError(f"{LABELS.get(name, name)} is a text, not {value!r}.")
    return value or None


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
