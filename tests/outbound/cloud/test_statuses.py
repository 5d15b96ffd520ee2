"""What a refusal means, by its status or by the error object in it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.cloud.statuses import WAIT_MAX_S, error_in, of_error, of_status, retry_after_s
from app.records.cloud import FaultClass

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "fault", "fault_id"),
    [
        (301, "", "account", "F-26"),
        (400, "bad json", "content", "F-400"),
        (400, "This model's maximum context length is 4096", "content", "F-400"),
        (400, "The model `deepseek-chat` is gone", "account", "F-32"),
        (400, "model deepseek-chat-2 is fine", "content", "F-400"),
        (400, "Model Not Exist", "account", "F-32"),
        (400, "Content Exists Risk", "policy", "F-18"),
        (401, "", "account", "F-14"),
        (402, "", "account", "F-15"),
        (403, "", "account", "F-14"),
        (404, "", "account", "F-32"),
        (407, "", "account", "F-25"),
        (408, "", "transient", "F-19"),
        (413, "", "content", "F-400"),
        (422, "deepseek-chat model", "content", "F-400"),
        (429, "", "throttle", "F-16"),
        (429, "too many concurrent requests", "throttle", "F-17"),
        (429, "TPM limit", "throttle", "F-17"),
        (429, "warpmotion", "throttle", "F-16"),
        (451, "", "policy", "F-18"),
        (500, "", "transient", "F-19"),
        (599, "", "transient", "F-19"),
    ],
)
def test_every_status_has_its_class(status: int, body: str, fault: FaultClass, fault_id: str) -> None:
    failed = of_status(status, {}, body.encode(), model="deepseek-chat", now=NOW)
    assert (failed.fault, failed.fault_id) == (fault, fault_id)
    assert str(status) in str(failed)


def test_a_block_page_is_no_refused_key() -> None:
    headers = {"content-type": "text/html; charset=utf-8"}
    assert of_status(403, headers, b"<html>", model="m", now=NOW).fault_id == "F-25"


@pytest.mark.parametrize(
    ("off_s", "fault_id"), [(299, "F-14"), (-299, "F-14"), (301, "F-28"), (-301, "F-28")]
)
def test_a_refused_key_may_be_a_wrong_clock(off_s: int, fault_id: str) -> None:
    headers = {"date": format_datetime(NOW + timedelta(seconds=off_s), usegmt=True)}
    assert of_status(401, headers, b"", model="m", now=NOW).fault_id == fault_id


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("60", 60.0),
        ("86400", 60.0),
        ("9" * 5000, 60.0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("soon", None),
        ("Fri, 27 Nov 2026 02:00:09 GMT", 9.0),
        ("Fri, 27 Nov 2026 02:00:09 -0000", 9.0),
        ("Fri, 27 Nov 2026 10:00:09 +0800", 9.0),
        ("Fri, 27 Nov 2026 03:00:00 GMT", 60.0),
        ("Fri, 27 Nov 2026 01:59:59 GMT", None),
    ],
)
def test_how_long_to_wait(told: str, wait_s: float | None) -> None:
    assert retry_after_s(told, NOW) == wait_s


@given(st.text() | st.from_regex(r"\A(Fri, )?\d+ Nov \d+ \d+:\d+:\d+ [+-]?\w+\Z"))
def test_whatever_is_told_the_wait_is_bounded(told: str) -> None:
    wait_s = retry_after_s(told, NOW)
    assert wait_s is None or 0 <= wait_s <= WAIT_MAX_S


def test_only_a_refusal_that_passes_has_a_wait() -> None:
    headers = {"retry-after": "5"}
    waits = [of_status(each, headers, b"", model="m", now=NOW).retry_after_s for each in (401, 429, 503)]
    assert waits == [None, 5.0, 5.0]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"error": {"code": "429001", "message": "x"}}, "throttle"),
        ({"error": {"code": 401002}}, "account"),
        ({"error": {"code": 403}}, "account"),
        ({"error": {"code": "451001"}}, "policy"),
        ({"error": {"code": 502001, "message": "upstream"}}, "transient"),
        ({"error": {"type": "rate_limit_error"}}, "throttle"),
        ({"error": {"code": None, "type": "content_filter_error"}}, "policy"),
        ({"error": {"code": "invalid_api_key"}}, "account"),
        ({"error": {"code": "model_not_found"}}, "account"),
        ({"error": {"message": "cannot generate"}}, "transient"),
        ({"error": "Overloaded"}, "transient"),
        ({"error": "TPM quota used up"}, "throttle"),
        ({"error": ["odd"]}, "transient"),
        ({"choices": [{"error": {"code": 429}}]}, "throttle"),
        ({"Response": {"Error": {"Code": "AuthFailure.SignatureExpire"}}}, "account"),
        ({"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, "throttle"),
        ({"ErrorMsg": {"Msg": "content risk", "Code": 1}}, "policy"),
    ],
)
def test_an_error_in_an_answer_has_its_class(document: dict[str, Any], fault: FaultClass) -> None:
    failed = of_error(error_in(document), "F-12")
    assert (failed.fault, failed.fault_id) == (fault, "F-12")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"error": None, "choices": []},
        {"error": {}},
        {"choices": [None]},
        {"Response": "x"},
        {"choices": 3},
    ],
)
def test_no_error_is_seen_where_none_is(document: dict[str, Any]) -> None:
    assert error_in(document) is None
