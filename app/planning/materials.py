"""What operations use up, and when there is how much of it.

All free stock of an item and all that is expected is one supply, because goods travel between
facilities: what lies where no machine needs it counts after the shortest way to one that does.
Quantities are in thousandths of the item's unit; needs are rounded up, supplies down.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from app.planning.calendars import Grid
from app.planning.resources import Matrix
from app.records.floor import BillLine, Floor
from app.records.plant import Operation, OperationState, Order
from app.records.scheduling import Material

PER_UNIT = 1000
"""Integers in a unit of an item."""

OVERDUE = timedelta(hours=24)
"""When an expected receipt that has not come in time is taken to come."""

_DUST = 1e-6

Use = dict[str, int]
"""Quantity by item."""


class Supplies:
    """Bill and stock of the plant; `facilities` in the order of the ways between them."""

    def __init__(
        self, plant: Floor, facilities: Sequence[str], ways: Matrix, grid: Grid, now: datetime
    ) -> None:
        self._plant, self._facilities, self._ways, self._grid, self._now = plant, facilities, ways, grid, now
        self._bill: dict[tuple[str, int], list[BillLine]] = {}
        for line in plant.bill:
            self._bill.setdefault((line.item, line.position), []).append(line)

    def use(self, order: Order, operation: Operation) -> Use:
        """What an operation uses up when it starts; nothing when it has started."""
        if operation.state is not OperationState.WAITING:
            return {}
        lines = self._bill.get((order.item, operation.position), [])
        return {line.needs: ceil(line.per_piece * order.quantity * PER_UNIT - _DUST) for line in lines}

    def material(self, item: str, wanted_at: Iterable[int]) -> Material:
        """The supply of an item whose users are at these facilities, by index."""
        users = set(wanted_at)
        come: dict[int, int] = {}
        for line in self._plant.stock:
            if line.item == item:
                self._add(come, users, line.facility, 0, line.quantity - line.on_hold)
        for each in self._plant.receipts:
            if each.item == item:
                at = each.at if each.at > self._now else self._now + OVERDUE
                self._add(come, users, each.facility, max(0, self._grid.ceil(at)), each.quantity)
        receipts = tuple((at, amount) for at, amount in sorted(come.items()) if 0 < at < self._grid.slots)
        return Material(item, come.get(0, 0), receipts)

    def _add(self, come: dict[int, int], users: set[int], site: str, at: int, quantity: float) -> None:
        ways = [self._ways[self._facilities.index(site)][user] for user in users]
        when = at + min(ways, default=0)
        come[when] = come.get(when, 0) + floor(quantity * PER_UNIT + _DUST)


def too_little(wants: Mapping[str, Iterable[Use]], supply: Mapping[str, Material]) -> dict[str, str]:
    """Orders, in the order of `wants`, that what is left can never serve, with the first item they lack.

    An order that lacks anything takes nothing.
    """
    left = {item: each.stock + sum(amount for _, amount in each.receipts) for item, each in supply.items()}
    short: dict[str, str] = {}
    for order, uses in wants.items():
        whole: Use = {}
        for use in uses:
            for item, amount in use.items():
                whole[item] = whole.get(item, 0) + amount
        lacking = [item for item, amount in whole.items() if amount > left[item]]
        if lacking:
            short[order] = lacking[0]
            continue
        for item, amount in whole.items():
            left[item] -= amount
    return short
