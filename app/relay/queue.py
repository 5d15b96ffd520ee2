"""What waits for the appliance: one SQLite file with one writer, gone when acknowledged or too old."""

import secrets
import sqlite3
from pathlib import Path

from app.records.errors import AlreadyRunning, StoreFull
from app.records.relay import BATCH_BYTES, Record, fingerprint
from app.settings import QueueSettings

_TABLES = """
create table if not exists identity (id text not null);
create table if not exists records (
    n integer primary key autoincrement,
    received_ms integer not null,
    source text not null,
    query text not null,
    body blob not null,
    hash text not null
);
"""
_MEASURE = "select count(*), coalesce(sum(length(body)), 0) from records"


class Queue:
    """Used by one thread at a time. `n` rises by one a record and is never used again.

    Raises AlreadyRunning when another relay holds the file, StoreFull when it cannot be opened.
    """

    def __init__(self, settings: QueueSettings) -> None:
        self._settings = settings
        self._db = _opened(settings.file)
        self.id: str = self._db.execute("select id from identity").fetchone()[0]
        """Names this file; another one counts its records anew."""
        self.length: int
        self.size_bytes: int
        self.length, self.size_bytes = self._db.execute(_MEASURE).fetchone()
        self.oldest_ms: int | None = self._oldest_ms()
        """When the first that waits was received; None when none does."""

    def put(self, received_ms: int, source: str, query: str, body: bytes) -> str:
        """Keep a record; "" once it is on the disk, otherwise why it is not kept."""
        full = self._full(received_ms, len(body))
        if full:
            return full
        row = (received_ms, source, query, body, fingerprint(received_ms, source, query, body))
        try:
            with self._db:
                self._db.execute(
                    "insert into records (received_ms, source, query, body, hash) values (?, ?, ?, ?, ?)", row
                )
        except sqlite3.Error:
            return "disk"
        self.length += 1
        self.size_bytes += len(body)
        self.oldest_ms = received_ms if self.oldest_ms is None else self.oldest_ms
        return ""

    def _full(self, now_ms: int, more_bytes: int) -> str:
        if self.length >= self._settings.length_max:
            return "length"
        if self.size_bytes + more_bytes > self._settings.size_max_bytes:
            return "size"
        waited_ms = 0 if self.oldest_ms is None else now_ms - self.oldest_ms
        return "age" if waited_ms > self._settings.oldest_max_s * 1000 else ""

    def after(self, n: int, count: int) -> list[Record]:
        """The next records after `n`, `count` at most and at least one where there is one.

        Raises StoreFull when the file cannot be read.
        """
        found: list[Record] = []
        size_bytes = 0
        try:
            rows = self._db.execute("select * from records where n > ? order by n limit ?", (n, count))
            for row in rows:
                found.append(Record(**dict(row)))
                size_bytes += len(found[-1].body)
                if size_bytes >= BATCH_BYTES:
                    break
        except sqlite3.Error as fault:
            raise StoreFull(f"the queue cannot be read: {fault}") from fault
        return found

    def last(self) -> int:
        """The highest number ever given; 0 before the first. Raises StoreFull when it cannot be read."""
        try:
            row = self._db.execute("select seq from sqlite_sequence where name = 'records'").fetchone()
        except sqlite3.Error as fault:
            raise StoreFull(f"the queue cannot be read: {fault}") from fault
        return int(row[0]) if row else 0

    def drop_to(self, n: int) -> int:
        """Delete every record up to `n`; returns how many. Raises StoreFull when it cannot."""
        return self._drop("n <= ?", n)

    def expire(self, before_ms: int) -> int:
        """Delete what was received before; returns how many. Raises StoreFull when it cannot."""
        return self._drop("received_ms < ?", before_ms)

    def _drop(self, which: str, value: int) -> int:
        try:
            with self._db:
                gone, size_bytes = self._db.execute(f"{_MEASURE} where {which}", (value,)).fetchone()
                if gone:
                    self._db.execute(f"delete from records where {which}", (value,))  # noqa: S608 - ours
            self.length -= gone
            self.size_bytes -= size_bytes
            self.oldest_ms = self._oldest_ms()
        except sqlite3.Error as fault:
            raise StoreFull(f"the queue cannot be written: {fault}") from fault
        return int(gone)

    def _oldest_ms(self) -> int | None:
        row = self._db.execute("select received_ms from records order by n limit 1").fetchone()
        return int(row[0]) if row else None

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _opened(file: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(file, timeout=0, check_same_thread=False)
    except sqlite3.Error as fault:
        raise StoreFull(f"{file}: {fault}") from fault
    try:
        _prepare(db)
    except sqlite3.OperationalError as fault:
        db.close()
        if fault.sqlite_errorname == "SQLITE_BUSY":
            raise AlreadyRunning(f"{file}: another relay holds it") from fault
        raise StoreFull(f"{file}: {fault}") from fault
    except sqlite3.DatabaseError as fault:
        db.close()
        raise StoreFull(f"{file}: {fault}") from fault
    file.chmod(0o600)
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    for pragma in ("locking_mode = exclusive", "journal_mode = wal", "synchronous = full"):
        db.execute(f"pragma {pragma}")
    db.executescript(_TABLES)
    with db:
        if db.execute("select id from identity").fetchone() is None:
            db.execute("insert into identity values (?)", (secrets.token_hex(8),))
