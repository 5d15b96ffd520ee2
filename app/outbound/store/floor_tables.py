"""The tables of what limits the work: changeovers, ways, bills, receipts, people, stops to come."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.outbound.store.tables import Row


class ChangeoverRow(Row, table=True):
    """Minutes from one family to another on a machine type."""

    __tablename__: ClassVar[Any] = "changeovers"
    machine_type: str = Field(primary_key=True)
    before: str = Field(primary_key=True)
    after: str = Field(primary_key=True)
    minutes: int


class TransferRow(Row, table=True):
    """Minutes between two facilities."""

    __tablename__: ClassVar[Any] = "transfers"
    from_facility: str = Field(primary_key=True, foreign_key="facilities.code")
    to_facility: str = Field(primary_key=True, foreign_key="facilities.code")
    minutes: int


class BillRow(Row, table=True):
    """What an operation of an item's route uses up, per piece."""

    __tablename__: ClassVar[Any] = "bill"
    __table_args__ = (sa.CheckConstraint("per_piece > 0", name="per_piece"),)
    item: str = Field(primary_key=True, foreign_key="items.code")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    needs: str = Field(primary_key=True, foreign_key="items.code")
    per_piece: float


class ReceiptRow(Row, table=True):
    """What is expected; `quantity` is what of it has not come."""

    __tablename__: ClassVar[Any] = "receipts"
    __table_args__ = (
        sa.Index("ix_receipts_item", "item", "facility"),
        sa.CheckConstraint("quantity >= 0", name="quantity"),
    )
    n: int = Field(primary_key=True)
    item: str = Field(foreign_key="items.code")
    facility: str = Field(foreign_key="facilities.code")
    quantity: float
    at: str


class SkillRow(Row, table=True):
    """The skill that a machine type needs."""

    __tablename__: ClassVar[Any] = "skills"
    machine_type: str = Field(primary_key=True)
    skill: str


class StaffingRow(Row, table=True):
    """How many people of a skill work a shift at a facility."""

    __tablename__: ClassVar[Any] = "staffing"
    facility: str = Field(primary_key=True, foreign_key="facilities.code")
    skill: str = Field(primary_key=True)
    calendar: str = Field(primary_key=True, foreign_key="calendars.name")
    people: int


class AbsenceRow(Row, table=True):
    """Somebody is away."""

    __tablename__: ClassVar[Any] = "absences"
    n: int = Field(primary_key=True)
    person: str = Field(foreign_key="people.userid")
    start: str
    end: str


class DowntimeRow(Row, table=True):
    """A machine is planned to stand still."""

    __tablename__: ClassVar[Any] = "downtimes"
    n: int = Field(primary_key=True)
    machine: str = Field(foreign_key="machines.code")
    start: str
    end: str
    note: str
