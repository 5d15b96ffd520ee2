"""The plan in force is made legal again with few moves, whatever breaks; what is fixed stays."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.planning.check import check
from app.planning.costs import costs
from app.planning.dispatch import EDD, dispatch
from app.planning.hours import merged
from app.planning.relaxing import Released, relax
from app.planning.repair import repair
from app.records.scheduling import Before, Fixed, Job, Problem, Resource, Task
from tests.planning.problems import problems, random_problem

SEEDS = st.integers(0, 1_000_000)


def planned(problem: Problem) -> Problem:
    """With a whole legal plan in force, apart from what is fixed."""
    made = dispatch(problem, (EDD,))
    fixed = {(f.job, f.task) for f in problem.fixed}
    current = tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in made.slots)
    return replace(problem, current=tuple(c for c in current if (c.job, c.task) not in fixed))


def broken(problem: Problem, seed: int) -> Problem:
    """A machine stops for a while, and an order comes that the plan does not know."""
    chance = Random(seed)  # noqa: S311 - no secret
    which, at = chance.randrange(len(problem.resources)), chance.randrange(60)
    stop = (at, at + chance.randint(1, 60))
    resources = tuple(
        replace(r, closed=merged([*r.closed, stop])) if n == which else r
        for n, r in enumerate(problem.resources)
    )
    return replace(problem, resources=resources)


def places(slots) -> dict:
    return {(s.job, s.task): (s.machine, s.start, s.end) for s in slots}


@settings(deadline=None)
@given(problems(), SEEDS)
def test_after_a_breakdown_every_repair_is_legal_and_nothing_fixed_moves(problem, seed):
    hurt, released = relax(broken(planned(problem), seed))
    free = {(each.job, each.task) for each in released}
    for schedule, cost in repair(hurt):
        assert check(hurt, schedule.slots) == ()
        assert cost == costs(hurt, schedule.slots)
        where = places(schedule.slots)
        for fixed in problem.fixed:
            if (fixed.job, fixed.task) not in free:
                assert where[fixed.job, fixed.task] == (fixed.machine, fixed.start, fixed.end)


@settings(deadline=None)
@given(problems(fixed=False))
@example(random_problem(20122))  # a batch whose members work for different times
def test_a_plan_that_still_fits_is_left_as_it_is(problem):
    good = planned(problem)
    if not good.current:
        return
    schedule, cost = repair(good)[0]
    assert cost.moved == 0
    assert {key: place[:2] for key, place in places(schedule.slots).items()} == {
        (c.job, c.task): (c.machine, c.start) for c in good.current
    }


def line(*tasks: tuple[tuple[int, int], ...], **job) -> Job:
    return Job("J", tuple(Task(modes) for modes in tasks), **job)


def shop(*jobs: Job, machines: int = 2, **changes) -> Problem:
    resources = changes.pop("resources", tuple(Resource(f"M{n}") for n in range(machines)))
    return Problem("p", "total_weighted_tardiness", resources, jobs, unit_s=300, **changes)


ON = ((0, 10),)
EITHER = ((0, 10), (1, 10))


def test_a_stop_moves_what_it_hits_and_leaves_the_rest():
    """Machine 0 stops for 10..20: its second operation goes to a gap on machine 1, the third stays."""
    jobs = (line(ON), line(EITHER), line(ON))
    current = (Fixed(0, 0, 0, 0, 10), Fixed(1, 0, 0, 10, 20), Fixed(2, 0, 0, 20, 30))
    resources = (Resource("M0", closed=((10, 20),)), Resource("M1"))
    [(schedule, cost), *_] = repair(shop(*jobs, resources=resources, current=current))
    assert places(schedule.slots) == {(0, 0): (0, 0, 10), (1, 0): (1, 10, 20), (2, 0): (0, 20, 30)}
    assert (cost.moved, schedule.by) == (1, "repair:moves")


def test_what_follows_gives_way_only_as_far_as_it_must():
    """A late first operation pushes the second of its job, which stays on its machine."""
    jobs = (line(ON, ((1, 5),)), line(((1, 5),)))
    current = (Fixed(0, 0, 0, 0, 10), Fixed(0, 1, 1, 10, 15), Fixed(1, 0, 1, 30, 35))
    resources = (Resource("M0", busy_until=12), Resource("M1"))
    [(schedule, _), *_] = repair(shop(*jobs, resources=resources, current=current))
    assert places(schedule.slots) == {(0, 0): (0, 12, 22), (0, 1): (1, 22, 27), (1, 0): (1, 30, 35)}


def test_a_rush_order_goes_into_a_gap_first():
    jobs = (line(ON), line(ON), line(((0, 5),), due=0))
    current = (Fixed(0, 0, 0, 0, 10), Fixed(1, 0, 0, 20, 30))
    [(schedule, cost), *_] = repair(shop(*jobs, machines=1, current=current))
    assert places(schedule.slots)[2, 0] == (0, 10, 15)
    assert cost.moved == 0


def test_orders_that_wait_for_one_another_keep_waiting():
    jobs = (line(ON), line(((1, 10),)))
    current = (Fixed(0, 0, 0, 0, 10), Fixed(1, 0, 1, 10, 20))
    resources = (Resource("M0", busy_until=15), Resource("M1"))
    hurt = shop(*jobs, resources=resources, current=current, before=(Before(0, 0, 1, 0),))
    [(schedule, _), *_] = repair(hurt)
    assert places(schedule.slots)[1, 0] == (1, 25, 35)


def test_jobs_that_wait_for_one_another_in_a_circle_have_no_repair():
    jobs = (line(ON), line(((1, 10),)))
    current = (Fixed(0, 0, 0, 0, 10), Fixed(1, 0, 1, 10, 20))
    circle = (Before(0, 0, 1, 0), Before(1, 0, 0, 0))
    assert repair(shop(*jobs, current=current, before=circle)) == ()


def test_without_a_plan_in_force_there_is_nothing_to_repair():
    assert repair(shop(line(ON))) == ()


@pytest.mark.parametrize(
    ("changes", "fixed", "reason"),
    [
        (
            {"resources": (Resource("M0", closed=((5, 20),), interruptible=False),)},
            (0, 0, 0, 0, 10),
            "closed",
        ),
        ({"resources": (Resource("M0", closed=((0, 5),)),)}, (0, 0, 0, 0, 10), "closed"),
        ({"machines": 2}, (0, 0, 1, 0, 10), "machine"),
    ],
)
def test_a_fixed_operation_that_became_impossible_is_let_go_with_its_reason(changes, fixed, reason):
    hurt = shop(line(ON), fixed=(Fixed(*fixed),), **changes)
    after, released = relax(hurt)
    assert released == (Released(0, 0, fixed[2], reason),)
    assert (after.fixed, after.current) == ((), hurt.fixed)
    [(schedule, _), *_] = repair(after)
    assert check(after, schedule.slots) == ()


def test_of_two_that_overlap_the_later_goes_and_so_does_what_cannot_follow():
    jobs = (line(ON, ((1, 5),)), line(ON))
    fixed = (Fixed(0, 0, 0, 0, 10), Fixed(1, 0, 0, 5, 15), Fixed(0, 1, 1, 8, 13))
    after, released = relax(shop(*jobs, fixed=fixed))
    assert {(r.job, r.task): r.reason for r in released} == {(1, 0): "busy", (0, 1): "route"}
    assert after.fixed == fixed[:1]


def test_what_can_stay_fixed_stays_and_the_problem_is_the_same():
    good = shop(line(ON), fixed=(Fixed(0, 0, 0, 3, 13),))
    assert relax(good) == (good, ())
