"""Why the plan in force no longer fits the plant: found by comparing the two, whoever reported what."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from app.planning.asked import Cause, CauseKind, Question
from app.planning.calendars import stop_of
from app.planning.check import check
from app.planning.layout import Windows
from app.planning.proposal import COMPARED, waiting_in
from app.records.plant import Assignment, Machine, Operation, OperationState, Order
from app.records.scheduling import Fixed, Slot


def causes_of(question: Question, machines: Sequence[Machine], threshold: timedelta) -> tuple[Cause, ...]:
    """What makes the published plan of the next 48 h doubtful, the most certain first; empty without a plan.

    A machine stopped in its planned time; an order on hold; an order that differs from the plan by
    more than `threshold` (ahead only where some order is late); an order that must begin within 48 h
    and is not in the plan; people or material that do not suffice.
    """
    if question.published is None:
        return ()
    stops = tuple(_stops(question, machines))
    stopped = {cause.thing for cause in stops}
    found = [*stops, *_holds(question), *_progress(question, stopped, threshold), *_rush(question)]
    return (*found, *_short(question))


def _soon(question: Question) -> list[Assignment]:
    """What the published plan begins in the next 48 h and nobody has begun."""
    waiting, until = waiting_in(question), question.now + COMPARED
    planned = question.published.assignments if question.published else ()
    return [a for a in planned if a.start < until and (a.order, a.position) in waiting]


def _stops(question: Question, machines: Iterable[Machine]) -> Iterator[Cause]:
    soon = _soon(question)
    for machine in machines:
        stop = stop_of(machine, question.now)
        if stop is None:
            continue
        touched = sum(a.machine == machine.code and a.start < stop[1] and a.end > stop[0] for a in soon)
        if touched:
            since = f"{machine.since.isoformat()} {machine.until.isoformat() if machine.until else '-'}"
            yield Cause("stop", machine.code, touched, since)


def _holds(question: Question) -> Iterator[Cause]:
    soon = _soon(question)
    for number in question.on_hold:
        touched = sum(a.order == number for a in soon)
        if touched:
            yield Cause("hold", number, touched)


def _progress(question: Question, stopped: set[str], threshold: timedelta) -> Iterator[Cause]:
    """Orders whose first deviating operation lies on a machine that works, each once."""
    published = question.published
    any_late = bool(published and published.late_orders)
    planned = {(a.order, a.position): a for a in (published.assignments if published else ())}
    fixed = {(f.job, f.task): f for f in question.problem.fixed}
    for job, order in enumerate(question.orders):
        for operation in sorted(order.operations, key=lambda o: o.position):
            place = planned.get((order.number, operation.position))
            if place is None or place.machine in stopped:
                continue
            runs = fixed.get((job, _index(question.positions[job], operation.position)))
            late = _late_by(question, operation, place, runs)
            kind = _kind(late, threshold, any_late=any_late)
            if kind is not None:
                yield Cause(kind, order.number, 0, str(operation.position))
                break


def _index(positions: Sequence[int], position: int) -> int:
    return positions.index(position) if position in positions else -1


def _late_by(question: Question, operation: Operation, place: Assignment, runs: Fixed | None) -> timedelta:
    """How much later than planned an operation ends or begins; below 0 for earlier, 0 when in time."""
    match operation.state:
        case OperationState.WAITING:
            return max(timedelta(0), question.now - place.start)
        case OperationState.RUNNING:
            return _overrun(question, place, runs) if runs else timedelta(0)
        case OperationState.DONE:
            finished = operation.finished_at or place.end
            return min(timedelta(0), finished - place.end) if place.end > question.now else timedelta(0)


def _overrun(question: Question, place: Assignment, runs: Fixed) -> timedelta:
    """The machine's open time between the planned end of what runs and the end that is expected now."""
    planned = max(0, (place.end - question.origin) // question.slot)
    low, high = sorted((planned, runs.end))
    closed = Windows(question.problem.resources[runs.machine].closed).within(low, high)
    worked = (high - low - closed) * question.slot
    return worked if runs.end > planned else -worked


def _kind(late: timedelta, threshold: timedelta, *, any_late: bool) -> CauseKind | None:
    if late > threshold:
        return "behind"
    return "ahead" if any_late and -late > threshold else None


def _rush(question: Question) -> Iterator[Cause]:
    """Orders that the plan does not know and that must begin within 48 h."""
    known = {a.order for a in (question.published.assignments if question.published else ())}
    for order in question.orders:
        work = timedelta(minutes=sum(o.minutes for o in order.operations))
        if order.number not in known and order.due - work < question.now + COMPARED:
            yield Cause("rush", order.number, len(order.operations), _stamp(order))


def _stamp(order: Order) -> str:
    return order.due.isoformat()


def _short(question: Question) -> Iterator[Cause]:
    """People and materials that the plan of the next 48 h asks more of than there is."""
    problem = question.problem
    near = (COMPARED // question.slot) if problem.near is None else problem.near
    places = {(c.job, c.task): c for c in problem.current if c.start < near}
    places |= {(f.job, f.task): f for f in problem.fixed}
    slots = tuple(Slot(p.job, p.task, p.machine, p.start, p.end) for p in places.values())
    seen: set[tuple[str, str]] = set()
    for broken in check(problem, slots):
        thing = broken.detail.partition(":")[0]
        kind: CauseKind = "crew" if broken.constraint == "crew" else "material"
        if broken.constraint in {"crew", "material"} and (kind, thing) not in seen:
            seen.add((kind, thing))
            yield Cause(kind, thing)
