"""One valid frame of every kind that the AI bot's gateway sends, each with every planted secret."""

from typing import Any

from tests.fuzz.planted import (
    APP_KEY,
    BOT_SECRET,
    MEDIA_KEY,
    RESPONSE_CODE,
    TOKEN,
    URL,
    USER,
    WORDS,
)

BOT = "aibFUZZ0001"
Tree = dict[str, Any]

_PLACE = {"url": URL, "aeskey": MEDIA_KEY}
_WORDS = {"msgtype": "text", "text": {"content": WORDS}}
_PHOTO = {"msgtype": "image", "image": _PLACE}
_CLICK = {
    "card_type": "vote_interaction",
    "event_key": f"submit {WORDS}",
    "task_id": "stop-20261122-0007",
    "response_code": RESPONSE_CODE,
    "selected_items": {
        "selected_item": [{"question_key": "cause", "option_ids": {"option_id": ["mold_change"]}}]
    },
}
_MISSPELT = {
    "cardtype": "text_notice",
    "eventkey": "key",
    "taskid": "t-1",
    "selecteditems": {"selecteditem": [{"questionkey": "c", "optionids": {"optionid": ["m"]}}]},
}
_VOTE = {"id": "ans-7f3a", "type": 2, "content": WORDS, "inaccurate_reason_list": [2, 4]}


def frame(cmd: str, **body: Any) -> Tree:
    head = {"msgid": "m-1", "create_time": 1795305600, "aibotid": BOT, "chattype": "single"}
    sender = {"from": {"userid": USER, "corpid": "ww1"}, "response_url": URL}
    planted = {"secret": BOT_SECRET, "token": TOKEN, "aes_key": [APP_KEY, MEDIA_KEY], "code": RESPONSE_CODE}
    filled = head | sender | {"noted": WORDS, "extra": planted} | body
    return {"cmd": cmd, "headers": {"req_id": "r-0001"}, "body": filled}


def said(msgtype: str, **body: Any) -> Tree:
    return frame("aibot_msg_callback", msgtype=msgtype, **body)


def happened(eventtype: str, **event: Any) -> Tree:
    return frame("aibot_event_callback", msgtype="event", event={"eventtype": eventtype} | event)


def _mixed(*items: Tree) -> Tree:
    return {"msgtype": "mixed", "mixed": {"msg_item": list(items)}}


def _answer(errcode: object = 0, **more: Any) -> Tree:
    planted = frame("")["body"]["extra"] | {"url": URL, "user": USER, "words": WORDS}
    answer = {"headers": {"req_id": "aibot_send_msg_1"}, "errcode": errcode, "errmsg": f"no: {WORDS}"}
    return answer | {"body": planted | more}


MESSAGES = [
    said("text", text={"content": WORDS}),
    said("text", text={"content": f"@产线助手 {WORDS}"}, chattype="group", chatid="wrGROUP", quote=_WORDS),
    said("voice", voice={"content": WORDS}),
    said("voice", voice={"content": ""}),
    said("image", image=_PLACE),
    said("file", file=_PLACE),
    said("video", video=_PLACE),
    said(**_mixed(_WORDS, _PHOTO), chattype="group", chatid="wrGROUP"),
    said(**_mixed(_PHOTO, _WORDS, _PHOTO), quote=_mixed(_WORDS, _PHOTO)),
    said("text", text={"content": WORDS}, quote=_PHOTO),
    said("text", text={"content": WORDS}, quote={"msgtype": "voice", "voice": {"content": WORDS}}),
    said("text", text={"content": WORDS}, quote={"msgtype": "file", "file": _PLACE}),
    happened("enter_chat"),
    happened("template_card_event", template_card_event=_CLICK),
    happened("template_card_event", **_CLICK),
    happened("template_card_event", template_card_event=_MISSPELT),
    happened("template_card_event", **_MISSPELT),
    happened("feedback_event", feedback_event=_VOTE),
    happened("feedback_event", **_VOTE),
]
"""Frames that become messages."""

OTHERS = [
    said("stream", stream={"id": "s-1"}) | {"headers": {}},
    happened("auth_change_event", auth_change_event={"auth_list": [1]}),
    happened("disconnected_event"),
    _answer(),
    _answer(846609),
    _answer(45009),
    _answer(upload_id="UP1", media_id="M1", type="file", created_at="1795305800"),
    {"cmd": "ping", "headers": {"req_id": "ping_1"}},
    frame("note", msgtype="text", text={"content": WORDS}),
]
FRAMES = MESSAGES + OTHERS
