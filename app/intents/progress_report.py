"""How far an operation is: started, a quantity made, finished; too much is held, contradictions are named."""

from dataclasses import dataclass
from typing import Literal

from app import policy
from app.intents.amounts import in_unit_of, said, why_not
from app.intents.order_status import current_operation
from app.intents.phrases import amount, changed, deadline, missing, no_right, refuse, unknown
from app.intents.words import EVENTS, MACHINE_TYPES, first, folded
from app.ports import Facts
from app.records.action import Action, ReportProgress
from app.records.answer import Say
from app.records.plant import Operation, OperationState, Order
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Hold, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.PROGRESS_REPORT
Event = Literal["started", "finished", "quantity"]


@dataclass(frozen=True, slots=True)
class _Report:
    """What is reported of which operation."""

    order: Order
    operation: Operation
    event: Event
    quantity: float
    unit: str


def judge(ask: Ask, facts: Facts, limits: Limits) -> Verdict:
    """Booked at once unless more is made than was ordered and a little."""
    if not policy.may_write(ask.person):
        return no_right()
    order = _order(ask, facts)
    if isinstance(order, Refuse):
        return order
    report = _report(ask, order, facts, limits)
    if isinstance(report, Refuse):
        return report
    entities = ask.reading.entities
    machine = entities.machine[0] if len(entities.machine) == 1 else report.operation.machine
    action = ReportProgress(order.number, report.operation.position, report.event, report.quantity, machine)
    total = report.operation.quantity_done + report.quantity
    if policy.progress_alone(order.quantity, total, limits):
        return Do(action, "progress")
    why = Say("intents.progress_report.why_overrun", {"percent": limits.overrun_percent})
    place = _place(machine, order, facts)
    roles = policy.approvers(ask.person, place)
    return Hold(action, why, _proposal(report, total), roles, place, deadline(ask, limits))


def act(_ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say what is booked now, and politely what does not fit."""
    order = facts.order(action.order) if isinstance(action, ReportProgress) else None
    if not isinstance(action, ReportProgress) or order is None:
        return changed()
    operation = next((each for each in order.operations if each.position == action.position), None)
    if operation is None or operation.state is OperationState.DONE or _stopped(order, action.event):
        return changed()
    report = _Report(order, operation, action.event, action.quantity, _unit(order, facts))
    total = operation.quantity_done + action.quantity
    values = {**_values(report, total), "note": _contradiction(report, total)}
    return Act(Say(f"intents.progress_report.{action.event}", values))


def _order(ask: Ask, facts: Facts) -> Order | Refuse:
    """The order named, else the only open one that the machine or the item named leads to."""
    entities = ask.reading.entities
    if stranger := unknown(ask, "order", "machine"):
        return stranger
    if len(entities.order) > 1:
        return refuse("several_things", "intents.progress_report.one_order")
    if entities.order:
        found = facts.order(entities.order[0])
        return found or missing("order", entities.order[0], facts.names().orders)
    fitting = [order for order in facts.orders() if _fits(order, ask)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        return refuse("incomplete", "intents.progress_report.which_order")
    numbers = tuple(each.number for each in fitting[:5])
    return refuse("incomplete", "intents.progress_report.which_of", orders=numbers)


def _fits(order: Order, ask: Ask) -> bool:
    """Whether an open order runs on the machine named and is for the item named; one must be."""
    entities = ask.reading.entities
    runs = any(
        each.state is OperationState.RUNNING and each.machine in entities.machine for each in order.operations
    )
    return (
        bool(entities.machine or entities.item)
        and (not entities.machine or runs)
        and (not entities.item or order.item in entities.item)
    )


def _report(ask: Ask, order: Order, facts: Facts, limits: Limits) -> _Report | Refuse:
    operation = _operation(ask, order, facts)
    if isinstance(operation, Refuse):
        return operation
    quantity = _quantity(ask, order, facts, limits)
    if isinstance(quantity, Refuse):
        return quantity
    words = first(EVENTS, folded(ask.reading.text))
    event = _event(words, quantity, operation, order)
    if event is None:
        return refuse("incomplete", "intents.progress_report.which_event", order=order.number)
    if _stopped(order, event):
        return refuse("on_hold", "intents.progress_report.on_hold", order=order.number)
    made = quantity if quantity is not None and event != "started" else 0.0
    if event == "finished" and quantity is None and operation.quantity_done == 0:
        made = order.quantity
    return _Report(order, operation, event, made, _unit(order, facts))


def _event(words: str | None, quantity: float | None, operation: Operation, order: Order) -> Event | None:
    """A figure short of the order is a quantity even where "finished" is said."""
    if quantity is not None and words != "started":
        enough = operation.quantity_done + quantity >= order.quantity
        return "finished" if words == "finished" and enough else "quantity"
    return {"finished": "finished", "started": "started"}.get(words or "")  # type: ignore[return-value]


def _stopped(order: Order, event: str) -> bool:
    """Nothing is started on an order that quality has stopped."""
    return order.on_hold and event == "started"


def _quantity(ask: Ask, order: Order, facts: Facts, limits: Limits) -> float | Refuse | None:
    item = facts.item(order.item)
    if item is not None:
        return in_unit_of(item, ask, limits)
    pair = said(ask.reading.entities)
    return (why_not(pair[0], "pcs", limits) or pair[0]) if pair else None


def _unit(order: Order, facts: Facts) -> str:
    item = facts.item(order.item)
    return item.unit if item else "pcs"


def _operation(ask: Ask, order: Order, facts: Facts) -> Operation | Refuse:
    """The open operation on the machine, of the type or of the name said, else the current one."""
    current = current_operation(order)
    if current is None:
        return refuse("already_done", "intents.progress_report.all_done", order=order.number)
    kinds = _kinds(ask, order, facts)
    if not kinds:
        return current
    fitting = [each for each in order.operations if each.machine_type in kinds]
    values = {"order": order.number, "operations": tuple(each.name for each in order.operations)}
    if not fitting:
        return refuse("no_such_operation", "intents.progress_report.no_such_operation", **values)
    still_open = [each for each in fitting if each.state is not OperationState.DONE]
    if not still_open:
        done = {"order": order.number, "operation": fitting[-1].name}
        return refuse("already_done", "intents.progress_report.operation_done", **done)
    return min(still_open, key=lambda each: (each.state is not OperationState.RUNNING, each.position))


def _kinds(ask: Ask, order: Order, facts: Facts) -> frozenset[str]:
    """The machine types meant: by machine, by the operation's own name, by the words for the type."""
    text = folded(ask.reading.text)
    machines = [machine for code in ask.reading.entities.machine if (machine := facts.machine(code))]
    if machines:
        return frozenset(each.type for each in machines)
    named = {
        each.machine_type
        for each in order.operations
        for name in (each.name.en, each.name.hans, each.name.hant)
        if folded(name) in text
    }
    kind = first(MACHINE_TYPES, text)
    return frozenset(named or ({kind} if kind else ()))


def _place(machine: str | None, order: Order, facts: Facts) -> str:
    found = facts.machine(machine) if machine else None
    return found.facility if found else order.facility


def _contradiction(report: _Report, total: float) -> Say | str:
    """What in the records does not fit the report, or ""."""
    earlier = [each for each in report.order.operations if each.position < report.operation.position]
    still_open = tuple(each.name for each in earlier if each.state is not OperationState.DONE)
    if still_open:
        return Say("intents.progress_report.earlier_open", {"operations": still_open})
    before = earlier[-1].quantity_done if earlier else total
    if 0 < before < total:
        values = {"before": amount(before, report.unit), "operation": earlier[-1].name}
        return Say("intents.progress_report.more_than_before", values)
    return Say("intents.progress_report.stopped_order") if report.order.on_hold else ""


def _values(report: _Report, total: float) -> dict[str, object]:
    return {
        "order": report.order.number,
        "operation": report.operation.name,
        "quantity": amount(report.quantity, report.unit),
        "total": amount(total, report.unit),
        "ordered": amount(report.order.quantity, report.unit),
    }


def _proposal(report: _Report, total: float) -> Say:
    return Say("intents.progress_report.proposal", _values(report, total))
