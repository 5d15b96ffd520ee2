"""Shift calendars and stops of machines as closed windows on a grid of slots."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.hours import Window, merged
from app.records.plant import Calendar, Machine, MachineState

UNKNOWN_STOP = timedelta(hours=24)
"""How long a stop is taken to last when nobody knows, or when its expected end has passed."""


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
        return max(1, -(-timedelta(minutes=minutes) // self.slot))


def grid_from(now: datetime, slot_minutes: int, days: int, zone: ZoneInfo) -> Grid:
    """A grid whose origin is the first full slot of the clock at `now` or later."""
    slot = timedelta(minutes=slot_minutes)
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    origin = epoch - ((epoch - now.astimezone(UTC)) // slot) * slot
    return Grid(origin, slot, timedelta(days=days) // slot, zone)


def closed_windows(calendar: Calendar | None, grid: Grid) -> tuple[Window, ...]:
    """When a calendar is closed within the grid; None never is. Part slots count as closed."""
    if calendar is None:
        return ()
    closed: list[Window] = []
    reached = 0
    for low, high in merged(_open(calendar, grid)):
        closed.append((reached, low))
        reached = high
    return merged([*closed, (reached, grid.slots)])


def _open(calendar: Calendar, grid: Grid) -> Iterator[Window]:
    day = grid.origin.astimezone(grid.zone).date() - timedelta(days=1)
    last = (grid.origin + grid.slots * grid.slot).astimezone(grid.zone).date()
    while day <= last:
        if day.isoformat() not in calendar.days_off:
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time, zoned below
            for weekday, start, end in calendar.windows:
                if weekday == day.weekday():
                    low, high = (
                        (midnight + timedelta(minutes=m)).replace(tzinfo=grid.zone).astimezone(UTC)
                        for m in (start, end)
                    )
                    yield max(0, grid.ceil(low)), min(grid.slots, grid.floor(high))
        day += timedelta(days=1)


def stop_of(machine: Machine, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when a machine stands still; None when it does not."""
    if machine.state not in {MachineState.DOWN, MachineState.MAINTENANCE}:
        return None
    start = max(machine.since, now)
    end = machine.until if machine.until and machine.until > now else start + UNKNOWN_STOP
    return (start, end) if start < end else None


def machine_hours(
    machine: Machine, calendar: Calendar | None, grid: Grid, now: datetime
) -> tuple[Window, ...]:
    """A machine's closed windows: its calendar's, and its stop."""
    closed = closed_windows(calendar, grid)
    stop = stop_of(machine, now)
    if stop is None:
        return closed
    return merged([*closed, (max(0, grid.floor(stop[0])), grid.ceil(stop[1]))])
