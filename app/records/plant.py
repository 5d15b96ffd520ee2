"""The plant's own things: facilities, people, machines, items, stock, orders, cases, requests.

All are values read from the store. Times are aware UTC. Quantities are in the item's own unit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.records.message import Language


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called, by language."""

    en: str
    hans: str
    hant: str

    def in_language(self, language: Language) -> str:
        """The name to show a reader of `language`."""
        return {Language.EN: self.en, Language.HANS: self.hans}.get(language, self.hant)


class Role(StrEnum):
    """What a person is at the plant; rights follow from it in `policy`."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"  # leads the shift of one facility
    PLANNER = "planner"
    QUALITY = "quality"
    IT = "it"
    AUDITOR = "auditor"  # reads everything, changes nothing


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody bound to a WeCom userid (kept exactly, compared exactly).

    `skills` are what crews are counted by; `shift` names the calendar by which the person works,
    "" where nobody said.
    """

    userid: str
    name: str
    facility: str
    role: Role
    language: Language
    skills: tuple[str, ...] = ()
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Facility:
    """One site; `calendar` names its shift calendar."""

    code: str
    name: Name
    aliases: tuple[str, ...]
    calendar: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done: windows of a week in plant time, and days off.

    `windows` are (weekday 0=Monday, start minute, end minute of day), half-open; a window that
    ends after midnight is split in two. `breaks` are taken out of them; `overtime` is worked
    beside them and costs extra. `days_off` are ISO dates on which there is neither. `work_days`
    are ISO dates that make up for a holiday: one whose weekday has no windows has a Monday's.
    `holidays` names the list of public holidays that is part of both, "" for none; `years` are
    those that the list knows.
    """

    name: str
    windows: tuple[tuple[int, int, int], ...]
    days_off: tuple[str, ...] = ()
    breaks: tuple[tuple[int, int, int], ...] = ()
    overtime: tuple[tuple[int, int, int], ...] = ()
    work_days: tuple[str, ...] = ()
    holidays: str = ""
    years: tuple[int, ...] = ()


class MachineState(StrEnum):
    """How a machine is now."""

    RUNNING = "running"
    SLOW = "slow"
    DOWN = "down"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine; `until` is the expected end of a stop, None when unknown or not stopped.

    `speed` 2.0 halves the minutes of an operation that does not name the machine with minutes of
    its own. `batch` is how many loads it takes at once. `mounted` is the family that it is set up
    for, None when nobody knows.
    """

    code: str
    name: Name
    type: str
    facility: str
    aliases: tuple[str, ...]
    calendar: str
    state: MachineState
    since: datetime
    until: datetime | None = None
    note: str = ""
    interruptible: bool = True  # False: a running operation must not be cut by a closed window
    speed: float = 1.0
    batch: int = 1
    mounted: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A material, part or product; `family` decides changeovers."""

    code: str
    name: Name
    unit: str
    aliases: tuple[str, ...]
    family: str = ""


@dataclass(frozen=True, slots=True)
class StockLine:
    """Stock of one item at one facility; `at` is the last movement or count."""

    item: str
    facility: str
    quantity: float
    on_hold: float
    bin: str
    at: datetime


class MovementKind(StrEnum):
    """Why stock changed."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    TRANSFER = "transfer"
    SCRAP = "scrap"
    COUNT = "count"  # sets the quantity to what was counted


class OperationState(StrEnum):
    """How far an operation is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A machine that can do an operation, and the whole operation's working time on it."""

    machine: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of an order, on one machine of a type; `position` counts from 0.

    `minutes` is the whole operation's working time, of one run where machines take batches.
    `machine` is where it runs or ran; None before it starts. `flagged` is True when a stop touched
    its place in the plan. `interruptible` False: no closed time may cut it. `load` is what it takes
    of a machine's batch. `alternatives`, where there are any, are the only machines that can do it.
    """

    order: str
    position: int
    name: Name
    machine_type: str
    minutes: int
    state: OperationState
    quantity_done: float = 0.0
    machine: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    flagged: bool = False
    interruptible: bool = True
    load: int = 1
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One customer order; `weight` 1..9 is its importance; `on_hold` stops it for quality.

    It may be made in up to `lots_max` lots of at least `lot_min` pieces each; 1 means as a whole.
    """

    number: str
    customer: str
    item: str
    quantity: float
    facility: str
    release: datetime
    due: datetime
    weight: int
    on_hold: bool
    operations: tuple[Operation, ...]
    lots_max: int = 1
    lot_min: float = 0.0


class PlanState(StrEnum):
    """A plan's place: only one is published at a time."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One operation's place in a plan; `lot` counts from 0 where the order is made in several."""

    order: str
    position: int
    machine: str
    start: datetime
    end: datetime
    lot: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where somebody would put an operation; nothing is checked yet."""

    order: str
    position: int
    lot: int
    machine: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked schedule; `by` is "solver", "dispatch" or "cloud"; minutes late are summed over orders."""

    id: str
    by: str
    made_at: datetime
    state: PlanState
    assignments: tuple[Assignment, ...]
    late_orders: tuple[str, ...] = ()
    minutes_late: int = 0
    moved: int = 0  # operations of the next 48 h whose machine or start changed
    compared: int = 0  # operations of the published plan in the next 48 h


class Severity(StrEnum):
    """How bad a defect is; critical ones stop the order."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class QualityCase:
    """A defect under care; `held` is the quantity put on hold."""

    number: str
    facility: str
    words: str
    severity: Severity
    opened_by: str
    opened_at: datetime
    order: str | None = None
    item: str | None = None
    machine: str | None = None
    held: float = 0.0
    open: bool = True


class RequestState(StrEnum):
    """Where a request to another facility stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Request:
    """One facility asks another for people, tools, truck, space, material or a meeting."""

    number: str
    subject: str
    words: str
    from_facility: str
    to_facility: str
    asked_by: str
    lead: str
    state: RequestState
    opened_at: datetime
    answered_at: datetime | None = None
