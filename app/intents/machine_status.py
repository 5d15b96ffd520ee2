"""How a machine is: a report sets its state and counts what it touches, a question tells it."""

from datetime import datetime, timedelta

from app import policy
from app.intents.phrases import (
    changed,
    deadline,
    facility,
    leads,
    lines,
    machine_name,
    missing,
    no_right,
    notices,
    refuse,
    state,
    unknown,
    until,
    words_of,
)
from app.intents.words import ALREADY_STOPPED, CAUSES, STATES, UNTIL, first, folded
from app.ports import Facts
from app.records.action import Action, LookUp, SetMachine
from app.records.answer import Notice, Say
from app.records.plant import Machine, MachineState, OperationState
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Hold, Refuse, Verdict
from app.records.when import duration_minutes, resolve_due
from app.settings import Limits

INTENT: Intent = Intent.MACHINE_STATUS
_LONGEST = timedelta(days=90)  # a stop beyond this is a slip of the finger
_UNKNOWN_END = timedelta(hours=24)  # what a stop of unknown length is taken to touch
_SHOWN = 8


def judge(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    """A question is looked up; a report counts at once from the machine's own people."""
    codes = ask.reading.entities.machine
    said = None if ask.reading.question else first(STATES, folded(ask.reading.text))
    if not codes and (stranger := unknown(ask, "machine")):
        return stranger
    lost = next((code for code in codes if facts.machine(code) is None), None)
    if lost:
        return missing("machine", lost, (each.code for each in facts.machines()))
    if said is None:
        return Do(LookUp("machine"), "read_only")
    return _reported(ask, codes, said, facts, limits)


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say the new state and how many planned operations it touches; a stop is told to the lead."""
    if isinstance(action, LookUp):
        return _told(ask, facts)
    machine = facts.machine(action.machine) if isinstance(action, SetMachine) else None
    if not isinstance(action, SetMachine) or machine is None:
        return changed()
    values = _values(ask, action, machine, facts)
    if action.state is MachineState.RUNNING:
        return Act(Say("intents.machine_status.runs", values))
    say = Say("intents.machine_status.set", values)
    if action.state is not MachineState.DOWN:
        return Act(say)
    notice = Say("intents.machine_status.notice", {**values, "who": ask.person.name, "words": words_of(ask)})
    told = notices(leads(facts, machine.facility), notice, ask.person)
    return Act(say, (*told, *_why(ask, machine)))


def _why(ask: Ask, machine: Machine) -> tuple[Notice, ...]:
    """Ask who reported a stop for its cause, where the words tell none."""
    if CAUSES.search(folded(ask.reading.text)) or not policy.machine_alone(ask.person, machine):
        return ()
    say = Say("intents.machine_status.ask_cause", {"machine": machine_name(machine), "code": machine.code})
    return (Notice(ask.person.userid, say, asks="cause"),)


def _reported(ask: Ask, codes: tuple[str, ...], said: MachineState, facts: Facts, limits: Limits) -> Verdict:
    if not policy.may_write(ask.person):
        return no_right()
    machine = facts.machine(codes[0]) if len(codes) == 1 else None
    if machine is None:
        return refuse("incomplete", f"intents.machine_status.{'one_machine' if codes else 'which'}")
    end = None if said is MachineState.RUNNING else _end(ask)
    if end is not None and not ask.now < end <= ask.now + _LONGEST:
        return refuse("absurd_time", "intents.machine_status.absurd_time", at=end)
    action = SetMachine(machine.code, said, end, words_of(ask))
    if policy.machine_alone(ask.person, machine):
        return Do(action, "own_facility")
    why = Say("intents.machine_status.why_elsewhere", {"facility": facility(facts, machine.facility)})
    proposal = Say("intents.machine_status.proposal", _values(ask, action, machine, facts))
    roles = policy.approvers(ask.person, machine.facility)
    return Hold(action, why, proposal, roles, machine.facility, deadline(ask, limits))


def _end(ask: Ask) -> datetime | None:
    """The expected end: a length that lies ahead, else a time up to which; what has been is neither."""
    text = ask.reading.text
    if ALREADY_STOPPED.search(folded(text)):
        return None
    if length := duration_minutes(text):
        return ask.now + timedelta(minutes=length)
    due = " ".join(ask.reading.entities.due)
    return resolve_due(due, ask.now, ask.zone) if UNTIL.search(folded(text)) else None


def _values(ask: Ask, action: SetMachine, machine: Machine, facts: Facts) -> dict[str, object]:
    touched = touched_operations(machine.code, ask.now, action.until, facts)
    return {
        "machine": machine_name(machine),
        "facility": facility(facts, machine.facility),
        "state": state(action.state),
        "until": until(action.until) if action.state is not MachineState.RUNNING else "",
        "touched": Say("intents.machine_status.touched", {"n": touched})
        if touched
        else Say("intents.machine_status.untouched"),
    }


def touched_operations(machine: str, now: datetime, end: datetime | None, facts: Facts) -> int:
    """Planned operations not yet done that a stop of the machine from now until `end` cuts into.

    Without an end, a day is reckoned.
    """
    plan, end = facts.plan(), end or now + _UNKNOWN_END
    done = {
        (order.number, each.position)
        for order in facts.orders()
        for each in order.operations
        if each.state is OperationState.DONE
    }
    slots = plan.assignments if plan else ()
    return sum(
        each.machine == machine
        and each.end > now
        and each.start < end
        and (each.order, each.position) not in done
        for each in slots
    )


def _told(ask: Ask, facts: Facts) -> Act | Refuse:
    entities = ask.reading.entities
    named = [machine for code in entities.machine[:_SHOWN] if (machine := facts.machine(code))]
    if named:
        return Act(lines([_now(machine, facts) for machine in named]))
    found = [each for each in facts.machines() if not entities.facility or each.facility in entities.facility]
    stopped = [each for each in found if each.state is not MachineState.RUNNING]
    if not stopped:
        return Act(Say("intents.machine_status.all_running", {"n": len(found)}))
    head = Say("intents.machine_status.stopped", {"n": len(stopped), "total": len(found)})
    return Act(lines([head, *(_now(machine, facts) for machine in stopped[:_SHOWN])]))


def _now(machine: Machine, facts: Facts) -> Say:
    work = facts.running_on(machine.code)
    values: dict[str, object] = {
        "machine": machine_name(machine),
        "facility": facility(facts, machine.facility),
        "state": state(machine.state),
        "since": machine.since,
        "until": until(machine.until),
        "work": Say("intents.machine_status.idle"),
    }
    if work:
        values["work"] = Say("intents.machine_status.work", {"order": work.order, "operation": work.name})
    runs = machine.state is MachineState.RUNNING
    return Say("intents.machine_status.now_running" if runs else "intents.machine_status.now", values)
