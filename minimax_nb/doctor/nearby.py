"""Model servers on this computer, where they usually listen."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from minimax_nb.catalog import load_catalog
from minimax_nb.chat.served import Answered, lists_of
from minimax_nb.chat.whom import at_home
from minimax_nb.doctor.report import Finding
from minimax_nb.errors import AuthError, TransportError
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


# -- servers on this computer ------------------------------------------------------------------------------------------


def on_this_computer(limits: Limits) -> list[Finding]:
    """What answers where the catalog's model servers usually listen. No key of the user's is sent."""
    usual = {}
    for name, row in load_catalog().providers.items():
        face = row.faces.get("openai")
        if face is not None and row.any_model and urlsplit(face.base_url).hostname in _HERE:
            key = Secret.of(row.placeholder_key)
            # Several rows may share an address; the later ones name the server.
            usual[face.base_url] = replace(
                at_home(name, row, key), face_name="openai", face=face, base_url=face.base_url
            )
    answers = lists_of(list(usual.values()), limits)
    return [Finding(answer.endpoint.base_url, _local_state(answer)) for answer in answers]


def _local_state(answer: Answered) -> str:
    name, title = answer.endpoint.provider_name, answer.endpoint.provider.title
    if isinstance(answer.error, AuthError):
        return f"a server that asks for a key (usually {title}): {answer.error.hint}"
    if isinstance(answer.error, TransportError):
        return f"nobody answers (usually {title})"
    if answer.error is not None:
        return f"something else than a model server answers (usually {title})"
    ids = [model.id for model in answer.models]
    ask = f"; ask it with -p {name} -m {ids[0]}" if ids else ""
    return f"a model server (usually {title}), models: {len(ids):,}{ask}"
