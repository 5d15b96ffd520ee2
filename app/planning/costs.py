"""What a schedule costs, each disadvantage by itself; shares no code with any solver."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.planning.layout import Layout, Windows, lay_out
from app.records.scheduling import Problem, Resource, Slot


@dataclass(frozen=True, slots=True)
class Costs:
    """The parts of a schedule's cost, unweighted; times are in the problem's unit.

    `total` is the sum of the parts, each times its weight of the same name in `Problem.weights`.
    """

    objective: int
    moved: int
    setup: int
    overtime: int
    away: int
    balance: int
    makespan: int
    total: int


def cost(problem: Problem, slots: Sequence[Slot]) -> int:
    """The total that an engine makes small: `costs(problem, slots).total`."""
    return costs(problem, slots).total


def costs(problem: Problem, slots: Sequence[Slot]) -> Costs:
    """Every part of a schedule's cost, recomputed; operations without a slot count as moved only.

    - objective: see `objective`.
    - moved: operations of `Problem.current` that begin there before `near` (None: all of them) and
      have another machine, a start that differs by more than `Problem.tolerance`, or no slot.
    - setup: over machines, the setup from the family mounted to the first batch and between
      successive batches; a batch is one operation where the machine takes one at a time.
    - overtime: units that machines work in their `overtime`, a batch counted once.
    - away: operations in another facility than their job's `home`.
    - balance: max - min over facilities of floor(units that its machines work / its machines).
    - makespan: the last end, 0 without a slot.
    """
    layout = lay_out(problem, slots)
    parts = {
        "objective": objective(problem, slots),
        "moved": _moved(layout),
        "setup": _setup(layout),
        "overtime": _overtime(layout),
        "away": _away(layout),
        "balance": _balance(layout),
        "makespan": max((slot.end for slot in slots), default=0),
    }
    total = sum(value * getattr(problem.weights, name) for name, value in parts.items())
    return Costs(**parts, total=total)


def objective(problem: Problem, slots: Sequence[Slot]) -> int:
    """The problem's objective in its own time unit, recomputed; operations without a slot count nothing.

    Makespan is the last end. Total weighted tardiness is the sum over orders with a due date of
    weight x max(0, last end - due); an order is a job, or all jobs with the same `lot_of`, which
    then have the due date and the weight of the first.
    """
    if problem.objective == "makespan":
        return max((slot.end for slot in slots), default=0)
    ends: dict[int, int] = {}
    for slot in slots:
        lot_of = problem.jobs[slot.job].lot_of
        order = slot.job if lot_of is None else lot_of
        ends[order] = max(slot.end, ends.get(order, slot.end))
    late = 0
    for order, end in ends.items():
        job = problem.jobs[order]
        late += 0 if job.due is None else job.weight * max(0, end - job.due)
    return late


def _moved(layout: Layout) -> int:
    problem, moved = layout.problem, 0
    for current in problem.current:
        if problem.near is not None and current.start >= problem.near:
            continue
        slot = layout.place.get((current.job, current.task))
        stays = slot is not None and slot.machine == current.machine
        moved += not (stays and slot and abs(slot.start - current.start) <= problem.tolerance)
    return moved


def _setup(layout: Layout) -> int:
    first = sum(layout.first_setup(lane[0]) for lane in layout.lanes if lane)
    return first + sum(layout.setup(a, b) for lane in layout.lanes for a, b in pairwise(lane))


def _overtime(layout: Layout) -> int:
    units = 0
    for resource, lane, closed in zip(layout.problem.resources, layout.lanes, layout.closed, strict=True):
        if resource.overtime and lane:
            extra = _open_overtime(resource, closed)
            units += sum(extra.within(batch.start, batch.end) for batch in lane)
    return units


def _open_overtime(resource: Resource, closed: Windows) -> Windows:
    return Windows(part for low, high in resource.overtime for part in closed.outside(low, high))


def _away(layout: Layout) -> int:
    problem = layout.problem
    homes = ((problem.jobs[slot.job].home, slot.machine) for slot in layout.slots)
    return sum(home is not None and problem.resources[m].facility != home for home, m in homes)


def _balance(layout: Layout) -> int:
    machines, worked = dict[int, int](), dict[int, int]()
    for resource, lane, closed in zip(layout.problem.resources, layout.lanes, layout.closed, strict=True):
        here = resource.facility
        machines[here] = machines.get(here, 0) + 1
        units = sum(b.end - b.start - closed.within(b.start, b.end) for b in lane)
        worked[here] = worked.get(here, 0) + units
    means = [worked[facility] // count for facility, count in machines.items()]
    return max(means) - min(means) if means else 0
