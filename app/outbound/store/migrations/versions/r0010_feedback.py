"""What is said beside a vote, the decision that it is about, and the decisions of a day by their time."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Votes that are there gave no reason; one on what is no ticket is about decision 0."""
    _column("reasons", sa.String(), "[]")
    _column("words", sa.String(), "")
    _column("decision", sa.Integer(), "0")
    _find_decisions()
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])


def _column(name: str, kind: Any, was: str) -> None:
    op.add_column("feedback", sa.Column(name, kind, nullable=False, server_default=was))


def _find_decisions() -> None:
    connection = op.get_bind()
    for (answer,) in connection.execute(sa.text("SELECT DISTINCT answer FROM feedback")).all():
        if ticket := re.fullmatch("D-([0-9]{5,9})", answer):
            connection.execute(
                sa.text("UPDATE feedback SET decision = :n WHERE answer = :answer"),
                {"n": int(ticket[1]), "answer": answer},
            )
