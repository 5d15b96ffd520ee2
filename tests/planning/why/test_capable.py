"""Whether one more order can be done by a date, in shops where the answer is known."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.check import check
from app.planning.dispatch import EDD, dispatch
from app.planning.solve import solve
from app.planning.why.capable import capable, without_last
from app.planning.why.scene import Scene
from app.planning.why.trials import Budget, drive
from app.records.scheduling import Before, Fixed, Job, Problem, Resource, Schedule, Slot, Task

PLENTY = Budget(60.0, 1.0, 50)
A = Job("A", (Task(((0, 4),)),), due=6)
B = Job("B", (Task(((0, 2),)),), due=20)
NEW = Job("NEW", (Task(((0, 3),)),))


def problem(*jobs, **changes) -> Problem:
    return Problem("t", "total_weighted_tardiness", (Resource("P-0"),), jobs, unit_s=3600, **changes)


PRESENT = (Slot(0, 0, 0, 0, 4), Slot(1, 0, 0, 4, 6))


def test_yes_and_when_with_an_order_moved_that_has_time(solve_exactly):
    """A must end by 6: the new one goes between A and B, and B moves by three units to 7."""
    found = drive(capable(problem(A, B, NEW), 8, PRESENT), solve_exactly, PLENTY)
    assert (found.finish, found.alone, found.on_time, found.slips, found.moved) == (7, 3, True, None, 1)
    assert found.promise is not None
    assert found.promise.machines == ((0, 3),)


def test_no_and_when_then_and_who_would_have_to_wait(solve_exactly):
    """By 4 only before A, which then ends one unit after its date."""
    found = drive(capable(problem(A, B, NEW), 4, PRESENT), solve_exactly, PLENTY)
    assert (found.finish, found.on_time, found.slips) == (7, False, ((0, 1),))


def test_what_even_an_empty_shop_could_not_do_is_not_tried(solve_exactly):
    asked = []

    def counting(each, limit_s):
        asked.append(each)
        return solve_exactly(each)

    found = drive(capable(problem(A, B, NEW), 2, PRESENT), counting, PLENTY)
    assert (found.finish, found.on_time, found.slips, found.alone, len(asked)) == (7, False, None, 3, 1)


def test_an_order_that_is_late_already_must_not_get_later(solve_exactly):
    late = replace(A, due=1)
    found = drive(capable(problem(late, B, NEW), None, PRESENT), solve_exactly, PLENTY)
    assert (found.finish, found.on_time) == (7, True)


def test_without_a_plan_one_is_made_of_the_others_first(solve_exactly):
    asked = []

    def noting(each, _):
        asked.append(len(each.jobs))
        return solve_exactly(each)

    found = drive(capable(problem(A, B, NEW), 8), noting, PLENTY)
    assert (asked, found.finish) == ([2, 3], 7)


def test_with_nothing_else_to_do(solve_exactly):
    found = drive(capable(problem(NEW), 8), solve_exactly, PLENTY)
    assert (found.finish, found.moved) == (3, 0)


@pytest.mark.parametrize("answer", [None, Schedule("none", 0, (), "x")])
def test_a_solver_that_finds_nothing_is_no_yes(answer):
    for present in (PRESENT, ()):
        found = drive(capable(problem(A, B, NEW), 8, present), lambda _, __: answer, PLENTY)
        assert (found.finish, found.on_time, found.slips) == (None, False, None)


def test_what_the_solver_says_is_not_believed_unchecked():
    liar = Schedule("optimal", 0, (*PRESENT, Slot(2, 0, 0, 0, 3)), "liar")
    assert drive(capable(problem(A, B, NEW), 8, PRESENT), lambda _, __: liar, PLENTY).finish is None
    thief = Schedule("optimal", 0, (Slot(0, 0, 0, 3, 7), Slot(1, 0, 0, 7, 9), Slot(2, 0, 0, 0, 3)), "thief")
    assert drive(capable(problem(A, B, NEW), 8, PRESENT), lambda _, __: thief, PLENTY).finish is None


def test_the_problem_without_its_last_job_is_whole():
    size = range(3)
    full = problem(
        A, B, NEW,
        fixed=(Fixed(0, 0, 0, 0, 4), Fixed(2, 0, 0, 9, 12)), before=(Before(0, 0, 2, 0), Before(0, 0, 1, 0)),
        job_setup=(tuple(tuple(3 * a + b for b in size) for a in size),),
        task_setup=(tuple(tuple(3 * a + b for b in size) for a in size),),
    )  # fmt: skip
    rest = without_last(full)
    assert (rest.jobs, rest.fixed, rest.before) == ((A, B), (full.fixed[0],), (full.before[1],))
    assert rest.job_setup == rest.task_setup == (((0, 1), (3, 4)),)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_whatever_is_promised_takes_nothing_from_anybody(small_plant, seed):
    whole = small_plant(seed)
    made = dispatch(without_last(whole), (EDD,))
    if made.status == "none":
        return
    plans = []

    def noting(each, limit_s):
        plans.append(solve(each, limit_s, 1))
        return plans[-1]

    found = drive(capable(whole, None, made.slots), noting, Budget(2.0, 0.1, 4))
    if found.finish is None:
        return
    before, after = Scene(without_last(whole), made.slots), Scene(whole, plans[-1].slots)
    assert check(whole, plans[-1].slots) == ()
    assert after.ends[len(whole.jobs) - 1] == found.finish
    for job, end in before.ends.items():
        due = whole.jobs[job].due
        assert due is None or after.ends[job] <= max(due, end)
