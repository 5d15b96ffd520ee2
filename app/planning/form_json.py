"""The product's own form of a problem: everything that `records.scheduling` can say, as JSON."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from app.planning.form_edge import LARGEST, Index, Strict, Time, Weight, need, need_square, read
from app.planning.hours import merged
from app.records.scheduling import Fixed, Job, Objective, Problem, Resource, Task

SCHEMA_ID = "chargehand:problem.schema.json"
Signed = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Pair = Annotated[list[Time], Field(min_length=2, max_length=2)]
Matrix = list[list[Time]]


class ResourceForm(Strict):
    """One machine; `closed` are half-open windows [from, to) without work."""

    name: str
    facility: Index = 0
    type: str = ""
    closed: list[Pair] = Field(default_factory=list)
    interruptible: bool = Field(default=True, description="False: a closed window must not cut an operation.")
    busy_until: Time = 0
    mounted: Index | None = Field(None, description="The family set up at time 0.")


class TaskForm(Strict):
    """One operation; `modes` are [machine, working time] alternatives, machines counted from 0."""

    modes: list[Pair] = Field(min_length=1)
    family: Index | None = None
    earliest: Time = 0


class JobForm(Strict):
    """Operations in their order."""

    name: str
    tasks: list[TaskForm] = Field(min_length=1)
    release: Time = 0
    due: Signed | None = Field(None, description="Null: no due date. Below 0: late already.")
    weight: Weight = 1
    one_facility: bool = Field(default=False, description="All operations in one facility.")
    home: Index | None = Field(None, description="The facility preferred where it costs no time.")


class PlaceForm(Strict):
    """Where an operation lies; indices from 0."""

    job: Index
    task: Index
    machine: Index
    start: Time
    end: Time


class ProblemForm(Strict):
    """A scheduling problem of Chargehand; times are whole units of `unit_s` seconds from 0."""

    name: str = ""
    objective: Objective
    resources: list[ResourceForm] = Field(min_length=1)
    jobs: list[JobForm]
    unit_s: int = Field(0, ge=0, le=86_400, description="Seconds of one unit; 0: not named.")
    transfer: Time = Field(0, description="Between two operations of a job in different facilities.")
    family_setup: dict[str, Matrix] = Field(
        default_factory=dict, description="Machine type: [family before][family after]."
    )
    job_setup: list[Matrix] = Field(default_factory=list, description="[machine][job before][job after].")
    task_setup: list[Matrix] = Field(
        default_factory=list, description="[machine][before][after], operations numbered through the jobs."
    )
    fixed: list[PlaceForm] = Field(default_factory=list, description="Operations that must not move.")
    transfers: Matrix = Field(default_factory=list, description="[from][to]; in place of `transfer`.")
    current: list[PlaceForm] = Field(default_factory=list, description="The plan in force.")


def schema() -> dict[str, object]:
    """The JSON Schema that config/schemas/problem.schema.json holds."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, **ProblemForm.model_json_schema()}


def dump(problem: Problem) -> dict[str, object]:
    """The problem as a JSON document; `parse` of it gives an equal problem."""
    return asdict(problem)


def parse(document: object) -> Problem:
    """The problem; raises FileWrong naming the place that is wrong."""
    file = read(ProblemForm, document)
    _modes_fit(file)
    _setups_fit(file)
    _places_fit(file)
    return Problem(
        name=file.name,
        objective=file.objective,
        resources=tuple(_resource(file, n) for n in range(len(file.resources))),
        jobs=tuple(_job(job) for job in file.jobs),
        unit_s=file.unit_s,
        transfer=file.transfer,
        family_setup={kind: _rows(matrix) for kind, matrix in file.family_setup.items()},
        job_setup=tuple(_rows(matrix) for matrix in file.job_setup),
        task_setup=tuple(_rows(matrix) for matrix in file.task_setup),
        fixed=tuple(Fixed(**place.model_dump()) for place in file.fixed),
        transfers=_rows(file.transfers),
        current=tuple(Fixed(**place.model_dump()) for place in file.current),
    )


def _resource(file: ProblemForm, n: int) -> Resource:
    resource = file.resources[n]
    for k, (low, high) in enumerate(resource.closed):
        need(low <= high, f"resources[{n}].closed[{k}]: begins after it ends")
    fields = resource.model_dump() | {"closed": merged((low, high) for low, high in resource.closed)}
    return Resource(**fields)


def _job(job: JobForm) -> Job:
    tasks = tuple(Task(tuple((m, w) for m, w in t.modes), t.family, t.earliest) for t in job.tasks)
    return Job(job.name, tasks, job.release, job.due, job.weight, job.one_facility, job.home)


def _rows(matrix: Matrix) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in matrix)


def _modes_fit(file: ProblemForm) -> None:
    for n, job in enumerate(file.jobs):
        for k, task in enumerate(job.tasks):
            for machine, _ in task.modes:
                where = f"jobs[{n}].tasks[{k}].modes"
                need(machine < len(file.resources), f"{where}: there is no machine {machine}")


def _setups_fit(file: ProblemForm) -> None:
    families = [t.family for job in file.jobs for t in job.tasks if t.family is not None]
    families += [r.mounted for r in file.resources if r.mounted is not None]
    for kind, matrix in file.family_setup.items():
        need_square(matrix, len(matrix), f"family_setup.{kind}")
        need(max(families, default=-1) < len(matrix), f"family_setup.{kind}: a family has no row")
    tasks = sum(len(job.tasks) for job in file.jobs)
    for name, matrices, size in (
        ("job_setup", file.job_setup, len(file.jobs)),
        ("task_setup", file.task_setup, tasks),
    ):
        need(len(matrices) in {0, len(file.resources)}, f"{name}: must have an entry per resource")
        for m, matrix in enumerate(matrices):
            need_square(matrix, size, f"{name}[{m}]")
    if file.transfers:
        need_square(file.transfers, len(file.transfers), "transfers")
        highest = max(resource.facility for resource in file.resources)
        need(highest < len(file.transfers), f"transfers: facility {highest} has no row")


def _places_fit(file: ProblemForm) -> None:
    for name, places in (("fixed", file.fixed), ("current", file.current)):
        for n, place in enumerate(places):
            known = place.job < len(file.jobs) and place.task < len(file.jobs[place.job].tasks)
            need(known, f"{name}[{n}]: there is no such operation")
            need(place.machine < len(file.resources), f"{name}[{n}]: there is no machine {place.machine}")
        names = {(place.job, place.task) for place in places}
        need(len(names) == len(places), f"{name}: an operation is named twice")
