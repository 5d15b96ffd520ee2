"""When a message says what an earlier one had meant: the number of a choice, or "no, I meant stock"."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from app import policy
from app.desk.page import Page
from app.intents.clicking import choice_of
from app.intents.words import tickets
from app.ports import Facts
from app.records.action import REVERSIBLE, LookUp
from app.records.answer import Say
from app.records.decision import Approved, Corrected, Decision, Refused, Stage
from app.records.media import BY_MEDIA
from app.records.message import Message, MessageKind
from app.records.plant import Person
from app.records.reading import Intent, Layer, Reading
from app.understand.corrections import Corrections

WAIT = timedelta(minutes=10)
"""How long after a message its sender may still say that it was misread."""

_SPOKEN = frozenset({MessageKind.TEXT, MessageKind.VOICE})
CAN_BE_CORRECTED = frozenset({Stage.HELD, Stage.DONE, Stage.REFUSED, Stage.FAILED, Stage.UNDONE})
"""Where a decision must stand: something was answered."""


@dataclass(frozen=True, slots=True)
class Meant:
    """`last` is what the sender was answered, `first` the decision that holds the words that are meant."""

    last: Decision
    first: Decision
    intent: Intent
    source: Literal["chat", "choice"]

    @property
    def reading(self) -> Reading:
        """The first words once more, as a person decided them."""
        said = self.first.reading or self.last.reading
        if said is None:
            raise ValueError(f"{self.first.id} was never understood")
        by = "choice" if self.source == "choice" else "correction"
        return replace(said, intent=self.intent, layer=Layer.PERSON, decided=True, confidence=1.0,
                       by=f"{by}:{self.first.id}", choices=())  # fmt: skip


def first_of(facts: Facts, decision: Decision) -> Decision:
    """The decision that holds the words: itself, or the one that it chose, corrected or placed photos for."""
    by = decision.reading.by if decision.reading else ""
    kind, _, ticket = by.partition(":")
    first = facts.decision(ticket) if kind in {"choice", "correction", BY_MEDIA.removesuffix(":")} else None
    return first or decision


def heard(facts: Facts, decision: Decision, corrections: Corrections) -> Meant | None:
    """What the decision's message says that an earlier one had meant, None for an ordinary message."""
    message = decision.message
    if message.kind is MessageKind.CLICK:
        return _pressed(facts, message)
    if message.kind not in _SPOKEN:
        return None
    return _choice(facts, message) or _correction(facts, decision, corrections)


def _choice(facts: Facts, message: Message) -> Meant | None:
    """The open question that this message answers with the number of a choice."""
    text = message.text.strip()
    if text not in {"1", "2", "3"}:
        return None
    for decision in reversed(facts.held()):
        hold = decision.hold
        if hold and hold.reason == "unclear" and decision.message.conversation == message.conversation:
            same = decision.message.sender == message.sender and len(hold.choices) >= int(text)
            return Meant(decision, decision, hold.choices[int(text) - 1], "choice") if same else None
    return None


def _pressed(facts: Facts, message: Message) -> Meant | None:
    """The open question that this click answers."""
    person = facts.person(message.sender)
    found = choice_of(message, person, facts) if person else None
    return Meant(found[0], found[0], found[1], "choice") if found else None


def _correction(facts: Facts, decision: Decision, corrections: Corrections) -> Meant | None:
    """The sender's last reading in this conversation, where the words say what it should have been.

    Not of one wish among several in a message, nor where another answer is quoted: which one is
    wrong would be a guess.
    """
    intent = corrections.meant(decision.message.text)
    lately = facts.lately(decision, decision.message.received_at - WAIT) if intent else ()
    last = facts.decision(lately[0].ticket) if lately else None
    if intent is None or last is None or last.reading is None or last.part > 0:
        return None
    quoted = tickets(decision.message.quote)
    if decision.message.quote and last.id not in quoted:
        return None
    if last.stage not in CAN_BE_CORRECTED or (last.reading.decided and last.reading.intent is intent):
        return None
    return Meant(last, first_of(facts, last), intent, "chat")


def close(page: Page, meant: Meant, person: Person, now: datetime) -> Say | None:
    """End what waits because it was misread, keep the right meaning; what must still be said of it.

    What was done stays done.
    """
    by = f"person:{person.userid}"
    last = page.book.decision(meant.last.id) or meant.last
    if last.stage is Stage.HELD:
        code, say = ("chosen", "desk.chosen") if meant.source == "choice" else ("corrected", "desk.corrected")
        last = page.append(last, (Refused(now, by, code, Say(say)),))
    first = page.book.decision(meant.first.id) or meant.first
    if policy.may_write(person) and first.stage in CAN_BE_CORRECTED:
        page.append(first, (Corrected(now, by, meant.intent, meant.source),))
    return stands(last)


def stands(decision: Decision) -> Say | None:
    """That what a misread decision did is still so, and how it is taken back; None when it did nothing."""
    approved = decision.last(Approved)
    if decision.stage is not Stage.DONE or approved is None or isinstance(approved.action, LookUp):
        return None
    key = "desk.stands_undo" if isinstance(approved.action, REVERSIBLE) else "desk.stands"
    return Say(key, {"ticket": decision.id})
