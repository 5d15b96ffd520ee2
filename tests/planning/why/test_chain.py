"""Hand-computed shops, one for each cause: every unit of an order's time has the right name."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.dispatch import dispatch
from app.planning.why.chain import Cause, Link
from app.planning.why.scene import Scene
from app.planning.why.walk import chain_of, late_orders
from app.records.scheduling import (
    Before,
    Crew,
    Fixed,
    Job,
    Material,
    Problem,
    Resource,
    Slot,
    Task,
)


def shop(*jobs: Job, machines: int = 2, **changes) -> Problem:
    resources = changes.pop("resources", tuple(Resource(f"P-{n}", type="cut") for n in range(machines)))
    return Problem("t", "total_weighted_tardiness", resources, jobs, unit_s=60, **changes)


def one(name: str, *works: tuple[int, int], due: int | None = 0, **more) -> Job:
    """A job whose operations each have one machine and a time."""
    tasks = tuple(Task((work,), family=more.pop("family", None)) for work in works)
    return Job(name, tasks, due=due, **more)


def causes(problem: Problem, *slots: tuple[int, int, int, int, int], job: int = 0, stops=None):
    chain = chain_of(Scene(problem, [Slot(*s) for s in slots], stops), job)
    assert chain is not None
    assert sum(k.length for k in chain.waits) == chain.finish
    assert sum(k.length for k in chain.path) == chain.finish
    return chain


def test_own_work_alone():
    chain = causes(shop(one("A", (0, 5), (1, 3), due=6)), (0, 0, 0, 0, 5), (0, 1, 1, 5, 8))
    assert chain.causes() == {Cause.WORK: 8}
    assert (chain.late, chain.alone, chain.hopeless) == (2, 8, True)


def test_waiting_for_another_order_and_the_changeover():
    problem = shop(
        Job("A", (Task(((0, 4),), family=0),), due=5),
        Job("B", (Task(((0, 6),), family=1),)),
        family_setup={"cut": ((0, 2), (2, 0))},
    )
    chain = causes(problem, (1, 0, 0, 0, 6), (0, 0, 0, 8, 12))
    assert chain.waits == (
        Link(Cause.QUEUE, 0, 6, 1, 0, 0),
        Link(Cause.SETUP, 6, 8, 0, 0, 0),
        Link(Cause.WORK, 8, 12, 0, 0, 0),
    )
    assert (chain.late, chain.hopeless) == (7, False)


def test_only_the_time_after_it_could_go_on_is_waited():
    """B's work before A came is not A's wait; the critical path runs through all of it."""
    problem = shop(one("A", (1, 4), (0, 3), due=5), one("B", (0, 9)))
    chain = causes(problem, (0, 0, 1, 0, 4), (1, 0, 0, 0, 9), (0, 1, 0, 9, 12))
    assert chain.causes() == {Cause.WORK: 7, Cause.QUEUE: 5}
    assert chain.path == (Link(Cause.QUEUE, 0, 9, 1, 0, 0), Link(Cause.WORK, 9, 12, 0, 1, 0))


def test_waiting_for_an_order_that_comes_from_elsewhere():
    """B went first although the machine was free: its own operation before is waited for as well."""
    problem = shop(one("A", (0, 3), due=5), one("B", (1, 4), (0, 2)))
    chain = causes(problem, (1, 0, 1, 0, 4), (1, 1, 0, 4, 6), (0, 0, 0, 6, 9))
    assert chain.waits == (
        Link(Cause.QUEUE, 0, 4, 1, 0, 1),
        Link(Cause.QUEUE, 4, 6, 1, 1, 0),
        Link(Cause.WORK, 6, 9, 0, 0, 0),
    )


def test_a_closed_night_and_a_stop():
    machine = Resource("P-0", closed=((4, 10), (12, 20)))
    chain = causes(
        shop(one("A", (0, 8), due=9), resources=(machine,)), (0, 0, 0, 0, 22), stops={0: [(12, 20)]}
    )
    assert [(k.cause, k.start, k.end) for k in chain.waits] == [
        (Cause.WORK, 0, 4), (Cause.CLOSED, 4, 10), (Cause.WORK, 10, 12),
        (Cause.DOWN, 12, 20), (Cause.WORK, 20, 22),
    ]  # fmt: skip


def test_waiting_for_the_machine_to_open():
    machine = Resource("P-0", closed=((0, 7),))
    chain = causes(shop(one("A", (0, 2), due=3), resources=(machine,)), (0, 0, 0, 7, 9))
    assert chain.causes() == {Cause.CLOSED: 7, Cause.WORK: 2}


def test_what_must_not_be_cut_waits_for_a_piece_that_is_long_enough():
    machine = Resource("HT", closed=((3, 8),), interruptible=False)
    chain = causes(shop(one("A", (0, 4), due=5), resources=(machine,)), (0, 0, 0, 8, 12))
    assert chain.causes() == {Cause.CLOSED: 8, Cause.WORK: 4}
    mine = replace(machine, interruptible=True)
    job = Job("A", (Task(((0, 4),), interruptible=False),), due=5)
    assert causes(shop(job, resources=(mine,)), (0, 0, 0, 8, 12)).causes() == {Cause.CLOSED: 8, Cause.WORK: 4}


def test_on_the_way_between_facilities():
    resources = (Resource("P-0", facility=0), Resource("P-1", facility=1))
    problem = shop(one("A", (0, 2), (1, 2), due=3), resources=resources, transfer=5)
    chain = causes(problem, (0, 0, 0, 0, 2), (0, 1, 1, 7, 9))
    assert chain.causes() == {Cause.TRANSFER: 5, Cause.WORK: 4}
    assert chain.hopeless


def test_release_and_earliest():
    job = Job("A", (Task(((0, 2),)), Task(((1, 2),), earliest=11)), release=4, due=5)
    chain = causes(shop(job), (0, 0, 0, 4, 6), (0, 1, 1, 11, 13))
    assert chain.causes() == {Cause.EARLIEST: 5, Cause.RELEASE: 4, Cause.WORK: 4}


def test_a_machine_that_is_busy_and_set_up_for_something_else():
    resources = (Resource("P-0", type="cut", busy_until=5, mounted=1),)
    problem = shop(
        Job("A", (Task(((0, 2),), family=0),), due=3),
        resources=resources,
        family_setup={"cut": ((0, 9), (3, 0))},
    )
    chain = causes(problem, (0, 0, 0, 8, 10))
    assert chain.causes() == {Cause.BUSY: 5, Cause.SETUP: 3, Cause.WORK: 2}


def test_a_receipt_of_material():
    """4 in stock, the other order takes 3 of them at 0, so A's 3 wait for the receipt at 6."""
    needs = ((0, 3),)
    problem = shop(
        Job("A", (Task(((0, 2),), needs=needs),), due=3),
        Job("B", (Task(((1, 2),), needs=needs),)),
        materials=(Material("coil", 4, ((6, 5), (9, 5))),),
    )
    chain = causes(problem, (1, 0, 1, 0, 2), (0, 0, 0, 6, 8))
    assert chain.waits[0] == Link(Cause.MATERIAL, 0, 6, 0, 0, 0, thing=0)
    assert chain.alone == 2


def test_a_receipt_is_only_waited_for_since_the_operation_before_is_done():
    job = Job("A", (Task(((1, 4),)), Task(((0, 2),), needs=((0, 1),))), due=3)
    problem = shop(job, materials=(Material("coil", 0, ((6, 5),)),))
    chain = causes(problem, (0, 0, 1, 0, 4), (0, 1, 0, 6, 8))
    assert chain.causes() == {Cause.WORK: 6, Cause.MATERIAL: 2}
    assert chain.alone == 8


def test_nobody_of_the_crew_is_free():
    """Two machines, one person, who is at P-1 until 6."""
    resources = tuple(Resource(f"P-{n}", crew=0) for n in range(2))
    problem = shop(
        one("A", (0, 3), due=4), one("B", (1, 6)), resources=resources, crews=(Crew("setters", ((0, 1),)),)
    )
    chain = causes(problem, (1, 0, 1, 0, 6), (0, 0, 0, 6, 9))
    assert chain.waits == (Link(Cause.CREW, 0, 6, 1, 0, 1, thing=0), Link(Cause.WORK, 6, 9, 0, 0, 0))


def test_people_who_are_absent():
    resources = (Resource("P-0", crew=0),)
    crews = (Crew("setters", ((0, 0), (5, 1))),)
    chain = causes(shop(one("A", (0, 3), due=4), resources=resources, crews=crews), (0, 0, 0, 5, 8))
    assert chain.waits[0] == Link(Cause.CREW, 0, 5, 0, 0, 0, thing=0)
    assert chain.alone == 8


def test_a_person_is_needed_until_the_end():
    """One person until 4 only, then one again from 9: three units of work do not fit before."""
    crews = (Crew("setters", ((0, 1), (2, 0), (9, 1))),)
    problem = shop(
        one("A", (0, 3), due=4), resources=(Resource("P-0", crew=0, interruptible=False),), crews=crews
    )
    assert causes(problem, (0, 0, 0, 9, 12)).causes() == {Cause.CREW: 9, Cause.WORK: 3}


def test_a_frozen_place():
    problem = shop(one("A", (0, 3), due=4), fixed=(Fixed(0, 0, 0, 5, 8),))
    assert causes(problem, (0, 0, 0, 5, 8)).causes() == {Cause.FIXED: 5, Cause.WORK: 3}


def test_a_plan_that_leaves_room():
    assert causes(shop(one("A", (0, 3), due=4)), (0, 0, 0, 5, 8)).causes() == {Cause.IDLE: 5, Cause.WORK: 3}


def furnace(*jobs: Job) -> Problem:
    return shop(*jobs, resources=(Resource("HT", type="heat", batch=3), Resource("P-1")))


def test_a_batch_that_takes_longer():
    problem = furnace(Job("A", (Task(((0, 2),), family=0),), due=3), Job("B", (Task(((0, 5),), family=0),)))
    chain = causes(problem, (0, 0, 0, 0, 5), (1, 0, 0, 0, 5))
    assert chain.waits == (Link(Cause.WORK, 0, 2, 0, 0, 0), Link(Cause.BATCH, 2, 5, 1, 0, 0))


def test_a_batch_that_waits_for_its_last_part():
    problem = furnace(
        Job("A", (Task(((0, 2),), family=0),), due=3), Job("B", (Task(((1, 4),)), Task(((0, 2),), family=0)))
    )
    chain = causes(problem, (1, 0, 1, 0, 4), (0, 0, 0, 4, 6), (1, 1, 0, 4, 6))
    assert chain.waits == (Link(Cause.BATCH, 0, 4, 1, 1, 0), Link(Cause.WORK, 4, 6, 0, 0, 0))
    assert chain.path[0] == Link(Cause.QUEUE, 0, 4, 1, 0, 1)


def test_the_batch_before_is_waited_for_as_one():
    problem = furnace(
        *(Job(name, (Task(((0, 3),), family=f),), due=4) for name, f in (("A", 1), ("B", 0), ("C", 0)))
    )
    chain = causes(problem, (1, 0, 0, 0, 3), (2, 0, 0, 0, 3), (0, 0, 0, 3, 6))
    assert chain.causes() == {Cause.QUEUE: 3, Cause.WORK: 3}


def test_another_order_is_told_to_go_first():
    problem = shop(one("A", (0, 3), due=4), one("B", (1, 6)), before=(Before(1, 0, 0, 0),))
    chain = causes(problem, (1, 0, 1, 0, 6), (0, 0, 0, 6, 9))
    assert chain.causes() == {Cause.BEFORE: 6, Cause.WORK: 3}


def test_of_several_lots_the_last_counts_against_the_first_ones_date():
    lots = (Job("A", (Task(((0, 3),)),), due=4, lot_of=0), Job("A/2", (Task(((0, 3),)),), lot_of=0))
    scene = Scene(shop(*lots), [Slot(0, 0, 0, 0, 3), Slot(1, 0, 0, 3, 6)])
    (chain,) = late_orders(scene)
    assert (chain.head, chain.job, chain.due, chain.finish) == (0, 1, 4, 6)
    assert chain.causes() == {Cause.QUEUE: 3, Cause.WORK: 3}


def test_what_is_on_time_or_has_no_date_is_not_late():
    problem = shop(one("A", (0, 3), due=3), one("B", (1, 3), due=None))
    scene = Scene(problem, [Slot(0, 0, 0, 0, 3), Slot(1, 0, 1, 0, 3)])
    assert late_orders(scene) == ()
    assert chain_of(scene, 1) is None


def test_the_latest_by_weight_comes_first():
    problem = shop(one("A", (0, 9), due=1), one("B", (1, 4), due=1, weight=9))
    scene = Scene(problem, [Slot(0, 0, 0, 0, 9), Slot(1, 0, 1, 0, 4)])
    assert [problem.jobs[c.head].name for c in late_orders(scene)] == ["B", "A"]


@pytest.mark.parametrize("one_facility", [False, True])
def test_alone_takes_the_best_machines_for_the_whole_way(one_facility):
    resources = (Resource("a", facility=0), Resource("b", facility=1))
    tasks = (Task(((0, 5), (1, 2))), Task(((0, 1), (1, 9))))
    problem = shop(Job("A", tasks, due=0, one_facility=one_facility), resources=resources, transfer=2)
    slots = (0, 0, 0, 0, 5), (0, 1, 0, 5, 6)
    assert causes(problem, *slots).alone == (6 if one_facility else 5)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_minutes_add_up_in_any_plant(small_plant, seed):
    problem = small_plant(seed)
    schedule = dispatch(problem)
    if schedule.status == "none":
        return
    scene = Scene(problem, schedule.slots)
    for head in scene.heads:
        chain = chain_of(scene, head)
        if chain is None:
            continue
        for links in (chain.waits, chain.path):
            assert [k.start for k in links] == [0, *(k.end for k in links[:-1])]
            assert links[-1].end == chain.finish
            assert all(k.length > 0 for k in links)
        assert chain.alone is None or chain.alone <= chain.finish
        work = sum(scene.work(n) for n in scene.slots if scene.shop.steps[n].job == chain.job)
        assert chain.causes().get(Cause.WORK, 0) == work
