"""The web API's double refuses what the real one is documented to refuse."""

from collections.abc import Iterator

import httpx
import pytest

from app.doubles.wecom_app import AGENT_ID, CORP_ID, FAULTS, SECRET, WEBHOOK_KEY, QyapiDouble
from app.doubles.wecom_app.faults import CODES, TOKENLESS
from app.records.errors import OwnFault
from tests.doubles.gateway_asking import NOTICE


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
    assert http.post("/cgi-bin/message/send", json={}).json()["errcode"] == 41001
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
        ({"text": {"content": " "}}, 44004),
        ({"text": "hello"}, 40008),
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
        send(http, msgtype="template_card", template_card=NOTICE)
    assert double.seen.breaches == ["text over 2048 bytes is cut", "a task_id that was used before"]


def test_a_card_that_breaks_a_rule_is_refused_and_the_rule_named(double: QyapiDouble, http: httpx.Client):
    card = {name: part for name, part in NOTICE.items() if name != "card_action"}
    assert send(http, msgtype="template_card", template_card=card)["errcode"] == 40058
    assert double.seen.breaches == ["message/send: card_action is missing on a text_notice"]
    assert not double.seen.messages


def test_a_card_is_updated_once_within_three_days(double: QyapiDouble, http: httpx.Client):
    def change(code: object) -> object:
        body = {"userids": ["zhangsan"], "agentid": AGENT_ID, "response_code": code, "button": {}}
        path, query = "/cgi-bin/message/update_template_card", {"access_token": token(http)}
        return http.post(path, params=query, json=body).json()["errcode"]

    codes = [
        send(http, msgtype="template_card", template_card=NOTICE | {"task_id": f"t{n}"})["response_code"]
        for n in range(3)
    ]
    assert [each.response_code for each in double.seen.messages] == codes
    assert (change(codes[0]), change(codes[0]), change("never-given")) == (0, 40058, 40058)
    now = double.rules.now()
    double.rules.now = lambda: now + 71 * 3600
    assert change(codes[1]) == 0
    double.rules.now = lambda: now + 73 * 3600
    assert change(codes[2]) == 40058


def test_who_has_no_licence_gets_nothing_and_is_named(double: QyapiDouble, http: httpx.Client):
    double.rules.unlicensed.add("LiSi")
    answer = send(http, touser="zhangsan|LISI|WangWu")
    assert (answer["errcode"], answer["invaliduser"], answer["unlicenseduser"]) == (0, "wangwu", "lisi")
    assert double.seen.messages[0].people == ("zhangsan",)


def test_a_file_is_uploaded_and_sent(double: QyapiDouble, http: httpx.Client):
    content = b"\r\n--x\r\n" + bytes(range(256)) * 99 + b"\r\n"

    def upload(content: bytes, path: str = "/cgi-bin/media/upload", **query: str) -> dict[str, object]:
        files = {"media": ("班报.pdf", content)}
        return dict(http.post(path, params={"type": "file"} | query, files=files).json())

    answer = upload(content, access_token=token(http))
    file = double.seen.media[str(answer["media_id"])]
    assert (file.kind, file.name, file.content) == ("file", "班报.pdf", content)
    assert send(http, msgtype="file", file={"media_id": answer["media_id"]})["errcode"] == 0
    assert send(http, msgtype="image", image={"media_id": answer["media_id"]})["errcode"] == 40007
    assert send(http, msgtype="file", file={"media_id": "never-given"})["errcode"] == 40007
    assert upload(b"tiny", access_token=token(http))["errcode"] == 40058
    assert upload(content)["errcode"] == 41001
    by_webhook = "/cgi-bin/webhook/upload_media"
    assert upload(content, by_webhook, key="another")["errcode"] == 93000
    assert upload(content, by_webhook, key=WEBHOOK_KEY)["errcode"] == 0
    assert upload(content, by_webhook, key=WEBHOOK_KEY, type="image")["errcode"] == 40058
    query = {"access_token": token(http), "type": "file"}
    assert http.post("/cgi-bin/media/upload", params=query, content=b"no form").json()["errcode"] == 40058


def test_ids_are_made_plain_and_addresses_told(double: QyapiDouble, http: httpx.Client):
    double.rules.open_ids["woABC"] = "zhangsan"
    query = {"access_token": token(http)}
    path, body = "/cgi-bin/batch/openuserid_to_userid", {"open_userid_list": ["woABC", "zhangsan"]}
    answer = http.post(path, params=query, json=body).json()
    assert answer["userid_list"] == [{"open_userid": "woABC", "userid": "zhangsan"}]
    assert answer["invalid_open_userid_list"] == ["zhangsan"]
    for path in ("/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip"):
        assert http.get(path, params=query).json()["ip_list"]


def test_a_wrong_address_is_named(double: QyapiDouble, http: httpx.Client):
    double.switch("wrong_address")
    assert "from ip: 203.0.113.7" in str(send(http)["errmsg"])
    with pytest.raises(OwnFault, match="wrong_address"):
        double.switch("wrong_adress")


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
    assert alarm("x", kind="news") == 40008
    assert alarm(" ", kind="markdown") == 44004
    assert alarm("x" * 2049, kind="text") == 45002
    assert alarm("x" * 4097) == 45002
    assert [alarm("x") for _ in range(21)] == [0] * 20 + [45009]


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"slow", "cut"} - TOKENLESS))
def test_each_fault_strikes(double: QyapiDouble, http: httpx.Client, fault: str):
    good = token(http)
    double.faults.add(fault)
    answer = http.get("/cgi-bin/getcallbackip", params={"access_token": good})
    if fault in CODES:
        assert answer.json()["errcode"] == CODES[fault]
    else:
        assert answer.status_code == 500 or b'"errcode"' not in answer.content or len(answer.content) > 2e6
    assert token(http) if fault in CODES else True


@pytest.mark.parametrize("fault", sorted(TOKENLESS))
def test_some_faults_strike_the_token_alone(double: QyapiDouble, http: httpx.Client, fault: str):
    good = token(http)
    double.switch(fault)
    query = {"corpid": CORP_ID, "corpsecret": SECRET}
    assert http.get("/cgi-bin/gettoken", params=query).json()["errcode"] == CODES[fault]
    assert http.get("/cgi-bin/getcallbackip", params={"access_token": good}).json()["errcode"] == 0
    double.switch(fault, on=False)
    assert token(http)


def test_a_slow_answer_waits_until_it_is_released(double: QyapiDouble, http: httpx.Client):
    double.once.append("slow")
    with pytest.raises(httpx.ReadTimeout):
        http.get("/cgi-bin/gettoken", timeout=0.2)
    double.release()
    double.once.append("slow")
    assert http.get("/cgi-bin/gettoken").json()["errcode"] == 40013
