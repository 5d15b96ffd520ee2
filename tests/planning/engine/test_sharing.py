"""By hand: who joins a batch, who waits for people or material, and what an order of taking changes."""

from dataclasses import replace

import pytest

from app.planning.engine import layout as at
from app.planning.engine.moves import restore
from app.planning.engine.packed import pack
from app.planning.engine.reading import new_row, read_in, read_out
from app.planning.engine.sharing import hasten
from app.planning.engine.state import place
from app.planning.engine.timing import settle
from app.planning.shop import open_shop
from app.records.scheduling import Crew, Fixed, Job, Material, Problem, Resource, Slot, Task


def times(problem, order):
    """Start and end of single operations, taken one after the other on their first machines."""
    shop = open_shop(problem)
    f = pack(shop, 200)
    row = new_row(f, 0)
    slots = [Slot(n, 0, problem.jobs[n].tasks[0].modes[0][0], k, k) for k, n in enumerate(order)]
    assert read_in(shop, f, row, slots)
    made = [(slot.start, slot.end) for slot in read_out(shop, row[: f[at.S_KEPT]])]
    return made, (f, row)


def furnace(*jobs, batch=4, **changes):
    """Jobs as (work, family, load, release) on one furnace."""
    made = tuple(
        Job(f"J{n}", (Task(((0, work),), family, load=load),), release=release)
        for n, (work, family, load, release) in enumerate(jobs)
    )
    machine = Resource("F", type="heat", batch=batch, **changes)
    return Problem("furnace", "makespan", (machine,), made)


def test_loads_of_one_family_that_fit_run_together():
    assert times(furnace((6, 0, 2, 0), (5, 0, 2, 0)), (0, 1))[0] == [(0, 6), (0, 6)]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param((5, 1, 2, 0), id="another family"),
        pytest.param((5, None, 2, 0), id="no family"),
        pytest.param((5, 0, 3, 0), id="too great a load"),
        pytest.param((7, 0, 2, 0), id="longer than the batch"),
        pytest.param((5, 0, 2, 1), id="not there when the batch begins"),
    ],
)
def test_what_does_not_fit_the_batch_runs_behind_it(second):
    assert times(furnace((6, 0, 2, 0), second), (0, 1))[0] == [(0, 6), (6, 6 + second[0])]


def test_what_must_not_be_cut_joins_no_batch_that_is():
    problem = furnace((6, 0, 1, 0), (5, 0, 1, 0), closed=((3, 8),))
    whole = replace(problem.jobs[1], tasks=(replace(problem.jobs[1].tasks[0], interruptible=False),))
    assert times(problem, (0, 1))[0] == [(0, 11), (0, 11)]
    assert times(replace(problem, jobs=(problem.jobs[0], whole)), (0, 1))[0] == [(0, 11), (11, 16)]


def press(levels, closed=()):
    """Two presses, one crew, a job of 4 for each."""
    machines = (Resource("A", crew=0, closed=closed), Resource("B", crew=0))
    jobs = tuple(Job(f"J{n}", (Task(((n, 4),)),)) for n in range(2))
    return Problem("press", "makespan", machines, jobs, crews=(Crew("c", levels),))


def test_with_one_person_the_second_press_waits():
    assert times(press(((0, 1),)), (0, 1))[0] == [(0, 4), (4, 8)]
    assert times(press(((0, 1),)), (1, 0))[0] == [(4, 8), (0, 4)]
    assert times(press(((0, 2),)), (0, 1))[0] == [(0, 4), (0, 4)]


def test_a_closed_press_needs_nobody():
    assert times(press(((0, 1),), closed=((2, 6),)), (0, 1))[0] == [(0, 8), (2, 6)]


def test_nobody_begins_before_people_come():
    assert times(press(((0, 0), (5, 2))), (0, 1))[0] == [(5, 9), (5, 9)]


def steel():
    material = Material("steel", 5, ((20, 5),))
    jobs = tuple(Job(f"J{n}", (Task(((n, 4),), needs=((0, 5),)),)) for n in range(2))
    return Problem("steel", "makespan", (Resource("A"), Resource("B")), jobs, materials=(material,))


def test_material_goes_by_the_order_of_taking_which_can_be_changed():
    made, (f, row) = times(steel(), (0, 1))
    assert made == [(0, 4), (20, 24)]
    assert hasten(f, row, 1)
    settle(f, row)
    assert [place(row, v, at.START) for v in (0, 1)] == [20, 0]
    assert not hasten(f, row, 1)


@pytest.mark.parametrize(("stays", "gone_back"), [(True, False), (False, True)])
def test_an_operation_goes_back_to_the_plan_in_force_only_where_its_job_may_go(stays, gone_back):
    tasks = tuple(Task(((0, 4), (1, 4))) for _ in range(2))
    machines = (Resource("A"), Resource("B", facility=1))
    problem = Problem(
        "back", "makespan", machines, (Job("J", tasks, one_facility=stays),), current=(Fixed(0, 0, 1, 9, 13),)
    )
    shop = open_shop(problem)
    f = pack(shop, 200)
    row = new_row(f, 0)
    assert read_in(shop, f, row, [Slot(0, 0, 0, 0, 4), Slot(0, 1, 0, 4, 8)])
    assert restore(f, row, 0) == gone_back
    settle(f, row)
    assert (place(row, 0, at.ON_MACHINE), place(row, 0, at.START)) == ((1, 9) if gone_back else (0, 0))
