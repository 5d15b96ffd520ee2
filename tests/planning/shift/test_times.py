"""Which shift a report speaks of, in plants that work by day, by night, in turns, and without end."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.shift.times import SETTLED, day_at, ended_shift, shift_at, shifts
from app.records.plant import Calendar

ZONE = ZoneInfo("Asia/Hong_Kong")
WEEK = range(7)
DAY = Calendar("day", tuple((d, 480, 1200) for d in range(6)), breaks=tuple((d, 750, 795) for d in range(6)),
               overtime=tuple((d, 1200, 1290) for d in range(5)))  # fmt: skip
NIGHT = Calendar("night", tuple(w for d in WEEK for w in ((d, 1200, 1440), (d, 0, 480))))
TURNS = Calendar("turns", tuple(w for d in WEEK for w in ((d, 480, 1200), (d, 1200, 1440), (d, 0, 480))))
ALWAYS = Calendar("always", tuple((d, 0, 1440) for d in WEEK))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in the plant; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "now", "low", "high"),
    [
        (DAY, at(23, 10), at(23, 8), at(23, 10)),
        (DAY, at(23, 8, 30), at(21, 8), at(21, 20)),  # the first hour: Saturday's, over Sunday
        (DAY, at(23, 13), at(23, 8), at(23, 13)),  # its break is part of it
        (DAY, at(23, 23), at(23, 8), at(23, 21, 30)),  # with its overtime
        (NIGHT, at(24, 3), at(23, 20), at(24, 3)),
        (NIGHT, at(24, 12), at(23, 20), at(24, 8)),
        (TURNS, at(24, 8, 5), at(23, 20), at(24, 8)),
        (TURNS, at(24, 9, 5), at(24, 8), at(24, 9, 5)),
        (TURNS, at(24, 20, 5), at(24, 8), at(24, 20)),
        (ALWAYS, at(24, 15), at(24, 0), at(24, 15)),
        (ALWAYS, at(24, 0, 10), at(23, 0), at(24, 0)),
        (Calendar("never", ()), at(24, 15), at(23, 15), at(24, 15)),
        (None, at(24, 15), at(23, 15), at(24, 15)),
    ],
)
def test_the_shift_to_report_on(calendar, now, low, high):
    assert shift_at(calendar, now, ZONE) == (low, high)


@pytest.mark.parametrize(
    ("calendar", "now", "low", "high"),
    [
        (DAY, at(23, 21, 30), at(23, 8), at(23, 21, 30)),
        (DAY, at(23, 21, 29), at(21, 8), at(21, 20)),
        (TURNS, at(24, 8), at(23, 20), at(24, 8)),
        (ALWAYS, at(24, 0), at(23, 0), at(24, 0)),
    ],
)
def test_the_shift_that_ended_last(calendar, now, low, high):
    assert ended_shift(calendar, now, ZONE) == (low, high)


def test_no_shift_ends_where_none_is_known():
    assert ended_shift(None, at(23, 8), ZONE) is None
    assert ended_shift(Calendar("never", ()), at(23, 8), ZONE) is None


def test_the_day_so_far_begins_at_midnight_of_plant_time():
    assert day_at(at(23, 7), ZONE) == (at(23, 0), at(23, 7))


@given(st.sampled_from([DAY, NIGHT, TURNS, ALWAYS]), st.integers(0, 60 * 24 * 14))
def test_shifts_never_overlap_and_the_reported_one_has_settled(calendar, minutes):
    now = at(10, 0) + timedelta(minutes=minutes)
    found = list(shifts(calendar, now, ZONE))
    assert all(later[0] >= earlier[1] for later, earlier in pairwise(found))
    low, high = shift_at(calendar, now, ZONE)
    assert low + SETTLED <= now
    assert low < high <= now
