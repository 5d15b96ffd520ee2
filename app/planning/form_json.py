"""The product's own form of a problem: everything that `records.scheduling` can say, as JSON."""

from dataclasses import asdict
from itertools import pairwise

from app.planning.form_edge import need, need_square, read
from app.planning.form_problem import JobForm, Matrix, ProblemForm, TaskForm
from app.planning.hours import merged
from app.records.scheduling import (
    Before,
    Crew,
    Fixed,
    Job,
    Material,
    Problem,
    Resource,
    Task,
    Weights,
)

SCHEMA_ID = "chargehand:problem.schema.json"


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
    _shared_fit(file)
    _arcs_fit(file)
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
        near=file.near,
        crews=tuple(Crew(crew.name, _pairs(crew.levels)) for crew in file.crews),
        materials=tuple(Material(m.name, m.stock, _pairs(m.receipts)) for m in file.materials),
        before=tuple(Before(**arc.model_dump()) for arc in file.before),
        weights=Weights(**file.weights.model_dump()),
    )


def _resource(file: ProblemForm, n: int) -> Resource:
    resource = file.resources[n]
    windows = {"closed": resource.closed, "overtime": resource.overtime}
    for name, given in windows.items():
        for k, (low, high) in enumerate(given):
            need(low <= high, f"resources[{n}].{name}[{k}]: begins after it ends")
    return Resource(**resource.model_dump() | {name: merged(_pairs(w)) for name, w in windows.items()})


def _job(job: JobForm) -> Job:
    return Job(**job.model_dump() | {"tasks": tuple(_task(task) for task in job.tasks)})


def _task(task: TaskForm) -> Task:
    return Task(**task.model_dump() | {"modes": _pairs(task.modes), "needs": _pairs(task.needs)})


def _pairs(pairs: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((a, b) for a, b in pairs)


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


def _shared_fit(file: ProblemForm) -> None:
    """Crews and materials that machines and operations name exist; levels are by time from 0."""
    for n, resource in enumerate(file.resources):
        known = resource.crew is None or resource.crew < len(file.crews)
        need(known, f"resources[{n}].crew: there is no crew {resource.crew}")
    for n, crew in enumerate(file.crews):
        times = [since for since, _ in crew.levels]
        fine = times[0] == 0 and all(a < b for a, b in pairwise(times))
        need(fine, f"crews[{n}].levels: must begin at 0 and go on in the order of time")
    for n, job in enumerate(file.jobs):
        for k, task in enumerate(job.tasks):
            for material, _ in task.needs:
                where = f"jobs[{n}].tasks[{k}].needs"
                need(material < len(file.materials), f"{where}: there is no material {material}")


def _arcs_fit(file: ProblemForm) -> None:
    """Operations and lots that name others name what exists."""
    for n, arc in enumerate(file.before):
        for job, task in ((arc.job, arc.task), (arc.then_job, arc.then_task)):
            known = job < len(file.jobs) and task < len(file.jobs[job].tasks)
            need(known, f"before[{n}]: there is no operation {task} of job {job}")
    for n, each in enumerate(file.jobs):
        if each.lot_of is not None:
            known = each.lot_of < len(file.jobs)
            need(known, f"jobs[{n}].lot_of: there is no job {each.lot_of}")
            first = file.jobs[each.lot_of].lot_of == each.lot_of
            need(first, f"jobs[{n}].lot_of: job {each.lot_of} is not the first of its lots")
