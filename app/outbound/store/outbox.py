"""The queue of what must still be said; implements the port `Outbox`."""

import asyncio
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

from app.outbound.store import rows
from app.outbound.store.book import OUTBOX, SqlBook
from app.outbound.store.cards import CARDS
from app.outbound.store.line import Values, among, clean, stamp
from app.outbound.store.reader import Reader
from app.outbound.store.writer import Writer
from app.ports import Clock, Outgoing
from app.records.errors import NotWaiting
from app.records.message import Channel

_EARLIER = OUTBOX.alias("earlier")
_OVERTAKEN = sa.exists(
    sa.select(sa.literal(1)).where(
        _EARLIER.c.recipient == OUTBOX.c.recipient,
        _EARLIER.c.in_group == OUTBOX.c.in_group,
        _EARLIER.c.channel == OUTBOX.c.channel,
        among(_EARLIER.c.state, ("waiting", "claimed")),
        _EARLIER.c.n < OUTBOX.c.n,
    )
)
_SHOWN = (
    "n",
    "decision",
    "recipient",
    "in_group",
    "text",
    "reply_to",
    "req_id",
    "stream",
    "attempts",
    "doubtful",
    "channel",
    "task",
    "code",
    "file",
)
_ROWS = sa.select(*(OUTBOX.c[name] for name in _SHOWN), CARDS.c.body).outerjoin(
    CARDS, CARDS.c.task_id == OUTBOX.c.task
)
_DUE = (
    _ROWS.where(
        OUTBOX.c.state == "waiting",
        OUTBOX.c.next_at <= sa.bindparam("now"),
        sa.or_(*(OUTBOX.c.channel == sa.bindparam(each) for each in Channel)),
        ~_OVERTAKEN,
    )
    .order_by(OUTBOX.c.n)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_BEHIND = (
    _ROWS.where(
        OUTBOX.c.state == "waiting",
        OUTBOX.c.recipient == sa.bindparam("to"),
        OUTBOX.c.in_group == sa.bindparam("group", type_=sa.Boolean),
        OUTBOX.c.channel == sa.bindparam("channel"),
        OUTBOX.c.n > sa.bindparam("after"),
    )
    .order_by(OUTBOX.c.n)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ONE = sa.update(OUTBOX).where(OUTBOX.c.n == sa.bindparam("which"))
_CLAIM = _ONE.where(OUTBOX.c.state == "waiting").values(
    state="claimed", attempts=OUTBOX.c.attempts + 1, claimed_at=sa.bindparam("now")
)
_SENT = _ONE.values(state="sent", sent_at=sa.bindparam("at"))
_PUT_OFF = _ONE.values(state="waiting", next_at=sa.bindparam("until"), doubtful=sa.bindparam("unsure"))
_GIVEN_UP = _ONE.values(state="given_up", reason=sa.bindparam("why"))
_TAKE_BACK = sa.update(OUTBOX).where(OUTBOX.c.state == "claimed").values(state="waiting", doubtful=True)


class SqlOutbox:
    """One conversation's rows are said in their order: the oldest unsent one holds the rest back."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    async def due(self, limit: int, channels: Collection[Channel] = tuple(Channel)) -> tuple[Outgoing, ...]:
        """What may be sent now by these channels, oldest first, at most one per conversation."""
        asked = {each.value: each.value if each in channels else "" for each in Channel}
        return await self._rows(_DUE, {"now": stamp(self._clock()), "most": limit, **asked})

    async def behind(self, row: Outgoing, limit: int) -> tuple[Outgoing, ...]:
        """What waits behind a row for the same conversation, oldest first."""
        where = {"to": row.to, "group": row.group, "channel": row.channel.value, "after": row.id}
        return await self._rows(_BEHIND, {**where, "most": limit})

    async def claim(self, outgoing_id: int) -> None:
        """Note, durably, that an attempt is about to be written to the wire.

        Raises NotWaiting for a row that does not wait, with nothing changed: it is somebody else's.
        """
        if await self._run(_CLAIM, which=outgoing_id, now=stamp(self._clock())) != 1:
            raise NotWaiting(f"answer {outgoing_id} does not wait: it may not be said twice")

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        """It was acknowledged; `at` is when its last frame was written."""
        await self._run(_SENT, which=outgoing_id, at=stamp(at))

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        """Try again later; the rest of its conversation waits as well."""
        await self._run(_PUT_OFF, which=outgoing_id, until=stamp(until), unsure=doubtful)

    async def given_up(self, outgoing_id: int, reason: str) -> None:
        """It can never be delivered; it shows as undelivered and holds nothing back."""
        await self._run(_GIVEN_UP, which=outgoing_id, why=clean(reason))

    async def _rows(self, statement: Executable, values: Values) -> tuple[Outgoing, ...]:
        found = await asyncio.wrap_future(self._reader.submit(lambda line: line.all(statement, values)))
        return tuple(map(rows.outgoing, found))

    async def _run(self, statement: Executable, **values: object) -> int:
        return await self._writer.write(lambda book: book.line.do(statement, values))


def take_back_claims(book: SqlBook) -> int:
    """After a stop: what was claimed and never acknowledged waits again, in doubt; how many."""
    return book.line.do(_TAKE_BACK)
