"""When a message says what an earlier one had meant: the number of a choice, or "no, I meant stock"."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from app import policy
from app.desk.page import Page
from app.intents.clicking import choice_of
from app.intents.phrases import lines
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

SPOKEN = frozenset({MessageKind.TEXT, MessageKind.VOICE})
BY_VOTE = "vote:"
"""How `Reading.by` of a question begins that a vote led to; the ticket of the words follows."""

_NUMBERS = frozenset("1234")
CAN_BE_CORRECTED = frozenset({Stage.HELD, Stage.DONE, Stage.REFUSED, Stage.FAILED, Stage.UNDONE})
"""Where a decision must stand: something was answered."""


@dataclass(frozen=True, slots=True)
class Meant:
    """`last` is what the sender was answered, `first` the decision that holds the words that are meant.

    After a vote `last` is what its voter was asked, `answer` what was voted on. `again` says whether
    the words are answered anew, `kept` whether the meaning is another than that they were read as.
    """

    last: Decision
    first: Decision
    intent: Intent
    source: Literal["chat", "choice", "vote"]
    answer: Decision | None = None
    again: bool = True
    kept: bool = True

    @property
    def message(self) -> Message:
        """What is answered: the first words, or only the vote."""
        return self.first.message if self.again else self.last.message

    @property
    def reading(self) -> Reading:
        """The first words once more, as a person decided them."""
        said = self.first.reading or self.last.reading
        if said is None:
            raise ValueError(f"{self.first.id} was never understood")
        by = "choice:" if self.source == "choice" else "correction:" if self.again else BY_VOTE
        return replace(said, intent=self.intent, layer=Layer.PERSON, decided=True, confidence=1.0,
                       by=f"{by}{self.first.id}", choices=())  # fmt: skip


_ABOUT = frozenset({"choice", "correction", "vote", BY_MEDIA.removesuffix(":")})


def first_of(facts: Facts, decision: Decision) -> Decision:
    """The decision that holds the words: itself, or the one that it is about by its reading's `by`."""
    by = decision.reading.by if decision.reading else ""
    kind, _, ticket = by.partition(":")
    first = facts.decision(ticket) if kind in _ABOUT else None
    return first or decision


def heard(facts: Facts, decision: Decision, corrections: Corrections) -> Meant | None:
    """What the decision's message says that an earlier one had meant, None for an ordinary message."""
    message = decision.message
    if message.kind is MessageKind.CLICK:
        return _pressed(facts, message)
    if message.kind not in SPOKEN:
        return None
    meant = _choice(facts, message, corrections.cleaned(message.text))
    return meant or _told(facts, decision, corrections) or _correction(facts, decision, corrections)


def _choice(facts: Facts, message: Message, text: str) -> Meant | None:
    """The sender's own open question that this message answers with the number of a choice.

    What others were asked in the same group meanwhile is theirs.
    """
    if text not in _NUMBERS:
        return None
    for decision in reversed(facts.held()):
        hold, asked = decision.hold, decision.message
        if hold is None or hold.reason != "unclear" or asked.sender != message.sender:
            continue
        if asked.conversation == message.conversation:
            known = len(hold.choices) >= int(text)
            return _chosen(facts, decision, hold.choices[int(text) - 1], message) if known else None
    return None


def _pressed(facts: Facts, message: Message) -> Meant | None:
    """The open question that this click answers."""
    person = facts.person(message.sender)
    found = choice_of(message, person, facts) if person else None
    return _chosen(facts, *found, message) if found else None


def _chosen(facts: Facts, question: Decision, intent: Intent, message: Message) -> Meant:
    if is_after_vote(question):
        return _of_vote(facts, question, intent, message)
    return Meant(question, question, intent, "choice")


def is_after_vote(decision: Decision) -> bool:
    """Whether it asks what was wrong with an answer."""
    reading, kind = decision.reading, decision.message.kind
    return reading is not None and kind is MessageKind.FEEDBACK and reading.by.startswith(BY_VOTE)


def _told(facts: Facts, decision: Decision, corrections: Corrections) -> Meant | None:
    """The open question of what was wrong that these words answer, said first of all after it."""
    message, intent = decision.message, corrections.meant(decision.message.text)
    asked = (d for d in reversed(facts.held()) if is_after_vote(d)) if intent else ()
    question = next((d for d in asked if d.message.sender == message.sender), None)
    if intent is None or question is None or question.message.conversation != message.conversation:
        return None
    quoted = tickets(message.quote)
    if message.quote and not {question.id, question.message.refers_to} & set(quoted):
        return None
    spoken = facts.lately(decision, question.message.received_at)
    return None if spoken else _of_vote(facts, question, intent, message)


def _of_vote(facts: Facts, question: Decision, intent: Intent, message: Message) -> Meant:
    """A lesson; the words are answered anew only for who said them, and not long after.

    What was asked days ago, or by somebody else, may have been done in another way since.
    """
    first, answer = first_of(facts, question), facts.decision(question.message.refers_to)
    own = facts.userid(first.message.sender) == facts.userid(message.sender)
    other = answer is None or answer.reading is None or answer.reading.intent is not intent
    again = own and other and message.received_at - first.message.received_at <= WAIT
    return Meant(question, first, intent, "vote", answer, again, other)


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
        code, say = ("corrected", "desk.corrected") if meant.source == "chat" else ("chosen", "desk.chosen")
        last = page.append(last, (Refused(now, by, code, Say(say)),))
    first = page.book.decision(meant.first.id) or meant.first
    if meant.kept and policy.may_write(person) and first.stage in CAN_BE_CORRECTED:
        page.append(first, (Corrected(now, by, meant.intent, meant.source),))
    return _noted(meant) if meant.source == "vote" else stands(last)


def _noted(meant: Meant) -> Say | None:
    """What an answer to a question after a vote is told besides."""
    answer = meant.answer
    if answer is None or not meant.kept:
        return None
    values = {"ticket": answer.id, "what": Say(f"words.intent.{meant.intent}")}
    waits = Say("desk.still_waits", {"ticket": answer.id}) if answer.stage is Stage.HELD else None
    rest = waits or stands(answer)
    return lines([Say("desk.press.corrected", values), *([rest] if rest else [])])


def stands(decision: Decision) -> Say | None:
    """That what a misread decision did is still so, and how it is taken back; None when it did nothing."""
    approved = decision.last(Approved)
    if decision.stage is not Stage.DONE or approved is None or isinstance(approved.action, LookUp):
        return None
    key = "desk.stands_undo" if isinstance(approved.action, REVERSIBLE) else "desk.stands"
    return Say(key, {"ticket": decision.id})
