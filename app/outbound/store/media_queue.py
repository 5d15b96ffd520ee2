"""The queue of what must still be fetched; implements the port `MediaQueue`."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.outbound.store.attachments import ATTACHMENTS, latest
from app.outbound.store.book import SqlBook
from app.outbound.store.facts import DECISIONS, INBOX
from app.outbound.store.identity_tables import IdentityRow
from app.outbound.store.line import clean, moment, number_of, stamp, ticket_of
from app.outbound.store.plant_tables import PersonRow
from app.outbound.store.reader import Reader
from app.outbound.store.tables import table
from app.outbound.store.writer import Writer
from app.ports import Clock
from app.records.media import URL_LIVES, Attachment, Media, MediaKind, MediaLink, MediaState, Wanted
from app.records.message import Language

_PEOPLE, _IDENTITIES = table(PersonRow), table(IdentityRow)
_IS_KNOWN = sa.or_(
    sa.exists(sa.select(sa.literal(1)).where(_PEOPLE.c.userid == INBOX.c.sender)),
    sa.exists(
        sa.select(sa.literal(1)).where(
            _IDENTITIES.c.sender == INBOX.c.sender, _IDENTITIES.c.userid == _PEOPLE.c.userid
        )
    ),
)
_WANTED = (
    sa.select(
        DECISIONS.c.n, ATTACHMENTS.c.n, INBOX.c.sender, ATTACHMENTS.c.kind, ATTACHMENTS.c.url,
        ATTACHMENTS.c.aes_key, INBOX.c.received_at,
    )
    .join(INBOX, INBOX.c.n == ATTACHMENTS.c.inbox)
    .join(DECISIONS, sa.and_(DECISIONS.c.inbox == INBOX.c.n, DECISIONS.c.part == 0))
    .where(ATTACHMENTS.c.state == "wanted", _IS_KNOWN)
    .order_by(ATTACHMENTS.c.inbox, ATTACHMENTS.c.n)
    .limit(sa.bindparam("most", type_=sa.Integer))
)  # fmt: skip
_OF = sa.select(DECISIONS.c.inbox).where(DECISIONS.c.n == sa.bindparam("ticket")).scalar_subquery()
_SETTLE = (
    sa.update(ATTACHMENTS)
    .where(
        ATTACHMENTS.c.inbox == _OF, ATTACHMENTS.c.n == sa.bindparam("which"), ATTACHMENTS.c.state == "wanted"
    )
    .values(
        {name: sa.bindparam(name) for name in ("state", "sha256", "name", "size_bytes", "reason", "at")}
        | {"url": "", "aes_key": ""}
    )
)


class SqlMediaQueue:
    """What leaves the queue leaves its address and key behind, in the same write."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock

    async def wanted(self, limit: int) -> tuple[Wanted, ...]:
        """What must still be fetched of people of the plant, oldest first."""
        found = await asyncio.wrap_future(
            self._reader.submit(lambda line: line.all(_WANTED, {"most": limit}))
        )
        return tuple(map(_wanted, found))

    async def kept(self, wanted: Wanted, media: Media) -> None:
        """It lies in the media folder. May be repeated."""
        values = {"state": MediaState.KEPT.value, "sha256": media.sha256, "name": clean(media.name),
                  "size_bytes": media.size_bytes, "reason": "", "at": stamp(media.at)}  # fmt: skip
        await self._writer.write(lambda book: _settle(book, wanted, values))

    async def missed(
        self, wanted: Wanted, state: MediaState, reason: str, text: Callable[[Language], str]
    ) -> None:
        """It will not come; its sender is told with `text`, in their language. May be repeated."""
        values = {"state": state.value, "sha256": "", "name": "", "size_bytes": 0, "reason": clean(reason),
                  "at": stamp(self._clock())}  # fmt: skip

        def change(book: SqlBook) -> None:
            person = book.person(wanted.sender)
            if _settle(book, wanted, values) and person is not None:
                book.notify(wanted.ticket, person.userid, text(person.language))

        await self._writer.write(change)

    # For IT; this blocks.

    def entries(self, since: datetime, limit: int) -> tuple[MediaLink, ...]:
        """The last `limit` attachments that came into their state since a time, newest last."""
        return self._reader.submit(lambda line: latest(line, since, limit)).result()


def _settle(book: SqlBook, wanted: Wanted, values: Mapping[str, object]) -> bool:
    which = {"ticket": number_of(wanted.ticket, "D", 5) or 0, "which": wanted.n}
    return book.line.do(_SETTLE, {**which, **values}) == 1


def _wanted(row: tuple[Any, ...]) -> Wanted:
    number, n, sender, kind, url, aes_key, received_at = row
    attachment = Attachment(MediaKind(kind), url, aes_key)
    return Wanted(ticket_of(number, "D", 5), n, sender, attachment, moment(received_at) + URL_LIVES)
