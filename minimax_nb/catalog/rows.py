"""The shapes of the catalog's rows: providers and models as data.

A user's rows are validated when they are read, so a mistake in their file is named with its place. Prices are Decimals
in USD per million tokens. None is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from minimax_nb.catalog.amounts import Beginnings, Day, Factor, Rate, Step, some_rows, steps
from minimax_nb.catalog.checked import Address, Blank, Checked, some
from minimax_nb.messages.media import MediaLimits

FaceName = Literal["anthropic", "openai"]
Kind = Literal["image", "video"]
Format = Literal["json", "json_schema"]
Status = Literal["current", "legacy", "retiring", "retired", "role-play"]


class Row:
    """A frozen row; a user's may hold no field that it does not know."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face(Row):
    """One protocol at one provider: where it is and how it is spoken there.

    Attributes:
        base_url: What an SDK would take as its base URL.
        chat_path: Appended to ``base_url`` for a chat call.
        count_path: Appended for a token count, or None where there is none.
        models_path: Appended for the list of models, or None.
        auth: How the key is carried: "bearer" (Authorization), "x-api-key", "key" (a header of that name) or "body"
            (the member ``key`` of the JSON; a call without a body carries it in the header "key").
        headers: Further headers sent with every call.
        model_field: The name this server takes for the model's id.
        reasoning_split: Send ``reasoning_split: true`` (MiniMax only; other servers answer 422 to unknown fields).
        max_tokens_field: The name this server takes for the output limit.
        thinking_field: How thinking is switched: "thinking" (``{"type": "adaptive"|"disabled"}``), or None where the
            server has no switch.
        effort_field: "output_config" (``{"effort": …}``), "reasoning_effort", or None where there is none.
        include_usage: Send ``stream_options: {"include_usage": true}``.
        echo_field: The field thinking goes back in: "reasoning_details", "reasoning_content", "reasoning", or None
            for text with its tags as it came.
        starts_in_thinking: The first bytes of content are thinking although no tag opens them (vLLM without a reasoning
            parser serves M2 so).
        temperature: Least and greatest this server takes, where that is narrower than the model's own range.
        penalties: Least and greatest frequency_penalty and presence_penalty, where this server documents that it heeds
            them; None sends neither.
        max_tokens_default: Output limit to send when the user names none, for servers that insist on one or whose own
            default would cut a thinking model short; None sends nothing.
        takes: Kinds of media this protocol is documented to carry here, to models that take them; None is unknown.
        tools: Whether it is documented to carry tools here, to models that have them; None is unknown.
        tool_choices: What this server takes as ``tool_choice`` beside "auto", which is never said since it is what
            every server does anyway: "none", or "named" for the name of one tool.
        formats: The formats of a reply that can be asked for here, of models that heed them: "json" for any object,
            "json_schema" for one that follows a schema.
        scenes: Whether the roles of a role-play are documented here, for models that know them.
        count_shape: What a token count is asked with: "own" is this protocol's own request, "responses" the input of
            a Responses call.

    In a user's file "" stands for None.
    """

    base_url: Address
    chat_path: str
    count_path: Annotated[str | None, Blank] = None
    models_path: Annotated[str | None, Blank] = None
    auth: Literal["bearer", "x-api-key", "key", "body"] = "bearer"
    headers: dict[str, str] = field(default_factory=dict)
    model_field: Literal["model", "model_id"] = "model"
    reasoning_split: bool = False
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    thinking_field: Annotated[Literal["thinking"] | None, Blank] = None
    effort_field: Annotated[Literal["output_config", "reasoning_effort"] | None, Blank] = None
    include_usage: bool = True
    echo_field: Annotated[Literal["reasoning_details", "reasoning_content", "reasoning"] | None, Blank] = None
    starts_in_thinking: bool = False
    temperature: tuple[float, float] | None = None
    penalties: tuple[float, float] | None = None
    max_tokens_default: int | None = None
    takes: tuple[Kind, ...] | None = None
    tools: Annotated[bool | None, Blank] = None
    tool_choices: tuple[Literal["none", "named"], ...] = ("none",)
    formats: tuple[Format, ...] = ()
    scenes: bool = False
    count_shape: Literal["own", "responses"] = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Row):
    """USD per million tokens; a rate that is None is unknown.

    Attributes:
        input: For input that is neither read from the cache nor written to it.
        output: For output, thinking included.
        cache_read: For input read from the cache.
        cache_write: For input written to the cache.
        above_input: The number of input tokens past which this row holds, then for the whole request.
        dated: When the rates were read.
        source: Where.
    """

    input: Rate = None
    output: Rate = None
    cache_read: Rate = None
    cache_write: Rate = None
    above_input: Step = 0
    dated: Day = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Row):
    """What is known of a model, wherever it is served.

    Attributes:
        context: Window in tokens.
        max_output: Most tokens one reply may have, thinking included.
        inputs: Kinds of input it takes; empty is unknown.
        thinking: "switch" (adaptive or off), "always" (cannot be switched off), "none" or None (unknown).
        thinking_default: What the kit sends when the user says nothing: one value for both protocols.
        efforts: The effort levels it takes; empty where it has none.
        effort_default: What the kit sends when the user says nothing.
        temperature: Least and greatest.
        top_p: Least and greatest.
        above_least: Temperature and top_p must be more than their least.
        default_top_p: What the service takes when none is sent.
        tools: Whether it calls tools; None is unknown.
        formats: The formats of a reply it heeds, where its server takes them; empty is none or unknown.
        scenes: Whether it knows the roles of a role-play.
        status: What its maker says of it: "current", "legacy", "retiring", "retired" or "role-play".
        status_date: The day from which that status holds, where one was announced.
        note: One sentence a user should know.
        source: Address of the page the row was taken from.
        dated: When that page was read.
    """

    context: int | None = None
    max_output: int | None = None
    inputs: tuple[Literal["text", "image", "video"], ...] = ()
    thinking: Literal["switch", "always", "none"] | None = None
    thinking_default: Literal["adaptive", "off"] | None = None
    efforts: tuple[str, ...] = ()
    effort_default: str | None = None
    temperature: tuple[float, float] | None = None
    top_p: tuple[float, float] | None = None
    above_least: bool = False
    default_top_p: float | None = None
    tools: bool | None = None
    formats: tuple[Format, ...] = ()
    scenes: bool = False
    status: Status = "current"
    status_date: date | None = None
    note: str = ""
    source: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Row):
    """A model as one provider sells it: its id there is the key of the table.

    Attributes:
        of: The id of the model's own row, where it differs from the id here.
        prices: Dated price rows, by rising step; empty is unknown. A user's list replaces the whole of the kit's.
        priority_factor: What the priority tier multiplies the price by, or None where there is no such tier.
        context: Window in tokens here, where it is not the model's own.
        max_output: Most tokens one reply may have here, where it is not the model's own.
        built_in_tokens: Input tokens that the service adds to a call without a system message, where that is known.
        status: How this provider serves it, where that is not what its maker says.
        status_date: The day from which that status holds.
        note: One sentence a user should know; it replaces the model's.
        faces: Protocols it is documented for here, where those are not all of the provider's; the first is used when
            the user names none.
    """

    of: str | None = None
    prices: Annotated[tuple[Price, ...], Checked(some_rows, before=True), Checked(steps)] = ()
    priority_factor: Factor = None
    context: int | None = None
    max_output: int | None = None
    built_in_tokens: int | None = None
    status: Status | None = None
    status_date: date | None = None
    note: str = ""
    faces: tuple[FaceName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow(Row):
    """How much of pictures and videos a provider takes. None is unknown, and is not checked.

    Attributes:
        image_bytes: Most bytes of one picture, before base64.
        video_bytes: Most bytes of one video inside a request, before base64.
        upload_bytes: Most bytes of one uploaded video.
        body_bytes: Most bytes of a whole request.
        images: Most pictures in one request.
        videos: Most videos in one request.
    """

    image_bytes: int | None = None
    video_bytes: int | None = None
    upload_bytes: int | None = None
    body_bytes: int | None = None
    images: int | None = None
    videos: int | None = None

    def limits(self) -> MediaLimits:
        """What pictures and videos are made to fit; MiniMax's own figures stand in for those that are unknown.

        A video inside a request is let grow to what the body has room for as base64, beside some text: MiniMax's 50 MB
        would be 67 MB there, more than its 64 MB for a whole request.
        """
        names = (limit.name for limit in fields(MediaLimits) if hasattr(self, limit.name))
        known = MediaLimits(**{name: most for name in names if (most := getattr(self, name)) is not None})
        room = max(0, known.body_bytes - _TEXT_ROOM) * 3 // 4
        return replace(known, video_bytes=min(known.video_bytes, room))


_TEXT_ROOM = 1_000_000
_NOTHING = Decimal(0)
_FREE = (Price(input=_NOTHING, output=_NOTHING, cache_read=_NOTHING, cache_write=_NOTHING),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Row):
    """One service: its protocols, keys, regions and the models it offers.

    Attributes:
        faces: Protocols by name; the first one is the default.
        regions: Hosts by name: region to {face: base URL}. Prices are those of the region "global" and of providers
            without regions; another region's are unknown.
        keys: Environment variables that may hold the key, in order; empty where no key is needed.
        key_optional: True where the service works without a key.
        any_model: True where any model id is taken.
        free: True where nothing is ever charged.
        failed_free: True where failed calls are not charged; None is unknown.
        plan_keys: How the keys of its subscription plans begin; calls with one are charged to the plan, not by token.
        default_model: The model asked when the user names none.
        models: What it offers, by the id it wants on the wire.
        media: How much of pictures and videos it takes.
        files_path: Path of its files, on the host of its calls (what follows the host in a base URL does not count), or
            None where it takes no uploads. "/upload", "/list", "/retrieve" and "/delete" lie below it.
        suffixes: True where a listed id may have a suffix behind a colon (``minimax/minimax-m2:free``): what is known
            of the model holds, ``:free`` costs nothing, and the price of any other is unknown.
        every_model: True where every id of every other row is offered as well (the emulator).
        acts_as: Where it plays the other providers, by their names (the emulator): each gets a double, a row called
            "emulator:NAME" with NAME's protocols and models at these addresses, or at its own where none is said.
        twin_of: The provider whose double this row is; set as the rows are read, never in a file.
        placeholder_key: Sent where the user gave no key, for servers that want some key and check none. No secret.
        docs: Address of its documentation.
        note: One sentence a user should know.
    """

    title: str
    faces: Annotated[dict[FaceName, Face], Checked(some)]
    regions: dict[str, dict[FaceName, Address]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    key_optional: bool = False
    any_model: bool = False
    free: bool = False
    failed_free: bool | None = None
    plan_keys: Beginnings = ()
    default_model: str = ""
    models: dict[str, Offer] = field(default_factory=dict)
    media: MediaRow = field(default_factory=MediaRow)
    files_path: Annotated[str | None, Blank] = None
    suffixes: bool = False
    every_model: bool = False
    acts_as: dict[str, dict[FaceName, Address]] = field(default_factory=dict)
    twin_of: str = ""
    placeholder_key: str = ""
    docs: str = ""
    note: str = ""

    def double(self, actor: Provider, name: str) -> Provider:
        """This row, called ``name``, as ``actor`` plays it: its protocols and models, the actor's places and terms."""
        places = {face: row.base_url for face, row in actor.faces.items()} | actor.acts_as.get(name, {})
        return replace(
            self,
            title=f"{actor.title} (as {self.title})",
            faces={face: replace(row, base_url=places[face]) for face, row in self.faces.items() if face in places},
            models={id_: replace(offer, built_in_tokens=None) for id_, offer in self.models.items()},
            regions={},
            keys=(),
            key_optional=False,
            free=actor.free,
            failed_free=actor.failed_free,
            placeholder_key=actor.placeholder_key,
            docs=actor.docs,
            note=actor.note,
            twin_of=name,
        )

    def offer(self, model_id: str) -> Offer | None:
        """What it sells under this id, or None where its list has no such id."""
        if model_id in self.models:
            return self.models[model_id]
        listed, _, suffix = model_id.rpartition(":")
        if not (self.suffixes and suffix and listed in self.models):
            return None
        row = self.models[listed]
        return replace(row, of=row.of or listed, prices=_FREE if suffix == "free" else (), priority_factor=None)
