"""The frames of the AI bot's protocol: read strictly, written plainly.

Names and rules are those of developer pages 101463, 101027 and 101031, as read in March 2026.
"""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

SUBSCRIBE = "aibot_subscribe"
PING = "ping"
MESSAGE = "aibot_msg_callback"
EVENT = "aibot_event_callback"
RESPOND = "aibot_respond_msg"
WELCOME = "aibot_respond_welcome_msg"
UPDATE = "aibot_respond_update_msg"
SEND = "aibot_send_msg"
DISCONNECTED = "disconnected_event"

_EVENT_ANSWERS = {"enter_chat": WELCOME, "template_card_event": UPDATE}
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:u0000|.)", re.DOTALL)  # one by one, because a written backslash is one too
_REQ_ID_MAX_CHARS = 256  # ten thousand of them are remembered


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the right outer shape; `cmd` is "" in an answer to a command of ours.

    `req_id` is "" when there is none that could be answered: no text, or more than 256 characters.
    """

    cmd: str
    req_id: str
    data: dict[str, object]
    raw: str

    @property
    def event_type(self) -> str:
        """The kind of an event frame, or ""."""
        body = self.data.get("body")
        event = body.get("event") if isinstance(body, dict) else None
        kind = event.get("eventtype") if isinstance(event, dict) else None
        return kind if isinstance(kind, str) else ""

    @property
    def answer_command(self) -> str:
        """The one command that may answer this callback, or "" when none may."""
        if self.cmd == MESSAGE:
            return RESPOND
        return _EVENT_ANSWERS.get(self.event_type, "") if self.cmd == EVENT else ""


@dataclass(frozen=True, slots=True)
class Odd:
    """A frame that is dropped: why, and how long it was; never what it said."""

    reason: str
    size_bytes: int


def read(raw: bytes, limit_bytes: int) -> Frame | Odd:
    """The frame in `raw`, which came as a text or a binary message; never raises.

    Raw control characters inside strings are accepted, lone surrogates and NUL are replaced, in
    `data` also where they are escaped.
    """
    if len(raw) > limit_bytes:
        return Odd("too_big", len(raw))
    try:
        text = raw.decode().replace("\0", "\ufffd")
        data = _parse(text)
    except UnicodeDecodeError:
        return Odd("not_utf8", len(raw))
    except (ValueError, RecursionError):
        return Odd("not_json", len(raw))
    return _shape(data, text, len(raw))


def _parse(text: str) -> object:
    if "\\u0000" in text:
        text = _ESCAPE.sub(lambda found: "\\ufffd" if found[0] == "\\u0000" else found[0], text)
    data = json.loads(text, strict=False)
    if not _SURROGATE_ESCAPE.search(text):
        return data
    return json.loads(_LONE_SURROGATE.sub("\ufffd", json.dumps(data, ensure_ascii=False)))


def _shape(data: object, text: str, size_bytes: int) -> Frame | Odd:
    if not isinstance(data, dict):
        return Odd("not_an_object", size_bytes)
    headers, cmd = data.get("headers"), data.get("cmd") or ""
    if not isinstance(cmd, str):
        return Odd("cmd_not_text", size_bytes)
    if not isinstance(headers, dict):
        if cmd not in {MESSAGE, EVENT}:
            return Odd("headers_not_an_object", size_bytes)
        headers = {}  # what people said is not lost for it; a push can answer
    req_id = headers.get("req_id")
    answerable = isinstance(req_id, str) and len(req_id) <= _REQ_ID_MAX_CHARS
    return Frame(cmd, str(req_id) if answerable else "", data, text)


def write(cmd: str, req_id: str, body: Mapping[str, object] | None) -> str:
    """The frame's text; None leaves the key `body` out altogether."""
    frame: dict[str, object] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def new_id(cmd: str) -> str:
    """A fresh req_id for a command that answers nothing."""
    return f"{cmd}_{time.time_ns() // 1_000_000}_{secrets.token_hex(4)}"


def error_code(answer: Mapping[str, object]) -> int | None:
    """The integer errcode of an answer; None when there is none, which is no success."""
    code = answer.get("errcode")
    return code if type(code) is int else None
