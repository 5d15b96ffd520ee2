"""An order that nobody has placed: made as the latest one of its item, as many as are asked about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from math import ceil

from app.ports import Facts
from app.records.inquiry import CanDo
from app.records.plant import Machine, Operation, OperationState, Order

IMAGINED = "?"
"""The number of an order that is only asked about; no real one is called so."""

_LOOKED_AT = 200
"""So many of the plant's latest orders are looked through for one of the item."""


def like_of(facts: Facts, item: str) -> Order | None:
    """The latest order of an item that tells how it is made: an open one, else one that is done."""
    same = [order for order in facts.orders() if order.item == item and order.operations]
    if not same:
        numbers = facts.names().orders[-_LOOKED_AT:]
        done = (order for number in numbers if (order := facts.order(number)))
        same = [order for order in done if order.item == item and order.operations]
    return max((order for order in same if order.quantity > 0), key=lambda o: o.release, default=None)


def imagined(like: Order, asked: CanDo, due: datetime, now: datetime, machines: Iterable[Machine]) -> Order:
    """The order with as many as are asked for, released now; `due` where no date is asked for."""
    times, known = asked.quantity / like.quantity, tuple(machines)
    return replace(
        like,
        number=IMAGINED,
        quantity=asked.quantity,
        facility=asked.facility or like.facility,
        release=now,
        due=asked.by or due,
        weight=1,
        on_hold=False,
        operations=tuple(_scaled(_not_begun(each), times, known) for each in like.operations),
    )


def _not_begun(operation: Operation) -> Operation:
    return replace(
        operation,
        order=IMAGINED,
        state=OperationState.WAITING,
        quantity_done=0.0,
        machine=None,
        started_at=None,
        finished_at=None,
        flagged=False,
    )


def _scaled(operation: Operation, times: float, machines: Iterable[Machine]) -> Operation:
    """So many times as long; where machines take batches a run is as long, and the load so many times."""
    if any(machine.batch > 1 and _can(machine, operation) for machine in machines):
        return replace(operation, load=max(1, ceil(operation.load * times)))
    ways = tuple(replace(way, minutes=_minutes(way.minutes, times)) for way in operation.alternatives)
    return replace(operation, minutes=_minutes(operation.minutes, times), alternatives=ways)


def _can(machine: Machine, operation: Operation) -> bool:
    if operation.alternatives:
        return any(way.machine == machine.code for way in operation.alternatives)
    return machine.type == operation.machine_type


def _minutes(minutes: int, times: float) -> int:
    return max(1, round(minutes * times))
