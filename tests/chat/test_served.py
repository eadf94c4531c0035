"""Asking services for their lists of models: whom, how often, how long, and what comes of it."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from minimax_nb.chat.served import ask_each, list_models, lists_of, served_models
from minimax_nb.chat.whom import Where, services
from minimax_nb.emulator import serve
from minimax_nb.errors import AuthError, ConfigError, OverloadedError, ServiceError, TransportError, WireError
from minimax_nb.transport import Limits, Stop, Stopped
from tests.support.listings import KEY, Answer, always, answering, ids, point
from tests.transport.servers import serving

NOWHERE: Where = {}


def names(**where: object) -> list[str]:
    return [model.id for model in served_models(**where)]


def asked(layer=None, **where: str) -> list[tuple[str, str]]:
    return [(endpoint.provider_name, endpoint.base_url) for endpoint in services(where, layer)]


# -- the answer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_the_emulator_lists_the_services_models(face):
    assert "MiniMax-M3" in names(provider="emulator", face=face)


def test_models_come_in_the_services_order_and_spelling():
    with answering(always(ids("b/B.2", "a", "b/b.2"))) as service:
        assert names(base_url=f"{service.url}/v1") == ["b/B.2", "a", "b/b.2"]
    assert service.paths == ["/v1/models"]


def test_a_list_in_pages_is_read_to_its_end():
    every = [f"model-{number:04}" for number in range(45)]

    def page(path: str, _headers: dict[str, str]) -> Answer:
        after = path.partition("after_id=")[2]
        begin = every.index(after) + 1 if after else 0
        part = every[begin : begin + 20]
        return Answer({**ids(*part), "has_more": part[-1] != every[-1], "last_id": part[-1]})

    with answering(page) as service:
        assert names(base_url=f"{service.url}/v1") == every
    assert len(service.paths) == 3


@pytest.mark.parametrize(
    ("page", "calls"),
    [
        (lambda n: {**ids("a"), "has_more": True, "last_id": "a"}, 2),
        (lambda n: {**ids("a"), "has_more": True, "last_id": f"a{n}"}, 2),
        (lambda n: {**ids(f"a{n}"), "has_more": True, "last_id": "same"}, 2),
        (lambda n: {**ids(f"a{n}"), "has_more": True}, 50),
    ],
    ids=["same page", "same models", "same cursor", "never ends"],
)
def test_a_server_that_repeats_itself_is_not_asked_for_ever(page, calls):
    with answering(lambda path, headers: Answer(page(len(service.asked)))) as service:
        assert names(base_url=f"{service.url}/v1")
    assert len(service.paths) == calls


# -- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (always({"base_resp": {"status_code": 1004, "status_msg": "no"}}, **{"x-request-id": "req-7"}), AuthError),
        (always({"error": {"message": "no"}}, 401, **{"x-request-id": "req-7"}), AuthError),
        (always(b"<html><title>403</title>", 403, **{"request-id": "req-7"}), ServiceError),
        (always({"error": "gone", "request_id": "req-7"}, 404), ServiceError),
    ],
)  # fmt: skip
def test_an_error_is_typed_and_has_the_request_id(answer, kind):
    with answering(answer) as service, pytest.raises(kind) as caught:
        names(base_url=f"{service.url}/v1")
    assert caught.value.request_id == "req-7"
    assert len(service.paths) == 1


@pytest.mark.parametrize(
    "first",
    [
        Answer({"error": "busy"}, 503, {"retry-after": "0"}),
        Answer({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}, "retry_after": 0}),
    ],
    ids=["HTTP 503", "HTTP 200 with 1002"],
)
def test_an_error_that_can_pass_is_tried_again(first):
    with answering(lambda path, headers: first if len(service.asked) == 1 else Answer(ids("a"))) as service:
        layer = {"retries": 1}
        assert [model.id for model in served_models(base_url=f"{service.url}/v1", layer=layer)] == ["a"]
    assert len(service.paths) == 2


def test_an_error_that_does_not_pass_says_how_often_it_was_tried():
    with (
        answering(always({"error": "busy"}, 503, **{"retry-after": "0"})) as service,
        pytest.raises(ServiceError) as caught,
    ):
        served_models(base_url=f"{service.url}/v1", layer={"retries": 2})
    assert caught.value.attempts == len(service.paths) == 3


def test_a_page_in_place_of_a_list_is_named():
    with (
        answering(always(b"<html><title>Welcome</title><body>hi")) as service,
        pytest.raises(WireError, match="Welcome"),
    ):
        names(base_url=f"{service.url}/v1")


def test_a_list_far_too_long_is_cut_off(monkeypatch):
    monkeypatch.setattr("minimax_nb.chat.served.MOST_BYTES", 10_000)
    with (
        answering(always(ids(*(f"model-{n}" for n in range(2000))))) as service,
        pytest.raises(WireError, match="10,000"),
    ):
        names(base_url=f"{service.url}/v1")


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"error": {"message": f"bad {KEY}"}}, 401, {"x-request-id": KEY}),
        Answer({"base_resp": {"status_code": 1004, "status_msg": KEY}}, 200, {"x-request-id": f"for {KEY}"}),
        Answer(f"<title>{KEY}</title>".encode(), 200),
    ],
)
def test_a_key_that_is_echoed_shows_nowhere(answer):
    with answering(lambda path, headers: answer) as service, pytest.raises((AuthError, WireError)) as caught:
        names(base_url=f"{service.url}/v1", api_key=KEY)
    assert service.asked[0][1]["authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{caught.value} {vars(caught.value)}"


# -- time ----------------------------------------------------------------------------------------------------------


def test_a_server_that_says_nothing_is_given_up():
    with answering(lambda path, headers: None) as service, pytest.raises(TransportError):
        served_models(base_url=f"{service.url}/v1", timeout=0.3, layer={"retries": 0})


def test_a_server_that_drips_is_given_up_as_well():
    def drip(wire):
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not wire.closing.wait(0.05):
            wire.send(b" ")

    with serving(drip) as server, pytest.raises(TransportError, match="given up"):
        served_models(base_url=f"{server.url}/v1", timeout=0.4, layer={"retries": 0})
    assert server.left.wait(10), "the connection is closed"


def test_a_stop_ends_a_list_and_leaves_no_thread():
    stop = Stop()
    with answering(lambda path, headers: stop.set()) as service:
        (endpoint,) = services({"base_url": f"{service.url}/v1"})
        with pytest.raises(Stopped):
            list_models(endpoint, Limits(timeout=60, retries=0), stop)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_an_interrupt_closes_every_connection():
    def hang(wire):
        if wire.request():
            os.kill(os.getpid(), signal.SIGINT)
            wire.hang_until_client_leaves()

    with serving(hang) as server:
        endpoints = services({"base_url": f"{server.url}/v1"})
        with pytest.raises(KeyboardInterrupt):
            lists_of(endpoints, Limits(timeout=60, retries=0))
        assert server.left.wait(10)


def test_services_are_asked_side_by_side_and_one_that_fails_keeps_none_waiting():
    both = threading.Barrier(2, timeout=10)

    def together(path, headers):
        both.wait()
        return Answer(ids("a"))

    with answering(together) as one, answering(together) as two, answering(always(b"", 503)) as three:
        endpoints = [services({"base_url": f"{at.url}/v1"})[0] for at in (one, three, two)]
        answers = lists_of(endpoints, Limits(timeout=10, retries=0))
    assert [len(answer.models) for answer in answers] == [1, 0, 1]
    assert isinstance(answers[1].error, ServiceError)


def test_an_answer_that_does_not_come_is_none():
    with answering(always(b"")) as service:
        endpoints = services({"base_url": f"{service.url}/v1"})
        held = threading.Event()
        assert ask_each(endpoints, lambda endpoint, stop: held.wait(30), 0.1) == [None]
        held.set()


def test_what_breaks_on_the_way_is_not_lost():
    def broken(endpoint, stop):
        raise ZeroDivisionError

    with answering(always(b"")) as service, pytest.raises(ZeroDivisionError):
        ask_each(services({"base_url": f"{service.url}/v1"}), broken, 5)


# -- whom to ask ---------------------------------------------------------------------------------------------------


def test_without_a_key_nobody_is_asked():
    assert asked() == []


def test_each_provider_with_a_key_is_asked_at_its_own_address(monkeypatch):
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    monkeypatch.setenv("MODELSLAB_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_PROVIDER", "runapi")
    monkeypatch.setenv("MINIMAX_NB_BASE_URL", "http://127.0.0.1:9/v1")
    assert asked() == [("runapi", "http://127.0.0.1:9/v1"), ("modelslab", "https://modelslab.com/api/v7/llm")]


def test_an_address_in_the_settings_gets_no_providers_key(monkeypatch):
    monkeypatch.setenv("MODELSLAB_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_BASE_URL", "http://127.0.0.1:9/v1")
    assert asked() == [("local", "http://127.0.0.1:9/v1"), ("modelslab", "https://modelslab.com/api/v7/llm")]


def test_the_settings_of_the_magics_count(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    assert asked({"region": "cn"}) == [("minimax", "https://api.minimax.cn/anthropic")]
    assert asked({"base_url": "http://127.0.0.1:9/v1"})[0] == ("local", "http://127.0.0.1:9/v1")


def test_a_provider_that_is_named_is_asked_alone(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_MODEL", "MiniMax-M3.1-Flash")
    assert asked(provider="runapi") == [("runapi", "https://runapi.ai/v1")]
    assert asked(provider="emulator") == [("emulator", "emulator:/anthropic")]


def test_a_protocol_without_a_list_leaves_the_question_to_the_other(monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    assert asked(provider="openrouter", face="anthropic") == [("openrouter", "https://openrouter.ai/api/v1")]


def test_a_provider_that_has_no_key_is_an_error():
    with pytest.raises(ConfigError, match="RUNAPI"):
        services({"provider": "runapi"})


def test_a_key_goes_the_way_each_provider_takes_it(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("MODELSLAB_API_KEY", KEY)
    with answering(always(ids("a"))) as service:
        point(monkeypatch, tmp_path, modelslab={"openai": service.url, "anthropic": service.url})
        names(provider="modelslab")
        names(provider="modelslab", face="anthropic")
    (path, bearer, _), (_, header, _) = service.asked
    assert path == "/v1/models"
    assert bearer["authorization"] == f"Bearer {KEY}"
    assert (header["x-api-key"], header["anthropic-version"]) == (KEY, "2023-06-01")
    assert all(body == "" for _, _, body in service.asked), "a list costs nothing: no prompt goes out"


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_runapis_list_has_the_shape_that_fits_the_keys_place(monkeypatch, tmp_path: Path, face):
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    with serve(delay_ms=0) as server:
        at = f"{server.url}/runapi"
        point(monkeypatch, tmp_path, runapi={"openai": f"{at}/v1", "anthropic": at})
        models = served_models("runapi", face=face)
    assert "MiniMax-M2" in [model.id for model in models]
    assert {bool(model.title) for model in models} == {face == "anthropic"}


def test_overload_is_typed():
    busy = always({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, 529)
    with answering(busy) as service, pytest.raises(OverloadedError):
        served_models(base_url=f"{service.url}/v1", layer={"retries": 0})
