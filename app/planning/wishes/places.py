"""Pieces of a question that several wishes change: jobs, operations, places that are fixed, open hours."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from app.planning.asked import Question
from app.planning.hours import Hours, Window, merged
from app.records.answer import Say
from app.records.scheduling import Fixed, Job, Resource, Task


def no(reason: str, **values: object) -> Say:
    """Why a wish cannot be had."""
    return Say(f"planning.wish.no.{reason}", values)


def jobs_of(question: Question, order: str) -> tuple[int, ...]:
    """The jobs of an order, several where it was split; empty when it is not planned."""
    return tuple(n for n, each in enumerate(question.orders) if each.number == order)


def fixed_of(question: Question) -> dict[tuple[int, int], Fixed]:
    """The places that are fixed, by job and task."""
    return {(f.job, f.task): f for f in question.problem.fixed}


def running(question: Question) -> frozenset[tuple[int, int]]:
    """The operations that run now, by job and task."""
    begun = {(order, position) for order, position, _ in question.begun}
    return frozenset(
        (job, task)
        for job, order in enumerate(question.orders)
        for task, position in enumerate(question.positions[job])
        if (order.number, position) in begun
    )


def kind_of(question: Question, job: int, task: int) -> str:
    """The type of machine that an operation needs."""
    modes = question.problem.jobs[job].tasks[task].modes
    return question.problem.resources[modes[0][0]].type if modes else ""


def hours_of(question: Question, machine: int, task: Task) -> Hours:
    """When a machine works on an operation."""
    resource = question.problem.resources[machine]
    return Hours(resource.closed, interruptible=resource.interruptible and task.interruptible)


def fits(question: Question, place: Fixed) -> bool:
    """Whether the machine can still do the operation exactly there, other operations aside.

    In a batch it may end later than it would alone.
    """
    task = question.problem.jobs[place.job].tasks[place.task]
    work = dict(task.modes).get(place.machine)
    if work is None:
        return False
    start, end = hours_of(question, place.machine, task).place(place.start, work)
    alone = question.problem.resources[place.machine].batch == 1
    return start == place.start and (end == place.end if alone else end <= place.end)


def as_batches(question: Question, places: Sequence[Fixed]) -> list[Fixed]:
    """Places of machines that take several at once end with the longest of those that start together."""
    longest: dict[tuple[int, int], Fixed] = {}
    for place in places:
        if question.problem.resources[place.machine].batch > 1:
            key = (place.machine, place.start)
            longest[key] = max(place, longest.get(key, place), key=lambda each: _work(question, each))
    return [_ending_with(question, each, longest.get((each.machine, each.start))) for each in places]


def _work(question: Question, place: Fixed) -> int:
    return dict(question.problem.jobs[place.job].tasks[place.task].modes).get(place.machine, 0)


def _ending_with(question: Question, place: Fixed, longest: Fixed | None) -> Fixed:
    if longest is None:
        return place
    task = question.problem.jobs[longest.job].tasks[longest.task]
    _, end = hours_of(question, place.machine, task).place(place.start, _work(question, longest))
    return replace(place, end=end)


def later(time: int, tasks: Iterable[int]) -> Callable[[int, Task], Task]:
    """A change: operations of these numbers start no earlier than a time."""
    chosen = frozenset(tasks)
    return lambda n, task: replace(task, earliest=max(task.earliest, time)) if n in chosen else task


def only_where(allowed: Callable[[int], bool], tasks: Iterable[int]) -> Callable[[int, Task], Task]:
    """A change: operations of these numbers keep only the machines that are allowed."""
    chosen = frozenset(tasks)

    def change(n: int, task: Task) -> Task:
        if n not in chosen:
            return task
        return replace(task, modes=tuple(mode for mode in task.modes if allowed(mode[0])))

    return change


def with_jobs(question: Question, changed: dict[int, Job]) -> Question:
    """The question with some jobs changed."""
    jobs = tuple(changed.get(n, job) for n, job in enumerate(question.problem.jobs))
    return replace(question, problem=replace(question.problem, jobs=jobs))


def with_tasks(question: Question, job: int, change: Callable[[int, Task], Task]) -> Question:
    """The question with every operation of a job changed."""
    was = question.problem.jobs[job]
    tasks = tuple(change(n, task) for n, task in enumerate(was.tasks))
    return with_jobs(question, {job: replace(was, tasks=tasks)})


def with_fixed(question: Question, places: Iterable[Fixed]) -> Question:
    """The question with more places fixed; those are no longer compared with the plan in force."""
    fixed = {**fixed_of(question), **{(f.job, f.task): f for f in places}}
    current = tuple(c for c in question.problem.current if (c.job, c.task) not in fixed)
    kept = tuple(fixed[key] for key in sorted(fixed))
    return replace(question, problem=replace(question.problem, fixed=kept, current=current))


def with_resources(question: Question, change: Callable[[int, Resource], Resource]) -> Question:
    """The question with machines changed."""
    resources = tuple(change(n, resource) for n, resource in enumerate(question.problem.resources))
    return replace(question, problem=replace(question.problem, resources=resources))


def closed_too(resource: Resource, windows: Iterable[Window]) -> Resource:
    """The machine with more closed windows."""
    return replace(resource, closed=merged([*resource.closed, *windows]))


def in_the_way(question: Question, machine: int, windows: Iterable[Window]) -> Iterator[Fixed]:
    """Fixed operations on a machine that lie in one of the windows."""
    spans = tuple(windows)
    for f in question.problem.fixed:
        if f.machine == machine and any(f.start < high and f.end > low for low, high in spans):
            yield f


def stays(question: Question, place: Fixed) -> Say:
    """Why an operation cannot be moved: it runs, or it is frozen where it is."""
    order, machine = question.orders[place.job].number, question.machines[place.machine]
    if (place.job, place.task) in running(question):
        return no("runs", order=order, machine=machine)
    return no("frozen", order=order, machine=machine, at=question.at(place.start))
