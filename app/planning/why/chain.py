"""What an explanation is made of: links of time, each with its cause, from now to an order's end."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What a stretch of time goes to, seen from one order."""

    WORK = "work"  # its own operation is being worked on
    QUEUE = "queue"  # another order's operation is being worked on, for which it waits
    SETUP = "setup"  # a machine is changed over
    CLOSED = "closed"  # a machine is outside its shifts
    DOWN = "down"  # a machine stands still: broken, or in maintenance
    TRANSFER = "transfer"  # on the way to another facility
    CREW = "crew"  # nobody of the crew is free
    MATERIAL = "material"  # the next receipt is waited for
    RELEASE = "release"  # the order is not released
    EARLIEST = "earliest"  # the operation is not possible before
    BUSY = "busy"  # the machine finishes what it had begun before the plan
    FIXED = "fixed"  # its place is frozen
    BATCH = "batch"  # others of its batch take longer, or come later
    BEFORE = "before"  # another order's operation is told to go first
    IDLE = "idle"  # nothing binds: the plan leaves room


WAITS = tuple(cause for cause in Cause if cause is not Cause.WORK)
"""Every cause but the order's own work."""


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of time [start, end) and its cause.

    `job` and `task` name the operation that is worked on, changed over to, brought or waited for;
    `machine` where, None where it is no machine's matter. `thing` is the index of the crew or the
    material, None for other causes.
    """

    cause: Cause
    start: int
    end: int
    job: int
    task: int
    machine: int | None = None
    thing: int | None = None

    @property
    def length(self) -> int:
        """In units of the problem, at least 1."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Chain:
    """Why one order ends when it does.

    `job` is its last lot, `head` the job that has its name and due date; the same where there is but
    one. `waits` is the order's own time, from time 0 to `finish` without a gap: its own work, and what
    it waits for while it could go on. `path` is the critical path to its end, also from time 0, which
    may lead through other orders from their beginning on. `alone` is a time before which it cannot end
    with the whole shop to itself; None where that is not known.
    """

    head: int
    job: int
    due: int
    finish: int
    waits: tuple[Link, ...]
    path: tuple[Link, ...]
    alone: int | None

    @property
    def late(self) -> int:
        """Units after the due date; above 0."""
        return self.finish - self.due

    @property
    def hopeless(self) -> bool:
        """Whether it would be late even with the shop to itself."""
        return self.alone is not None and self.alone > self.due

    def causes(self) -> dict[Cause, int]:
        """Units of its own time by cause, most first; they add up to `finish`."""
        return totals(self.waits)


def totals(links: Iterable[Link]) -> dict[Cause, int]:
    """Units by cause, most first."""
    found: dict[Cause, int] = {}
    for link in links:
        found[link.cause] = found.get(link.cause, 0) + link.length
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
