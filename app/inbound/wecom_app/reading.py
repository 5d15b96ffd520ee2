"""An opened callback's XML becomes one message, or is dropped for a named reason."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.inbound.wecom_app.fields import Field, Unreadable, read_fields
from app.inbound.wecom_bot import Dropped
from app.records.message import Channel, Message, MessageKind
from app.records.sealing_wecom import Opened

_ID_MAX_CHARS = 256

EVENT_KEY = ("FromUserName", "CreateTime", "AgentID", "Event", "EventKey", "TaskId")
"""What tells one event from another: WeCom gives them no id."""


@dataclass(frozen=True, slots=True)
class App:
    """Which app's callbacks are ours."""

    corp_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the app; `created_s` is WeCom's time of it, in seconds since 1970."""

    message: Message
    created_s: int


def read(opened: Opened, at: datetime, app: App) -> Arrived | Dropped:
    """The message in an opened callback, or why there is none; never raises. `at` is aware UTC."""
    try:
        fields = read_fields(opened.text.encode())
        return _ours(fields, app) or _arrived(fields, opened, at)
    except Unreadable:
        return Dropped("wrong_types")


def _ours(fields: Field, app: App) -> Dropped | None:
    """Why the fields are not for us, or None. Raises Unreadable."""
    if (fields.text_of("ToUserName"), fields.text_of("AgentID")) != (app.corp_id, app.agent_id):
        return Dropped("other_app")
    return Dropped("system") if fields.text_of("FromUserName") == "sys" else None


def _arrived(fields: Field, opened: Opened, at: datetime) -> Arrived | Dropped:
    event = fields.text_of("MsgType") == "event"
    what = _event(fields) if event else _said(fields)
    if what is None:
        return Dropped("unknown_event")
    kind, text, refers_to = what
    msgid = _event_id(fields) if event else _id(fields, "MsgId")
    sender = _id(fields, "FromUserName")
    message = Message(
        msgid,
        sender,
        None,
        kind,
        text,
        at,
        refers_to=refers_to,
        raw=opened.text,
        channel=Channel.APP,
        chosen=_chosen(fields),
        response_code=fields.text_of("ResponseCode"),
        fingerprint=opened.fingerprint,
    )
    return Arrived(message, _seconds(fields.text_of("CreateTime")))


def _said(fields: Field) -> tuple[MessageKind, str, str]:
    """Words that came as words; of anything else what describes it, and the id of its bytes."""
    media = fields.text_of("MediaId")
    match _id(fields, "MsgType"):
        case "text":
            return MessageKind.TEXT, fields.text_of("Content"), ""
        case "voice":
            return MessageKind.VOICE, fields.text_of("Recognition"), media
        case "location":
            return MessageKind.OTHER, fields.text_of("Label"), ""
        case "link":
            lines = (fields.text_of(name) for name in ("Title", "Description", "Url"))
            return MessageKind.OTHER, "\n".join(filter(None, lines)), ""
        case _:
            return MessageKind.OTHER, "", media


def _event(fields: Field) -> tuple[MessageKind, str, str] | None:
    match _id(fields, "Event"):
        case "enter_agent":
            return MessageKind.ENTER, "", ""
        case "template_card_event" | "template_card_menu_event":
            return MessageKind.CLICK, _id(fields, "EventKey", 1024), _id(fields, "TaskId")
        case _:
            return None


def _event_id(fields: Field) -> str:
    parts = "\0".join(fields.text_of(name) for name in EVENT_KEY)  # XML cannot carry the separator
    return f"event-{hashlib.sha256(parts.encode()).hexdigest()}"


def _chosen(fields: Field) -> tuple[tuple[str, tuple[str, ...]], ...]:
    items = fields.part("SelectedItems")
    return tuple(_answered(item) for item in items.all_of("SelectedItem")) if items else ()


def _answered(item: Field) -> tuple[str, tuple[str, ...]]:
    options = item.part("OptionIds")
    ids = options.all_of("OptionId") if options else []
    return item.text_of("QuestionKey"), tuple(option.text for option in ids)


def _id(fields: Field, name: str, most: int = _ID_MAX_CHARS) -> str:
    found = fields.text_of(name)
    if not 1 <= len(found) <= most:
        raise Unreadable
    return found


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unreadable
    return int(text)
