"""The tables of senders: whose ids they are, who is not known, and under which id a person writes."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.outbound.store.tables import Row


class IdentityRow(Row, table=True):
    """An id that stands for a userid; `key` is of the decision that made it so."""

    __tablename__: ClassVar[Any] = "identities"
    sender: str = Field(primary_key=True)
    userid: str
    source: str
    key: str
    at: str


class StrangerRow(Row, table=True):
    """A sender that was no person of the plant; `decision` is the number of the last refusal."""

    __tablename__: ClassVar[Any] = "strangers"
    __table_args__ = (sa.Index("ix_strangers_decision", "decision"),)
    sender: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    first_at: str
    last_at: str
    messages: int
    decision: int = Field(foreign_key="decisions.n")


class AddressRow(Row, table=True):
    """The id under which a person last wrote on a channel, where it is not their userid."""

    __tablename__: ClassVar[Any] = "addresses"
    userid: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    sender: str
