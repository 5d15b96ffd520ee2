"""Shift calendars and stops of machines as closed windows on a grid of slots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from app.planning.hours import Window, merged
from app.records.floor import Downtime
from app.records.plant import Calendar, Machine, MachineState

UNKNOWN_STOP = timedelta(hours=24)
"""How long a stop is taken to last when nobody knows, or when its expected end has passed."""

_MONDAY = 0

Week = tuple[tuple[int, int, int], ...]
"""(weekday, start minute, end minute) in plant time."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots of equal length from `origin`; `slots` of them are looked at; weeks are in plant time."""

    origin: datetime
    slot: timedelta
    slots: int
    zone: ZoneInfo

    def floor(self, at: datetime) -> int:
        """The slot that holds a moment; below 0 before the origin."""
        return (at - self.origin) // self.slot

    def ceil(self, at: datetime) -> int:
        """The first slot that begins at a moment or later."""
        return -((self.origin - at) // self.slot)

    def work(self, minutes: float) -> int:
        """Slots that hold so many minutes, at least 1."""
        return max(1, self.span(minutes))

    def span(self, minutes: float) -> int:
        """Slots that hold so many minutes, 0 for none."""
        return ceil(timedelta(minutes=minutes) / self.slot)

    def within(self, start: datetime, end: datetime) -> Window:
        """The slots that a time touches, from the origin on; empty (low >= high) when it has passed."""
        return max(0, self.floor(start)), self.ceil(end)


def grid_from(now: datetime, slot_minutes: int, days: int, zone: ZoneInfo) -> Grid:
    """A grid whose origin is the first full slot of the clock at `now` or later."""
    slot = timedelta(minutes=slot_minutes)
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    origin = epoch - ((epoch - now.astimezone(UTC)) // slot) * slot
    return Grid(origin, slot, timedelta(days=days) // slot, zone)


@dataclass(frozen=True, slots=True)
class Shift:
    """A calendar on a grid: when it is open, overtime included; when not; when by overtime alone."""

    open: tuple[Window, ...]
    closed: tuple[Window, ...]
    overtime: tuple[Window, ...]


def shift_of(calendar: Calendar, grid: Grid) -> Shift:
    """A calendar within the grid; part slots count as closed."""
    days = _days(calendar, grid)
    breaks = _windows(calendar.breaks, days, grid, outward=True)
    ordinary = without(_windows(calendar.windows, days, grid), breaks)
    extra = _windows(calendar.overtime, days, grid)
    opened = merged([*ordinary, *extra])
    return Shift(opened, without([(0, grid.slots)], opened), without(extra, ordinary))


def without(windows: Iterable[Window], holes: Iterable[Window]) -> tuple[Window, ...]:
    """What is left of windows when others are taken out."""
    left: list[Window] = []
    gaps, at = merged(holes), 0
    for low, high in merged(windows):
        while at < len(gaps) and gaps[at][1] <= low:
            at += 1
        reached, k = low, at
        while k < len(gaps) and gaps[k][0] < high:
            left.append((reached, gaps[k][0]))
            reached, k = gaps[k][1], k + 1
        left.append((reached, high))
    return merged(left)


Days = Mapping[int, Sequence[datetime]]
"""The midnights, in wall time, of the days that have a weekday's hours."""


def _days(calendar: Calendar, grid: Grid) -> Days:
    found: dict[int, list[datetime]] = {}
    day = grid.origin.astimezone(grid.zone).date() - timedelta(days=1)
    last = (grid.origin + grid.slots * grid.slot).astimezone(grid.zone).date()
    while day <= last:
        weekday = _weekday(calendar, day)
        if weekday is not None:
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time, zoned below
            found.setdefault(weekday, []).append(midnight)
        day += timedelta(days=1)
    return found


def _windows(week: Week, days: Days, grid: Grid, *, outward: bool = False) -> tuple[Window, ...]:
    """A week's windows on every day of the grid; part slots belong to them where `outward`."""
    found = []
    for weekday, start, end in week:
        for midnight in days.get(weekday, ()):
            low, high = _zoned(midnight, start, grid.zone), _zoned(midnight, end, grid.zone)
            slots = (grid.floor(low), grid.ceil(high)) if outward else (grid.ceil(low), grid.floor(high))
            found.append((max(0, slots[0]), min(grid.slots, slots[1])))
    return merged(found)


def _zoned(midnight: datetime, minute: int, zone: ZoneInfo) -> datetime:
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def _weekday(calendar: Calendar, day: date) -> int | None:
    """Whose hours a day has: its own weekday's, a Monday's where it makes up for a holiday; None: off."""
    named = day.isoformat()
    if named in calendar.days_off:
        return None
    works = any(weekday == day.weekday() for weekday, _, _ in calendar.windows)
    return _MONDAY if named in calendar.work_days and not works else day.weekday()


def stop_of(machine: Machine, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when a machine stands still; None when it does not."""
    if machine.state not in {MachineState.DOWN, MachineState.MAINTENANCE}:
        return None
    start = max(machine.since, now)
    end = machine.until if machine.until and machine.until > now else start + UNKNOWN_STOP
    return (start, end) if start < end else None


def machine_hours(
    machine: Machine, shift: Shift | None, grid: Grid, now: datetime, planned: Iterable[Downtime] = ()
) -> tuple[Window, ...]:
    """A machine's closed windows: its shift's, its stop, and its part of the `planned` stops.

    Without a shift it is always open.
    """
    stop = stop_of(machine, now)
    stops = [(each.start, each.end) for each in planned if each.machine == machine.code]
    windows = [grid.within(*each) for each in (*stops, *([stop] if stop else []))]
    return merged([*(shift.closed if shift else ()), *windows])
