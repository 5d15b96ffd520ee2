"""The checker: a good plan passes, and every way to spoil one is caught by name."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.check import check, objective
from app.planning.dispatch import dispatch
from app.records.scheduling import Fixed, Job, Problem, Resource, Slot, Task

MATRIX = ((0, 3), (2, 0))


def shop(**changes) -> Problem:
    """Two machines in two facilities and one furnace; two jobs."""
    fields = {
        "name": "t",
        "objective": "total_weighted_tardiness",
        "resources": (
            Resource("A", 0, "cut", closed=((20, 30),), busy_until=2, mounted=1),
            Resource("B", 1, "cut", closed=((20, 30),)),
            Resource("F", 0, "heat", closed=((40, 50),), interruptible=False),
        ),
        "jobs": (
            Job("one", (Task(((0, 5), (1, 6)), 0), Task(((2, 8),), 0)), release=1, due=10, weight=3),
            Job("two", (Task(((0, 4), (1, 4)), 1, earliest=3),), due=9),
        ),
        "transfer": 4,
        "family_setup": {"cut": MATRIX},
    }
    return Problem(**{**fields, **changes})


GOOD = (Slot(0, 0, 0, 4, 9), Slot(0, 1, 2, 9, 17), Slot(1, 0, 0, 12, 16))


def spoilt(problem, *slots):
    return {v.constraint for v in check(problem, slots)}


def test_a_good_plan_passes_and_its_objective_is_the_weighted_tardiness():
    assert check(shop(), GOOD) == ()
    assert objective(shop(), GOOD) == 3 * 7 + 1 * 7
    assert objective(shop(objective="makespan"), GOOD) == 17


@pytest.mark.parametrize(
    ("slots", "constraint"),
    [
        ((GOOD[0], GOOD[1]), "missing"),
        ((*GOOD, GOOD[2]), "duplicate"),
        ((*GOOD, Slot(5, 0, 0, 50, 55)), "unknown_operation"),
        ((*GOOD, Slot(0, 7, 0, 50, 55)), "unknown_operation"),
        ((*GOOD[:2], Slot(1, 0, 9, 12, 16)), "unknown_machine"),
        ((*GOOD[:2], Slot(1, 0, 2, 20, 24)), "eligibility"),
        ((*GOOD[:2], Slot(1, 0, 0, 12, 17)), "duration"),
        ((*GOOD[:2], Slot(1, 0, 0, 12, 15)), "duration"),
        ((*GOOD[:2], Slot(1, 0, 0, 18, 22)), "duration"),  # it is cut by the closed window
        ((*GOOD[:2], Slot(1, 0, 0, 16, 25)), "duration"),  # its work is done when the machine closes
        ((*GOOD[:2], Slot(1, 0, 0, 12, 11)), "duration"),
        ((*GOOD[:2], Slot(1, 0, 0, 25, 34)), "closed"),
        ((GOOD[0], Slot(0, 1, 2, 35, 53), GOOD[2]), "interrupted"),
        ((GOOD[0], Slot(0, 1, 2, 8, 16), GOOD[2]), "precedence"),
        ((Slot(0, 0, 1, 4, 10), Slot(0, 1, 2, 13, 21), GOOD[2]), "transfer"),
        ((*GOOD[:2], Slot(1, 0, 0, 8, 12)), "overlap"),
        ((*GOOD[:2], Slot(1, 0, 0, 11, 15)), "setup"),
        ((Slot(0, 0, 0, 3, 8), *GOOD[1:]), "setup"),  # the family mounted at the beginning is another
        ((Slot(0, 0, 1, 0, 6), GOOD[1], GOOD[2]), "release"),
        ((*GOOD[:2], Slot(1, 0, 1, 2, 6)), "earliest"),
        ((GOOD[0], GOOD[1], Slot(1, 0, 1, -3, 1)), "before_start"),
        ((Slot(0, 0, 0, 1, 6), *GOOD[1:]), "busy_until"),
    ],
)
def test_each_broken_rule_is_named(slots, constraint):
    assert constraint in spoilt(shop(), *slots)


def test_an_operation_may_be_cut_by_a_closed_window_and_end_at_closing():
    assert spoilt(shop(), *GOOD[:2], Slot(1, 0, 0, 18, 32)) == set()
    assert spoilt(shop(), *GOOD[:2], Slot(1, 0, 0, 16, 20)) == set()


def test_a_fixed_operation_that_was_moved_is_caught():
    problem = shop(fixed=(Fixed(1, 0, 0, 13, 17),))
    assert spoilt(problem, *GOOD) == {"fixed"}


def test_a_job_of_one_facility_that_travels_is_caught():
    job = replace(shop().jobs[0], one_facility=True)
    problem = shop(jobs=(job, shop().jobs[1]))
    assert spoilt(problem, Slot(0, 0, 1, 4, 10), Slot(0, 1, 2, 14, 22), GOOD[2]) == {"one_facility"}


def test_setups_by_job_and_by_operation_are_asked_for():
    none = ((0, 0), (0, 0))
    by_job = shop(family_setup={}, job_setup=(((0, 4), (0, 0)), none, none))
    assert spoilt(by_job, *GOOD) == {"setup"}
    assert spoilt(by_job, *GOOD[:2], Slot(1, 0, 0, 13, 17)) == set()
    zero = ((0,) * 3,) * 3
    by_task = shop(family_setup={}, task_setup=(((0, 0, 5), (0,) * 3, (0,) * 3), zero, zero))
    assert spoilt(by_task, *GOOD) == {"setup"}
    assert spoilt(by_task, *GOOD[:2], Slot(1, 0, 0, 14, 18)) == set()


def test_transfers_by_pair_take_the_place_of_one_time():
    problem = shop(transfers=((0, 9), (7, 0)))
    slots = (Slot(0, 0, 1, 4, 10), Slot(0, 1, 2, 16, 24), GOOD[2])
    assert spoilt(problem, *slots) == {"transfer"}
    assert spoilt(problem, slots[0], Slot(0, 1, 2, 17, 25), slots[2]) == set()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_a_plan_with_one_figure_changed_is_caught_or_truly_legal(small_plant, seed, data):
    """A change of one slot is legal only when counting every rule slot by slot says so too."""
    problem = small_plant(seed)
    slots = dispatch(problem).slots
    if not slots:
        return
    at = data.draw(st.integers(0, len(slots) - 1))
    name = data.draw(st.sampled_from(["machine", "start", "end", "both"]))
    by = data.draw(st.integers(-6, 6))
    old = slots[at]
    if name == "both":
        new = replace(old, start=old.start + by, end=old.end + by)
    else:
        new = replace(old, **{name: getattr(old, name) + by})
    changed = (*slots[:at], new, *slots[at + 1 :])
    assert bool(check(problem, changed)) == (not plainly_legal(problem, changed))


def plainly_legal(problem: Problem, slots) -> bool:
    """Every rule again, by occupying units of time one by one."""
    taken: dict[tuple[int, int], int] = {}
    for n, slot in enumerate(slots):
        if not 0 <= slot.machine < len(problem.resources) or slot.start < 0:
            return False
        if not _alone_legal(problem, slot):
            return False
        for t in range(slot.start, slot.end):
            if taken.setdefault((slot.machine, t), n) != n:
                return False
    return _routes_legal(problem, slots) and _setups_legal(problem, slots)


def _alone_legal(problem, slot) -> bool:
    job, resource = problem.jobs[slot.job], problem.resources[slot.machine]
    task = job.tasks[slot.task]
    closed = {t for low, high in resource.closed for t in range(low, high)}
    units = range(slot.start, slot.end)
    worked = [t for t in units if t not in closed]
    return (
        dict(task.modes).get(slot.machine) == len(worked)
        and slot.start not in closed
        and (slot.end - 1) not in closed
        and (resource.interruptible or len(worked) == len(units))
        and slot.start >= max(job.release, task.earliest, resource.busy_until)
    )


def _routes_legal(problem, slots) -> bool:
    for job in range(len(problem.jobs)):
        route = sorted((s for s in slots if s.job == job), key=lambda s: s.task)
        places = [problem.resources[s.machine].facility for s in route]
        if problem.jobs[job].one_facility and len(set(places)) > 1:
            return False
        for k in range(1, len(route)):
            a, b = places[k - 1], places[k]
            travel = 0 if a == b else problem.transfers[a][b] if problem.transfers else problem.transfer
            if route[k].start < route[k - 1].end + travel:
                return False
    return True


def _setups_legal(problem, slots) -> bool:
    for m, resource in enumerate(problem.resources):
        lane = sorted((s for s in slots if s.machine == m), key=lambda s: s.start)
        family, free, job = resource.mounted, resource.busy_until, None
        for slot in lane:
            mine = problem.jobs[slot.job].tasks[slot.task].family
            matrix = problem.family_setup.get(resource.type)
            setup = 0 if matrix is None or family is None else matrix[family][mine]
            if problem.job_setup and job is not None:
                setup += problem.job_setup[m][job][slot.job]
            if slot.start < free + setup:
                return False
            family, free, job = mine, slot.end, slot.job
    return True
