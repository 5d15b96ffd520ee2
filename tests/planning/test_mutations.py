"""A good plan with one thing changed: the checker names what counting says, and every rule is caught."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.planning.check import check
from app.planning.dispatch import EDD, Rule, dispatch
from app.records.scheduling import Problem, Slot
from tests.planning.counting import broken
from tests.planning.problems import problems, random_problem, trials, with_plan

Slots = Sequence[Slot]


def named(problem: Problem, slots: Slots) -> set[str]:
    return {violation.constraint for violation in check(problem, slots)}


def plan(problem: Problem) -> tuple[Slot, ...]:
    """By a rule; empty where it finds no place beside what is fixed."""
    return dispatch(problem, (EDD,)).slots


@trials(150)
@given(problems(), st.sampled_from([EDD, Rule("slack"), Rule("atc-1-0.3", 0.5, 1.0, 0.3), Rule("spt", 0.0)]))
def test_every_rule_of_dispatch_makes_a_plan_that_checking_and_counting_call_legal(problem, rule):
    slots = dispatch(problem, (rule,)).slots
    assume(slots)
    assert check(problem, slots) == ()
    assert broken(problem, slots) == set()


@trials(300)
@given(problems(), st.data())
def test_a_plan_with_a_slot_changed_breaks_what_counting_says(problem, data):
    slots = list(plan(problem))
    assume(slots)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(slots) - 1))
        by, to = data.draw(st.integers(-9, 9)), data.draw(st.integers(0, len(problem.resources) - 1))
        old = slots[at]
        slots[at] = data.draw(
            st.sampled_from(
                [
                    replace(old, start=old.start + by, end=old.end + by),
                    replace(old, start=old.start + by),
                    replace(old, end=old.end + by),
                    replace(old, machine=to),
                    _like(problem, old, slots[data.draw(st.integers(0, len(slots) - 1))]),
                ]
            )
        )
    assert named(problem, slots) == broken(problem, slots)


def _like(problem: Problem, old: Slot, other: Slot) -> Slot:
    """Where another operation is."""
    return replace(old, machine=other.machine, start=other.start, end=other.end)


def moved(slot: Slot, start: int) -> Slot:
    return replace(slot, start=start, end=start + slot.end - slot.start)


def with_slot(slots: Slots, at: int, slot: Slot) -> tuple[Slot, ...]:
    return (*slots[:at], slot, *slots[at + 1 :])


Spoil = Callable[[Problem, Slots, int, Random], Slots | None]
"""A plan spoilt at one operation, None where it cannot be spoilt so."""


def _missing(problem, slots, n, chance):
    return (*slots[:n], *slots[n + 1 :])


def _duplicate(problem, slots, n, chance):
    return (*slots, slots[n])


def _unknown_operation(problem, slots, n, chance):
    return (*slots, replace(slots[n], task=99))


def _unknown_machine(problem, slots, n, chance):
    return with_slot(slots, n, replace(slots[n], machine=99))


def _eligibility(problem, slots, n, chance):
    able = {machine for machine, _ in problem.jobs[slots[n].job].tasks[slots[n].task].modes}
    others = sorted(set(range(len(problem.resources))) - able)
    return with_slot(slots, n, replace(slots[n], machine=chance.choice(others)))


def _closed(problem, slots, n, chance):
    windows = problem.resources[slots[n].machine].closed
    return with_slot(slots, n, moved(slots[n], chance.choice(windows)[0])) if windows else None


def _duration(problem, slots, n, chance):
    return with_slot(slots, n, replace(slots[n], end=slots[n].end + chance.choice([-1, 1])))


def _interrupted(problem, slots, n, chance):
    slot, resource = slots[n], problem.resources[slots[n].machine]
    task = problem.jobs[slot.job].tasks[slot.task]
    if (resource.interruptible and task.interruptible) or not resource.closed:
        return None
    low, high = chance.choice(resource.closed)
    return with_slot(slots, n, replace(slot, start=low - 1, end=high + dict(task.modes)[slot.machine] - 1))


def _before_start(problem, slots, n, chance):
    return with_slot(slots, n, moved(slots[n], -1))


def _release(problem, slots, n, chance):
    release = problem.jobs[slots[n].job].release
    return with_slot(slots, n, moved(slots[n], release - 1)) if release else None


def _earliest(problem, slots, n, chance):
    earliest = problem.jobs[slots[n].job].tasks[slots[n].task].earliest
    return with_slot(slots, n, moved(slots[n], earliest - 1)) if earliest else None


def _busy_until(problem, slots, n, chance):
    busy = problem.resources[slots[n].machine].busy_until
    return with_slot(slots, n, moved(slots[n], busy - 1)) if busy else None


def _precedence(problem, slots, n, chance):
    if slots[n].task == 0:
        return None
    return with_slot(slots, n, moved(slots[n], slots[n - 1].end - 1))


def _transfer(problem, slots, n, chance):
    if slots[n].task == 0:
        return None
    a, b = (problem.resources[s.machine].facility for s in (slots[n - 1], slots[n]))
    travel = 0 if a == b else problem.transfers[a][b] if problem.transfers else problem.transfer
    return with_slot(slots, n, moved(slots[n], slots[n - 1].end)) if travel else None


def _before(problem, slots, n, chance):
    place = {(s.job, s.task): s for s in slots}
    for arc in problem.before:
        if (arc.then_job, arc.then_task) == (slots[n].job, slots[n].task):
            return with_slot(slots, n, moved(slots[n], place[arc.job, arc.task].end - 1))
    return None


def _overlap(problem, slots, n, chance):
    machine = slots[n].machine
    others = [s for s in slots if s.machine == machine and s != slots[n]]
    if problem.resources[machine].batch > 1 or not others:
        return None
    return with_slot(slots, n, moved(slots[n], chance.choice(others).start))


def _setup(problem, slots, n, chance):
    """Right after the operation before, on a machine that needs a setup between the two."""
    lane = sorted((s for s in slots if s.machine == slots[n].machine), key=lambda s: s.start)
    at, matrix = lane.index(slots[n]), problem.family_setup.get(problem.resources[slots[n].machine].type)
    if at == 0 or matrix is None or problem.resources[slots[n].machine].batch > 1:
        return None
    families = [problem.jobs[s.job].tasks[s.task].family for s in lane[at - 1 : at + 1]]
    if None in families or not matrix[families[0]][families[1]]:
        return None
    return with_slot(slots, n, moved(slots[n], lane[at - 1].end))


def _batch(problem, slots, n, chance):
    machine = slots[n].machine
    others = [s for s in slots if s.machine == machine and s != slots[n]]
    if problem.resources[machine].batch == 1 or not others:
        return None
    return with_slot(slots, n, moved(slots[n], chance.choice(others).end - 1))


def _one_facility(problem, slots, n, chance):
    if not problem.jobs[slots[n].job].one_facility or len(problem.jobs[slots[n].job].tasks) == 1:
        return None
    here = problem.resources[slots[n].machine].facility
    modes = problem.jobs[slots[n].job].tasks[slots[n].task].modes
    away = [machine for machine, _ in modes if problem.resources[machine].facility != here]
    return with_slot(slots, n, replace(slots[n], machine=chance.choice(away)))


def _fixed(problem, slots, n, chance):
    if (slots[n].job, slots[n].task) not in {(f.job, f.task) for f in problem.fixed}:
        return None
    return with_slot(slots, n, moved(slots[n], slots[n].start + 1))


def _crew(problem, slots, n, chance):
    """When the last of the people has begun elsewhere; or on a day on which nobody comes."""
    crew = problem.resources[slots[n].machine].crew
    if crew is None:
        return None
    for at in range(130):
        people = [level for since, level in problem.crews[crew].levels if since <= at][-1]
        closed = problem.resources[slots[n].machine].closed
        if people == 0 and not any(low <= at < high for low, high in closed):
            return with_slot(slots, n, moved(slots[n], at))
    return None


def _material(problem, slots, n, chance):
    """Used up at once what comes later."""
    stock = [material.stock for material in problem.materials]
    there = [stock[m] + sum(q for at, q in problem.materials[m].receipts if at == 0) for m in range(2)]
    needs = problem.jobs[slots[n].job].tasks[slots[n].task].needs
    return with_slot(slots, n, moved(slots[n], 0)) if any(q > there[m] for m, q in needs) else None


SPOILS: dict[str, Spoil] = {
    name.removeprefix("_"): spoil
    for name, spoil in list(globals().items())
    if name.startswith("_") and getattr(spoil, "__code__", None) and spoil.__code__.co_argcount == 4
}


def test_there_is_a_way_to_spoil_every_rule():
    names = (
        "missing duplicate unknown_operation unknown_machine eligibility closed duration interrupted",
        "before_start release earliest busy_until precedence transfer before overlap setup batch",
        "one_facility fixed crew material",
    )
    assert sorted(SPOILS) == sorted(" ".join(names).split())


@pytest.mark.parametrize("constraint", sorted(SPOILS))
def test_every_way_to_spoil_a_plan_is_caught_by_its_name(constraint):
    """On random plants, at every operation where it can be done; at least twenty times."""
    chance, caught = Random(constraint), 0  # noqa: S311 - no secret
    for seed in range(120):
        problem = with_plan(random_problem(seed), seed)
        slots = plan(problem)
        for n in range(len(slots)):
            spoilt = SPOILS[constraint](problem, slots, n, chance)
            if spoilt is not None:
                assert constraint in named(problem, spoilt), (seed, n)
                caught += 1
        if caught >= 20 and seed > 20:
            break
    assert caught >= 20
