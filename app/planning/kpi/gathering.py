"""The store's facts of one day, as key figures are counted from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.planning.calendars import Grid, shift_of
from app.planning.changeovers import minutes_by
from app.planning.kpi.material import Changeover, DayFacts, MachineDay
from app.planning.kpi.spans import Span, common, without
from app.ports import Facts
from app.records.floor import Downtime
from app.records.plant import Calendar, Machine, MachineState, Order
from app.records.versions import InForce

_MINUTE = timedelta(minutes=1)


def gather(facts: Facts, day: date, now: datetime, zone: ZoneInfo, ordinary_min: int) -> DayFacts:
    """What is known at `now` of a day in plant time.

    `ordinary_min` are the minutes of a changeover that the plant does not name.

    Of stops only the present one is known, so that past days count their machines as if none had
    been. A machine that stands still for maintenance, or as planned, is planned downtime, any other
    stop is not.
    """
    low, high = (datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 1))
    plans = facts.in_force(low, high)
    return DayFacts(
        low=low,
        high=high,
        now=now,
        facilities=tuple(site.code for site in facts.facilities()),
        orders=_orders(facts, low, high, plans),
        machines=tuple(_machines(facts, low, high, now, zone)),
        plans=plans,
        families={item.code: item.family for item in facts.items()},
        changeover_min=changeover_min(facts, ordinary_min),
    )


def changeover_min(facts: Facts, ordinary_min: int) -> Changeover:
    """The plant's standard changeover times, as a plan is made with them."""
    return minutes_by(facts.floor().changeovers, ordinary_min)


def _orders(facts: Facts, low: datetime, high: datetime, plans: Iterable[InForce]) -> tuple[Order, ...]:
    """Due in the day, worked on in it, or in a plan that was in force."""
    found = {order.number: order for order in (*facts.orders_between(low, high), *facts.orders())}
    both = (plan for force in plans for plan in (force.plan, force.before) if plan is not None)
    planned = {a.order for plan in both for a in plan.assignments if a.end >= low}
    for number in sorted(planned - set(found)):
        order = facts.order(number)
        if order is not None:
            found[number] = order
    return tuple(found.values())


def _machines(
    facts: Facts, low: datetime, high: datetime, now: datetime, zone: ZoneInfo
) -> Iterable[MachineDay]:
    calendars = {calendar.name: calendar for calendar in facts.calendars()}
    whose = {site.code: site.calendar for site in facts.facilities()}
    planned = facts.floor().downtimes
    for machine in facts.machines():
        calendar = calendars.get(machine.calendar) or calendars.get(whose.get(machine.facility, ""))
        opened, overtime = _hours(calendar, low, high, zone)
        hours = without(common(opened, [(low, min(high, now))]), _planned(machine, planned, now))
        yield MachineDay(
            code=machine.code,
            type=machine.type,
            facility=machine.facility,
            open=hours,
            down=((machine.since, now),) if machine.state is MachineState.DOWN else (),
            overtime=overtime,
        )


def _planned(machine: Machine, downtimes: Iterable[Downtime], now: datetime) -> Iterable[Span]:
    yield from ((each.start, each.end) for each in downtimes if each.machine == machine.code)
    if machine.state is MachineState.MAINTENANCE:
        yield machine.since, now


def _hours(
    calendar: Calendar | None, low: datetime, high: datetime, zone: ZoneInfo
) -> tuple[tuple[Span, ...], tuple[Span, ...] | None]:
    """When a calendar is open within the day, to the minute, and its overtime, None where it has none.

    Without a calendar it is always open.
    """
    if calendar is None:
        return ((low, high),), None
    shift = shift_of(calendar, Grid(low, _MINUTE, (high - low) // _MINUTE, zone))
    opened, extra = (
        tuple((low + a * _MINUTE, low + b * _MINUTE) for a, b in windows)
        for windows in (shift.open, shift.overtime)
    )
    return opened, extra if calendar.overtime else None
