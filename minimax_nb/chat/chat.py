"""A conversation: who answers, what was said, what it used."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Unpack

from minimax_nb.catalog import check, choose, resolve
from minimax_nb.catalog.keys import wrap_key
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.chat.answering import Answering
from minimax_nb.chat.budget import Budget
from minimax_nb.chat.conversing import Conversing
from minimax_nb.chat.count import TokenCount, counted
from minimax_nb.chat.desk import Desk
from minimax_nb.chat.gauge import Gauge, gauge_of
from minimax_nb.chat.options import Asking, split_asking
from minimax_nb.chat.plan import ROUNDS, Callables, Plan, checked_rounds, named, wanted
from minimax_nb.chat.preset import WHO, Preset, checked_examples, checked_preset, checked_scene, shown_before
from minimax_nb.chat.preview import Preview, preview
from minimax_nb.chat.recording import recorded_by
from minimax_nb.chat.stream import AsyncStream, Stream
from minimax_nb.chat.uploads import forget_at, named_before, uploaded_at
from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.messages.parts import Message, Text
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Effort, Request, ThinkingMode
from minimax_nb.messages.scene import Scene
from minimax_nb.prompt import to_parts
from minimax_nb.secrets import Secret
from minimax_nb.structured import prepare
from minimax_nb.tools.approve import Approver, ask_whoever_is_there
from minimax_nb.wire.files import Uploaded

_told: set[str] = set()  # providers whose note this process has shown: once is enough


class Chat(Conversing):
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
        frequency_penalty: Against words that come often, where the provider heeds it (ModelsLab does).
        presence_penalty: Against words that came at all, where the provider heeds it.
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
        tools: Functions that the model may call: plain or async, or made with ``@tool``. They run in this process.
        approve: Who is asked before a tool made with ``@tool(approve=True)`` runs: a function of the tool and the call
            that gives True, or anything else to deny it. By default the person at the kernel or terminal; where nobody
            can answer, such a call is denied.
        max_rounds: Most calls of a turn while the model asks for tools.
        examples: Pairs of a prompt and the answer it should get; the model sees them before the conversation.
        scene: The setting of a role-play, for a model that is made for it (M2-her).
        preset: All of this as one value, from another chat or a file; what is said beside it counts more.
        name: What the chat is called where usage is listed.
        budget: What it may use: an amount of USD (``0.50``) or ``"20000 tokens"``. A call that would cross it is
            refused before it is sent; a reply that crosses it while it streams is stopped and kept.
        cassette: File that every call is recorded in and replayed from; no key is needed for what it holds.
        cassette_mode: "auto" replays what is recorded and asks for the rest; "record" asks for everything; "replay"
            never sends anything; "off" leaves the file alone. Default: "auto".
        cassette_speed: How fast a recorded reply comes: "full" (at once, the default), "recorded", or a factor.
        layer: Settings that stand between the arguments and the environment (the magics' own).

    Raises:
        ConfigError: No such provider, model, protocol or region, or no key where one is needed.
        CassetteError: The recording cannot be used.
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
        frequency_penalty: float | None = None,
        presence_penalty: float | None = None,
        thinking: ThinkingMode | None = None,
        effort: Effort | None = None,
        service_tier: str | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        retry_wait: float | None = None,
        tools: Callables = (),
        approve: Approver | None = None,
        max_rounds: int = ROUNDS,
        examples: Sequence[tuple[str, str]] = (),
        scene: Scene | None = None,
        preset: Preset | None = None,
        name: str = "",
        budget: Budget | Decimal | float | str | None = None,
        cassette: str | os.PathLike[str] | None = None,
        cassette_mode: str | None = None,
        cassette_speed: str | float | None = None,
        layer: Mapping[str, Any] | None = None,
    ) -> None:
        api_key, complaint = wrap_key(api_key)  # first of all: from here on no frame holds the bare key
        if complaint:
            raise ConfigError(complaint)
        start = checked_preset(preset)
        who = {"provider": provider, "model": model, "face": face, "base_url": base_url, "region": region}
        sampling = {"temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}
        penalties = {"frequency_penalty": frequency_penalty, "presence_penalty": presence_penalty}
        ways = {"thinking": thinking, "effort": effort, "service_tier": service_tier}
        waits = {"timeout": timeout, "retries": retries, "retry_wait": retry_wait}
        said = start.under({**who, "system": system, **sampling, **penalties, **ways, **waits})
        tape = {"cassette": cassette, "cassette_mode": cassette_mode, "cassette_speed": cassette_speed}
        choice = choose({**said, **tape}, layer=layer)
        self._settings(choice)
        asked = {name: said[name] for name in WHO}
        self._endpoint = resolve(**asked, api_key=api_key, layer=layer, recorded=recorded_by(self._carrier))
        self.examples, played = checked_examples(examples or start.examples), scene or start.scene
        self.scene = checked_scene(played) if played else None
        self._tools, self.max_rounds = named(tools), checked_rounds(max_rounds)
        self._approver = approve or ask_whoever_is_there
        self._begin(Account(parent=SESSION, name=name))
        self.budget = budget

    # -- asking ----------------------------------------------------------------------------------------------------

    def ask(self, *prompt: object, stream: bool = True, **options: Unpack[Asking]) -> Reply:
        """Send a prompt and wait for the whole reply.

        Args:
            prompt: Text, or objects to put into it (a picture, a figure, a video, a path to one, a DataFrame, an
                exception, a function ..., or a list of such), in order. A string is always text.
            stream: False asks the service for the answer in one piece; the reply is the same.
            options: For this call only: request parameters by name; ``tools``, functions that the model may call;
                ``schema``, what the reply must be (a pydantic model or another type, a JSON schema, or "json"): its
                value is then ``reply.parsed``; ``turn``, a name for the turn: one that the conversation knows is
                answered anew in its place, and what was said after it stays and is stale from then on.

        Raises:
            MiniMaxError: With ``reply`` holding what had arrived.
        """
        return Stream(self._answering(prompt, options, stream=stream), self._limits).until_done()

    def stream(self, *prompt: object, **options: Unpack[Asking]) -> Stream:
        """Send a prompt and read the reply as it arrives; nothing is sent before the first step.

        Pictures and videos are read and checked before this returns.
        """
        return Stream(self._answering(prompt, options), self._limits)

    async def ask_async(self, *prompt: object, stream: bool = True, **options: Unpack[Asking]) -> Reply:
        """:meth:`ask` for coroutines. Pictures and the like are read on a thread of their own."""
        if all(isinstance(value, str) for value in prompt):
            answering = self._answering(prompt, options, stream=stream)
        else:
            answering = await asyncio.to_thread(self._answering, prompt, options, stream=stream)
        return await AsyncStream(answering, self._limits).until_done()

    def stream_async(self, *prompt: object, **options: Unpack[Asking]) -> AsyncStream:
        """:meth:`stream` for coroutines. Pictures and videos are read before it returns."""
        return AsyncStream(self._answering(prompt, options), self._limits)

    def retry(self, **options: Unpack[Asking]) -> Reply:
        """Send again the last prompt that failed. What had arrived of its answer is replaced; :meth:`undo` keeps it.

        Raises:
            RequestError: No prompt has failed.
        """
        if self._failed is None:
            raise RequestError("No prompt has failed in this chat, so there is nothing to send again.")
        begun = next((at for at, turn in enumerate(self.turns, 1) if turn.prompt.parts is self._failed), None)
        if begun is not None and (name := self.turns[begun - 1].name):
            options = {"turn": name, **options}  # answered anew in its place
        elif begun is not None:
            self._talk.drop(begun)  # what had arrived of it makes room for the new answer
        return self.ask(*self._failed, **options)

    def count(self, *prompt: object, **options: Unpack[Asking]) -> TokenCount:
        """How many tokens this call would send: counted by the service where it can, else an estimate.

        Nothing is added to the history, and no reply is asked for.
        """
        request = self._sent(self._request(self._prompt(prompt), options), options)
        return counted(request, self._desk, self._limits)

    def gauge(self, *prompt: object, **options: Unpack[Asking]) -> Gauge:
        """How full the model's window is with the conversation so far, and with this prompt if one is given.

        It is an estimate, by part, with what stands out and what to do when room gets short. Nothing is sent.
        """
        asked = (self._prompt(prompt),) if prompt else ()
        return self._gauge(self._sent(self._requested(asked, options), options))

    def preview(self, *prompt: object, **options: Unpack[Asking]) -> Preview:
        """Exactly what this call would send. Nothing is sent."""
        request = self._sent(self._request(self._prompt(prompt), options), options)
        request = named_before(request, self._endpoint)
        notes = check(request, self._endpoint)
        return preview(request, self._desk, (*notes, *self._gauge(request).warnings))

    def uploads(self) -> tuple[Uploaded, ...]:
        """The videos that are at this chat's service, uploaded with its key, in the service's order."""
        return uploaded_at(self._endpoint, self._limits, self._carrier)

    def forget_upload(self, file: Uploaded | str) -> bool:
        """Delete one of :meth:`uploads`, given it or its id, there and here; whether the service still had it."""
        return forget_at(file, self._endpoint, self._limits, self._carrier)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _prompt(self, prompt: tuple[object, ...]) -> Message:
        limits, fetch = self._endpoint.provider.media.limits(), partial(self._carrier.fetch, limits=self._limits)
        parts = tuple(part for value in prompt for part in to_parts(value, limits=limits, fetch=fetch))
        if not any(not isinstance(part, Text) or part.text.strip() for part in parts):
            raise RequestError("The prompt is empty, so nothing was sent.", hint="Write the question below %%minimax.")
        return Message("user", parts)

    def _request(self, prompt: Message, options: Mapping[str, Any]) -> Request:
        return self._requested((prompt,), options)

    def _requested(self, prompt: tuple[Message, ...], options: Mapping[str, Any]) -> Request:
        """What the first call of a turn asks, as the chat keeps it; a wanted shape is not in it yet."""
        turn, parameters = split_asking(options)
        said = {**self._options, **{name: value for name, value in parameters.items() if value is not None}}
        heard = (*shown_before(self.examples), *self._talk.heard_before(turn.get("turn", "")), *prompt)
        return Request(
            model=self._endpoint.model_id,
            messages=heard,
            system=self.system or None,
            scene=self.scene,
            tools=tuple(tool.spec for tool in self._plan(turn).tools.values()),
            **said,
        )

    def _plan(self, turn: Mapping[str, Any]) -> Plan:
        """How the turn may go on; every mistake in what was said of it is found here, before anything is sent."""
        tools = turn.get("tools")
        return Plan(
            tools=self._tools if tools is None else named(tools),
            approvals=self._approvals,
            shape=wanted(turn.get("schema")),
            rounds=self.max_rounds,
        )

    def _sent(self, request: Request, options: Mapping[str, Any]) -> Request:
        """The first call's request as it goes out."""
        shape = self._plan(split_asking(options)[0]).shape
        return request if shape is None else prepare(request, self._endpoint, shape)

    @property
    def _desk(self) -> Desk:
        return Desk(self._endpoint, self._account, self._tally, self._carrier)

    def _gauge(self, request: Request) -> Gauge:
        tokens = partial(self._tally.message, thinking=False)  # that of a finished turn does not count
        sizes = [sum(map(tokens, turn.messages)) for turn in self._talk.turns]
        return gauge_of(request, self._endpoint, self._desk.tokens(request), sizes, self._talk.turns)

    def _answering(self, prompt: tuple[object, ...], options: Mapping[str, Any], *, stream: bool = True) -> Answering:
        if any(not isinstance(value, str) or value.strip() for value in prompt):
            self._failed = prompt  # until it has succeeded: a file that is missing now may be there the next time
        turn = split_asking(options)[0]
        plan, message, name = self._plan(turn), self._prompt(prompt), turn.get("turn", "")
        self._failed = message.parts
        request = replace(self._request(message, options), stream=stream)
        sent = self._sent(request, options)
        notes = (*check(named_before(sent, self._endpoint), self._endpoint), *self._gauge(sent).warnings)
        notes = (*self._news(), *notes, *_overtaken(self._talk.after(name)))
        return Answering(request, message, self._desk, plan, notes=notes, name=name, on_end=self._commit)

    def _news(self) -> tuple[str, ...]:
        note = self._endpoint.note
        if not note or self.provider in _told:
            return ()
        _told.add(self.provider)
        return (note,)

    def _commit(self, ended: Answering) -> None:
        """Enter a turn that has ended. One that brought nothing leaves the conversation as it was."""
        if (turn := ended.turn) is not None:
            self._talk.enter(turn)
        if not ended.reply.partial and self._failed is ended.prompt.parts:
            self._failed = None

    def __repr__(self) -> str:
        return f"<Chat {self.provider} {self.model} over {self.face}, {len(self.history)} messages>"


def _overtaken(turns: int) -> tuple[str, ...]:
    """What is said when a turn is answered anew that others came after."""
    if not turns:
        return ()
    which, it = ("The turn", "it") if turns == 1 else (f"The {turns} turns", "them")
    are = "was said without this one and is" if turns == 1 else "were said without this one and are"
    cells = "its cell" if turns == 1 else "their cells"
    later = f"{which} after it {are} stale: run {cells} again, or regenerate {it}."
    return (f"This replaces an earlier answer. {later}",)
