"""Several channels: how a message came and its answer goes, cards, files, fingerprints of callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything that is there came and goes by the bot, without any of these."""
    op.add_column("inbox", _text("more", ""))
    for name, was in (("channel", "bot"), ("task", ""), ("code", ""), ("file", "")):
        op.add_column("outbox", _text(name, was))
    op.create_table(
        "cards",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("recipient", "body", "made_at")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_cards")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.n"], name=op.f("fk_cards_decision")),
    )
    op.create_index("ix_cards_decision", "cards", ["decision"])
    op.create_table(
        "fingerprints",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("inbox", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_fingerprints")),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.n"], name=op.f("fk_fingerprints_inbox")),
    )


def _text(name: str, was: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False, server_default=was)
