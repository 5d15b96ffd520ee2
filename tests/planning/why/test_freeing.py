"""The smallest change that frees an order, in shops where the answer is known; each is proven again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.check import check
from app.planning.dispatch import EDD, dispatch
from app.planning.solve import solve
from app.planning.why.changes import (
    AlsoOn,
    BackBy,
    Behind,
    DueTo,
    OneMore,
    OpenLonger,
    ReceiptBy,
    Replan,
    StartBy,
    changed,
    cost,
    size,
)
from app.planning.why.freeing import free, question
from app.planning.why.ideas import ideas
from app.planning.why.scene import Scene
from app.planning.why.squeezing import squeezed
from app.planning.why.trials import Budget, drive
from app.planning.why.walk import late_orders
from app.records.scheduling import Before, Crew, Fixed, Job, Material, Problem, Resource, Schedule, Slot, Task

PLENTY = Budget(600.0, 1.0, 500)


def shop(*jobs, machines=2, **changes) -> Problem:
    resources = changes.pop("resources", tuple(Resource(f"P-{n}", type="cut") for n in range(machines)))
    return Problem("t", "total_weighted_tardiness", resources, jobs, unit_s=600, **changes)


def one(name, *works, due=None, **more) -> Job:
    return Job(name, tuple(Task((work,)) for work in works), due=due, **more)


def freed(solve_exactly, problem, *slots, stops=None, budget=PLENTY, enough=1):
    scene = Scene(problem, [Slot(*s) for s in slots], stops)
    assert not check(problem, tuple(scene.slots.values()))
    (chain,) = late_orders(scene)
    found = drive(free(scene, chain, enough), solve_exactly, budget)
    for each in found.freed:
        again = solve_exactly(question(scene, chain, each.change))
        assert again.objective == 0
        ends = max(s.end for s in again.slots if s.job == chain.job)
        assert ends <= chain.due
    return found


def test_a_better_sequence_needs_no_other_change(solve_exactly):
    problem = shop(one("A", (0, 3), due=3), one("B", (0, 4), due=7), machines=1)
    found = freed(solve_exactly, problem, (1, 0, 0, 0, 4), (0, 0, 0, 4, 7))
    assert [f.change for f in found.freed] == [Replan()]
    assert found.freed[0].cost == 0


def test_the_order_before_goes_behind_and_the_harm_is_said(solve_exactly):
    problem = shop(one("A", (0, 3), due=3), one("B", (0, 4), due=5), machines=1)
    found = freed(solve_exactly, problem, (1, 0, 0, 0, 4), (0, 0, 0, 4, 7))
    (only,) = found.freed
    assert only.change == Behind(1, 0, 0, 0, 0)
    assert only.harm == 2


def test_overtime_is_no_longer_than_it_must_be(solve_exactly):
    """Eight units of work, six until the night at 6; two units of overtime do."""
    machine = Resource("P-0", closed=((6, 20),))
    found = freed(solve_exactly, shop(one("A", (0, 8), due=9), resources=(machine,)), (0, 0, 0, 0, 22))
    assert [f.change for f in found.freed] == [OpenLonger(0, 6, 8)]
    assert found.freed[0].cost == 2 * 600


def test_a_morning_may_begin_earlier(solve_exactly):
    machine = Resource("P-0", closed=((0, 6),))
    found = freed(solve_exactly, shop(one("A", (0, 3), due=7), resources=(machine,)), (0, 0, 0, 6, 9))
    assert [f.change for f in found.freed] == [OpenLonger(0, 4, 6)]


def test_a_repair_that_ends_earlier(solve_exactly):
    machine = Resource("P-0", closed=((0, 6),))
    problem = shop(one("A", (0, 3), due=7), resources=(machine,))
    found = freed(solve_exactly, problem, (0, 0, 0, 6, 9), stops={0: [(0, 6)]})
    assert [f.change for f in found.freed] == [BackBy(0, 4, 6)]


def test_a_receipt_that_comes_earlier(solve_exactly):
    job = Job("A", (Task(((0, 3),), needs=((0, 5),)),), due=7)
    problem = shop(job, materials=(Material("coil", 1, ((2, 1), (8, 9))),))
    found = freed(solve_exactly, problem, (0, 0, 0, 8, 11))
    assert [f.change for f in found.freed] == [ReceiptBy(0, 1, 4, 8)]


def test_a_release_and_an_operation_that_may_start_earlier(solve_exactly):
    found = freed(solve_exactly, shop(one("A", (0, 3), due=7, release=8)), (0, 0, 0, 8, 11))
    assert [f.change for f in found.freed] == [StartBy(0, None, 4, 8)]
    job = Job("A", (Task(((0, 3),), earliest=8),), due=7)
    found = freed(solve_exactly, shop(job), (0, 0, 0, 8, 11))
    assert [f.change for f in found.freed] == [StartBy(0, 0, 4, 8)]


def test_one_more_person_on_the_shift(solve_exactly):
    """B holds the only person; it is running and cannot go behind."""
    resources = tuple(Resource(f"P-{n}", crew=0, closed=((30, 50),)) for n in range(2))
    problem = shop(
        one("A", (0, 3), due=4), one("B", (1, 6), due=6), resources=resources,
        crews=(Crew("setters", ((0, 1),)),), fixed=(Fixed(1, 0, 1, 0, 6),),
    )  # fmt: skip
    found = freed(solve_exactly, problem, (1, 0, 1, 0, 6), (0, 0, 0, 6, 9))
    assert [f.change for f in found.freed] == [OneMore(0, 0, 30)]


def test_another_machine_of_the_type(solve_exactly):
    problem = shop(one("A", (0, 3), due=4), one("B", (0, 6), due=6), fixed=(Fixed(1, 0, 0, 0, 6),))
    found = freed(solve_exactly, problem, (1, 0, 0, 0, 6), (0, 0, 0, 6, 9))
    assert [f.change for f in found.freed] == [AlsoOn(0, 0, 1, 3)]


def test_no_single_change_frees_it_and_the_date_is_said(solve_exactly):
    found = freed(solve_exactly, shop(one("A", (0, 3), (1, 4), due=5)), (0, 0, 0, 0, 3), (0, 1, 1, 3, 7))
    assert found.freed == ()
    assert found.complete
    assert found.date is not None
    assert (found.date.change, found.date.harm) == (DueTo(0, 7), 0)


def test_more_than_one_may_be_asked_for_and_the_cheapest_comes_first(solve_exactly):
    machine = Resource("P-0", type="cut", closed=((6, 20),))
    problem = shop(one("A", (0, 8), due=9), resources=(machine, Resource("P-1", type="cut")))
    found = freed(solve_exactly, problem, (0, 0, 0, 0, 22), enough=3)
    assert [f.change for f in found.freed] == [OpenLonger(0, 6, 8), AlsoOn(0, 0, 1, 8)]


def test_what_the_solver_says_is_not_believed_unchecked():
    problem = shop(one("A", (0, 3), due=2), one("B", (0, 4), due=7), machines=1)
    scene = Scene(problem, [Slot(1, 0, 0, 0, 4), Slot(0, 0, 0, 4, 7)])
    (chain,) = late_orders(scene)
    liar = Schedule("optimal", 0, (Slot(0, 0, 0, 0, 2), Slot(1, 0, 0, 2, 6)), "liar")
    assert drive(free(scene, chain), lambda _, __: liar, PLENTY).freed == ()


def test_no_more_is_solved_than_the_budget_allows(solve_exactly):
    asked = []

    def counting(problem, limit_s):
        asked.append(limit_s)
        return Schedule("none", 0, (), "nobody")

    machine = Resource("P-0", closed=((6, 20),))
    problem = shop(one("A", (0, 8), due=7), resources=(machine,))
    scene = Scene(problem, [Slot(0, 0, 0, 0, 22)])
    (chain,) = late_orders(scene)
    assert len(ideas(scene, chain)) == 2
    for most, complete in ((9, True), (2, True), (1, False), (0, False)):
        asked.clear()
        found = drive(free(scene, chain), counting, Budget(60.0, 0.5, most))
        assert (asked, found.complete, found.freed) == ([0.5] * min(2, most), complete, ())
    asked.clear()
    assert not drive(free(scene, chain), counting, Budget(0.0, 0.5, 9)).complete
    assert asked == []


def test_what_a_push_by_hand_finds_needs_no_solver():
    problem = shop(one("A", (0, 3), due=3), one("B", (0, 4), due=7), machines=1)
    present = (Slot(1, 0, 0, 0, 4), Slot(0, 0, 0, 4, 7))
    (chain,) = late_orders(Scene(problem, present))
    found = drive(free(Scene(problem, present), chain), lambda _, __: pytest.fail("asked"), PLENTY)
    assert found.freed[0].slots == (Slot(0, 0, 0, 0, 3), Slot(1, 0, 0, 3, 7))


def test_a_push_goes_by_people_material_and_batches():
    one_person = (Resource("P-0", crew=0), Resource("P-1", crew=0))
    jobs = (one("A", (0, 3), due=3), one("B", (1, 4), due=9))
    present = (Slot(1, 0, 1, 0, 4), Slot(0, 0, 0, 4, 7))
    found = squeezed(shop(*jobs, resources=one_person, crews=(Crew("c", ((0, 1),)),)), present, [0], 4)
    assert found.slots == (Slot(0, 0, 0, 0, 3), Slot(1, 0, 1, 3, 7))
    needing = tuple(replace(job, tasks=(replace(job.tasks[0], needs=((0, 1),)),)) for job in jobs)
    found = squeezed(shop(*needing, materials=(Material("m", 1, ((5, 1),)),)), present, [0], 4)
    assert found.slots == (Slot(0, 0, 0, 0, 3), Slot(1, 0, 1, 5, 9))
    furnace = (Resource("P-0", batch=2),)
    loads = (one("A", (0, 5), due=5), one("B", (0, 4), due=9), one("C", (0, 4), due=9))
    alike = tuple(replace(job, tasks=(replace(job.tasks[0], family=0),)) for job in loads)
    present = (Slot(1, 0, 0, 0, 4), Slot(2, 0, 0, 0, 4), Slot(0, 0, 0, 4, 9))
    found = squeezed(shop(*alike, resources=furnace), present, [0], 4)
    assert found.slots == (Slot(0, 0, 0, 0, 5), Slot(1, 0, 0, 0, 5), Slot(2, 0, 0, 5, 9))


def test_what_goes_against_what_is_told_or_lacking_is_left_to_the_solver():
    present = (Slot(1, 0, 0, 0, 4), Slot(0, 0, 0, 4, 7))
    plain = shop(one("A", (0, 3), due=3), one("B", (0, 4), due=7), machines=1)
    assert squeezed(plain, present, [0], 4) is not None
    assert squeezed(replace(plain, before=(Before(1, 0, 0, 0),)), present, [0], 4) is None
    nothing = tuple(replace(job, tasks=(replace(job.tasks[0], needs=((0, 1),)),)) for job in plain.jobs)
    assert squeezed(replace(plain, jobs=nothing, materials=(Material("m", 1),)), present, [0], 4) is None


def test_costs_are_those_that_are_stated():
    problem = shop(one("A", (0, 3), due=4))
    said = {
        Replan(): 0, Behind(0, 0, 0, 0, 0): 1800, AlsoOn(0, 0, 1, 3): 7200, OpenLonger(0, 3, 5): 1200,
        OneMore(0, 3, 5): 1200, BackBy(0, 3, 5): 1800, ReceiptBy(0, 0, 3, 5): 2400,
        StartBy(0, None, 3, 5): 2400, DueTo(0, 6): 9600,
    }  # fmt: skip
    assert {change: cost(problem, change) for change in said} == said
    assert size(problem, Replan()) == 0


def test_a_change_leaves_everything_else_as_it_was():
    resource = Resource("P-0", closed=((2, 6), (8, 9)))
    problem = shop(one("A", (0, 3), due=4), resources=(resource,), crews=(Crew("c", ((0, 1), (4, 3))),))
    assert changed(problem, OpenLonger(0, 2, 4)).resources[0].closed == ((4, 6), (8, 9))
    assert changed(problem, OpenLonger(0, 3, 5)).resources[0].closed == ((2, 3), (5, 6), (8, 9))
    assert changed(problem, OneMore(0, 2, 6)).crews[0].levels == ((0, 1), (2, 2), (4, 4), (6, 3))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_whatever_is_said_gives_an_order_on_time_and_no_other_later(small_plant, seed):
    """With the engine itself: the plan that comes with the change obeys every rule and keeps every date."""
    problem = small_plant(seed)
    made = dispatch(problem, (EDD,))
    if made.status == "none":
        return
    scene = Scene(problem, made.slots)
    for chain in late_orders(scene)[:1]:
        found = drive(free(scene, chain), lambda p, limit: solve(p, limit, 1), Budget(2.0, 0.05, 12))
        for each in (*found.freed, *([found.date] if found.date else [])):
            assert check(changed(problem, each.change), each.slots) == ()
            ends = {j: max(s.end for s in each.slots if s.job == j) for j in range(len(problem.jobs))}
            due = each.change.at if isinstance(each.change, DueTo) else chain.due
            assert ends[chain.job] <= due
            behind = each.change.other if isinstance(each.change, Behind) else None
            for job, end in ends.items():
                date = problem.jobs[job].due
                if date is not None and job not in {chain.job, behind}:
                    assert end <= max(date, scene.ends[job])


@pytest.mark.parametrize("seed", range(3))
def test_a_new_plan_is_the_first_idea_and_none_comes_twice(small_plant, seed):
    problem = small_plant(seed)
    scene = Scene(problem, dispatch(problem, (EDD,)).slots)
    for chain in late_orders(scene):
        thought = ideas(scene, chain)
        assert thought[0] == Replan()
        assert len(set(thought)) == len(thought)
