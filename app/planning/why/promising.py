"""A promise, and whether one more order can be promised, in words."""

from collections.abc import Iterator

from app.planning.why.capable import Capable
from app.planning.why.measure import Measure
from app.planning.why.promise import Promise
from app.records.answer import Say

_MACHINES = 3
"""So many machines are named, those with the most work; the rest is counted."""


def told_promise(promise: Promise, measure: Measure, plan: Say) -> Say:
    """The date of an order, how it stands to the due date, and what it rests on.

    `plan` says which plan, and whether that must still be approved.
    """
    values: dict[str, object] = {"order": measure.order(promise.head), "at": measure.at(promise.finish)}
    if promise.due is None:
        said = Say("why.promise.date", values)
    else:
        spare = promise.due - promise.finish
        key = "why.promise.early" if spare >= 0 else "why.promise.late"
        said = Say(key, {**values, "span": measure.span(abs(spare))})
    return Say("why.lines", {"first": said, "rest": rests_on(promise, measure, plan)})


def rests_on(promise: Promise, measure: Measure, plan: Say) -> Say:
    """What must hold for a promise."""
    return Say("why.promise.rests", {"things": (*_things(promise, measure), plan)})


def _things(promise: Promise, measure: Measure) -> Iterator[Say]:
    for machine, units in promise.machines[:_MACHINES]:
        yield Say("why.rests.machine", {"span": measure.span(units), "machine": measure.machine(machine)})
    if more := promise.machines[_MACHINES:]:
        units = sum(work for _, work in more)
        yield Say("why.rests.machines_more", {"span": measure.span(units), "n": len(more)})
    for material, time in promise.receipts:
        name = measure.problem.materials[material].name
        yield Say("why.rests.receipt", {"material": name, "at": measure.at(time)})
    for crew in promise.crews:
        yield Say("why.rests.crew", {"crew": measure.problem.crews[crew].name})
    if promise.overtime:
        yield Say("why.rests.overtime", {"span": measure.span(promise.overtime)})


def told_capable(capable: Capable, what: Say, measure: Measure) -> Say:
    """Yes and when, or no, when then, and who would have to wait. `what` is quantity and item."""
    says = list(_answer(capable, what, measure))
    if capable.promise is not None:
        key = "why.can.moved" if capable.moved else "why.can.unmoved"
        says.append(Say(key, {"n": capable.moved}))
        plan = Say("why.rests.new_plan")
        says.append(rests_on(capable.promise, measure, plan))
    says.append(Say("why.can.nothing_reserved"))
    return _lines(says)


def _answer(capable: Capable, what: Say, measure: Measure) -> Iterator[Say]:
    values: dict[str, object] = {"what": what}
    if capable.by is not None:
        values["by"] = measure.at(capable.by)
    if capable.finish is None:
        yield Say("why.can.unknown", {"what": what})
        if capable.by is not None:
            yield _whatever(capable, capable.by, measure)
        return
    values["at"] = measure.at(capable.finish)
    if capable.by is None:
        yield Say("why.can.when", values)
    elif capable.on_time:
        yield Say("why.can.yes", {**values, "span": measure.span(capable.by - capable.finish)})
    else:
        yield Say("why.can.no", values)
        yield _whatever(capable, capable.by, measure)


def _whatever(capable: Capable, by: int, measure: Measure) -> Say:
    """What it would take to be ready by then all the same."""
    if capable.alone is not None and capable.alone > by:
        return Say("why.hopeless", {"at": measure.at(capable.alone)})
    if capable.slips is None:
        return Say("why.can.no_way", {"by": measure.at(by)})
    rows = [
        Say("planning.plan.late_order", {"order": measure.order(job), "span": measure.span(units)})
        for job, units in capable.slips
    ]
    return Say("why.can.only_if", {"by": measure.at(by), "orders": tuple(rows)})


def _lines(says: list[Say]) -> Say:
    head, *rest = says
    return Say("why.lines", {"first": head, "rest": _lines(rest)}) if rest else head
