"""Yes or no to what waits, by its number or the only one waiting; a bare number asks what became of it."""

import re

from app import policy
from app.intents.choosing import CHOOSES, chosen, option_in
from app.intents.clicking import BETWEEN, clicked
from app.intents.explain import case_say, decision_say, held_say, request_say
from app.intents.phrases import changed, lines, machine_name, missing, no_right, plain, refuse
from app.intents.words import AMEND, EITHER_WAY, NO, REPORTED, TICKET, WHY, YES, folded, tickets
from app.ports import Facts
from app.records.action import Action, AnswerRequest, LookUp, SetMachine, Settle, action_hash
from app.records.answer import Notice, Say
from app.records.decision import Decision, Held
from app.records.message import MessageKind
from app.records.plant import Machine, MachineState, Person, Request, Role
from app.records.quoted import own_words
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.APPROVAL
_SHOWN = 5
_REASON_MAX = 200


def judge(ask: Ask, facts: Facts, _limits: Limits) -> Verdict:
    """Every right is checked by policy; without a ticket the only thing that waits is meant."""
    if ask.message.kind is MessageKind.CLICK:
        return clicked(ask, facts)
    numbers, answer = _numbers(ask), _answer(ask)
    if answer is None:
        return _explained(ask, numbers, facts)
    if not policy.may_write(ask.person):
        return no_right()
    if len(numbers) > 1:
        return refuse("several_things", "intents.approval.one_at_a_time")
    if not numbers:
        return _only_one(ask, facts, yes=answer)
    if numbers[0].startswith("R"):
        request = facts.request(numbers[0])
        waiting = (each.number for each in facts.requests())
        return _answered(ask, request, yes=answer) if request else missing("request", numbers[0], waiting)
    decision = facts.decision(numbers[0])
    held = (each.id for each in facts.held() if each.hold and each.hold.reason == "approval")
    return _settled(ask, decision, facts, yes=answer) if decision else missing("decision", numbers[0], held)


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Check the right again; tell the approver what was settled, and the asker of a request."""
    match action:
        case LookUp(subject):
            return _told(ask, subject, facts)
        case Settle():
            return _settlement(ask, action, facts)
        case AnswerRequest(number, accepted, reason):
            return _request_answer(ask, facts.request(number), reason, yes=accepted)
        case SetMachine(code, note=note):
            return _cause_kept(facts.machine(code), note)
        case _:
            return changed()


def _numbers(ask: Ask) -> tuple[str, ...]:
    """The tickets named: in the words, on the card, else in the quoted message."""
    message, entities = ask.message, ask.reading.entities
    said = tuple(dict.fromkeys((*entities.decision_id, *tickets(f"{ask.reading.text} {message.refers_to}"))))
    return said or tickets(message.quote)[:1]


def _answer(ask: Ask) -> bool | None:
    """True for yes, False for no, None when it is asked about or neither is said.

    A word of doubt before the answer ("why was it not approved") makes it a question, and so does
    whose word it is ("he says approve"); quotations are nobody's answer. A yes must not be a
    question at all. To choose one of several options is a yes.
    """
    text = _bare(ask)
    found = NO.search(text) or YES.search(text) or CHOOSES.search(text)
    doubt = WHY.search(text) or REPORTED.search(text)
    if found is None or (doubt and doubt.start() < found.start()):
        return None
    if NO.search(text):
        return False
    return None if ask.reading.question else True


def _bare(ask: Ask) -> str:
    """The sender's own words, folded, without tickets and questions of the form 批唔批."""
    return EITHER_WAY.sub(" ", TICKET.sub(" ", folded(own_words(ask.reading.text))))


def _reason(ask: Ask) -> str:
    """What follows the word of refusal, without numbers of tickets."""
    spoken = TICKET.sub(" ", ask.reading.text)
    bare = re.sub(TICKET.pattern, " ", spoken, flags=re.IGNORECASE)
    match = NO.search(folded(bare))
    return plain(bare[match.end() :].strip(" ,，。.;；:：、-–—"), _REASON_MAX) if match else ""


def _explained(ask: Ask, numbers: tuple[str, ...], facts: Facts) -> Verdict:
    if AMEND.search(folded(ask.reading.text)):
        return refuse("not_offered", "intents.approval.no_amend")
    if not numbers:
        waiting = _waiting(ask.person, facts)
        return Do(LookUp("waiting"), "read_only") if waiting else refuse(
            "nothing_waiting", "intents.approval.nothing_waiting"
        )  # fmt: skip
    number = numbers[0]
    kinds = {"D": ("decision", facts.decision), "Q": ("case", facts.case), "R": ("request", facts.request)}
    what, look = kinds[number[0]]
    return Do(LookUp(number), "read_only") if look(number) else missing(what, number)


def _told(ask: Ask, subject: str, facts: Facts) -> Act | Refuse:
    if subject == "waiting":
        return Act(_list(ask.person, facts))
    if decision := facts.decision(subject):
        return Act(decision_say(decision, facts))
    if case := facts.case(subject):
        return Act(case_say(case, ask.now, facts))
    request = facts.request(subject)
    return Act(request_say(request, ask.now, facts)) if request else changed()


def _waiting(person: Person, facts: Facts) -> list[Decision | Request]:
    """What this person is asked to settle, oldest first: decisions, then requests."""
    decisions = [
        decision
        for decision in facts.held()
        if (hold := decision.hold)
        and hold.action is not None
        and not policy.why_not_approve(person, hold, facts.userid(decision.message.sender))
    ]
    own = (each for each in facts.requests() if each.lead == person.userid or person.role is Role.SUPERVISOR)
    return [*decisions, *(each for each in own if not policy.why_not_answer(person, each))]


def _list(person: Person, facts: Facts) -> Say:
    waiting = _waiting(person, facts)
    if not waiting:
        return Say("intents.approval.nothing_waiting")
    rows = [_row(each, facts) for each in waiting[:_SHOWN]]
    return lines([Say("intents.approval.several", {"n": len(waiting)}), *rows])


def _row(each: Decision | Request, facts: Facts) -> Say:
    if isinstance(each, Decision):
        hold = each.hold
        return held_say(each, hold, facts) if hold else Say("intents.approval.nothing_waiting")
    asker = facts.person(each.asked_by)
    who = asker.name if asker else each.asked_by
    return Say("intents.approval.row", {"decision": each.number, "who": who, "what": plain(each.words, 80)})


def _only_one(ask: Ask, facts: Facts, *, yes: bool) -> Verdict:
    waiting = _waiting(ask.person, facts)
    if yes and option_in(_bare(ask)):
        waiting = [each for each in waiting if _offers(each)] or waiting
    if len(waiting) > 1:
        return Refuse("incomplete", _list(ask.person, facts))
    if not waiting:
        return refuse("nothing_waiting", "intents.approval.nothing_waiting")
    only = waiting[0]
    return (
        _settled(ask, only, facts, yes=yes) if isinstance(only, Decision) else _answered(ask, only, yes=yes)
    )


def _settled(ask: Ask, decision: Decision, facts: Facts, *, yes: bool) -> Verdict:
    hold = decision.hold
    if no := _forbidden(ask.person, decision, hold, facts):
        return no
    if hold is None or hold.action is None:
        return _not_allowed("not_waiting", decision.id)
    action = chosen(_bare(ask), hold) if yes else hold.action
    if action is None:
        return _no_option(decision.id, len(hold.offered))
    reason = "" if yes else _reason(ask)
    return Do(Settle(decision.id, approved=yes, digest=action_hash(action), reason=reason), "approver")


def _no_option(ticket: str, count: int) -> Refuse:
    """For a choice of something that is not offered."""
    if count:
        return refuse("no_such_option", "intents.approval.no_such_option", ticket=ticket, count=count)
    return refuse("no_options", "intents.approval.no_options", ticket=ticket)


def _offers(waiting: Decision | Request) -> bool:
    return isinstance(waiting, Decision) and waiting.hold is not None and bool(waiting.hold.offered)


def _forbidden(person: Person, decision: Decision, hold: Held | None, facts: Facts) -> Refuse | None:
    if hold is None:
        return _not_allowed("not_waiting", decision.id)
    code = policy.why_not_approve(person, hold, facts.userid(decision.message.sender))
    if code:
        return _not_allowed(code, decision.id)
    return None if hold.action is not None else _not_allowed("not_yours", decision.id)


def _not_allowed(code: str, ticket: str) -> Refuse:
    return refuse(code, f"intents.approval.{code}", ticket=ticket)


def _answered(ask: Ask, request: Request, *, yes: bool) -> Verdict:
    if code := policy.why_not_answer(ask.person, request):
        return _not_allowed(code, request.number)
    return Do(AnswerRequest(request.number, yes, "" if yes else _reason(ask)), "lead")


def _settlement(ask: Ask, settle: Settle, facts: Facts) -> Act | Refuse:
    """The asker is told by the desk, which carries the settled action out."""
    decision, yes = facts.decision(settle.decision), settle.approved
    hold = decision.hold if decision else None
    if decision is None or hold is None or hold.that_may_run(settle.digest) is None:
        return changed()
    if no := _forbidden(ask.person, decision, hold, facts):
        return no
    values: dict[str, object] = {"ticket": decision.id, "what": hold.proposal, "reason": settle.reason or "–"}
    number = next((n for n, each in enumerate(hold.offered, 1) if each.digest == settle.digest), 0)
    if yes and number:
        return Act(Say("intents.approval.approved_option", {"ticket": decision.id, "n": number}))
    return Act(Say("intents.approval.approved" if yes else "intents.approval.rejected", values))


def _cause_kept(machine: Machine | None, note: str) -> Act | Refuse:
    if machine is None or machine.state is not MachineState.DOWN:
        return changed()
    cause = note.rpartition(BETWEEN)[2]
    return Act(Say("intents.approval.cause_kept", {"machine": machine_name(machine), "cause": cause}))


def _request_answer(ask: Ask, request: Request | None, reason: str, *, yes: bool) -> Act | Refuse:
    if request is None or policy.why_not_answer(ask.person, request):
        return changed()
    values: dict[str, object] = {
        "ticket": request.number,
        "who": ask.person.name,
        "words": plain(request.words, 80),
        "reason": reason or "–",
    }
    key = "accepted" if yes else "declined"
    notice = Notice(request.asked_by, Say(f"intents.approval.request_{key}_notice", values))
    return Act(Say(f"intents.approval.request_{key}", values), (notice,))
