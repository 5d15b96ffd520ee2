"""What a person sent, and where the answer goes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from app.records.media import Attachment


class Channel(StrEnum):
    """A way in and out; an answer goes back the way its message came."""

    BOT = "bot"  # the AI bot's long connection
    APP = "app"  # the self-built app: callbacks in, calls out


class MessageKind(StrEnum):
    """What kind of frame carried the words."""

    TEXT = "text"
    VOICE = "voice"  # WeCom's own transcript; may be empty
    ENTER = "enter"  # a person opened the chat for the first time today
    CLICK = "click"  # a button on a card; `text` is its key, `refers_to` the card's task id
    FEEDBACK = "feedback"  # thumbs; `text` is "1", "2" or "3", `refers_to` the answer's id
    OTHER = "other"  # a kind that this version cannot read, such as a photo


class Language(StrEnum):
    """The sender's language and script: what an answer is written in."""

    HANS = "zh-Hans"  # Chinese, Simplified
    HANT = "zh-Hant"  # Chinese, Traditional
    YUE = "yue"  # Cantonese in Traditional characters
    EN = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """One inbound message, as parsed at the door.

    `sender` and `chat` are WeCom ids, case-sensitive, exactly as they came. `chat` is None in a
    single chat. `req_id` is what a reply must carry; empty when only a push can answer.
    `received_at` is aware UTC: the arrival of the frame at our socket. `raw` is the frame's text.
    `quote` is what somebody said before and the sender quotes, never the sender's own words: "" for
    none, "…" when it holds no words, such as a photo.

    `chosen` are the questions of a clicked card with the options chosen, or what a vote gives as
    reason; `response_code` updates a clicked card of the app once, within 72 hours. `attached` as the
    store gives it back has neither address nor key. `excess` is what came beyond what its sender may
    say: the first such message is told so, the rest are not. `fingerprint` tells a callback's cipher
    text from every other; "" for none.
    """

    msgid: str
    sender: str
    chat: str | None
    kind: MessageKind
    text: str
    received_at: datetime
    req_id: str = ""
    quote: str = ""
    refers_to: str = ""
    raw: str = ""
    channel: Channel = Channel.BOT
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    response_code: str = field(default="", repr=False)
    attached: tuple[Attachment, ...] = ()
    excess: Literal["", "first", "more"] = ""
    fingerprint: str = ""

    @property
    def conversation(self) -> str:
        """Where an answer goes: the group, or the sender alone."""
        return self.chat or self.sender

    @property
    def shown(self) -> str:
        """The words as people read them: of a click what was pressed, and about what."""
        if self.kind is not MessageKind.CLICK:
            return self.text
        return f"{self.text.partition(':')[0]} {self.refers_to.partition('@')[0]}".strip()


def stream_id(decision_id: str) -> str:
    """The id of the bubble that answers a decision, such as s-D-00042; the same for every attempt."""
    return f"s-{decision_id}"
