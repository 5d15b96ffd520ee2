"""Plan versions with what became of them, and key figures of each facility's day."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these; plans that are there get their numbers and what is known of them."""
    _versions()
    _events()
    _figures()
    _number_what_is_there(op.get_bind())


def _versions() -> None:
    op.create_table(
        "plan_versions",
        _text("plan"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("maker"),
        sa.Column("decision", sa.Integer(), nullable=True),
        _text("words"),
        _text("parent", optional=True),
        sa.Column("solve_ms", sa.Float(), nullable=True),
        sa.Column("proved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("plan", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("number", name=op.f("uq_plan_versions_number")),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_plan_versions_plan")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_plan_versions_decision")),
    )


def _events() -> None:
    op.create_table(
        "plan_events",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("plan"),
        _text("kind"),
        _text("at"),
        sa.Column("decision", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_plan_events")),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_plan_events_plan")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_plan_events_decision")),
    )
    op.create_index("ix_plan_events_plan", "plan_events", ["plan"])


def _figures() -> None:
    op.create_table(
        "kpis",
        _text("day"),
        _text("facility"),
        _text("kpi"),
        sa.Column("part", sa.Float(), nullable=False),
        sa.Column("whole", sa.Float(), nullable=True),
        _text("at"),
        sa.PrimaryKeyConstraint("day", "facility", "kpi", name=op.f("pk_kpis")),
    )


def _number_what_is_there(connection: sa.Connection) -> None:
    """Numbers in the order of making; the plan in force since the last publishing that stands."""
    plans = list(connection.execute(sa.text("SELECT id, by, state FROM plans ORDER BY made_at, id")))
    for number, (plan, maker, _) in enumerate(plans, 1):
        row = {"plan": plan, "number": number, "maker": maker}
        connection.execute(
            sa.text(
                "INSERT INTO plan_versions (plan, number, maker, words) VALUES (:plan, :number, :maker, '')"
            ),
            row,
        )
    last = connection.execute(
        sa.text(
            "SELECT key, at FROM applied WHERE kind = 'publish_plan' AND reversed_at IS NULL"
            " ORDER BY at DESC LIMIT 1"
        )
    ).first()
    for plan, _, state in plans:
        if state == "published" and last is not None:
            _publish(connection, plan, *last)


def _publish(connection: sa.Connection, plan: str, key: str, at: str) -> None:
    found = re.match(r"D-0*([1-9][0-9]*):", key)
    row: dict[str, Any] = {"plan": plan, "at": at, "decision": int(found[1]) if found else None}
    connection.execute(
        sa.text(
            "INSERT INTO plan_events (plan, kind, at, decision) VALUES (:plan, 'published', :at, :decision)"
        ),
        row,
    )


def _text(name: str, *, optional: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=optional)
