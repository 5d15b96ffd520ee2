"""What the store tells about messages as a whole: a decision with the end its sender got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.records.decision import Decision
from app.records.media import MediaLink


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision and its answer.

    `reply` is the latest text for the sender, "" before any. `sent_at` is when the last frame of
    the first final answer was written and acknowledged, None before that. `undelivered` is True
    when it was given up. `media` is what came with the message.
    """

    decision: Decision
    reply: str = ""
    sent_at: datetime | None = None
    undelivered: bool = False
    media: tuple[MediaLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What walking the audit chain found. `first_bad` is a row's number, None when all hold."""

    rows: int
    head: str
    first_bad: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the chain holds."""
        return not self.reason

    @property
    def sentence(self) -> str:
        """For people: how many rows, the head, or what is wrong where."""
        if self.ok:
            return f"verified, {self.rows} rows, head {self.head[:16]}"
        where = f"row {self.first_bad}: " if self.first_bad is not None else ""
        return f"broken: {where}{self.reason}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the store holds; `stages` counts decisions by stage, stages without any are absent.

    `unsent` answers and notices wait or are on their way, `undelivered` ones were given up.
    """

    messages: int
    stages: Mapping[str, int]
    unsent: int
    undelivered: int
    audit_rows: int


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job's latest run: outcome "ok" or the error's code; `missed` times passed while nothing ran."""

    name: str
    last_run: datetime
    outcome: str
    missed: int
    next_due: datetime | None = None
