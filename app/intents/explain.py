"""What became of a decision, a case, a request: the ticket that explains itself."""

from datetime import datetime

from app.intents.phrases import ago, amount, facility, plain
from app.ports import Facts
from app.records.action import LookUp
from app.records.answer import Say
from app.records.decision import (
    Acted,
    Approved,
    Decision,
    Failed,
    Held,
    Refused,
    Stage,
    Understood,
    Undone,
    cost_of,
)
from app.records.plant import QualityCase, Request, RequestState


def decision_say(decision: Decision, facts: Facts) -> Say:
    """Who asked, how it was understood and by which layer, at what cost, and how it ended."""
    understood = decision.last(Understood)
    values: dict[str, object] = {
        "decision": decision.id,
        "who": _name(decision.message.sender, facts),
        "at": decision.message.received_at,
        "outcome": _outcome(decision, facts),
    }
    if understood is None:
        return Say("intents.approval.explained_unread", values)
    reading = understood.reading
    values |= {
        "intent": Say(f"words.intent.{reading.intent}"),
        "layer": Say(f"intents.approval.layer_{reading.layer}"),
        "by": plain(reading.by),
        "percent": round(reading.confidence * 100),
        "cost": cost_of(decision),
    }
    return Say("intents.approval.explained", values)


def _outcome(decision: Decision, facts: Facts) -> Say:
    match decision.stage:
        case Stage.DONE:
            return _done(decision, facts)
        case Stage.HELD:
            hold = decision.hold
            values = {"until": hold.until, "say": hold.proposal, "why": hold.why} if hold else {}
            return Say("intents.approval.outcome_held", values)
        case Stage.REFUSED:
            return _ended("intents.approval.outcome_refused", decision.last(Refused), facts)
        case Stage.FAILED:
            failed = decision.last(Failed)
            told = {"code": failed.code, "say": failed.say} if failed else {}
            return Say("intents.approval.outcome_failed", told)
        case Stage.UNDONE:
            return _ended("intents.approval.outcome_undone", decision.last(Undone), facts)
        case Stage.RECEIVED | Stage.UNDERSTOOD | Stage.PLANNING | Stage.READY:
            return Say("intents.approval.outcome_open")


def _ended(key: str, step: Refused | Undone | None, facts: Facts) -> Say:
    return Say(key, {"by": _decider(step, facts), "say": step.say if step else "–"})


def _done(decision: Decision, facts: Facts) -> Say:
    """A mere answer is not repeated: an explanation of explanations would grow for ever."""
    approved = decision.last(Approved)
    if approved and isinstance(approved.action, LookUp):
        return Say("intents.approval.outcome_answered")
    acted = decision.last(Acted)
    values = {"by": _decider(approved, facts), "say": acted.say if acted else "–"}
    return Say("intents.approval.outcome_done", values)


def _decider(step: Approved | Refused | Undone | None, facts: Facts) -> object:
    """The person's name, or the rule's."""
    by = step.by if step else "–"
    if by.startswith("person:"):
        return _name(by.removeprefix("person:"), facts)
    return Say("intents.approval.by_rule", {"rule": by.removeprefix("policy:")})


def _name(userid: str, facts: Facts) -> str:
    person = facts.person(userid)
    return person.name if person else userid


def case_say(case: QualityCase, now: datetime, facts: Facts) -> Say:
    """A quality case in one line."""
    item = facts.item(case.item) if case.item else None
    values: dict[str, object] = {
        "case": case.number,
        "severity": Say(f"words.severity.{case.severity}"),
        "facility": facility(facts, case.facility),
        "age": ago(case.opened_at, now),
        "who": _name(case.opened_by, facts),
        "words": plain(case.words, 80),
        "held": amount(case.held, item.unit if item else "pcs"),
        "about": tuple(each for each in (case.order, case.item, case.machine) if each) or "–",
    }
    return Say("intents.quality_issue.case" if case.open else "intents.quality_issue.case_closed", values)


def request_say(request: Request, now: datetime, facts: Facts) -> Say:
    """A request to another facility in one line."""
    values: dict[str, object] = {
        "request": request.number,
        "subject": Say(f"words.subject.{request.subject}"),
        "from_facility": facility(facts, request.from_facility),
        "to_facility": facility(facts, request.to_facility),
        "lead": _name(request.lead, facts),
        "age": ago(request.opened_at, now),
        "words": plain(request.words, 80),
    }
    if request.state is RequestState.WAITING:
        return Say("intents.coordination.waiting", values)
    accepted = request.state is RequestState.ACCEPTED
    return Say("intents.coordination.accepted" if accepted else "intents.coordination.declined", values)


def held_say(decision: Decision, hold: Held, facts: Facts) -> Say:
    """A decision that waits, in one line."""
    values = {"decision": decision.id, "who": _name(decision.message.sender, facts), "what": hold.proposal}
    return Say("intents.approval.row", values)
