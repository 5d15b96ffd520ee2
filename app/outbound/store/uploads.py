"""What WeCom holds for us; implements the port `UploadBook`."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from app.outbound.store.book import SqlBook
from app.outbound.store.line import adding, moment, stamp
from app.outbound.store.reader import Reader
from app.outbound.store.tables import table
from app.outbound.store.upload_tables import UploadRow
from app.outbound.store.writer import Writer
from app.ports import Clock
from app.records.media import MediaKind, Sending, Uploaded

_UPLOADS = table(UploadRow)
_FORGOTTEN = timedelta(days=30)
"""So long after WeCom has dropped a file, it no longer matters that it was there."""

_THIS = (_UPLOADS.c.sha256 == sa.bindparam("which"), _UPLOADS.c.kind == sa.bindparam("of"))
_ONE = sa.select(_UPLOADS.c.media_id, _UPLOADS.c.expires_at).where(*_THIS)
_DROP = sa.delete(_UPLOADS).where(*_THIS)
_SWEEP = sa.delete(_UPLOADS).where(_UPLOADS.c.expires_at < sa.bindparam("before"))
_KEEP = adding(_UPLOADS)


class SqlUploads:
    """A file is known by its hash and by how it is sent; its name does not matter."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock

    async def uploaded(self, file: Sending) -> Uploaded | None:
        """What was last kept of a file, though it may have ended; None when it was never uploaded whole."""
        values = {"which": file.sha256, "of": file.kind.value}
        found = await asyncio.wrap_future(self._reader.submit(lambda line: line.one(_ONE, values)))
        return Uploaded(found[0], MediaKind(file.kind), moment(found[1])) if found else None

    async def keep_uploaded(self, file: Sending, uploaded: Uploaded) -> None:
        """Keep what a file can be sent by, in place of what was kept before."""
        row = {"sha256": file.sha256, "kind": file.kind.value, "media_id": uploaded.media_id,
               "expires_at": stamp(uploaded.expires_at)}  # fmt: skip
        before = stamp(self._clock() - _FORGOTTEN)

        def change(book: SqlBook) -> None:
            book.line.do(_SWEEP, {"before": before})
            book.line.do(_DROP, {"which": file.sha256, "of": file.kind.value})
            book.line.do(_KEEP, row)

        await self._writer.write(change)
