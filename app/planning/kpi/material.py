"""What a day's key figures are counted from: orders, machines with their hours, plans in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.planning.kpi.spans import Span
from app.records.plant import Operation, OperationState, Order
from app.records.versions import InForce

Changeover = Callable[[str, str, str], float]
"""Standard minutes from one family to another on a machine type; 0 where none is needed."""


@dataclass(frozen=True, slots=True)
class MachineDay:
    """One machine on one day, up to now.

    `open` is its calendar without planned downtime (planned busy time, PBT), `down` what it stood
    still unplanned, `overtime` the part of its open time that costs extra; None where no overtime
    is known of.
    """

    code: str
    type: str
    facility: str
    open: tuple[Span, ...]
    down: tuple[Span, ...] = ()
    overtime: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """A day in plant time, from `low` to `high`, as it is known at `now`.

    `orders` are all that were due in it, worked on in it or planned in it. `families` maps items to
    setup families. `plans` are those in force at some time of the day, the earliest first.
    """

    low: datetime
    high: datetime
    now: datetime
    facilities: tuple[str, ...]
    orders: tuple[Order, ...]
    machines: tuple[MachineDay, ...]
    plans: tuple[InForce, ...]
    families: Mapping[str, str]
    changeover_min: Changeover

    @property
    def until(self) -> datetime:
        """The end of the day, or now while it still goes on."""
        return min(self.high, self.now)

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment is in the day and not to come."""
        return at is not None and self.low <= at < self.high and at <= self.now

    def operations(self) -> Mapping[tuple[str, int], Operation]:
        """Every operation by order and position."""
        return {(o.order, o.position): o for order in self.orders for o in order.operations}


def is_finished(order: Order) -> bool:
    """Whether every operation is done; an order without operations never is."""
    return bool(order.operations) and all(o.state is OperationState.DONE for o in order.operations)


def finish_of(order: Order) -> datetime | None:
    """When its last operation ended; None while one is open, or when nobody knows."""
    ends = [o.finished_at for o in order.operations if o.finished_at is not None]
    return max(ends) if is_finished(order) and ends else None


def minutes_between(low: datetime, high: datetime) -> float:
    """Minutes from the first moment to the second, below 0 when it is the earlier one."""
    return (high - low) / timedelta(minutes=1)
