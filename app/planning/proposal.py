"""A schedule becomes a plan of the plant, in its own names and times."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.planning.asked import Question
from app.records.action import assignments_digest, digest_of
from app.records.plant import Assignment, OperationState, Plan, PlanState
from app.records.scheduling import STABLE_S, Schedule

COMPARED = timedelta(hours=48)
"""How far ahead a plan is compared with the published one."""


def read_back(question: Question, schedule: Schedule, made_at: datetime, published: Plan | None) -> Plan:
    """The schedule as a proposed plan, in the plant's names and times."""
    assignments = _assignments(question, schedule)
    late = lateness(question, assignments)
    moved, compared = _moved(question, assignments, published)
    digest = digest_of([assignments_digest(assignments), made_at.isoformat()])
    return Plan(
        id=f"P-{digest[:8]}",
        by=_maker(schedule.by),
        made_at=made_at,
        state=PlanState.PROPOSED,
        assignments=assignments,
        late_orders=tuple(late),
        minutes_late=sum(late.values()),
        moved=moved,
        compared=compared,
    )


def _maker(by: str) -> str:
    if by.startswith("cloud"):
        return "cloud"
    return "solver" if by == "solver" else "dispatch"


def _assignments(question: Question, schedule: Schedule) -> tuple[Assignment, ...]:
    begun = {(order, position): at for order, position, at in question.begun}
    made = []
    for slot in schedule.slots:
        order, position = question.orders[slot.job].number, question.positions[slot.job][slot.task]
        start = begun.get((order, position), question.at(slot.start))
        machine = question.machines[slot.machine]
        end, lot = question.at(slot.end), question.lot(slot.job)
        made.append(Assignment(order, position, machine, start, end, lot))
    return tuple(sorted(made, key=lambda a: (a.start, a.order, a.position, a.lot)))


def lateness(question: Question, assignments: Sequence[Assignment]) -> dict[str, int]:
    """Minutes after the order's own due time, for orders that are late; most first."""
    ends: dict[str, datetime] = {}
    for a in assignments:
        ends[a.order] = max(a.end, ends.get(a.order, a.end))
    late = {
        order.number: -((order.due - ends[order.number]) // timedelta(minutes=1))
        for order in question.orders
        if ends.get(order.number, order.due) > order.due
    }
    return dict(sorted(late.items(), key=lambda item: (-item[1], item[0])))


def _moved(question: Question, assignments: Sequence[Assignment], published: Plan | None) -> tuple[int, int]:
    """How many operations of the published plan's next 48 h changed machine, or start by over 30 minutes.

    Operations that run or are done are not compared; one that is no longer planned has moved.
    """
    after = {(a.order, a.position, a.lot): a for a in assignments}
    waiting = waiting_in(question)
    soon = [
        a
        for a in (published.assignments if published else ())
        if question.now <= a.start < question.now + COMPARED and (a.order, a.position) in waiting
    ]
    changed = [a for a in soon if differs(a, after.get((a.order, a.position, a.lot)))]
    return len(changed), len(soon)


def waiting_in(question: Question) -> set[tuple[str, int]]:
    """Operations that have yet to begin, as far as the question knows, by order and position.

    All that the published plan has of an order that is left out counts as waiting.
    """
    left_out = {*question.on_hold, *question.unplannable}
    published = question.published.assignments if question.published else ()
    return {(a.order, a.position) for a in published if a.order in left_out} | {
        (order.number, o.position)
        for order, positions in zip(question.orders, question.positions, strict=True)
        for o in order.operations
        if o.state is OperationState.WAITING and o.position in positions
    }


def differs(before: Assignment, after: Assignment | None) -> bool:
    """Whether an operation has another machine, starts by over 30 minutes elsewhen, or is gone."""
    if after is None or after.machine != before.machine:
        return True
    return abs(after.start - before.start) > timedelta(seconds=STABLE_S)
