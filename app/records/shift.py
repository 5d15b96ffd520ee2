"""A shift as it is handed over: what was made, what stood still, what is open, by facility."""

from dataclasses import dataclass
from datetime import datetime

from app.records.kpi import Figure
from app.records.plant import Facility, MachineState


@dataclass(frozen=True, slots=True)
class Stop:
    """A machine that stood still or ran slowly; `end` None while it still does."""

    machine: str
    state: MachineState
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """An order whose last operation ended."""

    order: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Behind:
    """An open order that the plan ends late, and by how many minutes."""

    order: str
    minutes: int


@dataclass(frozen=True, slots=True)
class SiteShift:
    """One facility's shift from `low` to `high`, half-open.

    `done` counts operations that ended on its machines in it, `planned` those that were to end in it
    by the plans in force, `on_plan` how many of these have ended. `held` are decisions that wait for
    somebody there. `figures` are those of the day, as last counted.
    """

    facility: Facility
    low: datetime
    high: datetime
    done: int = 0
    planned: int = 0
    on_plan: int = 0
    finished: tuple[Finished, ...] = ()
    late: tuple[Behind, ...] = ()
    stops: tuple[Stop, ...] = ()
    cases: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """What was known `at` a time of a shift (of the day so far, when `whole_day`) at each facility."""

    at: datetime
    whole_day: bool
    sites: tuple[SiteShift, ...]
