"""What each service says to the key that is set for it, and whether this computer's clock agrees with its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.catalog import Endpoint, on_plan
from minimax_nb.chat.served import ask_each, list_models, lists_of, open_to_all, too_slow
from minimax_nb.chat.whom import Where, elsewhere, keyed_endpoints, services
from minimax_nb.doctor.clock import clock_at
from minimax_nb.doctor.machine import proxies
from minimax_nb.doctor.report import Finding
from minimax_nb.errors import AuthError, MiniMaxError, ServiceError, TransportError
from minimax_nb.messages.served import ServedModel
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits, Stop, Stopped


def services_asked(layer: Mapping[str, Any] | None, where: Where, limits: Limits) -> list[Finding]:
    """What each service says to the key that is set for it."""
    named = any(where.values())
    try:
        endpoints = services(where, layer)
    except MiniMaxError as error:
        if named:
            return [Finding("service", str(error), fine=False)]
        endpoints = _keyed()  # what is wrong with the settings stands in the report already
    found = ask_each(endpoints, lambda endpoint, stop: _asked(endpoint, limits, stop), 2 * limits.timeout + 3)
    told = [
        finding
        for endpoint, findings in zip(endpoints, found, strict=True)
        for finding in findings or _failed(endpoint, too_slow(endpoint, limits.timeout))
    ]
    clocks = ask_each(endpoints[:1], lambda endpoint, stop: clock_at(endpoint, limits, stop), limits.timeout + 1)
    return [*told, *(clock for clock in clocks if clock is not None)]


def _keyed() -> list[Endpoint]:
    try:
        return keyed_endpoints()
    except MiniMaxError:
        return []


def _asked(endpoint: Endpoint, limits: Limits, stop: Stop) -> list[Finding]:
    """The findings about one service. Raises nothing."""
    try:
        models = list_models(endpoint, limits, stop)
        return _answered(endpoint, models, open_to_all(endpoint, limits, stop) if _own_key(endpoint) else None)
    except AuthError as error:
        return _refused(endpoint, error, limits)
    except MiniMaxError as error:
        return _failed(endpoint, error)
    except Stopped:
        return _failed(endpoint, too_slow(endpoint, limits.timeout))


def _answered(endpoint: Endpoint, models: Sequence[ServedModel], open_list: bool | None) -> list[Finding]:
    name, row = endpoint.provider_name, endpoint.provider
    ids = [model.id for model in models]
    others = [face for face in row.faces if face != endpoint.face_name]
    spoken = ", ".join([f"{endpoint.face_name} (asked here)", *others])
    counted = [face_name for face_name, face in row.faces.items() if face.count_path]
    counts = f"counted by the service over {' and '.join(counted)}" if counted else "estimated by the kit"
    return [
        Finding(name, _key_state(endpoint, open_list)),
        Finding(f"{name} models", _listed(endpoint, ids), fine=row.any_model or endpoint.model_id in ids),
        Finding(f"{name} protocols", f"{spoken}; tokens are {counts}"),
    ]


def _listed(endpoint: Endpoint, ids: Sequence[str]) -> str:
    """How many models there are, and whether the one that is asked by default is among them."""
    default = endpoint.model_id
    if default in ids:
        return f"{len(ids):,} listed, {default} (asked by default) among them"
    if endpoint.provider.any_model and ids:
        more = ", …" if len(ids) > 3 else ""
        return f"{len(ids):,} listed ({', '.join(ids[:3])}{more}); name one with -m"
    return f"{len(ids):,} listed, but not {default}, which is asked by default; name another with -m"


def _key_state(endpoint: Endpoint, open_list: bool | None) -> str:
    """What the answer says of the key. A list that is open to all says nothing."""
    place = _place(endpoint)
    if not _own_key(endpoint):
        return f"answers without a key of yours {place}"
    kind = "; by its look a key of a MiniMax subscription plan" if on_plan(endpoint) else ""
    if open_list:
        return f"answers {place}; its list is open to all, so the key was not put to the test{kind}"
    return f"key accepted {place}{kind}"


def _refused(endpoint: Endpoint, error: AuthError, limits: Limits) -> list[Finding]:
    """The finding about a key that was refused: a key belongs to one region, so the others are tried."""
    name = endpoint.provider_name
    request = f" (request {error.request_id})" if error.request_id else ""
    elsewhere_too = ""
    for answer in lists_of(elsewhere(endpoint) if _own_key(endpoint) else [], limits):
        region = answer.endpoint.region
        if answer.error is None:
            use = f"this key works in region {region}: use --region {region}, or set MINIMAX_NB_REGION={region}"
            return [Finding(name, f"key refused {_place(endpoint)}; {use}", fine=False)]
        tried = "refused it too" if isinstance(answer.error, AuthError) else "could not be asked"
        elsewhere_too += f" Region {region} {tried}."
    return [Finding(name, f"{error.what} {error.hint}{elsewhere_too}{request}", fine=False)]


def _failed(endpoint: Endpoint, error: MiniMaxError) -> list[Finding]:
    """The finding about a service that said nothing of the key."""
    advice = ""
    if isinstance(error, TransportError):
        if "certificate" in str(error):
            advice = " Behind a company's proxy, SSL_CERT_FILE must name the company's certificates."
        elif names := proxies():
            advice = f" The network's settings count too: {', '.join(names)}."
    elif isinstance(error, ServiceError) and error.status in {404, 405, 501}:
        return [
            Finding(
                endpoint.provider_name,
                f"no list of models {_place(endpoint)} (HTTP {error.status}), so the key was not tried; "
                "if calls fail too, check the address",
                fine=False,
            )
        ]
    return [Finding(endpoint.provider_name, f"{_words(error)}{advice}", fine=False)]


def _words(error: MiniMaxError) -> str:
    """An error's kind and sentence."""
    return f"{type(error).__name__}: {error}"


def _own_key(endpoint: Endpoint) -> bool:
    """Whether a key of the user's goes out, not a placeholder."""
    return endpoint.key is not None and endpoint.key != Secret.of(endpoint.provider.placeholder_key)


def _place(endpoint: Endpoint) -> str:
    return f"in region {endpoint.region}" if endpoint.region else f"at {endpoint.base_url}"
