"""The store's facts of a shift, by facility."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from app.planning.kpi.spans import Span
from app.planning.shift.times import day_at, shift_at
from app.ports import Facts
from app.records.kpi import Figure, Kpi
from app.records.plant import Calendar, Facility, MachineState, Operation, OperationState, Order, Plan
from app.records.shift import Behind, Finished, ShiftReport, SiteShift, Stop

SHOWN = (Kpi.ADHERENCE, Kpi.UTILISATION, Kpi.ON_TIME_ORDERS)
_STOPS = frozenset({MachineState.DOWN, MachineState.MAINTENANCE, MachineState.SLOW})


def gather_shift(
    facts: Facts, codes: tuple[str, ...], now: datetime, zone: ZoneInfo, *, whole_day: bool = False
) -> ShiftReport:
    """What is known at `now` of the shift at these facilities, of every one where none is named."""
    calendars = {each.name: each for each in facts.calendars()}
    sites = [each for each in facts.facilities() if each.code in codes or not codes]
    spans = [day_at(now, zone) if whole_day else _span(calendars, each, now, zone) for each in sites]
    gathered = (_site(facts, each, span, zone) for each, span in zip(sites, spans, strict=True))
    return ShiftReport(now, whole_day, tuple(gathered))


def _span(calendars: dict[str, Calendar], site: Facility, now: datetime, zone: ZoneInfo) -> Span:
    return shift_at(calendars.get(site.calendar), now, zone)


def _site(facts: Facts, site: Facility, span: Span, zone: ZoneInfo) -> SiteShift:
    low, high = span
    machines = frozenset(each.code for each in facts.machines() if each.facility == site.code)
    touched, plan = facts.orders_between(low, high), facts.plan()
    ended = [
        op
        for order in touched
        for op in order.operations
        if op.machine in machines and op.finished_at is not None and low <= op.finished_at < high
    ]
    planned, on_plan = _planned(facts, machines, span)
    return SiteShift(
        facility=site,
        low=low,
        high=high,
        done=len(ended),
        planned=planned,
        on_plan=on_plan,
        finished=tuple(_finished(touched, ended)),
        late=tuple(_behind(facts, site, plan)),
        stops=tuple(sorted(_stops(facts, machines, span), key=lambda stop: (stop.start, stop.machine))),
        cases=tuple(each.number for each in facts.cases() if each.facility == site.code),
        requests=tuple(each.number for each in facts.requests() if each.to_facility == site.code),
        held=tuple(_held(facts, site)),
        figures=_figures(facts, site, low, zone),
    )


def _planned(facts: Facts, machines: frozenset[str], span: Span) -> tuple[int, int]:
    """Operations that were to end in the span by the plan in force then, and how many have ended."""
    low, high = span
    due = {
        (a.order, a.position)
        for force in facts.in_force(low, high)
        for a in force.plan.assignments
        if a.machine in machines
        and low <= a.end < high
        and force.since <= a.end
        and (force.until is None or a.end < force.until)
    }
    orders = [order for number in sorted({number for number, _ in due}) if (order := facts.order(number))]
    states = {(op.order, op.position): op.state for order in orders for op in order.operations}
    return len(due), sum(states.get(each) is OperationState.DONE for each in due)


def _finished(orders: tuple[Order, ...], ended: list[Operation]) -> Iterator[Finished]:
    """Orders whose last operation is among those that ended."""
    last = {(op.order, op.position) for op in ended}
    for order in orders:
        final = max(order.operations, key=lambda op: op.position, default=None)
        if final is not None and (final.order, final.position) in last:
            yield Finished(order.number, order.quantity)


def _behind(facts: Facts, site: Facility, plan: Plan | None) -> list[Behind]:
    """Open orders of the facility that the plan ends after their due time, the latest first."""
    ends: dict[str, datetime] = {}
    for a in plan.assignments if plan else ():
        ends[a.order] = max(a.end, ends.get(a.order, a.end))
    late = [
        Behind(order.number, round((ends[order.number] - order.due).total_seconds() / 60))
        for order in facts.orders()
        if order.facility == site.code and ends.get(order.number, order.due) > order.due
    ]
    return sorted(late, key=lambda each: (-each.minutes, each.order))


def _stops(facts: Facts, machines: frozenset[str], span: Span) -> Iterator[Stop]:
    low, high = span
    yield from (stop for stop in facts.stops(low, high) if stop.machine in machines)
    for machine in facts.machines():
        if machine.code in machines and machine.state in _STOPS and machine.since < high:
            yield Stop(machine.code, machine.state, machine.since)


def _held(facts: Facts, site: Facility) -> Iterator[str]:
    for decision in facts.held():
        hold = decision.hold
        if hold is not None and hold.reason == "approval" and hold.facility in {site.code, None}:
            yield decision.id


def _figures(facts: Facts, site: Facility, low: datetime, zone: ZoneInfo) -> tuple[Figure, ...]:
    """The facility's figures of the day on which the shift began."""
    day = low.astimezone(zone).date()
    kept = [each for each in facts.figures(day) if each.day == day and each.facility == site.code]
    found = (kept[0].of(kpi) for kpi in SHOWN) if kept else ()
    return tuple(figure for figure in found if figure is not None)
