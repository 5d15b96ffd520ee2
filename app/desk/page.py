"""One write: the book, what observers will be shown once it is on the disk, and one joint answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.ports import Book, Observation
from app.records.decision import AWAIT_SOLVER, Decision, Step


@dataclass(slots=True)
class Page:
    """The book during one write, with the steps added so far.

    `begun` are decisions that go on by themselves once the write is on the disk.

    Between `gather` and `tell_together` what is said to the sender of `gathering`'s message is kept
    back, so that several decisions are told in one answer.
    """

    book: Book
    seen: list[Observation] = field(default_factory=list)
    begun: list[Decision] = field(default_factory=list)
    gathering: Decision | None = None
    _blocks: list[tuple[Decision, str]] = field(default_factory=list)

    def append(self, decision: Decision, steps: Sequence[Step]) -> Decision:
        """Add steps by the life-cycle table; see `ports.Book.append`."""
        after = self.book.append(decision, steps)
        for step in steps:
            took = (step.at - decision.message.received_at).total_seconds() * 1000
            self.seen.append(Observation(after, step, took))
        return after

    def answer(self, decision: Decision, text: str, *, final: bool) -> None:
        """Tell the decision's sender, now or with the rest of what is gathered."""
        if self.gathering is not None and decision.message.msgid == self.gathering.message.msgid:
            self._blocks.append((decision, text))
        else:
            self.book.answer(decision, text, final=final)

    def tell_together(self, first: Decision) -> None:
        """Say what was gathered: in the message's one answer, or pushed while that must still wait."""
        self.gathering = None
        if first.stage in AWAIT_SOLVER:
            for decision, text in self._blocks:
                self.book.answer(decision, text, final=False)
        elif self._blocks:
            self.book.answer(first, "\n\n".join(text for _, text in self._blocks), final=True)
        self._blocks.clear()
