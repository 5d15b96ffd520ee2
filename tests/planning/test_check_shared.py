"""The checker on what machines share, batches, orders of operations between jobs, and lots."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.check import check
from app.planning.layout import Windows
from app.records.scheduling import Before, Crew, Job, Material, Problem, Resource, Slot, Task

ONE = (Task(((0, 4), (1, 4))),)


def floor(**changes) -> Problem:
    """Two machines of one crew, closed from 10 to 20, and three jobs of 4 units for either."""
    fields = {
        "name": "t",
        "objective": "makespan",
        "resources": tuple(Resource(name, closed=((10, 20),), crew=0) for name in "AB"),
        "jobs": tuple(Job(name, ONE) for name in ("one", "two", "three")),
        "crews": (Crew("welders", ((0, 1), (6, 2), (30, 0))),),
    }
    return Problem(**{**fields, **changes})


def spoilt(problem, *slots):
    return {v.constraint for v in check(problem, slots)}


def test_one_person_works_one_machine_at_a_time():
    legal = (Slot(0, 0, 0, 0, 4), Slot(1, 0, 1, 6, 10), Slot(2, 0, 0, 6, 10))
    assert spoilt(floor(), *legal) == set()
    found = check(floor(), (Slot(0, 0, 0, 0, 4), Slot(1, 0, 1, 3, 7), Slot(2, 0, 0, 7, 21)))
    assert [v.detail for v in found] == ["welders: 2 needed at 3, 1 there"]


def test_a_closed_machine_needs_nobody_and_one_that_works_on_needs_its_person():
    away = floor(crews=(Crew("welders", ((0, 1), (10, 0), (20, 1))),))
    slots = (Slot(0, 0, 0, 8, 22), Slot(1, 0, 0, 0, 4), Slot(2, 0, 0, 4, 8))
    assert spoilt(away, *slots) == set()
    assert spoilt(floor(crews=(Crew("welders", ((0, 1), (10, 0))),)), *slots) == {"crew"}


def test_people_missing_before_their_first_level_are_not_there():
    assert spoilt(floor(crews=(Crew("w", ((1, 9),)),)), Slot(0, 0, 0, 0, 4)) == {"crew", "missing"}


def furnace(batch=3, **changes) -> Problem:
    """One furnace for three loads and three jobs: two of one family, one of another."""
    jobs = (
        Job("one", (Task(((0, 4),), 0, load=2),)),
        Job("two", (Task(((0, 6),), 0),)),
        Job("three", (Task(((0, 5),), 1),)),
    )
    matrix = {"heat": ((1, 3), (2, 0))}
    fields = {"resources": (Resource("F", type="heat", batch=batch, crew=0),), "jobs": jobs}
    people = (Crew("furnace men", ((0, 1),)),)
    return floor(**{**fields, "family_setup": matrix, "crews": people, **changes})


TOGETHER = (Slot(0, 0, 0, 0, 6), Slot(1, 0, 0, 0, 6), Slot(2, 0, 0, 9, 14))


def test_a_batch_works_its_longest_work_with_one_person_and_one_setup():
    assert spoilt(furnace(), *TOGETHER) == set()


def member(**changes):
    job = furnace().jobs[1]
    return (furnace().jobs[0], replace(job, tasks=(replace(job.tasks[0], **changes),)), furnace().jobs[2])


@pytest.mark.parametrize(
    ("problem", "slots", "constraint"),
    [
        (furnace(), (Slot(0, 0, 0, 0, 4), Slot(1, 0, 0, 0, 6), TOGETHER[2]), "batch"),
        (furnace(), (Slot(0, 0, 0, 2, 6), Slot(1, 0, 0, 0, 6), TOGETHER[2]), "batch"),
        (furnace(), (Slot(0, 0, 0, 0, 4), Slot(1, 0, 0, 0, 4), TOGETHER[2]), "duration"),
        (furnace(), (Slot(0, 0, 0, 0, 7), Slot(1, 0, 0, 0, 7), Slot(2, 0, 0, 10, 15)), "duration"),
        (furnace(), (*TOGETHER[:2], Slot(2, 0, 0, 8, 13)), "setup"),
        (furnace(batch=2), TOGETHER, "batch"),
        (furnace(batch=1), TOGETHER, "overlap"),
        (furnace(jobs=member(family=1)), TOGETHER, "batch"),
        (furnace(jobs=member(family=None)), TOGETHER, "batch"),
    ],
)
def test_each_way_to_spoil_a_batch_is_named(problem, slots, constraint):
    assert constraint in spoilt(problem, *slots)


def test_a_load_above_the_furnace_is_named_even_alone():
    alone = (Slot(0, 0, 0, 0, 4), Slot(1, 0, 0, 5, 11), Slot(2, 0, 0, 14, 19))
    assert spoilt(furnace(), *alone) == set()
    assert spoilt(furnace(jobs=member(load=4)), *alone) == {"batch"}


def test_setups_by_job_between_batches_are_the_most_of_any_pair():
    setups = (((0, 0, 1), (0, 0, 7), (0, 0, 0)),)
    problem = furnace(family_setup={}, job_setup=setups)
    assert spoilt(problem, *TOGETHER[:2], Slot(2, 0, 0, 12, 17)) == {"setup"}
    assert spoilt(problem, *TOGETHER[:2], Slot(2, 0, 0, 13, 18)) == set()


def test_a_task_that_must_not_be_cut_is_not_cut_on_any_machine():
    slots = (Slot(0, 0, 0, 8, 22), Slot(1, 0, 0, 0, 4), Slot(2, 0, 0, 4, 8))
    assert spoilt(floor(), *slots) == set()
    jobs = (replace(floor().jobs[0], tasks=(replace(ONE[0], interruptible=False),)), *floor().jobs[1:])
    assert spoilt(floor(jobs=jobs), *slots) == {"interrupted"}


def test_material_is_there_before_it_is_used():
    jobs = tuple(Job(n, (replace(ONE[0], needs=((0, 3),)),)) for n in ("one", "two", "three"))
    steel = Material("steel", stock=3, receipts=((4, 2), (6, 4)))
    problem = floor(jobs=jobs, materials=(steel,), crews=(Crew("w", ((0, 9),)),))
    assert spoilt(problem, Slot(0, 0, 0, 0, 4), Slot(1, 0, 1, 6, 10), Slot(2, 0, 0, 6, 10)) == set()
    found = check(problem, (Slot(0, 0, 0, 0, 4), Slot(1, 0, 1, 5, 9), Slot(2, 0, 0, 6, 10)))
    assert [v.detail for v in found] == ["steel: 6 used until 5, 5 have come"]
    short = replace(problem, materials=(replace(steel, stock=2),))
    assert spoilt(short, Slot(0, 0, 0, 6, 10), Slot(1, 0, 1, 6, 10), Slot(2, 0, 0, 20, 24)) == {"material"}


def test_an_operation_that_must_wait_for_another_job_waits():
    problem = floor(before=(Before(2, 0, 0, 0),), crews=(Crew("w", ((0, 9),)),))
    assert spoilt(problem, Slot(2, 0, 0, 0, 4), Slot(0, 0, 1, 4, 8), Slot(1, 0, 0, 4, 8)) == set()
    found = check(problem, (Slot(2, 0, 0, 0, 4), Slot(0, 0, 1, 3, 7), Slot(1, 0, 0, 4, 8)))
    said = "operation 0 of job one starts at 3, operation 0 of job three must end before and ends at 4"
    assert [(v.constraint, v.detail) for v in found] == [("before", said)]


windows = st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=6)


@given(windows, st.integers(-8, 45), st.integers(-8, 45))
def test_windows_answer_what_counting_says(given_windows, start, end):
    asked = Windows(given_windows)
    inside = [any(low <= t < high for low, high in given_windows) for t in range(start, end)]
    assert asked.within(start, end) == sum(inside)
    outside = [t for low, high in asked.outside(start, end) for t in range(low, high)]
    assert outside == [t for t, held in zip(range(start, end), inside, strict=True) if not held]
    assert asked.hold(start) == any(low <= start < high for low, high in given_windows)
