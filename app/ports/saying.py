"""What must still be said, and the ways to say it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.records.card import Card
from app.records.decision import Decision
from app.records.media import Sending, Uploaded
from app.records.message import Channel
from app.records.picture import Sketch


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One answer or notice that waits to be delivered.

    `stream` is the id of the bubble to finish in place, "" for a push; `reply_to` the msgid it
    answers, "" for a notice. `doubtful` is True when an earlier attempt was written but never
    acknowledged: its outcome is unknown.

    `card` is sent in place of the text where it can be shown; in an answer to a click it is the card
    that was clicked, `task` its id even where the card is unknown, `code` what updates it. `file` is
    sent in place of the text, which is what is said where it cannot be.
    """

    id: int
    decision_id: str
    to: str
    group: bool
    text: str
    reply_to: str
    req_id: str
    stream: str
    attempts: int
    doubtful: bool
    channel: Channel = Channel.BOT
    task: str = ""
    code: str = field(default="", repr=False)
    card: Card | None = None
    file: Sending | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """It was written and acknowledged; `at` is when its last frame was written."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was said: seconds until there is room. `refused` when the other side asked for patience."""

    pause_s: float
    refused: bool = False


class Way(Protocol):
    """One channel out."""

    @property
    def is_ready(self) -> bool:
        """Whether anything can be written now."""

    async def send(self, row: Outgoing) -> Sent | Later:
        """Say it once; a busy other side is Later, and so is a full budget.

        Raises LinkDown when nothing was written, OutcomeUnknown when it may have been said,
        TurnedDown when it never can be.
        """

    def settles_s(self, row: Outgoing) -> float:
        """After so many seconds a row in doubt may be tried again without mistaking its outcome."""


class Painter(Protocol):
    """Draws pictures with the product's own font, beside the service."""

    def draws(self, sign: str) -> bool:
        """Whether its font has a character."""

    async def paint(self, sketch: Sketch) -> Sending | None:
        """The picture as a file of the media folder; None where there is none. Never raises."""


class UploadBook(Protocol):
    """What WeCom holds for us, by what it is; what a call returned is on the disk."""

    async def uploaded(self, file: Sending) -> Uploaded | None:
        """What was last kept of a file, though it may have ended; None when it was never uploaded whole."""

    async def keep_uploaded(self, file: Sending, uploaded: Uploaded) -> None:
        """Keep what a file can be sent by, in place of what was kept before."""


class Outbox(Protocol):
    """The queue of what must still be said; survives a crash."""

    async def due(self, limit: int, channels: Collection[Channel] = tuple(Channel)) -> tuple[Outgoing, ...]:
        """What may be sent now by these channels, oldest first, at most one per conversation."""

    async def behind(self, row: Outgoing, limit: int) -> tuple[Outgoing, ...]:
        """What waits behind a row for the same conversation, oldest first."""

    async def claim(self, outgoing_id: int) -> None:
        """Note, durably, that an attempt is about to be written to the wire.

        Raises NotWaiting for a row that does not wait, with nothing changed: it is somebody else's.
        """

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        """It was acknowledged; `at` is when its last frame was written."""

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        """Try again later."""

    async def given_up(self, outgoing_id: int, reason: str) -> None:
        """It can never be delivered; it shows as undelivered."""


class Bubble(Protocol):
    """The sender's open answer: shown at once, replaced in place; best effort, never raises."""

    async def open(self, decision: Decision, text: str) -> None: ...
    async def refresh(self, decision: Decision, text: str) -> None: ...
