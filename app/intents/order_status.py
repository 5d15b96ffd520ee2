"""Where an order is, when it will be done, whether it will be late; without a number, what is at risk."""

from datetime import datetime

from app.intents.inquiries import promised, why_late
from app.intents.phrases import amount, item_name, lines, missing, span, unknown
from app.intents.pictures import shift_report
from app.ports import Facts
from app.records.action import Action, LookUp
from app.records.answer import Say
from app.records.plant import Operation, OperationState, Order, Plan
from app.records.reading import Intent
from app.records.verdict import Act, Ask, AskPlan, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.ORDER_STATUS
_SHOWN = 5  # orders in one answer


def judge(ask: Ask, facts: Facts, _limits: Limits) -> Verdict:
    """Reading is always allowed."""
    if report := shift_report(ask):
        return report
    named = ask.reading.entities.order
    if not named and (stranger := unknown(ask, "order")):
        return stranger
    lost = next((code for code in named if facts.order(code) is None), None)
    if lost:
        return missing("order", lost, facts.names().orders)
    return _by_solving(ask, facts) or Do(LookUp("order"), "read_only")


def _by_solving(ask: Ask, facts: Facts) -> AskPlan | None:
    """A question that the published plan answers only when it is looked into; None for any other."""
    plan, named = facts.plan(), ask.reading.entities.order
    orders = [order for code in named if (order := facts.order(code))]
    known = [
        order for order in orders if minutes_late(order, plan, ask.now) is not None and not order.on_hold
    ]
    if plan is None or len(known) < len(named):
        return None
    return why_late(ask) or promised(ask)


def act(ask: Ask, _action: Action, facts: Facts) -> Act | Refuse:
    """Say how it stands, or which orders are most at risk."""
    plan = facts.plan()
    orders = [order for code in ask.reading.entities.order if (order := facts.order(code))]
    if orders:
        return Act(lines([_told(order, plan, ask.now, facts) for order in orders[:_SHOWN]]))
    return _at_risk(ask, plan, facts)


def _told(order: Order, plan: Plan | None, now: datetime, facts: Facts) -> Say:
    item = facts.item(order.item)
    head: dict[str, object] = {
        "order": order.number,
        "item": item_name(item) if item else order.item,
        "quantity": amount(order.quantity, item.unit if item else "pcs"),
        "due": order.due,
    }
    says = [Say("intents.order_status.head", head), _progress(order, item.unit if item else "pcs")]
    if any(each.state is not OperationState.DONE for each in order.operations):
        says.append(outlook(order, plan, now))
    if order.on_hold:
        says.append(Say("intents.order_status.on_hold"))
    return lines(says)


def _progress(order: Order, unit: str) -> Say:
    done = sum(each.state is OperationState.DONE for each in order.operations)
    values: dict[str, object] = {"done": done, "total": len(order.operations)}
    current = current_operation(order)
    if current is None:
        ended = [each.finished_at for each in order.operations if each.finished_at]
        at = {**values, "at": max(ended)} if ended else values
        return Say("intents.order_status.finished_at" if ended else "intents.order_status.finished", at)
    values |= {"operation": current.name, "made": amount(current.quantity_done, unit)}
    if current.state is OperationState.RUNNING:
        values["machine"] = current.machine or "–"
        return Say("intents.order_status.running", values)
    return Say("intents.order_status.waiting", values)


def current_operation(order: Order) -> Operation | None:
    """The operation that runs, else the first that waits; None when all are done."""
    running = (each for each in order.operations if each.state is OperationState.RUNNING)
    waiting = (each for each in order.operations if each.state is OperationState.WAITING)
    return next(running, None) or next(waiting, None)


def planned_end(order: Order, plan: Plan | None, now: datetime) -> datetime | None:
    """When the published plan ends the order's last open operation, never before now; or None."""
    positions = {each.position for each in order.operations if each.state is not OperationState.DONE}
    slots = plan.assignments if plan else ()
    ends = {each.position: each.end for each in slots if each.order == order.number}
    last = max(positions, default=None)
    return max(ends[last], now) if last is not None and last in ends else None


def minutes_late(order: Order, plan: Plan | None, now: datetime) -> int | None:
    """Minutes after the due time, negative when before; None when nothing is planned yet."""
    end = planned_end(order, plan, now)
    if end is None:
        return _minutes(order.due, now) if now > order.due else None
    return _minutes(order.due, end)


def _minutes(begin: datetime, end: datetime) -> int:
    return round((end - begin).total_seconds() / 60)


def outlook(order: Order, plan: Plan | None, now: datetime) -> Say:
    """Planned end, and how late or how early."""
    end, late = planned_end(order, plan, now), minutes_late(order, plan, now)
    if end is None or late is None:
        overdue = Say("intents.order_status.overdue", {"late": span(late or 0)})
        return overdue if late else Say("intents.order_status.unplanned")
    if late > 0:
        return Say("intents.order_status.late", {"end": end, "late": span(late)})
    return Say("intents.order_status.on_time", {"end": end, "margin": span(-late)})


def _at_risk(ask: Ask, plan: Plan | None, facts: Facts) -> Act:
    wanted = ask.reading.entities
    orders = [
        order
        for order in facts.orders()
        if (not wanted.item or order.item in wanted.item)
        and (not wanted.facility or order.facility in wanted.facility)
    ]
    if not orders:
        return Act(Say("intents.order_status.no_orders"))
    scored = [(order.on_hold, minutes_late(order, plan, ask.now), order) for order in orders]
    scored.sort(key=lambda row: (not row[0], -(row[1] if row[1] is not None else -(10**9)), row[2].due))
    late = sum(1 for _, minutes, _ in scored if minutes is not None and minutes > 0)
    head = Say("intents.order_status.risk", {"late": late, "open": len(orders)})
    return Act(lines([head, *(_risk_row(order, plan, ask.now, facts) for _, _, order in scored[:_SHOWN])]))


def _risk_row(order: Order, plan: Plan | None, now: datetime, facts: Facts) -> Say:
    item = facts.item(order.item)
    held = Say("intents.order_status.on_hold") if order.on_hold else outlook(order, plan, now)
    values = {"order": order.number, "item": item.name if item else order.item, "due": order.due}
    return Say("intents.order_status.risk_row", {**values, "outlook": held})
