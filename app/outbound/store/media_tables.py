"""The table of what people attach: wanted until it lies in the media folder, and what it belongs to."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from app.outbound.store.tables import Row

_WANTED = sa.text("state = 'wanted'")
_LOOSE = sa.text("target = ''")
_PLACED = sa.text("target != ''")


class AttachmentRow(Row, table=True):
    """One attachment of a message; `url` and `aes_key` are there only while it is wanted."""

    __tablename__: ClassVar[Any] = "attachments"
    __table_args__ = (
        sa.Index("ix_attachments_wanted", "inbox", sqlite_where=_WANTED, postgresql_where=_WANTED),
        sa.Index("ix_attachments_loose", "inbox", sqlite_where=_LOOSE, postgresql_where=_LOOSE),
        sa.Index("ix_attachments_target", "target", sqlite_where=_PLACED, postgresql_where=_PLACED),
    )
    inbox: int = Field(primary_key=True, foreign_key="inbox.n", sa_column_kwargs={"autoincrement": False})
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    url: str
    aes_key: str
    state: str
    target: str
    sha256: str
    name: str
    size_bytes: int = Field(sa_type=sa.BigInteger)
    reason: str
    at: str
