"""Were orders ready when they were due? Deliveries, lateness, flow time.

An order counts on the day it is due, for its own facility, once that is decided: it is finished, or
its due time has passed. Lateness and tardiness are those of scheduling theory (Pinedo, Scheduling,
ch. 2): lateness = finish - due, tardiness = max(0, lateness); an order that is not finished is late
by what has passed so far.
"""

from collections.abc import Iterator, Sequence

from app.planning.kpi.material import DayFacts, finish_of, is_finished, minutes_between
from app.records.kpi import Figure, Kpi
from app.records.plant import Order


def deliveries(day: DayFacts, facility: str) -> Iterator[Figure]:
    """Figures of the orders due on the day, and the flow time of those that were finished on it."""
    due = _decided(day, facility)
    if due:
        yield on_time_orders(due)
        yield on_time_pieces(due)
        yield on_time_in_full(due)
        yield from _tardiness(due, day)
        yield lateness_mean(due, day)
    finished = [o for o in day.orders if o.facility == facility and day.holds(finish_of(o))]
    if finished:
        yield flow_time(finished)


def _decided(day: DayFacts, facility: str) -> list[Order]:
    """Orders due on the day of which it is known whether they were on time."""
    due = (o for o in day.orders if o.facility == facility and day.low <= o.due < day.high)
    return [o for o in due if finish_of(o) or (o.due <= day.now and not is_finished(o))]


def is_on_time(order: Order) -> bool:
    """Whether its last operation ended at its due time or before."""
    finish = finish_of(order)
    return finish is not None and finish <= order.due


def is_in_full(order: Order) -> bool:
    """Whether the last operation gave the whole quantity."""
    last = max(order.operations, key=lambda o: o.position)
    return last.quantity_done >= order.quantity


def on_time_orders(due: Sequence[Order]) -> Figure:
    """On-time delivery, OTD = orders finished at or before their due time / orders due."""
    return Figure(Kpi.ON_TIME_ORDERS, sum(map(is_on_time, due)), len(due))


def on_time_pieces(due: Sequence[Order]) -> Figure:
    """On-time delivery by quantity = quantity of orders on time / quantity of orders due."""
    return Figure(
        Kpi.ON_TIME_PIECES, sum(o.quantity for o in due if is_on_time(o)), sum(o.quantity for o in due)
    )


def on_time_in_full(due: Sequence[Order]) -> Figure:
    """OTIF = orders finished on time whose last operation gave the whole quantity / orders due."""
    return Figure(Kpi.ON_TIME_IN_FULL, sum(is_on_time(o) and is_in_full(o) for o in due), len(due))


def lateness_min(order: Order, day: DayFacts) -> float:
    """Finish - due in minutes, below 0 when early; now - due while it is not finished."""
    return minutes_between(order.due, finish_of(order) or day.now)


def lateness_mean(due: Sequence[Order], day: DayFacts) -> Figure:
    """Mean lateness, signed = sum of (finish - due) / orders due, in minutes."""
    return Figure(Kpi.LATENESS_MEAN, sum(lateness_min(o, day) for o in due), len(due))


def _tardiness(due: Sequence[Order], day: DayFacts) -> Iterator[Figure]:
    """T = max(0, finish - due): its sum, the sum weighted by order, the mean of the late ones, the largest.

    In minutes. Without a late order the sums and the largest are 0 and there is no mean.
    """
    late = [(max(0.0, lateness_min(o, day)), o.weight) for o in due]
    total, count = sum(t for t, _ in late), sum(t > 0 for t, _ in late)
    yield Figure(Kpi.TARDINESS_SUM, total)
    yield Figure(Kpi.TARDINESS_WEIGHTED, sum(t * weight for t, weight in late))
    yield Figure(Kpi.TARDINESS_MAX, max(t for t, _ in late))
    if count:
        yield Figure(Kpi.TARDINESS_MEAN, total, count)


def flow_time(finished: Sequence[Order]) -> Figure:
    """Mean flow time = sum of (finish - release) / orders finished on the day, in minutes."""
    flows = [minutes_between(o.release, finish) for o in finished if (finish := finish_of(o))]
    return Figure(Kpi.FLOW_TIME, sum(flows), len(flows))
