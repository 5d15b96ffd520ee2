"""What the clock remembers of its jobs."""

from datetime import datetime

import sqlalchemy as sa

from app.outbound.store.book import SqlBook
from app.outbound.store.line import Line, adding, moment, moment_or_none, stamp, stamp_or_none
from app.outbound.store.tables import JobRow, table
from app.records.views import JobRun

_JOBS = table(JobRow)
_EVERY = sa.select(_JOBS).order_by(_JOBS.c.name)
_LAST = sa.select(_JOBS.c.last_run).where(_JOBS.c.name == sa.bindparam("name"))
_AGAIN = (
    sa.update(_JOBS)
    .where(_JOBS.c.name == sa.bindparam("which"))
    .values(
        last_run=sa.bindparam("at"),
        last_outcome=sa.bindparam("outcome"),
        missed=_JOBS.c.missed + sa.bindparam("more"),
        next_due=sa.bindparam("due"),
    )
)
_FIRST = adding(_JOBS)


def last_run(line: Line, name: str) -> datetime | None:
    """When the job last ran, None when never."""
    row = line.one(_LAST, {"name": name})
    return moment(row[0]) if row else None


def every(line: Line) -> tuple[JobRun, ...]:
    """What is remembered of every job, by name."""
    return tuple(
        JobRun(name, moment(at), outcome, missed, moment_or_none(due))
        for name, at, outcome, missed, due in line.all(_EVERY)
    )


def remember(book: SqlBook, run: JobRun) -> None:
    """Keep a run; `missed` is added to what was missed before."""
    at, due = stamp(run.last_run), stamp_or_none(run.next_due)
    again = {"which": run.name, "at": at, "outcome": run.outcome, "more": run.missed, "due": due}
    if book.line.do(_AGAIN, again) == 0:
        row = {
            "name": run.name,
            "last_run": at,
            "last_outcome": run.outcome,
            "missed": run.missed,
            "next_due": due,
        }
        book.line.do(_FIRST, row)
