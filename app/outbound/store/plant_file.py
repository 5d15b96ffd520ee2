"""A plant description read from a file: strict, with names for what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from app.outbound.store.holidays import holiday_lists
from app.outbound.store.plant_forms import Form, PlantForm
from app.outbound.toml_form import read_form
from app.records.errors import FileWrong


def read_plant(file: Path) -> PlantForm:
    """The description in a file; raises FileWrong naming the file and the key."""
    plant = read_form(file, PlantForm)
    for key, mistake in chain(_twice(plant), _loose(plant), _unfit(plant)):
        raise FileWrong(f"{file}: {key}: {mistake}")
    return plant


_KEYS: Mapping[str, Callable[[Any], object]] = {
    "changeover": lambda of: of.type, "skill": lambda of: of.type,
    "transfer": lambda of: f"{of.from_facility}-{of.to_facility}",
    "material": lambda of: f"{of.item} {of.position} {of.needs}",
    "staffing": lambda of: f"{of.facility} {of.skill} {of.calendar}",
}  # fmt: skip
"""By what an entry is told from the others of its kind."""
_CODES = {"calendar": "name", "facility": "code", "person": "userid", "machine": "code", "item": "code",
          "order": "number"}  # fmt: skip
_NAMED_BY = {
    "calendar": "calendar", "facility": "facility", "from_facility": "facility", "to_facility": "facility",
    "machine": "machine", "running_on": "machine", "item": "item", "order": "order",
    "asked_by": "person", "lead": "person", "opened_by": "person", "person": "person", "needs": "item",
    "shift": "calendar",
}  # fmt: skip
"""Keys whose value is the code of a thing of that kind."""
_KINDS = (
    "facility", "person", "machine", "item", "order", "request", "case", "transfer", "material", "receipt",
    "staffing", "absence", "downtime",
)  # fmt: skip


def _twice(plant: PlantForm) -> Iterator[tuple[str, str]]:
    lists = {kind: [getattr(each, code) for each in getattr(plant, kind)] for kind, code in _CODES.items()}
    lists |= {kind: [of(each) for each in getattr(plant, kind)] for kind, of in _KEYS.items()}
    lists |= {f"item.{n}.stock": [s.facility for s in item.stock] for n, item in enumerate(plant.item)}
    for key, codes in lists.items():
        yield from (
            (f"{key}.{n}", f"'{code}' is there twice") for n, code in enumerate(codes) if code in codes[:n]
        )


def _loose(plant: PlantForm) -> Iterator[tuple[str, str]]:
    """What names a thing that is not in the file."""
    known = {kind: {getattr(each, code) for each in getattr(plant, kind)} for kind, code in _CODES.items()}
    for key, form in _entries(plant):
        for name, kind in _NAMED_BY.items():
            code = getattr(form, name, None)
            if code is not None and code not in known[kind]:
                yield f"{key}.{name}", f"there is no {kind} '{code}'"
    for n, route in enumerate(plant.route):
        missing = ((m, code) for m, code in enumerate(route.items) if code not in known["item"])
        yield from ((f"route.{n}.items.{m}", f"there is no item '{code}'") for m, code in missing)


def _entries(plant: PlantForm) -> Iterator[tuple[str, Form]]:
    """Every entry of the file with its key, stock included."""
    for kind in _KINDS:
        yield from _numbered(kind, getattr(plant, kind))
    for n, item in enumerate(plant.item):
        yield from _numbered(f"item.{n}.stock", item.stock)
    for n, route in enumerate(plant.route):
        for m, step in enumerate(route.steps):
            yield from _numbered(f"route.{n}.steps.{m}.machines", step.machines)


def _numbered(key: str, forms: Iterable[Form]) -> Iterator[tuple[str, Form]]:
    return ((f"{key}.{n}", form) for n, form in enumerate(forms))


def _unfit(plant: PlantForm) -> Iterator[tuple[str, str]]:
    """What names something but does not fit it."""
    for check in (_unfit_calendars, _unfit_machines, _unfit_routes, _unfit_orders):
        yield from check(plant)


def _unfit_calendars(plant: PlantForm) -> Iterator[tuple[str, str]]:
    for n, calendar in enumerate(plant.calendar):
        if calendar.holidays and calendar.holidays not in holiday_lists():
            known = ", ".join(holiday_lists())
            yield f"calendar.{n}.holidays", f"there is no list '{calendar.holidays}'; there are {known}"


def _unfit_machines(plant: PlantForm) -> Iterator[tuple[str, str]]:
    types = {machine.type for machine in plant.machine}
    for kind in ("changeover", "skill"):
        for n, form in enumerate(getattr(plant, kind)):
            if form.type not in types:
                yield f"{kind}.{n}.type", f"there is no machine of type '{form.type}'"
    families = {item.family for item in plant.item if item.family}
    for n, machine in enumerate(plant.machine):
        if machine.mounted is not None and machine.mounted not in families:
            yield f"machine.{n}.mounted", f"no item is of family '{machine.mounted}'"


def _unfit_routes(plant: PlantForm) -> Iterator[tuple[str, str]]:
    types = {machine.code: machine.type for machine in plant.machine}
    for n, route in enumerate(plant.route):
        for m, step in enumerate(route.steps):
            for each in step.machines:
                if types[each.machine] != step.type:
                    said = f"'{each.machine}' is of type '{types[each.machine]}', not '{step.type}'"
                    yield f"route.{n}.steps.{m}.machines", said


def _unfit_orders(plant: PlantForm) -> Iterator[tuple[str, str]]:
    steps = {item: route.steps for route in reversed(plant.route) for item in route.items}
    for n, line in enumerate(plant.material):
        if line.position >= len(steps.get(line.item, ())):
            yield f"material.{n}.position", f"the route of '{line.item}' has no operation {line.position}"
    for n, order in enumerate(plant.order):
        if order.lot_min > order.quantity:
            yield f"order.{n}.lot_min", f"a lot of {order.lot_min:g} is more than the order"
