"""A schedule becomes a chart: bars, changeovers, lateness, load, and what cannot be drawn."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.dispatch import dispatch
from app.planning.gantt.lanes import load, side_by_side
from app.planning.gantt.of_schedule import Told, chart_of_schedule
from app.records.chart import Bar
from app.records.errors import FileWrong
from app.records.scheduling import Fixed, Job, Problem, Resource, Schedule, Slot, Task

MATRIX = ((0, 2), (3, 0))
PROBLEM = Problem(
    name="two",
    objective="total_weighted_tardiness",
    resources=(
        Resource("M0", 0, "cut", closed=((8, 12),), busy_until=1, mounted=1),
        Resource("M1", 1, "cut"),
    ),
    jobs=(
        Job("J0", (Task(((0, 4),), 0), Task(((1, 2),), 0)), due=20),
        Job("J1", (Task(((0, 3),), 1),), due=10, weight=2),
    ),
    unit_s=3600,
    family_setup={"cut": MATRIX},
    fixed=(Fixed(0, 0, 0, 4, 8),),
)
SLOTS = (Slot(0, 0, 0, 4, 8), Slot(1, 0, 0, 12, 15), Slot(0, 1, 1, 9, 11))
SCHEDULE = Schedule("feasible", 10, SLOTS, "solver")


def chart(problem=PROBLEM, slots=SLOTS, told=Told(places=("A", "B"))):
    return chart_of_schedule(problem, replace(SCHEDULE, slots=slots), told)


def test_bars_with_their_changeovers_and_what_they_are():
    first, second = chart().rows
    assert (first.machine, first.facility, first.closed) == ("M0", "A", ((8, 12),))
    assert first.bars == (
        Bar("J0", 0, 4, 8, family=0, kind="frozen", setup=3),
        Bar("J1", 0, 12, 15, family=1, late=True, last=True, setup=2),
    )
    assert second.bars == (Bar("J0", 1, 9, 11, family=0, last=True),)


def test_orders_with_lateness_and_the_plan_in_figures():
    found = chart()
    assert [(o.order, o.due, o.end, o.late) for o in found.orders] == [("J0", 20, 11, 0), ("J1", 10, 15, 5)]
    assert [order.order for order in found.late] == ["J1"]
    assert (found.end, found.operations, found.value) == (15, 3, 10)
    assert (found.families, found.broken) == (("0", "1"), 0)


def test_load_is_work_and_changeover_in_open_time():
    # M0 is open for 11 of 15: 4 + 3 work, 3 set up before J0; the changeover before J1 lies in closed time.
    assert chart().rows[0].load == pytest.approx(10 / 11)
    assert chart().rows[1].load == pytest.approx(2 / 15)
    assert load((), ((0, 10),), 0, 10) is None
    assert load((), (), 5, 5) is None


def test_a_plan_that_is_not_legal_is_drawn_and_said_to_be_so():
    assert chart(slots=(Slot(0, 0, 0, 0, 4), *SLOTS[1:])).broken > 0


def test_what_runs_together_lies_side_by_side():
    bars = side_by_side([Bar("c", 0, 5, 9), Bar("a", 0, 0, 5), Bar("b", 0, 0, 5), Bar("d", 0, 5, 9)])
    assert [(bar.order, bar.lane) for bar in bars] == [("a", 0), ("b", 1), ("c", 0), ("d", 1)]


@pytest.mark.parametrize(
    ("told", "unit_s", "calendar", "weekday_hour"),
    [
        ("Monday 00:00", 300, "week", (0, 0)),
        ("Wednesday 06:00", 300, "week", (2, 6)),
        ("", 300, "days", (0, 0)),
        ("once upon a time", 300, "days", (0, 0)),
        ("Monday 00:00", 0, "none", (0, 0)),
    ],
)
def test_time_zero_is_read_where_it_is_told(told, unit_s, calendar, weekday_hour):
    found = chart(replace(PROBLEM, unit_s=unit_s), told=Told(time_zero=told))
    assert (found.calendar, (found.origin.weekday(), found.origin.hour)) == (calendar, weekday_hour)


def test_time_beyond_twenty_years_is_only_counted():
    assert chart(slots=(Slot(0, 0, 0, 4, 200_000),)).calendar == "none"


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        (Slot(9, 0, 0, 0, 1), r"assignments\[0\]: the problem has no job 9"),
        (Slot(-1, 0, 0, 0, 1), "no job -1"),
        (Slot(1, 3, 0, 0, 1), "job 1 has no operation 3"),
        (Slot(0, 0, 7, 0, 1), "there is no machine 7"),
        (Slot(0, 0, 0, 5, 1), "from 5 to 1 cannot be drawn"),
        (Slot(0, 0, 0, 0, 10**30), "cannot be drawn"),
    ],
)
def test_what_the_problem_has_not_is_named(slot, said):
    with pytest.raises(FileWrong, match=said):
        chart(slots=(slot,))


def test_an_empty_plan_is_an_empty_chart():
    found = chart(slots=())
    assert (found.end, found.operations, found.late) == (0, 0, ())
    assert found.rows[0].load is None


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_every_operation_is_one_bar_and_changeovers_never_cover_work(small_plant, seed):
    problem = small_plant(seed)
    schedule = dispatch(problem)
    found = chart_of_schedule(problem, schedule)
    assert found.operations == len(schedule.slots)
    assert found.broken == 0
    for row in found.rows:
        for before, after in zip(row.bars, row.bars[1:], strict=False):
            assert before.end <= after.start - after.setup
        assert row.load is None or 0 <= row.load <= 1
