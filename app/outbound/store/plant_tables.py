"""The plant's tables: people, facilities, machines, items, stock, orders, plans, cases, requests.

Lists are JSON in text columns; a list's `position` keeps the order in which it was given.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.outbound.store.tables import Row


class PersonRow(Row, table=True):
    """Somebody bound to a WeCom userid."""

    __tablename__: ClassVar[Any] = "people"
    userid: str = Field(primary_key=True)
    name: str
    facility: str = Field(foreign_key="facilities.code")
    role: str
    language: str
    pin_hash: str | None
    skills: str
    shift: str


class CalendarRow(Row, table=True):
    """When work is done."""

    __tablename__: ClassVar[Any] = "calendars"
    name: str = Field(primary_key=True)
    windows: str
    days_off: str
    breaks: str
    overtime: str
    holidays: str


class FacilityRow(Row, table=True):
    """One site."""

    __tablename__: ClassVar[Any] = "facilities"
    code: str = Field(primary_key=True)
    name_en: str
    name_hans: str
    name_hant: str
    aliases: str
    calendar: str = Field(foreign_key="calendars.name")


class MachineRow(Row, table=True):
    """One machine and how it is now."""

    __tablename__: ClassVar[Any] = "machines"
    code: str = Field(primary_key=True)
    name_en: str
    name_hans: str
    name_hant: str
    type: str
    facility: str = Field(foreign_key="facilities.code")
    aliases: str
    calendar: str = Field(foreign_key="calendars.name")
    state: str
    since: str
    until: str | None
    note: str
    interruptible: bool
    speed: float
    batch: int
    mounted: str | None


class ItemRow(Row, table=True):
    """One material, part or product."""

    __tablename__: ClassVar[Any] = "items"
    code: str = Field(primary_key=True)
    name_en: str
    name_hans: str
    name_hant: str
    unit: str
    aliases: str
    family: str


class StockRow(Row, table=True):
    """Stock of one item at one facility, in the item's unit."""

    __tablename__: ClassVar[Any] = "stock"
    __table_args__ = (
        sa.CheckConstraint("quantity >= 0", name="quantity"),
        sa.CheckConstraint("on_hold >= 0 AND on_hold <= quantity", name="on_hold"),
    )
    item: str = Field(primary_key=True, foreign_key="items.code")
    facility: str = Field(primary_key=True, foreign_key="facilities.code")
    quantity: float
    on_hold: float
    bin: str
    at: str


class MovementRow(Row, table=True):
    """One change of stock; `change` is signed, `before` and `after` are the figure around it."""

    __tablename__: ClassVar[Any] = "movements"
    __table_args__ = (sa.Index("ix_movements_item", "item", "facility"),)
    n: int = Field(primary_key=True)
    key: str
    item: str = Field(foreign_key="items.code")
    facility: str = Field(foreign_key="facilities.code")
    kind: str
    change: float
    before: float
    after: float
    note: str
    at: str


class OrderRow(Row, table=True):
    """One customer order."""

    __tablename__: ClassVar[Any] = "orders"
    number: str = Field(primary_key=True)
    customer: str
    item: str = Field(foreign_key="items.code")
    quantity: float
    facility: str = Field(foreign_key="facilities.code")
    release: str
    due: str
    weight: int
    on_hold: bool
    lots_max: int
    lot_min: float


class OperationRow(Row, table=True):
    """One step of an order."""

    __tablename__: ClassVar[Any] = "operations"
    __table_args__ = (
        sa.Index("ix_operations_state", "state"),
        sa.CheckConstraint("quantity_done >= 0", name="quantity_done"),
    )
    order: str = Field(primary_key=True, foreign_key="orders.number")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name_en: str
    name_hans: str
    name_hant: str
    machine_type: str
    minutes: int
    state: str
    quantity_done: float
    machine: str | None = Field(foreign_key="machines.code")
    started_at: str | None
    finished_at: str | None
    flagged: bool
    interruptible: bool
    load: int
    alternatives: str


_PUBLISHED = sa.text("state = 'published'")


class PlanRow(Row, table=True):
    """A checked schedule; one is published at a time."""

    __tablename__: ClassVar[Any] = "plans"
    __table_args__ = (
        sa.Index(
            "ux_plans_one_published",
            "state",
            unique=True,
            sqlite_where=_PUBLISHED,
            postgresql_where=_PUBLISHED,
        ),
    )
    id: str = Field(primary_key=True)
    by: str
    made_at: str
    state: str
    late_orders: str
    minutes_late: int
    moved: int
    compared: int


class AssignmentRow(Row, table=True):
    """One operation's place in a plan; `position` is the operation's, `n` the place in the list."""

    __tablename__: ClassVar[Any] = "assignments"
    plan: str = Field(primary_key=True, foreign_key="plans.id")
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    order: str
    position: int
    machine: str
    start: str
    end: str
    lot: int


class VersionRow(Row, table=True):
    """How a plan came about; `number` counts the plant's plans from 1 in the order of making."""

    __tablename__: ClassVar[Any] = "plan_versions"
    plan: str = Field(primary_key=True, foreign_key="plans.id")
    number: int = Field(unique=True)
    maker: str
    decision: int | None = Field(foreign_key="decisions.n")
    words: str
    parent: str | None
    solve_ms: float | None
    proved: bool | None


class PlanEventRow(Row, table=True):
    """A plan came into force or went out of it; who did it stands in the decision."""

    __tablename__: ClassVar[Any] = "plan_events"
    __table_args__ = (sa.Index("ix_plan_events_plan", "plan"),)
    n: int = Field(primary_key=True)
    plan: str = Field(foreign_key="plans.id")
    kind: str
    at: str
    decision: int | None = Field(foreign_key="decisions.n")


class FigureRow(Row, table=True):
    """One key figure of a facility's day in plant time; facility "" is the whole plant."""

    __tablename__: ClassVar[Any] = "kpis"
    day: str = Field(primary_key=True)
    facility: str = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    part: float
    whole: float | None
    at: str


class CaseRow(Row, table=True):
    """A defect under care: 7 is Q-0007."""

    __tablename__: ClassVar[Any] = "cases"
    n: int = Field(primary_key=True)
    facility: str = Field(foreign_key="facilities.code")
    words: str
    severity: str
    opened_by: str
    opened_at: str
    order: str | None
    item: str | None
    machine: str | None
    held: float
    open: bool


class RequestRow(Row, table=True):
    """One facility asks another: 3 is R-0003."""

    __tablename__: ClassVar[Any] = "requests"
    n: int = Field(primary_key=True)
    subject: str
    words: str
    from_facility: str = Field(foreign_key="facilities.code")
    to_facility: str = Field(foreign_key="facilities.code")
    asked_by: str
    lead: str
    state: str
    reason: str
    opened_at: str
    answered_at: str | None


class TaughtNameRow(Row, table=True):
    """A word that a person taught for one of the plant's things; `key` is of the decision that did."""

    __tablename__: ClassVar[Any] = "taught_names"
    word: str = Field(primary_key=True)
    what: str
    code: str
    key: str
    at: str
