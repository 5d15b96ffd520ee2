"""What the gateway double has received, as the phones would show it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime


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
    """One message that answered nothing; `chat_type` 0 means that it was left out."""

    at: datetime
    to: str
    chat_type: int
    msgtype: str
    content: str
    feedback: str


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

    def answer(self, msgid: str) -> str | None:
        """The latest finished answer to a message, or None."""
        finished = [b.content for b in self.bubbles.get(msgid, []) if b.finished]
        return finished[-1] if finished else None
