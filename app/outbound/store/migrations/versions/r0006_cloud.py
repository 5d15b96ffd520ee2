"""What is asked of models outside and what it costs; everything that leaves the plant."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these; nothing left before that anybody could list now."""
    _money()
    _memory()
    _egress()


def _money() -> None:
    op.create_table(
        "cloud_calls",
        *_texts("id", "at", "prompt_digest"),
        _of("reserved_micro", sa.BigInteger()),
        sa.Column("settled_micro", sa.BigInteger(), nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        *_texts("model"),
        _of("cached", sa.Boolean()),
        _of("took_ms", sa.Float()),
        *_tokens(),
        _of("estimated", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cloud_calls")),
    )
    op.create_index("ix_cloud_calls_at", "cloud_calls", ["at"])
    op.create_table(
        "cloud_shares",
        *_texts("call"),
        _of("n", sa.Integer()),
        *_texts("at", "day", "decision", "person", "intent", "facility", "wish"),
        _of("share_micro", sa.BigInteger()),
        *_tokens(),
        sa.PrimaryKeyConstraint("call", "n", name=op.f("pk_cloud_shares")),
        sa.ForeignKeyConstraint(["call"], ["cloud_calls.id"], name=op.f("fk_cloud_shares_call")),
    )
    op.create_index("ix_cloud_shares_day", "cloud_shares", ["day", "person"])
    op.create_index("ix_cloud_shares_wish", "cloud_shares", ["wish", "at"])
    op.create_index("ix_cloud_shares_at", "cloud_shares", ["at"])
    op.create_table(
        "cloud_attempts",
        *_texts("call"),
        _of("n", sa.Integer()),
        *_texts("provider", "asked_model", "model", "fingerprint"),
        sa.Column("fault", sa.String(), nullable=True),
        *_texts("fault_id"),
        *_tokens(),
        _of("estimated", sa.Boolean()),
        _of("cost_micro", sa.BigInteger()),
        _of("took_ms", sa.Float()),
        sa.PrimaryKeyConstraint("call", "n", name=op.f("pk_cloud_attempts")),
        sa.ForeignKeyConstraint(["call"], ["cloud_calls.id"], name=op.f("fk_cloud_attempts_call")),
    )


def _memory() -> None:
    op.create_table(
        "cloud_answers",
        *_texts("key", "answer", "until"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_cloud_answers")),
    )
    op.create_index("ix_cloud_answers_until", "cloud_answers", ["until"])
    op.create_table(
        "cloud_breakers",
        *_texts("provider", "model", "reason", "opened_at", "probe_at"),
        _of("trips", sa.Integer()),
        sa.PrimaryKeyConstraint("provider", "model", "reason", name=op.f("pk_cloud_breakers")),
    )
    op.create_table(
        "cloud_capabilities",
        *_texts("base_url", "model", "form", "build", "measured_at"),
        sa.PrimaryKeyConstraint("base_url", "model", name=op.f("pk_cloud_capabilities")),
    )


def _egress() -> None:
    op.create_table(
        "egress",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("at", "destination", "channel", "purpose", "decision", "data_class"),
        _of("size_bytes", sa.BigInteger()),
        *_texts("sha256"),
        _of("packed", sa.Boolean()),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_egress")),
    )
    op.create_index("ix_egress_at", "egress", ["at"])


def _texts(*names: str) -> "list[sa.Column[Any]]":
    return [_of(name, sa.String()) for name in names]


def _tokens() -> "list[sa.Column[Any]]":
    return [_of(name, sa.Integer()) for name in ("hit", "miss", "output", "reasoning")]


def _of(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)
