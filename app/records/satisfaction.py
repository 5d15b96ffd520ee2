"""What people think of the answers: thumbs up and down, by meaning, by layer and by day.

The latest vote of each person on each answer counts, on the day that was answered, under the meaning
and the layer that the message was read as and by. Satisfaction is up / (up + down).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.records.reading import Intent, Layer


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """So many answers were delivered that can be voted on; so many latest votes for and against them."""

    answered: int = 0
    up: int = 0
    down: int = 0

    @property
    def share(self) -> float | None:
        """0..1, None without a vote."""
        votes = self.up + self.down
        return self.up / votes if votes else None

    def __add__(self, other: "Satisfaction") -> "Satisfaction":
        return Satisfaction(self.answered + other.answered, self.up + other.up, self.down + other.down)


@dataclass(frozen=True, slots=True)
class DaySatisfaction:
    """That of one day in plant time, one meaning and one layer."""

    day: date
    intent: Intent
    layer: Layer
    of: Satisfaction


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """A meaning or a layer, "" for all: together, and for each of the days, the earliest first."""

    name: str
    total: Satisfaction
    days: tuple[Satisfaction, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """A vote against an answer: `reasons` 1 unrelated, 2 incomplete, 3 wrong, 4 wrong analysis.

    `words` are what its voter wrote beside it, "" for nothing; `said` are the words that were answered.
    """

    decision: str
    at: datetime
    userid: str
    name: str
    intent: Intent
    layer: Layer
    reasons: tuple[int, ...] = ()
    words: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class SatisfactionBoard:
    """As of `at`; the first row of each is all together. The latest objections come first."""

    at: datetime
    days: tuple[date, ...]
    by_intent: tuple[SatisfactionRow, ...] = ()
    by_layer: tuple[SatisfactionRow, ...] = ()
    objections: tuple[Objection, ...] = ()


def days_of(first: date, last: date) -> tuple[date, ...]:
    """Every day from the first to the last."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def rows_of(
    found: Iterable[DaySatisfaction], days: Sequence[date], name: Callable[[DaySatisfaction], str]
) -> tuple[SatisfactionRow, ...]:
    """All together, then each name that was answered or voted on in these days, by name."""
    known = [each for each in found if each.day in set(days)]
    names = sorted({name(each) for each in known})
    return (_row("", known, days), *(_row(n, [e for e in known if name(e) == n], days) for n in names))


def _row(name: str, found: Sequence[DaySatisfaction], days: Sequence[date]) -> SatisfactionRow:
    by_day = tuple(_sum(each.of for each in found if each.day == day) for day in days)
    return SatisfactionRow(name, _sum(by_day), by_day)


def _sum(found: Iterable[Satisfaction]) -> Satisfaction:
    return sum(found, Satisfaction())
