"""Marks on a chart's line of time: round in plant time, never too many, never outside."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.records.axis import days, is_clock, marks, moment, tick_of
from app.records.chart import A_MONDAY, Chart, colour, letter

HONG_KONG = Chart(
    "P-1", (), tick_s=60, origin=datetime(2026, 11, 22, 16, tzinfo=UTC), zone="Asia/Hong_Kong",
    calendar="dates", end=3 * 1440,
)  # fmt: skip


def test_marks_stand_on_round_plant_times_and_days_where_days_begin():
    found = marks(HONG_KONG, 0, 1440, 8)
    assert [(mark.at, mark.words) for mark in found] == [
        (0, "00"), (180, "03"), (360, "06"), (540, "09"),
        (720, "12"), (900, "15"), (1080, "18"), (1260, "21"),
    ]  # fmt: skip
    assert [mark.is_day for mark in found] == [True] + [False] * 7
    assert [mark.at for mark in days(HONG_KONG, 1, 3 * 1440)] == [1440, 2880]
    assert marks(HONG_KONG, 0, 60, 4)[1].words == "00:15"


def test_many_days_are_marked_every_week_or_so():
    assert [mark.at // 1440 for mark in marks(HONG_KONG, 0, 28 * 1440, 5)] == [0, 7, 14, 21]


def test_marks_stay_where_they_are_while_one_scrolls():
    found = [mark.at // 1440 for mark in marks(HONG_KONG, 3 * 1440, 31 * 1440, 5)]
    assert found == [7, 14, 21, 28]


def test_a_day_of_another_length_is_marked_where_it_begins():
    spring = Chart("P", (), tick_s=3600, origin=datetime(2026, 3, 28, 23, tzinfo=UTC), zone="Europe/Berlin",
                   calendar="dates")  # fmt: skip
    assert [mark.at for mark in days(spring, 0, 48)] == [0, 23, 47]


def test_where_time_is_only_counted_numbers_are_round_and_there_are_no_days():
    counted = Chart("la01", (), end=666)
    assert [mark.at for mark in marks(counted, 0, 666, 10)] == [0, 100, 200, 300, 400, 500, 600]
    assert marks(counted, 0, 666, 10)[1].words == "100"
    assert [mark.at for mark in marks(counted, -30, 31, 6)] == [-30, -20, -10, 0, 10, 20, 30]
    assert days(counted, 0, 666) == ()
    assert moment(counted, 5) is None
    assert not is_clock(Chart("x", (), calendar="days"))


def test_a_moment_and_its_tick():
    assert moment(HONG_KONG, 552).strftime("%a %H:%M") == "Mon 09:12"
    assert tick_of(HONG_KONG, datetime(2026, 11, 23, 1, 12, 59, tzinfo=UTC)) == 552
    assert A_MONDAY.weekday() == 0


@given(
    low=st.integers(-(10**6), 10**6),
    span=st.integers(1, 10**6),
    most=st.integers(1, 60),
    tick_s=st.sampled_from([0, 1, 60, 300, 3600]),
)
def test_marks_are_in_range_in_order_and_few(low, span, most, tick_s):
    chart = Chart("P", (), tick_s=tick_s, calendar="days", zone="UTC")
    found = [mark.at for mark in marks(chart, low, low + span, most)]
    assert all(low <= at < low + span for at in found)
    assert found == sorted(set(found))
    assert len(found) <= 3 * most + 2


def test_families_have_letters_and_colours_that_never_run_out():
    assert [letter(n) for n in (None, 0, 25, 26)] == ["-", "A", "Z", "#"]
    assert len({colour(n) for n in range(8)} | {colour(None)}) == 9
    assert colour(8) == colour(0)
