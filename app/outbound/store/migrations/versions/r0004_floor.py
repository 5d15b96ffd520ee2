"""What limits the work: changeovers, ways, bills, receipts, people, stops; batches, lots, overtime."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these; what is there already gets the value that changes nothing."""
    _columns()
    _changeovers()
    _transfers()
    _bill()
    _receipts()
    _skills()
    _staffing()
    _absences()
    _downtimes()


def _columns() -> None:
    for table, name, kind, default in (
        ("people", "skills", sa.String(), "[]"),
        ("people", "shift", sa.String(), ""),
        ("calendars", "breaks", sa.String(), "[]"),
        ("calendars", "overtime", sa.String(), "[]"),
        ("calendars", "holidays", sa.String(), ""),
        ("machines", "speed", sa.Float(), sa.text("1")),
        ("machines", "batch", sa.Integer(), sa.text("1")),
        ("operations", "interruptible", sa.Boolean(), sa.true()),
        ("operations", "load", sa.Integer(), sa.text("1")),
        ("operations", "alternatives", sa.String(), "[]"),
        ("orders", "lots_max", sa.Integer(), sa.text("1")),
        ("orders", "lot_min", sa.Float(), sa.text("0")),
        ("assignments", "lot", sa.Integer(), sa.text("0")),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("machines", sa.Column("mounted", sa.String()))


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _changeovers() -> None:
    op.create_table(
        "changeovers",
        _text("machine_type"),
        _text("before"),
        _text("after"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("machine_type", "before", "after", name=op.f("pk_changeovers")),
    )


def _transfers() -> None:
    op.create_table(
        "transfers",
        _text("from_facility"),
        _text("to_facility"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_facility"], ["facilities.code"], name=op.f("fk_transfers_from_facility")
        ),
        sa.ForeignKeyConstraint(["to_facility"], ["facilities.code"], name=op.f("fk_transfers_to_facility")),
        sa.PrimaryKeyConstraint("from_facility", "to_facility", name=op.f("pk_transfers")),
    )


def _bill() -> None:
    op.create_table(
        "bill",
        _text("item"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _text("needs"),
        sa.Column("per_piece", sa.Float(), nullable=False),
        sa.CheckConstraint("per_piece > 0", name=op.f("ck_bill_per_piece")),
        sa.ForeignKeyConstraint(["item"], ["items.code"], name=op.f("fk_bill_item")),
        sa.ForeignKeyConstraint(["needs"], ["items.code"], name=op.f("fk_bill_needs")),
        sa.PrimaryKeyConstraint("item", "position", "needs", name=op.f("pk_bill")),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("item"),
        _text("facility"),
        sa.Column("quantity", sa.Float(), nullable=False),
        _text("at"),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_receipts_quantity")),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_receipts_facility")),
        sa.ForeignKeyConstraint(["item"], ["items.code"], name=op.f("fk_receipts_item")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_receipts")),
    )
    op.create_index("ix_receipts_item", "receipts", ["item", "facility"], unique=False)


def _skills() -> None:
    op.create_table(
        "skills",
        _text("machine_type"),
        _text("skill"),
        sa.PrimaryKeyConstraint("machine_type", name=op.f("pk_skills")),
    )


def _staffing() -> None:
    op.create_table(
        "staffing",
        _text("facility"),
        _text("skill"),
        _text("calendar"),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["calendar"], ["calendars.name"], name=op.f("fk_staffing_calendar")),
        sa.ForeignKeyConstraint(["facility"], ["facilities.code"], name=op.f("fk_staffing_facility")),
        sa.PrimaryKeyConstraint("facility", "skill", "calendar", name=op.f("pk_staffing")),
    )


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("person"),
        _text("start"),
        _text("end"),
        sa.ForeignKeyConstraint(["person"], ["people.userid"], name=op.f("fk_absences_person")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_absences")),
    )


def _downtimes() -> None:
    op.create_table(
        "downtimes",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("machine"),
        _text("start"),
        _text("end"),
        _text("note"),
        sa.ForeignKeyConstraint(["machine"], ["machines.code"], name=op.f("fk_downtimes_machine")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_downtimes")),
    )
