"""The record's tables: messages, decisions, steps, the outbox, what was done, and the audit log.

Times are text, ISO 8601 in UTC with microseconds, so that they sort and read alike on every
database. JSON is text too. A decision's ticket is its number: 42 is D-00042.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = sa.MetaData(naming_convention=NAMING)


class Row(SQLModel):
    """What every table shares: one metadata of their own, so that no other library's slip in."""

    metadata: ClassVar[sa.MetaData] = METADATA


def table(of: type[Row]) -> sa.Table:
    """The Core table of a row class."""
    return METADATA.tables[str(of.__tablename__)]


class InboxRow(Row, table=True):
    """A message exactly as it came; the inbox is the queue. `more` is what only some have, see `more`."""

    __tablename__: ClassVar[Any] = "inbox"
    n: int = Field(primary_key=True)
    msgid: str = Field(unique=True)
    sender: str
    chat: str | None
    kind: str
    text: str
    quote: str
    refers_to: str
    req_id: str
    raw: str
    received_at: str
    more: str = Field(sa_column_kwargs={"server_default": ""})


class DecisionRow(Row, table=True):
    """One decision; `part` counts the decisions of one message from 0; `steps` how many there are."""

    __tablename__: ClassVar[Any] = "decisions"
    __table_args__ = (
        sa.UniqueConstraint("inbox", "part"),
        sa.Index("ix_decisions_stage", "stage", "n"),
        sa.Index("ix_decisions_created_at", "created_at"),
    )
    n: int = Field(primary_key=True)
    inbox: int = Field(foreign_key="inbox.n")
    part: int
    stage: str
    sender: str
    intent: str | None
    layer: str | None
    steps: int
    created_at: str
    updated_at: str


_CORRECTED = sa.text("kind = 'corrected'")


class StepRow(Row, table=True):
    """One step; two people cannot both take step `n` of a decision."""

    __tablename__: ClassVar[Any] = "steps"
    __table_args__ = (
        sa.Index("ix_steps_corrected", "decision", sqlite_where=_CORRECTED, postgresql_where=_CORRECTED),
    )
    decision: int = Field(
        primary_key=True, foreign_key="decisions.n", sa_column_kwargs={"autoincrement": False}
    )
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    body: str
    at: str


_UNSENT = sa.text("state IN ('waiting', 'claimed')")
_FINAL = sa.text("final")


class OutboxRow(Row, table=True):
    """Something to say. `state` is waiting, claimed, sent or given_up."""

    __tablename__: ClassVar[Any] = "outbox"
    __table_args__ = (
        sa.Index(
            "ux_outbox_one_final", "decision", unique=True, sqlite_where=_FINAL, postgresql_where=_FINAL
        ),
        sa.Index(
            "ix_outbox_unsent", "recipient", "in_group", "n", sqlite_where=_UNSENT, postgresql_where=_UNSENT
        ),
        sa.Index("ix_outbox_state", "state"),
        sa.Index("ix_outbox_decision", "decision"),
    )
    n: int = Field(primary_key=True)
    decision: int = Field(foreign_key="decisions.n")
    recipient: str
    in_group: bool
    text: str
    reply_to: str
    req_id: str
    stream: str
    final: bool
    state: str
    attempts: int
    next_at: str
    doubtful: bool
    reason: str
    made_at: str
    claimed_at: str | None
    sent_at: str | None
    channel: str = Field(sa_column_kwargs={"server_default": "bot"})
    task: str = Field(sa_column_kwargs={"server_default": ""})
    code: str = Field(sa_column_kwargs={"server_default": ""})
    file: str = Field(sa_column_kwargs={"server_default": ""})


class CardRow(Row, table=True):
    """A card that was made for one person; its id is never used again."""

    __tablename__: ClassVar[Any] = "cards"
    __table_args__ = (sa.Index("ix_cards_decision", "decision"),)
    task_id: str = Field(primary_key=True)
    decision: int = Field(foreign_key="decisions.n")
    recipient: str
    body: str
    made_at: str


class FingerprintRow(Row, table=True):
    """The cipher text of a callback that was kept: it may come again under another msgid."""

    __tablename__: ClassVar[Any] = "fingerprints"
    fingerprint: str = Field(primary_key=True)
    inbox: int = Field(foreign_key="inbox.n")


class AppliedRow(Row, table=True):
    """An action that ran: once per key. `before` is what its reverse needs, as JSON."""

    __tablename__: ClassVar[Any] = "applied"
    key: str = Field(primary_key=True)
    kind: str
    made: str
    before: str
    at: str
    reversed_at: str | None


class AuditRow(Row, table=True):
    """One link of the chain; `hash` covers every other column."""

    __tablename__: ClassVar[Any] = "audit"
    __table_args__ = (sa.Index("ix_audit_decision", "decision"),)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    decision: int = Field(foreign_key="decisions.n")
    step: int
    at: str
    kind: str
    body: str
    prev_hash: str
    hash: str


class JobRow(Row, table=True):
    """What became of a job of the clock; `missed` counts all times that passed while nothing ran."""

    __tablename__: ClassVar[Any] = "jobs"
    name: str = Field(primary_key=True)
    last_run: str
    last_outcome: str
    missed: int
    next_due: str | None


class FeedbackRow(Row, table=True):
    """A person's latest vote on an answer: 1 fits, 2 does not, with `reasons` (a list) and `words`.

    `answer` is the ticket as it was sent along, `decision` its number, 0 for what is none.
    """

    __tablename__: ClassVar[Any] = "feedback"
    __table_args__ = (sa.Index("ix_feedback_at", "at"),)
    answer: str = Field(primary_key=True)
    userid: str = Field(primary_key=True)
    vote: int
    at: str
    reasons: str = Field(sa_column_kwargs={"server_default": "[]"})
    words: str = Field(sa_column_kwargs={"server_default": ""})
    decision: int = Field(sa_column_kwargs={"server_default": "0"})


class MetaRow(Row, table=True):
    """Small facts about the store itself: names_version, data_version."""

    __tablename__: ClassVar[Any] = "meta"
    key: str = Field(primary_key=True)
    value: str
