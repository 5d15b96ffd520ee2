"""A database's errors as errors of ours, and a keeper of whatever a change raised."""

import sqlite3
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError

from app.records.errors import Down, OwnFault, StoreFull

_FULL = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "53100", "25006", "58")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "08", "40001", "40P01", "53", "55P03", "57")
_STRANGE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
# PostgreSQL's codes: 53100 disk full, 25006 read-only, 58 system error, 08 and 57 connection lost,
# 40001, 40P01 and 55P03 lost a race, 53 out of resources (PostgreSQL 15 manual, appendix A).


class Caught:
    """Keeps what is raised inside it as `fault`, to be raised again where it is awaited."""

    def __init__(self) -> None:
        self.fault: BaseException | None = None

    def __enter__(self) -> "Caught":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.fault = fault
        return True


def is_of_database(fault: BaseException | None) -> bool:
    """Whether the database raised it: after that its connection is not trusted any more."""
    return isinstance(fault, SQLAlchemyError | sqlite3.Error) or hasattr(fault, "sqlstate")


def named(fault: BaseException, where: str = "the store") -> BaseException:
    """A database's error as one of ours; any other as it is, if a future can carry it."""
    if isinstance(fault, StopIteration):
        return OwnFault("a change ran past the end of something")
    if not is_of_database(fault):
        return fault
    cause = getattr(fault, "orig", None) or fault
    mark = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    said = str(cause).strip()
    if mark.startswith(_FULL):
        ours: Exception = StoreFull(f"{where} cannot be written ({said}); free space or rights, then restart")
    elif mark in _STRANGE:
        ours = OwnFault(
            f"{where} is no store of this product ({said}); restore a backup or name another place"
        )
    elif mark.startswith(_BUSY) or (not mark and type(cause).__name__ == "OperationalError"):
        ours = Down(f"{where} does not answer ({said})")
    else:
        ours = OwnFault(f"{where} refused a change ({said})")
    ours.__cause__ = fault
    return ours
