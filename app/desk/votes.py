"""Votes on answers: the latest of each person counts; who finds one wrong is asked, once, what it was."""

from datetime import timedelta

from app import policy
from app.desk.cards import meaning_card
from app.desk.grievance import Wrong, what_was_wrong
from app.desk.meant import BY_VOTE, first_of
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.voice import MakeCard, Voice
from app.ports import Facts
from app.records.answer import Notice, Say
from app.records.decision import Decision, Held, Refused, Understood
from app.records.message import Message, MessageKind
from app.records.plant import Person
from app.records.reading import Intent, Layer, Reading

_WRONG = 2


class Votes:
    """Takes votes. One on an answer that its voter cannot see changes nothing."""

    def __init__(self, parts: Parts, voice: Voice) -> None:
        self._parts, self._voice = parts, voice

    def take(self, page: Page, decision: Decision) -> None:
        """Keep what the decision's message votes; any other message is passed over."""
        message = decision.message
        person = page.book.person(message.sender) if message.kind is MessageKind.FEEDBACK else None
        answer = page.book.decision(message.refers_to) if person else None
        if person is None or answer is None or not _may_see(page.book, message, answer, person):
            return
        vote, why = int(message.text), dict(message.chosen)
        reasons, words = tuple(map(int, why.get("reason", ()))), "\n".join(why.get("words", ()))
        page.book.vote(answer.id, person.userid, vote, reasons=reasons, words=words)
        if vote == _WRONG:
            self._ask(page, answer, person, message.sender)
        else:
            self._take_back(page, answer, person)

    def _ask(self, page: Page, answer: Decision, person: Person, sender: str) -> None:
        """Ask what was wrong, where the person's word would be kept, once for an answer and person.

        `sender` is the id that the person writes under.
        """
        first = first_of(page.book, answer)
        wrong = what_was_wrong(answer, first)
        if wrong is None or not policy.may_write(person):
            return
        now = self._parts.clock()
        message = Message(
            _msgid(answer, person), sender, None, MessageKind.FEEDBACK, "", now, refers_to=answer.id
        )
        accepted = page.book.accept(message)
        if accepted.fresh:
            steps = (_asked(first, person, message), self._hold(wrong, message))
            question = page.append(Decision(accepted.decision_id, message), steps)
            self._voice.notify(
                page.book, question, Notice(person.userid, wrong.say), _card(question, wrong, person)
            )

    def _hold(self, wrong: Wrong, message: Message) -> Held:
        now = message.received_at
        until = now + timedelta(seconds=self._parts.limits.choice_wait_s)
        return Held(now, until, "unclear", Say("desk.why.voted"), wrong.say, choices=wrong.intents)

    def _take_back(self, page: Page, answer: Decision, person: Person) -> None:
        """Whoever finds it wrong no longer is not asked any more."""
        question = _open_question(page.book, _msgid(answer, person))
        if question is not None:
            say = Say("desk.vote_changed", {"ticket": answer.id})
            by = f"person:{person.userid}"
            page.append(question, (Refused(self._parts.clock(), by, "vote_changed", say),))


def _asked(first: Decision, person: Person, message: Message) -> Understood:
    text = first.reading.text if first.reading else first.message.text
    reading = Reading(Intent.OTHER, 1.0, Layer.PERSON, decided=True, language=person.language,
                      by=f"{BY_VOTE}{first.id}", text=text)  # fmt: skip
    return Understood(message.received_at, reading)


def _card(question: Decision, wrong: Wrong, person: Person) -> MakeCard:
    meanings = [option.say for option in wrong.options]
    return lambda render: meaning_card(question, wrong.words, meanings, person.userid, render)


def _may_see(facts: Facts, message: Message, answer: Decision, person: Person) -> bool:
    """Whether the answer was shown to who votes: in the group of the vote, or to the person alone.

    A vote may come without its group.
    """
    if answer.message.chat is None:
        return message.chat is None and facts.userid(answer.message.sender) == person.userid
    return message.chat in {None, answer.message.chat}


def _msgid(answer: Decision, person: Person) -> str:
    """The same for every vote of a person on an answer, so that a second question is none."""
    return f"vote:{answer.id}:{person.userid}"


def _open_question(facts: Facts, msgid: str) -> Decision | None:
    return next((held for held in facts.held() if held.message.msgid == msgid), None)
