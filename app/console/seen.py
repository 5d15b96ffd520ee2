"""What the console knows: the latest of each view with its moment, and how it is to be read."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.console.cells import at_clock
from app.console.words import Words
from app.records.board import Cards, Messages, Overview, Standing
from app.records.chart import Chart
from app.records.kpi import KpiBoard
from app.records.satisfaction import SatisfactionBoard

LIMIT = timedelta(seconds=15)
"""Figures older than this are grey and carry a "?"."""


@dataclass(slots=True)
class Seen:
    """The console's memory. None is unknown; `site` "" is all sites; `lost_at` None is connected."""

    standing: Standing | None = None
    standing_at: datetime | None = None
    overview: Overview | None = None
    cards: Cards | None = None
    messages: Messages | None = None
    chart: Chart | None = None
    figures: KpiBoard | None = None
    satisfaction: SatisfactionBoard | None = None
    site: str = ""
    lost_at: datetime | None = None
    lost_why: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Plant time; UTC while unknown."""
        return ZoneInfo(self.standing.status.zone if self.standing else "UTC")

    @property
    def holder(self) -> str:
        """Who may write on this console, "" while it only reads."""
        return self.standing.holder if self.standing and self.lost_at is None else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One moment's way to say things: the words, the time, plant time, whether all is old."""

    words: Words
    now: datetime
    seen: Seen = field(repr=False)

    def clock(self, at: datetime) -> str:
        """Plant time, with the date when it is not today's."""
        return at_clock(at, self.now, self.seen.zone)

    def old(self, at: datetime | None) -> bool:
        """Whether figures of `at` must not be trusted any more."""
        return at is None or self.seen.lost_at is not None or self.now - at > LIMIT

    def as_of(self, at: datetime | None) -> str:
        """The age of a panel's figures, with a "?" beyond the limit."""
        if at is None:
            return self.words("never")
        zone = self.seen.zone
        text = self.words(
            "as_of", at=at.astimezone(zone).strftime("%H:%M:%S"), age=self.words.age(at, self.now)
        )
        return f"{text} ?" if self.old(at) else text

    def figure(self, number: int | None) -> str:
        """A count, or "?" where it is not known."""
        return "?" if number is None else str(number)

    def money(self, cny: float | None) -> str:
        """Yuan with two decimals, or "?"."""
        return "?" if cny is None else f"{cny:.2f}"
