"""The plant's plan as a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.planning.calendars import Grid, shift_of, stop_of
from app.planning.changeovers import minutes_by
from app.planning.gantt.lanes import load, side_by_side
from app.planning.hours import merged
from app.ports import Facts
from app.records.chart import Bar, BarKind, Chart, Promise, Row, Window
from app.records.message import Language
from app.records.plant import Assignment, Machine, OperationState, Order, Plan, PlanState
from app.settings import Planning

_TICK = timedelta(minutes=1)
_AHEAD = timedelta(days=1)
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks: when, in which plant time, in which language."""

    now: datetime
    zone: ZoneInfo
    language: Language


def chart_of_plan(facts: Facts, plan: Plan | None, looker: Looker, planning: Planning) -> Chart:
    """The plan drawn in minutes from a midnight of plant time; None draws the machines alone.

    At most a year of it. What is done stays where it was planned.
    """
    return _Drawing(facts, plan, looker, planning).chart()


class _Drawing:
    """A plan while it is drawn."""

    def __init__(self, facts: Facts, plan: Plan | None, looker: Looker, planning: Planning) -> None:
        self._facts, self._plan, self._looker = facts, plan, looker
        self._frozen = timedelta(hours=planning.frozen_hours)
        floor = facts.floor()
        self._changeover_min = minutes_by(floor.changeovers, planning.changeover_minutes)
        self._downtimes = floor.downtimes
        every = plan.assignments if plan else ()
        first = min([looker.now, *(a.start for a in every)])
        first = max(first, looker.now - _LONGEST)
        midnight = datetime.combine(first.astimezone(looker.zone).date(), time(), looker.zone)
        self._origin = midnight.astimezone(UTC)
        self._assignments = [a for a in every if self._origin <= a.start <= looker.now + _LONGEST]
        last = max([looker.now + _AHEAD, *(a.end for a in self._assignments)])
        self._end = self._tick(last)
        self._orders = self._known_orders()
        self._items = {item.code: item for item in facts.items()}
        families = {self._items[o.item].family for o in self._orders.values() if o.item in self._items}
        self._families = tuple(sorted(families - {""}))
        self._promises = {promise.order: promise for promise in self._every_promise()}

    def _tick(self, at: datetime) -> int:
        return (at - self._origin) // _TICK

    def _known_orders(self) -> dict[str, Order]:
        found = {order.number: order for order in self._facts.orders()}
        for number in {a.order for a in self._assignments} - set(found):
            order = self._facts.order(number)
            if order is not None:
                found[number] = order
        return found

    def _every_promise(self) -> Iterable[Promise]:
        ends: dict[str, datetime] = {}
        for a in self._assignments:
            ends[a.order] = max(a.end, ends.get(a.order, a.end))
        for number, end in sorted(ends.items()):
            order = self._orders.get(number)
            due = self._tick(order.due) if order else None
            yield Promise(number, self._tick(end), self._item_name(order), due)

    def _item_name(self, order: Order | None) -> str:
        item = self._items.get(order.item) if order else None
        if item is None:
            return order.item if order else ""
        return f"{item.code} {item.name.in_language(self._looker.language)}"

    def chart(self) -> Chart:
        """All of it."""
        plan, looker = self._plan, self._looker
        now = self._tick(looker.now)
        return Chart(
            name=plan.id if plan else "",
            rows=tuple(self._rows()),
            orders=tuple(self._promises.values()),
            families=self._families,
            end=self._end,
            tick_s=int(_TICK.total_seconds()),
            origin=self._origin,
            zone=looker.zone.key,
            calendar="dates",
            now=now,
            frozen_until=now + self._frozen // _TICK,
            value=plan.minutes_late if plan else 0,
            by=plan.by if plan else "",
            state=plan.state if plan else None,
            made_at=plan.made_at if plan else None,
            at=looker.now,
        )

    def _rows(self) -> Iterable[Row]:
        facilities = {f.code: f for f in self._facts.facilities()}
        calendars = {c.name: c for c in self._facts.calendars()}
        grid = Grid(self._origin, _TICK, self._end, self._looker.zone)
        order = list(facilities)
        known = self._facts.machines()
        machines = sorted(known, key=lambda m: order.index(m.facility) if m.facility in order else len(order))
        for machine in machines:
            place = facilities.get(machine.facility)
            calendar = calendars.get(machine.calendar) or (calendars.get(place.calendar) if place else None)
            name = place.name.in_language(self._looker.language) if place else ""
            closed = shift_of(calendar, grid).closed if calendar else ()
            yield self._row(machine, f"{machine.facility} {name}".strip(), closed)

    def _row(self, machine: Machine, facility: str, closed: tuple[Window, ...]) -> Row:
        bars = side_by_side(self._bars(machine))
        down = merged(self._stops(machine))
        shut = merged([*closed, *down])
        return Row(
            machine=machine.code,
            name=machine.name.in_language(self._looker.language),
            facility=facility,
            bars=bars,
            closed=closed,
            down=down,
            load=load(bars, shut, self._tick(self._looker.now), self._end),
        )

    def _stops(self, machine: Machine) -> Iterable[Window]:
        """As it stands still now, and as is planned before the chart's end."""
        stop = stop_of(machine, self._looker.now)
        planned = [(d.start, d.end) for d in self._downtimes if d.machine == machine.code]
        for start, end in [stop, *planned] if stop else planned:
            if self._tick(start) < self._end:
                yield max(0, self._tick(start)), self._tick(end)

    def _bars(self, machine: Machine) -> Iterable[Bar]:
        mine = sorted(
            (a for a in self._assignments if a.machine == machine.code), key=lambda a: (a.start, a.end)
        )
        for n, assignment in enumerate(mine):
            yield self._bar(assignment, self._setup(machine, mine[n - 1], assignment) if n else 0)

    def _bar(self, a: Assignment, setup: int) -> Bar:
        order, promise = self._orders.get(a.order), self._promises[a.order]
        end = max(self._tick(a.start), self._tick(a.end))
        return Bar(
            order=a.order,
            position=a.position,
            start=self._tick(a.start),
            end=end,
            item=self._item_name(order),
            family=self._family(a),
            kind=self._kind(a, order),
            late=promise.late > 0,
            last=order is not None and a.position == max(o.position for o in order.operations),
            setup=setup,
        )

    def _family(self, a: Assignment) -> int | None:
        order = self._orders.get(a.order)
        item = self._items.get(order.item) if order else None
        return self._families.index(item.family) if item and item.family else None

    def _setup(self, machine: Machine, before: Assignment, a: Assignment) -> int:
        """A changeover between families, as far as there is room for it."""
        one, other = self._family(before), self._family(a)
        if one is None or other is None:
            return 0
        minutes = self._changeover_min(machine.type, self._families[one], self._families[other])
        return max(0, min(minutes, (a.start - before.end) // _TICK))

    def _kind(self, a: Assignment, order: Order | None) -> BarKind:
        """Where an operation stands; done as well where the order is gone.

        What begins soon cannot be moved in a plan that is in force.
        """
        states = {o.position: o.state for o in order.operations} if order else {}
        state = states.get(a.position)
        if state is OperationState.DONE or state is None:
            return "done"
        if state is OperationState.RUNNING:
            return "running"
        in_force = self._plan is not None and self._plan.state is PlanState.PUBLISHED
        soon = self._looker.now <= a.start < self._looker.now + self._frozen
        return "frozen" if in_force and soon else "planned"
