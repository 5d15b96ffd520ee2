"""The form of a plant description: strict, with names for what is wrong."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.records.errors import FileWrong
from app.records.message import Language
from app.records.plant import MachineState, Role, Severity

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
DayTime = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"'{name}' is no time zone of the IANA list") from fault
    return name


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    hours_ago: float = Field(2.0, ge=0)


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
    release_days: int
    due_days: int
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
        return PlantForm.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FileWrong(f"{file}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: not TOML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        raise FileWrong(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
