"""A frame becomes one message, or is dropped for a named reason; the door never raises."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.inbound.wecom_bot import WORDS_MAX, Door, Dropped, read
from app.records.answer import utc_now
from app.records.message import Message, MessageKind
from app.records.quoted import COVER

BOT = "aibDEMO0001"
NOW = utc_now()


def _frame(cmd: str = "aibot_msg_callback", **changes: Any) -> dict[str, Any]:
    body = {
        "msgid": "m1",
        "aibotid": BOT,
        "chattype": "single",
        "from": {"userid": "chan.siu-ming"},
        "msgtype": "text",
        "text": {"content": "SO-1042 到哪了"},
    }
    body |= changes
    return {"cmd": cmd, "headers": {"req_id": "r-1"}, "body": {k: v for k, v in body.items() if v is not ...}}


def _event(
    kind: str, detail: dict[str, Any] | None = None, *, flat: bool = False, **changes: Any
) -> dict[str, Any]:
    event = {"eventtype": kind} | ((detail if flat else {kind: detail}) if detail else {})
    return _frame("aibot_event_callback", msgtype="event", event=event, text=..., **changes)


def _read(frame: Any) -> Message | Dropped:
    return read(frame, "raw", NOW, BOT)


def _message(frame: Any) -> Message:
    message = _read(frame)
    assert isinstance(message, Message)
    return message


def test_a_text_alone_and_in_a_group() -> None:
    alone = _message(_frame())
    assert alone == Message(
        "m1", "chan.siu-ming", None, MessageKind.TEXT, "SO-1042 到哪了", NOW, req_id="r-1", raw="raw"
    )
    group = _message(_frame(chattype="group", chatid="wrGROUPcase"))
    assert (group.chat, group.conversation) == ("wrGROUPcase", "wrGROUPcase")
    assert _message(_frame(chatid="")).chat is None


def test_voice_may_be_empty() -> None:
    voice = _message(_frame(msgtype="voice", text=..., voice={"content": ""}))
    assert (voice.kind, voice.text) == (MessageKind.VOICE, "")


def test_mixed_gives_its_words() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "看这张照片"}},
        {"msgtype": "image", "image": {"url": "https://example.invalid", "aeskey": "k"}},
        {"msgtype": "text", "text": {"content": "ST-02 坏了"}},
    ]
    mixed = _message(_frame(msgtype="mixed", text=..., mixed={"msg_item": items}))
    assert (mixed.kind, mixed.text) == (MessageKind.TEXT, "看这张照片\nST-02 坏了")


@pytest.mark.parametrize("kind", ["image", "file", "video", "stream", "something_new"])
def test_what_cannot_be_read_is_other(kind: str) -> None:
    message = _message(_frame(msgtype=kind, text=...) | {})
    assert (message.kind, message.text) == (MessageKind.OTHER, "")


def test_a_quote_is_kept_apart() -> None:
    quote = {"msgtype": "text", "text": {"content": "3号线停机"}}
    message = _message(_frame(quote=quote))
    assert (message.text, message.quote) == ("SO-1042 到哪了", "3号线停机")


_PHOTO = {"msgtype": "image", "image": {"url": "https://h/x?sign=s", "aeskey": "k"}}


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ({"msgtype": "text", "text": {"content": "同意 D-00042"}}, "同意 D-00042"),
        ({"msgtype": "voice", "voice": {"content": "三号线停了"}}, "三号线停了"),
        (
            {
                "msgtype": "mixed",
                "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "看这里"}}, _PHOTO]},
            },
            "看这里",
        ),
        ({"msgtype": "text", "text": {"content": " \n"}}, COVER),
        ({"msgtype": "mixed", "mixed": {"msg_item": [_PHOTO]}}, COVER),
        ({"msgtype": "mixed", "mixed": "odd"}, COVER),
        ({"msgtype": "text"}, COVER),
        ({"msgid": "x", "content": "y"}, COVER),
        ({}, COVER),
        ("words", COVER),
        ([_PHOTO], COVER),
        (None, ""),
        (..., ""),
        (_PHOTO, COVER),
        ({"msgtype": "file", "file": {"url": "https://h/x?sign=s", "aeskey": "k"}}, COVER),
        ({"msgtype": "video", "video": {}}, COVER),
    ],
)
@pytest.mark.parametrize("where", [{}, {"chattype": "group", "chatid": "wrG"}])
def test_any_quote_is_marked_and_no_word_of_it_is_the_senders(
    quote: Any, kept: str, where: dict[str, str]
) -> None:
    message = _message(_frame(quote=quote, **where))
    assert (message.text, message.quote) == ("SO-1042 到哪了", kept)


def test_entering_the_chat_needs_no_chat_type() -> None:
    message = _message(_event("enter_chat", chattype=...))
    assert (message.kind, message.chat, message.req_id) == (MessageKind.ENTER, None, "r-1")


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("keys", [("event_key", "task_id"), ("eventkey", "taskid")])
def test_a_click_is_read_nested_or_flat_and_misspelt(keys: tuple[str, str], flat: bool) -> None:
    message = _message(_event("template_card_event", {keys[0]: "approve", keys[1]: "D-00042"}, flat=flat))
    assert (message.kind, message.text, message.refers_to) == (MessageKind.CLICK, "approve", "D-00042")


def test_the_nested_click_comes_first() -> None:
    frame = _event("template_card_event", {"event_key": "inner", "task_id": "1"})
    frame["body"]["event"] |= {"event_key": "outer", "task_id": "2"}
    assert _message(frame).text == "inner"


def test_a_vote() -> None:
    message = _message(_event("feedback_event", {"id": "D-00042", "type": 2, "content": "x"}))
    assert (message.kind, message.text, message.refers_to) == (MessageKind.FEEDBACK, "2", "D-00042")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (_frame(aibotid="aibOTHER"), "other_bot"),
        (_frame(msgid=...), "no_msgid"),
        (_frame(msgid=""), "no_msgid"),
        (_frame(msgid=None), "no_msgid"),
        (_frame(chattype="group"), "group_without_chat"),
        (_frame(**{"from": {"userid": "sys"}}), "system"),
        (_frame(msgid=17), "wrong_types"),
        (_frame(**{"from": "chan.siu-ming"}), "wrong_types"),
        (_frame(**{"from": {"userid": ""}}), "wrong_types"),
        (_frame(text="SO-1042"), "wrong_types"),
        (_frame(text=...), "wrong_types"),
        (_frame(text={"content": 5}), "wrong_types"),
        (_frame(chattype="channel"), "wrong_types"),
        (_frame(msgtype=...), "wrong_types"),
        (_frame(msgid="x" * 300), "wrong_types"),
        (_event("feedback_event", {"id": "D-1", "type": 9}), "wrong_types"),
        (_event("feedback_event", {"id": "", "type": 1}), "wrong_types"),
        (_frame("aibot_event_callback", msgtype="event", event=None), "wrong_types"),
        (_event("auth_change_event"), "unknown_event"),
        ({"cmd": "aibot_msg_callback", "headers": {}}, "wrong_types"),
        ({"cmd": "aibot_msg_callback", "headers": {}, "body": [1]}, "wrong_types"),
    ],
)
def test_what_is_dropped_says_why(frame: dict[str, Any], reason: str) -> None:
    assert _read(frame) == Dropped(reason)


def test_lone_surrogates_and_nul_are_replaced_and_pairs_joined() -> None:
    message = _message(_frame(text={"content": "\ud83d a \ud83d\ude00 \0"}))
    assert message.text == "\ufffd a \U0001f600 \ufffd"
    message.text.encode()


def test_long_text_is_kept_whole() -> None:
    assert len(_message(_frame(text={"content": "长" * 40_000})).text) == 40_000


def test_a_req_id_that_is_no_text_leaves_a_push() -> None:
    assert _message(_frame() | {"headers": {"req_id": 17}}).req_id == ""
    assert _message(_frame() | {"headers": None}).req_id == ""


def test_a_vote_against_an_answer_tells_why() -> None:
    vote = {"id": "D-00042", "type": 2, "content": " 没说清楚原因\n", "inaccurate_reason_list": [4, 2, 4]}
    told = _message(_event("feedback_event", vote)).chosen
    assert told == (("reason", ("2", "4")), ("words", ("没说清楚原因",)))
    assert _message(_event("feedback_event", vote | {"type": 1})).chosen == ()
    assert _message(_event("feedback_event", vote | {"type": 3})).chosen == ()
    assert _message(_event("feedback_event", {"id": "D-00042", "type": 2})).chosen == ()


def test_reasons_that_are_none_are_left_out_and_words_are_bounded() -> None:
    odd = [0, 1, 5, True, "2", None, 3.0, {"a": 1}, 10**30]
    vote = {"id": "D-00042", "type": 2, "content": "字" * 5_000, "inaccurate_reason_list": odd}
    assert _message(_event("feedback_event", vote)).chosen == (
        ("reason", ("1",)),
        ("words", ("字" * WORDS_MAX,)),
    )


@pytest.mark.parametrize("wrong", [{"content": 7}, {"inaccurate_reason_list": "2"}])
def test_a_vote_of_another_shape_is_dropped(wrong: dict[str, Any]) -> None:
    assert _read(_event("feedback_event", {"id": "D-00042", "type": 2} | wrong)) == Dropped("wrong_types")


@pytest.mark.parametrize("depth", [2, 100, 240, 250, 254, 400])
@pytest.mark.parametrize("where", ["body", "quote"])
def test_messages_in_messages_are_read_no_deeper_than_the_protocol_goes(depth: int, where: str) -> None:
    said: dict[str, Any] = {"msgtype": "text", "text": {"content": "deep"}}
    for _ in range(depth):
        said = {"msgtype": "mixed", "mixed": {"msg_item": [said]}}
    message = _message(_frame(**said) if where == "body" else _frame(quote=said))
    assert (message.text, message.quote) == (("", "") if where == "body" else ("SO-1042 到哪了", COVER))


def test_a_req_id_that_nobody_would_remember_leaves_a_push() -> None:
    assert _message(_frame() | {"headers": {"req_id": "r" * 256}}).req_id == "r" * 256
    assert _message(_frame() | {"headers": {"req_id": "r" * 257}}).req_id == ""


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["msgid", "aibotid", "chattype", "chatid", "from", "msgtype", "text", "quote", "event"]
        ),
        _ANY,
    ),
    st.sampled_from(["enter_chat", "template_card_event", "feedback_event"]),
)
def test_no_frame_raises(changes: dict[str, Any], kind: str) -> None:
    for frame in (_frame(**changes), _event(kind) | {"body": _event(kind)["body"] | changes}):
        message = _read(frame)
        if isinstance(message, Message):
            json.dumps(
                [message.msgid, message.sender, message.text, message.quote], ensure_ascii=False
            ).encode()


async def test_the_door_counts_what_it_drops_and_stays_open() -> None:
    kept, dropped = list[Message](), list[str]()

    async def accept(message: Message) -> None:
        if message.msgid == "m-bad words":
            raise RuntimeError("the words SO-1042")
        kept.append(message)

    door = Door(BOT, accept, on_drop=dropped.append)
    with capture_logs() as said:
        await door.take(_frame(aibotid="aibOTHER"), "{}", NOW)
        await door.take(_frame(msgid="m-bad words"), "{}", NOW)
        await door.take(_frame(), "{}", NOW)
    assert [message.msgid for message in kept] == ["m1"]
    assert dropped == ["other_bot", "not_kept"]
    assert door.dropped == {"other_bot": 1, "not_kept": 1}
    assert "SO-1042" not in str(said)
    assert "m-bad" not in str(said)
