"""Dispatch on what machines share: people, batches, material, jobs that wait; by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.board import Board
from app.planning.bounds import lower_bound
from app.planning.check import check, objective
from app.planning.cpmodel import expressible
from app.planning.dispatch import EDD, dispatch, keep
from app.planning.shop import open_shop
from app.planning.solve import solve
from app.planning.supplies import NEVER, People, Store
from app.records.scheduling import Before, Crew, Fixed, Job, Material, Problem, Resource, Task
from tests.planning.problems import problems, trials

FOUR = Task(((0, 4), (1, 4)), family=0)


def floor(*jobs: Job, **changes) -> Problem:
    fields = {
        "name": "t",
        "objective": "total_weighted_tardiness",
        "resources": (Resource("A", closed=((10, 20),)), Resource("B")),
        "jobs": jobs or tuple(Job(f"J{n}", (FOUR,), due=n) for n in range(3)),
    }
    return Problem(**{**fields, **changes})


def starts(problem: Problem, **changes) -> list[tuple[int, int]]:
    schedule = dispatch(replace(problem, **changes), (EDD,))
    assert check(replace(problem, **changes), schedule.slots) == ()
    return [(slot.machine, slot.start) for slot in schedule.slots]


def manned(*levels: tuple[int, int]) -> Problem:
    resources = tuple(replace(resource, crew=0) for resource in floor().resources)
    return floor(resources=resources, crews=(Crew("welders", levels),))


def test_one_person_takes_one_machine_after_another():
    assert starts(floor()) == [(0, 0), (1, 0), (0, 4)]
    assert starts(manned((0, 1))) == [(0, 0), (0, 4), (1, 8)]
    assert starts(manned((0, 1), (2, 2))) == [(0, 0), (1, 2), (0, 4)]


def test_nobody_is_needed_while_a_machine_is_closed():
    jobs = (Job("long", (Task(((0, 12),), 0),), due=0), Job("short", (Task(((1, 9),), 0),), due=5))
    assert starts(floor(*jobs, resources=manned().resources, crews=(Crew("w", ((0, 1),)),))) == [
        (0, 0),
        (1, 10),
    ]


def test_without_anybody_there_is_no_plan():
    assert dispatch(manned((0, 0))).status == "none"
    assert dispatch(manned((0, 1), (5, 0))).status == "none"


def furnace(*works: int, batch: int = 3, **changes) -> Problem:
    jobs = tuple(Job(f"J{n}", (Task(((0, work),), family=0),), due=n) for n, work in enumerate(works))
    return floor(*jobs, resources=(Resource("F", batch=batch, **changes),))


def test_a_batch_is_joined_where_it_has_room_and_need_not_work_longer():
    assert starts(furnace(6, 4, 5)) == [(0, 0)] * 3
    assert starts(furnace(6, 4, 5, batch=2)) == [(0, 0), (0, 0), (0, 6)]
    assert starts(furnace(4, 6, 5)) == [(0, 0), (0, 4), (0, 4)]
    assert starts(furnace(6, 4, 5, batch=1)) == [(0, 0), (0, 6), (0, 10)]


@pytest.mark.parametrize(
    "changes",
    [
        {"family": 1},
        {"family": None},
        {"load": 3},
        {"earliest": 1},
        {"modes": ((0, 7),)},
    ],
    ids=str,
)
def test_what_does_not_fit_a_batch_does_not_join_it(changes):
    problem = furnace(6, 6)
    task = replace(problem.jobs[1].tasks[0], **changes)
    jobs = (problem.jobs[0], replace(problem.jobs[1], tasks=(task,)))
    assert starts(problem, jobs=jobs) == [(0, 0), (0, 6)]


def test_what_must_not_be_cut_does_not_join_a_batch_that_is():
    problem = furnace(6, 6, closed=((3, 5),))
    assert starts(problem) == [(0, 0), (0, 0)]
    whole = replace(problem.jobs[1].tasks[0], interruptible=False)
    jobs = (problem.jobs[0], replace(problem.jobs[1], tasks=(whole,)))
    assert starts(problem, jobs=jobs) == [(0, 0), (0, 8)]


def test_a_batch_needs_one_person():
    problem = replace(furnace(6, 6, crew=0), crews=(Crew("w", ((0, 1),)),))
    assert starts(problem) == [(0, 0), (0, 0)]


def test_a_load_goes_only_where_it_fits():
    jobs = (Job("one", (Task(((0, 1), (1, 9)), family=0, load=3),)),)
    resources = (Resource("small", batch=2), Resource("large", batch=3))
    assert starts(floor(*jobs, resources=resources)) == [(1, 0)]
    assert dispatch(floor(*jobs, resources=(resources[0], resources[0]))).status == "none"


def test_material_goes_to_the_most_urgent_first():
    needs = tuple(Job(f"J{n}", (replace(FOUR, needs=((0, 2),)),), due=9 - n) for n in range(3))
    steel = Material("steel", stock=2, receipts=((7, 2), (9, 2)))
    assert starts(floor(*needs, materials=(steel,))) == [(1, 11), (1, 7), (0, 0)]
    assert dispatch(floor(*needs, materials=(replace(steel, stock=1),))).status == "none"


def test_a_job_waits_for_another_and_a_circle_has_no_plan():
    assert starts(floor(before=(Before(2, 0, 0, 0),))) == [(0, 4), (0, 0), (1, 0)]
    assert dispatch(floor(before=(Before(2, 0, 0, 0), Before(0, 0, 2, 0)))).status == "none"


def test_what_is_fixed_holds_back_what_must_come_before_it():
    fixed = (Fixed(1, 0, 1, 4, 8),)
    assert starts(floor(before=(Before(0, 0, 1, 0),), fixed=fixed))[0][1] == 0
    late = (Fixed(1, 0, 1, 3, 7),)
    assert dispatch(floor(before=(Before(0, 0, 1, 0),), fixed=late)).status == "none"


def test_a_task_that_must_not_be_cut_waits_for_the_opening():
    whole = replace(FOUR, modes=((0, 4),), earliest=8)
    assert starts(floor(Job("J", (whole,)))) == [(0, 8)]
    assert starts(floor(Job("J", (replace(whole, interruptible=False),)))) == [(0, 20)]


def test_lots_are_as_urgent_as_their_order():
    lots = (Job("x", (FOUR,), due=5), Job("a", (FOUR,), due=1, lot_of=1), Job("b", (FOUR,), lot_of=1))
    alone = floor(*lots, resources=(Resource("A"), Resource("B", closed=((0, 99),))))
    assert starts(alone) == [(0, 8), (0, 0), (0, 4)]


def test_a_bound_counts_lots_once():
    lots = tuple(Job(name, (FOUR,), due=1, weight=5, lot_of=0) for name in "ab")
    problem = floor(*lots)
    assert lower_bound(open_shop(problem)) == 5 * 3 == objective(problem, dispatch(problem).slots)


def test_the_constraint_model_is_asked_only_what_it_can_say():
    assert expressible(open_shop(floor()))
    lot = tuple(replace(job, lot_of=0) for job in floor().jobs)
    for problem in (manned((0, 1)), furnace(1, 2), floor(before=(Before(0, 0, 1, 0),)), floor(*lot)):
        assert not expressible(open_shop(problem))
        schedule = solve(problem, 1.0, 1)
        assert check(problem, schedule.slots) == ()
        assert schedule.by.startswith("dispatch:")
        assert schedule.objective == objective(problem, schedule.slots)


def test_a_task_that_must_not_be_cut_is_solved_as_such():
    whole = replace(FOUR, modes=((0, 4),), interruptible=False)
    jobs = tuple(Job(f"J{n}", (whole,), due=0) for n in range(3))
    schedule = solve(floor(*jobs), 1.0, 1)
    assert sorted(slot.start for slot in schedule.slots) == [0, 4, 20]


@trials(60)
@given(problems())
def test_the_plan_in_force_is_kept_or_drawn_together_legally(problem):
    shop = open_shop(problem)
    board = keep(shop)
    assert board is not None
    assert check(problem, tuple(board.slots.values())) == ()


def test_a_batch_in_force_is_kept_whatever_the_order_of_its_works():
    problem = replace(furnace(4, 6, 5), current=tuple(Fixed(n, 0, 0, 8, 14) for n in range(3)))
    board = keep(open_shop(problem))
    assert board is not None
    assert [(slot.start, slot.end) for slot in board.slots.values()] == [(8, 14)] * 3


def test_moving_what_lies_far_ahead_is_not_disliked():
    far = replace(furnace(4), current=(Fixed(0, 0, 0, 50, 54),), near=50)
    assert [Board(open_shop(p)).best(0).dislike for p in (far, replace(far, near=51))] == [0, 1]


levels = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=5)
parts = st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda p: (p[0], p[0] + p[1]))


@given(levels, st.lists(parts, max_size=6), parts)
def test_people_are_free_when_counting_says_so(levels, taken, asked):
    by_time = dict(levels)
    people = People(Crew("w", tuple(by_time.items())))
    for part in taken:
        people.take([part])

    def free(t: int) -> int:
        level = max((at, n) for at, n in [(-1, 0), *by_time.items()] if at <= t)[1]
        return level - sum(low <= t < high for low, high in taken)

    clashes = [t for t in range(*asked) if free(t) <= 0]
    again = next((t for t in range(clashes[0], 60) if free(t) > 0), NEVER) if clashes else None
    assert people.clash([asked]) == again


@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=5),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=5),
    st.integers(1, 6),
)
def test_material_is_left_when_counting_says_so(stock, receipts, uses, quantity):
    store = Store(Material("m", stock, tuple(receipts)))
    for at, taken in uses:
        store.use(at, taken)

    def left(t: int) -> int:
        return stock + sum(q for at, q in receipts if at <= t) - sum(q for at, q in uses if at <= t)

    enough = [t for t in range(40) if all(left(u) >= quantity for u in range(t, 40))]
    assert store.since(quantity) == (enough[0] if enough else NEVER)
