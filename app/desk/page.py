"""One write: the book, and what observers will be shown once it is on the disk."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.ports import Book, Observation
from app.records.decision import Decision, Step


@dataclass(frozen=True, slots=True)
class Page:
    """The book during one write, with the steps added so far."""

    book: Book
    seen: list[Observation] = field(default_factory=list)

    def append(self, decision: Decision, steps: Sequence[Step]) -> Decision:
        """Add steps by the life-cycle table; see `ports.Book.append`."""
        after = self.book.append(decision, steps)
        for step in steps:
            took = (step.at - decision.message.received_at).total_seconds() * 1000
            self.seen.append(Observation(after, step, took))
        return after
