"""The web API's double refuses what the real one is documented to refuse."""

from collections.abc import Iterator

import httpx
import pytest

from app.doubles.wecom_app import AGENT_ID, CORP_ID, FAULTS, SECRET, WEBHOOK_KEY, QyapiDouble
from app.doubles.wecom_app.faults import CODES


@pytest.fixture
def double() -> Iterator[QyapiDouble]:
    with QyapiDouble() as running:
        yield running


@pytest.fixture
def http(double: QyapiDouble) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=double.url, trust_env=False) as client:
        yield client


def token(http: httpx.Client) -> str:
    given = http.get("/cgi-bin/gettoken", params={"corpid": CORP_ID, "corpsecret": SECRET}).json()
    return str(given["access_token"])


def send(http: httpx.Client, **changes: object) -> dict[str, object]:
    body = {"touser": "zhangsan", "agentid": AGENT_ID, "msgtype": "text", "text": {"content": "hello"}}
    answer = http.post("/cgi-bin/message/send", params={"access_token": token(http)}, json=body | changes)
    return dict(answer.json())


def test_secrets_and_tokens_are_checked(double: QyapiDouble, http: httpx.Client):
    for corp, secret, errcode in ((CORP_ID, "x", 40001), ("x", SECRET, 40013)):
        answer = http.get("/cgi-bin/gettoken", params={"corpid": corp, "corpsecret": secret})
        assert answer.json()["errcode"] == errcode
    assert http.post("/cgi-bin/message/send", json={}).json()["errcode"] == 40014
    old = token(http)
    double.rules.now = lambda: 1e12
    assert http.get("/cgi-bin/getcallbackip", params={"access_token": old}).json()["errcode"] == 42001


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({}, 0),
        ({"agentid": 1}, 40056),
        ({"msgtype": "news"}, 40008),
        ({"touser": "nobody"}, 81013),
        ({"touser": "ZHANGSAN"}, 0),
    ],
)
def test_messages_are_judged(http: httpx.Client, changes: dict[str, object], errcode: int):
    assert send(http, **changes)["errcode"] == errcode


def test_unknown_people_come_back_in_lower_case(double: QyapiDouble, http: httpx.Client):
    assert send(http, touser="zhangsan|WangWu")["invaliduser"] == "wangwu"
    assert double.seen.messages[0].people == ("zhangsan",)


def test_what_a_correct_client_does_not_do_is_noted(double: QyapiDouble, http: httpx.Client):
    send(http, text={"content": "停" * 683})
    for _ in range(2):
        send(http, msgtype="template_card", template_card={"task_id": "t"})
    assert len(double.seen.breaches) == 2


def test_over_thirty_a_minute_to_one_person_are_dropped_without_a_word(
    double: QyapiDouble, http: httpx.Client
):
    assert {send(http, text={"content": str(n)})["errcode"] for n in range(32)} == {0}
    assert double.seen.silent == 2


def test_the_webhook_is_judged(http: httpx.Client):
    def alarm(content: str, key: str = WEBHOOK_KEY, kind: str = "markdown_v2") -> int:
        body = {"msgtype": kind, kind: {"content": content}}
        return int(http.post("/cgi-bin/webhook/send", params={"key": key}, json=body).json()["errcode"])

    assert alarm("x", key="another") == 93000
    assert alarm("x", kind="text") == 40008
    assert alarm("x" * 4097) == 45002
    assert [alarm("x") for _ in range(21)] == [0] * 20 + [45009]


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"slow", "cut", "bad_secret"}))
def test_each_fault_strikes(double: QyapiDouble, http: httpx.Client, fault: str):
    good = token(http)
    double.faults.add(fault)
    answer = http.get("/cgi-bin/getcallbackip", params={"access_token": good})
    if fault in CODES:
        assert answer.json()["errcode"] == CODES[fault]
    else:
        assert answer.status_code == 500 or b'"errcode"' not in answer.content or len(answer.content) > 2e6
    assert token(http) if fault in CODES else True


def test_a_slow_answer_waits_until_it_is_released(double: QyapiDouble, http: httpx.Client):
    double.once.append("slow")
    with pytest.raises(httpx.ReadTimeout):
        http.get("/cgi-bin/gettoken", timeout=0.2)
    double.release()
    double.once.append("slow")
    assert http.get("/cgi-bin/gettoken").json()["errcode"] == 40013
