"""A problem prepared for fast answers: operations numbered through the jobs, setups and hours looked up."""

from dataclasses import dataclass, field

from app.planning.hours import Hours
from app.records.scheduling import Fixed, Problem, Slot


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


@dataclass(frozen=True)
class Shop:
    """Built once for a problem by `open_shop`; everything in it is read only.

    `first[job]` is the number of the job's first operation, with one entry more than there are jobs.
    """

    problem: Problem
    steps: tuple[Step, ...]
    first: tuple[int, ...]
    hours: tuple[Hours, ...]
    facility: tuple[int, ...]
    fixed: dict[int, Fixed]
    current: dict[int, Fixed]
    tolerance: int
    allowed: tuple[frozenset[int] | None, ...]
    has_setups: bool
    _rows: dict[int, tuple[tuple[int, ...], ...]] = field(default_factory=dict)

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
        problem, a, b = self.problem, self.steps[before], self.steps[after]
        total = 0
        if machine in self._rows and a.family is not None and b.family is not None:
            total = self._rows[machine][a.family][b.family]
        if problem.job_setup:
            total += problem.job_setup[machine][a.job][b.job]
        if problem.task_setup:
            total += problem.task_setup[machine][before][after]
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
    return Shop(
        problem=problem,
        steps=steps,
        first=first,
        hours=_hours(problem),
        facility=tuple(r.facility for r in problem.resources),
        fixed={first[f.job] + f.task: f for f in problem.fixed},
        current={first[f.job] + f.task: f for f in problem.current},
        tolerance=problem.tolerance,
        allowed=tuple(_facilities(problem, n) for n in range(len(problem.jobs))),
        has_setups=bool(problem.family_setup or problem.job_setup or problem.task_setup),
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
            steps.append(Step(len(steps), j, k, task.modes, task.family, task.earliest, left))
        first.append(len(steps))
    return tuple(steps), tuple(first)


def _hours(problem: Problem) -> tuple[Hours, ...]:
    """One object for all machines that share their hours."""
    shared: dict[tuple[object, bool], Hours] = {}
    for r in problem.resources:
        if (r.closed, r.interruptible) not in shared:
            shared[r.closed, r.interruptible] = Hours(r.closed, interruptible=r.interruptible)
    return tuple(shared[r.closed, r.interruptible] for r in problem.resources)


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
