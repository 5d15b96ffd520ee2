"""What each action of the closed list does to the plant's tables; `undo` takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.outbound.store import attachments, senders, taught, versions
from app.outbound.store.facts import (
    CASES,
    MACHINES,
    META,
    OPERATIONS,
    ORDERS,
    PLANS,
    REQUESTS,
    STOCK,
    SqlFacts,
)
from app.outbound.store.floor import RECEIPTS
from app.outbound.store.line import adding, clean, number_of, stamp, stamp_or_none, ticket_of
from app.outbound.store.plant_tables import MovementRow
from app.outbound.store.tables import table
from app.records.action import (
    Action,
    AnswerRequest,
    AttachMedia,
    LookUp,
    MapSender,
    MoveStock,
    OpenCase,
    OpenRequest,
    PublishPlan,
    ReportProgress,
    SetMachine,
    Settle,
    TeachName,
    assignments_digest,
)
from app.records.errors import OwnFault
from app.records.plant import Machine, MachineState, MovementKind, Operation, OperationState, Order, StockLine

Before = dict[str, Any]
"""What a reverse needs to know of how it was, as JSON."""

MOVEMENTS = table(MovementRow)
_NEW_LINE = adding(STOCK)
_SET_LINE = (
    sa.update(STOCK)
    .where(STOCK.c.item == sa.bindparam("of"), STOCK.c.facility == sa.bindparam("site"))
    .values({name: sa.bindparam(name) for name in ("quantity", "on_hold", "at")})
)
_BOOK = adding(MOVEMENTS, "n")
_EXPECTED = (
    sa.select(RECEIPTS.c.n, RECEIPTS.c.quantity)
    .where(
        RECEIPTS.c.item == sa.bindparam("of"),
        RECEIPTS.c.facility == sa.bindparam("site"),
        RECEIPTS.c.quantity > 0,
    )
    .order_by(RECEIPTS.c.at, RECEIPTS.c.n)
)
_EXPECT = (
    sa.update(RECEIPTS).where(RECEIPTS.c.n == sa.bindparam("which")).values(quantity=sa.bindparam("quantity"))
)
_EXPECT_MORE = (
    sa.update(RECEIPTS)
    .where(RECEIPTS.c.n == sa.bindparam("which"))
    .values(quantity=RECEIPTS.c.quantity + sa.bindparam("quantity"))
)
_CASE = adding(CASES, "n").returning(CASES.c.n)
_STOP = sa.update(ORDERS).where(ORDERS.c.number == sa.bindparam("which")).values(on_hold=True)
SET_MACHINE = (
    sa.update(MACHINES)
    .where(MACHINES.c.code == sa.bindparam("which"))
    .values({name: sa.bindparam(name) for name in ("state", "since", "until", "note")})
)
_MOUNT = (
    sa.update(MACHINES)
    .where(MACHINES.c.code == sa.bindparam("which"))
    .values(mounted=sa.bindparam("mounted"))
)
FLAG = (
    sa.update(OPERATIONS)
    .where(OPERATIONS.c.order == sa.bindparam("which"), OPERATIONS.c.position == sa.bindparam("at_position"))
    .values(flagged=sa.bindparam("flagged"))
)
_PROGRESS = (
    sa.update(OPERATIONS)
    .where(OPERATIONS.c.order == sa.bindparam("which"), OPERATIONS.c.position == sa.bindparam("at_position"))
    .values(
        {
            name: sa.bindparam(name)
            for name in ("state", "quantity_done", "machine", "started_at", "finished_at", "flagged")
        }
    )
)
_REQUEST = adding(REQUESTS, "n").returning(REQUESTS.c.n)
_ANSWER = (
    sa.update(REQUESTS)
    .where(REQUESTS.c.n == sa.bindparam("which"), REQUESTS.c.state == "waiting")
    .values({name: sa.bindparam(name) for name in ("state", "reason", "answered_at")})
)
_NAMES_CHANGED = sa.update(META).where(META.c.key == "names_version").values(value=sa.bindparam("value"))
_SET_PLAN = sa.update(PLANS).where(PLANS.c.id == sa.bindparam("which")).values(state=sa.bindparam("state"))

_CHANGE = {MovementKind.RECEIPT: 1, MovementKind.ISSUE: -1, MovementKind.SCRAP: -1, MovementKind.TRANSFER: -1}
_FREES = frozenset({MovementKind.COUNT, MovementKind.SCRAP})  # what is not there is not held either
_STOPS = frozenset({MachineState.DOWN, MachineState.MAINTENANCE})
_DIGITS = 6  # decimals kept of a quantity, so that sums of parts come out even


@dataclass(frozen=True, slots=True)
class Hands:
    """What an action works with: the facts inside the write, its key, and the moment."""

    facts: SqlFacts
    key: str
    now: datetime

    @property
    def at(self) -> str:
        """The moment as it is kept."""
        return stamp(self.now)


def carry_out(hands: Hands, action: Action) -> tuple[str, Before]:
    """Do it; the number of what it made, or "", and how it was; raises OwnFault for what is not there."""
    return _DO[type(action)](hands, action)


# Stock.


def line_of(hands: Hands, item: str, facility: str) -> StockLine | None:
    """The item's stock at a facility, None when there never was any."""
    return next((line for line in hands.facts.stock(item) if line.facility == facility), None)


def set_stock(hands: Hands, action: MoveStock, facility: str, quantity: float, on_hold: float) -> None:
    """Set the figures and book the change; below zero or below what is held the table refuses it."""
    line = line_of(hands, action.item, facility)
    before, after = line.quantity if line else 0.0, round(quantity, _DIGITS)
    values = {"quantity": after, "on_hold": round(on_hold, _DIGITS), "at": hands.at}
    if line:
        hands.facts.line.do(_SET_LINE, {"of": action.item, "site": facility, **values})
    else:
        hands.facts.line.do(_NEW_LINE, {"item": action.item, "facility": facility, "bin": "", **values})
    booked = {"key": hands.key, "item": action.item, "facility": facility, "kind": action.movement.value,
              "change": round(after - before, _DIGITS), "before": before, "after": after,
              "note": clean(action.note), "at": hands.at}  # fmt: skip
    hands.facts.line.do(_BOOK, booked)


def _move_stock(hands: Hands, action: MoveStock) -> tuple[str, Before]:
    line = line_of(hands, action.item, action.facility)
    counted = action.movement is MovementKind.COUNT
    had, held = (line.quantity, line.on_hold) if line else (0.0, 0.0)
    after = action.quantity if counted else had + _CHANGE[action.movement] * action.quantity
    holds = min(held, max(after, 0.0)) if action.movement in _FREES else held
    set_stock(hands, action, action.facility, after, holds)
    come = _expected_less(hands, action) if action.movement is MovementKind.RECEIPT else []
    if action.movement is MovementKind.TRANSFER:
        if action.to_facility is None:
            raise OwnFault("a transfer without a facility to go to")
        there = line_of(hands, action.item, action.to_facility)
        has, held_there = (there.quantity, there.on_hold) if there else (0.0, 0.0)
        set_stock(hands, action, action.to_facility, has + action.quantity, held_there)
    return "", {"freed": held - holds, "come": come}


def _expected_less(hands: Hands, action: MoveStock) -> list[tuple[int, float]]:
    """What came is expected no more, the earliest first; number and quantity of each."""
    left, come = action.quantity, []
    for number, expected in hands.facts.line.all(_EXPECTED, {"of": action.item, "site": action.facility}):
        taken = round(min(left, expected), _DIGITS)
        if taken <= 0:
            break
        left -= taken
        come.append((number, taken))
        values = {"which": number, "quantity": round(expected - taken, _DIGITS)}
        hands.facts.line.do(_EXPECT, values)
    return come


def expect_again(hands: Hands, come: list[tuple[int, float]]) -> None:
    """What had come is expected as before."""
    for number, taken in come:
        hands.facts.line.do(_EXPECT_MORE, {"which": number, "quantity": taken})


# Quality.


def _open_case(hands: Hands, action: OpenCase) -> tuple[str, Before]:
    held = _hold_back(hands, action)
    row = {"facility": action.facility, "words": clean(action.words), "severity": action.severity.value,
           "opened_by": action.opened_by, "opened_at": hands.at, "order": action.order, "item": action.item,
           "machine": action.machine, "held": held, "open": True}  # fmt: skip
    number = hands.facts.line.all(_CASE, row)[0][0]
    if action.order is not None and action.stop_order:
        hands.facts.line.do(_STOP, {"which": action.order})
    return ticket_of(number, "Q", 4), {}


def _hold_back(hands: Hands, action: OpenCase) -> float:
    """Put what is asked on hold, as far as there is free stock; how much that was."""
    line = line_of(hands, action.item, action.facility) if action.item else None
    if line is None or action.hold_quantity <= 0:
        return 0.0
    held = round(min(action.hold_quantity, line.quantity - line.on_hold), _DIGITS)
    values = {"quantity": line.quantity, "on_hold": round(line.on_hold + held, _DIGITS), "at": stamp(line.at)}
    hands.facts.line.do(_SET_LINE, {"of": action.item, "site": action.facility, **values})
    return held


# Machines and progress.


def _set_machine(hands: Hands, action: SetMachine) -> tuple[str, Before]:
    old = hands.facts.machine(action.machine)
    if old is None:
        raise OwnFault(f"there is no machine {action.machine}")
    since = old.since if old.state is action.state else hands.now
    values = {"state": action.state.value, "since": stamp(since), "until": stamp_or_none(action.until),
              "note": clean(action.note)}  # fmt: skip
    hands.facts.line.do(SET_MACHINE, {"which": action.machine, **values})
    flagged = _touched(hands, old, action) if action.state in _STOPS else []
    for order, position in flagged:
        hands.facts.line.do(FLAG, {"which": order, "at_position": position, "flagged": True})
    before = {"state": old.state.value, "since": stamp(old.since), "until": stamp_or_none(old.until),
              "note": old.note, "flagged": flagged}  # fmt: skip
    return "", before


def _touched(hands: Hands, machine: Machine, stop: SetMachine) -> list[tuple[str, int]]:
    """Operations not done, not flagged, that run on the machine or are planned on it within the stop."""
    plan = hands.facts.plan()
    planned = {
        (a.order, a.position)
        for a in (plan.assignments if plan else ())
        if a.machine == machine.code and a.end > hands.now and (stop.until is None or a.start < stop.until)
    }
    open_ones = [op for order in hands.facts.orders() for op in order.operations]
    return [
        (op.order, op.position)
        for op in open_ones
        if op.state is not OperationState.DONE
        and not op.flagged
        and (
            (op.order, op.position) in planned
            or (op.state is OperationState.RUNNING and op.machine == machine.code)
        )
    ]


def _report_progress(hands: Hands, action: ReportProgress) -> tuple[str, Before]:
    order = hands.facts.order(action.order)
    if order is None or not 0 <= action.position < len(order.operations):
        raise OwnFault(f"{action.order} has no operation {action.position}")
    now = order.operations[action.position]
    begun = now.started_at or (None if action.event == "finished" else hands.now)
    values = {"state": now.state.value, "quantity_done": round(now.quantity_done + action.quantity, _DIGITS),
              "machine": action.machine or now.machine, "started_at": stamp_or_none(begun),
              "finished_at": stamp_or_none(now.finished_at), "flagged": now.flagged}  # fmt: skip
    values |= _finished(hands, action, now, order) if action.event == "finished" else _going_on(now)
    hands.facts.line.do(_PROGRESS, {"which": action.order, "at_position": action.position, **values})
    machine = action.machine or now.machine
    if now.state is not OperationState.DONE and machine is not None:
        _mount(hands, order, machine)
    return "", {}


def _mount(hands: Hands, order: Order, machine: str) -> None:
    """The machine is set up for the order's family now, where it has one."""
    item = hands.facts.item(order.item)
    if item is not None and item.family:
        hands.facts.line.do(_MOUNT, {"which": machine, "mounted": item.family})


def _finished(hands: Hands, action: ReportProgress, now: Operation, order: Order) -> Before:
    done = {"state": OperationState.DONE.value, "finished_at": hands.at, "flagged": False}
    if action.quantity:
        return done
    return {**done, "quantity_done": max(order.quantity, now.quantity_done)}


def _going_on(now: Operation) -> Before:
    return {} if now.state is OperationState.DONE else {"state": OperationState.RUNNING.value}


# Between facilities.


def _open_request(hands: Hands, action: OpenRequest) -> tuple[str, Before]:
    row = {"subject": clean(action.subject), "words": clean(action.words),
           "from_facility": action.from_facility, "to_facility": action.to_facility,
           "asked_by": action.asked_by, "lead": action.lead,
           "state": "waiting", "reason": "", "opened_at": hands.at, "answered_at": None}  # fmt: skip
    return ticket_of(hands.facts.line.all(_REQUEST, row)[0][0], "R", 4), {}


def _answer_request(hands: Hands, action: AnswerRequest) -> tuple[str, Before]:
    state = "accepted" if action.accepted else "declined"
    values = {"state": state, "reason": clean(action.reason), "answered_at": hands.at}
    if hands.facts.line.do(_ANSWER, {"which": number_of(action.request, "R", 4) or 0, **values}) != 1:
        raise OwnFault(f"no request {action.request} waits for an answer")
    return "", {}


# Plans.


def set_plan(hands: Hands, plan: str, state: str, kind: str) -> None:
    """Give a plan its state and note what became of it."""
    hands.facts.line.do(_SET_PLAN, {"which": plan, "state": state})
    versions.happened(hands.facts.line, plan, kind, hands.now, hands.key)


def _publish_plan(hands: Hands, action: PublishPlan) -> tuple[str, Before]:
    plan = hands.facts.plan_named(action.plan)
    if plan is None or assignments_digest(plan.assignments) != action.digest:
        raise OwnFault(f"plan {action.plan} is not the one that was approved")
    old = hands.facts.plan()
    if old is not None and old.id != plan.id:
        set_plan(hands, old.id, "superseded", "superseded")
    set_plan(hands, plan.id, "published", "published")
    placed = {(a.order, a.position) for a in plan.assignments}
    flagged = [op for order in hands.facts.orders() for op in order.operations if op.flagged]
    settled = [(op.order, op.position) for op in flagged if (op.order, op.position) in placed]
    for order, position in settled:
        hands.facts.line.do(FLAG, {"which": order, "at_position": position, "flagged": False})
    return "", {"plan": old.id if old and old.id != plan.id else None, "flagged": settled}


# Names.


def _teach_name(hands: Hands, action: TeachName) -> tuple[str, Before]:
    taught.keep(hands.facts.line, action, hands.key, hands.at)
    names_changed(hands)
    return "", {}


def _map_sender(hands: Hands, action: MapSender) -> tuple[str, Before]:
    senders.keep(hands.facts.line, action, hands.key, hands.at)
    return "", {}


def names_changed(hands: Hands) -> None:
    """Say that the plant's names are others now, so that whoever knows them looks again."""
    hands.facts.line.do(_NAMES_CHANGED, {"value": str(hands.facts.names_version() + 1)})


# What was attached.


def _attach_media(hands: Hands, action: AttachMedia) -> tuple[str, Before]:
    line = hands.facts.line
    return "", {"placed": [each for each in action.of if attachments.place(line, each, action.target)]}


def _nothing(_hands: Hands, _action: Action) -> tuple[str, Before]:
    return "", {}


_DO: Mapping[type, Callable[[Hands, Any], tuple[str, Before]]] = {
    LookUp: _nothing,
    Settle: _nothing,
    MoveStock: _move_stock,
    OpenCase: _open_case,
    SetMachine: _set_machine,
    ReportProgress: _report_progress,
    OpenRequest: _open_request,
    AnswerRequest: _answer_request,
    PublishPlan: _publish_plan,
    TeachName: _teach_name,
    MapSender: _map_sender,
    AttachMedia: _attach_media,
}
