"""A plan file: what the solver answers with, and what the checker is given."""

from typing import Annotated, Literal

from pydantic import Field

from app.planning.form_edge import Published, read
from app.records.scheduling import Schedule, Slot

_Number = Annotated[int | float, Field(allow_inf_nan=False, ge=-1e18, le=1e18)]


class _Assignment(Published):
    job: int
    operation: int
    machine: int
    start: int
    end: int


class _PlanFile(Published):
    objective: _Number | None = None
    bound: _Number | None = None
    status: Literal["optimal", "feasible", "none"] = "feasible"
    solve_s: _Number = 0.0
    by: str = ""
    assignments: list[_Assignment] = Field(default_factory=list)


def dump(schedule: Schedule) -> dict[str, object]:
    """The plan as a JSON document; indices from 0, times in the problem's unit."""
    return {
        "objective": schedule.objective,
        "bound": schedule.bound,
        "status": schedule.status,
        "solve_s": round(schedule.solve_s, 3),
        "by": schedule.by,
        "assignments": [
            {"job": s.job, "operation": s.task, "machine": s.machine, "start": s.start, "end": s.end}
            for s in schedule.slots
        ],
    }


def parse(document: object) -> Schedule:
    """The plan as it stands, not checked; raises FileWrong naming the place that is wrong.

    The objective is 0 where the file names none.
    """
    file = read(_PlanFile, document)
    slots = tuple(Slot(a.job, a.operation, a.machine, a.start, a.end) for a in file.assignments)
    bound = None if file.bound is None else int(file.bound)
    return Schedule(file.status, int(file.objective or 0), slots, file.by, bound, float(file.solve_s))
