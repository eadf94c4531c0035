"""What is asked, before any protocol: one frozen value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from minimax_nb.messages.parts import Message
from minimax_nb.messages.saved import message_to_dict
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec

ThinkingMode = Literal["adaptive", "off"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]

PARAMETERS = (
    *("temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty"),
    *("thinking", "effort", "service_tier"),
)
"""The parameters of a call, by the names of its fields."""


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The JSON schema a reply is asked to follow; ``name`` is what services want it called."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A call in the kit's own words.

    None means "not said": the encoder then sends the model's documented default where the two protocols differ, and
    nothing where they agree.

    Attributes:
        tools: What the model may call.
        tool_choice: "auto", "none", or the name of the tool it is to call.
        format: "json", or the schema of the reply; for services that take it. Others are asked in words.
        scene: The setting of a role-play.
        frequency_penalty: How much a token is held back for each time it stands in the text already.
        presence_penalty: How much it is held back if it stands there at all.
    """

    model: str
    messages: tuple[Message, ...]
    system: str | None = None
    stream: bool = True
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    thinking: ThinkingMode | None = None
    effort: Effort | None = None
    service_tier: str | None = None
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str | None = None
    format: Literal["json"] | JsonSchema | None = None
    scene: Scene | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters that were said, by name, without the prompt."""
        return {name: value for name in PARAMETERS if (value := getattr(self, name)) is not None}

    def prompt_sha256(self) -> str:
        """A fingerprint of all that is said to the model, as 64 hex digits; media count by their own hash."""
        said: list[Any] = [self.system, [message_to_dict(message, whole=False) for message in self.messages]]
        said += [asdict(tool) for tool in self.tools]
        said += [self.scene.to_dict()] if self.scene else []
        said += [self.format if isinstance(self.format, str) else asdict(self.format)] if self.format else []
        # It names a prompt and is no check of it: what no service could be sent (half a surrogate pair, a value that is
        # no JSON) is the encoder's business.
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
