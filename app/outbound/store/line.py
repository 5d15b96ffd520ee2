"""One connection: Core statements, compiled once, run on the driver's own cursor; text and times."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

Values = Mapping[str, object]


class Line:
    """A connection of one thread; statements are module constants, kept compiled by identity."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self._cursor: Any = connection.connection.cursor()
        self._ready: dict[Executable, tuple[str, dict[str, Any]]] = {}

    def all(self, statement: Executable, values: Values | None = None) -> Sequence[tuple[Any, ...]]:
        """Every row."""
        self._run(statement, values)
        rows: Sequence[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def one(self, statement: Executable, values: Values | None = None) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.all(statement, values)
        return rows[0] if rows else None

    def do(self, statement: Executable, values: Values | None = None) -> int:
        """Run a change; how many rows it touched."""
        self._run(statement, values)
        return int(self._cursor.rowcount)

    def many(self, statement: Executable, rows: Sequence[Values]) -> None:
        """Run a change for every set of values."""
        text, given = self._compiled(statement)
        self._cursor.executemany(text, [{**given, **row} for row in rows])

    def plain(self, sql: str) -> None:
        """Run a command that has no values, such as SAVEPOINT."""
        self._cursor.execute(sql)

    def read_any_bytes(self) -> None:
        """From now on read text that is none, which only SQLite keeps, with half surrogates in it."""
        if self.dialect.name == "sqlite":
            self._cursor.connection.text_factory = lambda kept: kept.decode(errors="surrogateescape")

    @property
    def is_open(self) -> bool:
        """Whether the transaction is still there: SQLite ends it itself when the disk fails."""
        return bool(getattr(self._cursor.connection, "in_transaction", True))

    def _run(self, statement: Executable, values: Values | None) -> None:
        text, given = self._compiled(statement)
        self._cursor.execute(text, {**given, **values} if values else given)

    def _compiled(self, statement: Executable) -> tuple[str, dict[str, Any]]:
        found = self._ready.get(statement)
        if found is None:
            form: Any = statement
            compiled = form.compile(dialect=self.dialect)
            given = {name: value for name, value in compiled.params.items() if value is not None}
            found = self._ready[statement] = (str(compiled), given)
        return found


def adding(table: sa.Table, *but: str) -> sa.Insert:
    """An insert of every column, named by the column, except those in `but`."""
    return table.insert().values({c.name: sa.bindparam(c.name) for c in table.columns if c.name not in but})


def among(column: sa.ColumnElement[str], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """One of these; as comparisons, because a list is not compiled before it has values."""
    return sa.or_(*(column == value for value in values))


def stamp(at: datetime) -> str:
    """A time as it is kept; raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be kept")
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def stamp_or_none(at: datetime | None) -> str | None:
    """The same for a time that may be absent."""
    return stamp(at) if at else None


def moment(kept: str) -> datetime:
    """A kept time, aware, in UTC."""
    return datetime.fromisoformat(kept)


def moment_or_none(kept: str | None) -> datetime | None:
    """The same for a time that may be absent."""
    return moment(kept) if kept else None


def listed(values: Sequence[object]) -> str:
    """A list as it is kept."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=4096)
def strings(kept: str) -> tuple[str, ...]:
    """A kept list of strings."""
    return tuple(json.loads(kept))


def clean(text: str) -> str:
    """The text without what no database keeps: half surrogates and NUL become U+FFFD."""
    return re.sub("[\ud800-\udfff\x00]", "\ufffd", text)


def number_of(ticket: str, letter: str, digits: int) -> int | None:
    """The number in a ticket such as D-00042 or Q-0007; None for anything that is none of ours."""
    match = re.fullmatch(rf"{letter}-([0-9]{{{digits},18}})", ticket)
    if match is None:
        return None
    number = int(match[1])
    return number if ticket_of(number, letter, digits) == ticket else None


def ticket_of(number: int, letter: str, digits: int) -> str:
    """The ticket that people see: the number with leading zeros up to `digits`."""
    return f"{letter}-{number:0{digits}d}"
