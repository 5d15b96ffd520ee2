"""The list of everything that left the plant; implements the port `Ledger`."""

import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.sql.expression import Executable

from app.outbound.store.cloud_tables import EgressRow
from app.outbound.store.line import Line, Values, adding, moment, stamp
from app.outbound.store.reader import Reader
from app.outbound.store.tables import table
from app.outbound.store.writer import Writer
from app.records.egress import Leaving, Left

_PACKED_FROM_BYTES = 512
_PAGE_ROWS = 500
ALL = 2**62
"""More entries than there can be."""

_EGRESS = table(EgressRow)
_NEXT = sa.select(sa.func.coalesce(sa.func.max(_EGRESS.c.n), 0) + 1).scalar_subquery()
_KEEP = adding(_EGRESS, "n").values(n=_NEXT).inline()  # its number is not wanted back
_WANTED = (
    _EGRESS.c.at >= sa.bindparam("since"),
    sa.or_(sa.bindparam("channel", type_=sa.String) == "", _EGRESS.c.channel == sa.bindparam("channel")),
)
_LAST = (
    sa.select(_EGRESS.c.n)
    .where(*_WANTED)
    .order_by(_EGRESS.c.n.desc())
    .limit(sa.bindparam("most", type_=sa.BigInteger))
    .subquery()
)
_ENDS = sa.select(sa.func.min(_LAST.c.n), sa.func.max(_LAST.c.n))
_PAGE = (
    sa.select(_EGRESS)
    .where(*_WANTED, _EGRESS.c.n.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_EGRESS.c.n)
    .limit(sa.bindparam("most", type_=sa.BigInteger))
)
_TOTALS = (
    sa.select(_EGRESS.c.channel, _EGRESS.c.purpose, sa.func.count(), sa.func.sum(_EGRESS.c.size_bytes))
    .where(*_WANTED)
    .group_by(_EGRESS.c.channel, _EGRESS.c.purpose)
    .order_by(_EGRESS.c.channel, _EGRESS.c.purpose)
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Total:
    """How much left by a channel for a purpose."""

    channel: str
    purpose: str
    entries: int
    size_bytes: int


class SqlLedger:
    """Entries in the order in which they were told of, numbered from 1 without gaps."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader

    async def leaves(self, entry: Leaving) -> None:
        """Keep an entry; it is on the disk when this returns. Called before the bytes are written."""
        await self._writer.write(lambda book: _keep(book.line, entry))

    def note(self, entry: Leaving) -> None:
        """Keep an entry with the writer's next commit, without waiting; from any thread.

        Raises OwnFault when the store is closed. One that the store refuses is told to the log.
        """
        future = self._writer.submit(lambda book: _keep(book.line, entry))
        future.add_done_callback(lambda done: _told(done, entry))

    # For IT; these block.

    def entries(self, since: datetime, limit: int = ALL, channel: str = "") -> Iterator[Left]:
        """The last `limit` entries since a time, newest last; `channel` "" is every one.

        Reads page by page; what is kept meanwhile is not among them.
        """
        wanted: dict[str, object] = {"since": stamp(since), "channel": channel}
        first, last = self._all(_ENDS, {**wanted, "most": limit})[0]
        wanted |= {"last": last, "most": _PAGE_ROWS}
        while page := self._all(_PAGE, {**wanted, "first": first}):
            yield from map(_left, page)
            first = page[-1][0] + 1

    def totals(self, since: datetime, channel: str = "") -> tuple[Total, ...]:
        """How much left since a time, by channel and purpose in the order of the alphabet."""
        rows = self._all(_TOTALS, {"since": stamp(since), "channel": channel})
        return tuple(Total(channel, purpose, n, int(size)) for channel, purpose, n, size in rows)

    def _all(self, statement: Executable, values: Values) -> Sequence[tuple[Any, ...]]:
        return self._reader.submit(lambda line: line.all(statement, values)).result()


def _keep(line: Line, entry: Leaving) -> None:
    packed = entry.body is not None and len(entry.body) >= _PACKED_FROM_BYTES
    body = zlib.compress(entry.body) if packed and entry.body else entry.body
    line.do(
        _KEEP,
        {"at": stamp(entry.at), "destination": entry.destination, "channel": entry.channel,
         "purpose": entry.purpose, "decision": entry.decision, "data_class": entry.data_class,
         "size_bytes": entry.size_bytes, "sha256": entry.sha256, "packed": packed, "body": body},
    )  # fmt: skip


def _left(row: tuple[Any, ...]) -> Left:
    n, at, destination, channel, purpose, decision, data_class, size, sha256, packed, kept = row
    body = zlib.decompress(kept) if packed else kept
    entry = Leaving(
        moment(at), destination, channel, purpose, data_class, size, sha256, body, decision
    )  # fmt: skip
    return Left(n, entry)


def _told(done: "Future[None]", entry: Leaving) -> None:
    """What the list lacks stands in the log, with its hash and without its words."""
    fault = done.exception()
    if fault is not None:
        _log.error(
            "egress_unlisted", fault=type(fault).__name__, destination=entry.destination,
            channel=entry.channel, purpose=entry.purpose, decision=entry.decision,
            size_bytes=entry.size_bytes, sha256=entry.sha256,
        )  # fmt: skip
