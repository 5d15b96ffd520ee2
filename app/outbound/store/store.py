"""The store as a whole: implements the port `Store`, and tells what the console and IT ask."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from app.outbound.store import audit, jobs, senders, shelf
from app.outbound.store.book import SqlBook
from app.outbound.store.cloud_book import SqlCloudBook
from app.outbound.store.engine import Engines, open_engines
from app.outbound.store.facts import PEOPLE, SqlFacts
from app.outbound.store.ledger import SqlLedger
from app.outbound.store.line import Line
from app.outbound.store.media_queue import SqlMediaQueue
from app.outbound.store.outbox import SqlOutbox, take_back_claims
from app.outbound.store.plant_file import read_plant
from app.outbound.store.reader import Reader
from app.outbound.store.satisfaction import SqlSatisfaction
from app.outbound.store.seed import seed
from app.outbound.store.uploads import SqlUploads
from app.outbound.store.writer import Writer
from app.ports import Book, Clock, Facts, Names
from app.records.answer import utc_now
from app.records.correction import Correction
from app.records.decision import Decision
from app.records.errors import Down
from app.records.plant import Calendar
from app.records.views import Counts, JobRun, Kept, Verified

T = TypeVar("T")

_ALIVE = sa.select(sa.literal(1))
_PIN = sa.select(PEOPLE.c.pin_hash).where(PEOPLE.c.userid == sa.bindparam("userid"))


def open_store(url: str, *, clock: Clock = utc_now, zone: tzinfo = UTC) -> "SqlStore":
    """The store at an SQLAlchemy address, its tables brought to this version. Blocks.

    `zone` is the plant's: money is counted by its days and months.

    Raises SettingsWrong for an address that cannot be used, StoreTooNew, StoreFull, Down, OwnFault.
    """
    return SqlStore(open_engines(url), clock, zone)


class SqlStore:
    """Durable records on one writer and one reader; close it when done."""

    def __init__(self, engines: Engines, clock: Clock, zone: tzinfo) -> None:
        self._engines = engines
        self._clock = clock
        self._writer = Writer(engines, clock)
        self._reader = Reader(engines)
        self.outbox = SqlOutbox(self._writer, self._reader, clock)
        self.media = SqlMediaQueue(self._writer, self._reader, clock)
        self.cloud = SqlCloudBook(self._writer, self._reader, clock, zone)
        self.uploads = SqlUploads(self._writer, self._reader, clock)
        self.ledger = SqlLedger(self._writer, self._reader)
        self.satisfaction = SqlSatisfaction(self._reader, clock, zone)

    def close(self) -> None:
        """Finish what waits and let go; blocks; may be called twice."""
        self._writer.close()
        self._reader.close()
        self._engines.close()

    # The port.

    async def read(self, look: Callable[[Facts], T]) -> T:
        """Run `look` on a consistent view."""
        return await self._see(lambda line: look(SqlFacts(line)))

    async def write(self, change: Callable[[Book], T]) -> T:
        """Run `change` in one transaction; raises what it raises, with nothing kept."""
        return await self._writer.write(change)

    async def unfinished(self) -> tuple[Decision, ...]:
        """Decisions that a restart must take up again, oldest first."""
        return await self._see(shelf.unfinished)

    # For the service.

    async def recover(self) -> int:
        """After a stop: answers claimed and never acknowledged wait again, in doubt; how many.

        Money that a call of more than a day ago had set aside counts as spent.
        """
        await self._writer.write(self.cloud.recover)
        return await self._writer.write(take_back_claims)

    async def ping(self) -> None:
        """Return when the writer and the reader have both answered."""
        await self._writer.write(lambda book: book.line.one(_ALIVE))
        await self._see(lambda line: line.one(_ALIVE))

    def ping_now(self, patience_s: float = 10.0) -> None:
        """Return when the writer has answered; blocks, for other threads. Raises Down after `patience_s`."""
        answer = self._writer.submit(lambda book: book.line.one(_ALIVE))
        try:
            answer.result(patience_s)
        except TimeoutError:
            answer.cancel()
            raise Down(f"the store has not answered within {patience_s:g} s") from None

    # For the console.

    async def recent(self, limit: int) -> tuple[Kept, ...]:
        """The latest messages, newest first."""
        return await self._see(lambda line: shelf.recent(line, limit))

    async def by_msgid(self, msgid: str) -> Kept | None:
        """What came of a message, None when it never came."""
        return await self._see(lambda line: shelf.by_msgid(line, msgid))

    async def by_ticket(self, decision_id: str) -> Kept | None:
        """What came of a decision, None when there is none."""
        return await self._see(lambda line: shelf.by_ticket(line, decision_id))

    async def pin_hash(self, userid: str) -> str | None:
        """A person's stored PIN, None without one."""
        row = await self._see(lambda line: line.one(_PIN, {"userid": userid}))
        return row[0] if row else None

    async def counts(self) -> Counts:
        """How much there is of everything."""
        return await self._see(shelf.counts)

    async def undelivered(self) -> int:
        """Answers and notices that were given up."""
        return (await self.counts()).undelivered

    async def unknown_senders(self) -> int:
        """How many senders are nobody's still."""
        return await self._see(senders.count)

    async def received_since(self, at: datetime) -> int:
        """How many messages came since a time."""
        return await self._see(lambda line: shelf.received_since(line, at))

    async def lengths_since(self, at: datetime) -> tuple[tuple[datetime, int], ...]:
        """When each message since a time came, and how many signs it has."""
        return await self._see(lambda line: shelf.lengths_since(line, at))

    # For the clock.

    async def last_run(self, name: str) -> datetime | None:
        """When a job last ran, None when never."""
        return await self._see(lambda line: jobs.last_run(line, name))

    async def ran(
        self, name: str, at: datetime, outcome: str, missed: int, next_due: datetime | None = None
    ) -> None:
        """Keep a run: outcome "ok" or the error's code; `missed` is added to what was missed before."""
        run = JobRun(name, at, outcome, missed, next_due)
        await self._writer.write(lambda book: jobs.remember(book, run))

    async def jobs(self) -> tuple[JobRun, ...]:
        """What is remembered of every job, by name."""
        return await self._see(jobs.every)

    async def _see(self, look: Callable[[Line], T]) -> T:
        return await asyncio.wrap_future(self._reader.submit(look))

    # For IT; these block.

    def seed(self, file: Path) -> bool:
        """Load a plant description into an empty store; False when there are people already.

        Raises FileWrong naming file and key.
        """
        plant = read_plant(file)
        change: Callable[[SqlBook], bool] = lambda book: seed(book, plant, self._clock())  # noqa: E731
        return self._writer.submit(change).result()

    def calendars(self) -> tuple[Calendar, ...]:
        """The plant's calendars."""
        return self._reader.submit(lambda line: SqlFacts(line).calendars()).result()

    def names(self) -> Names:
        """The plant's names."""
        return self._reader.submit(lambda line: SqlFacts(line).names()).result()

    def look(self, look: Callable[[Facts], T]) -> T:
        """Run `look` on a consistent view."""
        return self._reader.submit(lambda line: look(SqlFacts(line))).result()

    def corrections(self) -> tuple[Correction, ...]:
        """What people who may write said that messages had meant, in the order of the tickets."""
        return self._reader.submit(shelf.corrections).result()

    def decision(self, decision_id: str) -> Decision | None:
        """One decision, None when there is none."""
        return self._reader.submit(lambda line: SqlFacts(line).decision(decision_id)).result()

    def audit_head(self) -> tuple[int, str]:
        """How many rows the audit chain has, and the hash of the last: the anchor to keep elsewhere."""
        return self._reader.submit(audit.end).result()

    def audit_verify(self, anchor: str | None = None) -> Verified:
        """Walk the audit chain on a connection of its own; `anchor` is a hash that it must contain."""
        walker = Reader(self._engines, "chargehand-store-audit")
        try:
            return walker.submit(lambda line: audit.verify(line, anchor)).result()
        finally:
            walker.close()
