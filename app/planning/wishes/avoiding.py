"""The wishes that a machine or an order is left out: of one another, of windows, of overtime."""

from collections.abc import Iterable
from dataclasses import replace

from app.planning.asked import Question
from app.planning.hours import Window
from app.planning.wishes.places import (
    closed_too,
    fits,
    fixed_of,
    in_the_way,
    jobs_of,
    later,
    no,
    only_where,
    stays,
    with_fixed,
    with_resources,
    with_tasks,
)
from app.records.answer import Say
from app.records.scheduling import Fixed, Resource
from app.records.wish import Avoid, CapOvertime


def avoid(question: Question, wish: Avoid) -> Question | Say:
    """The order off the machine altogether; else the machine idle, or the order at rest, in the windows."""
    if wish.order and wish.machine:
        return _off(question, wish.order, question.machines.index(wish.machine))
    windows = [(question.floor(w.start), question.ceil(w.end)) for w in wish.windows]
    if wish.machine:
        machine = question.machines.index(wish.machine)
        taken = next(in_the_way(question, machine, windows), None)
        return stays(question, taken) if taken else closed(question, machine, windows)
    for job in jobs_of(question, wish.order or ""):
        for window in windows:
            rested = _rest(question, job, window)
            if isinstance(rested, Say):
                return rested
            question = rested
    return question


def closed(question: Question, machine: int, windows: Iterable[Window]) -> Question:
    """The machine with more closed windows."""
    spans = tuple(windows)
    return with_resources(question, lambda n, r: closed_too(r, spans) if n == machine else r)


def _off(question: Question, order: str, machine: int) -> Question | Say:
    for job in jobs_of(question, order):
        tasks = question.problem.jobs[job].tasks
        there = next((f for f in question.problem.fixed if (f.job, f.machine) == (job, machine)), None)
        if there is not None:
            return stays(question, there)
        if any({m for m, _ in task.modes} == {machine} for task in tasks):
            return no("no_machine_left", order=order, machine=question.machines[machine])
        question = with_tasks(question, job, only_where(machine.__ne__, range(len(tasks))))
    return question


def _rest(question: Question, job: int, window: Window) -> Question | Say:
    """What the plan in force has done before the window stays there; all else waits for the window's end.

    A problem has no hours of an order's own: this is narrower than need be, and always kept.
    """
    low, high = window
    fixed, current = fixed_of(question), {(c.job, c.task): c for c in question.problem.current}
    before = True
    for k in range(len(question.problem.jobs[job].tasks)):
        place, planned = fixed.get((job, k)), current.get((job, k))
        if place is not None:
            if place.start < high and place.end > low:
                return stays(question, place)
            continue
        before = before and planned is not None and _done_by(question, planned, low)
        if before and planned is not None:
            question = with_fixed(question, [planned])
        else:
            question = with_tasks(question, job, later(high, [k]))
    return question


def _done_by(question: Question, place: Fixed, time: int) -> bool:
    """Whether an operation can stay where the plan in force has it, and is through by then."""
    taken = any(in_the_way(question, place.machine, [(place.start, place.end)]))
    return place.end <= time and not taken and fits(question, place)


def cap_overtime(question: Question, wish: CapOvertime) -> Question | Say:
    """Each overtime window is cut to its first minutes; the rest is closed."""
    slots = wish.minutes * 60 // int(question.slot.total_seconds())
    where = question.facilities.index(wish.facility) if wish.facility else None
    for n, resource in enumerate(question.problem.resources):
        if where is None or resource.facility == where:
            rest = [(low + slots, high) for low, high in resource.overtime if low + slots < high]
            taken = next(in_the_way(question, n, rest), None)
            if taken is not None:
                return stays(question, taken)
    return with_resources(
        question, lambda _, r: _capped(r, slots) if where is None or r.facility == where else r
    )


def _capped(resource: Resource, slots: int) -> Resource:
    rest = [(low + slots, high) for low, high in resource.overtime if low + slots < high]
    kept = tuple((low, min(high, low + slots)) for low, high in resource.overtime if slots)
    return replace(closed_too(resource, rest), overtime=kept)
