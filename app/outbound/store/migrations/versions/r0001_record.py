"""The record: messages, decisions, steps, answers, what was done, the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these tables."""
    _applied()
    _feedback()
    _inbox()
    _jobs()
    _meta()
    _decisions()
    _audit()
    _outbox()
    _steps()


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _applied() -> None:
    op.create_table(
        "applied",
        _text("key"),
        _text("kind"),
        _text("made"),
        _text("before"),
        _text("at"),
        sa.Column("reversed_at", sa.String()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_applied")),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        _text("answer"),
        _text("userid"),
        sa.Column("vote", sa.Integer(), nullable=False),
        _text("at"),
        sa.PrimaryKeyConstraint("answer", "userid", name=op.f("pk_feedback")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("n", sa.Integer(), nullable=False),
        _text("msgid"),
        _text("sender"),
        sa.Column("chat", sa.String()),
        _text("kind"),
        _text("text"),
        _text("quote"),
        _text("refers_to"),
        _text("req_id"),
        _text("raw"),
        _text("received_at"),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_inbox")),
        sa.UniqueConstraint("msgid", name=op.f("uq_inbox_msgid")),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        _text("name"),
        _text("last_run"),
        _text("last_outcome"),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.String()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
    )


def _meta() -> None:
    op.create_table(
        "meta", _text("key"), _text("value"), sa.PrimaryKeyConstraint("key", name=op.f("pk_meta"))
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("inbox", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        _text("stage"),
        _text("sender"),
        sa.Column("intent", sa.String()),
        sa.Column("layer", sa.String()),
        sa.Column("steps", sa.Integer(), nullable=False),
        _text("created_at"),
        _text("updated_at"),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.n"], name=op.f("fk_decisions_inbox")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_decisions")),
        sa.UniqueConstraint("inbox", "part", name=op.f("uq_decisions_inbox_part")),
    )
    op.create_index("ix_decisions_stage", "decisions", ["stage", "n"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        _text("at"),
        _text("kind"),
        _text("body"),
        _text("prev_hash"),
        _text("hash"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_audit_decision")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_decision", "audit", ["decision"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        _text("recipient"),
        sa.Column("in_group", sa.Boolean(), nullable=False),
        _text("text"),
        _text("reply_to"),
        _text("req_id"),
        _text("stream"),
        sa.Column("final", sa.Boolean(), nullable=False),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("next_at"),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        _text("reason"),
        _text("made_at"),
        sa.Column("claimed_at", sa.String()),
        sa.Column("sent_at", sa.String()),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_outbox_decision")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_decision", "outbox", ["decision"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state"], unique=False)
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["recipient", "in_group", "n"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'claimed')"),
        postgresql_where=sa.text("state IN ('waiting', 'claimed')"),
    )
    op.create_index(
        "ux_outbox_one_final",
        "outbox",
        ["decision"],
        unique=True,
        sqlite_where=sa.text("final"),
        postgresql_where=sa.text("final"),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("decision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        _text("kind"),
        _text("body"),
        _text("at"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_steps_decision")),
        sa.PrimaryKeyConstraint("decision", "n", name=op.f("pk_steps")),
    )
