"""The table of what WeCom holds for us."""

from typing import Any, ClassVar

from sqlmodel import Field

from app.outbound.store.tables import Row


class UploadRow(Row, table=True):
    """A file of the media folder and the id that WeCom gave it; `kind` is how it is sent."""

    __tablename__: ClassVar[Any] = "uploads"
    sha256: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    media_id: str
    expires_at: str
