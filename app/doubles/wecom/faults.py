"""The faults that the gateway double can play, by name."""

import json
from collections.abc import Mapping

CODES: Mapping[str, int] = {
    "system_error": -1,
    "bad_parameter": 40058,
    "spam": 40201,
    "too_often": 45009,
    "too_many_at_once": 45033,
    "bad_chat": 93006,
    "dead_req_id": 846605,
    "never_spoke": 846607,
    "too_old": 846608,
    "zombie": 846609,
}
"""Faults that refuse every command with an errcode; nothing of it is done."""

_FRAMES: Mapping[str, str] = {
    "garbage": "a frame that is not JSON",
    "array": "a JSON array",
    "null_headers": "an answer with headers null",
    "no_headers": "an answer without headers",
    "control_bytes": "a frame of no use with raw control bytes in a string",
    "binary": "a binary frame that is not UTF-8",
    "big_frame": "a frame of 10 MB",
    "deep": "a frame of 100 000 nested arrays",
    "huge_number": "a frame with a number of 10 000 digits",
    "stray_ack": "an acknowledgement of something that nobody asked",
    "unknown_cmd": "a frame with a command that nobody knows",
    "unknown_event": "an event that nobody knows",
    "no_msgid": "a message without a msgid",
    "from_sys": "a message from the user sys",
    "nowhere": "a message in a group without its id",
    "wrong_bot": "a message for another bot",
}

_CUTTING: Mapping[str, str] = {
    "clean_close": "the connection is closed with 1000",
    "going_away": "the connection is closed with 1001",
    "abort": "the connection is cut without a word",
    "half_open": "the connection stays open and is silent from then on",
    "supersede": "another client takes the bot",
    "supersede_lingers": "another client takes the bot, the socket stays open and answers pings",
    "refuse_connections": "the connection is cut, and new ones are refused for a while (refused_s)",
}

FAULTS: Mapping[str, str] = {
    "no_ack": "commands are done and never acknowledged",
    "no_interim_ack": "stream frames that do not finish are never acknowledged",
    "late_ack": "acknowledgements come after the client's time-out (late_s)",
    "slow_ack": "acknowledgements come late, within the client's time-out (slow_s)",
    "no_errcode": "acknowledgements come without an errcode",
    "no_pong": "pings are never answered",
    "no_subscribe_ack": "a subscribe is never answered, and nobody is subscribed by it",
    "refuse_subscribe": "the credentials are always refused with 853000",
    "refuse_bot": "the bot's id is always refused with 93019",
    "unavailable": "the websocket's opening is refused with HTTP 503",
    "rate_limit": "more than 30 messages a minute or 1000 an hour to one conversation, or as many uploads, "
    "are refused with 45009",
    "expired_stream": "every frame that continues a bubble is refused with 846608",
    "redeliver": "each message is delivered twice, with the same msgid",
    "reorder": "messages are delivered in pairs, the later one first",
    "as_binary": "each message comes as a binary frame",
    "raw_controls": "each message has raw control bytes in a string beside its words",
    **{name: f"every command is refused with {code}" for name, code in CODES.items() if name != "zombie"},
    "zombie": "every command and ping is refused with 846609",
    **{name: f"{what}, at once or after every tenth message" for name, what in _CUTTING.items()},
    **{name: f"{what} comes before each message" for name, what in _FRAMES.items()},
}
"""Every fault with what it does."""

CUTS = frozenset(_CUTTING)
"""Faults that end a connection; switched on, they strike after every tenth message."""

JUNK = tuple(_FRAMES)
"""Faults that are a frame; switched on, it comes before each message."""

_SAID = (
    '{"cmd":"aibot_msg_callback","headers":{"req_id":"r-odd"},"body":{%s"aibotid":"%s","chattype":"%s",'
    '"from":{"userid":"%s"},"msgtype":"text","text":{"content":"not for you"}}}'
)


def junk(name: str, bot_id: str = "") -> str | bytes:
    """The odd frame that a fault is named for; `bot_id` is whom those messages are for that name one."""
    said = '"msgid":"m-odd",'
    match name:
        case "binary":
            return b"\xff\xfe\x00\x81"
        case "big_frame":
            return '{"cmd":"note","headers":{},"body":"' + "x" * 10_000_000 + '"}'
        case "deep":
            return "[" * 100_000 + "]" * 100_000
        case "huge_number":
            return '{"cmd":"note","headers":{"req_id":"n"},"body":{"n":' + "9" * 10_000 + "}}"
        case "no_msgid":
            return _SAID % ("", bot_id, "single", "nobody")
        case "from_sys":
            return _SAID % (said, bot_id, "single", "sys")
        case "nowhere":
            return _SAID % (said, bot_id, "group", "nobody")
        case "wrong_bot":
            return _SAID % (said, "aibOTHER", "single", "nobody")
        case "unknown_event":
            return _unknown_event(bot_id)
        case _:
            return _SMALL[name]


def bent(frame: str, faults: set[str]) -> str | bytes:
    """A message's frame as the faults make it; what it says stays the same."""
    if "raw_controls" in faults:
        frame = frame.replace('"body": {', '"body": {"note": "a\x01b\nc\td", ', 1)
    return frame.encode() if "as_binary" in faults else frame


_SMALL: Mapping[str, str] = {
    "garbage": "{not json",
    "array": '["aibot_msg_callback", 1]',
    "null_headers": '{"headers":null,"errcode":0,"errmsg":"ok"}',
    "no_headers": '{"errcode":0,"errmsg":"ok"}',
    "control_bytes": '{"cmd":"note","headers":{"req_id":"n"},"body":{"text":"a\x01b\nc\x00"}}',
    "stray_ack": '{"headers":{"req_id":"never-asked"},"errcode":0,"errmsg":"ok"}',
    "unknown_cmd": '{"cmd":"aibot_weather_callback","headers":{"req_id":"n"},"body":{"msgtype":"text"}}',
}


def _unknown_event(bot_id: str) -> str:
    body: dict[str, object] = {
        "msgid": "ev-odd",
        "aibotid": bot_id,
        "from": {"userid": "nobody"},
        "msgtype": "event",
    }
    body["event"] = {"eventtype": "auth_change_event"}
    return json.dumps({"cmd": "aibot_event_callback", "headers": {"req_id": "e-odd"}, "body": body})
