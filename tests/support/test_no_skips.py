"""A browser test that was skipped can not hide in a green run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.__main__ import HERE, groups
from tests.support import browser
from tests.support.environment import CHROMIUM, REQUIRE_BROWSER
from tests.support.no_skips import complaints

RAN = '<testcase classname="tests.browser.test_quickstart" name="test_it"/>'
SKIPPED = (
    '<testcase classname="tests.browser.test_quickstart" name="test_it"><skipped message="no browser"/></testcase>'
)
OTHER = '<testcase classname="tests.wire.test_sse" name="test_it"><skipped message="why not"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "found"),
    [
        (RAN, []),
        (RAN + OTHER, []),
        (RAN + SKIPPED, ["skipped: tests.browser.test_quickstart::test_it"]),
        (OTHER, ["no test of tests.browser was run"]),
    ],
)
def test_a_report_is_read_rightly(cases: str, found: list[str]) -> None:
    assert complaints(f"<testsuites><testsuite>{cases}</testsuite></testsuites>") == found


def test_without_a_browser_the_tests_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHROMIUM, "/no/such/browser")
    monkeypatch.delenv(REQUIRE_BROWSER, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        browser.require_chromium()


def test_where_browsers_are_required_a_missing_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHROMIUM, "/no/such/browser")
    monkeypatch.setenv(REQUIRE_BROWSER, "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        browser.require_chromium()


def test_both_processes_together_run_every_test() -> None:
    apart, rest = groups()["front-ends"], groups()["rest"]
    assert all(Path(folder).is_dir() for folder in apart)
    assert rest == [str(HERE), *(f"--ignore={folder}" for folder in apart)]
    assert str(HERE / "browser") in apart  # whose report tells of skipped browser tests
