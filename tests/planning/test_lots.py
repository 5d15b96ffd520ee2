"""An order in lots: sizes, shares that add up, indices that stay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.asked import Question
from app.planning.check import check
from app.planning.dispatch import dispatch
from app.planning.lots import can_split, lot_sizes, split
from app.planning.proposal import read_back
from app.records.action import assignments_digest
from app.records.plant import Name, Operation, OperationState, Order
from app.records.scheduling import Before, Fixed, Job, Material, Problem, Resource, Task
from app.records.verdict import Wish

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
H = timedelta(hours=1)


def order(number="SO-1", quantity=1000.0, lots_max=4, lot_min=0.0, load=9):
    made = tuple(
        Operation(number, n, Name(kind, kind, kind), kind, 100, OperationState.WAITING, load=load)
        for n, kind in ((3, "cut"), (4, "heat"))
    )
    return Order(number, "c", "KNIFE", quantity, "A", NOW, NOW + H, 2, False, made, lots_max, lot_min)


def question(*orders, **changes):
    tasks = (Task(((0, 100), (1, 50)), 0, needs=((0, 10_001),)), Task(((2, 96),), 0, load=4))
    jobs = tuple(Job(o.number, tasks, due=90, weight=2) for o in orders)
    resources = (Resource("C1"), Resource("C2"), Resource("F", batch=4))
    problem = Problem(
        "p", "total_weighted_tardiness", resources, jobs, 300, materials=(Material("S", 99_999),)
    )
    return Question(
        replace(problem, **changes), NOW, NOW, timedelta(minutes=5), orders,
        tuple((3, 4) for _ in orders), ("C1", "C2", "F"), Wish("plan"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "lots", "sizes"),
    [
        ({}, 3, (334, 333, 333)),
        ({}, 9, (250, 250, 250, 250)),  # at most lots_max
        ({"lot_min": 400}, 4, (500, 500)),  # at least lot_min each
        ({"lot_min": 600}, 4, (1000,)),
        ({"lots_max": 1}, 4, (1000,)),
        ({}, 0, (1000,)),
        ({"quantity": 2.0}, 4, (1, 1)),  # whole pieces
        ({"quantity": 0.5}, 4, (0.5,)),
        ({"quantity": 2.5}, 2, (1.25, 1.25)),  # what is not counted in pieces
    ],
)
def test_lots_are_as_even_as_the_order_allows(changes, lots, sizes):
    assert lot_sizes(order(**changes), lots) == sizes


def test_lots_share_work_load_and_material_and_no_index_changes():
    whole = question(order("SO-1"), order("SO-2"))
    asked = split(whole, 0, (600, 400))
    first, other, second = asked.problem.jobs
    assert (first.name, second.name, other) == ("SO-1/1", "SO-1/2", whole.problem.jobs[1])
    assert (first.lot_of, second.lot_of, other.lot_of) == (0, 0, None)
    assert [(j.due, j.weight) for j in (first, second)] == [(90, 2), (90, 2)]
    assert [t.modes for t in (first.tasks[0], second.tasks[0])] == [((0, 60), (1, 30)), ((0, 40), (1, 20))]
    assert [t.needs for t in (first.tasks[0], second.tasks[0])] == [((0, 6_001),), ((0, 4_000),)]
    assert [o.number for o in asked.orders] == ["SO-1", "SO-2", "SO-1"]
    assert asked.positions == ((3, 4),) * 3
    assert [asked.lot(n) for n in range(3)] == [0, 0, 1]
    again = split(asked, 1, (500, 500))
    assert ([again.lot(n) for n in range(4)], again.problem.jobs[3].lot_of) == ([0, 0, 1, 1], 1)


def test_a_lot_takes_a_furnace_for_its_own_runs():
    heat = [j.tasks[1] for j in split(question(order(load=9)), 0, (500, 500)).problem.jobs]
    assert [(t.modes, t.load) for t in heat] == [(((2, 64),), 4)] * 2  # 9 loads: 3 runs of 4; 5: 2 runs
    heat = [j.tasks[1] for j in split(question(order(load=4)), 0, (500, 500)).problem.jobs]
    assert [(t.modes, t.load) for t in heat] == [(((2, 96),), 2)] * 2  # a run takes its time when half full


def begun(asked):
    done = replace(asked.orders[0].operations[0], state=OperationState.RUNNING)
    return replace(asked, orders=(replace(asked.orders[0], operations=(done,)),))


@pytest.mark.parametrize(
    "asked",
    [
        question(order(), fixed=(Fixed(0, 0, 0, 0, 100),)),
        question(order(), before=(Before(0, 1, 0, 0),)),
        begun(question(order())),
        split(question(order()), 0, (600, 400)),
    ],
    ids=["fixed", "linked", "begun", "lot"],
)
def test_what_cannot_be_divided_is_left_as_it_is(asked):
    assert not can_split(asked, 0)
    assert split(asked, 0, (600, 400)) is asked


def test_one_lot_changes_nothing():
    asked = question(order())
    assert can_split(asked, 0)
    assert split(asked, 0, (1000,)) is asked


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6))
def test_materials_add_up_and_work_is_never_less(sizes):
    jobs = split(question(order(quantity=float(sum(sizes)))), 0, sizes).problem.jobs
    assert sum(job.tasks[0].needs[0][1] for job in jobs) == 10_001
    assert all(job.tasks[0].needs[0][1] >= 0 for job in jobs)
    assert sum(dict(job.tasks[0].modes)[0] for job in jobs) >= 100
    assert all(1 <= job.tasks[1].load <= 4 for job in jobs)


def test_a_plan_names_the_lot_of_each_assignment():
    asked = split(question(order("SO-1"), order("SO-2")), 0, (600, 400))
    schedule = dispatch(asked.problem)
    assert check(asked.problem, schedule.slots) == ()
    plan = read_back(asked, schedule, NOW, None)
    assert sorted((a.order, a.position, a.lot) for a in plan.assignments) == [
        ("SO-1", 3, 0), ("SO-1", 3, 1), ("SO-1", 4, 0), ("SO-1", 4, 1), ("SO-2", 3, 0), ("SO-2", 4, 0)
    ]  # fmt: skip
    swapped = tuple(replace(a, lot=1 - a.lot) if a.order == "SO-1" else a for a in plan.assignments)
    assert assignments_digest(swapped) != assignments_digest(plan.assignments)
