"""What people teach: names beside the plant's own; corrections are steps, found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CORRECTED = sa.text("kind = 'corrected'")


def upgrade() -> None:
    """Add these."""
    op.create_table(
        "taught_names",
        _text("word"),
        _text("what"),
        _text("code"),
        _text("key"),
        _text("at"),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_taught_names")),
    )
    op.create_index(
        "ix_steps_corrected",
        "steps",
        ["decision"],
        sqlite_where=_CORRECTED,
        postgresql_where=_CORRECTED,
    )


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)
