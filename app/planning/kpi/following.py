"""Was the plan followed, and did it stand still? Adherence, stability, and the plan's own figures.

An operation is due to start by the plan that was in force when its start came: publishing another
plan before that moment takes the old promise back, which shows in stability and not here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from app.planning.kpi.material import DayFacts, minutes_between
from app.planning.proposal import differs
from app.records.kpi import Figure, Kpi
from app.records.plant import Assignment, Operation, Plan
from app.records.versions import InForce

TOLERANCE = timedelta(minutes=30)
"""A start within this of the plan's is as planned."""


def following(day: DayFacts, machines: frozenset[str]) -> Iterator[Figure]:
    """Figures of the operations planned on these machines."""
    due = [a for a in due_to_start(day) if a.machine in machines]
    yield from schedule_adherence(due, day)
    yield from sequence_adherence(due, day)
    yield from stability(day, machines)


def due_to_start(day: DayFacts) -> list[Assignment]:
    """Places whose start came on the day while their plan was in force, the earliest first."""
    found = [
        a
        for force in day.plans
        for a in force.plan.assignments
        if day.holds(a.start) and force.since <= a.start and (force.until is None or a.start < force.until)
    ]
    return sorted(found, key=lambda a: (a.start, a.order, a.position))


def schedule_adherence(due: Sequence[Assignment], day: DayFacts) -> Iterator[Figure]:
    """Operations begun on their machine within 30 minutes of the plan's start / operations due to start.

    One that has not begun counts once its 30 minutes have passed; an operation of which it is not
    known when it began is left out.
    """
    known = day.operations()
    told = [_is_as_planned(a, known.get((a.order, a.position)), day.now) for a in due]
    decided = [each for each in told if each is not None]
    if decided:
        yield Figure(Kpi.ADHERENCE, sum(decided), len(decided))


def _is_as_planned(place: Assignment, operation: Operation | None, now: datetime) -> bool | None:
    """None while that is open, or can never be known."""
    if operation is None or (operation.started_at is None and operation.finished_at is not None):
        return None
    if operation.started_at is None:
        return None if now <= place.start + TOLERANCE else False
    return operation.machine == place.machine and abs(operation.started_at - place.start) <= TOLERANCE


def sequence_adherence(due: Sequence[Assignment], day: DayFacts) -> Iterator[Figure]:
    """Neighbours in a machine's planned sequence that were begun in that order / neighbours both begun.

    Both must have been due on the day and have begun on that machine.
    """
    known, by_machine = day.operations(), defaultdict[str, list[datetime]](list)
    for place in due:
        operation = known.get((place.order, place.position))
        if operation and operation.started_at and operation.machine == place.machine:
            by_machine[place.machine].append(operation.started_at)
    pairs = [pair for begun in by_machine.values() for pair in pairwise(begun)]
    if pairs:
        yield Figure(Kpi.SEQUENCE_ADHERENCE, sum(a <= b for a, b in pairs), len(pairs))


def stability(day: DayFacts, machines: frozenset[str]) -> Iterator[Figure]:
    """Nervousness = operations moved / operations of the old plan that were to begin within 24 h or 48 h.

    Over every re-plan published on the day; moved is another machine, a start more than 30 minutes
    off, or no place any more. What had begun by then is not compared. 0 is perfectly stable.
    """
    for kpi, hours in ((Kpi.MOVED_24H, 24), (Kpi.MOVED_48H, 48)):
        told = [
            each
            for force in day.plans
            if day.holds(force.since) and force.before is not None
            for each in _moves(force, force.before, timedelta(hours=hours), day, machines)
        ]
        if told:
            yield Figure(kpi, sum(told), len(told))


def _moves(
    force: InForce, before: Plan, ahead: timedelta, day: DayFacts, machines: frozenset[str]
) -> Iterator[bool]:
    known = day.operations()
    after = {(a.order, a.position, a.lot): a for a in force.plan.assignments}
    for place in before.assignments:
        operation = known.get((place.order, place.position))
        if place.machine not in machines or not force.since <= place.start < force.since + ahead:
            continue
        if operation is None or not _had_begun(operation, force.since):
            yield differs(place, after.get((place.order, place.position, place.lot)))


def _had_begun(operation: Operation, at: datetime) -> bool:
    begun = operation.started_at or operation.finished_at
    return begun is not None and begun <= at


def plan_figures(day: DayFacts) -> Iterator[Figure]:
    """Of the plant as a whole: the age of the plan in force, and how the day's plans were solved."""
    force = _latest(day)
    if force is not None:
        yield Figure(Kpi.PLAN_AGE, minutes_between(force.plan.made_at, day.until))
    fresh = [force.origin for force in day.plans if day.holds(force.since)]
    took = [origin.solve_ms / 1000 for origin in fresh if origin.solve_ms is not None]
    proved = [origin.proved for origin in fresh if origin.proved is not None]
    if took:
        yield Figure(Kpi.SOLVER_TIME, sum(took), len(took))
    if proved:
        yield Figure(Kpi.PROVED, sum(proved), len(proved))


def makespan(day: DayFacts, orders: frozenset[str]) -> Iterator[Figure]:
    """Of the plan in force at the day's end: last end of these orders - its making, in minutes.

    In rolling operation it says how far the plan reaches, not how good it is.
    """
    force = _latest(day)
    ends = [a.end for a in force.plan.assignments if a.order in orders] if force else []
    if force and ends:
        yield Figure(Kpi.MAKESPAN, minutes_between(force.plan.made_at, max(ends)))


def _latest(day: DayFacts) -> InForce | None:
    """The plan in force at the end of the day, or now."""
    found = [f for f in day.plans if f.since <= day.until and (f.until is None or f.until > day.until)]
    return found[-1] if found else None
