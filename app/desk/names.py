"""A new name for one of the plant's things: proposed to a supervisor, checked again when it is accepted."""

from datetime import datetime, timedelta

from app.intents.phrases import facility, item_name, machine_name
from app.ports import Facts
from app.records.action import TeachName
from app.records.answer import Say
from app.records.plant import Name, Person, Role
from app.records.verdict import Act, Hold, Refuse
from app.settings import Limits
from app.understand.newnames import NewNames

BY_LESSON = "lesson:"
"""How a reading says that a person taught a name, before the ticket that it was taught of."""


def as_hold(name: TeachName, person: Person, facts: Facts, now: datetime, limits: Limits) -> Hold:
    """The proposal, for any supervisor; a planner may answer for a supervisor who proposes."""
    roles = (Role.SUPERVISOR, Role.PLANNER) if person.role is Role.SUPERVISOR else (Role.SUPERVISOR,)
    values = {"word": name.word, "thing": thing_say(name, facts)}
    until = now + timedelta(seconds=limits.name_wait_s)
    return Hold(name, Say("desk.why.name"), Say("desk.teach_name", values), roles, None, until)


def thing_say(name: TeachName, facts: Facts) -> Say | Name | str:
    """The thing as people read it."""
    item = facts.item(name.code) if name.what == "item" else None
    machine = facts.machine(name.code) if name.what == "machine" else None
    if item is not None:
        return item_name(item)
    return machine_name(machine) if machine is not None else facility(facts, name.code)


def accept_name(name: TeachName, facts: Facts, judge: NewNames) -> Act | Refuse:
    """What is said once the word means the thing; a refusal when it has come to mean something since."""
    names = facts.names()
    thing = judge.thing(name.code, names)
    if thing is None or thing.what != name.what or judge.why_not(name.word, thing, names):
        return Refuse("facts_changed", Say("desk.name_overtaken", {"word": name.word}))
    return Act(Say("desk.name_learnt", {"word": name.word, "thing": thing_say(name, facts)}))
