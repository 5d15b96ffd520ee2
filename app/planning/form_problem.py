"""The shape of the product's own problem file: every field with its bounds, as pydantic sees it."""

from typing import Annotated

from pydantic import Field

from app.planning.form_edge import LARGEST, Index, Strict, Time, Weight
from app.records.scheduling import Objective

Signed = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Pair = Annotated[list[Time], Field(min_length=2, max_length=2)]
Pairs = Annotated[list[Pair], Field(max_length=100_000)]
Matrix = list[list[Time]]


class ResourceForm(Strict):
    """One machine; `closed` are half-open windows [from, to) without work."""

    name: str
    facility: Index = 0
    type: str = ""
    closed: Pairs = Field(default_factory=list)
    interruptible: bool = Field(default=True, description="False: a closed window must not cut an operation.")
    busy_until: Time = 0
    mounted: Index | None = Field(None, description="The family set up at time 0.")
    crew: Index | None = Field(None, description="Of whom it needs one while it works.")
    batch: int = Field(1, ge=1, le=LARGEST, description="The load that it takes at once.")
    overtime: Pairs = Field(default_factory=list, description="Windows [from, to) that cost extra.")


class TaskForm(Strict):
    """One operation; `modes` are [machine, working time] alternatives, machines counted from 0."""

    modes: list[Pair] = Field(min_length=1)
    family: Index | None = None
    earliest: Time = 0
    interruptible: bool = Field(default=True, description="False: no closed window must cut it.")
    load: int = Field(1, ge=0, le=LARGEST, description="What it takes of a batch.")
    needs: Pairs = Field(default_factory=list, description="[material, quantity] used up at its start.")


class JobForm(Strict):
    """Operations in their order."""

    name: str
    tasks: list[TaskForm] = Field(min_length=1)
    release: Time = 0
    due: Signed | None = Field(None, description="Null: no due date. Below 0: late already.")
    weight: Weight = 1
    one_facility: bool = Field(default=False, description="All operations in one facility.")
    home: Index | None = Field(None, description="The facility preferred where it costs no time.")
    lot_of: Index | None = Field(
        None, description="The first of the jobs that are lots of one order, itself among them."
    )


class CrewForm(Strict):
    """People of one skill; `levels` are [from, how many], by time, the first from 0."""

    name: str
    levels: Pairs = Field(min_length=1)


class MaterialForm(Strict):
    """What operations use up; `receipts` are [time, quantity]."""

    name: str
    stock: Time = 0
    receipts: Pairs = Field(default_factory=list)


class BeforeForm(Strict):
    """The operation `task` of `job` ends before `then_task` of `then_job` starts."""

    job: Index
    task: Index
    then_job: Index
    then_task: Index


class WeightsForm(Strict):
    """What one unit of each disadvantage costs."""

    objective: Weight = 1
    moved: Weight = 0
    setup: Weight = 0
    overtime: Weight = 0
    away: Weight = 0
    balance: Weight = 0
    makespan: Weight = 0


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
    resources: list[ResourceForm] = Field(min_length=1, max_length=10_000)
    jobs: list[JobForm] = Field(max_length=100_000)
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
    near: Signed | None = Field(None, description="Moving counts before this time; null: always.")
    crews: list[CrewForm] = Field(default_factory=list, max_length=10_000)
    materials: list[MaterialForm] = Field(default_factory=list, max_length=100_000)
    before: list[BeforeForm] = Field(default_factory=list, max_length=1_000_000)
    weights: WeightsForm = WeightsForm()
