"""What limits the work beside machines and hours: changeovers, ways, materials, people, stops to come.

All are values read from the store. Times are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime

from app.records.plant import StockLine


@dataclass(frozen=True, slots=True)
class Changeover:
    """Minutes from one family to another on a machine of a type; the way back may take others."""

    machine_type: str
    before: str
    after: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Minutes from one facility to another; the way back takes as many unless it is given too."""

    from_facility: str
    to_facility: str
    minutes: int


@dataclass(frozen=True, slots=True)
class BillLine:
    """What the operation at a position of an item's route uses up, in the unit of what it needs."""

    item: str
    position: int
    needs: str
    per_piece: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is expected of an item at a facility and has not come yet."""

    item: str
    facility: str
    quantity: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Skill:
    """What somebody must be able to do for a machine of a type to work."""

    machine_type: str
    skill: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many people of a skill a facility has while a calendar, their shift, is open."""

    facility: str
    skill: str
    calendar: str
    people: int


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away; the crews of the person's facility and skills are one fewer."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Downtime:
    """A machine is planned to stand still."""

    machine: str
    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Floor:
    """All of it at one moment, with every line of stock; an empty tuple limits nothing.

    A machine type without `skills` needs nobody; a facility without `staffing` for a skill has
    enough people. A machine type without `changeovers` takes the plant's ordinary time.
    """

    changeovers: tuple[Changeover, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    bill: tuple[BillLine, ...] = ()
    stock: tuple[StockLine, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    skills: tuple[Skill, ...] = ()
    staffing: tuple[Staffing, ...] = ()
    absences: tuple[Absence, ...] = ()
    downtimes: tuple[Downtime, ...] = ()
