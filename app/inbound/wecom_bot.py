"""The door for the AI bot's frames: parsed strictly, made one Message, handed to the desk.

A frame that is not for us, or not of the documented shape, is dropped for a counted reason.
"""

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import structlog
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.inbound.wecom_media import attachments, without_keys
from app.records.message import Message, MessageKind
from app.records.quoted import COVER

_ID_MAX_CHARS = 256

_log = structlog.get_logger(__name__)

WORDS_MAX = 2_000
"""Characters that are kept of what a person writes beside a vote."""

_AGAINST = 2
_REASONS = (1, 2, 3, 4)  # unrelated, incomplete, wrong, wrong analysis (page 101027, read in March 2026)


def _whole(value: object) -> object:
    """Text without what neither a database nor a socket can carry: lone surrogates and NUL."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


Text = Annotated[str, BeforeValidator(_whole)]
Id = Annotated[str, BeforeValidator(_whole), Field(min_length=1, max_length=_ID_MAX_CHARS)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _From(_Part):
    userid: Id


class _Content(_Part):
    content: Text = ""


class _Line(_Part):
    """Words as text or voice; in a mixed message nothing else carries them."""

    msgtype: Text = ""
    text: _Content | None = None
    voice: _Content | None = None

    def words(self) -> str | None:
        """The words, "" when there are none; None when the part that `msgtype` names is missing."""
        match self.msgtype:
            case "text":
                return self.text.content if self.text else None
            case "voice":
                return self.voice.content if self.voice else None
            case _:
                return ""


class _Mixed(_Part):
    """Holds lines and no other mixed message, so no frame is read deeper than a call stack goes."""

    msg_item: list[_Line]

    def words(self) -> str:
        return "\n".join(words for item in self.msg_item if (words := item.words()))


class _Said(_Line):
    """Words in any of the forms that carry them."""

    mixed: _Mixed | None = None

    def words(self) -> str | None:
        """As of a line."""
        if self.msgtype == "mixed":
            return self.mixed.words() if self.mixed else None
        return super().words()


def _somehow(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """A quote of an unknown shape is still a quote; the message it came with must not be lost."""
    try:
        return read(value)
    except ValidationError:
        return _Said()


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


class _Options(_Part):
    """The options that were chosen; a single one may come without its list."""

    option_id: Annotated[list[Text], BeforeValidator(_one_or_more)] = Field(
        [], validation_alias=AliasChoices("option_id", "optionid")
    )


class _Answered(_Part):
    question_key: Text = Field("", validation_alias=AliasChoices("question_key", "questionkey"))
    option_ids: _Options = Field(_Options(), validation_alias=AliasChoices("option_ids", "optionids"))


class _Selected(_Part):
    """What was chosen on a card, question by question."""

    selected_item: Annotated[list[_Answered], BeforeValidator(_one_or_more)] = Field(
        [], validation_alias=AliasChoices("selected_item", "selecteditem")
    )


class _Detail(_Part):
    """What an event is about; the parameter table of page 101027 spells some keys without `_`."""

    event_key: Text = Field("", validation_alias=AliasChoices("event_key", "eventkey"))
    task_id: Text = Field("", validation_alias=AliasChoices("task_id", "taskid"))
    selected_items: _Selected = Field(
        _Selected(), validation_alias=AliasChoices("selected_items", "selecteditems")
    )
    id: Text = ""
    type: int = 0
    content: Text = ""
    inaccurate_reason_list: list[object] = []


class _Event(_Detail):
    """An event; details lie under a key named like its type, or flat beside it."""

    eventtype: Id
    template_card_event: _Detail | None = None
    feedback_event: _Detail | None = None


class _Body(_Said):
    msgtype: Id
    msgid: Id
    aibotid: Id
    sender: _From = Field(validation_alias="from")
    chattype: Literal["single", "group"] | None = None
    chatid: Text | None = None
    quote: Annotated[_Said | None, WrapValidator(_somehow)] = None
    event: _Event | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Why a frame became no message: a stable word for log and counter."""

    reason: str


_QUESTIONS_MAX, _OPTIONS_MAX = 3, 20

_KINDS = {"text": MessageKind.TEXT, "mixed": MessageKind.TEXT, "voice": MessageKind.VOICE}


def read(frame: Mapping[str, object], raw: str, at: datetime, bot_id: str) -> Message | Dropped:
    """The message in a callback's frame, or why there is none; never raises.

    `raw` is the frame's text, `at` its arrival, aware UTC. Mentions of the bot stay in the text. A
    quote without words, such as a photo, is COVER. The addresses and keys of what is attached stand
    in `attached` alone.
    """
    body = frame.get("body")
    if isinstance(body, dict) and not body.get("msgid"):
        return Dropped("no_msgid")
    try:
        parsed = _Body.model_validate(body)
    except ValidationError:
        return Dropped("wrong_types")
    if parsed.aibotid != bot_id:
        return Dropped("other_bot")
    if parsed.sender.userid == "sys":
        return Dropped("system")
    if parsed.chattype == "group" and not parsed.chatid:
        return Dropped("group_without_chat")
    what = _event(parsed) if parsed.msgtype == "event" else _said(parsed)
    if isinstance(what, Dropped):
        return what
    kind, text, refers_to = what
    chat = None if parsed.chattype == "single" else parsed.chatid or None
    quote = ((parsed.quote.words() or "").strip() or COVER) if parsed.quote else ""
    return Message(
        parsed.msgid, parsed.sender.userid, chat, kind, text, at, _req_id(frame), quote, refers_to,
        without_keys(frame, raw), chosen=_chosen(parsed.event, kind), attached=attachments(frame),
    )  # fmt: skip


def _hash(msgid: str) -> str:
    """Tells one id from another in the log, whatever the gateway put into it."""
    return hashlib.sha256(msgid.encode()).hexdigest()[:16]


def _req_id(frame: Mapping[str, object]) -> str:
    headers = frame.get("headers")
    req_id = headers.get("req_id") if isinstance(headers, dict) else None
    return req_id if isinstance(req_id, str) and len(req_id) <= _ID_MAX_CHARS else ""


def _said(body: _Body) -> tuple[MessageKind, str, str] | Dropped:
    words = body.words()
    if words is None:
        return Dropped("wrong_types")
    return _KINDS.get(body.msgtype, MessageKind.OTHER), words, ""


def _event(body: _Body) -> tuple[MessageKind, str, str] | Dropped:
    event = body.event
    match event.eventtype if event else "":
        case "enter_chat":
            return MessageKind.ENTER, "", ""
        case "template_card_event" if event:
            click: _Detail = event.template_card_event or event
            return MessageKind.CLICK, click.event_key, click.task_id
        case "feedback_event" if event:
            vote: _Detail = event.feedback_event or event
            known = vote.type in {1, 2, 3} and vote.id
            return (MessageKind.FEEDBACK, str(vote.type), vote.id) if known else Dropped("wrong_types")
        case "":
            return Dropped("wrong_types")
        case _:
            return Dropped("unknown_event")


def _chosen(event: _Event | None, kind: MessageKind) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A card's questions with the options chosen, or what a vote gives as reasons."""
    if event is None:
        return ()
    if kind is MessageKind.FEEDBACK:
        return _objections(event)
    click = event.template_card_event or event
    items = click.selected_items.selected_item[:_QUESTIONS_MAX]
    return tuple((item.question_key, tuple(item.option_ids.option_id[:_OPTIONS_MAX])) for item in items)


def _objections(event: _Event) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a vote against an answer gives as reasons and in words; kinds of reason not known are left out."""
    vote: _Detail = event.feedback_event or event
    if vote.type != _AGAINST:
        return ()
    given = [reason for reason in vote.inaccurate_reason_list if type(reason) is int]
    reasons = tuple(str(reason) for reason in _REASONS if reason in given)
    words = vote.content.strip()[:WORDS_MAX]
    return (*((("reason", reasons),) if reasons else ()), *((("words", (words,)),) if words else ()))


class Door:
    """Takes the link's frames; `accept` keeps a message durably before it returns.

    `on_click` hears of a click before that, because its card must be answered in time.
    """

    def __init__(
        self,
        bot_id: str,
        accept: Callable[[Message], Awaitable[object]],
        *,
        on_click: Callable[[Message], None] = lambda _message: None,
        on_drop: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._bot_id = bot_id
        self._accept = accept
        self._on_click = on_click
        self._on_drop = on_drop
        self.dropped: Counter[str] = Counter()
        """Frames that became no message, by reason."""

    async def take(self, frame: dict[str, object], raw: str, at: datetime) -> None:
        """Boundary: a message. A frame that cannot be kept is counted as lost; the door stays open."""
        message = read(frame, raw, at, self._bot_id)
        if isinstance(message, Dropped):
            self._drop(message.reason, len(raw))
            return
        if message.kind is MessageKind.CLICK:
            self._on_click(message)
        try:
            await self._accept(message)
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            self._drop("not_kept", len(raw))
            _log.error("frame_not_kept", msgid_sha256=_hash(message.msgid), fault=type(fault).__name__)

    def _drop(self, reason: str, size_chars: int) -> None:
        self.dropped[reason] += 1
        self._on_drop(reason)
        _log.warning("message_dropped", reason=reason, size_chars=size_chars)
