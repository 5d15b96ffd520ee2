"""The form of a plant description: strict, with names for what is wrong."""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.records.errors import FileWrong
from app.records.message import Language
from app.records.plant import MachineState, Role, Severity

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
DayTime = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


def _date(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day is written as 2026-12-25")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"'{name}' is no time zone of the IANA list") from fault
    return name


IsoDate = Annotated[str, AfterValidator(_date)]
Days = Annotated[int, Field(ge=-3650, le=3650)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Named(_Form):
    """A thing with a name in three scripts and what else people call it."""

    en: str
    hans: str
    hant: str
    aliases: tuple[str, ...] = ()


class WindowForm(_Form):
    """Working hours on some days; "24:00" is midnight at the end of the day."""

    days: tuple[Day, ...]
    start: DayTime
    end: DayTime

    @model_validator(mode="after")
    def _goes_forward(self) -> "WindowForm":
        if self.start >= self.end:
            raise ValueError("a window ends after it starts; one over midnight is written as two")
        return self


class CalendarForm(_Form):
    """A shift calendar."""

    name: str
    windows: tuple[WindowForm, ...]
    days_off: tuple[IsoDate, ...] = ()


class FacilityForm(Named):
    """One site."""

    code: str
    calendar: str


class PersonForm(_Form):
    """Somebody; `pin` in the form of `records.pin`, "" for none."""

    userid: str
    name: str
    facility: str
    role: Role
    language: Language
    pin: str = ""


class MachineForm(Named):
    """One machine."""

    code: str
    type: str
    facility: str
    calendar: str
    interruptible: bool = True
    state: MachineState = MachineState.RUNNING
    note: str = ""


class StockForm(_Form):
    """Stock at a facility, in the item's unit; `hours_ago` it last moved."""

    facility: str
    quantity: float = Field(ge=0)
    bin: str
    on_hold: float = Field(0.0, ge=0)
    hours_ago: float = Field(2.0, ge=0, le=87_600)

    @model_validator(mode="after")
    def _is_there(self) -> "StockForm":
        if self.on_hold > self.quantity:
            raise ValueError("more is on hold than there is")
        return self


class ItemForm(Named):
    """One material, part or product with its stock."""

    code: str
    unit: str
    family: str = ""
    stock: tuple[StockForm, ...] = ()


class RouteStepForm(Named):
    """One operation of a route on a machine of a type."""

    type: str
    minutes_per_100: float = Field(gt=0)


class RouteForm(_Form):
    """How some items are made."""

    items: tuple[str, ...]
    steps: tuple[RouteStepForm, ...]


class OrderForm(_Form):
    """An order: days are counted from the day of loading; the first `done` operations are finished.

    The next one runs on `running_on` where that is given, with `made` pieces so far.
    """

    number: str
    customer: str
    item: str
    quantity: float = Field(gt=0)
    facility: str
    release_days: Days
    due_days: Days
    due_at: DayTime = "17:00"
    weight: int = Field(1, ge=1, le=9)
    done: int = Field(0, ge=0)
    running_on: str | None = None
    made: float = Field(0.0, ge=0)


class RequestForm(_Form):
    """A request that waits."""

    subject: str
    words: str
    from_facility: str
    to_facility: str
    asked_by: str
    lead: str


class CaseForm(_Form):
    """An open quality case."""

    facility: str
    words: str
    severity: Severity
    opened_by: str
    order: str | None = None
    item: str | None = None
    machine: str | None = None
    held: float = 0.0


class PlantForm(_Form):
    """The whole file."""

    time_zone: Annotated[str, AfterValidator(_zone)]
    calendar: tuple[CalendarForm, ...]
    facility: tuple[FacilityForm, ...]
    person: tuple[PersonForm, ...]
    machine: tuple[MachineForm, ...]
    item: tuple[ItemForm, ...]
    route: tuple[RouteForm, ...] = ()
    order: tuple[OrderForm, ...] = ()
    request: tuple[RequestForm, ...] = ()
    case: tuple[CaseForm, ...] = ()


def read_plant(file: Path) -> PlantForm:
    """The description in a file; raises FileWrong naming the file and the key."""
    try:
        plant = PlantForm.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FileWrong(f"{file}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        raise FileWrong(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for key, mistake in chain(_twice(plant), _loose(plant)):
        raise FileWrong(f"{file}: {key}: {mistake}")
    return plant


_CODES = {"calendar": "name", "facility": "code", "person": "userid", "machine": "code", "item": "code",
          "order": "number"}  # fmt: skip
_NAMED_BY = {
    "calendar": "calendar", "facility": "facility", "from_facility": "facility", "to_facility": "facility",
    "machine": "machine", "running_on": "machine", "item": "item", "order": "order",
    "asked_by": "person", "lead": "person", "opened_by": "person",
}  # fmt: skip
"""Keys whose value is the code of a thing of that kind."""


def _twice(plant: PlantForm) -> Iterator[tuple[str, str]]:
    lists = {kind: [getattr(each, code) for each in getattr(plant, kind)] for kind, code in _CODES.items()}
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


def _entries(plant: PlantForm) -> Iterator[tuple[str, _Form]]:
    """Every entry of the file with its key, stock included."""
    for kind in ("facility", "person", "machine", "item", "order", "request", "case"):
        yield from _numbered(kind, getattr(plant, kind))
    for n, item in enumerate(plant.item):
        yield from _numbered(f"item.{n}.stock", item.stock)


def _numbered(key: str, forms: Iterable[_Form]) -> Iterator[tuple[str, _Form]]:
    return ((f"{key}.{n}", form) for n, form in enumerate(forms))
