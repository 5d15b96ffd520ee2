"""The form of published instances: jobs of operations of [machine, duration] alternatives."""

from pydantic import Field

from app.planning.form_edge import LARGEST, Published, Time, Weight, need, need_square, read
from app.records.scheduling import Job, Objective, Problem, Resource, Task

Mode = tuple[int, int]


class _Instance(Published):
    name: str = ""
    objective: Objective = "makespan"
    machines: int = Field(ge=1, le=10_000)
    jobs: list[list[list[list[int]]]] = Field(min_length=1)
    due: list[int] | None = None
    weight: list[Weight] | None = None
    release: list[Time] | None = None
    factory: list[int] | None = None
    setup_job: list[list[list[Time]]] | None = None
    setup_op: list[list[list[Time]]] | None = None


def parse(document: object) -> Problem:
    """The problem; raises FileWrong naming the place that is wrong."""
    file = read(_Instance, document)
    _fits(file)
    factory = file.factory or [0] * file.machines
    resources = tuple(Resource(f"M{m}", facility=factory[m]) for m in range(file.machines))
    jobs = tuple(_job(file, n) for n in range(len(file.jobs)))
    return Problem(
        name=file.name,
        objective=file.objective,
        resources=resources,
        jobs=jobs,
        job_setup=_frozen(file.setup_job),
        task_setup=_frozen(file.setup_op),
    )


def _job(file: _Instance, n: int) -> Job:
    return Job(
        name=str(n),
        tasks=tuple(Task(_modes(file, n, k)) for k in range(len(file.jobs[n]))),
        release=file.release[n] if file.release else 0,
        due=file.due[n] if file.due else None,
        weight=file.weight[n] if file.weight else 1,
        one_facility=file.factory is not None,
    )


def _modes(file: _Instance, n: int, k: int) -> tuple[Mode, ...]:
    where = f"jobs[{n}][{k}]"
    need(bool(file.jobs[n][k]), f"{where}: an operation needs a machine")
    modes: list[Mode] = []
    for mode in file.jobs[n][k]:
        need(len(mode) == 2, f"{where}: an alternative is [machine, duration]")
        machine, work = mode
        need(0 <= machine < file.machines, f"{where}: there is no machine {machine}")
        need(0 <= work <= LARGEST, f"{where}: a duration cannot be {work}")
        modes.append((machine, work))
    return tuple(modes)


def _fits(file: _Instance) -> None:
    for name, values, size in (
        ("due", file.due, len(file.jobs)),
        ("weight", file.weight, len(file.jobs)),
        ("release", file.release, len(file.jobs)),
        ("factory", file.factory, file.machines),
    ):
        need(values is None or len(values) == size, f"{name}: must have {size} entries")
    operations = sum(len(job) for job in file.jobs)
    for name, matrices, size in (
        ("setup_job", file.setup_job, len(file.jobs)),
        ("setup_op", file.setup_op, operations),
    ):
        need(matrices is None or len(matrices) == file.machines, f"{name}: must have {file.machines} entries")
        for m, matrix in enumerate(matrices or ()):
            need_square(matrix, size, f"{name}[{m}]")


def _frozen(matrices: list[list[list[int]]] | None) -> tuple[tuple[tuple[int, ...], ...], ...]:
    return tuple(tuple(tuple(row) for row in matrix) for matrix in matrices or ())
