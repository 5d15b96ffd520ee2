"""Which shift a report speaks of: the one that runs, or in its first hour the one before."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.planning.calendars import Grid, shift_of
from app.planning.kpi.spans import Span, joined
from app.records.plant import Calendar

SETTLED = timedelta(hours=1)
"""A shift that has run for less is not reported on: who asks means the one before."""

_MINUTE = timedelta(minutes=1)
_LOOKED_BACK_DAYS = 8
_WHOLE_DAY = timedelta(days=1)


def shifts(calendar: Calendar, now: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """The calendar's shifts that began in the last eight days, latest first.

    A shift is a window of its week with its breaks and the overtime that follows it; windows that
    go on over midnight are one. Where work never stops, each day of plant time is one.
    """
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=n) for n in range(_LOOKED_BACK_DAYS)):
        for low, high in sorted(_of_day(calendar, day, zone), reverse=True):
            if low <= now:
                yield low, high


def shift_at(calendar: Calendar | None, now: datetime, zone: ZoneInfo) -> Span:
    """The shift to report on now; the last day where the calendar knows none."""
    if calendar is not None:
        for low, high in shifts(calendar, now, zone):
            if now - low >= SETTLED:
                return low, min(high, now)
    return now - _WHOLE_DAY, now


def day_at(now: datetime, zone: ZoneInfo) -> Span:
    """The day of plant time so far."""
    return _midnight(now.astimezone(zone).date(), zone), now


def ended_shift(calendar: Calendar | None, now: datetime, zone: ZoneInfo) -> Span | None:
    """The shift that ended last, None where none is known."""
    if calendar is None:
        return None
    return next((span for span in shifts(calendar, now, zone) if span[1] <= now), None)


def _of_day(calendar: Calendar, day: date, zone: ZoneInfo) -> Iterator[Span]:
    """The shifts that begin on a day."""
    around = [day + timedelta(days=n) for n in (-1, 0, 1)]
    midnights = [_midnight(each, zone) for each in (*around, day + timedelta(days=2))]
    changes = _changes(calendar)
    for low, high in _open(calendar, around, zone):
        inner = [_clock(each, n, zone) for each in around for n in changes]
        inner = inner or (midnights if high - low > _WHOLE_DAY else [])
        cuts = [low, *sorted(at for at in inner if low < at < high), high]
        yield from ((a, b) for a, b in pairwise(cuts) if midnights[1] <= a < midnights[2])


def _changes(calendar: Calendar) -> frozenset[int]:
    """Minutes of the day at which one window ends and another begins; midnight splits, it changes nothing."""
    begins, ends = {a for _, a, _ in calendar.windows}, {b for _, _, b in calendar.windows}
    return frozenset(begins & ends) - {0, 1440}


def _open(calendar: Calendar, around: Sequence[date], zone: ZoneInfo) -> tuple[Span, ...]:
    """When there is work on these days, breaks counted as work."""
    low = _midnight(around[0], zone)
    shift = shift_of(calendar, Grid(low, _MINUTE, len(around) * 1440, zone))
    work = joined((low + a * _MINUTE, low + b * _MINUTE) for a, b in shift.open)
    pauses = [
        (_clock(each, a, zone), _clock(each, b, zone))
        for each in around
        for weekday, a, b in calendar.breaks
        if weekday == each.weekday()
    ]
    return joined([*work, *(p for p in pauses if any(a <= p[0] <= b for a, b in work))])


def _clock(day: date, minute: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
