"""A scheduling question and its answer in integers; the words are the field's own.

Time runs in whole units from 0; one unit is `unit_s` seconds (0 where a published instance names
none). Indices count from 0 in the order of the tuples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Objective = Literal["makespan", "total_weighted_tardiness"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One machine.

    `closed` are half-open windows without work. An operation may be cut by a closed window and go
    on after it, keeping the machine, unless `interruptible` is False. Nothing starts before
    `busy_until`. `mounted` is the family set up at time 0, None when it does not matter.
    """

    name: str
    facility: int = 0
    type: str = ""
    closed: tuple[tuple[int, int], ...] = ()
    interruptible: bool = True
    busy_until: int = 0
    mounted: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One operation of a job: `modes` are its (machine, working time) alternatives.

    `family` decides setups; None needs none.
    """

    modes: tuple[tuple[int, int], ...]
    family: int | None = None
    earliest: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """Operations in order; `due` None means no due date; `one_facility` forbids travelling.

    `due` may be below 0: late already. `home` is the facility preferred where it costs no time.
    """

    name: str
    tasks: tuple[Task, ...]
    release: int = 0
    due: int | None = None
    weight: int = 1
    one_facility: bool = False
    home: int | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """An operation whose place cannot be changed: running, or inside the frozen horizon."""

    job: int
    task: int
    machine: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question.

    Setups, where there are any, are asymmetric and lie between consecutive operations on one
    machine: `family_setup[machine type][family before][family after]`,
    `job_setup[machine][job before][job after]`, or `task_setup[machine][n before][n after]` with
    operations numbered through the jobs in order. `transfer` is the time between two facilities
    for consecutive operations of one job; `transfers[from][to]`, where given, takes its place.
    `current` is where operations lie in the plan in force: of two answers with the same objective
    the one that moves fewer of them is better.
    """

    name: str
    objective: Objective
    resources: tuple[Resource, ...]
    jobs: tuple[Job, ...]
    unit_s: int = 0
    transfer: int = 0
    family_setup: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    job_setup: tuple[tuple[tuple[int, ...], ...], ...] = ()
    task_setup: tuple[tuple[tuple[int, ...], ...], ...] = ()
    fixed: tuple[Fixed, ...] = ()
    transfers: tuple[tuple[int, ...], ...] = ()
    current: tuple[Fixed, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where and when one operation runs; `end` counts closed time that cut it."""

    job: int
    task: int
    machine: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """An answer. `status` "none" has no slots; `bound` is a proven lower bound or None.

    `by` names who made it: "solver", or "dispatch:<rule>".
    """

    status: Literal["optimal", "feasible", "none"]
    objective: int
    slots: tuple[Slot, ...]
    by: str
    bound: int | None = None
    solve_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken constraint, by name, with a sentence that names the operations."""

    constraint: str
    detail: str
