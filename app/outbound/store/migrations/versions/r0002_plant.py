"""The plant: people, facilities, machines, items, stock, orders, plans, cases, requests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these tables."""
    _calendars()
    _items()
    _plans()
    _assignments()
    _facilities()
    _cases()
    _machines()
    _movements()
    _orders()
    _people()
    _requests()
    _stock()
    _operations()


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _calendars() -> None:
    op.create_table(
        "calendars",
        _text("name"),
        _text("windows"),
        _text("days_off"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_calendars")),
    )


def _items() -> None:
    op.create_table(
        "items",
        _text("code"),
        _text("name_en"),
        _text("name_hans"),
        _text("name_hant"),
        _text("unit"),
        _text("aliases"),
        _text("family"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_items")),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        _text("id"),
        _text("by"),
        _text("made_at"),
        _text("state"),
        _text("late_orders"),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(
        "ux_plans_one_published",
        "plans",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        _text("plan"),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        _text("order"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("machine"),
        _text("start"),
        _text("end"),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_assignments_plan")),
        sa.PrimaryKeyConstraint("plan", "n", name=op.f("pk_assignments")),
    )


def _facilities() -> None:
    op.create_table(
        "facilities",
        _text("code"),
        _text("name_en"),
        _text("name_hans"),
        _text("name_hant"),
        _text("aliases"),
        _text("calendar"),
        sa.ForeignKeyConstraint(["calendar"], ["calendars.name"], name=op.f("fk_facilities_calendar")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_facilities")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("facility"),
        _text("words"),
        _text("severity"),
        _text("opened_by"),
        _text("opened_at"),
        sa.Column("order", sa.String()),
        sa.Column("item", sa.String()),
        sa.Column("machine", sa.String()),
        sa.Column("held", sa.Float(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_cases_facility")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_cases")),
    )


def _machines() -> None:
    op.create_table(
        "machines",
        _text("code"),
        _text("name_en"),
        _text("name_hans"),
        _text("name_hant"),
        _text("type"),
        _text("facility"),
        _text("aliases"),
        _text("calendar"),
        _text("state"),
        _text("since"),
        sa.Column("until", sa.String()),
        _text("note"),
        sa.Column("interruptible", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["calendar"], ["calendars.name"], name=op.f("fk_machines_calendar")),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_machines_facility")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_machines")),
    )


def _movements() -> None:
    op.create_table(
        "movements",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("key"),
        _text("item"),
        _text("facility"),
        _text("kind"),
        sa.Column("change", sa.Float(), nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        sa.Column("after", sa.Float(), nullable=False),
        _text("note"),
        _text("at"),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_movements_facility")),
        sa.ForeignKeyConstraint(["item"], ["items.code"], name=op.f("fk_movements_item")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_movements")),
    )
    op.create_index("ix_movements_item", "movements", ["item", "facility"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        _text("number"),
        _text("customer"),
        _text("item"),
        sa.Column("quantity", sa.Float(), nullable=False),
        _text("facility"),
        _text("release"),
        _text("due"),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_orders_facility")),
        sa.ForeignKeyConstraint(["item"], ["items.code"], name=op.f("fk_orders_item")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_orders")),
    )


def _people() -> None:
    op.create_table(
        "people",
        _text("userid"),
        _text("name"),
        _text("facility"),
        _text("role"),
        _text("language"),
        sa.Column("pin_hash", sa.String()),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_people_facility")),
        sa.PrimaryKeyConstraint("userid", name=op.f("pk_people")),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("subject"),
        _text("words"),
        _text("from_facility"),
        _text("to_facility"),
        _text("asked_by"),
        _text("lead"),
        _text("state"),
        _text("reason"),
        _text("opened_at"),
        sa.Column("answered_at", sa.String()),
        sa.ForeignKeyConstraint(
            ["from_facility"], ["facilities.code"], name=op.f("fk_requests_from_facility")
        ),
        sa.ForeignKeyConstraint(["to_facility"], ["facilities.code"], name=op.f("fk_requests_to_facility")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_requests")),
    )


def _stock() -> None:
    op.create_table(
        "stock",
        _text("item"),
        _text("facility"),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("on_hold", sa.Float(), nullable=False),
        _text("bin"),
        _text("at"),
        sa.CheckConstraint("on_hold >= 0 AND on_hold <= quantity", name=op.f("ck_stock_on_hold")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_quantity")),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_stock_facility")),
        sa.ForeignKeyConstraint(["item"], ["items.code"], name=op.f("fk_stock_item")),
        sa.PrimaryKeyConstraint("item", "facility", name=op.f("pk_stock")),
    )


def _operations() -> None:
    op.create_table(
        "operations",
        _text("order"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _text("name_en"),
        _text("name_hans"),
        _text("name_hant"),
        _text("machine_type"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        _text("state"),
        sa.Column("quantity_done", sa.Float(), nullable=False),
        sa.Column("machine", sa.String()),
        sa.Column("started_at", sa.String()),
        sa.Column("finished_at", sa.String()),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity_done >= 0", name=op.f("ck_operations_quantity_done")),
        sa.ForeignKeyConstraint(["machine"], ["machines.code"], name=op.f("fk_operations_machine")),
        sa.ForeignKeyConstraint(["order"], ["orders.number"], name=op.f("fk_operations_order")),
        sa.PrimaryKeyConstraint("order", "position", name=op.f("pk_operations")),
    )
    op.create_index("ix_operations_state", "operations", ["state"], unique=False)
