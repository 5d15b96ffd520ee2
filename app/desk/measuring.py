"""Key figures counted by the clock: of today while it goes on, and at night of the days before once more."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from app.planning.kpi import gather, measure
from app.ports import Book, Clock, Facts, Observation, Store
from app.records.action import PublishPlan
from app.records.decision import Acted, Approved, Undone
from app.records.kpi import DayFigures, Kpi

EVERY = timedelta(minutes=15)
"""How old today's figures may grow."""

AGAIN = 7
"""So many days before today are counted again at night: what was due may have been finished since."""

_OF_MACHINES = frozenset(
    {Kpi.UTILISATION, Kpi.SETUP_SHARE, Kpi.CHANGEOVERS, Kpi.CHANGEOVER_TIME, Kpi.OVERTIME}
)


class Measuring:
    """Counts and keeps figures; may be run at any time and as often as one likes.

    `tell` hears of today's; `changeover_min` are the minutes of one that the plant does not name.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        changeover_min: int,
        tell: Callable[[Sequence[DayFigures]], None],
    ) -> None:
        self._store, self._clock, self._zone, self._tell = store, clock, zone, tell
        self._changeover_min = changeover_min
        self._plans = 0  # how often a plan came into force or went out of it
        self._counted: tuple[int, datetime] | None = None

    def observe(self, seen: Observation) -> None:
        """A plan that came into force or went out of it has today counted anew the next time."""
        approved = seen.decision.last(Approved)
        if isinstance(seen.step, Acted | Undone) and approved and isinstance(approved.action, PublishPlan):
            self._plans += 1

    async def keep_up(self) -> None:
        """Count today, when a plan was published or the figures have grown old."""
        plans, now = self._plans, self._clock()
        if self._counted is None or self._counted[0] != plans or now - self._counted[1] >= EVERY:
            await self._count([self._today(now)])
            self._counted = plans, now

    async def close_days(self) -> None:
        """Count the days before today, then today.

        Of days before yesterday the figures of machines stay as they are: how machines stood is
        known only while it is so.
        """
        today = self._today(self._clock())
        await self._count([today - timedelta(days=n) for n in range(AGAIN, -1, -1)])

    def _today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    async def _count(self, days: Sequence[date]) -> None:
        figures: Sequence[DayFigures] = ()
        for day in days:
            figures = await self._store.read(partial(self._look, day))
            await self._store.write(partial(_keep, figures))
        self._tell(figures)

    def _look(self, day: date, facts: Facts) -> Sequence[DayFigures]:
        now = self._clock()
        counted = measure(gather(facts, day, now, self._zone, self._changeover_min))
        fresh = [DayFigures(facility, day, now, figures) for facility, figures in counted.items()]
        if self._today(now) - day <= timedelta(days=1):
            return fresh
        kept = {had.facility: had for had in facts.figures(day) if had.day == day}
        return [_with_machines_of(each, kept.get(each.facility)) for each in fresh]


def _with_machines_of(fresh: DayFigures, had: DayFigures | None) -> DayFigures:
    if had is None:
        return fresh
    others = (figure for figure in fresh.figures if figure.kpi not in _OF_MACHINES)
    machines = (figure for figure in had.figures if figure.kpi in _OF_MACHINES)
    return replace(fresh, figures=(*others, *machines))


def _keep(figures: Sequence[DayFigures], book: Book) -> None:
    book.keep_figures(figures)
