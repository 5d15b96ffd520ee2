"""The store's facts of one day, as key figures are counted from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.planning.calendars import Grid, closed_windows
from app.planning.kpi.material import Changeover, DayFacts, MachineDay
from app.planning.kpi.spans import Span, common, without
from app.planning.posing import CHANGEOVER
from app.ports import Facts
from app.records.plant import Calendar, Machine, MachineState, Order
from app.records.versions import InForce

_MINUTE = timedelta(minutes=1)


def gather(facts: Facts, day: date, now: datetime, zone: ZoneInfo) -> DayFacts:
    """What is known at `now` of a day in plant time.

    Of stops only the present one is known, so that past days count their machines as if none had
    been. A machine that stands still for maintenance is planned downtime, any other stop is not.
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
        changeover_min=changeover_min(facts),
    )


def changeover_min(_facts: Facts) -> Changeover:
    """The plant's standard changeover times, as a plan is made with them."""
    return lambda _machine_type, _before, _after: CHANGEOVER / _MINUTE


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
    for machine in facts.machines():
        calendar = calendars.get(machine.calendar) or calendars.get(whose.get(machine.facility, ""))
        hours = common(_open(calendar, low, high, zone), [(low, min(high, now))])
        stop = _stop(machine, now)
        planned = machine.state is MachineState.MAINTENANCE
        yield MachineDay(
            code=machine.code,
            type=machine.type,
            facility=machine.facility,
            open=without(hours, stop) if planned else hours,
            down=() if planned else stop,
        )


def _stop(machine: Machine, now: datetime) -> tuple[Span, ...]:
    stands = machine.state in {MachineState.DOWN, MachineState.MAINTENANCE}
    return ((machine.since, now),) if stands else ()


def _open(calendar: Calendar | None, low: datetime, high: datetime, zone: ZoneInfo) -> tuple[Span, ...]:
    """When a calendar is open within the day, to the minute; without one it always is."""
    grid = Grid(low, _MINUTE, (high - low) // _MINUTE, zone)
    shut = ((low + a * _MINUTE, low + b * _MINUTE) for a, b in closed_windows(calendar, grid))
    return without([(low, high)], shut)
