"""Orders that are not done become jobs: what is left to do, on which machines, with what it uses up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from app.planning.materials import Use
from app.planning.resources import Resources
from app.records.plant import Operation, OperationState, Order
from app.records.scheduling import Job, Task


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as a job whose tasks do not yet say what they use up; `uses` does, task by task."""

    order: Order
    job: Job
    uses: tuple[Use, ...]

    @property
    def plannable(self) -> bool:
        """Whether some machine can do each operation."""
        return all(task.modes for task in self.job.tasks)

    def with_needs(self, materials: Mapping[str, int]) -> Job:
        """The job with what it uses up, by the index of the material."""
        tasks = (
            replace(task, needs=tuple((materials[item], amount) for item, amount in use.items()))
            for task, use in zip(self.job.tasks, self.uses, strict=True)
        )
        return replace(self.job, tasks=tuple(tasks))


def rest_of(order: Order) -> tuple[Operation, ...]:
    """The operations still to do, from the last one that was begun."""
    operations = sorted(order.operations, key=lambda o: o.position)
    begun = [n for n, o in enumerate(operations) if o.state is not OperationState.WAITING]
    first = begun[-1] if begun else 0
    return tuple(o for o in operations[first:] if o.state is not OperationState.DONE)


def job_of(order: Order, plant: Resources, now: datetime) -> Job:
    """An order as a job; a task has no modes when no machine can do it.

    What has begun is released already.
    """
    grid, rest = plant.grid, rest_of(order)
    begun = rest[0].state is OperationState.RUNNING
    return Job(
        name=order.number,
        tasks=tuple(_task(order, operation, plant, now) for operation in rest),
        release=0 if begun else max(0, grid.ceil(order.release)),
        due=grid.floor(order.due),
        weight=order.weight,
        home=plant.facilities.index(order.facility),
    )


def _task(order: Order, operation: Operation, plant: Resources, now: datetime) -> Task:
    family = plant.family(order.item)
    able = _here(operation, plant) if operation.state is OperationState.RUNNING else []
    if able:
        n, minutes = able[0]
        work = plant.grid.work(_left(order, operation, minutes, now))
        load = min(operation.load, plant.machines[n].batch)
        return Task(((n, work),), family, load=load, interruptible=operation.interruptible)
    modes, load = _modes(operation, plant)
    modes.sort(key=lambda mode: plant.machines[mode[0]].facility != order.facility)
    return Task(tuple(modes), family, load=load, interruptible=operation.interruptible)


def _here(operation: Operation, plant: Resources) -> list[tuple[int, float]]:
    """The machine that it runs on, with the whole operation's minutes there."""
    known = dict(plant.able(operation))
    codes = [n for n, machine in enumerate(plant.machines) if machine.code == operation.machine]
    return [(n, known.get(n, operation.minutes)) for n in codes]


def _modes(operation: Operation, plant: Resources) -> tuple[list[tuple[int, int]], int]:
    """Machines that are open for long enough, with the work, and the load on them.

    What no machine takes at once runs several times in succession on those that take most.
    """
    able = plant.able(operation)
    takes = {n: plant.machines[n].batch for n, _ in able}
    most = max(takes.values(), default=1)
    load = min(operation.load, most)
    runs = ceil(operation.load / most)
    modes = [(n, plant.grid.work(minutes * runs)) for n, minutes in able if takes[n] >= load]
    fitting = [m for m in modes if plant.fits(*m, interruptible=operation.interruptible)]
    return fitting, load


def _left(order: Order, operation: Operation, minutes: float, now: datetime) -> float:
    """Minutes left of a running operation: by the quantity done where one was reported, else by its age."""
    if operation.quantity_done > 0 and order.quantity > 0:
        return minutes * max(0.0, 1 - operation.quantity_done / order.quantity)
    ran = (now - operation.started_at) / timedelta(minutes=1) if operation.started_at else 0.0
    return minutes - max(0.0, ran)
