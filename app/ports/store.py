"""Durable records: what one write does, and the store as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.ports.facts import Facts
from app.records.action import Action
from app.records.card import Card
from app.records.decision import Decision, Step
from app.records.kpi import DayFigures
from app.records.media import Sending
from app.records.message import Channel, Message
from app.records.plant import (
    Plan,
)
from app.records.versions import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a message at the door. `fresh` is False when the msgid was there before."""

    decision_id: str
    fresh: bool


class Book(Facts, Protocol):
    """The view inside one write: everything done through it commits together or not at all."""

    def accept(self, message: Message) -> Accepted:
        """Keep the frame and its fingerprint.

        A msgid or fingerprint seen before changes nothing and returns the first decision.
        """

    def knows(self, message: Message) -> bool:
        """Whether its msgid or fingerprint was seen before."""

    def divide(self, decision: Decision, part: int) -> Decision:
        """Begin another decision of the same message, for its wish number `part` from 1.

        Raises OwnFault when that part was begun before.
        """

    def further(self, decision: Decision) -> Decision:
        """Begin another decision of the same message, after all that were begun of it."""

    def append(self, decision: Decision, steps: Sequence[Step]) -> Decision:
        """Add steps by the life-cycle table, each with its link of the audit chain.

        Raises StaleDecision when somebody else has moved the decision on, WrongStage when the
        table forbids a step.
        """

    def stranger(self, decision: Decision) -> None:
        """Count a message of somebody who is nobody of the plant."""

    def wrote(self, userid: str, message: Message) -> None:
        """Keep under which id a person writes on the message's channel; may be repeated."""

    def apply(self, action: Action, key: str) -> str:
        """Do it, once per `key`; returns what it made (a case or request number) or ""."""

    def reverse(self, action: Action, key: str) -> bool:
        """Take a done action back, once per `key`; False when it has no reverse."""

    def answer(self, decision: Decision, text: str, *, final: bool = True) -> None:
        """Queue the answer to the decision's sender; at most one final answer per decision.

        A final answer finishes the bubble; only a message's own decision, part 0, has one.
        """

    def notify(
        self,
        decision_id: str,
        to: str,
        text: str,
        *,
        channel: Channel = Channel.BOT,
        card: Card | None = None,
        file: Sending | None = None,
        group: bool = False,
    ) -> None:
        """Queue a push to a person or a group: words, and in their place a card, which is kept, or a file.

        Raises OwnFault when the write ends for a card whose id was used before.
        """

    def keep_plan(self, plan: Plan, origin: Origin = ...) -> None:
        """Store a proposed plan with how it came about; one that is there already stays as it is."""

    def keep_figures(self, days: Sequence[DayFigures]) -> None:
        """Set the key figures of each facility's day; may be repeated."""

    def drop_plan(self, plan_id: str) -> None:
        """Drop a proposed plan: nobody chose it. Any other plan stays as it is."""

    def vote(
        self, answer: str, userid: str, vote: int, *, reasons: Sequence[int] = (), words: str = ""
    ) -> None:
        """Keep a person's latest vote on a decision's answer: 1 good, 2 bad, 3 withdraws it.

        `reasons` (1 unrelated, 2 incomplete, 3 wrong, 4 wrong analysis) and `words` are kept with a 2.
        """


class Store(Protocol):
    """Durable records; what `write` returned is on the disk."""

    async def read(self, look: Callable[[Facts], T]) -> T:
        """Run `look` on a consistent view."""

    async def write(self, change: Callable[[Book], T]) -> T:
        """Run `change` in one transaction; raises what it raises, with nothing kept.

        Concurrent calls may share one commit. `change` may be run only once.
        """

    async def unfinished(self) -> tuple[Decision, ...]:
        """Decisions that a restart must take up again, oldest first."""
