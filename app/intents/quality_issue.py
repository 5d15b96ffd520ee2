"""A defect becomes a case: the lot is held, a critical one stops its order; a rule, not an opinion."""

from app import policy
from app.intents.amounts import in_unit_of
from app.intents.explain import case_say
from app.intents.phrases import (
    amount,
    changed,
    facility,
    item_name,
    leads,
    lines,
    missing,
    no_right,
    notices,
    plain,
    refuse,
    unknown,
    words_of,
)
from app.intents.words import DENIED, LOT_HELD, RELEASE, SEVERITIES, first, folded, tickets
from app.ports import Facts
from app.records.action import Action, LookUp, OpenCase
from app.records.answer import Say
from app.records.plant import Item, Order, Role, Severity
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.QUALITY_ISSUE
_SHOWN = 5  # cases in one answer


def judge(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    """A question is looked up; a report opens a case at once, because a hold is a rule."""
    numbers = [each for each in tickets(ask.reading.text) if each.startswith("Q")]
    if RELEASE.search(folded(ask.reading.text)) and numbers:
        return refuse("not_offered", "intents.quality_issue.no_release", case=numbers[0])
    if numbers or ask.reading.question:
        return _asked(numbers, facts)
    if not policy.may_write(ask.person):
        return no_right()
    return unknown(ask, "order", "item", "machine") or _opened(ask, facts, limits)


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say which case was opened and what is held; quality people and the facility's lead are told."""
    if isinstance(action, LookUp):
        return _told(ask, action, facts)
    if not isinstance(action, OpenCase):
        return changed()
    item = facts.item(action.item) if action.item else None
    if item and action.hold_quantity > _free(item.code, action.facility, facts) + 1e-9:
        return changed()
    values: dict[str, object] = {
        "severity": Say(f"words.severity.{action.severity}"),
        "facility": facility(facts, action.facility),
        "held": _held_say(action, item),
        "stopped": Say("intents.quality_issue.stopped", {"order": action.order}) if action.stop_order else "",
        "who": ask.person.name,
        "words": plain(action.words, 200),
    }
    people = (*facts.people(Role.QUALITY), *leads(facts, action.facility))
    told = notices(people, Say("intents.quality_issue.notice", values), ask.person)
    return Act(Say("intents.quality_issue.opened", values), told)


def _asked(numbers: list[str], facts: Facts) -> Verdict:
    if numbers and facts.case(numbers[0]) is None:
        return missing("case", numbers[0], (each.number for each in facts.cases()))
    return Do(LookUp(f"case:{numbers[0]}" if numbers else "cases"), "read_only")


def _told(ask: Ask, action: LookUp, facts: Facts) -> Act | Refuse:
    number = action.subject.removeprefix("case:")
    if number != action.subject:
        case = facts.case(number)
        return Act(case_say(case, ask.now, facts)) if case else changed()
    wanted = ask.reading.entities
    found = [
        case
        for case in facts.cases()
        if (not wanted.order or case.order in wanted.order)
        and (not wanted.item or case.item in wanted.item)
        and (not wanted.facility or case.facility in wanted.facility)
    ]
    if not found:
        return Act(Say("intents.quality_issue.none_open"))
    head = Say("intents.quality_issue.open_cases", {"n": len(found)})
    return Act(lines([head, *(case_say(case, ask.now, facts) for case in found[:_SHOWN])]))


def _opened(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    entities = ask.reading.entities
    order = facts.order(entities.order[0]) if entities.order else None
    if entities.order and order is None:
        return missing("order", entities.order[0], facts.names().orders)
    item = _item(ask, order, facts)
    severity = severity_of(ask.reading.text)
    place = _place(ask, facts)
    held = _hold_quantity(ask, item, place, severity, facts, limits)
    if isinstance(held, Refuse):
        return held
    machine = entities.machine[0] if entities.machine else None
    stop = severity is Severity.CRITICAL and order is not None
    action = OpenCase(
        facility=place, words=words_of(ask), severity=severity, opened_by=ask.person.userid,
        order=order.number if order else None, item=item.code if item else None, machine=machine,
        hold_quantity=held, stop_order=stop,
    )  # fmt: skip
    return Do(action, "quality_hold")


def severity_of(text: str) -> Severity:
    """How bad the words make it; what is denied ("no cracks") does not count, the rest is major."""
    return first(SEVERITIES, DENIED.sub(" ", folded(text))) or Severity.MAJOR


def _item(ask: Ask, order: Order | None, facts: Facts) -> Item | None:
    code = next(iter(ask.reading.entities.item), order.item if order else None)
    return facts.item(code) if code else None


def _place(ask: Ask, facts: Facts) -> str:
    entities = ask.reading.entities
    machine = facts.machine(entities.machine[0]) if entities.machine else None
    if entities.facility:
        return entities.facility[0]
    return machine.facility if machine else ask.person.facility


def _hold_quantity(
    ask: Ask, item: Item | None, place: str, severity: Severity, facts: Facts, limits: Limits
) -> float | Refuse:
    """What was named as far as it is in stock; all that is free of a critical item or a lot to be held."""
    if item is None:
        return 0.0
    named = in_unit_of(item, ask, limits)
    if isinstance(named, Refuse) and named.code != "wrong_unit":
        return named
    free = _free(item.code, place, facts)
    if LOT_HELD.search(folded(ask.reading.text)):
        return free
    if isinstance(named, float):
        return min(named, free)
    return free if severity is Severity.CRITICAL else 0.0


def _free(item: str, place: str, facts: Facts) -> float:
    return max(0.0, sum(line.quantity - line.on_hold for line in facts.stock(item) if line.facility == place))


def _held_say(action: OpenCase, item: Item | None) -> Say:
    if item is None:
        return Say("intents.quality_issue.which_lot")
    values = {"item": item_name(item), "quantity": amount(action.hold_quantity, item.unit)}
    held = action.hold_quantity > 0
    return Say("intents.quality_issue.held" if held else "intents.quality_issue.nothing_held", values)
