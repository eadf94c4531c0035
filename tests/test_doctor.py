"""What the doctor says of keys and services: true, the same each time, and never a character of a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from minimax_nb.display import render
from minimax_nb.doctor import Finding, Report, examine
from minimax_nb.emulator import serve
from minimax_nb.errors import ConfigError
from tests.support.listings import KEY, PLAN_KEY, Answer, always, answering, ids, point
from tests.transport.servers import serving


def found(report: Report) -> dict[str, Finding]:
    return {finding.subject: finding for finding in report.findings}


def text(report: Report) -> str:
    return render(report)[0]["text/plain"]


def minimax(monkeypatch, tmp_path: Path, url: str, **more: object) -> None:
    """MiniMax at this address, in its region "global"."""
    regions = {"global": url, "cn": url, "cn-minimaxi": url, **more}
    point(monkeypatch, tmp_path, minimax={"anthropic": f"{url}/anthropic", "openai": f"{url}/v1", "regions": regions})


def keyed(answer: Answer):
    """A service that refuses a call without a key."""
    refused = Answer({"type": "error", "error": {"type": "authorized_error", "message": "no key (1004)"}}, 401)
    return lambda path, headers: answer if "authorization" in headers or "x-api-key" in headers else refused


# -- a key that works ------------------------------------------------------------------------------------------------


def test_a_key_that_is_accepted(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with serve(delay_ms=0) as server:
        minimax(monkeypatch, tmp_path, server.url)
        report = examine()
    about = found(report)
    assert report.fine
    assert about["minimax"].state == "key accepted in region global"
    assert about["minimax models"].state == "11 listed, MiniMax-M3 (asked by default) among them"
    assert about["minimax protocols"].state == (
        "anthropic (asked here), openai; tokens are counted by the service over anthropic and openai"
    )


def test_no_prompt_and_no_body_goes_out(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(keyed(Answer(ids("MiniMax-M3")))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        assert examine().fine
    assert {(path, body) for path, _, body in service.asked} == {("/anthropic/v1/models", "")}
    assert [headers.get("authorization") for _, headers, _ in service.asked] == [f"Bearer {KEY}", None, None]


def test_a_list_that_is_open_to_all_does_not_test_the_key(monkeypatch, tmp_path):
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    with serve(delay_ms=0) as server:
        point(monkeypatch, tmp_path, runapi={"openai": f"{server.url}/runapi/v1"})
        state = found(examine())["runapi"].state
    assert "open to all" in state
    assert "accepted" not in state


@pytest.mark.parametrize(("key", "plan"), [(PLAN_KEY, True), (KEY, False)])
def test_a_plan_key_is_told_by_its_look_without_showing_any_of_it(monkeypatch, tmp_path, key, plan):
    monkeypatch.setenv("MINIMAX_API_KEY", key)
    with serve(delay_ms=0) as server:
        minimax(monkeypatch, tmp_path, server.url)
        report = examine()
    assert ("subscription plan" in found(report)["minimax"].state) is plan
    assert "sk-" not in text(report)
    assert "nobody" not in text(report)


def test_the_report_is_the_same_each_time(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MODELSLAB_API_KEY", "bad-key")
    with serve(delay_ms=0) as server:
        minimax(monkeypatch, tmp_path, server.url)
        config = tmp_path / "config.toml"
        lab = f'[providers.modelslab.faces.openai]\nbase_url = "{server.url}/modelslab/api/v7/llm"\n'
        config.write_text(config.read_text() + lab)
        assert text(examine()) == text(examine())


@pytest.mark.parametrize(
    ("listed", "said", "fine"),
    [
        (["MiniMax-M9"], "1 listed, but not MiniMax-M3, which is asked by default", False),
        (["minimax-m3"], "but not MiniMax-M3", False),
        ([], "0 listed, but not MiniMax-M3", False),
        ([f"m-{number}" for number in range(3000)] + ["MiniMax-M3"], "3,001 listed, MiniMax-M3 (asked", True),
    ],
)
def test_whether_the_default_model_is_among_those_listed(monkeypatch, tmp_path, listed, said, fine):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always(ids(*listed))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        finding = found(examine())["minimax models"]
    assert said in finding.state
    assert finding.fine is fine


# -- a key that does not ---------------------------------------------------------------------------------------------


def test_a_refused_key_names_the_request_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", "bad-key")
    with serve(delay_ms=0) as server:
        minimax(monkeypatch, tmp_path, server.url)
        report = examine()
    finding = found(report)["minimax"]
    assert not finding.fine
    for piece in ("refused the key", "401", "MINIMAX_API_KEY", "(request "):
        assert piece in finding.state
    assert "bad-key" not in text(report)
    assert "look here" in text(report)


def test_what_cannot_be_a_key_is_found_and_sent_nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", "two words")
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    with answering(always(ids("MiniMax-M3"))) as service:
        point(monkeypatch, tmp_path, minimax={"anthropic": service.url}, runapi={"openai": f"{service.url}/v1"})
        about = found(examine())
    assert not about["key for minimax"].fine
    assert "cannot be a key" in about["key for minimax"].state
    assert "two words" not in str(about)
    assert set(service.paths) == {"/v1/models"}
    assert "runapi" in about


def test_a_key_of_another_region_is_found_out(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    refused = always({"type": "error", "error": {"type": "authorized_error", "message": "invalid api key (2049)"}}, 401)
    with answering(refused) as here, answering(keyed(Answer(ids("MiniMax-M3")))) as china:
        minimax(monkeypatch, tmp_path, here.url, cn=china.url, **{"cn-minimaxi": china.url})
        finding = found(examine())["minimax"]
        assert not finding.fine
        assert "key refused in region global" in finding.state
        assert "use --region cn" in finding.state
        monkeypatch.setenv("MINIMAX_NB_REGION", "cn")
        assert found(examine())["minimax"].state == "key accepted in region cn"


def test_other_regions_that_refuse_or_cannot_be_asked_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always({"error": "no"}, 401)) as service, answering(always(b"", 502)) as broken:
        minimax(monkeypatch, tmp_path, service.url, cn=f"{service.url}/cn", **{"cn-minimaxi": broken.url})
        state = found(examine())["minimax"].state
    assert "Region cn refused it too." in state
    assert "Region cn-minimaxi could not be asked." in state


def test_an_address_of_ones_own_gets_no_key_of_another_region(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always({"error": "no"}, 401)) as own, answering(always(ids("a"))) as region:
        minimax(monkeypatch, tmp_path, region.url)
        state = found(examine(where={"provider": "minimax", "base_url": f"{own.url}/v1"}))["minimax"].state
    assert "refused" in state
    assert region.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (always({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}), "BalanceError"),
        (always(b"<html><title>Sign in</title><body>please", 200), "Sign in"),
        (always(b"<html><title>502 Bad Gateway</title>", 502), "502"),
        (always(b"404 page not found", 404), "no list of models in region global (HTTP 404)"),
        (always({"error": f"you sent {KEY}"}, 500, **{"x-request-id": KEY}), "you sent [key]"),
        (always({"data": [{"id": f"model-of-{KEY}"}]}), "but not MiniMax-M3"),
    ],
)
def test_what_a_service_may_answer_is_one_finding_without_the_key(monkeypatch, tmp_path, answer, said):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(answer) as service:
        minimax(monkeypatch, tmp_path, service.url)
        report = examine()
    assert not report.fine
    assert said in text(report)
    assert KEY not in text(report)


def test_a_service_that_hangs_keeps_the_others_from_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("RUNAPI_KEY", KEY)
    with answering(lambda path, headers: None) as silent, answering(keyed(Answer(ids("MiniMax-M3")))) as service:
        minimax(monkeypatch, tmp_path, silent.url)
        config = tmp_path / "config.toml"
        config.write_text(f'{config.read_text()}\n[providers.runapi.faces.openai]\nbase_url = "{service.url}/v1"\n')
        about = found(examine(timeout=0.4))
    assert not about["minimax"].fine
    assert "0.4 s" in about["minimax"].state
    assert "key accepted" in about["runapi"].state


def test_a_server_that_is_not_there_and_the_networks_settings_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,secret-host")
    with answering(always(b"")) as service:
        minimax(monkeypatch, tmp_path, service.url)
    state = found(examine())["minimax"].state
    assert "Could not reach" in state
    assert "NO_PROXY" in state
    assert "secret-host" not in state


def test_trouble_with_tls_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with serving(lambda wire: wire.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")) as server:
        point(monkeypatch, tmp_path, minimax={"anthropic": server.url.replace("http:", "https:")})
        finding = found(examine())["minimax"]
    assert not finding.fine
    assert "https" in finding.state


def test_a_certificate_file_that_is_not_there_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    finding = found(examine(offline=True))["certificates"]
    assert not finding.fine
    assert "SSL_CERT_FILE" in finding.state


# -- whom it asks ----------------------------------------------------------------------------------------------------


def test_nobody_is_asked_without_a_key_or_offline(monkeypatch, tmp_path):
    with answering(always(ids("MiniMax-M3"))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        assert "minimax models" not in found(examine())
        monkeypatch.setenv("MINIMAX_API_KEY", KEY)
        assert "minimax models" not in found(examine(offline=True, local=True))
    assert service.asked == []


def test_no_setting_sends_the_emulators_prompt_anywhere(monkeypatch):
    with answering(always(ids("a"))) as service:
        monkeypatch.setenv("MINIMAX_NB_BASE_URL", f"{service.url}/v1")
        monkeypatch.setenv("MINIMAX_NB_MODEL", "my-model")
        monkeypatch.setenv("MINIMAX_NB_FACE", "openai")
        about = found(examine(offline=True))
        assert service.asked == []
        examine()
    assert about["emulator, anthropic"].fine
    assert about["emulator, openai"].fine
    assert {(path, body) for path, _, body in service.asked} == {("/v1/models", "")}


def test_a_service_that_is_named_is_asked_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always(ids("MiniMaxAI/MiniMax-M2"))) as own, answering(always(ids("a"))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        report = examine(where={"base_url": f"{own.url}/v1"})
    assert report.fine
    assert found(report)["local"].state == f"answers without a key of yours at {own.url}/v1"
    assert found(report)["local models"].state == "1 listed (MiniMaxAI/MiniMax-M2); name one with -m"
    assert service.asked == []


@pytest.mark.parametrize(
    ("where", "said"), [({"provider": "runapi"}, "RUNAPI_API_KEY"), ({"provider": "nobody"}, "no provider")]
)
def test_a_service_that_cannot_be_named_is_a_finding(where, said):
    finding = found(examine(where=where))["service"]
    assert not finding.fine
    assert said in finding.state


def test_a_model_the_settings_name_is_the_one_that_is_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_MODEL", "MiniMax-M2.1")
    with answering(always(ids("MiniMax-M3"))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        assert "but not MiniMax-M2.1" in found(examine())["minimax models"].state


def test_settings_that_do_not_fit_together_keep_no_key_from_its_test(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_PROVIDER", "nobody")
    with answering(keyed(Answer(ids("MiniMax-M3")))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        about = found(examine())
    assert not about["settings"].fine
    assert about["minimax"].state == "key accepted in region global"


def test_ports_of_this_computer_are_tried_only_when_asked(monkeypatch, tmp_path):
    with answering(always(ids("m2.gguf", "b"))) as one, answering(always({"error": "key"}, 401)) as two:
        with answering(always(b"<html>hello", 404)) as three, answering(always(b"")) as four:
            pass
        places = {name: {"openai": f"{at.url}/v1"} for name, at in (("local", one), ("mine", two), ("other", three))}
        monkeypatch.setenv("MINIMAX_NB_LOCAL_KEY", KEY)
        point(monkeypatch, tmp_path, **places, ours={"openai": f"{four.url}/v1"})
        monkeypatch.delenv("MINIMAX_NB_LOCAL_KEY")
        examine()
        assert one.asked == two.asked == []
        report = examine(local=True)
    about = found(report)
    assert about[f"{one.url}/v1"].state.endswith("models: 2; ask it with -p local -m m2.gguf")
    assert "asks for a key" in about[f"{two.url}/v1"].state
    assert "nobody answers" in about[f"{three.url}/v1"].state
    assert report.fine


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_time_limit_that_is_none_is_refused(timeout):
    with pytest.raises(ConfigError, match="timeout"):
        examine(timeout=timeout)


# -- this computer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "words", "fine"),
    [(0, "agrees with MiniMax's", True), (3600, "behind MiniMax's", False), (-86400, "ahead of MiniMax's", False)],
)
def test_a_clock_that_is_far_off_is_told(monkeypatch, tmp_path, ahead, words, fine):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    with answering(always(ids("MiniMax-M3"), date=date)) as service:
        minimax(monkeypatch, tmp_path, service.url)
        clock = found(examine())["clock"]
    assert words in clock.state
    assert clock.fine is fine


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 00:00:00 GMT"])
def test_a_service_without_a_clock_says_nothing_of_it(monkeypatch, tmp_path, date):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    with answering(always(ids("MiniMax-M3"), **({"date": date} if date else {}))) as service:
        minimax(monkeypatch, tmp_path, service.url)
        assert "clock" not in found(examine())


def test_without_a_key_nobody_is_asked_for_the_time(monkeypatch):
    assert "clock" not in found(examine())


def test_whether_panels_can_be_drawn_is_told(monkeypatch):
    assert "anywidget" in found(examine(offline=True))["panels"].state
    monkeypatch.setattr("sys.prefix", "/nowhere")
    assert "not found for a server here" in found(examine(offline=True))["panels"].state


def test_the_region_is_told_with_the_others_there_are(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    assert found(examine(offline=True))["region"].state.startswith("global (there are cn")
    monkeypatch.setenv("MINIMAX_NB_REGION", "cn")
    assert found(examine(offline=True))["region"].state.startswith("cn ")


@pytest.mark.parametrize(("variable", "name"), [("COLAB_RELEASE_TAG", "Colab"), ("VSCODE_PID", "VS Code")])
def test_the_front_end_is_named_where_it_says_who_it_is(monkeypatch, variable, name):
    monkeypatch.setenv(variable, "1")
    assert found(examine(offline=True, front_end="ZMQInteractiveShell"))["front end"].state.startswith(name)
