"""A plant description put into an empty store, its days counted from now."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.outbound.store.book import SqlBook
from app.outbound.store.days import DayTime, minute_of
from app.outbound.store.facts import (
    CALENDARS,
    CASES,
    FACILITIES,
    ITEMS,
    MACHINES,
    OPERATIONS,
    ORDERS,
    PEOPLE,
    REQUESTS,
    STOCK,
)
from app.outbound.store.floor import (
    ABSENCES,
    BILL,
    CHANGEOVERS,
    DOWNTIMES,
    RECEIPTS,
    SKILLS,
    STAFFING,
    TRANSFERS,
)
from app.outbound.store.line import adding, listed, stamp
from app.outbound.store.plant_forms import (
    Named,
    OrderForm,
    PlantForm,
    RouteStepForm,
    SpanForm,
    WindowForm,
)
from app.records.action import digest_of

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ANYBODY = sa.select(PEOPLE.c.userid).limit(1)
_ADD = {
    table.name: adding(table, *but)
    for table, but in (
        (CALENDARS, ()), (FACILITIES, ()), (PEOPLE, ()), (MACHINES, ()), (ITEMS, ()), (STOCK, ()),
        (ORDERS, ()), (OPERATIONS, ()), (REQUESTS, ("n",)), (CASES, ("n",)), (CHANGEOVERS, ()),
        (TRANSFERS, ()), (BILL, ()), (RECEIPTS, ("n",)), (SKILLS, ()), (STAFFING, ()), (ABSENCES, ("n",)),
        (DOWNTIMES, ("n",)),
    )
}  # fmt: skip


def seed(book: SqlBook, plant: PlantForm, now: datetime) -> bool:
    """Put the plant in; False, with nothing changed, when there are people already."""
    if book.line.one(_ANYBODY):
        return False
    _places(book, plant)
    _things(book, plant, now)
    for order in plant.order:
        _order(book, plant, order, now)
    _limits(book, plant)
    _to_come(book, plant, now)
    for request in plant.request:
        given = {**request.model_dump(mode="json"), "state": "waiting", "reason": "", "answered_at": None}
        _add(book, REQUESTS, {**given, "opened_at": stamp(now)})
    for case in plant.case:
        _add(book, CASES, {**case.model_dump(mode="json"), "open": True, "opened_at": stamp(now)})
    bump_names(book)
    book.set_meta("data_version", digest_of(plant.model_dump(mode="json")))
    return True


def bump_names(book: SqlBook) -> None:
    """Say that facilities, machines, items or orders have changed."""
    book.set_meta("names_version", str(book.names_version() + 1))


def _add(book: SqlBook, table: sa.Table, row: Mapping[str, object]) -> None:
    book.line.do(_ADD[table.name], row)


def _name(of: Named) -> dict[str, object]:
    return {"name_en": of.en, "name_hans": of.hans, "name_hant": of.hant}


def _places(book: SqlBook, plant: PlantForm) -> None:
    for calendar in plant.calendar:
        kinds = ("windows", "breaks", "overtime")
        row: dict[str, object] = {kind: _week(getattr(calendar, kind)) for kind in kinds}
        row |= {"name": calendar.name, "days_off": listed(calendar.days_off), "holidays": calendar.holidays}
        _add(book, CALENDARS, row)
    for site in plant.facility:
        rest = {"code": site.code, "calendar": site.calendar, "aliases": listed(site.aliases)}
        _add(book, FACILITIES, {**_name(site), **rest})
    for person in plant.person:
        kept = person.model_dump(mode="json", exclude={"pin"})
        own = {"skills": listed(person.skills), "shift": person.shift or "", "pin_hash": person.pin or None}
        _add(book, PEOPLE, {**kept, **own})


def _week(windows: Iterable[WindowForm]) -> str:
    return listed([row for window in windows for row in _rows(window)])


def _rows(window: WindowForm) -> list[tuple[int, int, int]]:
    return [(_DAYS.index(day), minute_of(window.start), minute_of(window.end)) for day in window.days]


def _limits(book: SqlBook, plant: PlantForm) -> None:
    for matrix in plant.changeover:
        for before, row in zip(matrix.families, matrix.minutes, strict=True):
            for after, minutes in zip(matrix.families, row, strict=True):
                pair = {"machine_type": matrix.type, "before": before, "after": after}
                _add(book, CHANGEOVERS, {**pair, "minutes": minutes})
    for transfer in plant.transfer:
        _add(book, TRANSFERS, transfer.model_dump())
    for line in plant.material:
        _add(book, BILL, line.model_dump())
    for skill in plant.skill:
        _add(book, SKILLS, {"machine_type": skill.type, "skill": skill.skill})
    for staffing in plant.staffing:
        _add(book, STAFFING, staffing.model_dump())


def _to_come(book: SqlBook, plant: PlantForm, now: datetime) -> None:
    """Receipts, absences and planned stops, their days counted from today."""
    zone = ZoneInfo(plant.time_zone)
    for receipt in plant.receipt:
        kept = {name: getattr(receipt, name) for name in ("item", "facility", "quantity")}
        _add(book, RECEIPTS, {**kept, "at": _day(now, receipt.due_days, receipt.due_at, zone)})
    for absence in plant.absence:
        _add(book, ABSENCES, {"person": absence.person, **_span(now, absence, zone)})
    for stop in plant.downtime:
        _add(book, DOWNTIMES, {"machine": stop.machine, "note": stop.note, **_span(now, stop, zone)})


def _span(now: datetime, span: SpanForm, zone: ZoneInfo) -> dict[str, str]:
    return {
        "start": _day(now, span.from_days, span.from_at, zone),
        "end": _day(now, span.to_days, span.to_at, zone),
    }


def _things(book: SqlBook, plant: PlantForm, now: datetime) -> None:
    for machine in plant.machine:
        kept = machine.model_dump(mode="json", exclude={"en", "hans", "hant", "aliases"})
        now_is = {"aliases": listed(machine.aliases), "since": stamp(now), "until": None}
        _add(book, MACHINES, {**kept, **_name(machine), **now_is})
    for item in plant.item:
        rest = {"code": item.code, "unit": item.unit, "family": item.family, "aliases": listed(item.aliases)}
        _add(book, ITEMS, {**_name(item), **rest})
        for stock in item.stock:
            line = stock.model_dump(exclude={"hours_ago"})
            at = stamp(now - timedelta(hours=stock.hours_ago))
            _add(book, STOCK, {**line, "item": item.code, "at": at})


def _order(book: SqlBook, plant: PlantForm, order: OrderForm, now: datetime) -> None:
    zone = ZoneInfo(plant.time_zone)
    names = ("number", "customer", "item", "quantity", "facility", "weight", "lots_max", "lot_min")
    release, due = _day(now, order.release_days, "08:00", zone), _day(now, order.due_days, order.due_at, zone)
    row = {**{name: getattr(order, name) for name in names}, "release": release, "due": due, "on_hold": False}
    _add(book, ORDERS, row)
    steps = next((route.steps for route in plant.route if order.item in route.items), ())
    for position, step in enumerate(steps):
        _add(book, OPERATIONS, _operation(order, position, step, now))


def _operation(order: OrderForm, position: int, step: RouteStepForm, now: datetime) -> dict[str, object]:
    row = {
        **_name(step), "order": order.number, "position": position, "machine_type": step.type,
        "minutes": step.minutes_for(order.quantity), "flagged": False,
        "interruptible": step.interruptible, "load": step.load_of(order.quantity),
        "alternatives": listed([(m.machine, m.minutes_for(order.quantity)) for m in step.machines]),
        "state": "waiting", "quantity_done": 0.0, "machine": None, "started_at": None, "finished_at": None,
    }  # fmt: skip
    if position < order.done:
        finished = stamp(now - timedelta(hours=4 * (order.done - position)))
        return {**row, "state": "done", "quantity_done": order.quantity, "finished_at": finished}
    if position == order.done and order.running_on:
        return {**row, "state": "running", "machine": order.running_on, "quantity_done": order.made,
                "started_at": stamp(now - timedelta(hours=1))}  # fmt: skip
    return row


def _day(now: datetime, days: int, at: DayTime, zone: ZoneInfo) -> str:
    """A time of day so many days from today, in plant time; 24:00 is the next midnight."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return stamp(datetime.combine(day, time(), zone) + timedelta(minutes=minute_of(at)))
