"""What people do, as the gateway tells the bot: bodies of message and event callbacks."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

_SURROGATE = re.compile("[\ud800-\udfff]")

_ANSWERS = {
    "message": "aibot_respond_msg",
    "enter_chat": "aibot_respond_welcome_msg",
    "template_card_event": "aibot_respond_update_msg",
}


@dataclass(frozen=True, slots=True)
class Callback:
    """One message or event. `kind` is "message" or the event's type; `delivered` is monotonic seconds."""

    msgid: str
    kind: str
    sender: str
    chat: str | None
    body: Mapping[str, object]
    delivered: float = field(default_factory=time.monotonic)

    @property
    def answer(self) -> str:
        """The only command that may answer it, "" when none may."""
        return _ANSWERS.get(self.kind, "")

    @property
    def task_id(self) -> str:
        """The card that was clicked, "" for anything else."""
        event = self.body.get("event")
        detail = event.get(self.kind, event) if isinstance(event, dict) else None
        if not isinstance(detail, dict):
            return ""
        return str(detail.get("task_id") or detail.get("taskid") or "")

    @property
    def conversation(self) -> str:
        """Where it was said."""
        return self.chat or self.sender

    def frame(self, req_id: str) -> str:
        """The frame's text; lone surrogates travel as escapes."""
        cmd = "aibot_msg_callback" if self.kind == "message" else "aibot_event_callback"
        data = {"cmd": cmd, "headers": {"req_id": req_id}, "body": self.body}
        text = json.dumps(data, ensure_ascii=False)
        return json.dumps(data) if _SURROGATE.search(text) else text


def message(
    bot_id: str,
    msgid: str,
    sender: str,
    text: str,
    *,
    chat: str | None = None,
    kind: Literal["text", "voice"] = "text",
    quote: str | None = None,
) -> Callback:
    """A text, or a voice message as WeCom transcribed it."""
    body = _address(bot_id, msgid, sender, chat) | {"msgtype": kind, kind: {"content": text}}
    if quote is not None:
        body["quote"] = {"msgtype": "text", "text": {"content": quote}}
    return Callback(msgid, "message", sender, chat, body)


def attached(
    bot_id: str,
    msgid: str,
    sender: str,
    items: Sequence[tuple[str, str, str]],
    *,
    words: str = "",
    chat: str | None = None,
) -> Callback:
    """Photos, files or videos as kind, address and key: one alone as itself, several or words as mixed."""
    parts = [{"msgtype": kind, kind: {"url": url, "aeskey": key}} for kind, url, key in items]
    body = _address(bot_id, msgid, sender, chat)
    if len(parts) == 1 and not words:
        return Callback(msgid, "message", sender, chat, body | parts[0])
    said = [{"msgtype": "text", "text": {"content": words}}] if words else []
    return Callback(
        msgid, "message", sender, chat, body | {"msgtype": "mixed", "mixed": {"msg_item": said + parts}}
    )


def event(
    bot_id: str,
    msgid: str,
    sender: str,
    kind: str,
    fields: Mapping[str, object],
    chat: str | None = None,
    *,
    flat: bool = False,
) -> Callback:
    """An event; its details lie under a key that is named like its kind, or `flat` beside it."""
    detail: dict[str, object] = {"eventtype": kind}
    if fields:
        detail |= fields if flat else {kind: dict(fields)}
    body = _address(bot_id, msgid, sender, chat) | {"msgtype": "event", "event": detail}
    if kind == "enter_chat":
        del body["chattype"]
    return Callback(msgid, kind, sender, chat, body)


Shape = Literal["nested", "flat", "misspelt"]
"""How a click is written: as the samples have it, as a kit's types have it, as a table spells it."""

_MISSPELT = {"card_type": "cardtype", "event_key": "eventkey", "task_id": "taskid"}


@dataclass(frozen=True, slots=True)
class Press:
    """What is pressed on which card; `chosen` are the options by question, None where nothing is asked."""

    task_id: str
    key: str
    card_type: str
    chosen: Mapping[str, Sequence[str]] | None = None

    def fields(self, shape: Shape) -> dict[str, object]:
        """The details of its event."""
        odd = shape == "misspelt"
        plain: dict[str, object] = {
            "card_type": self.card_type,
            "event_key": self.key,
            "task_id": self.task_id,
        }
        fields = {_MISSPELT[name] if odd else name: value for name, value in plain.items()}
        if self.chosen is None:
            return fields
        ids, one = ("optionids", "optionid") if odd else ("option_ids", "option_id")
        items = [{"question_key": q, ids: {one: list(options)}} for q, options in self.chosen.items()]
        return fields | {"selected_items": {"selected_item": items}}


def clicked(
    bot_id: str, msgid: str, sender: str, press: Press, *, shape: Shape, chat: str | None
) -> Callback:
    """A button pressed on a card."""
    kind = "template_card_event"
    fields = press.fields(shape)
    if shape != "flat":
        return event(bot_id, msgid, sender, kind, fields, chat)
    flat = {"msgtype": "event", "event": {"eventtype": kind} | fields}
    return Callback(msgid, kind, sender, chat, _address(bot_id, msgid, sender, chat) | flat)


def voted(
    bot_id: str, msgid: str, sender: str, vote: Mapping[str, object], *, chat: str | None = None
) -> Callback:
    """A thumb; what was left empty is left out."""
    fields = {name: value for name, value in vote.items() if value not in ("", [])}
    return event(bot_id, msgid, sender, "feedback_event", fields, chat)


def disconnected(bot_id: str) -> str:
    """The frame that tells a client that another one has taken the bot."""
    body = {
        "msgid": "ev-disconnected",
        "create_time": int(time.time()),
        "aibotid": bot_id,
        "msgtype": "event",
        "event": {"eventtype": "disconnected_event"},
    }
    frame = {"cmd": "aibot_event_callback", "headers": {"req_id": "e-disconnected"}, "body": body}
    return json.dumps(frame)


def _address(bot_id: str, msgid: str, sender: str, chat: str | None) -> dict[str, object]:
    body: dict[str, object] = {
        "msgid": msgid,
        "create_time": int(time.time()),
        "aibotid": bot_id,
        "chattype": "group" if chat else "single",
        "from": {"userid": sender},
    }
    if chat:
        body["chatid"] = chat
    return body
