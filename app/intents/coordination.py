"""One facility asks another for people, tools, a truck, space, material or a meeting."""

from app import policy
from app.intents.explain import request_say
from app.intents.phrases import changed, facility, leads, missing, no_right, refuse, unknown, words_of
from app.intents.words import SUBJECTS, first, folded, tickets
from app.ports import Facts
from app.records.action import Action, LookUp, OpenRequest
from app.records.answer import Notice, Say
from app.records.plant import Person, Role
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.COORDINATION


def judge(ask: Ask, facts: Facts, _limits: Limits) -> Verdict:
    """A request goes out at once: only the other facility's lead can say yes to it."""
    numbers = [each for each in tickets(ask.reading.text) if each.startswith("R")]
    if numbers:
        lost = facts.request(numbers[0]) is None
        waiting = (each.number for each in facts.requests())
        return missing("request", numbers[0], waiting) if lost else Do(LookUp(numbers[0]), "read_only")
    if not policy.may_write(ask.person):
        return no_right()
    to = _other_facility(ask, facts)
    if isinstance(to, Refuse):
        return to
    lead = _lead(to, ask.person, facts)
    if lead is None:
        return refuse("no_lead", "intents.coordination.no_lead", facility=facility(facts, to))
    subject = first(SUBJECTS, folded(ask.reading.text)) or "help"
    own, userid = ask.person.facility, ask.person.userid
    return Do(OpenRequest(subject, words_of(ask), own, to, userid, lead.userid), "request")


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say whom it went to; the lead reads how to answer."""
    if isinstance(action, LookUp):
        request = facts.request(action.subject)
        return Act(request_say(request, ask.now, facts)) if request else changed()
    lead = facts.person(action.lead) if isinstance(action, OpenRequest) else None
    if not isinstance(action, OpenRequest) or lead is None:
        return changed()
    values: dict[str, object] = {
        "lead": lead.name,
        "who": ask.person.name,
        "subject": Say(f"words.subject.{action.subject}"),
        "from_facility": facility(facts, action.from_facility),
        "to_facility": facility(facts, action.to_facility),
        "words": action.words,
    }
    notice = Notice(lead.userid, Say("intents.coordination.notice", values), asks="request")
    return Act(Say("intents.coordination.sent", values), (notice,))


def _other_facility(ask: Ask, facts: Facts) -> str | Refuse:
    """The facility named that is not the sender's, else that of the machine named."""
    entities = ask.reading.entities
    machines = [machine for code in entities.machine if (machine := facts.machine(code))]
    named = entities.facility or tuple(each.facility for each in machines)
    others = tuple(dict.fromkeys(code for code in named if code != ask.person.facility))
    if len(others) == 1:
        return others[0]
    if others:
        return refuse("several_things", "intents.coordination.one_facility")
    known = tuple(each.name for each in facts.facilities() if each.code != ask.person.facility)
    which = refuse("incomplete", "intents.coordination.which", facilities=known)
    return unknown(ask, "machine") or which


def _lead(to: str, sender: Person, facts: Facts) -> Person | None:
    """The facility's supervisor, else a planner; never the sender."""
    people = (*leads(facts, to), *facts.people(Role.PLANNER))
    return next((each for each in people if each.userid != sender.userid), None)
