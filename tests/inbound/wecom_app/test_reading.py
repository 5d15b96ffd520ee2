"""An opened callback becomes one message, with every id exactly as it came."""

from dataclasses import replace
from typing import Any

import pytest

from app.doubles.wecom_app.sealer import xml_of
from app.inbound.wecom_app.fields import DEPTH_MAX, FIELDS_MAX, SIZE_MAX_BYTES, Unreadable, read_fields
from app.inbound.wecom_app.reading import App, Arrived, read
from app.inbound.wecom_bot import Dropped
from app.records.message import Channel, Message, MessageKind
from app.records.sealing_wecom import Opened
from tests.inbound.wecom_app.plant import AGENT_ID, CORP_ID, STAMP, START, click, said, text

OURS = App(CORP_ID, str(AGENT_ID))


def reading(fields: Any) -> Arrived | Dropped:
    xml = fields if isinstance(fields, str) else xml_of(fields)
    return read(Opened(xml, "f" * 64), START, OURS)


def arrived(fields: Any) -> Arrived:
    found = reading(fields)
    assert isinstance(found, Arrived)
    return found


def test_words_come_whole():
    fields = text("三号线 <b>&amp;]]> 🙂\n第二行", FromUserName="007", MsgId="0073000000000000000001")
    found = arrived(fields)
    assert found == Arrived(
        Message(
            "0073000000000000000001",
            "007",
            None,
            MessageKind.TEXT,
            "三号线 <b>&amp;]]> 🙂\n第二行",
            START,
            raw=found.message.raw,
            channel=Channel.APP,
            fingerprint="f" * 64,
        ),
        STAMP,
    )
    assert "第二行" in found.message.raw


def test_an_encrypted_sender_passes_as_it_is():
    assert arrived(text(FromUserName="woAJ2GCAAAXtWyujaWJHDDGi0mACAbcD")).message.sender.endswith("AbcD")


@pytest.mark.parametrize(
    ("fields", "kind", "words", "refers_to"),
    [
        (said("voice", MsgId="1", MediaId="m-1", Recognition="停了"), MessageKind.VOICE, "停了", "m-1"),
        (said("voice", MsgId="1", MediaId="m-1", Format="amr"), MessageKind.VOICE, "", "m-1"),
        (said("image", MsgId="1", PicUrl="https://x.invalid/", MediaId="m-2"), MessageKind.OTHER, "", "m-2"),
        (said("video", MsgId="1", MediaId="m-3", ThumbMediaId="t"), MessageKind.OTHER, "", "m-3"),
        (said("file", MsgId="1", MediaId="m-4"), MessageKind.OTHER, "", "m-4"),
        (said("location", MsgId="1", Label="2号车间"), MessageKind.OTHER, "2号车间", ""),
        (said("link", MsgId="1", Title="a", Url="b"), MessageKind.OTHER, "a\nb", ""),
        (said("new_kind", MsgId="1"), MessageKind.OTHER, "", ""),
        (said("event", Event="enter_agent"), MessageKind.ENTER, "", ""),
        (click(), MessageKind.CLICK, "mold", "stop-0007"),
        (click(Event="template_card_menu_event"), MessageKind.CLICK, "mold", "stop-0007"),
    ],
)  # fmt: skip
def test_kinds(fields: Any, kind: MessageKind, words: str, refers_to: str):
    message = arrived(fields).message
    assert (message.kind, message.text, message.refers_to) == (kind, words, refers_to)


def test_a_click_brings_its_code_and_choices():
    chosen = {
        "SelectedItem": (
            {"QuestionKey": "cause", "OptionIds": {"OptionId": ("mold", "material")}},
            {"QuestionKey": "shift", "OptionIds": {}},
        )
    }
    found = arrived(click(SelectedItems=chosen))
    assert found.message.response_code == "rc-1"
    assert found.message.chosen == (("cause", ("mold", "material")), ("shift", ()))


@pytest.mark.parametrize("name", ["FromUserName", "CreateTime", "EventKey", "TaskId"])
def test_an_event_is_told_apart_by_each_of_its_fields(name: str):
    one, same = arrived(click()).message, arrived(click(ResponseCode="rc-2")).message
    other = arrived(click() | {name: "7"}).message
    assert one.msgid == same.msgid != other.msgid
    moved = arrived(click(key="moldstop", task="-0007")).message  # the same letters in other fields
    assert moved.msgid != one.msgid


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (text(ToUserName="ww-another"), "other_app"),
        (text(AgentID=1000003), "other_app"),
        (text(AgentID=""), "other_app"),
        (text(FromUserName="sys"), "system"),
        (said("event", Event="subscribe"), "unknown_event"),
        (text(FromUserName=""), "wrong_types"),
        (text(FromUserName="x" * 257), "wrong_types"),
        (text(msgid=""), "wrong_types"),
        (text(MsgType=""), "wrong_types"),
        (said("event"), "wrong_types"),
        (click(key=""), "wrong_types"),
        (click(task=""), "wrong_types"),
        (text(CreateTime="now"), "wrong_types"),
        (text(CreateTime="-1"), "wrong_types"),
        (text(CreateTime="9" * 13), "wrong_types"),
        (text(MsgId=("1", "2")), "wrong_types"),
        (text(FromUserName=("zhangsan", "boss")), "wrong_types"),
        ("", "wrong_types"),
        ("{}", "wrong_types"),
        ("<xml><a></xml>", "wrong_types"),
        ("<xml/>", "other_app"),
    ],
)
def test_what_is_no_message(fields: Any, reason: str):
    assert reading(fields) == Dropped(reason)


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/hostname"><xml/>',
        b'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]><xml/>',
        b"<xml>&unknown;</xml>",
        b"<xml>\x00</xml>",
        b"<xml>\xff</xml>",
        b"<xml/><xml/>",
        b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1),
        b"<xml>" + b"<a/>" * FIELDS_MAX + b"</xml>",
        b"<xml>" + b"x" * SIZE_MAX_BYTES + b"</xml>",
    ],
)
def test_xml_that_is_refused(xml: bytes):
    with pytest.raises(Unreadable):
        read_fields(xml)


def test_the_largest_xml_that_is_read():
    deep = read_fields(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX)
    assert deep.name == "a"
    words = b"x" * (SIZE_MAX_BYTES - 11)
    assert read_fields(b"<xml>" + words + b"</xml>").text == words.decode()


def test_a_cards_code_is_not_shown():
    assert "rc-1" not in repr(replace(arrived(click()), message=arrived(text()).message))
