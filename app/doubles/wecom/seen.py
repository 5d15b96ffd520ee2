"""What the gateway double has received, as the phones would show it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.doubles.wecom.cards import Card, keys, text, words
from app.doubles.wecom.rates import Rates
from app.doubles.wecom.uploads import FileSeen

_KEYS = {"approve": "yes:", "refuse": "no:"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One accepted answer, or one frame of it; `feedback` is "" when it had none.

    `card` is None and `media_id` "" when it was words; a card's content is what people read on it.
    """

    at: datetime
    content: str
    finish: bool
    feedback: str
    card: Card | None = None
    media_id: str = ""


@dataclass(slots=True)
class BubbleSeen:
    """One bubble below a message; it is loading until a frame with visible content finishes it."""

    stream: str
    frames: list[Shown] = field(default_factory=list)
    finished: bool = False

    @property
    def content(self) -> str:
        """What the phone shows now."""
        return self.frames[-1].content if self.frames else ""


@dataclass(frozen=True, slots=True)
class PushSeen:
    """One message that answered nothing; `chat_type` 0 means that it was left out.

    `card` is None and `media_id` "" when it was words; a card's content is what people read on it.
    """

    at: datetime
    to: str
    chat_type: int
    msgtype: str
    content: str
    feedback: str
    card: Card | None = None
    media_id: str = ""


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """A card in place of another, after the click `msgid`; no `userids` means everyone who has it."""

    at: datetime
    msgid: str
    userids: tuple[str, ...]
    card: Card


@dataclass(slots=True)
class CardSeen:
    """A card in a conversation. `cmd` is the command that brought it, `card` what was sent first."""

    to: str
    card: Card
    at: datetime
    cmd: str
    updates: list[CardUpdate] = field(default_factory=list)

    @property
    def task_id(self) -> str:
        """Its task_id, "" when it has none."""
        return text(self.card.get("task_id"))

    def shown_to(self, userid: str) -> Card:
        """The card as this person sees it now."""
        meant = [each.card for each in self.updates if not each.userids or userid in each.userids]
        return meant[-1] if meant else self.card

    def keys_for(self, userid: str) -> tuple[str, ...]:
        """What this person can press now."""
        return keys(self.shown_to(userid))

    def words_for(self, userid: str) -> str:
        """What this person reads now."""
        return words(self.shown_to(userid))


@dataclass(frozen=True, slots=True)
class Turned:
    """A command that was refused."""

    cmd: str
    req_id: str
    errcode: int


@dataclass(slots=True)
class Seen:
    """Everything received. `changed` is notified after each frame, for those who wait."""

    bubbles: dict[str, list[BubbleSeen]] = field(default_factory=dict)  # by msgid
    pushes: dict[str, list[PushSeen]] = field(default_factory=dict)  # by conversation
    said_in: dict[str, str] = field(default_factory=dict)  # conversations by msgid
    welcomes: dict[str, str] = field(default_factory=dict)  # by the event's msgid
    updates: dict[str, dict[str, object]] = field(default_factory=dict)  # by the click's msgid
    dealt: list[CardSeen] = field(default_factory=list)
    """All cards, in their order; those without a task_id are only here."""
    cards: dict[str, CardSeen] = field(default_factory=dict)  # by task_id
    replaced: dict[str, CardUpdate] = field(default_factory=dict)
    """What clicks made of cards that were sent, by the click's msgid."""
    media: Mapping[str, FileSeen] = field(default_factory=dict)
    """The files that were uploaded whole, by media_id."""
    arrivals: Rates = field(default_factory=lambda: Rates(time.monotonic))
    subscribes: int = 0
    refused_subscribes: int = 0
    pings: int = 0
    turned_down: list[Turned] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    """What a correct client does not do, each with a sentence."""
    shortened: list[str] = field(default_factory=list)
    """What phones do not show whole, each with a sentence."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def bubble(self, msgid: str, stream: str) -> BubbleSeen | None:
        """The bubble with this stream id below a message, or None."""
        return next((b for b in self.bubbles.get(msgid, []) if b.stream == stream), None)

    def answer(self, msgid: str) -> str | None:
        """The latest finished answer to a message, or None."""
        finished = [b.content for b in self.bubbles.get(msgid, []) if b.finished]
        return finished[-1] if finished else None

    def card(self, to: str, about: str) -> Card | None:
        """The latest card to a conversation whose id begins with `about`, such as a ticket, or None."""
        cards = (push.card for push in reversed(self.pushes.get(to, [])) if push.card)
        return next((card for card in cards if text(card.get("task_id")).startswith(about)), None)

    def press(self, to: str, about: str, key: str) -> tuple[str, str]:
        """The id and key of a button of that card: "approve", "refuse" or how its own key begins.

        Where there is no such card, what was given.
        """
        card, wanted = self.card(to, about) or {}, _KEYS.get(key, key)
        pressed = next((each for each in keys(card) if each.startswith(wanted)), key)
        return text(card.get("task_id")) or about, pressed

    def told(self, conversation: str) -> list[str]:
        """All that a conversation was told, oldest first: tickets named as feedback, then words."""
        told = [
            (shown.at, f"{shown.feedback} {shown.content}")
            for msgid, bubbles in self.bubbles.items()
            if self.said_in.get(msgid) == conversation
            for bubble in bubbles
            for shown in bubble.frames
        ]
        told += [(p.at, f"{p.feedback} {p.content}") for p in self.pushes.get(conversation, [])]
        return [words for _, words in sorted(told)]

    def cards_to(self, conversation: str) -> list[CardSeen]:
        """The cards of a conversation, oldest first."""
        return [each for each in self.dealt if each.to == conversation]

    def per_minute_max(self, conversation: str) -> int:
        """The most frames that came for a conversation within any 60 s, refused ones included."""
        return self.arrivals.most_a_minute[conversation]

    def per_hour_max(self, conversation: str) -> int:
        """The most frames that came for a conversation within any hour, refused ones included."""
        return self.arrivals.most_an_hour[conversation]

    async def wait_for(self, true: Callable[["Seen"], bool], timeout_s: float) -> None:
        """Return when it is true; raises TimeoutError."""
        async with asyncio.timeout(timeout_s), self.changed:
            await self.changed.wait_for(lambda: true(self))

    async def notify(self) -> None:
        """Wake those who wait."""
        async with self.changed:
            self.changed.notify_all()
