"""What stands beside the replies: lists in pages, and the guide."""

from __future__ import annotations

import pytest

from minimax_nb.emulator import FAULTS
from tests.emulator.asking import bytes_of, error_of, get, value_of

LIST = "/anthropic/v1/models"


def ids(path: str) -> list[str]:
    return [entry["id"] for entry in value_of(get(path))["data"]]


# -- lists -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 5, 20])
def test_a_list_can_be_walked_in_pages(limit: int) -> None:
    everything, walked, after = ids(LIST), [], ""
    while True:
        page = value_of(get(f"{LIST}?limit={limit}{after}"))
        walked += [entry["id"] for entry in page["data"]]
        assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
        if not page["has_more"]:
            break
        assert len(page["data"]) == limit
        after = f"&after_id={page['last_id']}"
    assert walked == everything


def test_a_list_can_be_walked_backwards() -> None:
    everything = ids(LIST)
    page = value_of(get(f"{LIST}?limit=2&before_id={everything[4]}"))
    assert [entry["id"] for entry in page["data"]] == everything[2:4]
    assert page["has_more"] is True
    start = value_of(get(f"{LIST}?before_id={everything[0]}"))
    assert (start["data"], start["first_id"], start["has_more"]) == ([], None, False)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "after_id=nobody", "before_id=nobody"])
def test_a_page_that_makes_no_sense_is_refused(query: str) -> None:
    status, kind, message = error_of(get(f"{LIST}?{query}"))
    assert (status, kind) == (400, "invalid_request_error")
    assert query.partition("=")[0] in message


def test_openrouters_list_has_windows_and_prices() -> None:
    body = value_of(get("/openrouter/api/v1/models"))
    assert list(body) == ["data"]
    entry = next(entry for entry in body["data"] if entry["id"] == "minimax/minimax-m2")
    assert entry["context_length"] == 204_800
    assert (float(entry["pricing"]["prompt"]), float(entry["pricing"]["completion"])) == (0.255e-6, 1e-6)


def test_runapis_list_takes_the_shape_of_the_key() -> None:
    assert value_of(get("/runapi/v1/models", authorization="Bearer x"))["object"] == "list"
    by_header = value_of(get("/runapi/v1/models", x_api_key="x"))
    assert (by_header["data"][0]["type"], by_header["has_more"]) == ("model", False)


# -- the guide ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/help"])
def test_the_guide_can_be_read_from_the_server_itself(path: str) -> None:
    answer = get(path)
    assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
    text = bytes_of(answer).decode()
    for fault in FAULTS:
        assert f"\n  {fault} " in text
    for word in ("bad-key", "retry-after", "/local/v1/messages", "x-api-key"):
        assert word in text
