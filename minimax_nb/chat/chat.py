"""A conversation: who answers, what was said, what it used."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Self, Unpack

from minimax_nb.catalog import check, choose, resolve
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat.count import TokenCount, counted
from minimax_nb.chat.ledger import Ledger
from minimax_nb.chat.options import Options, known_options, limits_of
from minimax_nb.chat.preview import Preview, preview
from minimax_nb.chat.saved import read_chat, without_password, write_chat
from minimax_nb.chat.stream import AsyncStream, Stream
from minimax_nb.chat.turn import Turn
from minimax_nb.chat.uploads import forget_at, named_before, uploaded_at
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.parts import Message, Text
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Effort, Request, ThinkingMode
from minimax_nb.messages.saved import message_from_dict, message_to_dict
from minimax_nb.messages.shown import Shown
from minimax_nb.prompt import to_parts
from minimax_nb.secrets import Secret
from minimax_nb.transport import fetch_bytes
from minimax_nb.wire.files import Uploaded

_told: set[str] = set()  # providers whose note this process has shown: once is enough


class Chat(Shown):
    """A conversation with a model.

    Args:
        model: Model id, exactly as the provider spells it; default is the provider's own.
        provider: "minimax", "modelslab", "runapi", "openrouter", "local", "emulator", or a row of your own. Default:
            the first whose key is found, else the emulator.
        system: System message.
        face: Protocol, "anthropic" or "openai"; default is the provider's first.
        base_url: Another address for the same protocol; without a provider it means "local".
        region: A provider's other hosts ("cn" for MiniMax in China).
        api_key: The key. Better left out: it is then read from the environment, a ``.env`` file or the keyring.
        temperature: Sampling temperature, within the model's range.
        top_p: Nucleus sampling, within the model's range.
        max_tokens: Most tokens a reply may have, thinking included.
        thinking: "adaptive" or "off", where the model has a switch.
        effort: "low" to "max", where the model has levels.
        service_tier: "standard" or "priority", where the provider has tiers.
        timeout: Longest silence in seconds: connecting, before the first piece of an answer, or between two. Bytes
            that only keep the line open (pings, comments such as ": OPENROUTER PROCESSING") are silence, too. Default:
            120; then a long prompt has 1 s more for each 10 kB of the request (at most 600 s) until its first byte,
            a reply in one piece 600 s more, and a line that is kept open 600 s without an event of the reply.
        retries: How often a failed call is sent again (default 2): only where the failure can pass, never after a
            part of the reply has come, a token was counted, or the service was silent too long.
        retry_wait: Longest time in seconds all waits between tries may take together (default 60). A service that
            asks for a longer wait is not waited for.
        layer: Settings that stand between the arguments and the environment (the magics' own).

    Raises:
        ConfigError: No such provider, model, protocol or region, or no key where one is needed.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        provider: str | None = None,
        system: str | None = None,
        face: str | None = None,
        base_url: str | None = None,
        region: str | None = None,
        api_key: str | Secret | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_tokens: int | None = None,
        thinking: ThinkingMode | None = None,
        effort: Effort | None = None,
        service_tier: str | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        retry_wait: float | None = None,
        layer: Mapping[str, Any] | None = None,
    ) -> None:
        api_key, complaint = wrap_key(api_key)  # first of all: from here on no frame holds the bare key
        if complaint:
            raise ConfigError(complaint)
        self._endpoint = resolve(
            provider=provider, model=model, face=face, base_url=base_url, region=region, api_key=api_key, layer=layer
        )
        choice = choose(
            {
                "system": system,
                "temperature": temperature,
                "top_p": top_p,
                "max_tokens": max_tokens,
                "thinking": thinking,
                "effort": effort,
                "service_tier": service_tier,
                "timeout": timeout,
                "retries": retries,
                "retry_wait": retry_wait,
            },
            layer=layer,
        )
        self._limits = limits_of(choice)
        self.system: str | None = choice.system
        self._options: dict[str, Any] = {
            name: value for name in Options.__annotations__ if (value := getattr(choice, name)) is not None
        }
        self._messages: list[Message] = []
        self._lock = threading.Lock()
        self._failed: tuple[object, ...] | None = None
        self.usage = Ledger()

    # -- asking ----------------------------------------------------------------------------------------------------

    def ask(self, *prompt: object, stream: bool = True, **options: Unpack[Options]) -> Reply:
        """Send a prompt and wait for the whole reply.

        Args:
            prompt: Text, or objects to put into it (a picture, a figure, a video, a path to one, a DataFrame, an
                exception, a function ..., or a list of such), in order. A string is always text.
            stream: False asks the service for the answer in one piece; the reply is the same.
            options: Request parameters for this call only.

        Raises:
            MiniMaxError: With ``reply`` holding what had arrived.
        """
        return Stream(self._turn(prompt, options, stream=stream), self._limits).until_done()

    def stream(self, *prompt: object, **options: Unpack[Options]) -> Stream:
        """Send a prompt and read the reply as it arrives; nothing is sent before the first step.

        Pictures and videos are read and checked before this returns.
        """
        return Stream(self._turn(prompt, options), self._limits)

    async def ask_async(self, *prompt: object, stream: bool = True, **options: Unpack[Options]) -> Reply:
        """:meth:`ask` for coroutines. Pictures and the like are read on a thread of their own."""
        if all(isinstance(value, str) for value in prompt):
            turn = self._turn(prompt, options, stream=stream)
        else:
            turn = await asyncio.to_thread(self._turn, prompt, options, stream=stream)
        return await AsyncStream(turn, self._limits).until_done()

    def stream_async(self, *prompt: object, **options: Unpack[Options]) -> AsyncStream:
        """:meth:`stream` for coroutines. Pictures and videos are read before it returns."""
        return AsyncStream(self._turn(prompt, options), self._limits)

    def retry(self, **options: Unpack[Options]) -> Reply:
        """Send again the last prompt that failed.

        Raises:
            RequestError: No prompt has failed.
        """
        if self._failed is None:
            raise RequestError("No prompt has failed in this chat, so there is nothing to send again.")
        return self.ask(*self._failed, **options)

    def count(self, *prompt: object, **options: Unpack[Options]) -> TokenCount:
        """How many tokens this call would send: counted by the service where it can, else an estimate.

        Nothing is added to the history, and no reply is asked for.
        """
        return counted(self._request(self._prompt(prompt), options), self._endpoint, self._limits)

    def preview(self, *prompt: object, **options: Unpack[Options]) -> Preview:
        """Exactly what this call would send. Nothing is sent."""
        request = named_before(self._request(self._prompt(prompt), options), self._endpoint)
        return preview(request, self._endpoint, check(request, self._endpoint))

    def uploads(self) -> tuple[Uploaded, ...]:
        """The videos that are at this chat's service, uploaded with its key, in the service's order."""
        return uploaded_at(self._endpoint, self._limits)

    def forget_upload(self, file: Uploaded | str) -> bool:
        """Delete one of :meth:`uploads`, given it or its id, there and here; whether the service still had it."""
        return forget_at(file, self._endpoint, self._limits)

    # -- the conversation ------------------------------------------------------------------------------------------

    @property
    def history(self) -> tuple[Message, ...]:
        """The conversation so far, oldest first."""
        return tuple(self._messages)

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

    def reset(self) -> None:
        """Forget the conversation; settings and usage stay."""
        with self._lock:
            self._messages.clear()
            self._failed = None

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

        Thinking is sent back only to the provider and protocol it came from. With a ``layer`` the time limits are
        looked up anew, too.
        """
        if layer is not None:
            self._limits = limits_of(choose(layer=layer))
        self._endpoint = resolve(
            provider=provider, model=model, face=face, base_url=base_url, region=region, layer=layer
        )

    def fork(self, provider: str | None = None, model: str | None = None, face: str | None = None) -> Self:
        """A chat of its own with the same past: what is said in one is not heard in the other."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._messages, twin._lock, twin._failed, twin.usage = list(self._messages), threading.Lock(), None, Ledger()
        twin._options = dict(self._options)
        if provider or model or face:
            here = self._endpoint
            same = provider in {None, here.provider_name}
            twin._endpoint = resolve(
                provider=provider or here.provider_name,
                model=model or (here.model_id if same else None),
                face=face or (here.face_name if same else None),
                base_url=here.base_url if same and face in {None, here.face_name} else None,
                api_key=here.key if same else None,
            )
        return twin

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
                "messages": [message_to_dict(message) for message in self._messages],
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str], api_key: str | Secret | None = None) -> Self:
        """The chat that :meth:`save` wrote.

        Raises:
            ConfigError: No saved chat there, or its provider needs a key that is not found.
        """
        api_key, complaint = wrap_key(api_key)
        if complaint:
            raise ConfigError(complaint)
        content = read_chat(path)
        try:
            options = known_options(content["options"])
            messages = [message_from_dict(message) for message in content["messages"]]
            wanted = {name: content[name] for name in ("provider", "model", "face", "base_url", "system")}
        except (KeyError, TypeError):
            raise ConfigError(f"{path} lacks a part of a saved chat.") from None
        chat = cls(api_key=api_key, **wanted, **options)
        chat._messages = messages
        return chat

    # -- inside ----------------------------------------------------------------------------------------------------

    def _prompt(self, prompt: tuple[object, ...]) -> Message:
        limits, fetch = self._endpoint.provider.media.limits(), partial(fetch_bytes, limits=self._limits)
        parts = tuple(part for value in prompt for part in to_parts(value, limits=limits, fetch=fetch))
        if not any(not isinstance(part, Text) or part.text.strip() for part in parts):
            raise RequestError("The prompt is empty, so nothing was sent.", hint="Write the question below %%minimax.")
        return Message("user", parts)

    def _request(self, prompt: Message, options: Mapping[str, Any]) -> Request:
        said = {
            **self._options,
            **{name: value for name, value in known_options(options).items() if value is not None},
        }
        return Request(
            model=self._endpoint.model_id, messages=(*self._messages, prompt), system=self.system or None, **said
        )

    def _turn(self, prompt: tuple[object, ...], options: Mapping[str, Any], *, stream: bool = True) -> Turn:
        if any(not isinstance(value, str) or value.strip() for value in prompt):
            self._failed = prompt  # until it has succeeded: a file that is missing now may be there the next time
        message = self._prompt(prompt)
        self._failed = message.parts
        request = replace(self._request(message, options), stream=stream)
        notes = check(named_before(request, self._endpoint), self._endpoint)
        return Turn(request, self._endpoint, message, (*self._news(), *notes), self._commit)

    def _news(self) -> tuple[str, ...]:
        note = self._endpoint.note
        if not note or self.provider in _told:
            return ()
        _told.add(self.provider)
        return (note,)

    def _commit(self, turn: Turn) -> None:
        """Enter a turn that has ended. One that brought nothing leaves the conversation as it was."""
        reply = turn.reply
        with self._lock:
            self.usage.add(reply)
            if reply.text or reply.tool_calls or not reply.partial:
                self._messages += [turn.prompt, reply.message]
            if not reply.partial and self._failed is turn.prompt.parts:
                self._failed = None

    def __repr__(self) -> str:
        return f"<Chat {self.provider} {self.model} over {self.face}, {len(self._messages)} messages>"
