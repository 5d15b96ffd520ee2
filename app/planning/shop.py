"""A problem prepared for fast answers: operations numbered through the jobs, setups and hours looked up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.planning.hours import Hours
from app.records.scheduling import Fixed, Problem, Slot, Task


@dataclass(frozen=True, slots=True)
class Step:
    """One operation under its number; `tail` is the least working time from its start to the job's end."""

    number: int
    job: int
    task: int
    modes: tuple[tuple[int, int], ...]
    family: int | None
    earliest: int
    tail: int
    interruptible: bool
    load: int
    needs: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Shop:
    """Built once for a problem by `open_shop`; everything in it is read only.

    `first[job]` is the number of the job's first operation, with one entry more than there are jobs.
    `hours` are the machines' own, `whole_hours` those for an operation that must not be cut.
    `ahead[number]` are the operations of other jobs that must end before it starts, `behind` those
    that wait for it. `has_own_setups`: setups depend on more than families. `order[job]` is the
    first of a job's lots, the job itself where there are none.
    """

    problem: Problem
    steps: tuple[Step, ...]
    first: tuple[int, ...]
    hours: tuple[Hours, ...]
    whole_hours: tuple[Hours, ...]
    facility: tuple[int, ...]
    fixed: dict[int, Fixed]
    current: dict[int, Fixed]
    tolerance: int
    allowed: tuple[frozenset[int] | None, ...]
    has_setups: bool
    has_own_setups: bool
    ahead: tuple[tuple[int, ...], ...]
    behind: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]
    _rows: dict[int, tuple[tuple[int, ...], ...]] = field(default_factory=dict)

    def hours_of(self, number: int, machine: int) -> Hours:
        """When a machine works on an operation."""
        return (self.hours if self.steps[number].interruptible else self.whole_hours)[machine]

    def takes(self, number: int, machine: int) -> bool:
        """Whether an operation is no greater load than a machine takes at once."""
        batch = self.problem.resources[machine].batch
        return batch == 1 or self.steps[number].load <= batch

    def due(self, job: int) -> int | None:
        """When a job's order is due; None when it has no due date."""
        return self.problem.jobs[self.order[job]].due

    def weight(self, job: int) -> int:
        """The weight of a job's order."""
        return self.problem.jobs[self.order[job]].weight

    def number(self, job: int, task: int) -> int:
        """The number of an operation."""
        return self.first[job] + task

    def is_last(self, number: int) -> bool:
        """Whether an operation ends its job."""
        return number + 1 == self.first[self.steps[number].job + 1]

    def setup(self, machine: int, before: int, after: int) -> int:
        """Time between two operations that follow on a machine."""
        if not self.has_setups:
            return 0
        a, b, rows = self.steps[before], self.steps[after], self._rows.get(machine)
        total = 0
        if rows is not None and a.family is not None and b.family is not None:
            total = rows[a.family][b.family]
        return total + self._own_setup(machine, a, b) if self.has_own_setups else total

    def _own_setup(self, machine: int, a: Step, b: Step) -> int:
        """The setup that depends on the jobs and operations themselves."""
        problem, total = self.problem, 0
        if problem.job_setup:
            total += problem.job_setup[machine][a.job][b.job]
        if problem.task_setup:
            total += problem.task_setup[machine][a.number][b.number]
        return total

    def ready_for(self, machine: int, number: int) -> int:
        """When a machine can begin an operation as its first."""
        resource, family = self.problem.resources[machine], self.steps[number].family
        if machine not in self._rows or resource.mounted is None or family is None:
            return resource.busy_until
        return resource.busy_until + self._rows[machine][resource.mounted][family]

    def transfer(self, machine: int, other: int) -> int:
        """Time from the end on one machine to the start of the job's next operation on another."""
        start, end = self.facility[machine], self.facility[other]
        if start == end:
            return 0
        return self.problem.transfers[start][end] if self.problem.transfers else self.problem.transfer

    def released(self, number: int) -> int:
        """The earliest start that job and operation allow by themselves."""
        step = self.steps[number]
        return max(0, self.problem.jobs[step.job].release, step.earliest)

    def slot(self, number: int, machine: int, start: int, end: int) -> Slot:
        """A place of an operation."""
        step = self.steps[number]
        return Slot(step.job, step.task, machine, start, end)


def open_shop(problem: Problem) -> Shop:
    """Prepare a problem."""
    steps, first = _steps(problem)
    arcs = [(first[b.job] + b.task, first[b.then_job] + b.then_task) for b in problem.before]
    return Shop(
        problem=problem,
        steps=steps,
        first=first,
        hours=_hours(problem),
        whole_hours=_hours(problem, whole=True),
        facility=tuple(r.facility for r in problem.resources),
        fixed={first[f.job] + f.task: f for f in problem.fixed},
        current={first[f.job] + f.task: f for f in problem.current},
        tolerance=problem.tolerance,
        allowed=tuple(_facilities(problem, n) for n in range(len(problem.jobs))),
        has_setups=bool(problem.family_setup or problem.job_setup or problem.task_setup),
        has_own_setups=bool(problem.job_setup or problem.task_setup),
        ahead=_neighbours(len(steps), ((b, a) for a, b in arcs)),
        behind=_neighbours(len(steps), arcs),
        order=tuple(n if job.lot_of is None else job.lot_of for n, job in enumerate(problem.jobs)),
        _rows={
            m: problem.family_setup[r.type]
            for m, r in enumerate(problem.resources)
            if r.type in problem.family_setup
        },
    )


def _steps(problem: Problem) -> tuple[tuple[Step, ...], tuple[int, ...]]:
    steps: list[Step] = []
    first = [0]
    for j, job in enumerate(problem.jobs):
        tail, tails = 0, []
        for task in reversed(job.tasks):
            tail += min((work for _, work in task.modes), default=0)
            tails.append(tail)
        for k, (task, left) in enumerate(zip(job.tasks, reversed(tails), strict=True)):
            steps.append(_step(len(steps), j, k, task, left))
        first.append(len(steps))
    return tuple(steps), tuple(first)


def _step(number: int, job: int, position: int, task: Task, tail: int) -> Step:
    return Step(
        number=number,
        job=job,
        task=position,
        modes=task.modes,
        family=task.family,
        earliest=task.earliest,
        tail=tail,
        interruptible=task.interruptible,
        load=task.load,
        needs=_summed(task.needs),
    )


def _summed(needs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Each material once, and none of which nothing is needed."""
    total: dict[int, int] = {}
    for material, quantity in needs:
        total[material] = total.get(material, 0) + quantity
    return tuple((material, quantity) for material, quantity in total.items() if quantity)


def _neighbours(size: int, arcs: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """For every operation those that an arc leads to from it."""
    found: dict[int, list[int]] = {}
    for a, b in arcs:
        found.setdefault(a, []).append(b)
    return tuple(tuple(found.get(n, ())) for n in range(size))


def _hours(problem: Problem, *, whole: bool = False) -> tuple[Hours, ...]:
    """One object for all machines that share their hours; `whole`: as if no machine could be cut."""
    shared: dict[tuple[object, bool], Hours] = {}
    keys = [(r.closed, r.interruptible and not whole) for r in problem.resources]
    for closed, interruptible in set(keys):
        shared[closed, interruptible] = Hours(closed, interruptible=interruptible)
    return tuple(shared[key] for key in keys)


def _facilities(problem: Problem, job: int) -> frozenset[int] | None:
    """Where a job that must not travel can be done as a whole; None for one that may."""
    if not problem.jobs[job].one_facility:
        return None
    where = frozenset(r.facility for r in problem.resources)
    for task in problem.jobs[job].tasks:
        where &= {problem.resources[m].facility for m, _ in task.modes}
    for fixed in problem.fixed:
        if fixed.job == job:
            where &= {problem.resources[fixed.machine].facility}
    return where
