"""A click on a card: yes or no to exactly what the card was about, by the person it was made for."""

from app import policy
from app.intents.phrases import changed, no_right, refuse
from app.ports import Facts
from app.records.action import AnswerRequest, SetMachine, Settle
from app.records.card import CardSent, Question
from app.records.decision import Approved, Decision, Refused, Stage
from app.records.message import Message
from app.records.plant import MachineState, Person
from app.records.reading import Intent
from app.records.verdict import Ask, Do, Refuse, Verdict

YES, NO, ACCEPT, DECLINE, CHOICE, CAUSE = "yes", "no", "accept", "decline", "choice", "cause"
"""What the keys of cards begin with; behind the colon stands the hash, the request, the number of a
choice ("" where it was chosen from a list), or the machine."""

BETWEEN = " · "
"""Stands between what was said of a stop and its cause."""


def key_of(what: str, which: str) -> str:
    """A button's key."""
    return f"{what}:{which}"


def sent_card(message: Message, person: Person, facts: Facts) -> CardSent | Refuse:
    """The card that was clicked, where the click can have come from it and from its person."""
    sent = facts.card(message.refers_to)
    if sent is None or not sent.card.offers(message.text, message.chosen):
        return refuse("unknown_card", "intents.approval.unknown_card")
    if sent.to != person.userid:
        return refuse("not_your_card", "intents.approval.not_your_card")
    return sent


def choice_of(message: Message, person: Person, facts: Facts) -> tuple[Decision, Intent] | None:
    """The open question that a click answers, with the meaning that was chosen."""
    sent = sent_card(message, person, facts)
    what, _, which = message.text.partition(":")
    if isinstance(sent, Refuse) or what != CHOICE:
        return None
    decision = facts.decision(sent.decision)
    hold = decision.hold if decision else None
    if decision is None or hold is None or hold.reason != "unclear":
        return None
    return decision, hold.choices[int(which or message.chosen[0][1][0]) - 1]


def clicked(ask: Ask, facts: Facts) -> Verdict:
    """What a click asks for; every right is checked by policy, and again when it is carried out."""
    sent = sent_card(ask.message, ask.person, facts)
    if isinstance(sent, Refuse):
        return sent
    what, _, which = ask.message.text.partition(":")
    if what == CHOICE:
        return refuse("not_waiting", "intents.approval.not_waiting", ticket=sent.decision)
    if what == CAUSE:
        return _cause(ask, facts, which, sent.card.questions[0])
    if what in {ACCEPT, DECLINE}:
        return _request(ask, facts, which, yes=what == ACCEPT)
    decision = facts.decision(sent.decision)
    if decision is None:
        return changed()
    return _settled(ask, facts, decision, which, yes=what == YES)


def _settled(ask: Ask, facts: Facts, decision: Decision, digest: str, *, yes: bool) -> Verdict:
    hold = decision.hold
    if hold is None:
        return over(decision, facts)
    if code := policy.why_not_approve(ask.person, hold, facts.userid(decision.message.sender)):
        return refuse(code, f"intents.approval.{code}", ticket=decision.id)
    if hold.action is None or hold.that_may_run(digest) is None:
        return changed()
    return Do(Settle(decision.id, approved=yes, digest=digest), "approver")


def _cause(ask: Ask, facts: Facts, code: str, question: Question) -> Verdict:
    """Keep why a machine stands, as long as it does."""
    machine, chosen = facts.machine(code), ask.message.chosen[0][1][0]
    if machine is None or machine.state is not MachineState.DOWN:
        return refuse("not_waiting", "intents.approval.cause_late", machine=code)
    if not policy.machine_alone(ask.person, machine):
        return no_right()
    cause = next(option.text for option in question.options if option.id == chosen)
    note = f"{machine.note.split(BETWEEN)[0]}{BETWEEN}{cause}"
    return Do(SetMachine(code, machine.state, machine.until, note), "own_facility")


def _request(ask: Ask, facts: Facts, number: str, *, yes: bool) -> Verdict:
    request = facts.request(number)
    if request is None:
        return changed()
    if code := policy.why_not_answer(ask.person, request):
        return refuse(code, f"intents.approval.{code}", ticket=number)
    return Do(AnswerRequest(number, yes), "lead")


def over(decision: Decision, facts: Facts) -> Refuse:
    """That a card's decision waits no longer, and what became of it."""
    refused, approved = decision.last(Refused), decision.last(Approved)
    if refused is not None and refused.code == "expired":
        return refuse("expired", "intents.approval.card_expired", ticket=decision.id)
    by = refused.by if refused else approved.by if approved else ""
    kind, _, userid = by.partition(":")
    person = facts.person(userid) if kind == "person" else None
    if person is None or decision.stage is Stage.FAILED:
        return refuse("not_waiting", "intents.approval.not_waiting", ticket=decision.id)
    key = "intents.approval.card_refused" if refused else "intents.approval.card_approved"
    return refuse("not_waiting", key, ticket=decision.id, who=person.name)
