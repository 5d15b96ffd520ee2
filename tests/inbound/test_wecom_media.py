"""Attachments are found where the protocol puts them, never in a quote, and no frame is a surprise."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbound.wecom_bot import read
from app.inbound.wecom_media import attachments, without_keys
from app.records.media import Attachment, MediaKind
from app.records.message import Message

PLACE = {"url": "https://h/x?sign=s", "aeskey": "k" * 43}


def part(kind: str, place: Any = PLACE) -> dict[str, Any]:
    return {"msgtype": kind, kind: place}


def text(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": words}}


def kinds(body: Any) -> list[str]:
    return [each.kind.value for each in attachments({"body": body})]


@pytest.mark.parametrize("kind", ["image", "file", "video"])
def test_one_alone(kind: str) -> None:
    [found] = attachments({"body": part(kind)})
    assert found == Attachment(MediaKind(kind), PLACE["url"], PLACE["aeskey"])
    assert "sign" not in repr(found)
    assert PLACE["aeskey"] not in repr(found)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"msgtype": "mixed", "mixed": {"msg_item": [text("看"), part("image"), part("file")]}},
         ["image", "file"]),
        ({"msgtype": "mixed", "mixed": {"msg_item": [None, 3, part("image", {}), part("image")]}}, ["image"]),
        ({"msgtype": "mixed", "mixed": {"msg_item": [part("image")] * 50}}, ["image"] * 20),
        ({"msgtype": "mixed", "mixed": {"msg_item": part("image")}}, []),
        ({"msgtype": "mixed", "mixed": []}, []),
        (text("x") | {"quote": part("image")}, []),
        (text("x") | {"image": PLACE}, []),
        (part("image") | {"quote": part("file")}, ["image"]),
        (part("voice"), []),
        (part("image", {"url": "", "aeskey": "k"}), []),
        (part("image", {"url": "https://h/x"}), []),
        (part("image", {"url": 7, "aeskey": "k"}), []),
        (part("image", {"url": "h" * 5000, "aeskey": "k"}), []),
        ({"msgtype": ["image"], "image": PLACE}, []),
        ("body", []),
        (None, []),
    ],
)  # fmt: skip
def test_where_they_are(body: Any, found: list[str]) -> None:
    assert kinds(body) == found


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["image", "mixed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["msgtype", "image", "mixed", "msg_item", "url", "aeskey"]), inner)
    ),
    max_leaves=12,
)


@given(_ANY)
def test_no_body_raises(body: Any) -> None:
    attachments({"body": body})
    attachments({"body": {"msgtype": "mixed", "mixed": {"msg_item": [body]}}})


def told(frame: dict[str, Any]) -> str:
    return without_keys(frame, json.dumps(frame))


@pytest.mark.parametrize(
    "body",
    [
        part("image"),
        {"msgtype": "mixed", "mixed": {"msg_item": [text("看"), part("image"), part("file")]}},
        text("x") | {"quote": part("image")},
        text("x") | {"quote": {"msgtype": "mixed", "mixed": {"msg_item": [part("video")]}}},
        {
            "msgtype": "hologram",
            "hologram": {"URL": PLACE["url"], "aes_key": PLACE["aeskey"], "thumb_url": 7},
        },
    ],
)
def test_neither_address_nor_key_stays_in_the_frame(body: dict[str, Any]) -> None:
    kept = told({"cmd": "aibot_msg_callback", "body": body})
    assert "sign=" not in kept
    assert PLACE["aeskey"] not in kept
    assert json.loads(kept)["body"]["msgtype"] == body["msgtype"]


def test_a_frame_without_any_stays_as_it_came() -> None:
    raw = '{"body" : {"msgtype":"text","text":{"content":"\\u4f60 https://intranet/x?sign=1"}}}'
    assert without_keys(json.loads(raw), raw) is raw


def test_a_frame_that_is_too_deep_to_be_told_keeps_nothing() -> None:
    deep: Any = dict(PLACE)
    for _ in range(100_000):
        deep = [deep]
    assert without_keys({"body": deep}, "raw") == "{}"


@given(_ANY)
def test_any_frame_stays_json_and_loses_what_opens_it(body: Any) -> None:
    secrets = {"url": "https://host.example/SECRET-1", "aeskey": "SECRET-2"}
    kept = without_keys({"body": body, "image": secrets}, "raw")
    assert "SECRET" not in kept
    assert set(json.loads(kept)) == {"body", "image"}


def test_the_message_has_them_and_its_frame_does_not() -> None:
    body = {"msgid": "m", "aibotid": "aib", "chattype": "single", "from": {"userid": "chan"}} | part("image")
    frame = {"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": body}
    message = read(frame, json.dumps(frame), datetime(2026, 11, 27, tzinfo=UTC), "aib")
    assert isinstance(message, Message)
    assert message.attached == (Attachment(MediaKind.IMAGE, PLACE["url"], PLACE["aeskey"]),)
    assert "sign" not in message.raw + repr(message)
    assert PLACE["aeskey"] not in message.raw + repr(message)
