"""The faults that the gateway double can play, by name."""

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "no_ack": "commands are done and never acknowledged",
    "no_interim_ack": "stream frames that do not finish are never acknowledged",
    "late_ack": "acknowledgements come after the client's time-out (late_s)",
    "slow_ack": "acknowledgements come late, within the client's time-out (slow_s)",
    "no_pong": "pings are never answered",
    "refuse_subscribe": "the credentials are always refused",
    "rate_limit": "more than 30 messages a minute or 1000 an hour to one conversation are refused with 45009",
    "expired_stream": "every frame that continues a bubble is refused with 846608",
    "zombie": "every command and ping is refused with 846609",
    "redeliver": "each message is delivered twice, with the same msgid",
    "clean_close": "the connection is closed with 1000, at once or after every tenth message",
    "abort": "the connection is cut without a word, at once or after every tenth message",
    "supersede": "another client takes the bot, at once or after every tenth message",
    "garbage": "a frame that is not JSON comes before each message",
    "array": "a JSON array comes before each message",
    "null_headers": "a frame with headers null comes before each message",
    "control_bytes": "a frame of no use with raw control bytes in a string comes before each message",
    "binary": "a binary frame that is not UTF-8 comes before each message",
    "big_frame": "a frame of 10 MB comes before each message",
    "wrong_bot": "a message for another bot comes before each message",
}
"""Every fault with what it does."""

CUTS = frozenset({"clean_close", "abort", "supersede"})
"""Faults that end a connection; switched on, they strike after every tenth message."""

JUNK = ("garbage", "array", "null_headers", "control_bytes", "binary", "big_frame", "wrong_bot")
"""Faults that are a frame; switched on, it comes before each message."""

_OTHER_BOT = (
    '{"cmd":"aibot_msg_callback","headers":{"req_id":"r-other"},"body":{"msgid":"m-other",'
    '"aibotid":"aibOTHER","chattype":"single","from":{"userid":"nobody"},"msgtype":"text",'
    '"text":{"content":"not for you"}}}'
)


def junk(name: str) -> str | bytes:
    """The odd frame that a fault is named for."""
    match name:
        case "garbage":
            return "{not json"
        case "array":
            return '["aibot_msg_callback", 1]'
        case "null_headers":
            return '{"cmd":"aibot_msg_callback","headers":null,"body":{}}'
        case "control_bytes":
            return '{"cmd":"note","headers":{"req_id":"n"},"body":{"text":"a\x01b\nc\x00"}}'
        case "binary":
            return b"\xff\xfe\x00\x81"
        case "big_frame":
            return '{"cmd":"note","headers":{},"body":"' + "x" * 10_000_000 + '"}'
        case _:
            return _OTHER_BOT
