"""The forms of a plant description: what may be written, strictly."""

from math import ceil
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.outbound.store.days import Day, Days, DayTime, IsoDate
from app.records.message import Language
from app.records.plant import MachineState, Role, Severity


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"'{name}' is no time zone of the IANA list") from fault
    return name


class Form(BaseModel):
    """What every entry shares: keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Named(Form):
    """A thing with a name in three scripts and what else people call it."""

    en: str
    hans: str
    hant: str
    aliases: tuple[str, ...] = ()


class WindowForm(Form):
    """Working hours on some days; "24:00" is midnight at the end of the day."""

    days: tuple[Day, ...]
    start: DayTime
    end: DayTime

    @model_validator(mode="after")
    def _goes_forward(self) -> "WindowForm":
        if self.start >= self.end:
            raise ValueError("a window ends after it starts; one over midnight is written as two")
        return self


class CalendarForm(Form):
    """A shift calendar: `breaks` are taken out of the windows, `overtime` comes beside them.

    `holidays` names a list of config/holidays.
    """

    name: str
    windows: tuple[WindowForm, ...]
    days_off: tuple[IsoDate, ...] = ()
    breaks: tuple[WindowForm, ...] = ()
    overtime: tuple[WindowForm, ...] = ()
    holidays: str = ""


class FacilityForm(Named):
    """One site."""

    code: str
    calendar: str


class PersonForm(Form):
    """Somebody; `pin` in the form of `records.pin`, "" for none; `shift` names a calendar."""

    userid: str
    name: str
    facility: str
    role: Role
    language: Language
    pin: str = ""
    skills: tuple[str, ...] = ()
    shift: str | None = None


class MachineForm(Named):
    """One machine; `mounted` is the family that it is set up for when the file is loaded."""

    code: str
    type: str
    facility: str
    calendar: str
    interruptible: bool = True
    state: MachineState = MachineState.RUNNING
    note: str = ""
    speed: float = Field(1.0, gt=0, le=100)
    batch: int = Field(1, ge=1, le=10_000)
    mounted: str | None = None


class StockForm(Form):
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


class TimedForm(Form):
    """Working time by the piece, or of one run however many pieces are in it."""

    minutes_per_100: float | None = Field(None, gt=0, le=1_000_000)
    minutes: float | None = Field(None, gt=0, le=1_000_000)

    @model_validator(mode="after")
    def _has_one_time(self) -> "TimedForm":
        if (self.minutes is None) == (self.minutes_per_100 is None):
            raise ValueError("write either minutes_per_100 or, for a run of any size, minutes")
        return self

    def minutes_for(self, quantity: float) -> int:
        """Whole minutes for so many pieces, at least 5."""
        time = self.minutes if self.minutes is not None else (self.minutes_per_100 or 0) * quantity / 100
        return max(5, round(time))


class StepMachineForm(TimedForm):
    """A machine that can do a step, with its own time."""

    machine: str


class RouteStepForm(Named, TimedForm):
    """One operation of a route on a machine of a type, or on the machines named, and only on those.

    `pieces_per_load` is how many pieces make up one load of a machine that takes batches.
    """

    type: str
    machines: tuple[StepMachineForm, ...] = ()
    interruptible: bool = True
    pieces_per_load: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _runs_in_loads(self) -> "RouteStepForm":
        by_piece = any(each.minutes is None for each in (self, *self.machines))
        if self.pieces_per_load is not None and by_piece:
            raise ValueError("what goes in loads takes minutes, not minutes_per_100")
        return self

    def load_of(self, quantity: float) -> int:
        """Loads that so many pieces make, at least 1."""
        return max(1, ceil(quantity / self.pieces_per_load)) if self.pieces_per_load else 1


class RouteForm(Form):
    """How some items are made."""

    items: tuple[str, ...]
    steps: tuple[RouteStepForm, ...]


class OrderForm(Form):
    """An order: days are counted from the day of loading; the first `done` operations are finished.

    The next one runs on `running_on` where that is given, with `made` pieces so far. The order may
    be made in up to `lots_max` lots of at least `lot_min` pieces.
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
    lots_max: int = Field(1, ge=1, le=20)
    lot_min: float = Field(0.0, ge=0)


class RequestForm(Form):
    """A request that waits."""

    subject: str
    words: str
    from_facility: str
    to_facility: str
    asked_by: str
    lead: str


class CaseForm(Form):
    """An open quality case."""

    facility: str
    words: str
    severity: Severity
    opened_by: str
    order: str | None = None
    item: str | None = None
    machine: str | None = None
    held: float = 0.0


Minutes = Annotated[int, Field(ge=0, le=100_000)]


class ChangeoverForm(Form):
    """Minutes from each family (row) to each (column) on machines of a type, in the order of `families`."""

    type: str
    families: tuple[str, ...] = Field(min_length=1)
    minutes: tuple[tuple[Minutes, ...], ...]

    @model_validator(mode="after")
    def _is_square(self) -> "ChangeoverForm":
        if twice := sorted({f for f in self.families if self.families.count(f) > 1}):
            raise ValueError(f"family '{twice[0]}' is there twice")
        size = len(self.families)
        if len(self.minutes) != size:
            raise ValueError(f"{size} families need {size} rows of minutes, not {len(self.minutes)}")
        for family, row in zip(self.families, self.minutes, strict=True):
            if len(row) != size:
                raise ValueError(f"the row of '{family}' has {len(row)} minutes, not {size}")
        return self


class TransferForm(Form):
    """Minutes between two facilities."""

    from_facility: str
    to_facility: str
    minutes: Minutes

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> "TransferForm":
        if self.from_facility == self.to_facility:
            raise ValueError("a way leads from one facility to another")
        return self


class MaterialForm(Form):
    """What the operation at a position of an item's route, from 0, uses up of another item."""

    item: str
    position: int = Field(ge=0, le=1_000)
    needs: str
    per_piece: float = Field(gt=0, le=1_000_000)


class ReceiptForm(Form):
    """What is expected to come."""

    item: str
    facility: str
    quantity: float = Field(gt=0, le=1e9)
    due_days: Days
    due_at: DayTime = "08:00"


class SkillForm(Form):
    """What somebody must be able to do for machines of a type to work."""

    type: str
    skill: str


class StaffingForm(Form):
    """How many people of a skill a facility has while a calendar is open."""

    facility: str
    skill: str
    calendar: str
    people: int = Field(ge=0, le=10_000)


class SpanForm(Form):
    """From a time to a later one; days are counted from the day of loading."""

    from_days: Days
    from_at: DayTime = "00:00"
    to_days: Days
    to_at: DayTime = "24:00"

    @model_validator(mode="after")
    def _goes_forward(self) -> "SpanForm":
        if (self.from_days, self.from_at) >= (self.to_days, self.to_at):
            raise ValueError("it ends after it starts")
        return self


class AbsenceForm(SpanForm):
    """Somebody is away."""

    person: str


class DowntimeForm(SpanForm):
    """A machine is planned to stand still."""

    machine: str
    note: str = ""


class PlantForm(Form):
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
    changeover: tuple[ChangeoverForm, ...] = ()
    transfer: tuple[TransferForm, ...] = ()
    material: tuple[MaterialForm, ...] = ()
    receipt: tuple[ReceiptForm, ...] = ()
    skill: tuple[SkillForm, ...] = ()
    staffing: tuple[StaffingForm, ...] = ()
    absence: tuple[AbsenceForm, ...] = ()
    downtime: tuple[DowntimeForm, ...] = ()
