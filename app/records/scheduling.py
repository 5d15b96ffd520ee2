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
    `crew` is the index of the people of whom it needs one while it works, None for nobody.
    `batch` is how much load it takes at once: above 1, operations of one family whose loads fit may
    run together, and then start together and end together, after the longest of their works.
    `overtime` are half-open windows of its open time that cost extra.
    """

    name: str
    facility: int = 0
    type: str = ""
    closed: tuple[tuple[int, int], ...] = ()
    interruptible: bool = True
    busy_until: int = 0
    mounted: int | None = None
    crew: int | None = None
    batch: int = 1
    overtime: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One operation of a job: `modes` are its (machine, working time) alternatives.

    `family` decides setups and which batches it may join; None needs no setup and joins no batch.
    `interruptible` False: no closed window may cut it, on whatever machine. `load` is what it takes
    of a batch. `needs` are (material, quantity) used up when it starts.
    """

    modes: tuple[tuple[int, int], ...]
    family: int | None = None
    earliest: int = 0
    interruptible: bool = True
    load: int = 1
    needs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """Operations in order; `due` None means no due date; `one_facility` forbids travelling.

    `due` may be below 0: late already. `home` is the facility preferred where it costs no time.
    `lot_of` names the first of several jobs that are lots of one order, itself among them: the
    order is late once, when the last of its lots is, by the due date and weight of the first.
    """

    name: str
    tasks: tuple[Task, ...]
    release: int = 0
    due: int | None = None
    weight: int = 1
    one_facility: bool = False
    home: int | None = None
    lot_of: int | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """People of one skill at one place: `levels` are (from, how many), by time, the first from 0.

    An operation on a machine of the crew takes one of them while the machine works, none while it
    is closed.
    """

    name: str
    levels: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What operations use up: `stock` at time 0 and `receipts` of (time, quantity).

    What has been used up to a time, by starts at or before it, is never more than has come.
    """

    name: str
    stock: int = 0
    receipts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """One operation ends before another starts; both by job and task."""

    job: int
    task: int
    then_job: int
    then_task: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each disadvantage costs; the total is what an engine makes small.

    `objective` for each unit of the problem's objective; `moved` for each operation of the plan in
    force that begins before `Problem.near` and has another machine or start; `setup` for each unit
    of setup time; `overtime` for each unit worked in overtime; `away` for each operation outside
    its job's home; `balance` for each unit by which the facility whose machines work longest, on
    average, exceeds the one whose machines work least; `makespan` for each unit of the last end.
    """

    objective: int = 1
    moved: int = 0
    setup: int = 0
    overtime: int = 0
    away: int = 0
    balance: int = 0
    makespan: int = 0


@dataclass(frozen=True, slots=True)
class Fixed:
    """An operation whose place cannot be changed: running, or inside the frozen horizon."""

    job: int
    task: int
    machine: int
    start: int
    end: int


STABLE_S = 1800
"""An operation is moved when its machine or, by more than this many seconds, its start changes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question.

    Setups, where there are any, are asymmetric and lie between consecutive operations on one
    machine: `family_setup[machine type][family before][family after]`,
    `job_setup[machine][job before][job after]`, or `task_setup[machine][n before][n after]` with
    operations numbered through the jobs in order. `transfer` is the time between two facilities
    for consecutive operations of one job; `transfers[from][to]`, where given, takes its place.
    `current` is where operations lie in the plan in force, `near` the time before which moving one
    counts (None: always), by machine or by more than `STABLE_S`. `weights` say what is better;
    by default the objective alone, then fewer moves and journeys.
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
    near: int | None = None
    crews: tuple[Crew, ...] = ()
    materials: tuple[Material, ...] = ()
    before: tuple[Before, ...] = ()
    weights: Weights = Weights()

    @property
    def tolerance(self) -> int:
        """By how many units a start may change before the operation counts as moved."""
        return STABLE_S // self.unit_s if self.unit_s else 0

    @property
    def shared(self) -> bool:
        """Whether operations that are no neighbours on a machine or in a job restrict one another."""
        batches = any(resource.batch > 1 for resource in self.resources)
        return batches or bool(self.crews or self.materials)


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
