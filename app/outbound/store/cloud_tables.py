"""The tables of what is asked outside and what it costs, and of everything that leaves the plant.

Money is in whole millionths of a yuan, in 64 bits. A day is one of the plant's, as 2026-11-23.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.outbound.store.tables import Row


class CallRow(Row, table=True):
    """One call; `settled_micro` is None while its money is only set aside."""

    __tablename__: ClassVar[Any] = "cloud_calls"
    __table_args__ = (sa.Index("ix_cloud_calls_at", "at"),)
    id: str = Field(primary_key=True)
    at: str
    prompt_digest: str
    reserved_micro: int = Field(sa_type=sa.BigInteger)
    settled_micro: int | None = Field(sa_type=sa.BigInteger)
    provider: str | None
    model: str
    cached: bool
    took_ms: float
    hit: int
    miss: int
    output: int
    reasoning: int
    estimated: bool


class ShareRow(Row, table=True):
    """What of a call one payer bears; all of a call's shares add up to it, in money and in tokens."""

    __tablename__: ClassVar[Any] = "cloud_shares"
    __table_args__ = (
        sa.Index("ix_cloud_shares_day", "day", "person"),
        sa.Index("ix_cloud_shares_wish", "wish", "at"),
        sa.Index("ix_cloud_shares_at", "at"),
    )
    call: str = Field(primary_key=True, foreign_key="cloud_calls.id")
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    day: str
    decision: str
    person: str
    intent: str
    facility: str
    wish: str
    share_micro: int = Field(sa_type=sa.BigInteger)
    hit: int
    miss: int
    output: int
    reasoning: int


class AttemptRow(Row, table=True):
    """One request on the wire; `fault` is None when its answer was taken."""

    __tablename__: ClassVar[Any] = "cloud_attempts"
    call: str = Field(primary_key=True, foreign_key="cloud_calls.id")
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    provider: str
    asked_model: str
    model: str
    fingerprint: str
    fault: str | None
    fault_id: str
    hit: int
    miss: int
    output: int
    reasoning: int
    estimated: bool
    cost_micro: int = Field(sa_type=sa.BigInteger)
    took_ms: float


class AnswerRow(Row, table=True):
    """An answer that may be given again until a time."""

    __tablename__: ClassVar[Any] = "cloud_answers"
    __table_args__ = (sa.Index("ix_cloud_answers_until", "until"),)
    key: str = Field(primary_key=True)
    answer: str
    until: str


class BreakerRow(Row, table=True):
    """A circuit that is not closed."""

    __tablename__: ClassVar[Any] = "cloud_breakers"
    provider: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    opened_at: str
    probe_at: str
    trips: int


class CapabilityRow(Row, table=True):
    """What was measured of an endpoint."""

    __tablename__: ClassVar[Any] = "cloud_capabilities"
    base_url: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    form: str
    build: str
    measured_at: str


class EgressRow(Row, table=True):
    """One thing that left; `n` has no gaps. `body` is None where it is sealed, deflated where `packed`."""

    __tablename__: ClassVar[Any] = "egress"
    __table_args__ = (sa.Index("ix_egress_at", "at"),)
    n: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    at: str
    destination: str
    channel: str
    purpose: str
    decision: str
    data_class: str
    size_bytes: int = Field(sa_type=sa.BigInteger)
    sha256: str
    packed: bool
    body: bytes | None
