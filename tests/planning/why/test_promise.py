"""A promise rests on what it says, and on nothing else."""

from app.planning.why.promise import Promise, promise_of
from app.planning.why.scene import Scene
from app.records.scheduling import Crew, Job, Material, Problem, Resource, Slot, Task


def problem(*jobs, **changes) -> Problem:
    resources = changes.pop("resources", (Resource("P-0"), Resource("P-1")))
    return Problem("t", "total_weighted_tardiness", resources, jobs, unit_s=60, **changes)


def test_hours_by_machine_and_the_date():
    job = Job("A", (Task(((0, 3),)), Task(((1, 5),)), Task(((0, 1),))), due=20)
    scene = Scene(problem(job), [Slot(0, 0, 0, 0, 3), Slot(0, 1, 1, 3, 8), Slot(0, 2, 0, 8, 9)])
    assert promise_of(scene, 0) == Promise(0, 9, 20, ((1, 5), (0, 4)), (), (), 0)


def test_receipts_that_it_cannot_do_without():
    """3 in stock, B takes 2 first; A's 4 need the receipt at 2 and the one at 5, not the one at 8."""
    jobs = (
        Job("A", (Task(((0, 3),), needs=((0, 4),)),)),
        Job("B", (Task(((1, 1),), needs=((0, 2),)),)),
    )
    stuff = (Material("coil", 3, ((2, 2), (5, 1), (8, 9))),)
    scene = Scene(problem(*jobs, materials=stuff), [Slot(0, 0, 0, 9, 12), Slot(1, 0, 1, 0, 1)])
    assert promise_of(scene, 0).receipts == ((0, 2), (0, 5))
    assert promise_of(scene, 1).receipts == ()


def test_people_and_overtime():
    resources = (Resource("P-0", crew=1, closed=((4, 6),), overtime=((2, 4), (6, 8))),)
    crews = (Crew("a", ((0, 1),)), Crew("b", ((0, 1),)))
    scene = Scene(
        problem(Job("A", (Task(((0, 5),)),)), resources=resources, crews=crews), [Slot(0, 0, 0, 0, 7)]
    )
    assert (promise_of(scene, 0).crews, promise_of(scene, 0).overtime) == ((1,), 3)


def test_an_order_of_several_lots_ends_with_the_last():
    jobs = (Job("A", (Task(((0, 3),)),), due=4, lot_of=0), Job("A/2", (Task(((0, 3),)),), lot_of=0))
    scene = Scene(problem(*jobs), [Slot(0, 0, 0, 0, 3), Slot(1, 0, 0, 3, 6)])
    assert promise_of(scene, 0) == Promise(0, 6, 4, ((0, 6),), (), (), 0)
