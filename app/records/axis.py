"""Where a chart's line of time is marked, and what plant time stands there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.records.chart import Chart

_DAY_MIN = 1440
_STEPS_MIN = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720)
_STEPS_DAYS = (1, 2, 7, 14, 28, 91, 364)


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked time; `local` is plant time there, None where time is only counted."""

    at: int
    local: datetime | None

    @property
    def is_day(self) -> bool:
        """Whether a day begins here."""
        return self.local is not None and self.local.time() == time()

    @property
    def words(self) -> str:
        """The hour, with minutes where it is not full; or the number."""
        if self.local is None:
            return str(self.at)
        return f"{self.local:%H:%M}" if self.local.minute else f"{self.local:%H}"


def is_clock(chart: Chart) -> bool:
    """Whether the chart's time can be read as days and hours."""
    return chart.calendar != "none" and chart.tick_s > 0


def moment(chart: Chart, at: int) -> datetime | None:
    """Plant time of a tick; None where time is only counted."""
    if not is_clock(chart):
        return None
    utc = chart.origin + timedelta(seconds=at * chart.tick_s)
    return utc.astimezone(ZoneInfo(chart.zone))


def tick_of(chart: Chart, at: datetime) -> int:
    """The tick that holds a moment."""
    return int((at - chart.origin).total_seconds() // (chart.tick_s or 1))


def marks(chart: Chart, low: int, high: int, most: int) -> tuple[Mark, ...]:
    """At most about `most` evenly spread marks in low..high: round plant times, or round numbers."""
    room = max(1, (high - low) // max(1, most))
    if not is_clock(chart):
        step = _round_number(room)
        return tuple(Mark(at, None) for at in range(-(-low // step) * step, high, step))
    return tuple(_clock_marks(chart, low, high, room * chart.tick_s / 60))


def days(chart: Chart, low: int, high: int) -> tuple[Mark, ...]:
    """Where days begin in low..high; every one, or fewer where there are more than a hundred."""
    if not is_clock(chart):
        return ()
    span_min = (high - low) * chart.tick_s / 60
    return tuple(_clock_marks(chart, low, high, max(_DAY_MIN, span_min / 100)))


def _round_number(room: int) -> int:
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= room:
                return step * factor
        step *= 10


def _clock_marks(chart: Chart, low: int, high: int, room_min: float) -> Iterator[Mark]:
    """Marks at round times of each day that is marked."""
    in_day = next((step for step in _STEPS_MIN if step >= room_min), _DAY_MIN)
    stride = next((n for n in _STEPS_DAYS if n * _DAY_MIN >= room_min), int(room_min // _DAY_MIN) + 1)
    first = moment(chart, low)
    last = moment(chart, high)
    if first is None or last is None:
        return
    day = date.fromordinal((first.date().toordinal() - 1) // stride * stride + 1)  # weeks from Monday
    while day <= last.date():
        midnight = datetime.combine(day, time())
        for minute in range(0, _DAY_MIN, in_day):
            local = (midnight + timedelta(minutes=minute)).replace(tzinfo=first.tzinfo)
            at = tick_of(chart, local.astimezone(UTC))
            if low <= at < high:
                yield Mark(at, local)
        day += timedelta(days=stride)
