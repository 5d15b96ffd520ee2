"""The parts of a schedule's cost, computed by hand."""

from dataclasses import replace

import pytest

from app.planning.check import Costs, cost, costs, objective
from app.records.scheduling import Fixed, Job, Problem, Resource, Slot, Task, Weights

MATRIX = {"cut": ((1, 3), (2, 0))}


def plant(**changes) -> Problem:
    """Facility 0 with two cutting machines, facility 1 with one furnace of two loads; four jobs."""
    fields = {
        "name": "t",
        "objective": "total_weighted_tardiness",
        "resources": (
            Resource("A", 0, "cut", closed=((10, 20),), mounted=1, overtime=((5, 12), (24, 30))),
            Resource("B", 0, "cut"),
            Resource("F", 1, "heat", batch=2, overtime=((0, 2),)),
        ),
        "jobs": (
            Job("one", (Task(((0, 5),), 0), Task(((2, 8),), 0)), due=10, weight=3, home=0),
            Job("two", (Task(((0, 4),), 1), Task(((2, 8),), 0)), due=99, home=1),
            Job("three", (Task(((1, 6),), 0),)),
            Job("four", (Task(((1, 6),), 0),), due=1, weight=2),
        ),
        "family_setup": MATRIX,
        "unit_s": 600,
    }
    return Problem(**{**fields, **changes})


SLOTS = (
    Slot(0, 0, 0, 2, 7),
    Slot(1, 0, 0, 21, 25),
    Slot(0, 1, 2, 25, 33),
    Slot(1, 1, 2, 25, 33),
    Slot(2, 0, 1, 0, 6),
    Slot(3, 0, 1, 7, 13),
)


def test_every_part_is_what_counting_by_hand_gives():
    found = costs(plant(), SLOTS)
    assert found == Costs(
        objective=3 * (33 - 10) + 2 * (13 - 1),
        moved=0,
        setup=2 + 3 + 1,  # 1 to 0 on A at the start, 0 to 1 on A, 0 to 0 on B
        overtime=2 + 1,  # 5 to 7 and 24 to 25 on A
        away=2,  # one's furnace, two's cutting
        balance=10 - 8,  # (5 + 4 + 12) // 2 against 8: the batch works once
        makespan=33,
        total=3 * 23 + 24,
    )


def test_only_open_overtime_is_paid_and_a_batch_once():
    early = (*SLOTS[2:4], Slot(0, 0, 0, 8, 23))
    moved = tuple(replace(slot, start=0, end=8) for slot in early[:2])
    assert costs(plant(), (*moved, early[2])).overtime == 2 + 2  # 0 to 2 on F, 8 to 10 on A


@pytest.mark.parametrize(
    ("near", "moved"), [(None, 4), (26, 4), (25, 2), (0, 0)], ids=["all", "all near", "before 25", "none"]
)
def test_moved_counts_machines_starts_and_what_is_gone(near, moved):
    current = (
        Fixed(0, 0, 0, 6, 11),  # starts 4 units earlier than in force, 3 are tolerated
        Fixed(1, 0, 0, 24, 28),  # 3 units: stays
        Fixed(0, 1, 2, 25, 33),  # stays
        Fixed(2, 0, 0, 0, 6),  # on another machine
    )
    problem = plant(current=(*current, Fixed(3, 0, 1, 25, 31), Fixed(1, 1, 2, 25, 33)), near=near)
    assert costs(problem, SLOTS[:3] + SLOTS[4:]).moved == moved


def test_the_total_weighs_every_part():
    weights = Weights(1000, 500, 7, 5, 3, 2, 1)
    problem = plant(weights=weights, current=(Fixed(2, 0, 0, 0, 6),))
    parts = costs(problem, SLOTS)
    by_hand = (93, 1000), (1, 500), (6, 7), (3, 5), (2, 3), (2, 2), (33, 1)
    assert cost(problem, SLOTS) == parts.total == sum(value * weight for value, weight in by_hand)


def test_an_order_in_lots_is_late_once_when_its_last_lot_is():
    jobs = plant().jobs
    lots = (*jobs[:2], replace(jobs[2], due=3, weight=9, lot_of=3), replace(jobs[3], lot_of=3))
    assert objective(plant(jobs=lots), SLOTS[4:]) == 2 * (13 - 1)
    last = (replace(SLOTS[4], start=20, end=26), SLOTS[5])
    assert objective(plant(jobs=lots), last) == 2 * (26 - 1)
    assert objective(plant(jobs=lots, objective="makespan"), last) == 26


def test_one_facility_needs_no_balance_and_one_without_work_counts_as_zero():
    alone = plant(resources=tuple(replace(r, facility=0) for r in plant().resources))
    assert costs(alone, SLOTS).balance == 0
    assert costs(plant(), SLOTS[4:]).balance == 12 // 2


def test_nothing_planned_costs_nothing():
    assert cost(plant(weights=Weights(1, 1, 1, 1, 1, 1, 1)), ()) == 0
