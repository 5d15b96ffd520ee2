"""Whose a sender's id is, who is not known, and under which id a person writes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add these; who was refused before is in the decisions."""
    op.create_table(
        "identities",
        *_texts("sender", "userid", "source", "key", "at"),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_identities")),
    )
    op.create_table(
        "strangers",
        *_texts("sender", "channel", "first_at", "last_at"),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "channel", name=op.f("pk_strangers")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_strangers_decision")),
    )
    op.create_index("ix_strangers_decision", "strangers", ["decision"])
    op.create_table(
        "addresses",
        *_texts("userid", "channel", "sender"),
        sa.PrimaryKeyConstraint("userid", "channel", name=op.f("pk_addresses")),
    )


def _texts(*names: str) -> "tuple[sa.Column[str], ...]":
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)
