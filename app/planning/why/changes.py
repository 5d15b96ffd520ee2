"""Single changes to a shop that may free a late order: what each is, what it costs, how it is made."""

from dataclasses import dataclass, replace

from app.planning.hours import merged
from app.records.scheduling import Before, Crew, Job, Problem, Resource, Task


@dataclass(frozen=True, slots=True)
class Replan:
    """Nothing is changed but the plan."""


@dataclass(frozen=True, slots=True)
class OpenLonger:
    """A machine is open in [low, high) as well: overtime, or another shift."""

    machine: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class BackBy:
    """A machine that stands still until `high` runs again at `low`."""

    machine: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ReceiptBy:
    """A receipt of a material, by its index, comes at `at`; it was expected at `was`."""

    material: int
    receipt: int
    at: int
    was: int


@dataclass(frozen=True, slots=True)
class StartBy:
    """An operation may start at `at` rather than at `was`; `task` None: the job is released then."""

    job: int
    task: int | None
    at: int
    was: int


@dataclass(frozen=True, slots=True)
class Behind:
    """Another order's operation goes after ours on a machine."""

    other: int
    other_task: int
    job: int
    task: int
    machine: int


@dataclass(frozen=True, slots=True)
class OneMore:
    """One more person in a crew in [low, high)."""

    crew: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class AlsoOn:
    """An operation may run on another machine of the same type, in `work` units."""

    job: int
    task: int
    machine: int
    work: int


@dataclass(frozen=True, slots=True)
class DueTo:
    """The customer is given a later date."""

    job: int
    at: int


Change = Replan | OpenLonger | BackBy | ReceiptBy | StartBy | Behind | OneMore | AlsoOn | DueTo

SIZED = (OpenLonger, BackBy, ReceiptBy, StartBy)
"""Changes that may be made by less."""

_FLAT_S = {Replan: 0, Behind: 1_800, AlsoOn: 7_200}
_RATE = {OpenLonger: 1.0, OneMore: 1.0, BackBy: 1.5, ReceiptBy: 2.0, StartBy: 2.0, DueTo: 8.0}


def cost(problem: Problem, change: Change) -> float:
    """What a change is taken to cost, in seconds of overtime on one machine; units have 1 where none.

    A new plan 0; another order behind it half an hour; another machine two hours; overtime and one more
    person each second once; a repair 1.5, an earlier receipt or release 2, and a later date for the
    customer 8 times what it is moved by.
    """
    unit_s = problem.unit_s or 1
    kind = type(change)
    return _FLAT_S[kind] if kind in _FLAT_S else _RATE[kind] * size(problem, change) * unit_s


def size(problem: Problem, change: Change) -> int:
    """By how many units it changes something; 0 where it has no size."""
    match change:
        case OpenLonger(_, low, high) | BackBy(_, low, high) | OneMore(_, low, high):
            return high - low
        case ReceiptBy(_, _, at, was) | StartBy(_, _, at, was):
            return was - at
        case DueTo(job, at):
            return at - (problem.jobs[job].due or 0)
        case _:
            return 0


def sized(change: Change, amount: int) -> Change:
    """The same change by `amount` units only; one without a size as it is.

    A closed window is opened from its beginning, so that work goes on longer; the one before time 0
    has none, and from its end.
    """
    match change:
        case OpenLonger(machine, low, high) if low > 0:
            return OpenLonger(machine, low, low + amount)
        case OpenLonger(machine, _, high):
            return OpenLonger(machine, high - amount, high)
        case BackBy(machine, _, high):
            return BackBy(machine, high - amount, high)
        case ReceiptBy() | StartBy():
            return replace(change, at=change.was - amount)
        case _:
            return change


def changed(problem: Problem, change: Change) -> Problem:
    """The problem with the change made."""
    match change:
        case OpenLonger(machine, low, high) | BackBy(machine, low, high):
            return _with_resource(problem, machine, _opened(problem.resources[machine], low, high))
        case ReceiptBy():
            return _with_receipt(problem, change)
        case StartBy():
            return _with_job(problem, change.job, _startable(problem.jobs[change.job], change))
        case Behind():
            rule = Before(change.job, change.task, change.other, change.other_task)
            return replace(problem, before=(*problem.before, rule))
        case OneMore(crew, low, high):
            more = _with_one(problem.crews[crew], low, high)
            crews = (*problem.crews[:crew], more, *problem.crews[crew + 1 :])
            return replace(problem, crews=crews)
        case AlsoOn():
            return _with_job(problem, change.job, _with_mode(problem.jobs[change.job], change))
        case DueTo(job, at):
            return _with_job(problem, job, replace(problem.jobs[job], due=at))
        case Replan():
            return problem


def _with_resource(problem: Problem, n: int, resource: Resource) -> Problem:
    return replace(problem, resources=(*problem.resources[:n], resource, *problem.resources[n + 1 :]))


def _with_job(problem: Problem, n: int, job: Job) -> Problem:
    return replace(problem, jobs=(*problem.jobs[:n], job, *problem.jobs[n + 1 :]))


def _opened(resource: Resource, low: int, high: int) -> Resource:
    """Open in [low, high), and closed elsewhere as it was."""
    pieces = [piece for a, b in resource.closed for piece in ((a, min(b, low)), (max(a, high), b))]
    return replace(resource, closed=merged(pieces))


def _with_receipt(problem: Problem, change: ReceiptBy) -> Problem:
    stuff = problem.materials[change.material]
    receipts = list(stuff.receipts)
    receipts[change.receipt] = (change.at, receipts[change.receipt][1])
    after = replace(stuff, receipts=tuple(sorted(receipts)))
    n = change.material
    return replace(problem, materials=(*problem.materials[:n], after, *problem.materials[n + 1 :]))


def _startable(job: Job, change: StartBy) -> Job:
    if change.task is None:
        return replace(job, release=change.at)
    return _with_task(job, change.task, replace(job.tasks[change.task], earliest=change.at))


def _with_mode(job: Job, change: AlsoOn) -> Job:
    task = job.tasks[change.task]
    return _with_task(job, change.task, replace(task, modes=(*task.modes, (change.machine, change.work))))


def _with_task(job: Job, n: int, task: Task) -> Job:
    return replace(job, tasks=(*job.tasks[:n], task, *job.tasks[n + 1 :]))


def _with_one(crew: Crew, low: int, high: int) -> Crew:
    """One more from `low` to `high`, as before elsewhere."""
    times = sorted({low, high, *(time for time, _ in crew.levels)})
    levels = []
    for time in times:
        level = [count for start, count in crew.levels if start <= time][-1]
        levels.append((time, level + int(low <= time < high)))
    return replace(crew, levels=tuple(levels))
