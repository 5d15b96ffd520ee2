"""What a problem names that does not exist, and figures that cannot be: in sentences naming the culprit."""

from collections.abc import Iterator, Sequence
from itertools import chain

from app.records.scheduling import Fixed, Job, Problem, Resource, Task

Matrix = Sequence[Sequence[int]]


def wrong_references(problem: Problem) -> Iterator[str]:
    """A sentence for every index that is out of range, matrix that is too small, or figure below 0."""
    for resource in problem.resources:
        yield from _resource(problem, resource)
    for job in problem.jobs:
        yield from _job(problem, job)
        for k, task in enumerate(job.tasks):
            yield from _task(problem, f"operation {k} of job {job.name}", task)
    yield from _matrices(problem)
    yield from _supplies(problem)
    yield from _places(problem)
    for arc in problem.before:
        for n, k in ((arc.job, arc.task), (arc.then_job, arc.then_task)):
            if not _exists(problem, n, k):
                yield f"operations that wait for each other: operation {k} of job {n} does not exist"


def _within(index: int | None, size: int) -> bool:
    return index is None or 0 <= index < size


def _negative(whose: str, **figures: int) -> Iterator[str]:
    for name, value in figures.items():
        if value < 0:
            yield f"{whose}: {name.replace('_', ' ')} is {value}, below 0"


def _resource(problem: Problem, resource: Resource) -> Iterator[str]:
    name = f"machine {resource.name}"
    yield from _negative(name, busy_until=resource.busy_until, facility=resource.facility)
    if not _within(resource.crew, len(problem.crews)):
        yield f"{name} names crew {resource.crew}, which does not exist"
    if resource.batch < 1:
        yield f"{name} takes a load of {resource.batch}; the least is 1"
    for low, high in (*resource.closed, *resource.overtime):
        if low > high:
            yield f"{name} has a window from {low} to {high}, which ends before it begins"


def _job(problem: Problem, job: Job) -> Iterator[str]:
    name = f"job {job.name}"
    yield from _negative(name, release=job.release, weight=job.weight)
    if not job.tasks:
        yield f"{name} has no operation"
    if job.home is not None and job.home not in {r.facility for r in problem.resources}:
        yield f"{name} has facility {job.home} for its home, where there is no machine"
    if job.lot_of is None:
        return
    if not _within(job.lot_of, len(problem.jobs)):
        yield f"{name} is a lot of job {job.lot_of}, which does not exist"
    elif problem.jobs[job.lot_of].lot_of != job.lot_of:
        yield f"{name} is a lot of job {problem.jobs[job.lot_of].name}, which is not the first of its lots"


def _task(problem: Problem, name: str, task: Task) -> Iterator[str]:
    yield from _negative(name, earliest=task.earliest, load=task.load)
    for machine, work in task.modes:
        yield from _negative(name, work=work)
        if not _within(machine, len(problem.resources)):
            yield f"{name} names machine {machine}, which does not exist"
    for material, quantity in task.needs:
        yield from _negative(name, quantity_needed=quantity)
        if not _within(material, len(problem.materials)):
            yield f"{name} needs material {material}, which does not exist"


def _matrices(problem: Problem) -> Iterator[str]:
    yield from _families(problem)
    jobs, tasks = len(problem.jobs), sum(len(job.tasks) for job in problem.jobs)
    for name, matrices, size in (
        ("setup by job", problem.job_setup, jobs),
        ("setup by operation", problem.task_setup, tasks),
    ):
        if matrices and len(matrices) != len(problem.resources):
            yield f"{name}: there are {len(matrices)} tables for {len(problem.resources)} machines"
        for matrix in matrices:
            yield from _matrix(name, matrix, size)
    if problem.transfers:
        facilities = max((r.facility for r in problem.resources), default=0) + 1
        yield from _matrix("transfers", problem.transfers, facilities)
    yield from _negative("the problem", transfer=problem.transfer, unit_s=problem.unit_s)


def _families(problem: Problem) -> Iterator[str]:
    """Every family in use is at least 0 and has a row wherever families need setups."""
    tasks = (task for job in problem.jobs for task in job.tasks)
    used = {
        f for f in chain((t.family for t in tasks), (r.mounted for r in problem.resources)) if f is not None
    }
    if min(used, default=0) < 0:
        yield f"family {min(used)} does not exist"
    for kind, matrix in problem.family_setup.items():
        yield from _matrix(f"setup on {kind}", matrix, max(used, default=-1) + 1)


def _matrix(name: str, matrix: Matrix, size: int) -> Iterator[str]:
    if len(matrix) < size or any(len(row) != len(matrix) for row in matrix):
        yield f"{name}: the table has no row or column for each of {size}"
    elif any(time < 0 for row in matrix for time in row):
        yield f"{name}: a time is below 0"


def _supplies(problem: Problem) -> Iterator[str]:
    for crew in problem.crews:
        for since, people in crew.levels:
            yield from _negative(f"crew {crew.name}", time=since, number_of_people=people)
    for material in problem.materials:
        yield from _negative(f"material {material.name}", stock=material.stock)
        for at, quantity in material.receipts:
            yield from _negative(f"material {material.name}", time=at, quantity_received=quantity)


def _places(problem: Problem) -> Iterator[str]:
    for name, places in (("a fixed operation", problem.fixed), ("the plan in force", problem.current)):
        seen = set[tuple[int, int]]()
        for place in places:
            yield from _place(problem, name, place)
            if (place.job, place.task) in seen:
                yield f"{name}: operation {place.task} of job {place.job} is named twice"
            seen.add((place.job, place.task))


def _place(problem: Problem, name: str, place: Fixed) -> Iterator[str]:
    if not _exists(problem, place.job, place.task):
        yield f"{name}: operation {place.task} of job {place.job} does not exist"
    elif not _within(place.machine, len(problem.resources)):
        whose = f"operation {place.task} of job {problem.jobs[place.job].name}"
        yield f"{name}: {whose} is on machine {place.machine}, which does not exist"


def _exists(problem: Problem, job: int, task: int) -> bool:
    return 0 <= job < len(problem.jobs) and 0 <= task < len(problem.jobs[job].tasks)
