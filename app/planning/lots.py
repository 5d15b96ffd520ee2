"""An order made in several lots: jobs of their own that may run side by side, late once."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from app.planning.asked import Question
from app.records.plant import OperationState, Order
from app.records.scheduling import Job, Task


def lot_sizes(order: Order, lots: int) -> tuple[float, ...]:
    """Pieces of each lot when an order is divided as evenly as whole pieces allow, the larger first.

    At most as many lots as asked for, as the order's `lots_max`, and as `lot_min` leaves room for;
    one lot means that it is not divided.
    """
    room = int(order.quantity // order.lot_min) if order.lot_min > 0 else lots
    count = max(1, min(lots, order.lots_max, room, int(order.quantity) or 1))
    whole, rest = divmod(order.quantity, count)
    if order.quantity != int(order.quantity):
        return (order.quantity / count,) * count
    return tuple(whole + (n < rest) for n in range(count))


def can_split(question: Question, job: int) -> bool:
    """Whether a job may be divided: nothing of it has begun, is fixed, or is a lot already."""
    order = question.orders[job]
    waits = all(o.state is OperationState.WAITING for o in order.operations)
    free = all(fixed.job != job for fixed in question.problem.fixed)
    linked = any(job in {arc.job, arc.then_job} for arc in question.problem.before)
    return waits and free and not linked and question.problem.jobs[job].lot_of is None


def split(question: Question, job: int, sizes: Sequence[float]) -> Question:
    """The question with a job's order made in lots of these sizes, which are what the order asks for.

    The first lot takes the job's place, the others follow after all jobs, so that no index changes.
    Working times, loads and materials are shared by size: times and loads are rounded up, materials
    add up to the order's. On machines that take batches each lot takes as long as its own runs.
    One size, or a job that cannot be split, changes nothing.
    """
    if len(sizes) < 2 or not can_split(question, job):
        return question
    problem = question.problem
    lots = [replace(lot, lot_of=job) for lot in _lots(question, job, sizes)]
    jobs = (*problem.jobs[:job], lots[0], *problem.jobs[job + 1 :], *lots[1:])
    more, numbers = len(lots) - 1, question.lots or (0,) * len(problem.jobs)
    return replace(
        question,
        problem=replace(problem, jobs=jobs),
        orders=(*question.orders, *(question.orders[job],) * more),
        positions=(*question.positions, *(question.positions[job],) * more),
        lots=(*numbers, *range(1, more + 1)),
    )


def _lots(question: Question, job: int, sizes: Sequence[float]) -> list[Job]:
    whole, total, made, lots = question.problem.jobs[job], sum(sizes), 0.0, list[Job]()
    loads = {o.position: o.load for o in question.orders[job].operations}
    for n, size in enumerate(sizes):
        tasks = (
            _part(question, task, loads[position], size / total, made / total)
            for task, position in zip(whole.tasks, question.positions[job], strict=True)
        )
        lots.append(replace(whole, name=f"{whole.name}/{n + 1}", tasks=tuple(tasks)))
        made += size
    return lots


def _part(question: Question, task: Task, load: int, share: float, before: float) -> Task:
    """A share of a task, of which the lots before have had `before`; `load` is the whole order's."""
    most = max((question.problem.resources[machine].batch for machine, _ in task.modes), default=1)
    takes = _share(load, share)
    runs = ceil(takes / most) / ceil(load / most) if most > 1 else share
    modes = tuple((machine, _share(work, runs)) for machine, work in task.modes)
    needs = ((m, _cut(amount, before + share) - _cut(amount, before)) for m, amount in task.needs)
    return replace(task, modes=modes, load=min(takes, most), needs=tuple(needs))


def _share(whole: int, share: float) -> int:
    return max(1, ceil(whole * share - 1e-9))


def _cut(amount: int, share: float) -> int:
    return round(amount * share)
