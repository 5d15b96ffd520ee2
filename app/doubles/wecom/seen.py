"""What the gateway double has received, as the phones would show it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_KEYS = {"approve": "yes:", "refuse": "no:"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One accepted stream frame; `feedback` is "" when it had none."""

    at: datetime
    content: str
    finish: bool
    feedback: str


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

    `card` is empty for words; for a card `content` is what it shows.
    """

    at: datetime
    to: str
    chat_type: int
    msgtype: str
    content: str
    feedback: str
    card: Mapping[str, object] = field(default_factory=dict)


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
    welcomes: dict[str, str] = field(default_factory=dict)  # by the event's msgid
    updates: dict[str, dict[str, object]] = field(default_factory=dict)  # by the click's msgid
    subscribes: int = 0
    refused_subscribes: int = 0
    pings: int = 0
    turned_down: list[Turned] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    """What a correct client does not do, each with a sentence."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def bubble(self, msgid: str, stream: str) -> BubbleSeen | None:
        """The bubble with this stream id below a message, or None."""
        return next((b for b in self.bubbles.get(msgid, []) if b.stream == stream), None)

    def card(self, to: str, about: str) -> Mapping[str, object] | None:
        """The latest card to a conversation whose id begins with `about`, such as a ticket, or None."""
        cards = (push.card for push in reversed(self.pushes.get(to, [])) if push.card)
        return next((card for card in cards if str(card.get("task_id", "")).startswith(about)), None)

    def press(self, to: str, about: str, key: str) -> dict[str, object]:
        """The click on a button of that card: "approve", "refuse" or how the button's own key begins.

        Where there is no such card, a click on nothing.
        """
        card = self.card(to, about) or {}
        buttons, wanted = card.get("button_list"), _KEYS.get(key, key)
        keys = [str(each["key"]) for each in buttons] if isinstance(buttons, list) else []
        pressed = next((each for each in keys if each.startswith(wanted)), key)
        return {
            "card_type": "button_interaction",
            "task_id": card.get("task_id", about),
            "event_key": pressed,
        }

    def answer(self, msgid: str) -> str | None:
        """The latest finished answer to a message, or None."""
        finished = [b.content for b in self.bubbles.get(msgid, []) if b.finished]
        return finished[-1] if finished else None
