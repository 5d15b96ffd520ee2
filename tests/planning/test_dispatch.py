"""Dispatch rules: always legal, whatever the plant is like."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.check import check, objective
from app.planning.dispatch import EDD, candidates, dispatch, keep, rank
from app.planning.shop import open_shop
from app.records.scheduling import Fixed, Job, Problem, Resource, Task


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000))
def test_any_small_plant_gets_a_legal_schedule(small_plant, seed):
    problem = small_plant(seed)
    schedule = dispatch(problem)
    if schedule.status == "none":
        assert any(job.one_facility for job in problem.jobs)
        return
    assert check(problem, schedule.slots) == ()
    assert schedule.objective == objective(problem, schedule.slots)
    assert schedule.by.startswith("dispatch:")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_fixed_operations_stay_and_the_rest_goes_around_them(small_plant, with_fixed, seed):
    problem = small_plant(seed)
    fixed = with_fixed(problem, dispatch(problem, (EDD,)).slots)
    schedule = dispatch(fixed)
    assert schedule.status == "feasible" or dispatch(problem).status == "none"
    assert check(fixed, schedule.slots) == () or schedule.status == "none"


def test_every_instance_is_planned(instance, index):
    for name in index:
        problem = instance(name)
        schedule = dispatch(problem)
        assert check(problem, schedule.slots) == ()
        if problem.objective == "makespan":
            assert schedule.objective <= 1.6 * index[name]["best_known"]


def test_sixty_orders_are_planned_legally_by_every_rule(plant_60):
    shop = open_shop(plant_60)
    made = {schedule.by: schedule for schedule in candidates(shop)}
    assert len(made) == 13
    best = min(schedule.objective for schedule in made.values())
    assert best < made["dispatch:edd"].objective / 4


def test_the_same_problem_gives_the_same_schedule(plant_60):
    assert dispatch(plant_60, (EDD,)).slots == dispatch(plant_60, (EDD,)).slots


def test_without_time_there_is_no_plan(plant_60):
    assert dispatch(plant_60, limit_s=0.0).status == "none"
    current = tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in dispatch(plant_60, (EDD,)).slots)
    shop = open_shop(replace(plant_60, current=current))
    assert keep(shop) is not None
    assert keep(shop, until=0.0) is None
    assert list(candidates(shop, until=0.0)) == []


def plant(**changes):
    tasks = (Task(((0, 10), (1, 10))),)
    fields = {
        "name": "t",
        "objective": "total_weighted_tardiness",
        "resources": (Resource("A", 0), Resource("B", 1)),
        "jobs": tuple(Job(f"J{n}", tasks, due=1000, home=0) for n in range(3)),
        "unit_s": 300,
    }
    return Problem(**{**fields, **changes})


def test_the_plan_in_force_is_kept_where_it_still_works():
    current = (Fixed(0, 0, 1, 30, 40), Fixed(1, 0, 1, 50, 60))
    problem = plant(current=current)
    shop = open_shop(problem)
    board = keep(shop)
    assert board is not None
    places = [(s.machine, s.start) for _, s in sorted(board.slots.items())]
    assert places == [(1, 30), (1, 50), (0, 0)]
    assert rank(shop, board.slots.values())[1] == 2  # two stay away from home, none is moved


def test_a_plan_in_force_that_is_blocked_moves_right():
    stopped = replace(plant().resources[1], closed=((25, 200),))
    problem = plant(current=(Fixed(0, 0, 1, 30, 40),), resources=(plant().resources[0], stopped))
    board = keep(open_shop(problem))
    assert board is not None
    assert board.slots[0].start == 200


def test_home_is_preferred_only_where_it_costs_no_time():
    two = plant(jobs=tuple(replace(job, due=10) for job in plant().jobs[:2]))
    machines = {s.job: s.machine for s in dispatch(two).slots}
    assert sorted(machines.values()) == [0, 1]  # both in time: one of them away
    one = plant(jobs=plant().jobs[:1])
    assert dispatch(one).slots[0].machine == 0


@pytest.mark.parametrize("one_facility", [True, False])
def test_a_job_that_fits_in_no_single_facility_gets_no_schedule(one_facility):
    tasks = (Task(((0, 1),)), Task(((1, 1),)))
    job = Job("J", tasks, due=5, one_facility=one_facility)
    assert (dispatch(plant(jobs=(job,))).status == "none") is one_facility
