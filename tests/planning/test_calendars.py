"""Calendars on a grid: public holidays, days worked in their place, breaks, overtime."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.planning.calendars import grid_from, shift_of, without
from app.records.plant import Calendar

ZONE = ZoneInfo("Asia/Hong_Kong")
WEEK = tuple((weekday, 8 * 60, 17 * 60) for weekday in range(5))


def opened(calendar, first, days=1):
    """(day from the first, hour) of every open hour."""
    start = datetime.fromisoformat(first).replace(tzinfo=ZONE)
    grid = grid_from(start.astimezone(UTC), 60, days, ZONE)
    return [divmod(hour, 24) for low, high in shift_of(calendar, grid).open for hour in range(low, high)]


def test_a_day_off_is_closed_and_a_day_that_makes_up_for_it_has_a_mondays_hours():
    calendar = Calendar("c", (*WEEK[1:], (0, 9 * 60, 12 * 60)), ("2026-09-25",), work_days=("2026-09-20",))
    assert opened(calendar, "2026-09-25") == []  # Friday
    assert opened(calendar, "2026-09-20") == [(0, 9), (0, 10), (0, 11)]  # Sunday
    assert opened(calendar, "2026-09-27") == []  # another Sunday


def test_a_make_up_day_with_hours_of_its_own_has_those():
    calendar = Calendar("c", (*WEEK, (5, 8 * 60, 10 * 60)), work_days=("2026-10-10",))
    assert opened(calendar, "2026-10-10") == [(0, 8), (0, 9)]  # Saturday


def test_overtime_and_breaks_follow_the_day():
    calendar = Calendar(
        "c",
        WEEK,
        ("2026-09-25",),
        breaks=((0, 12 * 60, 13 * 60), (4, 12 * 60, 13 * 60)),
        overtime=((0, 17 * 60, 18 * 60), (4, 17 * 60, 18 * 60)),
        work_days=("2026-09-20",),
    )
    sunday = opened(calendar, "2026-09-20")
    assert [hour for _, hour in sunday] == [8, 9, 10, 11, 13, 14, 15, 16, 17]
    assert opened(calendar, "2026-09-25") == []


def test_part_slots_are_closed_and_a_break_takes_the_slots_that_it_touches():
    calendar = Calendar("c", ((0, 490, 1030),), breaks=((0, 721, 735),))
    grid = grid_from(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), 30, 1, ZONE)  # Monday 00:00
    assert shift_of(calendar, grid).open == ((17, 24), (25, 34))


def test_a_night_window_is_followed_over_the_change_of_the_clock():
    zone = ZoneInfo("Europe/Berlin")
    calendar = Calendar("c", ((6, 0, 6 * 60),))
    grid = grid_from(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 60, 1, zone)  # the day has 25 hours
    assert shift_of(calendar, grid).open == ((0, 7),)


WINDOWS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def slots(windows):
    return {slot for low, high in windows for slot in range(low, high)}


@given(WINDOWS, WINDOWS)
def test_taking_windows_out_of_windows_is_taking_slots_out_of_slots(windows, holes):
    left = without(windows, holes)
    assert slots(left) == slots(windows) - slots(holes)
    assert all(a[1] < b[0] for a, b in pairwise(left))


@given(st.integers(0, 13), st.integers(1, 60))
def test_open_and_closed_share_the_grid_and_overtime_is_open(day, slot_minutes):
    calendar = Calendar("c", WEEK, breaks=((2, 700, 760),), overtime=((2, 1000, 1100), (6, 480, 600)))
    start = datetime(2026, 11, 22, 16, 0, tzinfo=UTC) + timedelta(days=day)
    grid = grid_from(start, slot_minutes, 9, ZONE)
    shift = shift_of(calendar, grid)
    assert slots(shift.open) | slots(shift.closed) == set(range(grid.slots))
    assert not slots(shift.open) & slots(shift.closed)
    assert slots(shift.overtime) <= slots(shift.open)
