"""Stock that moved: receipt, issue, transfer, scrap, count; small ones are booked, large ones are held."""

import re
from typing import assert_never

from app import policy
from app.intents.amounts import in_unit_of
from app.intents.phrases import (
    amount,
    changed,
    deadline,
    facility,
    item_name,
    leads,
    missing,
    no_right,
    notices,
    refuse,
    unknown,
)
from app.intents.words import FROM_BEFORE, HITHER, MOVEMENTS, TO_BEFORE, first, folded
from app.ports import Facts
from app.records.action import Action, MoveStock
from app.records.answer import Say
from app.records.plant import Item, MovementKind, Person, StockLine
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Hold, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.INVENTORY_MOVEMENT
_TAKES = frozenset({MovementKind.ISSUE, MovementKind.SCRAP, MovementKind.TRANSFER})


def judge(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    """Booked inside the limits when the stock allows it; above them the facility's supervisor decides."""
    if not policy.may_write(ask.person):
        return no_right()
    item = _item(ask, facts)
    if isinstance(item, Refuse):
        return item
    movement = _wanted(ask, item, facts, limits)
    if isinstance(movement, Refuse):
        return movement
    line = _line(facts, item.code, movement.facility)
    return _lacking(movement, item, line, facts) or _allowed(ask, movement, item, line, facts, limits)


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Check the stock again and say what the figure is after the booking."""
    item = facts.item(action.item) if isinstance(action, MoveStock) else None
    if not isinstance(action, MoveStock) or item is None:
        return changed()
    line = _line(facts, item.code, action.facility)
    if lacking := _lacking(action, item, line, facts):
        return Refuse("facts_changed", lacking.say)
    values = {**_values(action, item, facts), "left": amount(_after(action, line), item.unit)}
    told = notices(_others(ask, action, facts), Say("intents.inventory_movement.notice", {
        **values, "what": _proposal(action, item, facts), "who": ask.person.name,
    }), ask.person)  # fmt: skip
    return Act(Say(f"intents.inventory_movement.{action.movement}", values), told)


def _item(ask: Ask, facts: Facts) -> Item | Refuse:
    codes = ask.reading.entities.item
    if not codes:
        return unknown(ask, "item") or refuse("incomplete", "intents.inventory_movement.which_item")
    if len(codes) > 1:
        return refuse("several_things", "intents.inventory_movement.one_item")
    return facts.item(codes[0]) or missing("item", codes[0], (each.code for each in facts.items()))


def _wanted(ask: Ask, item: Item, facts: Facts, limits: Limits) -> MoveStock | Refuse:
    kind = first(MOVEMENTS, folded(ask.reading.text))
    if kind is None:
        return refuse("incomplete", "intents.inventory_movement.which_kind", item=item_name(item))
    quantity = in_unit_of(item, ask, limits, zero=kind is MovementKind.COUNT)
    if quantity is None:
        return refuse("incomplete", "intents.inventory_movement.how_many", item=item_name(item))
    if isinstance(quantity, Refuse):
        return quantity
    places = _route(ask, facts) if kind is MovementKind.TRANSFER else (_place(ask, facts), None)
    return (
        places if isinstance(places, Refuse) else MoveStock(item.code, places[0], kind, quantity, places[1])
    )


def _place(ask: Ask, facts: Facts) -> str:
    """The facility named, else the machine's, else the sender's own."""
    entities = ask.reading.entities
    machine = facts.machine(entities.machine[0]) if entities.machine else None
    if entities.facility:
        return entities.facility[0]
    return machine.facility if machine else ask.person.facility


def _route(ask: Ask, facts: Facts) -> tuple[str, str] | Refuse:
    """From where to where; one facility alone is the other end of the sender's own."""
    named = list(dict.fromkeys(ask.reading.entities.facility))
    text, own = folded(ask.reading.text), ask.person.facility
    if len(named) > 2 or not named or named == [own]:
        return refuse("incomplete", "intents.inventory_movement.which_way")
    others = [code for code in named if code != own]
    if len(named) == 1:
        hither = HITHER.search(text) or _marked(others[0], FROM_BEFORE, text, facts)
        return (others[0], own) if hither else (own, others[0])
    source, target = named
    back = _marked(target, FROM_BEFORE, text, facts) or (
        _marked(source, TO_BEFORE, text, facts) and not _marked(target, TO_BEFORE, text, facts)
    )
    return (target, source) if back else (source, target)


def _marked(code: str, before: str, text: str, facts: Facts) -> bool:
    """Whether a facility's name follows a word such as "from" in the folded text."""
    found = next((each for each in facts.facilities() if each.code == code), None)
    names = (found.name.en, found.name.hans, found.name.hant, *found.aliases) if found else ()
    starts = [match.start() for name in names for match in re.finditer(re.escape(folded(name)), text)]
    return any(re.search(before, text[:start]) for start in starts)


def _line(facts: Facts, item: str, code: str) -> StockLine | None:
    return next((line for line in facts.stock(item) if line.facility == code), None)


def _lacking(action: MoveStock, item: Item, line: StockLine | None, facts: Facts) -> Refuse | None:
    """A refusal that names what is there, when more would be taken than is free."""
    free = line.quantity - line.on_hold if line else 0.0
    if action.movement not in _TAKES or action.quantity <= free + 1e-9:
        return None
    values = {**_values(action, item, facts), "free": amount(max(0.0, free), item.unit)}
    if line is not None and line.on_hold > 0:
        held = {**values, "held": amount(line.on_hold, item.unit)}
        return refuse("not_enough", "intents.inventory_movement.not_enough_held", **held)
    return refuse("not_enough", "intents.inventory_movement.not_enough", **values)


def _allowed(
    ask: Ask, action: MoveStock, item: Item, line: StockLine | None, facts: Facts, limits: Limits
) -> Do | Hold:
    if action.movement is MovementKind.COUNT:
        booked, held = (line.quantity, line.on_hold) if line else (0.0, 0.0)
        if policy.count_alone(booked, action.quantity, limits) and action.quantity >= held:
            return Do(action, "count_tolerance")
        values = {"booked": amount(booked, item.unit), "percent": limits.count_tolerance_percent}
        return _held(ask, action, Say("intents.inventory_movement.why_count", values), item, facts, limits)
    if policy.movement_alone(action.quantity, limits):
        return Do(action, "movement_limit")
    why = Say("intents.inventory_movement.why_limit", {"limit": amount(limits.movement_max, item.unit)})
    return _held(ask, action, why, item, facts, limits)


def _held(ask: Ask, action: MoveStock, why: Say, item: Item, facts: Facts, limits: Limits) -> Hold:
    """For a transfer the receiving facility says yes."""
    place = action.to_facility or action.facility
    roles = policy.approvers(ask.person, place)
    return Hold(action, why, _proposal(action, item, facts), roles, place, deadline(ask, limits))


def _proposal(action: MoveStock, item: Item, facts: Facts) -> Say:
    return Say(f"intents.inventory_movement.proposal_{action.movement}", _values(action, item, facts))


def _values(action: MoveStock, item: Item, facts: Facts) -> dict[str, object]:
    return {
        "item": item_name(item),
        "quantity": amount(action.quantity, item.unit),
        "facility": facility(facts, action.facility),
        "to": facility(facts, action.to_facility) if action.to_facility else "",
    }


def _after(action: MoveStock, line: StockLine | None) -> float:
    booked = line.quantity if line else 0.0
    match action.movement:
        case MovementKind.RECEIPT:
            return booked + action.quantity
        case MovementKind.COUNT:
            return action.quantity
        case MovementKind.ISSUE | MovementKind.SCRAP | MovementKind.TRANSFER:
            return booked - action.quantity
        case other:
            assert_never(other)


def _others(ask: Ask, action: MoveStock, facts: Facts) -> tuple[Person, ...]:
    """The supervisors of the facilities touched that are not the sender's."""
    places = {action.facility, action.to_facility or action.facility} - {ask.person.facility}
    return tuple(person for place in sorted(places) for person in leads(facts, place))
