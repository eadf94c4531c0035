"""Who answers a call: the outcome of looking up provider, protocol, model, address and key."""

from __future__ import annotations

from dataclasses import dataclass

from minimax_nb.catalog.rows import Face, FaceName, Model, Offer, Provider
from minimax_nb.secrets import Secret


@dataclass(frozen=True, slots=True)
class Recorded:
    """Whose answers a recording holds: they are there without a key.

    Attributes:
        providers: Their names, the first that was recorded first.
        only: Nothing is sent at all, so that nobody needs a key.
    """

    providers: tuple[str, ...] = ()
    only: bool = False

    def covers(self, name: str) -> bool:
        """Whether a provider needs no key."""
        return self.only or name in self.providers


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Everything the encoder and the transport need to know about the other side.

    Attributes:
        provider_name: Name of the provider's row.
        provider: The row.
        face_name: "anthropic" or "openai".
        face: That protocol's row at this provider.
        base_url: Where it is (a region's or the user's own address may replace the row's).
        model_id: The id to send.
        model: What is known of that model as this provider serves it.
        offer: The provider's own row for it (prices).
        key: The key, or None.
        note: A sentence for the user about how this endpoint was chosen, or "".
        region: The provider's region that ``base_url`` is in, or "" where it has none or the address is the user's.
    """

    provider_name: str
    provider: Provider
    face_name: FaceName
    face: Face
    base_url: str
    model_id: str
    model: Model
    offer: Offer
    key: Secret | None = None
    note: str = ""
    region: str = ""

    def url(self, path: str) -> str:
        """The address of ``path`` at this endpoint."""
        return self.base_url.rstrip("/") + path
