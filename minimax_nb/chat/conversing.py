"""What a chat is apart from its calls: who answers, with which settings, and what was said so far."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from typing import Any, Self

from minimax_nb.cassette import Carrier, Cassette
from minimax_nb.catalog import Endpoint, choose, resolve
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.budget import Budget
from minimax_nb.chat.conversation import Conversation
from minimax_nb.chat.ledger import Ledger
from minimax_nb.chat.options import Options, known_options, limits_of
from minimax_nb.chat.plan import Callables
from minimax_nb.chat.preset import Preset
from minimax_nb.chat.recording import carrier_of, recorded_by
from minimax_nb.chat.saved import read_chat, turns_of, turns_to_save, without_password, write_chat
from minimax_nb.errors import ConfigError
from minimax_nb.messages.parts import Message
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.turns import Turn
from minimax_nb.prompt.tokens import Tally
from minimax_nb.secrets import Secret
from minimax_nb.tools import Approvals, Approver
from minimax_nb.transport import Limits


class Conversing(Shown):
    """Who answers and what was said. :class:`~minimax_nb.chat.chat.Chat` adds the asking."""

    system: str | None
    """System message."""

    examples: tuple[tuple[str, str], ...]
    """Pairs of a prompt and an answer that the model sees before the conversation."""

    scene: Scene | None
    """The setting of a role-play, for models made for it."""

    _endpoint: Endpoint
    _limits: Limits
    _options: dict[str, Any]
    _talk: Conversation
    _account: Account
    _failed: tuple[object, ...] | None
    _tally: Tally
    _approver: Approver
    _approvals: Approvals
    _carrier: Carrier

    # -- who answers ---------------------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> Endpoint:
        """Who is asked, in full: the rows of provider, protocol and model, the address, the wrapped key."""
        return self._endpoint

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._endpoint.model_id

    @property
    def provider(self) -> str:
        """The provider that is asked."""
        return self._endpoint.provider_name

    @property
    def face(self) -> str:
        """The protocol that is spoken."""
        return self._endpoint.face_name

    @property
    def faces(self) -> tuple[str, ...]:
        """The protocols the provider speaks, its default first."""
        return tuple(self._endpoint.provider.faces)

    @property
    def base_url(self) -> str:
        """Where the calls go."""
        return self._endpoint.base_url

    @property
    def cassette(self) -> Cassette | None:
        """The recording that calls are written to and replayed from; None if there is none, or its mode is "off"."""
        return self._carrier if isinstance(self._carrier, Cassette) else None

    def use(
        self,
        *,
        provider: str | None = None,
        model: str | None = None,
        face: str | None = None,
        base_url: str | None = None,
        region: str | None = None,
        layer: Mapping[str, Any] | None = None,
    ) -> None:
        """Let another endpoint answer from here on; the conversation stays.

        Thinking is sent back only to the provider and protocol it came from. With a ``layer`` the time limits and the
        recording are looked up anew, too.
        """
        if layer is not None:
            choice = choose(layer=layer)
            self._limits, self._carrier = limits_of(choice), carrier_of(choice)
        recorded = recorded_by(self._carrier)
        self._endpoint = resolve(
            provider=provider, model=model, face=face, base_url=base_url, region=region, layer=layer, recorded=recorded
        )

    # -- what it used --------------------------------------------------------------------------------------------------

    @property
    def usage(self) -> Ledger:
        """What this chat used: one entry a call, failed and interrupted ones included."""
        return self._account.usage

    @property
    def budget(self) -> Budget | None:
        """What this chat may use: a call that would cross it is refused before it is sent. None is no limit.

        Set it to an amount of USD (``0.50``), a text (``"20000 tokens"``), a :class:`~minimax_nb.chat.budget.Budget`
        or None.
        """
        return self._account.budget

    @budget.setter
    def budget(self, value: object) -> None:
        """Set the limit; None and "off" take it away."""
        self._account.budget = value

    @property
    def account(self) -> Account:
        """The usage and the budget of this chat together."""
        return self._account

    def charge_to(self, account: Account) -> None:
        """Let what this chat uses count there from here on."""
        self._account = account

    # -- what was said -------------------------------------------------------------------------------------------------

    @property
    def history(self) -> tuple[Message, ...]:
        """The conversation so far, oldest first."""
        return self._talk.messages

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The same turn by turn: each prompt with what came of it."""
        return self._talk.turns

    def turn_name(self, number: int) -> str:
        """The name of a turn, by its number; one without a name is given one.

        ``chat.ask(..., turn=name)`` answers that turn anew in its place.

        Raises:
            RequestError: There is no turn of that number.
        """
        return self._talk.name_of(number)

    def watch(self, hear: Callable[[], object]) -> Callable[[], None]:
        """Call ``hear`` whenever the conversation has changed; gives the function that ends this.

        It is called on the thread that made the change, and should be quick.
        """
        return self._talk.watch(hear)

    def reset(self) -> None:
        """Forget the conversation; settings and usage stay. :meth:`undo` brings it back."""
        self._talk.clear()
        self._failed = None

    def drop(self, *numbers: int) -> None:
        """Take turns out of the conversation, by their numbers: the first is 1, the last also -1.

        Raises:
            RequestError: There is no turn of that number.
        """
        self._talk.drop(*numbers)

    def undo(self) -> bool:
        """Take back the last :meth:`reset`, :meth:`drop` or replaced turn; whether there was one to take back."""
        return self._talk.undo()

    def fork(
        self,
        provider: str | None = None,
        model: str | None = None,
        face: str | None = None,
        *,
        turn: int | None = None,
    ) -> Self:
        """A chat of its own with the same past: what is said in one is not heard in the other.

        Args:
            provider: Who answers there, if not the same.
            model: The model, if not the same.
            face: The protocol, if not the same.
            turn: The last turn of the past it gets: 1 is the first, -1 the last, 0 none at all.

        Raises:
            RequestError: There is no turn of that number.
            ConfigError: No such provider, model or protocol, or no key.
        """
        past = self._talk.up_to(turn)
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._begin(Account(parent=SESSION, name=self._account.name), past)
        twin._options = dict(self._options)
        twin.budget = self.budget
        if provider or model or face:
            here = self._endpoint
            same = provider in {None, here.provider_name}
            twin._endpoint = resolve(
                provider=provider or here.provider_name,
                model=model or (here.model_id if same else None),
                face=face or (here.face_name if same else None),
                base_url=here.base_url if same and face in {None, here.face_name} else None,
                api_key=here.key if same else None,
                recorded=recorded_by(self._carrier),
            )
        return twin

    def beside(self, endpoint: Endpoint, system: str | None, options: Mapping[str, Any]) -> Self:
        """A second way into this very conversation: what is said by one is heard by the other, on the same account.

        Args:
            endpoint: Who answers there.
            system: The system message there.
            options: The request parameters there; what is missing or None is not said.
        """
        twin = copy.copy(self)
        twin._endpoint, twin.system = endpoint, system
        twin._options = {name: options[name] for name in Options.__annotations__ if options.get(name) is not None}
        return twin

    def take_past(self, other: Conversing, turn: int | None = None) -> None:
        """Go on from another chat's past, up to a turn; :meth:`undo` brings back what was said here.

        Raises:
            RequestError: There is no turn of that number.
        """
        self._talk.become(other._talk.up_to(turn))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the conversation and its settings to a JSON file; keys and functions are never saved."""
        here = self._endpoint
        write_chat(
            path,
            {
                "provider": here.provider_name,
                "model": here.model_id,
                "face": here.face_name,
                "base_url": without_password(here.base_url),
                "system": self.system,
                "options": self._options,
                **Preset(examples=self.examples, scene=self.scene).to_dict(),
                "turns": turns_to_save(self.turns),
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str], api_key: str | Secret | None = None, tools: Callables = ()) -> Self:
        """The chat that :meth:`save` wrote.

        Args:
            path: The file.
            api_key: The key, which is never saved; by default it is looked for again.
            tools: Functions that the model may call; they are never saved either.

        Raises:
            ConfigError: No saved chat there, or its provider needs a key that is not found.
        """
        api_key, complaint = wrap_key(api_key)
        if complaint:
            raise ConfigError(complaint)
        content = read_chat(path)
        try:
            options = known_options(content["options"])
            turns = turns_of(content)
            wanted = {name: content[name] for name in ("provider", "model", "face", "base_url", "system")}
        except (KeyError, TypeError):
            raise ConfigError(f"{path} lacks a part of a saved chat.") from None
        before = Preset.from_dict({name: content[name] for name in ("examples", "scene") if name in content})
        chat = cls(api_key=api_key, tools=tools, preset=before, **wanted, **options)  # type: ignore[call-arg]  # a Chat takes them
        chat._talk = Conversation(turns)
        return chat

    @property
    def preset(self) -> Preset:
        """How this chat starts, as a value to keep and to share: who answers, settings, examples; never a key."""
        here = self._endpoint
        return Preset(
            provider=here.provider_name,
            model=here.model_id,
            face=here.face_name,
            region=here.region or None,
            system=self.system,
            examples=self.examples,
            scene=self.scene,
            **self._options,
        )

    def _begin(self, account: Account, talk: Conversation | None = None) -> None:
        """What is this chat's own and no other's."""
        self._account, self._talk = account, talk or Conversation()
        self._failed, self._tally = None, Tally()
        self._approvals = Approvals(self._approver)

    def _settings(self, choice: Any) -> None:  # noqa: ANN401 - a Choice of the catalog
        self._limits, self._carrier = limits_of(choice), carrier_of(choice)
        self.system = choice.system
        self._options = {
            name: value for name in Options.__annotations__ if (value := getattr(choice, name)) is not None
        }
